// What is raised and what is cleared, on a clock in the test's hand.
#include "scheduler/alarms.hpp"

#include <catch2/catch.hpp>

namespace bank::scheduler {
namespace {

using namespace std::chrono_literals;
using What = AlarmChange::What;

constexpr auto step = 5s;

/// A rack that is looked at every five seconds.
struct Watch {
  explicit Watch(std::chrono::milliseconds repeat_every = 0ms)
      : judge(usual_alarm_rules(), repeat_every) {}

  std::vector<AlarmChange> look(const std::vector<AlarmFact>& facts) {
    now.boot += step;
    now.wall += step;
    return judge.look(facts, now);
  }
  /// All changes while the same is seen for so long.
  std::vector<AlarmChange> see(const AlarmFact& fact, std::chrono::milliseconds time) {
    std::vector<AlarmChange> all;
    for (auto passed = 0ms; passed < time; passed += step) {
      for (auto& change : look({fact})) all.push_back(std::move(change));
    }
    return all;
  }
  std::vector<AlarmChange> see_nothing(std::chrono::milliseconds time) {
    std::vector<AlarmChange> all;
    for (auto passed = 0ms; passed < time; passed += step) {
      for (auto& change : look({})) all.push_back(std::move(change));
    }
    return all;
  }

  AlarmJudge judge;
  Now now{WallTime{1'795'341'600'000ms}, 1h};
};

AlarmFact modem(bool is_down, std::string name = "slot-01") {
  return {AlarmKind::modem_down, std::move(name), is_down ? 1.0 : 0.0, "it does not answer",
          "reseat it"};
}
AlarmFact storage(double percent) {
  return {AlarmKind::storage_nearly_full, "slot-01", percent, "SM is nearly full", "empty it"};
}

std::size_t count(const std::vector<AlarmChange>& changes, What what) {
  return static_cast<std::size_t>(
      std::count_if(changes.begin(), changes.end(),
                    [&](const AlarmChange& change) { return change.what == what; }));
}

}  // namespace

TEST_CASE("a modem that is down is raised once, after three minutes, and cleared after one") {
  Watch watch;
  CHECK(watch.see(modem(false), 10min).empty());
  CHECK(watch.see(modem(true), 3min).empty());
  const auto raised = watch.see(modem(true), 1h);
  REQUIRE(raised.size() == 1);
  CHECK(raised[0].what == What::raised);
  CHECK(raised[0].kind == AlarmKind::modem_down);
  CHECK(raised[0].subject == "slot-01");
  CHECK(raised[0].severity == AlarmSeverity::critical);
  CHECK(raised[0].detail == "it does not answer");
  CHECK(raised[0].do_next == "reseat it");
  CHECK(watch.judge.open() == 1);
  CHECK(watch.see(modem(false), 1min).empty());
  const auto cleared = watch.see(modem(false), 1min);
  REQUIRE(cleared.size() == 1);
  CHECK(cleared[0].what == What::cleared);
  CHECK(watch.judge.open() == 0);
}

TEST_CASE("a modem that is up for a moment now and then is down") {
  Watch watch;
  (void)watch.see(modem(true), 4min);
  for (int i = 0; i < 20; ++i) {
    CHECK(watch.see(modem(false), 30s).empty());
    CHECK(watch.see(modem(true), 30s).empty());
  }
  CHECK(watch.judge.open() == 1);
}

TEST_CASE("a modem that is down for a moment now and then raises nothing") {
  Watch watch;
  for (int i = 0; i < 20; ++i) {
    CHECK(watch.see(modem(true), 2min).empty());
    CHECK(watch.see(modem(false), 30s).empty());
  }
  CHECK(watch.judge.open() == 0);
}

TEST_CASE("a store is nearly full from 90 percent on, until it is below 75") {
  Watch watch;
  CHECK(watch.see(storage(89), 1h).empty());
  CHECK(watch.see(storage(90), 2min).size() == 1);
  CHECK(watch.see(storage(76), 1h).empty());
  CHECK(watch.see(storage(89), 1h).empty());
  CHECK(watch.see(storage(75), 1h).empty());
  CHECK(watch.see(storage(74), 2min).size() == 1);
  CHECK(watch.see(storage(80), 1h).empty());
  CHECK(watch.judge.open() == 0);
}

TEST_CASE("one that flaps is the same alarm, and has to be well for longer each time") {
  Watch watch;
  std::vector<AlarmChange> all;
  for (int hour = 0; hour < 24; ++hour) {
    for (int i = 0; i < 12; ++i) {  // four minutes down, one up
      for (auto& change : watch.see(modem(true), 4min)) all.push_back(std::move(change));
      for (auto& change : watch.see(modem(false), 65s)) all.push_back(std::move(change));
    }
  }
  CHECK(count(all, What::raised) == 1);
  CHECK(count(all, What::again) == 1);
  CHECK(count(all, What::cleared) == 1);
  CHECK(watch.judge.open() == 1);
  CHECK(watch.see(modem(false), 2h).size() == 1);
  CHECK(watch.see(modem(true), 4min).at(0).what == What::raised);  // an hour later it is a new one
}

TEST_CASE("however it flaps, people are told a bounded number of times a day") {
  Watch watch;
  std::size_t told = 0;
  bool is_down = true;
  for (auto passed = 0ms; passed < 24h; passed += step) {
    // As ill as can be: it turns the moment that it was believed.
    const auto changes = watch.look({modem(is_down)});
    told += changes.size();
    if (!changes.empty()) is_down = !is_down;
  }
  CHECK(told < 60);
}

TEST_CASE("an alarm that stays open is told again, when that is wished") {
  Watch silent;
  CHECK(silent.see(modem(true), 48h).size() == 1);
  Watch watch(12h);
  const auto all = watch.see(modem(true), 49h);
  CHECK(count(all, What::raised) == 1);
  CHECK(count(all, What::repeated) == 4);
}

TEST_CASE("what nobody speaks of is neither well nor bad, and forgotten after a day") {
  Watch watch;
  (void)watch.see(modem(true), 4min);
  CHECK(watch.see_nothing(23h).empty());
  CHECK(watch.judge.open() == 1);
  const auto lost = watch.see_nothing(2h);
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].what == What::cleared);
  CHECK(!lost[0].detail.empty());
  CHECK(watch.judge.watched() == 0);
}

TEST_CASE("a streak of bad looks is broken by a look without the subject") {
  Watch watch;
  CHECK(watch.see(modem(true), 2min).empty());
  CHECK(watch.see_nothing(10s).empty());
  CHECK(watch.judge.watched() == 0);
  CHECK(watch.see(modem(true), 2min).empty());
}

TEST_CASE("alarms that are open stay open over a restart") {
  Watch watch(12h);
  watch.judge.remember({{AlarmKind::modem_down, "slot-01", 1, {}, watch.now.wall - 6h}}, watch.now);
  CHECK(watch.judge.open() == 1);
  const auto all = watch.see(modem(true), 5h);  // also while it is brought up
  CHECK(all.empty());
  CHECK(count(watch.see(modem(true), 2h), What::repeated) == 1);
  CHECK(count(watch.see(modem(false), 5min), What::cleared) == 1);
}

TEST_CASE("one that was cleared shortly before a restart flaps after it") {
  Watch watch;
  watch.judge.remember(
      {{AlarmKind::modem_down, "slot-01", 3, watch.now.wall - 10min, watch.now.wall - 1h}},
      watch.now);
  CHECK(watch.see(modem(true), 4min).at(0).what == What::again);
  CHECK(watch.see(modem(false), 8min).empty());  // a minute, doubled three times
  CHECK(watch.see(modem(false), 1min).size() == 1);
}

TEST_CASE("a clock that was set while the program was down does not matter") {
  Watch watch(12h);
  watch.judge.remember({{AlarmKind::modem_down, "slot-01", 1, {}, watch.now.wall + 24h * 365},
                        {AlarmKind::modem_down, "slot-02", 1, {}, WallTime{}}},
                       watch.now);
  const auto first = watch.look({modem(true, "slot-01"), modem(true, "slot-02")});
  REQUIRE(first.size() == 1);
  CHECK(first[0].subject == "slot-02");
}

TEST_CASE("what a modem says of itself is one line, and not too long") {
  Watch watch;
  const AlarmFact fact{AlarmKind::low_balance, "8998\r\nBcc: all@example.org", 1,
                       "low\x1b[2J\r\n\r\nnew\xe2\x80\xa8line \xff" + std::string(2000, 'x'),
                       "top\tit up\x7f"};
  const auto changes = watch.look({fact});
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].subject == "8998  Bcc: all@example.org");
  CHECK(changes[0].detail.starts_with("low [2J    new line  xxx"));
  CHECK(changes[0].detail.size() == AlarmJudge::longest_sentence);
  CHECK(changes[0].do_next == "top it up ");
  CHECK(plain_line("سیم‌کارت", 5) == "سی");
}

TEST_CASE("a rack of any size opens a bounded number of alarms") {
  Watch watch;
  std::vector<AlarmFact> facts;
  for (std::size_t i = 0; i < AlarmJudge::most_watched + 100; ++i) {
    facts.push_back({AlarmKind::low_balance, std::to_string(i), 1, "", ""});
  }
  CHECK(watch.look(facts).size() == AlarmJudge::most_open);
  CHECK(watch.look(facts).empty());
  CHECK(watch.judge.watched() == AlarmJudge::most_watched);
  for (auto& fact : facts) fact.level = 0;
  for (int i = 0; i < 12; ++i) (void)watch.look(facts);
  CHECK(watch.look(facts).size() == AlarmJudge::most_open);
  CHECK(watch.judge.open() == 0);
}

TEST_CASE("alarms have names that sort as they came") {
  CHECK(outside(AlarmId{1}) == "alm_0000000000001");
  CHECK(alarm_id("alm_0000000000001") == AlarmId{1});
  CHECK_FALSE(alarm_id("msg_0000000000001"));
  for (const auto& rule : usual_alarm_rules()) {
    CHECK(alarm_kind_named(name_of(rule.kind)) == rule.kind);
    CHECK(rule.leave <= rule.enter);
    CHECK(&rule == &usual_alarm_rules().at(static_cast<std::size_t>(rule.kind)));
  }
}

}  // namespace bank::scheduler
