// libgammu reads what we write: any text, in either alphabet, in any number of parts.
#include <unicode/unistr.h>

#include <catch2/catch.hpp>
#include <random>

#include "at/gsm7.hpp"
#include "at/national_tables.hpp"
#include "at/split.hpp"
#include "at/submit.hpp"
#include "at/utf.hpp"
#include "tests/program/gammu_decoder.hpp"

namespace bank::program::test {
namespace {

/// Characters that a phone shows; libgammu ends a text at a zero and knows no private use.
std::string random_text(std::mt19937& random) {
  const bool gsm7 = random() % 2 == 0;
  const std::size_t characters = 1 + random() % (gsm7 ? 700 : 300);
  std::string text;
  for (std::size_t i = 0; i < characters; ++i) {
    if (gsm7) {
      const auto& table = random() % 8 == 0 ? at::single_shift_table(at::Language::none)
                                            : at::locking_table(at::Language::none);
      const char32_t c = table[random() % at::code_count];
      if (c != 0 && c != U'\f') at::append_utf8(text, c);
    } else {
      constexpr char32_t first_of[] = {U'a', U'ا', U'あ', U'一', 0x1F600};
      at::append_utf8(text, first_of[random() % 5] + static_cast<char32_t>(random() % 20));
    }
  }
  return text.empty() ? "x" : text;
}

std::u16string utf16(const std::string& text) {
  const auto unicode = icu::UnicodeString::fromUTF8(text);
  return {unicode.getBuffer(), static_cast<std::size_t>(unicode.length())};
}

}  // namespace

TEST_CASE("libgammu reads what is written, text for text and part for part", "[gammu]") {
  std::mt19937 random(38);
  for (int i = 0; i < 1500; ++i) {
    const std::string text = random_text(random);
    const auto split = at::split(text, at::Encoding::automatic);
    REQUIRE(split.has_value());
    const auto total = static_cast<int>(split->parts.size());
    CAPTURE(i, total, text);
    std::u16string joined;
    for (int part = 1; part <= total; ++part) {
      at::Submit submit{.to = "+989121234567", .alphabet = split->alphabet};
      submit.text = split->parts[static_cast<std::size_t>(part - 1)];
      if (total > 1) submit.header.concat = at::Concat{i % 256, 8, part, total};
      const auto pdu = at::encode(submit);
      REQUIRE(pdu.has_value());
      const auto read = decode_submit(pdu->hex);
      REQUIRE(read.error.empty());
      REQUIRE(read.to == "+989121234567");
      joined += read.text;
      if (total > 1) {
        REQUIRE(read.part == part);
        REQUIRE(read.parts == total);
        REQUIRE(read.reference == i % 256);
      }
    }
    REQUIRE(joined == utf16(text));
  }
}

}  // namespace bank::program::test
