#include "at/text.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace bank::at;

namespace {

/// The places within a text that cut a cluster.
std::vector<std::size_t> cut_places(std::string_view utf8) {
  Clusters clusters(utf8);
  std::vector<std::size_t> places;
  for (std::size_t at = 1; at < utf8.size(); ++at) {
    const bool within_character = (static_cast<unsigned char>(utf8[at]) & 0xC0) == 0x80;
    if (!within_character && clusters.cut_by(at)) places.push_back(at);
  }
  return places;
}

}  // namespace

TEST_CASE("a cluster is what a reader takes for one character") {
  struct Vector {
    const char* name;
    std::string_view text;
    std::vector<std::size_t> cut_by;
  };
  const Vector vectors[] = {
      {"letters", "abc", {}},
      {"an accent of its own", "ae\u0301b", {2}},
      {"two accents", "e\u0302\u0323", {1, 3}},
      {"an accent at the beginning", "\u0301a", {}},
      {"carriage return and line feed", "a\r\nb", {2}},
      {"line feed and carriage return", "a\n\rb", {}},
      {"an accent after a line feed", "\n\u0301", {}},
      {"letters of scripts that join nothing", "سلامЖ語ωé", {}},
      {"an Arabic letter with its vowel", "مَن", {2}},
      {"Devanagari: a consonant with its vowel sign", "नि", {3}},
      {"Hangul jamo", "\u1112\u1161\u11ABa", {3, 6}},
      {"Hangul syllables", "한글", {}},
      {"a flag", "🇮🇷", {4}},
      {"two flags", "🇮🇷🇩🇪", {4, 12}},
      {"a skin tone", "👍🏽", {4}},
      {"a family", "👨\u200D👩\u200D👧", {4, 7, 11, 14}},
      {"two faces", "😀😀", {}},
      {"a heart in colour", "a❤\uFE0F", {4}},
      {"a keycap", "1\uFE0F\u20E3", {1, 4}},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      CHECK(cut_places(v.text) == v.cut_by);
    }
  }
}

TEST_CASE("clusters are found whatever the order in which places are asked about") {
  const std::string text = "a🇮🇷b👨\u200D👩\u200D👧c";
  Clusters clusters(text);
  CHECK(clusters.cut_by(17));
  CHECK(clusters.cut_by(5));
  CHECK_FALSE(clusters.cut_by(9));
  CHECK_FALSE(clusters.cut_by(1));
  CHECK(clusters.cut_by(21));
  CHECK_FALSE(clusters.cut_by(28));
}

TEST_CASE("characters are told apart as Unicode does") {
  for (const char32_t c : {U' ', U'\n', U'\u00A0', U'\u2003', U'\u2028', U'\u3000'}) {
    CHECK(is_blank(c));
  }
  for (const char32_t c : {U'a', U'\u200B', U'\u2060', U'،'}) CHECK_FALSE(is_blank(c));
  CHECK(is_mark(U'\u0301'));
  CHECK_FALSE(is_mark(U'é'));
  CHECK(is_latin(U'ế'));
  CHECK_FALSE(is_latin(U'е'));  // Cyrillic
  CHECK_FALSE(is_latin(U'1'));
  CHECK(likeness_of(U'½') == Likeness::fraction);
  CHECK(likeness_of(U'²') == Likeness::superscript);
  CHECK(likeness_of(U'…') == Likeness::other);
  CHECK(likeness_of(U'é') == Likeness::none);
  CHECK(likeness_of(U'①') == Likeness::none);
}

TEST_CASE("texts are composed and decomposed") {
  CHECK(nfd(U"ế") == U"e\u0302\u0301");
  CHECK(nfc(U"e\u0302\u0301") == U"ế");
  CHECK(nfkd(U"ﬁ½") == U"fi1\u20442");
  CHECK(nfd(U"").empty());
  CHECK(nfc(U"😀") == U"😀");
}
