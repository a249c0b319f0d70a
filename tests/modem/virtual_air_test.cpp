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

TEST_CASE("a link is kept for a second after a result, where it was asked for") {
  BenchTop top({.latency = 1s, .link = 2s});
  const auto lasts = [&] {
    const auto before = top.modem.on_air(top.now);
    top.send();
    top.wait(3s);
    return top.modem.on_air(top.now) - before;
  };
  CHECK(lasts() == 3s);
  CHECK(top.say("AT+CMMS=1\r") == "\r\nOK\r\n");
  CHECK(lasts() == 3s);
  CHECK(lasts() == 1s);  // which leaves it two seconds before the end of the wait
  CHECK(lasts() == 3s);
  CHECK(top.modem.counters().links == 3);
}

TEST_CASE("a modem that keeps no link says so") {
  BenchTop top({.keeps_link = false});
  top.say("AT+CMEE=1\r");
  CHECK(top.say("AT+CMMS=1\r") == "\r\n+CMS ERROR: 500\r\n");
  CHECK(top.say("AT+CMMS=0\r") == "\r\nOK\r\n");
}

TEST_CASE("a modem that hangs hears nothing but its reset") {
  BenchTop top;
  top.modem.hang(Cure::reset);
  CHECK(top.modem.state_name(top.now) == "hung");
  CHECK(top.say("AT\r").empty());
  CHECK(top.wait(1h).empty());
  SECTION("the standard's") {
    CHECK_THAT(top.say("\x1B\rAT+CFUN=1,1\r"), Catch::Contains("RDY"));
  }
  SECTION("Huawei's") {
    CHECK_THAT(top.say("\x1B\rAT^RESET\r"), Catch::Contains("RDY"));
  }
  SECTION("or what a person does") {
    top.modem.heal(top.now);
  }
  CHECK_THAT(top.say("AT\r"), Catch::Contains("OK"));
}
