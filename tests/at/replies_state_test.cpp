#include <catch2/catch.hpp>

#include "at/calls.hpp"
#include "at/clock.hpp"
#include "at/functionality.hpp"
#include "at/health.hpp"
#include "at/readiness.hpp"

using namespace bank::at;
using namespace std::chrono;

TEST_CASE("a modem that has started anew is known by its own lines only") {
  for (const auto* const line : {"RDY", "^SYSSTART", "^SYSSTART AIRPLANE MODE", "+WIND: 3",
                                 "+WIND: 4", "+READY", "+AT: READY"}) {
    CAPTURE(line);
    CHECK(is_restart_line(line));
  }
  for (const auto* const line :
       {"+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready", "^BOOT:20952548,0,0,0,72",
        "+WIND: 7", "RDYX", "*EMRDY: 1", "OK", ""}) {
    CAPTURE(line);
    CHECK_FALSE(is_restart_line(line));
  }
}

TEST_CASE("SMS is ready when the modem says so, not when the PIN is") {
  for (const auto* const line : {"SMS Ready", "SMS DONE", "+QIND: SMS DONE", "+WIND: 4",
                                 "_OBLS: 1,1,1", "*EMRDY: 1", "+PBREADY", "#QSS: 3"}) {
    CAPTURE(line);
    CHECK(is_sms_ready_line(line));
  }
  for (const auto* const line :
       {"+CPIN: READY", "Call Ready", "RDY", "_OBLS: 1,1,0", "#QSS: 1", ""}) {
    CAPTURE(line);
    CHECK_FALSE(is_sms_ready_line(line));
  }
}

TEST_CASE("every maker's stage is the same few facts") {
  struct Case {
    const char* line;
    Readiness means;
  };
  const Case cases[] = {
      {"RDY", {.restarted = true}},
      {"^SYSSTART AIRPLANE MODE", {.restarted = true}},
      {"+WIND: 0", {.sim = false}},
      {"+WIND:1", {.sim = true}},
      {"+WIND: 4", {.restarted = true, .sms = true}},
      {"+WIND: 8", {.network = false}},
      {"Call Ready", {.sim = true}},
      {"sms ready", {.sim = true, .sms = true}},
      {"+QIND: SMS DONE", {.sim = true, .sms = true}},
      {"+QIND:PB DONE", {.sim = true}},
      {"#QSS: 3", {.sim = true, .sms = true}},
      {"#QSS: 2,0", {.sim = false}},
      {"^SCKS: 0", {.sim = false}},
      {"^SIMST:1", {.sim = true}},
      {"^SIMST:255", {.sim = false}},
      {"+CSMINS: 1,0", {.sim = false}},
      {"+SIMCARD: NOT AVAILABLE", {.sim = false}},
      {"_OBLS: 1,1,1", {.sim = true, .sms = true}},
      {"_OBLS: 1,1,0", {.sim = true, .sms = false}},
      {"_OBLS: 0,0,0", {.sim = false, .sms = false}},
      {"+QINISTAT: 7", {.sim = true, .sms = true}},
      {"+QINISTAT: 3", {.sim = true, .sms = true}},
      {"+QINISTAT: 1", {.sim = true, .sms = false}},
      {"+QINISTAT: 0", {.sms = false}},
      {"^SRVST:0", {.network = false}},
      {"^SRVST: 2", {.network = true}},
      {"^MODE:0,0", {.network = false}},
      {"NORMAL POWER DOWN", {.going_down = true}},
      {"POWERED DOWN", {.going_down = true}},
      {"... Rebooting ...", {.going_down = true}},
      {"UNDER-VOLTAGE WARNNING", {.low_voltage = true}},
      {"UNDER_VOLTAGE WARNING", {.low_voltage = true}},
      {"UNDER-VOLTAGE POWER DOWN", {.going_down = true, .low_voltage = true}},
      {"^SBC: Undervoltage", {.low_voltage = true}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.line);
    CHECK(readiness(c.line) == c.means);
  }
  for (const auto* const none :
       {"+WIND: 7", "+WIND: 14", "^MODE:5,4", "^BOOT:20952548,0,0,0,72", "+CFUN: 1", "+CPIN: READY",
        "_OBLS: 2,1,1", "_OBLS:", "#QSS:", "+QIND: \"csq\",20,99", "OK", "SMS", "RDYX", "", "  "}) {
    CAPTURE(none);
    CHECK_FALSE(readiness(none).has_value());
  }
}

TEST_CASE("the clock is read in every spelling") {
  struct Case {
    const char* line;
    local_seconds local;
    std::optional<minutes> offset;
  };
  const auto at = [](int y, int mo, int d, int h, int mi, int s) {
    return local_days{year{y} / mo / d} + hours{h} + minutes{mi} + seconds{s};
  };
  const Case cases[] = {
      {"+CCLK: \"26/11/24,08:30:21+04\"", at(2026, 11, 24, 8, 30, 21), 60min},
      {"+CCLK: \"26/11/24,08:30:21-32\"", at(2026, 11, 24, 8, 30, 21), -480min},
      {"+CCLK:\"26/11/24,08:30:21\"", at(2026, 11, 24, 8, 30, 21), std::nullopt},
      {"+CCLK: 11/12/13,14:15:16", at(2011, 12, 13, 14, 15, 16), std::nullopt},
      {"+CCLK: \"2026/11/24,08:30:21+22\"", at(2026, 11, 24, 8, 30, 21), 330min},
      {"+CCLK: \"26/11/24, 08:30:21+00\"", at(2026, 11, 24, 8, 30, 21), 0min},
      {"+CCLK: \"80/01/06,00:00:09+00\"", at(1980, 1, 6, 0, 0, 9), 0min},
      {"+CCLK: \"26/11/24,08:30:21+97\"", at(2026, 11, 24, 8, 30, 21), std::nullopt},
      {"^NWTIME: 26/11/24,08:30:21+4,00", at(2026, 11, 24, 8, 30, 21), 60min},
      {"^TIME: 2026/11/24 08:30:21", at(2026, 11, 24, 8, 30, 21), std::nullopt},
      {"+QNITZ: \"26/11/24,08:30:21+32,0\"", at(2026, 11, 24, 8, 30, 21), 480min},
      {"*PSUTTZ: 2026,11,24,22,30,21,\"+12\",0", at(2026, 11, 25, 1, 30, 21), 180min},
      {"*PSUTTZ: 26/11/24,08:30:21\",\"-32\",0", at(2026, 11, 24, 0, 30, 21), -480min},
      {"+CTZE: \"+32\",0,\"2026/11/24,08:30:21\"", at(2026, 11, 24, 8, 30, 21), 480min},
  };
  for (const auto& c : cases) {
    CAPTURE(c.line);
    const auto clock = modem_clock(c.line);
    REQUIRE(clock.has_value());
    CHECK(clock->local.time_since_epoch().count() == c.local.time_since_epoch().count());
    CHECK((clock->offset_from_utc == c.offset));
    CHECK(is_set(*clock) == (c.local >= at(2005, 1, 1, 0, 0, 0)));
  }
  for (const auto* const none :
       {"+CCLK: \"26/02/30,08:30:21\"", "+CCLK: \"26/13/01,08:30:21\"",
        "+CCLK: \"26/11/24,24:00:00\"", "+CCLK: \"26/11/24,08:60:00\"", "+CCLK: \"26/11/24\"",
        "+CCLK: \"XX/XX/XX,XX:XX:XX\"", "+CCLK:", "+CCLK: \"26/11/24,08:30:99999999999999999999\"",
        "+CTZE: \"+32\",0", "+CCLK: \"1900/01/01,00:00:00\"", "26/11/24,08:30:21", ""}) {
    CAPTURE(none);
    CHECK_FALSE(modem_clock(none).has_value());
  }
  CHECK((time_zone("+CTZV: +08,0") == 120min));
  CHECK((time_zone("+CTZV: \"-14\"") == -210min));
  CHECK((time_zone("*ETZV: \"+04\"") == 60min));
  CHECK_FALSE(time_zone("+CTZV: 8").has_value());
  CHECK_FALSE(time_zone("+CTZV: +99").has_value());
  CHECK_FALSE(time_zone("+CTZU: +08").has_value());
}

TEST_CASE("power and system are read, a test answer is none") {
  CHECK(functionality("+CFUN: 1") == 1);
  CHECK(functionality("+CFUN: 1,0") == 1);
  CHECK(functionality("+CFUN:4") == 4);
  CHECK_FALSE(functionality("+CFUN: (0-1,4-7),(0-1)").has_value());
  CHECK_FALSE(functionality("+CFUN:").has_value());

  using H = HuaweiSystem;
  CHECK(
      huawei_system("^SYSINFO: 2,3,0,5,1") ==
      H{.service_status = 2, .service_domain = 3, .roaming = 0, .system_mode = 5, .sim_state = 1});
  CHECK(huawei_system("^SYSINFO:0,0,0,0,255") == H{.service_status = 0,
                                                   .service_domain = 0,
                                                   .roaming = 0,
                                                   .system_mode = 0,
                                                   .sim_state = 255});
  CHECK(huawei_system("^SYSINFOEX:2,3,0,1,,6,\"LTE\",101,\"LTE\"") == H{.service_status = 2,
                                                                        .service_domain = 3,
                                                                        .roaming = 0,
                                                                        .system_mode = 6,
                                                                        .sim_state = 1,
                                                                        .submode = 101});
  CHECK_FALSE(huawei_system("^SYSINFO:").has_value());
  CHECK_FALSE(huawei_system("^SYSCFG:2,2").has_value());
}

TEST_CASE("battery and temperature have units, or are not told") {
  using B = Battery;
  CHECK(battery("+CBC: 0,85") == B{.status = 0, .percent = 85});
  CHECK(battery("+CBC: 0,85,3950") == B{.status = 0, .percent = 85, .millivolts = 3950});
  CHECK(battery("+CBC: 3.9V") == B{.millivolts = 3900});
  CHECK(battery("+CBC: 4.123V") == B{.millivolts = 4123});
  CHECK(battery("^SBV: 3850") == B{.millivolts = 3850});
  CHECK(battery("Power supply voltage: 3755 mV (0 cnt)") == B{.millivolts = 3755});
  for (const auto* const none : {"+CBC: 0,0", "+CBC: ,", "+CBC: 3.9999V", "+CBC: -3.9V",
                                 "+CBC: 0,101", "^SBV: 99999", "+CBC:", "+CSQ: 1,2", ""}) {
    CAPTURE(none);
    CHECK_FALSE(battery(none).has_value());
  }
  CHECK(temperature("+CPMUTEMP: 36") == 36);
  CHECK(temperature("+CMTE: 0,-5") == -5);
  CHECK(temperature("+CMTE: 1,38.5") == 38.5);
  CHECK(temperature("+QTEMP: 33,35,34") == 35);
  CHECK(temperature("+QTEMP: 0,28.500") == 28.5);
  CHECK(temperature("+UTEMP: 421") == 42.1);
  CHECK(temperature("^SCTM: 0,0,33") == 33);
  CHECK(temperature("#TEMPMON: 0,27") == 27);
  CHECK(temperature("^CHIPTEMP: 245,251,245,65535,32") == 25.1);
  CHECK(temperature("^CHIPTEMP: -45") == -4.5);
  CHECK(temperature("Temperature: 32.50 C") == 32.5);
  CHECK(temperature("Temperature: 41") == 41);
  for (const auto* const none : {"^SCTM: 0,1", "+CPMUTEMP: 999", "+CPMUTEMP: x", "+CMTE: 1",
                                 "+UTEMP:", "+QTEMP: ,", "+CSQ: 20,0", ""}) {
    CAPTURE(none);
    CHECK_FALSE(temperature(none).has_value());
  }
}

TEST_CASE("a call is known, with its number where it is shown") {
  using C = IncomingCall;
  CHECK(incoming_call("RING") == C{});
  CHECK(incoming_call("+CRING: VOICE") == C{});
  CHECK(incoming_call("+CLIP: \"+41791234567\",145,,,,0") == C{"+41791234567"});
  CHECK(incoming_call("+CLIP: \"41791234567\",145") == C{"+41791234567"});
  CHECK(incoming_call("+CLIP: \"\",128,,,,1") == C{});
  CHECK(incoming_call("+CCWA: \"0791234567\",129,1") == C{"0791234567"});
  CHECK(incoming_call("MISSED_CALL: 02:31PM +41791234567") == C{"+41791234567", true});
  CHECK(incoming_call("VOICE CALL: BEGIN") == C{});
  CHECK(incoming_call("VOICE CALL: END: 000017") == C{std::nullopt, true});
  CHECK(incoming_call("^CEND:1,0,67,16") == C{std::nullopt, true});
  for (const auto* const none : {"NO CARRIER", "RINGS", "+CRC: 1", "BUSY", ""}) {
    CAPTURE(none);
    CHECK_FALSE(incoming_call(none).has_value());
  }
}
