// Modems of families with a mind of their own, with the program's own switchboard.
#include "tests/simulation/small_rack.hpp"

namespace bank::simulation {

namespace {

/// From the moment at which it hangs until it is reset; then it sends again.
std::chrono::seconds time_to_reset(const std::string& maker, const std::string& model) {
  SmallRack it(1, maker, model);
  it.start();
  it.run(1min);
  it.air.modem(0).hang(modem::virt::Cure::reset);
  auto lasts = 0s;
  while (it.count("modem_event WHERE what LIKE 'reset: %'") == 0 && lasts < 10min) {
    it.run(1s);
    ++lasts;
  }
  it.post(1);
  it.run(5min);
  CHECK(it.count("message WHERE state = 'delivered'") == 1);
  return lasts;
}

}  // namespace

TEST_CASE("a modem that only a reset helps is reset as soon as it falls silent") {
  // The ports of others are opened twice before, and are silent for 10 s each time.
  CHECK(time_to_reset("huawei", "E173") + 20s <= time_to_reset("", ""));
}

TEST_CASE("a report that is not booked is not acknowledged, and comes again after a crash") {
  SmallRack it(1, "Quectel", "EC25");
  it.air.modem(0).set_report_delay(10s);
  it.start();
  it.run(30s);
  for (int i = 1; i <= 5; ++i) it.post(i);
  const bool dies = GENERATE(true, false);
  it.disk.fails = true;
  it.run(40s);
  CHECK(it.count("message WHERE state = 'delivered'") == 0);
  if (dies) it.program.reset();
  it.disk = {};
  if (dies) it.start();
  it.run(10min);
  CHECK(it.count("message WHERE state = 'delivered'") == 5);
  REQUIRE(it.air.modem(0).sim());
  CHECK(it.air.modem(0).sim()->held_reports.empty());
}

TEST_CASE(
    "a message of many parts, and messages that wait, share a link; one alone asks for none") {
  SmallRack it;
  it.start();
  it.run(30s);
  it.post(1);
  it.run(1min);
  CHECK(it.count("message WHERE state <> 'queued'") == 1);
  CHECK(it.air.modem(0).counters().links == 1);
  it.post(2, 4);
  it.run(1min);
  CHECK(it.air.modem(0).counters().accepted == 5);
  CHECK(it.air.modem(0).counters().links == 2);
}

}  // namespace bank::simulation
