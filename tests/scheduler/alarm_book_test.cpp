// Alarms as rows: what is kept, what people are to be told, what waits longest.
#include "scheduler/alarm_book.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "store/statement.hpp"
#include "tests/scheduler/book_fixture.hpp"

namespace bank::scheduler {
namespace {

using What = AlarmChange::What;
using Way = AlarmBook::Way;

struct AlarmFixture : BookFixture {
  AlarmChange change(What what, const std::string& subject = "slot-01",
                     AlarmKind kind = AlarmKind::modem_down) const {
    return {.what = what,
            .kind = kind,
            .subject = subject,
            .severity = usual_alarm_rules().at(static_cast<std::size_t>(kind)).severity,
            .detail = what == What::cleared ? "" : "it does not answer",
            .do_next = "reseat it",
            .at = wall};
  }
  std::vector<AlarmBook::Noted> note(const std::vector<AlarmChange>& changes) {
    std::vector<AlarmBook::Noted> noted;
    commit([&] { noted = alarms.note(changes, telling); });
    return noted;
  }
  std::vector<AlarmBook::Due> due(Way way) {
    std::vector<AlarmBook::Due> found;
    commit([&] { found = alarms.due(way, wall); });
    return found;
  }
  void told(Way way) {
    const auto all = due(way);
    commit([&] { alarms.told(way, all, "sent"); });
  }
  AlarmBook alarms{database};
  AlarmBook::Telling telling{true, true, AlarmSeverity::warning};
};

}  // namespace

TEST_CASE_METHOD(AlarmFixture, "an alarm is one row from its raise to its end") {
  const auto raised = note({change(What::raised)});
  REQUIRE(raised.size() == 1);
  CHECK(raised[0].alarm.times == 1);
  CHECK(note({change(What::raised)}).empty());  // it is open
  pass(1min);
  const auto cleared = note({change(What::cleared)});
  REQUIRE(cleared.size() == 1);
  CHECK(cleared[0].alarm.id == raised[0].alarm.id);
  CHECK(cleared[0].alarm.cleared_at == wall);
  CHECK(cleared[0].alarm.detail == "it does not answer");
  CHECK(note({change(What::cleared)}).empty());
  pass(1min);
  const auto again = note({change(What::again)});
  REQUIRE(again.size() == 1);
  CHECK(again[0].alarm.id == raised[0].alarm.id);
  CHECK(again[0].alarm.times == 2);
  CHECK_FALSE(again[0].alarm.cleared_at);
  (void)note({change(What::cleared)});
  pass(2h);
  CHECK(note({change(What::raised)}).at(0).alarm.id != raised[0].alarm.id);
  CHECK(note({change(What::again, "slot-02")}).size() == 1);  // its row went meanwhile
}

TEST_CASE_METHOD(AlarmFixture, "alarms are listed newest first, by state and kind") {
  (void)note({change(What::raised, "slot-01"), change(What::raised, "slot-02"),
              change(What::raised, "disk", AlarmKind::disk)});
  (void)note({change(What::cleared, "slot-01")});
  using State = AlarmFilter::State;
  const auto all = alarms.page({}, {}, 10);
  REQUIRE(all.size() == 3);
  CHECK(all[0].subject == "disk");
  CHECK(alarms.page({State::open, {}}, {}, 10).size() == 2);
  CHECK(alarms.page({State::cleared, {}}, {}, 10).at(0).subject == "slot-01");
  CHECK(alarms.page({State::open, AlarmKind::modem_down}, {}, 10).at(0).subject == "slot-02");
  CHECK(alarms.page({}, all[0].id, 1).at(0).subject == "slot-02");
  CHECK(alarms.open().at(static_cast<std::size_t>(AlarmKind::modem_down)) == 1);
  CHECK(alarms.open().at(static_cast<std::size_t>(AlarmKind::clock)) == 0);
}

TEST_CASE_METHOD(AlarmFixture, "each change is told once each way, over restarts") {
  (void)note({change(What::raised)});
  CHECK(due(Way::mail).size() == 1);
  told(Way::mail);
  CHECK(due(Way::mail).empty());
  CHECK(due(Way::sms).size() == 1);
  CHECK(alarms.page({}, {}, 1).at(0).mail_note == "sent");
  pass(1min);
  const auto before = [&] {
    (void)note({change(What::repeated)});
    return due(Way::mail);
  }();
  REQUIRE(before.size() == 1);
  (void)note({change(What::cleared)});  // while the mail is on its way
  commit([&] { alarms.told(Way::mail, before, "sent"); });
  REQUIRE(due(Way::mail).size() == 1);
  CHECK(due(Way::mail)[0].alarm.cleared_at);
}

TEST_CASE_METHOD(AlarmFixture, "what is too old is not told any more") {
  (void)note({change(What::raised)});
  pass(AlarmBook::sms_life + 1s);
  CHECK(due(Way::sms).empty());
  CHECK(due(Way::mail).size() == 1);
  pass(AlarmBook::mail_life);
  CHECK(due(Way::mail).empty());
}

TEST_CASE_METHOD(AlarmFixture,
                 "nobody is told of what is not severe enough, or where none is named") {
  telling.least = AlarmSeverity::critical;
  (void)note({change(What::raised, "8998", AlarmKind::low_balance), change(What::raised)});
  REQUIRE(due(Way::mail).size() == 1);
  CHECK(due(Way::mail)[0].alarm.subject == "slot-01");
  telling.by_mail = false;
  (void)note({change(What::raised, "slot-02")});
  CHECK(due(Way::mail).size() == 1);
  CHECK(due(Way::sms).size() == 2);
}

TEST_CASE_METHOD(AlarmFixture, "one that is acknowledged is told of again when it is over") {
  const auto id = note({change(What::raised)}).at(0).alarm.id;
  told(Way::mail);
  std::optional<AlarmView> seen;
  commit([&] { seen = alarms.acknowledge(id, "API key night", wall); });
  REQUIRE(seen);
  CHECK(seen->acknowledged_by == "API key night");
  commit([&] { seen = alarms.acknowledge(id, "API key day", wall); });
  CHECK(seen->acknowledged_by == "API key night");
  CHECK(note({change(What::repeated)}).empty());
  CHECK(due(Way::mail).empty());
  (void)note({change(What::cleared)});
  CHECK(due(Way::mail).size() == 1);
  told(Way::mail);
  (void)note({change(What::again)});
  CHECK(due(Way::mail).empty());
  commit([&] { CHECK_FALSE(alarms.acknowledge(AlarmId{99}, "x", wall)); });
}

TEST_CASE_METHOD(AlarmFixture, "limits count what was sent, whatever run of the program sent it") {
  for (int i = 0; i < 3; ++i) {
    commit([&] { alarms.add_notice(Way::sms, "+989120000001", wall); });
    pass(1h);
  }
  reboot("boot-2");
  CHECK(AlarmBook(database).notices(Way::sms, "+989120000001", wall - 24h) == 3);
  CHECK(alarms.notices(Way::sms, "+989120000001", wall - 2h) == 1);
  CHECK(alarms.notices(Way::sms, "+989120000002", wall - 24h) == 0);
  CHECK(alarms.notices(Way::mail, "", wall - 24h) == 0);
  pass(48h);
  commit([&] { alarms.add_notice(Way::mail, "", wall); });
  CHECK(database.integer("SELECT count(*) FROM alarm_notice") == 1);
}

TEST_CASE_METHOD(AlarmFixture, "what an earlier run left is known") {
  (void)note({change(What::raised, "slot-01"), change(What::raised, "slot-02"),
              change(What::raised, "slot-03")});
  (void)note({change(What::cleared, "slot-03")});
  pass(2h);
  (void)note({change(What::cleared, "slot-02")});
  const auto known = alarms.known(wall);
  REQUIRE(known.size() == 2);
  CHECK(known[0].subject == "slot-01");
  CHECK_FALSE(known[0].cleared_at);
  CHECK(known[1].subject == "slot-02");
  CHECK(known[1].cleared_at);
}

TEST_CASE_METHOD(AlarmFixture, "the oldest alarms that are over go, those that are open stay") {
  commit([&] {
    store::Statement add(database,
                         "INSERT INTO alarm (kind, subject, severity, raised_at, cleared_at, "
                         "detail, do_next, told_at, changed_at) "
                         "VALUES ('modem_down', ?1, 'critical', 0, ?2, '', '', 0, 0)");
    for (std::int64_t i = 1; i <= AlarmBook::most_kept; ++i) {
      const auto ended = i == 1 ? std::nullopt : std::optional<std::int64_t>(1);
      add.run(fmt::format("old-{}", i), ended);
    }
  });
  (void)note({change(What::raised, "slot-01"), change(What::raised, "slot-02")});
  CHECK(database.integer("SELECT count(*) FROM alarm") == AlarmBook::most_kept);
  CHECK(alarms.find(AlarmId{1}));
  CHECK_FALSE(alarms.find(AlarmId{2}));
  CHECK_FALSE(alarms.find(AlarmId{3}));
  CHECK(alarms.find(AlarmId{4}));
}

TEST_CASE_METHOD(AlarmFixture, "what waits longest is what could go") {
  CHECK_FALSE(oldest_waiting(database));
  auto late = to("+989120000011");
  late.send_at = wall + 1h;
  (void)accept(late);
  CHECK_FALSE(oldest_waiting(database));
  pass(1min);
  auto low = to("+989120000012");
  low.priority = 1;
  const auto first = accept(low);
  const auto since = wall;
  pass(1min);
  auto bound = to("+989120000013");
  bound.sim = sim;
  (void)accept(bound);
  (void)accept(to("+989120000014"));
  auto found = oldest_waiting(database);
  REQUIRE(found);
  CHECK(found->message == first);
  CHECK(found->since == since);
  CHECK(found->pool == "default");
  CHECK_FALSE(found->sim);
  commit([&] { (void)book->cancel(first, wall); });
  found = oldest_waiting(database);
  REQUIRE(found);
  CHECK(found->sim == "8998110000000000001");
  commit([&] { (void)book->cancel(found->message, wall); });
  REQUIRE(oldest_waiting(database));
  commit([&] { (void)book->cancel(oldest_waiting(database)->message, wall); });
  auto own = to("+989120000015");
  own.message_class = MessageClass::system;
  (void)accept(own);
  CHECK_FALSE(oldest_waiting(database));
}

}  // namespace bank::scheduler
