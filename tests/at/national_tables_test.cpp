#include "at/national_tables.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "at/gsm7.hpp"
#include "tests/at/vectors.hpp"

using namespace bank;
using namespace bank::at;

namespace {

using Septets = std::vector<std::uint8_t>;

std::uint8_t code_of(const std::string& hex) {
  return static_cast<std::uint8_t>(std::stoi(hex, nullptr, 16));
}

}  // namespace

TEST_CASE("the tables of all thirteen languages are the standard's, code by code") {
  const auto tables = vectors::load("gsm7.json").at("tables");
  CHECK(tables.size() == 14);
  for (const auto& [id, table] : tables.items()) {
    const auto language = language_of(static_cast<std::uint8_t>(std::stoi(id)));
    CAPTURE(id, table.at("language"));
    if (language != Language::none) {
      CHECK(name_of(language) == table.at("language").get<std::string>());
      CHECK(language_named(name_of(language)) == language);
    }

    std::size_t characters = 0;
    for (const auto& [code, character] : table.at("single").items()) {
      CAPTURE(code);
      const Shift shift{Language::none, language};
      CHECK(utf8_from_septets(Septets{escape, code_of(code)}, shift) == character);
      const auto written = septets_from_utf8(character.get<std::string>(), shift);
      REQUIRE(written.has_value());
      CHECK(utf8_from_septets(*written, shift) == character);
      ++characters;
    }
    const auto& single = single_shift_table(language);
    CHECK(std::count_if(single.begin(), single.end(), [](char32_t c) { return c != 0; }) ==
          static_cast<int>(characters));

    if (table.at("locking").is_null()) {
      CHECK(&locking_table(language) == &locking_table(Language::none));
      continue;
    }
    const auto& locking = table.at("locking");
    for (std::uint8_t code = 0; code < code_count; ++code) {
      char hex[3];
      std::snprintf(hex, sizeof hex, "%02X", code);
      CAPTURE(hex);
      const Shift shift{language, Language::none};
      if (code == escape) continue;
      if (!locking.contains(hex)) {
        CHECK(utf8_from_septets(Septets{code}, shift) == " ");
        continue;
      }
      const std::string character = locking.at(hex);
      CHECK(utf8_from_septets(Septets{code}, shift) == character);
      CHECK(septets_from_utf8(character, shift) == Septets{code});
    }
  }
}

TEST_CASE("an escape its table does not know shows the character of the locking table") {
  const Shift turkish{Language::turkish, Language::turkish};
  CHECK(utf8_from_septets(Septets{escape, 0x07, 'a'}, turkish) == "ıa");
  CHECK(utf8_from_septets(Septets{escape, 0x07}, {Language::none, Language::turkish}) == "ì");
  CHECK(utf8_from_septets(Septets{escape, escape, 0x65}, turkish) == " e");
  CHECK(utf8_from_septets(Septets{escape}, turkish) == " ");
  const Shift tamil{Language::tamil, Language::tamil};
  CHECK(utf8_from_septets(Septets{escape, 0x7B, escape, 0x1C}, tamil) == "\u0BD7\u0BE6");
}

TEST_CASE("languages are known by name and identifier, and nothing else is one") {
  CHECK(language_of(0) == Language::none);
  CHECK(language_of(13) == Language::urdu);
  CHECK(language_of(14) == Language::none);
  CHECK(language_of(255) == Language::none);
  CHECK_FALSE(language_named("").has_value());
  CHECK_FALSE(language_named("Turkish").has_value());
  CHECK_FALSE(language_named("klingon").has_value());
}

TEST_CASE("a character that no table has cannot be written") {
  for (std::uint8_t locking = 0; locking < 14; ++locking) {
    for (std::uint8_t single = 0; single < 14; ++single) {
      const Shift shift{language_of(locking), language_of(single)};
      for (const char32_t c : {U'\0', U'\t', U'\x1B', U'中', char32_t{0x100F8}}) {
        CHECK_FALSE(to_gsm7(c, shift).has_value());
      }
    }
  }
  CHECK_FALSE(septets_from_utf8("Ğ", {Language::none, Language::none}).has_value());
  CHECK_FALSE(septets_from_utf8("A", {Language::hindi, Language::none}).has_value());
  CHECK(septets_from_utf8("A", {Language::hindi, Language::hindi}) == Septets{escape, 'A'});
}
