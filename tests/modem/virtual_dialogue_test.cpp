#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "tests/modem/virtual_bench_top.hpp"

using namespace bank::modem::virt;
using namespace bank::modem::virt::test;

TEST_CASE("commands are answered as real modems answer them") {
  struct Row {
    const char* command;
    std::string answer;
  };
  const Row rows[] = {
      {"AT\r", "\r\nOK\r\n"},
      {"at\r", "\r\nOK\r\n"},
      {"\r\n", ""},
      {"ATE0V1Q0\r", "\r\nOK\r\n"},
      {"ATE0+CMEE=1\r", "\r\nOK\r\n"},
      {"ATZ\r", ""},  // its own case below: echo is back
      {"AT+CGSN\r", "\r\n354209000000017\r\n\r\nOK\r\n"},
      {"AT+CIMI\r", "\r\n432110000000001\r\n\r\nOK\r\n"},
      {"AT+CCID\r", "\r\n+CCID: \"8998110000000000001\"\r\n\r\nOK\r\n"},
      {"AT+CNUM\r", "\r\n+CNUM: \"\",\"+989120000001\",145\r\n\r\nOK\r\n"},
      {"AT+CPIN?\r", "\r\n+CPIN: READY\r\n\r\nOK\r\n"},
      {"AT+CREG?\r", "\r\n+CREG: 0,1\r\n\r\nOK\r\n"},
      {"AT+CPMS=\"SM\",\"SM\",\"SM\"\r", "\r\n+CPMS: 0,30,0,30,0,30\r\n\r\nOK\r\n"},
      {"AT+CNMI=?\r", "\r\n+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)\r\n\r\nOK\r\n"},
      {"AT+CSCA?\r", "\r\n+CSCA: \"+989110000001\",145\r\n\r\nOK\r\n"},
      {"AT+CCLK?\r", "\r\n+CCLK: \"26/11/24,03:30:00+14\"\r\n\r\nOK\r\n"},
      {"AT+CSQ\r", "\r\n+CSQ: 20,0\r\n\r\nOK\r\n"},
      {"AT+CMGF=1\r", "\r\n+CMS ERROR: 303\r\n"},
      {"AT+CMGR=1\r", "\r\n+CMS ERROR: 321\r\n"},
      {"AT+CNMA\r", "\r\n+CMS ERROR: 340\r\n"},
      {"AT+NOSUCH=1\r", "\r\nERROR\r\n"},
      {"AT+CMGS=7x\r", "\r\nERROR\r\n"},
      {"AT+CMGS=9999\r", "\r\n+CMS ERROR: 304\r\n"},
      {"no command\r", ""},
      {"\xFF\x80 noise AT\r", "\r\nOK\r\n"},
  };
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.command) {
      BenchTop bench;
      if (std::string_view(row.command) == "ATZ\r") {
        CHECK(bench.say("ATZ\r") == "\r\nOK\r\n");
        CHECK(bench.say("AT\r") == "AT\r\r\nOK\r\n");  // echo is back
      } else {
        CHECK(bench.say(row.command) == row.answer);
      }
    }
  }
}

TEST_CASE("errors take the form that +CMEE asks for") {
  BenchTop bench({}, sim_of(0, "1234"));
  CHECK(bench.say("AT+CIMI\r") == "\r\nERROR\r\n");
  bench.say("AT+CMEE=1\r");
  CHECK(bench.say("AT+CIMI\r") == "\r\n+CME ERROR: 11\r\n");
  bench.say("AT+CMEE=2\r");
  CHECK(bench.say("AT+CIMI\r") == "\r\n+CME ERROR: SIM PIN required\r\n");
}

TEST_CASE("a fresh modem echoes until ATE0") {
  Modem modem({}, sim_of(0), 1);
  modem.receive("AT\r", {});
  CHECK(modem.take_output() == "AT\r\r\nOK\r\n");
  modem.receive("ATE0\r", {});
  CHECK(modem.take_output() == "ATE0\r\r\nOK\r\n");
  modem.receive("AT\r", {});
  CHECK(modem.take_output() == "\r\nOK\r\n");
}

TEST_CASE("a submission is told with its reference and taken once") {
  BenchTop bench;
  CHECK(bench.send() == "\r\n+CMGS: 0\r\n\r\nOK\r\n");
  CHECK(bench.send() == "\r\n+CMGS: 1\r\n\r\nOK\r\n");
  const auto taken = bench.modem.take_submissions();
  REQUIRE(taken.size() == 2);
  CHECK(taken[1].mr == 1);
  CHECK(taken[1].iccid == "8998110000000000001");
  CHECK(taken[1].pdu == plain_pdu);
  CHECK(bench.modem.take_submissions().empty());
  CHECK(bench.modem.counters().accepted == 2);
  CHECK(bench.modem.counters().violations == 0);
}

TEST_CASE("references wrap after 255") {
  BenchTop bench;
  for (int i = 0; i < 256; ++i) bench.send();
  CHECK(bench.send() == "\r\n+CMGS: 0\r\n\r\nOK\r\n");
}

TEST_CASE("it does not matter how the bytes are chopped") {
  for (std::size_t piece = 1; piece < 40; ++piece) {
    BenchTop bench;
    std::string heard;
    for (const std::string& written :
         {std::string("AT+CREG?\r"), std::string(cmgs), std::string(plain_pdu) + "\x1A"}) {
      for (std::size_t at = 0; at < written.size(); at += piece) {
        heard += bench.say(std::string_view(written).substr(at, piece));
      }
    }
    CHECK(heard == "\r\n+CREG: 0,1\r\n\r\nOK\r\n\r\n> \r\n+CMGS: 0\r\n\r\nOK\r\n");
    CHECK(bench.modem.counters().violations == 0);
  }
}

TEST_CASE("ESC at the prompt cancels and answers OK") {
  BenchTop bench;
  bench.say(cmgs);
  bench.say("00010");
  CHECK(bench.say("\x1B") == "\r\nOK\r\n");
  CHECK(bench.say("AT\r") == "\r\nOK\r\n");
  CHECK(bench.taken() == 0);
}

TEST_CASE("a prompt stays open until somebody closes it") {
  BenchTop bench;
  bench.say(cmgs);
  CHECK(bench.wait(10min).empty());
  CHECK(bench.modem.state_name(bench.now) == "prompt");
  CHECK(bench.say("AT\r").empty());  // these three octets are part of a PDU now
  CHECK(bench.say(std::string(plain_pdu) + "\x1A") == "\r\n+CMS ERROR: 304\r\n");
}

TEST_CASE("a wrong PDU is refused with 304") {
  struct Row {
    const char* name;
    std::string pdu;
  };
  const std::string good(plain_pdu);
  const Row rows[] = {
      {"an octet short", good.substr(0, good.size() - 2)},
      {"an octet long", good + "00"},
      {"half an octet", good.substr(0, good.size() - 1)},
      {"not hex", "0001000C9189191232547600000AE8329BFD4697D9ECZZ"},
      {"a DELIVER", "0000000C9189191232547600000AE8329BFD4697D9EC37"},
      {"a length that outruns the data", "0001000C9189191232547600000BE8329BFD4697D9EC37" + good},
      {"nothing", ""},
  };
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.name) {
      BenchTop bench;
      bench.say("AT+CMGS=" + std::to_string(plain_pdu.size() / 2 - 1) + "\r");
      CHECK(bench.say(row.pdu + "\x1A") == "\r\n+CMS ERROR: 304\r\n");
      CHECK(bench.taken() == 0);
      CHECK(bench.modem.counters().bad_pdus == 1);
      CHECK(bench.say("AT\r") == "\r\nOK\r\n");
    }
  }
}

TEST_CASE("who speaks while a result is awaited is counted and not heard") {
  BenchTop bench({.latency = 100ms});
  CHECK(bench.send().empty());
  CHECK(bench.say("AT\r").empty());
  CHECK(bench.modem.counters().violations == 1);
  CHECK(bench.wait(100ms) == "\r\n+CMGS: 0\r\n\r\nOK\r\n");
  CHECK(bench.say("AT\r") == "\r\nOK\r\n");
}

TEST_CASE("a PDU on the heels of its command is a violation") {
  BenchTop bench;
  CHECK(bench.say(std::string(cmgs) + std::string(plain_pdu) + "\x1A") == "\r\n> ");
  CHECK(bench.modem.counters().violations == 1);
  CHECK(bench.taken() == 0);
}

TEST_CASE("the network takes its time, within the jitter, and decides on the way") {
  BenchTop bench({.latency = 100ms, .jitter = 20ms});
  for (int i = 0; i < 50; ++i) {
    CHECK(bench.send().empty());
    CHECK(bench.wait(79ms).empty());
    CHECK_THAT(bench.wait(41ms), Catch::Contains("+CMGS: " + std::to_string(i) + "\r\n"));
    const auto taken = bench.modem.take_submissions();
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].at <= bench.now);
  }
}

TEST_CASE("without registration nothing is sent") {
  BenchTop bench;
  bench.say("AT+CREG=1\r");
  bench.modem.set_registration(2, bench.now);
  CHECK(bench.modem.take_output() == "\r\n+CREG: 2\r\n");
  CHECK(bench.send() == "\r\n+CMS ERROR: 331\r\n");
  CHECK(bench.say("AT+COPS?\r") == "\r\n+COPS: 0\r\n\r\nOK\r\n");
  bench.modem.set_registration(5, bench.now);
  CHECK(bench.modem.take_output() == "\r\n+CREG: 5\r\n");
  CHECK(bench.send() == "\r\n+CMGS: 0\r\n\r\nOK\r\n");
}

TEST_CASE("a PIN opens the SIM, three wrong ones close it") {
  BenchTop bench({}, sim_of(0, "1234"));
  bench.say("AT+CMEE=1\r");
  CHECK(bench.say("AT+CPIN?\r") == "\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n");
  CHECK(bench.say(cmgs) == "\r\n+CMS ERROR: 311\r\n");
  CHECK(bench.say("AT+CREG?\r") == "\r\n+CREG: 0,0\r\n\r\nOK\r\n");
  SECTION("the right one") {
    CHECK_THAT(bench.say("AT+CPIN=\"1234\"\r"), Catch::StartsWith("\r\nOK\r\n"));
    CHECK(bench.say("AT+CPIN?\r") == "\r\n+CPIN: READY\r\n\r\nOK\r\n");
    CHECK(bench.send() == "\r\n+CMGS: 0\r\n\r\nOK\r\n");
  }
  SECTION("wrong ones") {
    CHECK(bench.say("AT+CPIN=\"0000\"\r") == "\r\n+CME ERROR: 16\r\n");
    CHECK(bench.say("AT+CPINR\r") == "\r\n+CPINR: SIM PIN,2,3\r\n\r\nOK\r\n");
    CHECK(bench.say("AT+CPIN=\"0000\"\r") == "\r\n+CME ERROR: 16\r\n");
    CHECK(bench.say("AT+CPIN=\"0000\"\r") == "\r\n+CME ERROR: 12\r\n");
    CHECK(bench.say("AT+CPIN=\"1234\"\r") == "\r\n+CME ERROR: 12\r\n");
    CHECK(bench.say("AT+CPIN?\r") == "\r\n+CPIN: SIM PUK\r\n\r\nOK\r\n");
    CHECK_THAT(bench.say("AT+CPIN=\"12345678\",\"4321\"\r"), Catch::StartsWith("\r\nOK\r\n"));
    CHECK(bench.say("AT+CPIN?\r") == "\r\n+CPIN: READY\r\n\r\nOK\r\n");
  }
}

TEST_CASE("a line without end is refused and forgotten") {
  BenchTop bench;
  CHECK(bench.say("AT" + std::string(5000, 'x')).empty());
  CHECK(bench.say("\r") == "\r\nERROR\r\n");
  bench.say(cmgs);
  CHECK(bench.say(std::string(100'000, '0') + "\x1A") == "\r\n+CMS ERROR: 304\r\n");
  CHECK(bench.say("AT\r") == "\r\nOK\r\n");
}

TEST_CASE("what nobody reads is dropped at the bound and counted") {
  BenchTop bench;
  for (int i = 0; i < 2000; ++i) {
    bench.modem.receive("ATI\r", bench.now);
    bench.modem.receive("AT+CGMI\r", bench.now);
  }
  for (int i = 0; i < 4000; ++i) bench.modem.receive("AT+CNMI=?\r", bench.now);
  CHECK(bench.modem.output().size() <= most_output);
  CHECK(bench.modem.counters().dropped > 0);
}

TEST_CASE("the same seed and the same bytes give the same answers") {
  const auto play = [] {
    BenchTop bench({.latency = 50ms, .jitter = 50ms});
    REQUIRE(
        bench.modem.inject({.kind = FaultKind::refuse, .code = 38, .count = {}, .permille = 300}));
    REQUIRE(bench.modem.inject({.kind = FaultKind::garbage, .count = {}, .permille = 200}));
    std::string heard;
    for (int i = 0; i < 100; ++i) heard += bench.send() + bench.wait(100ms);
    return heard;
  };
  CHECK(play() == play());
}

TEST_CASE("arbitrary bytes never break it") {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    BenchTop bench({.latency = 5ms});
    for (int i = 0; i < 40; ++i) {
      std::string bytes = i % 3 == 0 ? "AT+C" : "";
      for (std::size_t k = random() % 60; k > 0; --k) {
        constexpr std::string_view likely = "AT+CMGSLRDNIP=?\",;0123456789ABCDEF\r\n\x1A\x1B";
        bytes += random() % 8 == 0 ? static_cast<char>(random()) : likely[random() % likely.size()];
      }
      bench.say(bytes);
      bench.wait(std::chrono::milliseconds{random() % 10});
    }
  }
  SUCCEED("under the sanitizers that is the whole test");
}
