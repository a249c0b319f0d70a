#include <catch2/catch.hpp>
#include <string>

#include "at/deliver.hpp"
#include "at/submit.hpp"
#include "modem/virtual/pdu.hpp"
#include "tests/modem/virtual_bench_top.hpp"

using namespace bank::modem::virt;
using namespace bank::modem::virt::test;

TEST_CASE("a text is stored, announced, read and deleted") {
  BenchTop bench;
  bench.say("AT+CNMI=2,1,0,1,0\r");
  REQUIRE(bench.modem.deliver("+989121234567", "hellohello", bench.now));
  CHECK(bench.modem.take_output() == "\r\n+CMTI: \"SM\",1\r\n");
  const std::string entry =
      "28\r\n0791891901000010040C91891912325476000062114230030041"
      "0AE8329BFD4697D9EC37\r\n\r\nOK\r\n";
  CHECK(bench.say("AT+CMGL=4\r") == "\r\n+CMGL: 1,0,," + entry);
  CHECK(bench.say("AT+CMGR=1\r") == "\r\n+CMGR: 1,," + entry);
  CHECK(bench.say("AT+CPMS?\r") == "\r\n+CPMS: \"SM\",1,30,\"SM\",1,30,\"SM\",1,30\r\n\r\nOK\r\n");
  CHECK(bench.say("AT+CMGD=1\r") == "\r\nOK\r\n");
  CHECK(bench.say("AT+CMGL=4\r") == "\r\nOK\r\n");
}

TEST_CASE("what one SIM sends to another comes in there as it was written") {
  bank::at::Submit submit;
  submit.to = "+989120000002";
  submit.text = "hello";
  submit.validity = 5min;
  SECTION("alone") {}
  SECTION("one of several") {
    submit.header.concat = bank::at::Concat{7, 8, 2, 3};
  }
  SECTION("in Persian, without a validity") {
    submit.alphabet = bank::at::Alphabet::ucs2;
    submit.text = "سلام";
    submit.validity = {};
  }
  const auto sent = bank::at::encode(submit).value().hex;
  CHECK(recipient_of(sent) == "+989120000002");
  constexpr auto at = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 10h;
  const auto pdu = relayed(sent, "+989120000001", at, 14);
  REQUIRE(pdu);
  const auto received = bank::at::decode_deliver(*pdu);
  REQUIRE(received);
  CHECK(received->from.digits_or_text == "+989120000001");
  CHECK(received->text == submit.text);
  CHECK(received->header.concat == submit.header.concat);
  CHECK(received->timestamp->instant == at);
  CHECK_FALSE(relayed("00", "+989120000001", at, 14));
  CHECK_FALSE(recipient_of("0011"));
}

TEST_CASE("long and foreign texts come in parts that fit") {
  struct Row {
    const char* name;
    std::string text;
    std::size_t parts;
  };
  std::string persian;
  for (int i = 0; i < 70; ++i) persian += "س";
  std::string faces;
  for (int i = 0; i < 36; ++i) faces += "😀";
  const Row rows[] = {
      {"empty", "", 1},
      {"160 septets", std::string(160, 'a'), 1},
      {"161 septets", std::string(161, 'a'), 2},
      {"307 septets", std::string(307, 'a'), 3},
      {"70 units", persian, 1},
      {"71 units", persian + "س", 2},
      {"36 faces are 72 units, 33 whole ones a part", faces, 2},
  };
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.name) {
      BenchTop bench;
      REQUIRE(bench.modem.deliver("Bank", row.text, bench.now));
      CHECK(bench.modem.sim()->used() == row.parts);
      for (const auto& slot : bench.modem.sim()->slots) {
        if (slot) CHECK(tpdu_octets(slot->pdu) <= 155 + 9);
      }
    }
  }
}

TEST_CASE("what is no text or no sender is refused") {
  BenchTop bench;
  CHECK_FALSE(bench.modem.deliver("+98912", "\xC0\x80", bench.now));
  CHECK_FALSE(bench.modem.deliver("+98912", "\xED\xA0\x80", bench.now));
  CHECK_FALSE(bench.modem.deliver("+98912", std::string(255 * 153 + 1, 'a'), bench.now));
  CHECK_FALSE(bench.modem.deliver("+98x", "hi", bench.now));
  CHECK_FALSE(bench.modem.deliver("", "hi", bench.now));
  CHECK_FALSE(bench.modem.deliver("a name that is too long", "hi", bench.now));
  CHECK_FALSE(bench.modem.deliver_pdu("07xx", bench.now));
  CHECK(bench.modem.sim()->used() == 0);
}

TEST_CASE("a full SIM makes the network wait, and every deletion lets one in") {
  BenchTop bench({}, sim_of(0, {}, 3));
  bench.say("AT+CNMI=2,1,0,1,0\r");
  for (int i = 0; i < 5; ++i) {
    REQUIRE(bench.modem.deliver("+98912", std::to_string(i), bench.now));
  }
  CHECK(bench.modem.take_output() ==
        "\r\n+CMTI: \"SM\",1\r\n\r\n+CMTI: \"SM\",2\r\n\r\n+CMTI: \"SM\",3\r\n");
  CHECK(bench.modem.sim()->held.size() == 2);
  CHECK(bench.say("AT+CMGD=2\r") == "\r\nOK\r\n\r\n+CMTI: \"SM\",2\r\n");
  CHECK(bench.modem.sim()->held.size() == 1);
  // A report needs no room on the SIM and is not held up by the texts that do.
  CHECK_THAT(bench.send(reported_pdu), Catch::Contains("+CDS: "));
}

TEST_CASE("texts wait for the network to have the SIM again") {
  BenchTop bench;
  bench.say("AT+CNMI=2,1,0,1,0\r");
  bench.modem.set_registration(0, bench.now);
  REQUIRE(bench.modem.deliver("+98912", "waits", bench.now));
  CHECK(bench.modem.take_output().empty());
  bench.modem.set_registration(1, bench.now);
  CHECK(bench.modem.take_output() == "\r\n+CMTI: \"SM\",1\r\n");
}

TEST_CASE("with +CSMS=1 nothing more comes before the acknowledgement") {
  BenchTop bench;
  bench.say("AT+CSMS=1\r");
  bench.say("AT+CNMI=2,2,0,1,0\r");
  REQUIRE(bench.modem.deliver("+98912", "one", bench.now));
  REQUIRE(bench.modem.deliver("+98912", "two", bench.now));
  const std::string first = bench.modem.take_output();
  CHECK_THAT(first, Catch::StartsWith("\r\n+CMT: ,"));
  CHECK(first.find("+CMT:", 5) == std::string::npos);
  CHECK_THAT(bench.say("AT+CNMA\r"), Catch::StartsWith("\r\nOK\r\n\r\n+CMT: ,"));
  CHECK(bench.say("AT+CNMA=0\r") == "\r\nOK\r\n");
  CHECK(bench.say("AT+CNMA\r") == "\r\n+CMS ERROR: 340\r\n");
}

TEST_CASE("what was not acknowledged comes again after a restart") {
  BenchTop bench;
  bench.say("AT+CSMS=1\r");
  bench.say("AT+CNMI=2,2,0,0,0\r");
  REQUIRE(bench.modem.deliver("+98912", "again", bench.now));
  bench.modem.restart(bench.now);
  CHECK(bench.modem.sim()->used() == 1);  // +CNMI is forgotten: it goes into the store
}

TEST_CASE("a SIM takes its texts along to another modem") {
  BenchTop here;
  BenchTop there;
  REQUIRE(here.modem.deliver("+98912", "kept", here.now));
  REQUIRE(there.modem.remove_sim(there.now));
  there.modem.insert_sim(*here.modem.remove_sim(here.now), there.now);
  CHECK_THAT(there.say("AT+CMGL=4\r"), Catch::Contains("+CMGL: 1,0"));
}

TEST_CASE("what is not acknowledged in time comes again once +CNMI is set anew") {
  BenchTop bench;
  bench.say("AT+CSMS=1\r");
  bench.say("AT+CNMI=2,0,0,1,0\r");
  REQUIRE(bench.send(reported_pdu).find("+CDS:") != std::string::npos);
  CHECK(bench.wait(14s).empty());
  CHECK(bench.wait(2s).empty());
  CHECK_THAT(bench.say("AT+CNMI?\r"), Catch::Contains("+CNMI: 2,0,0,0,0"));
  CHECK(bench.say("AT+CNMA\r") == "\r\n+CMS ERROR: 340\r\n");
  CHECK(bench.say("AT+CNMI=2,0,0,1,0\r") == "\r\nOK\r\n");
  CHECK_THAT(bench.wait(1min), Catch::StartsWith("\r\n+CDS: "));
}

TEST_CASE("the service that asks for acknowledgements has one number, and tells it") {
  BenchTop bench({.service_2plus = 128});
  CHECK(bench.say("AT+CSMS=?\r") == "\r\n+CSMS: (0,128)\r\n\r\nOK\r\n");
  CHECK(bench.say("AT+CSMS=1\r") == "\r\n+CMS ERROR: 303\r\n");
  CHECK_THAT(bench.say("AT+CSMS=128\r"), Catch::Contains("OK"));
  CHECK(bench.say("AT+CSMS?\r") == "\r\n+CSMS: 128,1,1,1\r\n\r\nOK\r\n");
}
