#include "at/ussd.hpp"

#include <catch2/catch.hpp>

#include "at/cbs_coding.hpp"
#include "at/utf.hpp"

using namespace bank::at;
using S = UssdStatus;
using E = UssdEncoding;
using F = UssdForm;

TEST_CASE("a USSD answer is read in every form of its line") {
  struct Case {
    const char* line;
    UssdAnswer answer;
  };
  const std::optional<int> no_dcs;
  const Case cases[] = {
      {"+CUSD: 0,\"Your balance is 5.\",15", {S::done, 15, "Your balance is 5."}},
      {"+CUSD:1,\"1. Yes\",0", {S::reply_expected, 0, "1. Yes"}},
      {"+CUSD: 2", {S::terminated}},
      {"+CUSD: 3", {S::other_client}},
      {"+CUSD: 4", {S::not_supported}},
      {"\r\n+CUSD: 5\r\n", {S::timed_out}},
      {"+CUSD: 0 , \"blanks\" , 15", {S::done, 15, "blanks"}},
      {"+CUSD: 0,\"no scheme\"", {S::done, no_dcs, "no scheme"}},
      {"+CUSD: 0,\"no scheme\",", {S::done, no_dcs, "no scheme"}},
      {"+CUSD: 0,\"two\r\nlines\",15", {S::done, 15, "two\r\nlines"}},
      {"+CUSD: 0,\"OK\nin its own line\",15", {S::done, 15, "OK\nin its own line"}},
      {"+CUSD: 0,\"cut in the mid", {S::done, no_dcs, "cut in the mid"}},
      {"+CUSD: 0,\"say \"yes\", or no\",15", {S::done, 15, "say \"yes\", or no"}},
      {"+CUSD: 0,no quotes,15", {S::done, 15, "no quotes"}},
      {"+CUSD: 0,no, quotes", {S::done, no_dcs, "no, quotes"}},
      {"+CUSD: 0,you have 5,15", {S::done, 15, "you have 5"}},
      {"+CUSD: 0,,15", {S::done, 15}},
      {"+CUSD: 0,\"\",15", {S::done, 15, ""}},
      {"+CUSD: 0,\"", {S::done, no_dcs, ""}},
      {"+CUSD: 0,\"odd scheme\",256", {S::done, no_dcs, "odd scheme"}},
      {"+CUSD: 0,\"odd scheme\",x", {S::done, no_dcs, "odd scheme"}},
      {"+CUSD: 0,\"caf\xC3\xA9\",15", {S::done, 15, "café"}},
      {"+CUSD: 0,\"caf\xE9\",15", {S::done, 15, "caf\xEF\xBF\xBD"}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.line);
    const auto answer = ussd_answer(c.line);
    REQUIRE(answer.has_value());
    CHECK(name_of(answer->status) == name_of(c.answer.status));
    CHECK(answer->dcs == c.answer.dcs);
    CHECK(answer->text == c.answer.text);
    CHECK(name_of(answer->encoding) == name_of(c.answer.encoding));
  }
  for (const auto* const none : {"+CUSD:", "+CUSD: ", "+CUSD: 6", "+CUSD: -1,\"x\"",
                                 "+CUSD: x,\"y\"", "+CUSD: (0-2)", "+CUSX: 0", "CUSD: 0", ""}) {
    CAPTURE(none);
    CHECK_FALSE(ussd_answer(none).has_value());
  }
}

TEST_CASE("the text of a USSD answer is found whatever its scheme pretends") {
  struct Case {
    const char* why;
    const char* line;
    E encoding;
    const char* text;
  };
  const Case cases[] = {
      {"packed", "+CUSD: 0,\"AA180C3602\",15", E::gsm7_packed_hex, "*100#"},
      {"packed, lower case", "+CUSD: 0,\"aa180c3602\",0", E::gsm7_packed_hex, "*100#"},
      {"packed, no scheme", "+CUSD: 0,\"AA180C3602\"", E::gsm7_packed_hex, "*100#"},
      {"packed, padded", "+CUSD: 0,\"31D98C56B3DD1A\",15", E::gsm7_packed_hex, "1234567"},
      {"packed, padded with zeros", "+CUSD: 0,\"31D98C56B3DD00\",15", E::gsm7_packed_hex,
       "1234567"},
      {"packed, behind a language", "+CUSD: 0,\"657743F876ABDF7539280C\",16", E::gsm7_packed_hex,
       "Bonjour a"},
      {"packed, with umlauts", "+CUSD: 0,\"46BF1C64F6BBCD206AF85C06\",15", E::gsm7_packed_hex,
       "Für fünf Tage"},
      {"packed, Greek", "+CUSD: 0,\"D427286B79529E49CB1384096240C5A4339804D51A\",15",
       E::gsm7_packed_hex, "TO YΠOΛOIΠO ΣAΣ EINAI 5"},
      {"packed, a scheme with a language", "+CUSD: 0,\"AA180C3602\",1", E::gsm7_packed_hex,
       "*100#"},
      {"UCS-2 by its scheme", "+CUSD: 0,\"0412043004480020\",72", E::ucs2_hex, "Ваш "},
      {"UCS-2 with a class", "+CUSD: 0,\"04120430\",75", E::ucs2_hex, "Ва"},
      {"UCS-2, no marking", "+CUSD: 0,\"0412043004480020003500350020\",15", E::ucs2_hex, "Ваш 55 "},
      {"UCS-2, digits only, no marking", "+CUSD: 0,\"0412043004480438\",0", E::ucs2_hex, "Ваши"},
      {"UCS-2 of ASCII, no marking", "+CUSD: 0,\"00420061006C0061006E00630065\",15", E::ucs2_hex,
       "Balance"},
      {"UCS-2 with punctuation, no marking", "+CUSD: 0,\"0412043020140438\",15", E::ucs2_hex,
       "Ва—и"},
      {"UCS-2 of SMS, which is a language here", "+CUSD: 0,\"041204300448\",8", E::ucs2_hex, "Ваш"},
      {"UCS-2 behind a language", "+CUSD: 0,\"65370042006F006E\",17", E::ucs2_hex, "Bon"},
      {"UCS-2 with the scheme of a language and none", "+CUSD: 0,\"0042006F006E\",17", E::ucs2_hex,
       "Bon"},
      {"UCS-2 before the memory of the modem", "+CUSD: 0,\"0042006F006E0000DEADBEEF\",72",
       E::ucs2_hex, "Bon"},
      {"UCS-2 with a byte order mark", "+CUSD: 0,\"FEFF0042006F006E\",72", E::ucs2_hex, "Bon"},
      {"UCS-2 cut inside a character", "+CUSD: 0,\"0042006F006E0", E::ucs2_hex, "Bon"},
      {"UCS-2 of an emoji", "+CUSD: 0,\"D83DDE00\",72", E::ucs2_hex, "😀"},
      {"a lone surrogate", "+CUSD: 0,\"0042D83D\",72", E::ucs2_hex, "B\xEF\xBF\xBD"},
      {"UCS-2 of a large script, no marking", "+CUSD: 0,\"60A876844F59989D4E3A4E945143\",15",
       E::ucs2_hex, "您的余额为五元"},
      {"octets of ASCII, scheme 0", "+CUSD: 0,\"596F75722062616C616E63652035\",0", E::octets_hex,
       "Your balance 5"},
      {"octets of ASCII by the scheme", "+CUSD: 0,\"42616C\",68", E::octets_hex, "Bal"},
      {"a balance", "+CUSD: 0,\"12345678\",15", E::plain, "12345678"},
      {"a balance that is ASCII in hex, too", "+CUSD: 0,\"5354555657\",15", E::plain, "5354555657"},
      {"a balance, UCS-2 scheme", "+CUSD: 0,\"12345678\",72", E::plain, "12345678"},
      {"too short", "+CUSD: 0,\"AB\",15", E::plain, "AB"},
      {"a word of hex letters", "+CUSD: 0,\"DEADBEEF\",15", E::plain, "DEADBEEF"},
      {"text", "+CUSD: 0,\"Balance: 5\",72", E::plain, "Balance: 5"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.why, c.line);
    const auto answer = ussd_answer(c.line);
    REQUIRE(answer.has_value());
    CHECK(answer->text == c.text);
    CHECK(name_of(answer->encoding) == name_of(c.encoding));
  }
}

TEST_CASE("a modem whose form is known is believed before its text") {
  struct Case {
    const char* line;
    F form;
    std::optional<CharacterSet> set;
    const char* text;
  };
  const Case cases[] = {
      {"+CUSD: 0,\"AA180C3602\",15", F::plain, {}, "AA180C3602"},
      {"+CUSD: 0,\"04120430\",72", F::plain, {}, "Ва"},  // in which plain modems have no choice
      {"+CUSD: 0,\"12345678\",15", F::plain, {}, "12345678"},
      {"+CUSD: 0,\"31D98C06\",15", F::packed, {}, "1234"},
      {"+CUSD: 0,\"3119\",15", F::packed, {}, "12"},
      {"+CUSD: 0,\"31\",15", F::packed, {}, "1"},
      {"+CUSD: 0,\"04120430\",72", F::packed, {}, "Ва"},
      {"+CUSD: 0,\"not hex\",15", F::packed, {}, "not hex"},
      {"+CUSD: 0,\"00310032\",15", F::ucs2, {}, "12"},
      {"+CUSD: 0,\"4E2D6587\",15", F::ucs2, {}, "中文"},
      {"+CUSD: 0,\"Balance\",15", F::ucs2, {}, "Balance"},  // ZTE, in spite of the setting
      {"+CUSD: 0,\"a@b\",15", F::plain, CharacterSet::gsm, "a¡b"},
      {"+CUSD: 0,\"a@b\",15", F::plain, CharacterSet::ira, "a@b"},
      {"+CUSD: 0,\"f\xFCr\",15", F::plain, CharacterSet::latin1, "für"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.line, static_cast<int>(c.form));
    const auto answer = ussd_answer(c.line, c.form, c.set);
    REQUIRE(answer.has_value());
    CHECK(answer->text == c.text);
  }
}

TEST_CASE("of several answers the network's text counts") {
  const auto text = [](std::vector<const char*> lines) {
    Reply reply;
    for (const auto* const line : lines) reply.push_back({line});
    const auto answer = ussd_answer(reply);
    return answer ? answer->text : std::nullopt;
  };
  CHECK(text({"+CUSD: 0,\"text\",15", "+CUSD: 2"}) == "text");
  CHECK(text({"+CUSD: 2,\"release\",15", "+CUSD: 0,\"text\",15"}) == "text");
  CHECK(text({"+CUSD: 2", "+CUSD: 2,\"release\",15"}) == "release");
  CHECK(text({"+CUSD: 0,\"one\",15", "^RSSI: 3", "+CUSD: 0,\"two\",15"}) == "two");
  CHECK_FALSE(text({"+CUSD: 4"}).has_value());
  CHECK_FALSE(ussd_answer(Reply{}).has_value());
}

TEST_CASE("a request is written as the modem wants it, or not at all") {
  const std::optional<int> none;
  CHECK(ussd_request("*100#", F::plain, 15) == "AT+CUSD=1,\"*100#\",15");
  CHECK(ussd_request("*100#", F::automatic, none) == "AT+CUSD=1,\"*100#\"");
  CHECK(ussd_request("*100#", F::packed, 15) == "AT+CUSD=1,\"AA180C3602\",15");
  CHECK(ussd_request("1234567", F::packed, none) == "AT+CUSD=1,\"31D98C56B3DD1A\"");
  CHECK(ussd_request("*1#", F::ucs2, usual_ussd_dcs(F::ucs2)) == "AT+CUSD=1,\"002A00310023\",72");
  CHECK(usual_ussd_dcs(F::plain) == 15);
  CHECK(ussd_cancel == "AT+CUSD=2");
  for (const auto* const text : {"", "a\"b", "a\rb", "a\x1A", "café", "\xFF"}) {
    CAPTURE(text);
    CHECK_FALSE(ussd_request(text, F::plain, 15).has_value());
  }
  CHECK_FALSE(ussd_request("Привет", F::packed, 15).has_value());
  CHECK_FALSE(ussd_request("\xFF", F::ucs2, 15).has_value());
  CHECK(ussd_request(std::string(182, '1'), F::packed, 15).has_value());
  CHECK_FALSE(ussd_request(std::string(183, '1'), F::packed, 15).has_value());
  CHECK_FALSE(ussd_request(std::string(183, '1'), F::plain, 15).has_value());
  CHECK(ussd_request(std::string(80, '1'), F::ucs2, 15).has_value());
  CHECK_FALSE(ussd_request(std::string(81, '1'), F::ucs2, 15).has_value());
}

TEST_CASE("what is asked in any form is read back the same, at every length") {
  for (const auto form : {F::plain, F::packed, F::ucs2}) {
    std::string text;
    for (std::size_t size = 1; size <= 80; ++size) {
      text += static_cast<char>('0' + size % 10);
      const auto request = ussd_request(text, form, usual_ussd_dcs(form));
      REQUIRE(request.has_value());
      const auto back = ussd_answer("+CUSD: 0," + request->substr(request->find('"')), form);
      REQUIRE(back.has_value());
      CHECK(back->text == text);
    }
  }
  // A return at the end of a full text is doubled, which returns to the same place.
  const auto request = ussd_request("1234567\r", F::packed, 15);
  CHECK(ussd_answer("+CUSD: 0," + request->substr(request->find('"')), F::packed)->text ==
        "1234567\r\r");
}

TEST_CASE("the data coding scheme of USSD names an alphabet for every value") {
  for (int dcs = 0; dcs <= 0xFF; ++dcs) {
    CAPTURE(dcs);
    const auto coding = decode_cbs(static_cast<std::uint8_t>(dcs));
    const int bits = dcs >> 2 & 3;
    const bool has_bits = (dcs >= 0x40 && dcs <= 0x5F) || (dcs >= 0x90 && dcs <= 0x9F);
    const bool is_ucs2 = dcs == 0x11 || (has_bits && bits == 2);
    const bool is_octets = (has_bits && bits == 1) || (dcs >= 0x60 && dcs <= 0x7F) ||
                           (dcs >= 0xD0 && dcs <= 0xEF) || (dcs >= 0xF0 && (dcs & 4) != 0);
    CHECK((coding.alphabet == Alphabet::ucs2) == is_ucs2);
    CHECK((coding.alphabet == Alphabet::octets) == is_octets);
    CHECK(coding.begins_with_language == (dcs == 0x10 || dcs == 0x11));
  }
}

TEST_CASE("a text of any length and octets is short UTF-8") {
  for (const auto& text : {std::string(5000, 'x'), std::string(5000, 'A'), std::string(700, 'D'),
                           std::string("\0\x01\x1B", 3), std::string(3000, '\xFF')}) {
    for (const auto form : {F::automatic, F::plain, F::packed, F::ucs2}) {
      for (const auto* const dcs : {"", ",15", ",72", ",17", ",68"}) {
        const auto answer = ussd_answer("+CUSD: 0,\"" + text + "\"" + dcs, form);
        REQUIRE(answer.has_value());
        REQUIRE(answer->text.has_value());
        CHECK_FALSE(first_not_utf8(*answer->text).has_value());
        CHECK(answer->text->size() <= longest_ussd_text);
      }
    }
  }
}
