#include <catch2/catch.hpp>
#include <string>

#include "tests/modem/session_wire.hpp"

using namespace bank::modem;
using namespace bank::modem::test;
using Kind = Request::Kind;
using bank::at::UssdStatus;

namespace {

const std::string plain = "AT+CUSD=1,\"*140#\",15";

struct Ready : Wire {
  Ready() : Wire({.latency = 2s}) {
    open();
    REQUIRE(becomes(SessionState::ready));
    run(1s);
    written.clear();
  }
  RequestEnded answer_to(const std::string& code, std::chrono::milliseconds most = 60s) {
    const auto before = answers.size();
    ask(Kind::ussd, code);
    REQUIRE(run_until([&] { return answers.size() > before; }, most));
    return answers.back();
  }
};

}  // namespace

TEST_CASE("a USSD code is answered, wherever the answer stands") {
  struct Row {
    const char* name;
    const char* said;
  };
  const Row rows[] = {
      {"after the OK", "\r\nOK\r\n\r\n+CUSD: 0,\"Credit 5000\",15\r\n"},
      {"before the OK", "\r\n+CUSD: 0,\"Credit 5000\",15\r\n\r\nOK\r\n"},
      {"and an end after it", "\r\nOK\r\n\r\n+CUSD: 0,\"Credit 5000\",15\r\n\r\n+CUSD: 2\r\n"},
      {"and an end before it", "\r\nOK\r\n\r\n+CUSD: 2\r\n\r\n+CUSD: 0,\"Credit 5000\",15\r\n"},
      {"in UCS-2",
       "\r\nOK\r\n\r\n+CUSD: 0,\"00430072006500640069007400200035003000300030\",72\r\n"},
      {"packed", "\r\nOK\r\n\r\n+CUSD: 0,\"4379999CA6836A30180C\",15\r\n"},
  };
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.name) {
      Ready wire;
      wire.instead[plain] = row.said;
      const auto answer = wire.answer_to("*140#");
      REQUIRE(answer.ussd);
      CHECK(answer.ussd->text == "Credit 5000");
      CHECK_FALSE(answer.failure);
      CHECK_FALSE(wire.session.is_in_menu());
      CHECK(wire.can_submit(1s));
      CHECK(wire.send(1));
    }
  }
}

TEST_CASE("a USSD request is written in other ways until one is taken") {
  Ready wire;
  wire.instead[plain] = "\r\nERROR\r\n";
  wire.instead["AT+CUSD=1,\"*140#\""] = "\r\n+CME ERROR: 4\r\n";
  const bank::at::UssdForm packed = bank::at::UssdForm::packed;
  const auto line = bank::at::ussd_request("*140#", packed, 15);
  REQUIRE(line);
  wire.instead[*line] = "\r\nOK\r\n\r\n+CUSD: 0,\"yes\",15\r\n";
  wire.instead["AT+CUSD=2"] = "\r\nOK\r\n";
  const auto answer = wire.answer_to("*140#");
  REQUIRE(answer.ussd);
  CHECK(answer.ussd->text == "yes");
  CHECK(wire.times_written("AT+CUSD=2") == 1);
}

TEST_CASE("a dialogue that somebody left open is ended before the next") {
  Ready wire;
  wire.at_first[plain] = {"\r\n+CME ERROR: 3\r\n"};
  wire.instead[plain] = "\r\nOK\r\n\r\n+CUSD: 0,\"fresh\",15\r\n";
  wire.instead["AT+CUSD=2"] = "\r\nOK\r\n";
  const auto answer = wire.answer_to("*140#");
  REQUIRE(answer.ussd);
  CHECK(answer.ussd->text == "fresh");
}

TEST_CASE("a menu is walked through, and ended when nobody answers it") {
  Ready wire;
  wire.instead[plain] = "\r\nOK\r\n\r\n+CUSD: 1,\"1 Balance\r\n2 Offers\",15\r\n";
  wire.instead["AT+CUSD=1,\"1\",15"] = "\r\nOK\r\n\r\n+CUSD: 1,\"9 Back\",15\r\n";
  wire.instead["AT+CUSD=2"] = "\r\nOK\r\n";
  auto answer = wire.answer_to("*140#");
  REQUIRE(answer.ussd);
  CHECK(answer.ussd->status == UssdStatus::reply_expected);
  CHECK(answer.ussd->text == "1 Balance\r\n2 Offers");
  CHECK(wire.session.is_in_menu());
  CHECK_FALSE(wire.session.can_submit());  // the line belongs to the menu
  answer = wire.answer_to("1");
  CHECK(answer.ussd->text == "9 Back");
  CHECK(wire.times_written("AT+CUSD=2") == 0);
  CHECK(wire.run_until([&] { return wire.session.can_submit(); }, 61s));
  CHECK(wire.times_written("AT+CUSD=2") == 1);
  CHECK_FALSE(wire.session.is_in_menu());
}

TEST_CASE("an answer that never comes, or a refusal, is told as what it is") {
  Ready wire;
  wire.instead["AT+CUSD=2"] = "\r\nOK\r\n";
  SECTION("no answer of the network") {
    wire.instead[plain] = "\r\nOK\r\n";
    const auto answer = wire.answer_to("*140#");
    CHECK_FALSE(answer.ussd);
    REQUIRE(answer.failure);
    CHECK_FALSE(answer.failure->is_answer());
  }
  SECTION("refused in every way") {
    const auto answer = wire.answer_to("*140#");  // the virtual modem knows no USSD
    CHECK_FALSE(answer.ussd);
    REQUIRE(answer.failure);
    CHECK(answer.failure->is_answer());
  }
  SECTION("what cannot be written") {
    const auto answer = wire.answer_to(std::string(300, '1'));
    CHECK(answer.why == "text");
  }
  SECTION("the modem goes away") {
    wire.instead[plain] = "\r\nOK\r\n";
    wire.ask(Kind::ussd, "*140#");
    wire.run(1s);
    wire.unplug();
    REQUIRE(wire.answers.size() == 1);
    CHECK(wire.answers[0].why == "vanished");
    return;
  }
  CHECK(wire.send(1));
}

TEST_CASE("a request waits for the part in hand, and a part for the request") {
  Ready wire;
  wire.instead[plain] = "\r\nOK\r\n\r\n+CUSD: 0,\"ok\",15\r\n";
  wire.submit(1);
  wire.ask(Kind::ussd, "*140#");
  CHECK(wire.answers.empty());
  CHECK(wire.run_until([&] { return !wire.answers.empty(); }, 10s));
  CHECK(wire.ended.contains(1));
  CHECK(wire.offences.empty());
}

TEST_CASE("a command of one's own is answered with its lines, or its refusal") {
  Ready wire;
  wire.ask(Kind::at, "AT+CSQ");
  wire.run(1s);
  REQUIRE(wire.answers.size() == 1);
  REQUIRE(wire.answers[0].lines.size() == 1);
  CHECK(wire.answers[0].lines[0].text == "+CSQ: 20,0");
  wire.ask(Kind::at, "AT+NOSUCH");
  wire.run(1s);
  REQUIRE(wire.answers.size() == 2);
  REQUIRE(wire.answers[1].failure);
  CHECK(wire.can_submit(1s));
}

TEST_CASE("a USSD code that is not answered is not written again") {
  Ready wire;
  wire.instead[plain] = "";  // nothing at all
  wire.instead["AT+CUSD=1,\"*140#\""] = "\r\nOK\r\n";
  wire.ask(Kind::ussd, "*140#");
  wire.run(3min);
  REQUIRE(wire.answers.size() == 1);
  CHECK(wire.times_written("AT+CUSD=1") == 1);
}

TEST_CASE("after a command of one's own the SIM may be another, and nothing read before counts") {
  Ready wire;
  const auto before = wire.session.insertion();
  wire.ask(Kind::at, "AT+CFUN=1");
  wire.run(5s);
  CHECK(wire.session.insertion() != before);
  CHECK(wire.session.state() == SessionState::ready);
}

TEST_CASE("a request that nobody waits for any more is not written later") {
  Ready wire;
  wire.submit(1);
  wire.ask(Kind::ussd, "*140#");
  wire.perform(wire.session.forget_request(1));
  wire.run(1min);
  CHECK(wire.times_written("AT+CUSD=1") == 0);
  CHECK(wire.session.can_ask());
}
