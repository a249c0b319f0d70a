#include "at/replies.hpp"

#include <catch2/catch.hpp>

#include "at/errors.hpp"
#include "at/utf.hpp"
#include "tests/at/vectors.hpp"

using namespace bank::at;
using Kind = DialogueFailure::Kind;

namespace {

/// What the dialogue makes of the bytes of one reply: its lines, and the error that ends it.
struct Heard {
  Reply lines;
  std::optional<DialogueFailure> failure;
};

Heard hear(const std::string& bytes, const std::string& command) {
  Dialogue dialogue;
  Command question{command, ""};
  question.any_lines = true;
  (void)dialogue.submit(question, {});
  Heard heard;
  for (const auto& event : dialogue.receive("\r\n" + bytes + "\r\nOK\r\n", {})) {
    if (const auto* const urc = std::get_if<Unsolicited>(&event)) {
      if (urc->line.text != "OK") heard.lines.push_back(urc->line);
    } else if (const auto* const done = std::get_if<Done>(&event)) {
      if (done->result) {
        heard.lines.insert(heard.lines.end(), done->result->begin(), done->result->end());
      } else {
        heard.failure = done->result.error();
      }
    }
  }
  return heard;
}

SimState expected_sim(const std::string& lock) {
  if (lock == "none" || lock == "sim_puk2" || lock == "sim_pin2") return SimState::ready;
  if (lock == "sim_pin") return SimState::pin;
  if (lock == "sim_puk") return SimState::puk;
  if (lock == "no_sim") return SimState::absent;
  return lock.starts_with("ph_") ? SimState::blocked : SimState::unknown;
}

Reply lines(std::initializer_list<std::string> texts) {
  Reply reply;
  for (const auto& text : texts) reply.push_back({text});
  return reply;
}

}  // namespace

TEST_CASE("what real modems answered is read as it was meant") {
  constexpr Registration by_stat[] = {Registration::idle,          Registration::home,
                                      Registration::searching,     Registration::denied,
                                      Registration::unknown,       Registration::roaming,
                                      Registration::sms_only_home, Registration::sms_only_roaming,
                                      Registration::emergency,     Registration::home,
                                      Registration::roaming,       Registration::emergency};
  std::size_t read = 0;
  for (const auto& v : vectors::load("at_replies.json")) {
    const std::string command = v.at("command");
    const auto& expect = v.at("expect");
    CAPTURE(v.at("id"), v.at("reply"));
    const auto heard = hear(v.at("reply"), command);
    const bool has_line = !heard.lines.empty();
    if (!has_line) REQUIRE(heard.failure.has_value());
    const std::string line = has_line ? heard.lines.front().text : "";
    ++read;
    if (command.find("REG?") != std::string::npos) {
      CHECK(registration(line, v.at("kind") == "reply") ==
            by_stat[expect.at("stat").get<std::size_t>()]);
    } else if (command == "AT+CPIN?") {
      const auto state = has_line ? sim_state(line) : sim_state(*heard.failure);
      CHECK(state == expected_sim(expect.at("lock")));
    } else if (command == "AT+CSQ") {
      const auto dbm =
          expect.contains("dbm") ? std::optional(expect.at("dbm").get<int>()) : std::nullopt;
      CHECK(signal_dbm(line) == dbm);
    } else if (command == "AT+CMGS") {
      CHECK(message_reference(line) == expect.at("mr").get<int>());
    } else if (command == "AT+CCID") {
      const auto digits =
          expect.contains("iccid") ? vectors::text_or_none(expect.at("iccid")) : std::nullopt;
      CHECK(iccid(heard.lines) == digits);
    } else if (command == "AT+CNUM") {
      CHECK(own_number(heard.lines) == expect.at("numbers").at(0).get<std::string>());
    } else if (command == "AT+CSCA?") {
      CHECK(service_centre(line) == expect.at("smsc").get<std::string>());
    } else if (command == "AT+COPS?") {
      CHECK(operator_name(line) == vectors::text_or_none(expect.at("operator")));
    } else if (command == "AT+CGMM") {
      CHECK(identity_text(heard.lines, "+CGMM:") == expect.at("value").get<std::string>());
    } else if (command == "AT+CGSN") {
      CHECK(imei(heard.lines) == expect.at("imei").get<std::string>());
    } else if (expect.contains("cme_text")) {
      REQUIRE(heard.failure.has_value());
      CHECK(heard.failure->text == expect.at("cme_text").get<std::string>());
      CHECK(sim_state(*heard.failure) == SimState::busy);
    } else {
      FAIL("nobody reads this one");
    }
  }
  CHECK(read > 40);
}

TEST_CASE("the state of the SIM is read from every answer to +CPIN?") {
  struct Case {
    const char* line;
    std::optional<SimState> state;
  };
  const Case cases[] = {
      {"+CPIN: READY", SimState::ready},
      {"+CPIN:READY", SimState::ready},
      {"+CPIN: \"SIM PIN\"", SimState::pin},
      {"+CPIN: SIM PIN,3", SimState::pin},
      {"+CPIN: SIM PUK", SimState::puk},
      {"+CPIN: SIM PIN2", SimState::ready},
      {"+CPIN: PH-NETSUB PIN", SimState::blocked},
      {"+CPIN: NOT INSERTED", SimState::absent},
      {"+CPIN: SIM REMOVED", SimState::absent},
      {"+CPIN: NOT READY", SimState::busy},
      {"+CPIN: UNDEFINED", SimState::unknown},
      {"+CPIN: something new", SimState::unknown},
      {"+CPIN:", SimState::unknown},
      {"READY", SimState::ready},
      {"RING", std::nullopt},
      {"+CPINR: SIM PIN,3,3", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& c : cases) {
    CAPTURE(c.line);
    CHECK(sim_state(c.line) == c.state);
  }
}

TEST_CASE("an error to +CPIN? is a state of the SIM") {
  struct Case {
    DialogueFailure failure;
    SimState state;
  };
  const Case cases[] = {
      {{Kind::cme, 10}, SimState::absent},
      {{Kind::cme, 11}, SimState::pin},
      {{Kind::cme, 12}, SimState::puk},
      {{Kind::cme, 13}, SimState::unknown},
      {{Kind::cme, 14}, SimState::busy},
      {{Kind::cme, 15}, SimState::blocked},
      {{Kind::cme, 17}, SimState::ready},
      {{Kind::cme, 40}, SimState::blocked},
      {{Kind::cme, 262}, SimState::blocked},
      {{Kind::cme, 264}, SimState::busy},
      {{Kind::cme, 515}, SimState::busy},
      {{Kind::cme, 100}, SimState::unknown},
      {{Kind::cms, 310}, SimState::absent},
      {{Kind::cms, 314}, SimState::busy},
      {{Kind::error}, SimState::unknown},
      {{Kind::timeout}, SimState::unknown},
      {{Kind::cme, -1, "SIM not inserted"}, SimState::absent},
      {{Kind::cme, -1, "sim busy"}, SimState::busy},
  };
  for (const auto& c : cases) {
    CAPTURE(code_of(c.failure), c.failure.text);
    CHECK(sim_state(c.failure) == c.state);
  }
}

TEST_CASE("the registration is the same in its answer and its unsolicited form") {
  struct Case {
    const char* line;
    bool solicited;
    std::optional<Registration> registration;
  };
  const Case cases[] = {
      {"+CREG: 0,1", true, Registration::home},
      {"+CREG: 1", false, Registration::home},
      {"+CREG: 1", true, Registration::home},  // the change crossed the question
      {"+CREG: 2,5,\"00C3\",\"1A2B\",7", true, Registration::roaming},
      {"+CREG: 5,\"00C3\",\"1A2B\",7", false, Registration::roaming},
      {"+CREG: 5,\"00C3\",\"1A2B\"", true, Registration::roaming},
      {"+CREG: 0,5", false, Registration::roaming},  // the answer form, unasked
      {"+CREG: 2,5,00C3,1A2B", false, Registration::roaming},
      {"+CREG: 5, 1234, 5678", false, Registration::roaming},
      {"+CREG: 1,0000,00000000", false, Registration::home},
      {"+CREG: 1,  0 5, 2715", false, Registration::home},
      {"+CREG: 1,00,0", false, Registration::home},
      {"+CREG: 1, 11, 5", false, Registration::home},
      {"+CREG: 2,1, E006B, ABE0016", true, Registration::home},
      {"+CREG: 1, E006B, ABE0016", false, Registration::home},
      {"+CEREG: 2,9", true, Registration::home},
      {"+CGREG: 10", false, Registration::roaming},
      {"+CREG: 8", false, Registration::emergency},
      {"+CREG: 12", false, Registration::unknown},
      {"+CREG: 999", false, Registration::unknown},
      {"+CREG: (0-2)", true, std::nullopt},
      {"+CREG:", true, std::nullopt},
      {"+CREG: ,1", false, Registration::home},
      {"+CREG: -1", false, std::nullopt},
      {"+CREG: 99999999999999999999", true, std::nullopt},
      {"CREG: 1", true, std::nullopt},
      {"", true, std::nullopt},
  };
  for (const auto& c : cases) {
    CAPTURE(c.line, c.solicited);
    const auto read = registration(c.line, c.solicited);
    CHECK((read ? name_of(*read) : "none") == (c.registration ? name_of(*c.registration) : "none"));
  }
}

TEST_CASE("SMS goes out at home, roaming and where only SMS is served") {
  using R = Registration;
  for (const auto r : {R::home, R::roaming, R::sms_only_home, R::sms_only_roaming}) {
    CAPTURE(name_of(r));
    CHECK(allows_sms(r));
    CHECK(is_roaming(r) == (r == R::roaming || r == R::sms_only_roaming));
  }
  for (const auto r : {R::idle, R::searching, R::denied, R::unknown, R::emergency}) {
    CAPTURE(name_of(r));
    CHECK_FALSE(allows_sms(r));
    CHECK_FALSE(is_roaming(r));
  }
}

TEST_CASE("a signal is in dBm or not known") {
  CHECK(signal_dbm("+CSQ: 0,0") == -113);
  CHECK(signal_dbm("+CSQ: 31,99") == -51);
  CHECK(signal_dbm("+CSQ:18,99") == -77);
  CHECK(signal_dbm("+CSQ: 116") == -100);  // TD-SCDMA
  for (const auto* const none : {"+CSQ: 99,99", "+CSQ: 199,99", "+CSQ: 32,0", "+CSQ: 255,0",
                                 "+CSQ: -5,0", "+CSQ: ,", "+CSQ:", "+CSQN: 12,0", "12,0", ""}) {
    CAPTURE(none);
    CHECK_FALSE(signal_dbm(none).has_value());
  }
}

TEST_CASE("a message reference is an octet or none") {
  CHECK(message_reference("+CMGS: 17") == 17);
  CHECK(message_reference("+CMGS:255") == 255);
  CHECK(message_reference("+CMGS: 007") == 7);
  CHECK(message_reference("+CMGS: 17,\"26/11/24,08:00:00+04\"") == 17);
  for (const auto* const none : {"+CMGS:", "+CMGS: ", "+CMGS: 256", "+CMGS: -1", "+CMGS: x",
                                 "+CMGS: 1x", "+CMSS: 5", "17", ""}) {
    CAPTURE(none);
    CHECK_FALSE(message_reference(none).has_value());
  }
}

TEST_CASE("identities are read in all their spellings") {
  struct Case {
    Reply reply;
    const char* text;
  };
  const Case cases[] = {
      {lines({"EC25"}), "EC25"},
      {lines({"+CGMM: \"MF180\""}), "MF180"},
      {lines({"  MULTIBAND  900E  1800 "}), "MULTIBAND  900E  1800"},
      {lines({"^RSSI:12", "E1752"}), "E1752"},
      {lines({"SIM800", "SMS Ready"}), "SIM800"},
      {lines({"Revision:1418B05SIM800L24"}), "1418B05SIM800L24"},
      {lines({"V ICPR72_08w44.1", "24-11-08", "", "RM-348"}), "V ICPR72_08w44.1 24-11-08 RM-348"},
      {lines({"bad\xFF"}), "bad\xEF\xBF\xBD"},
      {lines({"\"\"", " "}), ""},
      {{}, ""},
  };
  for (const auto& c : cases) CHECK(identity_text(c.reply, "+CGMM:") == c.text);

  const auto cut = identity_text(lines({std::string(127, 'x') + "€€"}), "");
  CHECK(cut == std::string(127, 'x'));  // at a character
}

TEST_CASE("the numbers of modem and SIM are the first that can be one") {
  CHECK(imei(lines({"35 no", "+CGSN: \"356938035643809\""})) == "356938035643809");
  CHECK(imei(lines({"356938035643809,ABC1234567890123"})) == "356938035643809");
  CHECK(imei(lines({"3569380356438091"})) == "3569380356438091");  // an IMEISV
  CHECK_FALSE(imei(lines({"8998000000000000001", "1234"})).has_value());
  CHECK_FALSE(imei({}).has_value());

  CHECK(imsi(lines({"432110123456789"})) == "432110123456789");
  CHECK(imsi(lines({"+CIMI: 43211012345678"})) == "43211012345678");
  CHECK_FALSE(imsi(lines({"+CIMI: 4321101234567890"})).has_value());

  CHECK(iccid(lines({"+CCID: \"8998000000000000001\""})) == "8998000000000000001");
  CHECK(iccid(lines({"+QCCID: 8998000000000000001F"})) == "8998000000000000001");
  CHECK(iccid(lines({"^SCID: 89980000000000000012"})) == "89980000000000000012");
  CHECK(iccid(lines({"^RSSI: 3", "898602f9091830030220"})) == "898602F9091830030220");
  CHECK_FALSE(iccid(lines({"+CCID: 89980"})).has_value());
  CHECK_FALSE(iccid(lines({"FFFFFFFFFFFFFFFFFFFF"})).has_value());
}

TEST_CASE("numbers and names of the network come without their wrapping") {
  CHECK(own_number(lines({"+CNUM: \"a, b\",\"41791234567\",145"})) == "+41791234567");
  CHECK(own_number(lines({"+CNUM: ,\"+41791234567\",145,7,4"})) == "+41791234567");
  CHECK(own_number(lines({"+CNUM: \"\",\"\",129", "+CNUM: \"\",\"0791234567\",129"})) ==
        "0791234567");
  CHECK_FALSE(own_number(lines({"+CNUM: \"\",\"\",255"})).has_value());
  CHECK_FALSE(own_number(lines({"+CNUM: \"x\",\"call me\",145"})).has_value());
  CHECK_FALSE(own_number({}).has_value());

  CHECK(service_centre("+CSCA: \"+41794999000\",145") == "+41794999000");
  CHECK(service_centre("+CSCA: \"41794999000\",145") == "+41794999000");
  CHECK(service_centre("+CSCA: 0794999000,129") == "0794999000");
  for (const auto* const none :
       {"+CSCA: \"\",129", "+CSCA: ,", "+CSCA:", "+CSCA: \"+\",145", "+CSCA: \"two\",145",
        "+CSCA: \"+123456789012345678901234567890\",145", "", "+CSMS: 1"}) {
    CAPTURE(none);
    CHECK_FALSE(service_centre(none).has_value());
  }

  CHECK(operator_name("+COPS: 0,0,\"Swisscom, CH\",7") == "Swisscom, CH");
  CHECK(operator_name("+COPS: 0,2,\"22801\",7") == "22801");
  CHECK(operator_name("+COPS: 0,0,Sunrise") == "Sunrise");
  CHECK(operator_name("+COPS: 0,0,\"0042006500650020041C04220421\",2") == "Bee МТС");
  CHECK(operator_name("+COPS: 0,0,\"DEADBEEF\"") == "DEADBEEF");
  CHECK(operator_name("+COPS: 0,0,\"caf\xE9\"") == "caf\xEF\xBF\xBD");
  for (const auto* const none :
       {"+COPS: 0", "+COPS: 2,0", "+COPS: 0,0,\"\"", "+COPS: 0,0,\"FFFF\"",
        "+COPS: 0,0,\"Unknown\",7", "+COPS: (2,\"a\",\"b\",\"22801\")", "+COPS:", ""}) {
    CAPTURE(none);
    CHECK_FALSE(operator_name(none).has_value());
  }
}

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

TEST_CASE("no cut and no changed octet makes a reader fail, and names stay UTF-8") {
  std::uint32_t seed = 1;
  const auto next = [&seed] { return seed = seed * 1664525U + 1013904223U; };
  for (const auto& v : vectors::load("at_replies.json")) {
    const std::string whole = v.at("reply");
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      std::string text = whole.substr(0, size);
      if (!text.empty() && size % 2 == 1) {
        text[next() % text.size()] = static_cast<char>(next() >> 24U);
      }
      const Reply reply{{text}};
      (void)sim_state(text);
      (void)sim_state(DialogueFailure{Kind::cme, -1, text});
      (void)registration(text, size % 2 == 0);
      (void)signal_dbm(text);
      (void)message_reference(text);
      (void)imei(reply);
      (void)imsi(reply);
      (void)iccid(reply);
      (void)own_number(reply);
      (void)service_centre(text);
      (void)is_restart_line(text);
      (void)is_sms_ready_line(text);
      REQUIRE_FALSE(first_not_utf8(identity_text(reply, "+CGMM:")).has_value());
      REQUIRE_FALSE(first_not_utf8(operator_name(text).value_or("")).has_value());
    }
  }
}
