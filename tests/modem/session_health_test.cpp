#include <catch2/catch.hpp>

#include "tests/modem/session_wire.hpp"

using namespace bank::modem;
using namespace bank::modem::test;

TEST_CASE("warmth and voltage are asked in the maker's words, and not again of one that has none") {
  virt::ModemOptions options;
  options.maker = "Quectel";
  options.model = "EC25";
  Wire wire(options);
  const auto& profile = profile_of("Quectel", "EC25", "");
  REQUIRE_FALSE(profile.temperature.empty());
  SECTION("it tells") {
    wire.instead[std::string(profile.temperature)] = "\r\n+QTEMP: 41,39,40\r\n\r\nOK\r\n";
    wire.instead["AT+CBC"] = "\r\n+CBC: 0,80,3950\r\n\r\nOK\r\n";
    wire.open();
    REQUIRE(wire.becomes(SessionState::ready));
    wire.run(10min);
    CHECK(wire.session.facts().temperature == 41.0);
    if (!profile.voltage.empty()) CHECK(wire.session.facts().millivolts == 3950);
    CHECK(wire.session.facts().answer_time.has_value());
  }
  SECTION("it has none") {
    wire.open();
    REQUIRE(wire.becomes(SessionState::ready));
    wire.run(1h);
    CHECK_FALSE(wire.session.facts().temperature);
    CHECK(wire.times_written(std::string(profile.temperature) + "\r") == 1);
  }
}

TEST_CASE("a modem that says its supply is weak is known for it until it starts anew") {
  Wire wire;
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready));
  wire.modem.noise("\r\nUNDER-VOLTAGE WARNNING\r\n", wire.now);
  wire.exchange();
  CHECK(wire.session.facts().low_voltage);
  wire.modem.restart(wire.now);
  wire.exchange();
  REQUIRE(wire.becomes(SessionState::ready));
  CHECK_FALSE(wire.session.facts().low_voltage);
}
