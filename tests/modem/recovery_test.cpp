#include "modem/recovery.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <vector>

#include "modem/storm_gate.hpp"

using namespace bank::modem;
using namespace std::chrono_literals;

namespace {

const TimePoint start{1h};

std::vector<Rung> rungs(Recovery& recovery, const Means& means, int count) {
  std::vector<Rung> taken;
  TimePoint now = start;
  for (int i = 0; i < count; ++i) {
    const auto step = recovery.failed(means, now);
    taken.push_back(step.rung);
    now += step.pause + 10s;
  }
  return taken;
}

}  // namespace

TEST_CASE(
    "a modem that stays ill is taken up the ladder, the gentlest first, and rests at its end") {
  Recovery recovery;
  using enum Rung;
  const std::vector<Rung> all{reopen,    reopen, reset, reopen, reset, reopen,
                              usb_reset, reopen, power, reopen, rest};
  CHECK(rungs(recovery, {true, true}, 11) == all);
}

TEST_CASE("where only a reset helps, it is the first") {
  Recovery recovery;
  CHECK(recovery.failed({}, start, Rung::reset).rung == Rung::reset);
  CHECK(recovery.failed({}, start + 1min, Rung::reset).rung == Rung::reopen);
  CHECK(recovery.failed({}, start + 2min, Rung::reset).rung == Rung::reset);
}

TEST_CASE("a rung that there are no means for is left out") {
  Recovery recovery;
  const auto taken = rungs(recovery, {}, 40);
  for (const Rung rung : taken) {
    CHECK(rung != Rung::usb_reset);
    CHECK(rung != Rung::power);
  }
  CHECK(std::count(taken.begin(), taken.end(), Rung::rest) >= 3);
}

TEST_CASE("in no hour is a rung taken more often than its budget allows") {
  Recovery recovery;
  std::map<Rung, std::vector<TimePoint>> taken;
  TimePoint now = start;
  while (now < start + 24h) {
    const auto step = recovery.failed({true, true}, now);
    CHECK(step.pause >= Recovery::shortest_pause);
    CHECK(step.pause <= Recovery::longest_rest);
    taken[step.rung].push_back(now);
    now += step.pause + 1s;
  }
  for (std::size_t i = 0; i < Recovery::most_an_hour.size(); ++i) {
    const auto& times = taken[static_cast<Rung>(i)];
    CHECK_FALSE(times.empty());
    const auto most = Recovery::most_an_hour.at(i);
    for (std::size_t j = most; j < times.size(); ++j) CHECK(times[j] - times[j - most] >= 1h);
  }
}

TEST_CASE("one that was well for a while begins anew, one that falls ill again at once does not") {
  Recovery recovery;
  (void)recovery.failed({}, start);
  (void)recovery.failed({}, start + 10s);
  SECTION("at once") {
    recovery.ready(start + 20s);
    CHECK(recovery.failed({}, start + 30s).rung == Rung::reset);
  }
  SECTION("after five minutes") {
    recovery.ready(start + 20s);
    CHECK(recovery.failed({}, start + 20s + 5min).rung == Rung::reopen);
  }
  SECTION("after a part that was sent") {
    recovery.ready(start + 20s);
    recovery.succeeded();
    CHECK(recovery.failed({}, start + 30s).rung == Rung::reopen);
  }
}

TEST_CASE("a rung that was put off costs nothing, and is tried again at the next failure") {
  Recovery recovery;
  (void)recovery.failed({}, start);
  (void)recovery.failed({}, start + 1s);
  TimePoint now = start + 10s;
  std::chrono::milliseconds longest{0};
  for (int i = 0; i < 10; ++i) {
    const auto step = recovery.failed({}, now);
    CHECK(step.rung == Rung::reset);
    CHECK(step.pause >= longest);
    longest = step.pause;
    recovery.put_off();
    now += 10s;
  }
  CHECK(longest == Recovery::longest_pause);
  std::size_t resets = 0;
  for (int i = 0; i < 30; ++i, now += 10s) {
    resets += recovery.failed({}, now).rung == Rung::reset ? 1 : 0;
  }
  CHECK(resets == Recovery::most_an_hour[static_cast<std::size_t>(Rung::reset)]);
}

TEST_CASE("a port that cannot be opened uses up no resets, and rests as before") {
  Recovery recovery;
  TimePoint now = start;
  int rests = 0;
  for (int i = 0; i < 40; ++i, now += 10s) {
    rests += recovery.failed({true, true}, now).rung == Rung::rest ? 1 : 0;
    recovery.only_reopens();
  }
  CHECK(rests >= 3);
  std::map<Rung, std::size_t> taken;
  for (int i = 0; i < 40; ++i, now += 10s) ++taken[recovery.failed({true, true}, now).rung];
  CHECK(taken[Rung::reset] == 3);
  CHECK(taken[Rung::usb_reset] == 2);
  CHECK(taken[Rung::power] == 1);
}

TEST_CASE("of many modems that fall ill together only a few are reset within a minute") {
  StormGate gate;
  int at_one = 0;
  for (int i = 0; i < 30; ++i) at_one += gate.may("1-1", start + i * 1s) ? 1 : 0;
  CHECK(at_one == static_cast<int>(StormGate::most_at_a_hub));
  int in_all = at_one;
  for (int i = 0; i < 25; ++i) in_all += gate.may("2-" + std::to_string(i), start + 30s) ? 1 : 0;
  CHECK(in_all == static_cast<int>(StormGate::most_in_all));
  CHECK(gate.may("1-1", start + 5min));
}
