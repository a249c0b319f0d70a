#include <catch2/catch.hpp>
#include <string>

#include "tests/modem/virtual_bench_top.hpp"

using namespace bank::modem::virt;
using namespace bank::modem::virt::test;

namespace {

void inject(BenchTop& bench, std::string_view words) {
  const auto fault = parse_fault(words);
  REQUIRE(fault);
  REQUIRE(bench.modem.inject(*fault));
}

std::string ready(BenchTop& bench) {
  bench.say("ATE0\r");
  return bench.say("AT+CNMI=2,1,0,1,0\r");
}

}  // namespace

TEST_CASE("each fault of a submission does what its name says") {
  struct Row {
    const char* fault;
    std::string answer;  // at once
    std::size_t taken;
  };
  const Row rows[] = {
      {"cms 38", "\r\n+CMS ERROR: 38\r\n", 0},
      {"cme 14", "\r\n+CME ERROR: 14\r\n", 0},
      {"error", "\r\nERROR\r\n", 0},
      {"taken-cms 500", "\r\n+CMS ERROR: 500\r\n", 1},
      {"taken-cme 100", "\r\n+CME ERROR: 100\r\n", 1},
      {"taken-error", "\r\nERROR\r\n", 1},
      {"lost", "", 1},
      {"late 30s", "", 1},
      {"slow 30s", "", 0},
      {"no-prompt", "no prompt: ", 0},
      {"restart-before", "", 0},
      {"restart-after", "", 1},
  };
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.fault) {
      BenchTop bench({.boot = 1s});
      bench.say("AT+CMEE=1\r");
      inject(bench, row.fault);
      CHECK(bench.send() == row.answer);
      CHECK(bench.taken() == row.taken);
      CHECK(bench.modem.faults_waiting() == 0);  // once unless told otherwise
      bench.wait(60s);
      bench.say("ATE0\r");
      CHECK_THAT(bench.send(), Catch::StartsWith("\r\n+CMGS: "));
    }
  }
}

TEST_CASE("a late result comes late, and a host may lose patience after two minutes") {
  BenchTop bench;
  inject(bench, "late 150s");
  CHECK(bench.send().empty());
  CHECK(bench.wait(119s).empty());
  CHECK(bench.say("AT\r").empty());
  CHECK(bench.modem.counters().violations == 1);
  CHECK(bench.wait(2s).empty());
  CHECK(bench.say("\x1B\r").empty());
  CHECK(bench.modem.counters().violations == 1);
  CHECK(bench.wait(30s) == "\r\n+CMGS: 0\r\n\r\nOK\r\n");
}

TEST_CASE("a slow network delays one submission") {
  BenchTop bench;
  inject(bench, "slow 2s");
  CHECK(bench.send().empty());
  CHECK(bench.wait(2s) == "\r\n+CMGS: 0\r\n\r\nOK\r\n");
  CHECK(bench.send() == "\r\n+CMGS: 1\r\n\r\nOK\r\n");
}

TEST_CASE("garbage stands before the answer and never spells one") {
  BenchTop bench;
  inject(bench, "garbage count=200");
  for (int i = 0; i < 200; ++i) {
    const std::string heard = bench.say("AT\r");
    REQUIRE(heard.size() > 6);
    CHECK(heard.ends_with("\r\nOK\r\n"));
    CHECK(heard.find('\n') == heard.size() - 5);
    CHECK(heard.find('>') == std::string::npos);
  }
  CHECK(bench.say("AT\r") == "\r\nOK\r\n");
}

TEST_CASE("faults strike as often as told") {
  BenchTop bench;
  SECTION("a count") {
    inject(bench, "cms 38 count=3");
    for (int i = 0; i < 3; ++i) CHECK(bench.send() == "\r\n+CMS ERROR: 38\r\n");
    CHECK_THAT(bench.send(), Catch::Contains("+CMGS"));
  }
  SECTION("a chance lasts until healed") {
    inject(bench, "cms 38 permille=250");
    int struck = 0;
    for (int i = 0; i < 1000; ++i) struck += bench.send() == "\r\n+CMS ERROR: 38\r\n" ? 1 : 0;
    CHECK(struck > 180);
    CHECK(struck < 320);
    bench.modem.heal(bench.now);
    CHECK_THAT(bench.send(), Catch::Contains("+CMGS"));
  }
  SECTION("at most 64 wait") {
    for (std::size_t i = 0; i < most_faults; ++i) inject(bench, "lost");
    CHECK_FALSE(bench.modem.inject({.kind = FaultKind::lost_result}));
  }
}

TEST_CASE("a silent modem answers nothing, and the network goes on") {
  BenchTop bench({.latency = 1s});
  CHECK(bench.send().empty());
  bench.modem.silence(bench.now + 10s);
  CHECK(bench.modem.state_name(bench.now) == "silent");
  CHECK(bench.wait(5s).empty());
  CHECK(bench.taken() == 1);
  CHECK(bench.say("AT\r").empty());
  CHECK(bench.wait(5s).empty());
  CHECK(bench.say("AT\r") == "\r\nOK\r\n");
}

TEST_CASE("a restart is silent, says its boot lines, and has forgotten its settings") {
  BenchTop bench({.boot = 3s});
  ready(bench);
  bench.say(cmgs);
  bench.modem.restart(bench.now);
  CHECK(bench.say("AT\r").empty());
  CHECK(bench.wait(3s) == "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
  CHECK(bench.say("AT+CNMI?\r") == "AT+CNMI?\r\r\n+CNMI: 0,0,0,0,0\r\n\r\nOK\r\n");
}

TEST_CASE("AT+CFUN=1,1 restarts, +CFUN=4 leaves the network") {
  BenchTop bench({.boot = 1s});
  bench.say("AT+CREG=1\r");
  CHECK(bench.say("AT+CFUN=4\r") == "\r\nOK\r\n\r\n+CREG: 0\r\n");
  CHECK(bench.send() == "\r\n+CMS ERROR: 331\r\n");
  CHECK(bench.say("AT+CFUN=1\r") == "\r\nOK\r\n\r\n+CREG: 1\r\n");
  CHECK(bench.say("AT+CFUN=1,1\r") == "\r\nOK\r\n");
  CHECK_THAT(bench.wait(1s), Catch::StartsWith("\r\nRDY"));
}

TEST_CASE("without power nothing is heard, and what was not taken is never sent") {
  std::size_t taken = 0;
  for (int i = 0; i < 100; ++i) {
    BenchTop bench({.latency = 100ms});
    for (int k = 0; k < i; ++k) bench.send(), bench.wait(100ms);
    bench.taken();
    bench.send();
    bench.wait(50ms);
    bench.modem.power_off();
    CHECK(bench.say("AT\r").empty());
    CHECK(bench.wait(1h).empty());
    taken += bench.taken();
  }
  CHECK(taken > 20);  // torn out in mid-send, some have gone out and some have not
  CHECK(taken < 80);
}

TEST_CASE("a status report follows what asked for one") {
  BenchTop bench({.report_delay = 2s});
  ready(bench);
  CHECK_THAT(bench.send(reported_pdu), Catch::Contains("+CMGS: 0"));
  CHECK(bench.wait(1999ms).empty());
  CHECK(bench.wait(1ms) ==
        "\r\n+CDS: 25\r\n0006000C91891912325476621142300300416211423003204100\r\n");
  bench.send(plain_pdu);
  CHECK(bench.wait(1min).empty());
  CHECK(bench.modem.counters().reports == 1);
}

TEST_CASE("status reports can be lost, doubled, late, early and bad") {
  BenchTop bench({.latency = 10ms, .report_delay = 1s});
  ready(bench);
  const auto reports_in = [](const std::string& text) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find("+CDS:", at)) != std::string::npos; ++at) ++count;
    return count;
  };
  bench.send(reported_pdu);
  CHECK(reports_in(bench.wait(2s)) == 1);
  inject(bench, "report-lost");
  bench.send(reported_pdu);
  CHECK(reports_in(bench.wait(1h)) == 0);
  inject(bench, "report-twice");
  bench.send(reported_pdu);
  CHECK(reports_in(bench.wait(2s)) == 2);
  inject(bench, "report-late 10s");
  bench.send(reported_pdu);
  CHECK(reports_in(bench.wait(10s)) == 0);
  CHECK(reports_in(bench.wait(2s)) == 1);
  inject(bench, "report-status 0x46");
  bench.send(reported_pdu);
  CHECK_THAT(bench.wait(2s), Catch::EndsWith("46\r\n"));
  inject(bench, "report-early");
  bench.send(reported_pdu);
  const std::string heard = bench.wait(2s);
  CHECK(heard.find("+CDS:") < heard.find("+CMGS:"));
}

TEST_CASE("status reports go where +CNMI <ds> says") {
  BenchTop bench;
  SECTION("0: nowhere") {
    bench.say("AT+CNMI=2,1,0,0,0\r");
    bench.send(reported_pdu);
    CHECK(bench.wait(1s).empty());
    bench.say("AT+CNMI=2,1,0,1,0\r");
    CHECK(bench.wait(1s).empty());
  }
  SECTION("2: into the store") {
    bench.say("AT+CNMI=2,1,0,2,0\r");
    CHECK_THAT(bench.send(reported_pdu), Catch::EndsWith("+CDSI: \"SM\",1\r\n"));
    CHECK_THAT(bench.say("AT+CMGR=1\r"), Catch::StartsWith("\r\n+CMGR: 0,,25\r\n0006"));
  }
}

TEST_CASE("a report waits while a prompt is open") {
  BenchTop bench({.report_delay = 1s});
  ready(bench);
  bench.send(reported_pdu);
  bench.say(cmgs);
  CHECK(bench.wait(5s).empty());
  CHECK_THAT(bench.say("\x1B"), Catch::StartsWith("\r\nOK\r\n\r\n+CDS: "));
}

TEST_CASE("a storm gives the lines a second that were asked for") {
  for (const unsigned rate : {1U, 50U, 10'000U}) {
    BenchTop bench;
    bench.modem.storm(rate, bench.now);
    std::size_t lines = 0;
    for (int i = 0; i < 2000; ++i) {
      const std::string heard = bench.wait(1ms);
      for (std::size_t at = 0; (at = heard.find("^RSSI", at)) != std::string::npos; ++at) ++lines;
    }
    CHECK(lines + 10 >= 2 * rate);
    CHECK(lines <= 2 * rate + 20);
    bench.modem.storm(0, bench.now);
    CHECK(bench.wait(1s).empty());
  }
}

TEST_CASE("a SIM is pulled and another put in while the modem runs") {
  BenchTop bench;
  ready(bench);
  CHECK(bench.modem.remove_sim(bench.now)->iccid == "8998110000000000001");
  CHECK(bench.modem.take_output() == "\r\n+CPIN: NOT INSERTED\r\n");
  CHECK(bench.say(cmgs) == "\r\n+CMS ERROR: 310\r\n");
  CHECK_FALSE(bench.modem.deliver("+98912", "lost", bench.now));
  bench.modem.insert_sim(sim_of(6), bench.now);
  CHECK(bench.modem.take_output() == "\r\n+CPIN: READY\r\n\r\nSMS Ready\r\n");
  CHECK_THAT(bench.say("AT+CCID\r"), Catch::Contains("8998110000000000007"));
  CHECK_THAT(bench.send(), Catch::Contains("+CMGS"));
}

TEST_CASE("a fault that cannot be read says what would be right") {
  struct Row {
    const char* words;
    const char* says;
  };
  const Row rows[] = {
      {"", "there are cms, cme"},
      {"cmd 3", "there are cms, cme"},
      {"cms", "an error number"},
      {"cms x", "an error number"},
      {"report-status 256", "0 to 255"},
      {"late", "a time as 5s"},
      {"late 2d", "a time as 5s"},
      {"late 90000s", "at most a day"},
      {"lost count=0", "count=N (from 1)"},
      {"lost permille=1001", "0 to 1000"},
      {"lost twice", "count=N"},
  };
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.words) {
      const auto fault = parse_fault(row.words);
      REQUIRE_FALSE(fault);
      CHECK_THAT(fault.error(), Catch::Contains(row.says));
    }
  }
}

TEST_CASE("reports can be such as cannot come directly, or as nobody is told of") {
  const auto sim_with_store = [] {
    Sim sim = sim_of(0);
    sim.reports.resize(10);
    return sim;
  };
  SECTION("they are only stored, and the store has its own name") {
    BenchTop bench({.reports = ReportsGo::stored, .report_notice = "SR"}, sim_with_store());
    CHECK_THAT(bench.say("AT+CNMI=?\r"), Catch::Contains("(0-2),(0-3),(0,2),(0,2),(0,1)"));
    CHECK_THAT(bench.say("AT+CNMI=2,1,0,1,0\r"), Catch::Contains("+CMS ERROR: 303"));
    bench.say("AT+CNMI=2,1,0,2,0\r");
    CHECK_THAT(bench.send(reported_pdu), Catch::Contains("+CDSI: \"SR\",1"));
  }
  SECTION("they lie in ME, and nothing tells so") {
    BenchTop bench({.reports = ReportsGo::unannounced, .report_store = "ME"}, sim_with_store());
    bench.say("AT+CNMI=2,1,0,1,0\r");
    CHECK_THAT(bench.send(reported_pdu), Catch::Contains("+CMGS: 0"));
    CHECK(bench.wait(1h).empty());
    CHECK_THAT(bench.say("AT+CPMS=\"ME\",\"SM\",\"SM\"\r"),
               Catch::Contains("+CPMS: 1,10,0,30,0,30"));
  }
}

TEST_CASE("a modem that hangs says nothing until it is cured") {
  BenchTop bench({.boot = 1s});
  const auto cure = GENERATE(Cure::reopen, Cure::reset, Cure::usb_reset, Cure::power);
  bench.modem.hang(cure);
  CHECK(bench.modem.state_name(bench.now) == "hung");
  CHECK(bench.say("AT\r").empty());
  for (const auto less : {Cure::reopen, Cure::usb_reset}) {
    if (less < cure) bench.modem.treat(less, bench.now);
  }
  CHECK(bench.say("AT\r").empty());
  if (cure == Cure::reset) {
    CHECK(bench.say("AT+CFUN=1,1\r").empty());
  } else {
    CHECK(bench.say("AT+CFUN=1,1\r").empty());
    CHECK(bench.wait(5s).empty());
    bench.modem.treat(cure, bench.now);
  }
  const bool boots = cure != Cure::reopen;
  CHECK((bench.wait(5s).find("RDY") != std::string::npos) == boots);
  CHECK_THAT(bench.say("AT\r"), Catch::Contains("OK"));
}
