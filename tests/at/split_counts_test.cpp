#include <catch2/catch.hpp>
#include <random>

#include "at/split.hpp"
#include "at/submit.hpp"
#include "tests/at/vectors.hpp"

using namespace bank;
using namespace bank::at;

namespace {

std::string times(std::string_view text, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += text;
  return out;
}

Submit part_of(const Split& cut, std::size_t i) {
  Submit submit{.to = "1", .alphabet = cut.alphabet, .text = cut.parts[i]};
  if (cut.parts.size() > 1) {
    submit.header.concat =
        Concat{1, 8, static_cast<int>(i) + 1, static_cast<int>(cut.parts.size())};
  }
  return submit;
}

}  // namespace

TEST_CASE("texts take as many parts as other programs make of them") {
  for (const auto& v : vectors::load("segment_counts.json")) {
    CAPTURE(v.at("id"), v.at("desc"));
    std::string text = vectors::text_or_none(v.at("text")).value_or("");
    if (!v.at("text_repeat").is_null()) {
      for (const auto& piece : v.at("text_repeat"))
        text += times(piece.at(0).get<std::string>(), piece.at(1));
    }
    CHECK(split(text, Encoding::automatic)->parts.size() == v.at("expect_segments"));
  }
}

TEST_CASE("255 parts are cut, 256 are refused where the last would begin") {
  for (const auto& [letter, most] : {std::pair{"a", 153}, std::pair{"س", 67}}) {
    const auto whole = static_cast<std::size_t>(most) * 255;
    CHECK(split(times(letter, whole), Encoding::automatic)->parts.size() == 255);
    CHECK(split(times(letter, whole + 1), Encoding::automatic).error() ==
          TextError{TextError::Fault::too_many_parts, whole * std::string_view(letter).size()});
  }
}

TEST_CASE("UCS-2 is kept where it is asked for, and GSM 7-bit refused where it does not do") {
  CHECK(split("abc", Encoding::ucs2)->alphabet == Alphabet::ucs2);
  CHECK(split(times("a", 71), Encoding::ucs2)->parts.size() == 2);
  CHECK(split("abc", Encoding::gsm7)->alphabet == Alphabet::gsm7);
  CHECK(split("a€ç", Encoding::gsm7).error() == TextError{TextError::Fault::not_in_gsm7, 4});
}

TEST_CASE("every part of any text can be sent, and no part could take the next character too") {
  std::mt19937 random(11);
  const std::string_view letters[] = {"a", "€", "{", "@", "\n", "é", "س", "😀", "語"};
  for (int round = 0; round < 400; ++round) {
    CAPTURE(round);
    const std::size_t kinds = 1 + random() % std::size(letters);
    std::string text;
    for (std::size_t i = 0, n = 1 + random() % 900; i < n; ++i) text += letters[random() % kinds];
    const auto cut = split(text, Encoding::automatic);
    REQUIRE(cut.has_value());
    std::string joined;
    for (std::size_t i = 0; i < cut->parts.size(); ++i) {
      Submit part = part_of(*cut, i);
      const auto pdu = encode(part);
      REQUIRE(pdu.has_value());
      const std::string read = decode_submit(pdu->hex)->text;
      REQUIRE(read == cut->parts[i]);
      joined += read;
      if (i + 1 == cut->parts.size()) continue;
      // Parts that are as full as can be are the fewest there can be.
      const std::string& next = cut->parts[i + 1];
      std::size_t size = 1;
      while (size < next.size() && (static_cast<unsigned char>(next[size]) & 0xC0) == 0x80) ++size;
      part.text += next.substr(0, size);
      REQUIRE_FALSE(encode(part).has_value());
    }
    REQUIRE(joined == text);
  }
}
