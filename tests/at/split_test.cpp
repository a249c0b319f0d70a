#include "at/split.hpp"

#include <catch2/catch.hpp>
#include <numeric>
#include <random>
#include <string>

#include "at/gsm7.hpp"
#include "at/utf.hpp"

using namespace bank::at;

namespace {

std::string times(std::string_view text, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += text;
  return out;
}

std::size_t units_of(std::string_view part, Alphabet alphabet) {
  std::size_t units = 0;
  for (std::size_t at = 0; at < part.size();) {
    const auto c = first_code_point(part.substr(at));
    REQUIRE(c.has_value());
    units += alphabet == Alphabet::gsm7 ? to_gsm7(c->value)->septets() : utf16_units(c->value);
    at += c->octets;
  }
  return units;
}

}  // namespace

TEST_CASE("a text takes the parts that its alphabet allows, to the character") {
  struct Vector {
    const char* name;
    std::string text;
    Alphabet alphabet;
    std::size_t parts;
  };
  const Vector vectors[] = {
      {"160 septets", times("a", 160), Alphabet::gsm7, 1},
      {"161 septets", times("a", 161), Alphabet::gsm7, 2},
      {"two full parts", times("a", 306), Alphabet::gsm7, 2},
      {"one more than two full parts", times("a", 307), Alphabet::gsm7, 3},
      {"80 euro signs are 160 septets", times("€", 80), Alphabet::gsm7, 1},
      {"81 euro signs", times("€", 81), Alphabet::gsm7, 2},
      {"70 units", times("س", 70), Alphabet::ucs2, 1},
      {"71 units", times("س", 71), Alphabet::ucs2, 2},
      {"two full parts of UCS-2", times("س", 134), Alphabet::ucs2, 2},
      {"one more than two full parts of UCS-2", times("س", 135), Alphabet::ucs2, 3},
      {"35 surrogate pairs", times("😀", 35), Alphabet::ucs2, 1},
      {"36 surrogate pairs", times("😀", 36), Alphabet::ucs2, 2},
      {"255 parts", times("a", 255 * 153), Alphabet::gsm7, 255},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      const auto cut = split(v.text, Encoding::automatic);
      REQUIRE(cut.has_value());
      CHECK(cut->alphabet == v.alphabet);
      CHECK(cut->parts.size() == v.parts);
    }
  }
}

TEST_CASE("a pair is never cut") {
  SECTION("an escape pair that would begin at the last septet goes to the next part") {
    const auto cut = split(times("a", 152) + "€" + times("b", 20), Encoding::automatic);
    REQUIRE(cut.has_value());
    REQUIRE(cut->parts.size() == 2);
    CHECK(cut->parts[0] == times("a", 152));
  }
  SECTION("a surrogate pair that would begin at the last unit goes to the next part") {
    const auto cut = split(times("س", 66) + "😀" + times("س", 20), Encoding::automatic);
    REQUIRE(cut.has_value());
    REQUIRE(cut->parts.size() == 2);
    CHECK(cut->parts[0] == times("س", 66));
  }
}

TEST_CASE("what cannot be sent as asked is refused, with the place") {
  using Fault = TextError::Fault;
  CHECK(split("", Encoding::automatic).error() == TextError{Fault::empty, 0});
  CHECK(split("ab\xFF", Encoding::automatic).error() == TextError{Fault::not_utf8, 2});
  CHECK(split("ab\x07", Encoding::automatic).error() == TextError{Fault::control_character, 2});
  CHECK(split("a\x7F", Encoding::automatic).error() == TextError{Fault::control_character, 1});
  CHECK(split("a\u0085", Encoding::automatic).error() == TextError{Fault::control_character, 1});
  CHECK(split("abcس", Encoding::gsm7).error() == TextError{Fault::not_in_gsm7, 3});
  CHECK(split(times("a", 255 * 153 + 1), Encoding::automatic).error() ==
        TextError{Fault::too_many_parts, 255 * 153});
  CHECK(split("line\r\nline", Encoding::automatic).has_value());
}

TEST_CASE("joined, the parts of any text are the text, and each fits") {
  std::mt19937 random(7);
  const std::string_view letters[] = {"a", "Z", " ", "€", "{", "é", "س", "語", "ế", "😀", "\n"};
  for (int round = 0; round < 500; ++round) {
    // the first few letters only: texts of the default alphabet must come up as well
    const std::size_t kinds = 1 + random() % std::size(letters);
    std::string text;
    const std::size_t length = 1 + random() % 700;
    for (std::size_t i = 0; i < length; ++i) text += letters[random() % kinds];
    const auto cut = split(text, Encoding::automatic);
    CAPTURE(round);
    REQUIRE(cut.has_value());
    CHECK(std::accumulate(cut->parts.begin(), cut->parts.end(), std::string{}) == text);
    const bool alone = cut->parts.size() == 1;
    const std::size_t most =
        cut->alphabet == Alphabet::gsm7 ? (alone ? 160U : 153U) : (alone ? 70U : 67U);
    for (const auto& part : cut->parts) CHECK(units_of(part, cut->alphabet) <= most);
  }
}
