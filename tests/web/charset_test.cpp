#include "web/charset.hpp"

#include <catch2/catch.hpp>

using namespace bank::web;
using Catch::Contains;

namespace {

bank::Result<std::string, std::string> decoded(std::string_view name, std::string_view octets,
                                               std::size_t piece = 1) {
  auto charset = Charset::named(name);
  if (!charset) return bank::unexpected(charset.error());
  std::string text;
  for (std::size_t at = 0; at < octets.size(); at += piece) {
    if (auto done = charset->decode(octets.substr(at, piece), text); !done) {
      return bank::unexpected(done.error());
    }
  }
  if (auto done = charset->finish(text); !done) return bank::unexpected(done.error());
  return text;
}

std::string utf16(std::u16string_view text, bool little) {
  std::string octets;
  for (const char16_t c : text) {
    const char high = static_cast<char>(c >> 8U);
    const char low = static_cast<char>(c & 0xFFU);
    octets += little ? low : high;
    octets += little ? high : low;
  }
  return octets;
}

}  // namespace

TEST_CASE("text without a named encoding is UTF-8, or UTF-16 where it shows") {
  const std::string text = "to,text\n+98,سلام 😀\n";
  const std::u16string_view same = u"to,text\n+98,سلام 😀\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{1000}}) {
    CAPTURE(piece);
    CHECK(decoded("", text, piece) == text);
    CHECK(decoded("", "\xEF\xBB\xBF" + text, piece) == text);
    CHECK(decoded("", "\xFF\xFE" + utf16(same, true), piece) == text);
    CHECK(decoded("", "\xFE\xFF" + utf16(same, false), piece) == text);
    CHECK(decoded("", utf16(same, true), piece) == text);
    CHECK(decoded("", utf16(same, false), piece) == text);
  }
  CHECK(decoded("", "ab") == std::string("ab"));
  CHECK(decoded("", "") == std::string());
}

TEST_CASE("the code pages of Windows are read when they are named") {
  CHECK(decoded("windows-1256", "\xD3\xE1\xC7\xE3") == std::string("سلام"));
  CHECK(decoded("windows-1251", "\xCF\xF0\xE8") == std::string("При"));
  CHECK(decoded("windows-1252", "caf\xE9 \x80") == std::string("café €"));
  CHECK(decoded("utf-16le", utf16(u"ab", true)) == std::string("ab"));
  CHECK(decoded("utf-8", "\xEF\xBB\xBF\xC3\xA9") == std::string("é"));
}

TEST_CASE("the last letter of a text in a code page is not lost where a mark could follow it") {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
    CAPTURE(piece);
    CHECK(decoded("windows-1258", "Xin cha", piece) == std::string("Xin cha"));
    CHECK(decoded("windows-1258", "Xin cha\xCC", piece) == std::string("Xin chà"));
    CHECK(decoded("windows-1255", "\xF9\xEC\xE5", piece) == std::string("שלו"));
  }
}

TEST_CASE("a byte order mark that contradicts the encoding named is refused") {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
    CAPTURE(piece);
    CHECK_THAT(decoded("windows-1251", "\xEF\xBB\xBFto,text\n", piece).error(),
               Contains("utf-8") && Contains("windows-1251"));
    CHECK_THAT(decoded("windows-1252", "\xEF\xBB\xBF", piece).error(), Contains("utf-8"));
    CHECK_THAT(decoded("utf-8", "\xFF\xFE" + utf16(u"to", true), piece).error(),
               Contains("utf-16le"));
    CHECK_THAT(decoded("utf-16le", "\xFE\xFF" + utf16(u"to", false), piece).error(),
               Contains("utf-16be"));
    CHECK(decoded("utf-16", "\xFE\xFF" + utf16(u"to", false), piece) == std::string("to"));
    CHECK(decoded("utf-16be", "\xFE\xFF" + utf16(u"to", false), piece) == std::string("to"));
    CHECK(decoded("utf8", "\xEF\xBB\xBFto", piece) == std::string("to"));
  }
}

TEST_CASE("an encoding that is not known or not true is refused by name") {
  CHECK_THAT(decoded("shift_jis", "x").error(), Contains("shift_jis") && Contains("windows-1256"));
  CHECK_THAT(decoded("utf-8//translit", "x").error(), Contains("not known"));
  CHECK_THAT(decoded("windows-1252", "ab\x81").error(), Contains("octet 2"));
  CHECK_THAT(decoded("utf-16le", utf16(u"ab", true) + "x").error(), Contains("within a character"));
}

TEST_CASE("the charset of a media type is found in any spelling") {
  CHECK(charset_of("text/csv; charset=UTF-8") == "utf-8");
  CHECK(charset_of("text/csv;Charset=\"windows-1256\"; header=present") == "windows-1256");
  CHECK(charset_of("text/csv; header=present").empty());
  CHECK(charset_of("text/csv; charset=utf-16le ; x=y") == "utf-16le");
}
