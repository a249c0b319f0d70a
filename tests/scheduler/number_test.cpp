#include "scheduler/number.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <stdexcept>

#include "scheduler/numbering_plan.hpp"

using bank::scheduler::country_of;
using bank::scheduler::NumberError;
using bank::scheduler::NumberPolicy;
using Fault = NumberError::Fault;
using Catch::Matchers::Contains;

namespace {

const NumberPolicy& iran() {
  static const NumberPolicy policy("IR", {"IR"});
  return policy;
}
const NumberPolicy& iran_to_all() {
  static const NumberPolicy policy("IR", {"*"});
  return policy;
}

struct Accepted {
  const char* name;
  const char* home;
  std::string_view written;
  const char* number;
};
struct Refused {
  const char* name;
  std::string_view written;
  Fault fault;
  const char* says;
};

}  // namespace

TEST_CASE("every way to write a number ends in the one form that is stored") {
  const Accepted vectors[] = {
      {"E.164", "IR", "+989121234567", "+989121234567"},
      {"at home", "IR", "09121234567", "+989121234567"},
      {"00", "IR", "00989121234567", "+989121234567"},
      {"spaces, dashes, brackets", "IR", " (+98) 912-123 45.67 ", "+989121234567"},
      {"the trunk prefix kept after the code", "IR", "+98 (0) 912 123 4567", "+989121234567"},
      {"Persian digits", "IR", "۰۹۱۲۱۲۳۴۵۶۷", "+989121234567"},
      {"Arabic-Indic digits", "IR", "٠٩١٢١٢٣٤٥٦٧", "+989121234567"},
      {"fullwidth", "IR", "＋９８９１２１２３４５６７", "+989121234567"},
      {"no-break spaces and marks of direction", "IR",
       "\u202A+98\u00A0912\u202F123\u20094567\u202C\u200F", "+989121234567"},
      {"typographic dashes", "IR", "0912\u2013123\u20124567", "+989121234567"},
      {"a byte order mark", "IR", "\uFEFF+989121234567", "+989121234567"},
      {"a mobile whose 0 a spreadsheet took", "IR", "9121234567", "+989121234567"},
      {"E.164 that lost its plus", "IR", "989121234567", "+989121234567"},
      {"a short code", "IR", "30001", "30001"},
      {"a short code in Persian digits", "IR", "۱۲۳۴", "1234"},
      {"another country", "IR", "+44 20 7946 0958", "+442079460958"},
      {"another country, with its own trunk prefix", "IR", "+44 (0)20 7946 0958", "+442079460958"},
      {"from the United States", "US", "011 98 912 123 4567", "+989121234567"},
      {"within the United States", "US", "(202) 555-0123", "+12025550123"},
      {"within the United States, with its 1", "US", "1-202-555-0123", "+12025550123"},
      {"from Russia", "RU", "810 98 912 123 45 67", "+989121234567"},
      {"within Russia", "RU", "8 (912) 345-67-89", "+79123456789"},
      {"a Russian number that begins with its trunk prefix", "RU", "8 800 555-35-35",
       "+78005553535"},
      {"Hungary's trunk prefix has two digits", "HU", "06 30 123 4567", "+36301234567"},
      {"Italy keeps its 0", "IT", "06 1234 5678", "+390612345678"},
      {"Italy keeps its 0 after the code", "US", "+39 06 1234 5678", "+390612345678"},
      {"Germany, no plus", "DE", "4915112345678", "+4915112345678"},
      {"as long as E.164 allows", "IR", "+49 1234 5678 90123", "+491234567890123"},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      const auto number = NumberPolicy(v.home, {"*"}).normalise(v.written);
      INFO((number ? "" : number.error().detail));
      REQUIRE(number.has_value());
      CHECK(*number == v.number);
    }
  }
}

TEST_CASE("what is no recipient is refused with what was found and what to write") {
  const std::string long_text(97, '1');
  const Refused vectors[] = {
      {"nothing", "", Fault::empty, "no digits; write it like +989"},
      {"only signs", " (-) ", Fault::empty, "no digits"},
      {"a name", "Ali", Fault::not_a_number, "found 'A' (octet 0)"},
      {"a letter at the end", "0912123456o", Fault::not_a_number, "found 'o' (octet 10)"},
      {"a service code", "*140*1#", Fault::not_a_number, "found '*'"},
      {"an extension", "+989121234567;ext=2", Fault::not_a_number, "found ';' (octet 13)"},
      {"a line break", "0912123\n4567", Fault::not_a_number, "U+000A"},
      {"a Chinese digit", "０９１二", Fault::not_a_number, "U+4E8C"},
      {"a broken octet", "0912\xFF", Fault::not_a_number, "octet 4 is not UTF-8"},
      {"a character cut short", "0912\xDB", Fault::not_a_number, "not UTF-8"},
      {"an overlong zero", "0912\xC0\xB0", Fault::not_a_number, "not UTF-8"},
      {"a NUL", std::string_view("091\0", 4), Fault::not_a_number, "U+0000"},
      {"two numbers", "+989121234567 +989121234568", Fault::not_a_number, "'+' inside"},
      {"two plus signs", "++989121234567", Fault::not_a_number, "'+' inside"},
      {"two digits", "12", Fault::too_short, "short code of 3 to 6"},
      {"a digit too few", "0912123456", Fault::too_short, "6, 7 or 10 after 0"},
      {"a digit too many", "091212345678", Fault::too_long, "+989"},
      {"a digit too few after the code", "+98912123456", Fault::too_short,
       "followed by 9 digits where there should be 6, 7 or 10"},
      {"a digit too many after the code", "+9891212345678", Fault::too_long, "11 digits"},
      {"a local number", "88776655", Fault::too_short, "no number of IR"},
      {"a foreign number without plus", "447911123456", Fault::too_long, "with +"},
      {"more than any number", "+1234567890123456789012345678901", Fault::too_long, "more digits"},
      {"a flood", long_text, Fault::too_long, "97 octets"},
      {"a code no country has", "+999123456789", Fault::unknown_country, "+999"},
      {"a code that begins with 0", "+0989121234567", Fault::unknown_country, "+098"},
      {"nothing after 00", "0000000", Fault::unknown_country, "no country"},
      {"only a code", "+98", Fault::too_short, "0 digits"},
      {"another country", "+442079460958", Fault::country_not_allowed, "add \"GB\""},
      {"another country after 00", "00442079460958", Fault::country_not_allowed, "\"GB\""},
      {"a satellite", "+8816 1234 5678", Fault::country_not_allowed, "no country"},
      {"112", "112", Fault::emergency, "112 is an emergency number"},
      {"911", "911", Fault::emergency, "emergency"},
      {"000", "000", Fault::emergency, "emergency"},
      {"08", "08", Fault::emergency, "emergency"},
      {"110", "110", Fault::emergency, "emergency"},
      {"999", "999", Fault::emergency, "emergency"},
      {"118", "118", Fault::emergency, "emergency"},
      {"119", "1-1-9", Fault::emergency, "emergency"},
      {"the home country's own", "125", Fault::emergency, "emergency"},
      {"in Persian digits", "۱۱۰", Fault::emergency, "emergency"},
      {"with a plus", "+112", Fault::emergency, "emergency"},
      {"after the country's code", "+98 110", Fault::emergency, "emergency"},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      const auto number = iran().normalise(v.written);
      INFO((number ? *number : number.error().detail));
      REQUIRE_FALSE(number.has_value());
      CHECK(number.error().fault == v.fault);
      CHECK_THAT(number.error().detail, Contains(v.says));
    }
  }
}

TEST_CASE("a refused character is named with its place") {
  const auto number = iran().normalise("۰۹12x");
  REQUIRE_FALSE(number.has_value());
  CHECK(number.error().offset == 6);  // two Persian digits have two octets each
}

TEST_CASE("premium-rate numbers are refused whatever countries are allowed") {
  for (const char* written :
       {"+1 900 234 5678", "+44 909 012 3456", "+979 1 2345 6789", "+39 899 123456"}) {
    const auto number = iran_to_all().normalise(written);
    INFO(written);
    REQUIRE_FALSE(number.has_value());
    CHECK(number.error().fault == Fault::premium);
  }
  CHECK(iran_to_all().normalise("+1 202 555 0123").has_value());
}

TEST_CASE("countries that share a calling code are told apart") {
  const std::pair<const char*, const char*> vectors[] = {
      {"+12025550123", "US"},  {"+14165550123", "CA"},  {"+18765550123", "JM"},
      {"+12425550123", "BS"},  {"+79123456789", "RU"},  {"+77011234567", "KZ"},
      {"+442079460958", "GB"}, {"+441481256789", "GG"}, {"+447781123456", "GG"},
      {"+441534456789", "JE"}, {"+447624123456", "IM"}, {"+393123456789", "IT"},
      {"+390669812345", "VA"}, {"+989121234567", "IR"}, {"+881612345678", "001"},
      {"+999123", ""},         {"12025550123", ""},     {"+", ""},
  };
  for (const auto& [number, country] : vectors) {
    INFO(number);
    CHECK(country_of(number) == country);
  }
  const NumberPolicy states("US", {"US"});
  CHECK(states.normalise("202 555 0123").has_value());
  const auto jamaica = states.normalise("1 876 555 0123");  // the classic dear mistake
  REQUIRE_FALSE(jamaica.has_value());
  CHECK(jamaica.error().fault == Fault::country_not_allowed);
  CHECK_THAT(jamaica.error().detail, Contains("JM"));
}

TEST_CASE("what can be read as two numbers is refused, naming both") {
  // Colombia dials 005 before a foreign number, and much of the world writes 00 and then its 57.
  const auto number = NumberPolicy("CO", {"*"}).normalise("00573211234567");
  REQUIRE_FALSE(number.has_value());
  CHECK(number.error().fault == Fault::ambiguous);
  CHECK_THAT(number.error().detail, Contains("+573211234567") && Contains("+73211234567"));
}

TEST_CASE("an empty list of countries means the home country alone") {
  const NumberPolicy policy("IR", {});
  CHECK(policy.normalise("+989121234567").has_value());
  CHECK_FALSE(policy.normalise("+442079460958").has_value());
}

TEST_CASE("a policy for a country that does not exist cannot be made") {
  CHECK_THROWS_WITH(NumberPolicy("XX", {"*"}), Contains("\"XX\" is not a country"));
  CHECK_THROWS_WITH(NumberPolicy("IR", {"IR", "ir"}), Contains("\"ir\" is not a country"));
  CHECK_THROWS_AS(NumberPolicy("", {}), std::invalid_argument);
  CHECK_THROWS_AS(NumberPolicy("001", {}), std::invalid_argument);
}

TEST_CASE("any octets are refused or end as a short code or E.164") {
  std::mt19937 random(7);
  const std::string_view alphabet =
      "0123456789+-( ).\xD9\xA0\xDB\xB0\xEF\xBC\x90\xC2\xA0\xE2\x80\x8E";
  for (int i = 0; i < 50'000; ++i) {
    std::string text;
    for (auto left = random() % 24; left > 0; --left) {
      const bool wild = random() % 50 == 0;
      text += wild ? static_cast<char>(random() & 0xFFU) : alphabet[random() % alphabet.size()];
    }
    const auto number = iran_to_all().normalise(text);
    if (!number) {
      CHECK_FALSE(number.error().detail.empty());
      continue;
    }
    const bool international = number->starts_with('+');
    const auto digits = std::string_view(*number).substr(international ? 1 : 0);
    REQUIRE(digits.find_first_not_of("0123456789") == std::string_view::npos);
    REQUIRE(digits.size() <= (international ? 15U : 6U));
    REQUIRE(digits.size() >= 3);
    REQUIRE(iran_to_all().normalise(*number) == number);  // the form is final
  }
}

TEST_CASE("a pattern matches by digits, sets and any digit, whole or in front") {
  using bank::scheduler::matched_prefix;
  using bank::scheduler::matches;
  CHECK(matches("112 9[0-2]. 0[38]", "915"));
  CHECK(matches("112 9[0-2]. 0[38]", "08"));
  CHECK_FALSE(matches("112 9[0-2]. 0[38]", "935"));
  CHECK_FALSE(matches("112 9[0-2]. 0[38]", "1125"));
  CHECK_FALSE(matches("", "1"));
  CHECK_FALSE(matches("112", ""));
  CHECK(matched_prefix("00 0011", "0011123") == 4);
  CHECK(matched_prefix("00 0011", "0098") == 2);
  CHECK(matched_prefix("00 0011", "0") == 0);
}
