#include "at/utf.hpp"

#include <catch2/catch.hpp>

#include "tests/at/vectors.hpp"

using namespace bank::at;

TEST_CASE("every scalar value is written as UTF-8 and read back") {
  for (char32_t c = 0; c <= 0x10FFFF; c += (c < 0x3000 ? 1 : 61)) {
    std::string text;
    append_utf8(text, c);
    const auto back = first_code_point(text);
    REQUIRE(back.has_value());
    const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
    if (back->value != (surrogate ? replacement_character : c)) FAIL("U+" << std::hex << int(c));
    if (back->octets != text.size()) FAIL("U+" << std::hex << int(c));
  }
}

TEST_CASE("what is not well-formed UTF-8 is seen at its first octet") {
  struct Vector {
    const char* name;
    std::string text;
    std::size_t at;
  };
  const Vector vectors[] = {
      {"a continuation alone", "ab\x80", 2},
      {"an overlong slash", "\xC0\xAF", 0},
      {"an overlong three-octet form", "a\xE0\x80\xAF", 1},
      {"an overlong four-octet form", "\xF0\x80\x80\xAF", 0},
      {"a surrogate", "abc\xED\xA0\x80", 3},
      {"beyond U+10FFFF", "\xF4\x90\x80\x80", 0},
      {"octets that never occur", "a\xFE", 1},
      {"a character cut at the end", "é\xE2\x82", 2},
      {"a character cut in the middle", "\xE2\x82z", 0},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      CHECK(first_not_utf8(v.text) == v.at);
    }
  }
  CHECK_FALSE(first_not_utf8("").has_value());
  CHECK_FALSE(first_not_utf8("a é € 😀 \xF4\x8F\xBF\xBF").has_value());
}

TEST_CASE("UTF-16BE is read with its surrogate pairs, and without what is broken in it") {
  struct Vector {
    const char* name;
    const char* hex;
    std::string text;
  };
  const Vector vectors[] = {
      {"Persian", "06330644062706450020002100200627", "سلام ! ا"},
      {"a surrogate pair", "D83DDE01", "😁"},
      {"a high surrogate at the end", "0041D83D", "A\uFFFD"},
      {"a high surrogate before a letter", "D83D0041", "\uFFFDA"},
      {"a low surrogate alone", "DE010041", "\uFFFDA"},
      {"two high surrogates before a low one", "D83DD83DDE01", "\uFFFD😁"},
      {"an odd octet at the end", "004100", "A"},
      {"one octet", "00", ""},
      {"a byte order mark", "FEFF0041", "A"},
      {"a byte order mark alone", "FEFF", ""},
      {"two of them", "FEFFFEFF0041", "A"},
      {"a swapped one", "FFFE4100FF64", "A\u64FF"},
      {"a swapped one and an emoji", "FFFE3DD801DE", "😁"},
      {"a mark inside stays", "0041FEFF", "A\uFEFF"},
      {"units that look swapped are not", "4E004100", "一\u4100"},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      CHECK(utf8_from_utf16be(vectors::octets(v.hex)) == v.text);
    }
  }
}

TEST_CASE("a text written as UTF-16BE is read back") {
  const std::string text = "aé€سلام中😀\U0010FFFF";
  std::vector<std::uint8_t> octets;
  append_utf16be(octets, text);
  CHECK(utf8_from_utf16be(octets) == text);
}
