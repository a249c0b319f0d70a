// Lines that no modem should send: every reader takes them and stays within its bounds.
#include <catch2/catch.hpp>

#include "at/replies.hpp"
#include "at/ussd.hpp"
#include "at/utf.hpp"
#include "tests/at/vectors.hpp"

using namespace bank::at;

namespace {

bool is_short_utf8(const std::optional<std::string>& text) {
  return !text || (!first_not_utf8(*text) && text->size() <= longest_name);
}

void read_as_everything(const std::string& text) {
  CAPTURE(text);
  const Line line{text, text};
  const Reply reply{line};
  for (const bool solicited : {false, true}) {
    const auto found = network_registration(text, solicited);
    if (found) REQUIRE((found->stat >= 0 && found->stat <= 999));
  }
  for (const auto set : {CharacterSet::gsm, CharacterSet::ucs2, CharacterSet::latin1}) {
    const auto listed = listed_operators(text, set);
    REQUIRE(listed.size() <= most_operators);
    for (const auto& one : listed) REQUIRE(is_short_utf8(one.long_name));
    if (const auto one = selected_operator(text, set)) REQUIRE(is_short_utf8(one->name));
    if (const auto answer = ussd_answer(text, UssdForm::automatic, set); answer && answer->text) {
      REQUIRE_FALSE(first_not_utf8(*answer->text).has_value());
      REQUIRE(answer->text->size() <= longest_ussd_text);
    }
  }
  if (const auto dbm = signal_dbm(text)) REQUIRE((*dbm >= -220 && *dbm < 200));
  if (const auto degrees = temperature(text)) REQUIRE((*degrees >= -60 && *degrees <= 150));
  REQUIRE(storage_use(text).size() <= 3);
  REQUIRE(is_short_utf8(identity_text(reply, "+CGMM:")));
  REQUIRE(is_short_utf8(identification(reply).model));
  REQUIRE(is_short_utf8(character_set(text)));
  if (const auto stored = stored_message(text)) REQUIRE(is_short_utf8(stored->store));
  (void)sim_state(text);
  (void)told_technology(text);
  (void)sim_lock(DialogueFailure{DialogueFailure::Kind::cme, -1, text});
  (void)code_tries(reply);
  (void)facility_locked(text);
  (void)storage_choices(text);
  (void)storage_full(text);
  (void)listed_messages(reply);
  (void)direct_message(line);
  (void)notification_choices(text);
  (void)modem_clock(text);
  (void)time_zone(text);
  (void)functionality(text);
  (void)huawei_system(text);
  (void)battery(text);
  (void)readiness(text);
  (void)incoming_call(text);
  (void)message_reference(text);
  (void)service_centre(text);
  (void)imei(reply);
  (void)imsi(reply);
  (void)iccid(reply);
  (void)own_numbers(reply);
}

const char* const prefixes[] = {
    "+CREG:",  "+CGREG:", "+CEREG:",  "+C5GREG:",  "+COPS:", "+CSQ:",  "+CESQ:",    "^HCSQ:",
    "^CSNR:",  "+CPMS:",  "+CMGL:",   "+CMGR:",    "+CMTI:", "+CDSI:", "+CMT:",     "+CDS:",
    "+CNMI:",  "+CCLK:",  "*PSUTTZ:", "+CTZE:",    "+CTZV:", "+CFUN:", "^SYSINFO:", "+CBC:",
    "+QTEMP:", "+CMTE:",  "+CLIP:",   "+CUSD: 0,", "+CNUM:", "+CSCA:", "+CPIN:",    "+CPINR:",
    "+SPIC:",  "+CLCK:",  "+CSCS:",   "+QIND:",    "_OBLS:", "#QSS:",  "^SMGO:",    "+CGMM:"};

}  // namespace

TEST_CASE("no cut and no changed octet makes a reader fail") {
  std::uint32_t seed = 1;
  const auto next = [&seed] { return seed = seed * 1664525U + 1013904223U; };
  for (const auto& v : vectors::load("at_replies.json")) {
    const std::string whole = v.at("reply");
    for (std::size_t size = 0; size <= whole.size(); ++size) {
      std::string text = whole.substr(0, size);
      if (!text.empty() && size % 2 == 1) {
        text[next() % text.size()] = static_cast<char>(next() >> 24U);
      }
      read_as_everything(text);
    }
  }
}

TEST_CASE("long, unbalanced, binary and enormous values are taken by every reader") {
  const std::string values[] = {
      std::string(100000, 'A'),
      std::string(100000, '"'),
      std::string(100000, ','),
      std::string(100000, '('),
      std::string(100000, '0'),
      "\"" + std::string(5000, '9') + "\"",
      "\"unbalanced,1,2",
      "1,\"a\"b\"c,2",
      std::string("1,\0,\"\0\",2", 10),
      "\xFF\xFE,\"\x80\xC3\",1",
      "123456789012345678901234567890,123456789012345678901234567890",
      "-123456789012345678901234567890",
      "(0-99999999999),(5-1),(-),((((",
      ")))),\"\",,\"",
      "\"" + std::string(2000, 'F') + "\",72",
      "\"" + std::string(704, 'D') + "\",72",
      "\xF0\x9F\x98\x80",
      "99999999999999999999/99999999999999999999/9",
  };
  for (const auto* const prefix : prefixes) {
    for (const auto& value : values) read_as_everything(prefix + value);
  }
}
