#include <catch2/catch.hpp>

#include "tests/modem/virtual_bench_top.hpp"

using namespace bank::modem::virt;
using namespace bank::modem::virt::test;

TEST_CASE("time on the air is what the network took, however late its result is handed over") {
  BenchTop top({.latency = 100ms});
  CHECK_FALSE(top.modem.asked_at());
  CHECK(top.modem.on_air(top.now) == 0ms);

  top.send();
  CHECK(top.modem.asked_at() == top.now);
  CHECK(top.modem.on_air(top.now + 30ms) == 30ms);
  CHECK(top.modem.on_air(top.now + 200ms) == 100ms);

  top.now += 150ms;  // the driver of the modem was busy elsewhere
  top.modem.due(top.now);
  CHECK(top.modem.on_air(top.now + 1s) == 100ms);
  CHECK(top.modem.asked_at() == top.now - 150ms);

  (void)top.modem.take_output();  // the first result
  top.send();
  CHECK(top.modem.on_air(top.now + 40ms) == 140ms);
}
