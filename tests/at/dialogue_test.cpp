#include "at/dialogue.hpp"

#include <catch2/catch.hpp>
#include <iterator>
#include <string>

using namespace bank::at;
using namespace std::chrono_literals;

namespace {

constexpr TimePoint start{};
using Kind = DialogueFailure::Kind;

template <class Event>
const Event& only(const DialogueEvents& events) {
  REQUIRE(events.size() == 1);
  REQUIRE(std::holds_alternative<Event>(events[0]));
  return std::get<Event>(events[0]);
}

Dialogue sending() {
  Dialogue dialogue;
  Command command{"AT+CMGS=23", "+CMGS:", 10s, true};
  (void)dialogue.submit(std::move(command), start);
  return dialogue;
}

}  // namespace

TEST_CASE("an unsolicited line in the middle of a send does not end it") {
  Dialogue dialogue = sending();
  (void)only<Prompt>(dialogue.receive("\r\n> ", start));
  CHECK(only<Write>(dialogue.pay("0011000B91", 120s, start)).bytes == "0011000B91\x1A");
  const auto rest = dialogue.receive("\r\n+CREG: 5\r\n\r\n+CMGS: 17\r\n\r\nOK\r\n", start);
  REQUIRE(rest.size() == 2);
  CHECK(std::get<Unsolicited>(rest[0]).line.text == "+CREG: 5");
  CHECK(std::get<Done>(rest[1]).result == Reply{{"+CMGS: 17"}});
  CHECK(dialogue.in_step());
}

TEST_CASE("a prompt is known in every shape, and nothing of it is left for the next line") {
  for (const std::string prompt : {"\r\n> ", "> ", "\r\n>", ">\r\n", "AT+CMGS=23\r\r\n> "}) {
    CAPTURE(prompt);
    Dialogue dialogue = sending();
    (void)only<Prompt>(dialogue.receive(prompt, start));
    (void)dialogue.pay("00AB", 120s, start);
    const auto end = dialogue.receive("00AB\x1A\r\n+CMGS: 1\r\n\r\nOK\r\n", start);
    CHECK(only<Done>(end).result == Reply{{"+CMGS: 1"}});
  }
}

TEST_CASE("the answer does not depend on how the port cuts the bytes") {
  const std::string_view wire =
      "\r\n+CDS: 25\r\n0006D60B911326880736F4\r\n\r\n+CSQ: 18,99\r\n\r\n^RSSI:18\r\n\r\nOK\r\n";
  for (std::size_t chunk = 1; chunk <= wire.size(); ++chunk) {
    Dialogue dialogue;
    (void)dialogue.submit({"AT+CSQ", "+CSQ:", 5s}, start);
    DialogueEvents events;
    for (std::size_t at = 0; at < wire.size(); at += chunk) {
      auto more = dialogue.receive(wire.substr(at, chunk), start);
      std::move(more.begin(), more.end(), std::back_inserter(events));
    }
    CAPTURE(chunk);
    REQUIRE(events.size() == 3);
    CHECK(std::get<Unsolicited>(events[0]).line == Line{"+CDS: 25", "0006D60B911326880736F4"});
    CHECK(std::get<Unsolicited>(events[1]).line.text == "^RSSI:18");
    CHECK(std::get<Done>(events[2]).result == Reply{{"+CSQ: 18,99"}});
  }
}

TEST_CASE("a listing carries each PDU with its line") {
  Dialogue dialogue;
  (void)dialogue.submit({"AT+CMGL=4", "+CMGL:", 60s, false, 0}, start);
  const auto events =
      dialogue.receive("+CMGL: 1,0,,23\r\n07911326\r\n+CMGL: 2,1,,24\r\n07911327\r\nOK\r\n", start);
  CHECK(only<Done>(events).result ==
        Reply{{"+CMGL: 1,0,,23", "07911326"}, {"+CMGL: 2,1,,24", "07911327"}});
}

TEST_CASE("errors keep their number, or their words") {
  struct Vector {
    std::string wire;
    DialogueFailure failure;
  };
  const Vector vectors[] = {
      {"\r\nERROR\r\n", {Kind::error}},
      {"\r\n+CME ERROR: 14\r\n", {Kind::cme, 14}},
      {"\r\n+CME ERROR:53\r\n", {Kind::cme, 53}},
      {"\r\n+CMS ERROR: 331\r\n", {Kind::cms, 331}},
      {"\r\n+CME ERROR: SIM busy\r\n", {Kind::cme, -1, "SIM busy"}},
      {"\r\nCOMMAND NOT SUPPORT\r\n", {Kind::error, -1, "COMMAND NOT SUPPORT"}},
      {"\r\nOPERATION NOT ALLOWED\r\n", {Kind::error, -1, "OPERATION NOT ALLOWED"}},
      {"\r\noperation not allowed\r\n", {Kind::error, -1, "operation not allowed"}},
      {"\r\nABORTED\r\n", {Kind::error, -1, "ABORTED"}},
      {"\r\n+EXT ERROR: 5\r\n", {Kind::error, -1, "+EXT ERROR: 5"}},
  };
  for (const auto& v : vectors) {
    CAPTURE(v.wire);
    Dialogue dialogue;
    (void)dialogue.submit({"AT+CPIN?", "+CPIN:", 5s}, start);
    const auto events = dialogue.receive(v.wire, start);
    REQUIRE_FALSE(only<Done>(events).result.has_value());
    CHECK(std::get<Done>(events[0]).result.error() == v.failure);
    CHECK(dialogue.in_step());
  }
}

TEST_CASE("a silent modem times out exactly at the deadline and is out of step") {
  Dialogue dialogue;
  (void)dialogue.submit({"AT+COPS?", "+COPS:", 3s}, start);
  CHECK(dialogue.expire(start + 2999ms).empty());
  CHECK(only<Done>(dialogue.expire(start + 3s)).result.error().kind == Kind::timeout);
  CHECK_FALSE(dialogue.in_step());
}

TEST_CASE("an OK before the prompt, or without the promised line, is somebody else's") {
  SECTION("before the prompt: the prompt that may still come is closed") {
    Dialogue dialogue = sending();
    const auto events = dialogue.receive("\r\nOK\r\n", start);
    REQUIRE(events.size() == 2);
    CHECK(std::get<Write>(events[0]).bytes == "\x1B");
    CHECK(std::get<Done>(events[1]).result.error().kind == Kind::foreign);
    CHECK_FALSE(dialogue.in_step());
  }
  SECTION("without its line") {
    Dialogue dialogue;
    (void)dialogue.submit({"AT+CSQ", "+CSQ:", 5s}, start);
    CHECK(only<Done>(dialogue.receive("OK\r\n", start)).result.error().kind == Kind::foreign);
    CHECK_FALSE(dialogue.in_step());
  }
}

TEST_CASE("an open prompt is closed with ESC when the message is withdrawn") {
  Dialogue dialogue = sending();
  (void)dialogue.receive("\r\n> ", start);
  const auto events = dialogue.abandon(start);
  REQUIRE(events.size() == 2);
  CHECK(std::get<Write>(events[0]).bytes == "\x1B");
  CHECK(std::get<Done>(events[1]).result.error().kind == Kind::abandoned);
}

TEST_CASE("a late answer passes by while getting back in step, and is told") {
  Dialogue dialogue = sending();
  (void)dialogue.receive("\r\n> ", start);
  (void)dialogue.pay("00AB", 120s, start);
  (void)dialogue.expire(start + 120s);
  REQUIRE_FALSE(dialogue.in_step());

  TimePoint now = start + 120s;
  (void)only<Write>(dialogue.resynchronise(now));
  const auto late = dialogue.receive("\r\n+CMGS: 9\r\n\r\nOK\r\n", now);
  CHECK(only<Unsolicited>(late).line.text == "+CMGS: 9");
  now += 300ms;
  CHECK(only<Write>(dialogue.expire(now)).bytes == "AT+CMEE?\r");
  CHECK(dialogue.receive("\r\nOK\r\n", now).empty());  // later still: not the question's answer
  (void)only<InStep>(dialogue.receive("+CMEE: 1\r\n\r\nOK\r\n", now));
  CHECK(dialogue.in_step());
  CHECK(dialogue.idle());
}

TEST_CASE("an answer that its OK never follows is the answer when its time is over") {
  Dialogue dialogue;
  (void)dialogue.submit({"AT+CPIN?", "+CPIN:", 10s}, start);
  CHECK(dialogue.receive("\r\n+CPIN: READY\r\n", start + 1s).empty());
  const auto done = only<Done>(dialogue.expire(start + 10s));
  REQUIRE(done.result.has_value());
  CHECK(done.result->front().text == "+CPIN: READY");
  CHECK_FALSE(dialogue.in_step());  // the OK may still come

  Dialogue listing;
  Command all{"AT+CMGL=4", "+CMGL:", 10s};
  all.lines_at_least = 0;
  (void)listing.submit(all, start);
  CHECK(listing.receive("\r\n+CMGL: 1,1,,3\r\n00AB00\r\n", start).empty());
  CHECK(only<Done>(listing.expire(start + 10s)).result.error().kind == Kind::timeout);

  Dialogue silent;
  Command identity{"AT+CGMI", "", 5s};
  identity.any_lines = true;
  (void)silent.submit(identity, start);
  (void)silent.receive("\r\n^BOOT:1\r\n", start);
  CHECK(only<Done>(silent.expire(start + 10s)).result.error().kind == Kind::timeout);
}

TEST_CASE("getting back in step ends when the modem stays silent") {
  Dialogue dialogue;
  (void)dialogue.submit({"AT", "", 5s}, start);
  (void)dialogue.expire(start + 5s);
  (void)dialogue.resynchronise(start + 5s);
  int writes = 0;
  for (int i = 0; i < 100 && !dialogue.idle(); ++i) {
    for (const auto& event : dialogue.expire(dialogue.deadline())) {
      if (std::holds_alternative<Write>(event)) ++writes;
    }
  }
  CHECK(writes == Dialogue::most_questions);
  CHECK(dialogue.idle());
  CHECK_FALSE(dialogue.in_step());
}

TEST_CASE("noise without end is dropped and harms no later line") {
  Dialogue dialogue;
  (void)dialogue.submit({"AT+CSQ", "+CSQ:", 5s}, start);
  CHECK(dialogue.receive(std::string(100000, 'x'), start).empty());
  const auto events = dialogue.receive("\r\n\0\x01+CSQ: 5,0\r\nOK\r\n", start);
  CHECK(only<Done>(dialogue.receive("\r\n+CSQ: 5,0\r\nOK\r\n", start)).result ==
        Reply{{"+CSQ: 5,0"}});
  CHECK(events.empty());  // the literal ends at its first NUL
}

TEST_CASE("a quoted USSD text is one line to its closing quote, as it was printed") {
  struct Vector {
    const char* name;
    std::string line;
  };
  const Vector vectors[] = {
      {"CR LF within, and what looks like a result", "+CUSD: 0,\"Balance\r\nOK\r\n12\",15"},
      {"LF within", "+CUSD: 0,\"Balance\n12\n\",15"},
      {"CR within", "+CUSD: 0,\"Balance\r12\",15"},
      {"CR CR LF within", "+CUSD: 0,\"Balance\r\r\n12\",15"},
      {"a blank before it, no scheme", "+CUSD: 0, \"one\r\nERROR\r\ntwo\""},
      {"quotes within", "+CUSD: 1,\"Press \"1\"\r\nor \"2\r\nto pay\",15"},
      {"a quote without a second one within", "+CUSD: 0,\"a 5\" screen\r\nis yours\",15"},
      {"that quote and no line end", "+CUSD: 0,\"a 5\" screen\",15"},
      {"empty", "+CUSD: 0,\"\""},
      {"no text", "+CUSD: 2"},
      {"not quoted, with a quote within", "+CUSD: 0,a 5\" screen,15"},
      {"longer than any that is cut", "+CUSD: 0,\"" + std::string(320, '4') + "\",72"},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      Dialogue dialogue;
      (void)dialogue.submit({"AT+CMGF=0", "", 5s}, start);
      const auto events = dialogue.receive("\r\n" + v.line + "\r\n\r\nOK\r\n", start);
      REQUIRE(events.size() == 2);
      CHECK(std::get<Unsolicited>(events[0]).line.text == v.line);
      CHECK(std::get<Done>(events[1]).result == Reply{});
    }
  }
}

TEST_CASE("a USSD text that was cut with its closing quote ends with its line") {
  for (const std::size_t size : {182, 183, 400}) {
    CAPTURE(size);
    const std::string text = "+CUSD: 0,\"" + std::string(size - 4, 'x') + "\r\nyz";
    Dialogue dialogue;
    (void)dialogue.submit({"AT+CMGF=0", "", 5s}, start);
    // The first line end already closes the longest of them.
    const auto events = dialogue.receive(text + "\r\n\r\nOK\r\n", start);
    REQUIRE(events.size() == (size == 400 ? 3 : 2));
    const auto told = std::get<Unsolicited>(events[0]).line.text;
    CHECK(told == (size == 400 ? text.substr(0, text.find('\r')) : text));
    CHECK(std::get<Done>(events.back()).result == Reply{});
  }
}

TEST_CASE("a USSD text that nothing closes is told when a time is over") {
  const std::string text = "+CUSD: 0,\"Balance\r\n\r\nOK\r\n";
  SECTION("a command's") {
    Dialogue dialogue;
    (void)dialogue.submit({"AT+CMGF=0", "", 5s}, start);
    CHECK(dialogue.receive(text, start).empty());
    const auto events = dialogue.expire(start + 5s);
    REQUIRE(events.size() == 2);
    CHECK(std::get<Unsolicited>(events[0]).line.text == text);
    CHECK(std::get<Done>(events[1]).result.error().kind == Kind::timeout);
  }
  SECTION("of a command that asked for it: then it is the answer") {
    Dialogue dialogue;
    (void)dialogue.submit({"AT+CUSD=1,\"*100#\",15", "+CUSD:", 5s}, start);
    CHECK(dialogue.receive(text, start).empty());
    CHECK(only<Done>(dialogue.expire(start + 5s)).result == Reply{{text}});
  }
  SECTION("a resynchronisation's") {
    Dialogue dialogue;
    (void)dialogue.resynchronise(start);
    CHECK(dialogue.receive(text, start).empty());
    const auto events = dialogue.expire(start + 300ms);
    REQUIRE(events.size() == 2);
    CHECK(std::get<Unsolicited>(events[0]).line.text == text);
    (void)only<InStep>(dialogue.receive("+CMEE: 1\r\nOK\r\n", start + 300ms));
  }
  SECTION("or when a resynchronisation begins") {
    Dialogue dialogue;
    CHECK(dialogue.receive(text, start).empty());
    const auto events = dialogue.resynchronise(start);
    REQUIRE(events.size() == 2);
    CHECK(std::get<Unsolicited>(events[0]).line.text == text);
    CHECK(std::get<Write>(events[1]).bytes == "\x1B\r");
  }
}

TEST_CASE("a PDU belongs to the line before it in every dress that from_hex takes off") {
  for (const std::string pdu : {"0791 1326 00AB", "\"0791132600AB\"", " 0791132600ab\t", "00AB0"}) {
    CAPTURE(pdu);
    const std::string ended = pdu + "\x1A\r\n";
    Dialogue dialogue;
    CHECK(only<Unsolicited>(dialogue.receive("+CDS: 5\r\n" + ended, start)).line ==
          Line{"+CDS: 5", pdu});
    CHECK(only<Unsolicited>(dialogue.receive("+CMT: ,5\r\n" + ended, start)).line ==
          Line{"+CMT: ,5", pdu});
    (void)dialogue.submit({"AT+CMGR=1", "+CMGR:", 10s}, start);
    const auto read = dialogue.receive("+CMGR: 1,,5\r\n" + ended + "OK\r\n", start);
    CHECK(only<Done>(read).result == Reply{{"+CMGR: 1,,5", pdu}});
    (void)dialogue.submit({"AT+CMGL=4", "+CMGL:", 10s}, start);
    const auto listed = dialogue.receive("+CMGL: 1,1,,5\r\n" + ended + "OK\r\n", start);
    CHECK(only<Done>(listed).result == Reply{{"+CMGL: 1,1,,5", pdu}});
  }
}

TEST_CASE("the results of a call end a command that dials, and no other") {
  for (const std::string result :
       {"NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "NO DIAL TONE"}) {
    CAPTURE(result);
    const std::string wire = "\r\n" + result + "\r\n";
    Dialogue dialogue;
    for (const std::string line : {"ATD+41791234567;", "atd*99#"}) {
      (void)dialogue.submit({line, "", 60s}, start);
      CHECK(only<Done>(dialogue.receive(wire, start)).result.error() ==
            DialogueFailure{Kind::error, -1, result});
    }
    (void)dialogue.submit({"AT+CMGF=0", "", 5s}, start);
    CHECK(only<Unsolicited>(dialogue.receive(wire, start)).line.text == result);
    CHECK(only<Done>(dialogue.receive("OK\r\n", start)).result == Reply{});
    CHECK(dialogue.in_step());

    Command identity{"AT+CGMI", "", 5s};
    identity.any_lines = true;
    (void)dialogue.submit(identity, start);
    CHECK(only<Unsolicited>(dialogue.receive(wire, start)).line.text == result);
    CHECK(only<Done>(dialogue.receive("Siemens\r\nOK\r\n", start)).result == Reply{{"Siemens"}});
  }
}

TEST_CASE("a call that comes in or is connected ends no command") {
  Dialogue dialogue;
  for (const std::string told : {"RING", "CONNECT", "CONNECT 9600"}) {
    CAPTURE(told);
    (void)dialogue.submit({"ATD*99#", "", 60s}, start);
    CHECK(only<Unsolicited>(dialogue.receive(told + "\r\n", start)).line.text == told);
    CHECK_FALSE(only<Done>(dialogue.receive("NO CARRIER\r\n", start)).result.has_value());
  }
}

TEST_CASE("results come by number until one has come in words") {
  Dialogue dialogue;
  (void)dialogue.resynchronise(start);
  (void)dialogue.expire(start + 300ms);
  (void)only<InStep>(dialogue.receive("+CMEE: 1\r\n0\r", start));
  (void)dialogue.submit({"AT+CMGF=0", "", 5s}, start);
  CHECK(only<Done>(dialogue.receive("0\r", start)).result == Reply{});
  (void)dialogue.submit({"AT+CMGF=0", "", 5s}, start);
  CHECK(only<Done>(dialogue.receive("4\r", start)).result.error() == DialogueFailure{Kind::error});
  (void)dialogue.submit({"ATD123;", "", 5s}, start);
  CHECK(only<Done>(dialogue.receive("7\r", start)).result.error() ==
        DialogueFailure{Kind::error, -1, "BUSY"});
  (void)dialogue.submit({"AT+CMGR=1", "+CMGR:", 5s}, start);
  CHECK(only<Done>(dialogue.receive("+CMGR: 0,,0\r\n0\r", start)).result == Reply{{"+CMGR: 0,,0"}});

  (void)dialogue.submit({"ATV1", "", 5s}, start);
  CHECK(only<Done>(dialogue.receive("\r\nOK\r\n", start)).result == Reply{});
  (void)dialogue.submit({"AT+CMGF=0", "", 5s}, start);
  CHECK(only<Unsolicited>(dialogue.receive("0\r", start)).line.text == "0");
  CHECK(only<Done>(dialogue.receive("OK\r\n", start)).result == Reply{});
}
