#include "at/plain.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "at/gsm7.hpp"
#include "at/text.hpp"
#include "at/utf.hpp"

using namespace bank::at;

namespace {

std::u32string utf32(std::string_view utf8) {
  std::u32string text;
  while (!utf8.empty()) {
    const auto c = first_code_point(utf8).value();
    text += c.value;
    utf8.remove_prefix(c.octets);
  }
  return text;
}

std::string utf8(std::u32string_view characters) {
  std::string text;
  for (const char32_t c : characters) append_utf8(text, c);
  return text;
}

struct Vector {
  std::string_view text;
  std::string_view plain;
};

/// In both normalization forms.
void check(std::string_view text, std::string_view expected) {
  CAPTURE(text);
  CHECK(plain(utf8(nfc(utf32(text)))).text == expected);
  CHECK(plain(utf8(nfd(utf32(text)))).text == expected);
}

}  // namespace

TEST_CASE("every Vietnamese letter has its plain form, composed or not") {
  // Of these GSM 7-bit has à è é ì ò ù and É: they stay.
  const Vector vectors[] = {
      {"aàảãáạ", "aàaaaa"}, {"ăằẳẵắặ", "aaaaaa"}, {"âầẩẫấậ", "aaaaaa"}, {"eèẻẽéẹ", "eèeeée"},
      {"êềểễếệ", "eeeeee"}, {"iìỉĩíị", "iìiiii"}, {"oòỏõóọ", "oòoooo"}, {"ôồổỗốộ", "oooooo"},
      {"ơờởỡớợ", "oooooo"}, {"uùủũúụ", "uùuuuu"}, {"ưừửữứự", "uuuuuu"}, {"yỳỷỹýỵ", "yyyyyy"},
      {"AÀẢÃÁẠ", "AAAAAA"}, {"ĂẰẲẴẮẶ", "AAAAAA"}, {"ÂẦẨẪẤẬ", "AAAAAA"}, {"EÈẺẼÉẸ", "EEEEÉE"},
      {"ÊỀỂỄẾỆ", "EEEEEE"}, {"IÌỈĨÍỊ", "IIIIII"}, {"OÒỎÕÓỌ", "OOOOOO"}, {"ÔỒỔỖỐỘ", "OOOOOO"},
      {"ƠỜỞỠỚỢ", "OOOOOO"}, {"UÙỦŨÚỤ", "UUUUUU"}, {"ƯỪỬỮỨỰ", "UUUUUU"}, {"YỲỶỸÝỴ", "YYYYYY"},
      {"đĐ", "dD"},
  };
  for (const auto& v : vectors) check(v.text, v.plain);
}

TEST_CASE("Vietnamese sentences") {
  check("Tiếng Việt có thanh điệu.", "Tieng Viet co thanh dieu.");
  check("Mã xác nhận của quý khách là 4821, vui lòng không chia sẻ.",
        "Ma xac nhan cua quy khach là 4821, vui lòng khong chia se.");
  check("Số dư: 1.250.000₫ – cảm ơn “Ngân hàng”…", "So du: 1.250.000d - cam on \"Ngan hàng\"...");
  check("ĐƯỜNG NGUYỄN HUỆ, QUẬN 1", "DUONG NGUYEN HUE, QUAN 1");
  check("Trời mưa, đường ướt; hẹn gặp ở Phở Hòa 7h30",
        "Troi mua, duong uot; hen gap o Pho Hòa 7h30");
  // a circumflex and a tone of its own, as keyboards of Windows write them
  CHECK(plain("Viê\u0323t Nam, tiê\u0301ng").text == "Viet Nam, tieng");
}

TEST_CASE("letters of other Latin alphabets") {
  const Vector vectors[] = {
      {"Zażółć gęślą jaźń ŁÓDŹ", "Zazolc gesla jazn LODZ"},
      {"Příliš žluťoučký kůň Ďábel", "Prilis zlutoucky kun Dabel"},
      {"ığdır İstanbul şeker çağ öğün ü", "igdir Istanbul seker cag ögün ü"},
      {"Știință țară ţară â î", "Stiinta tara tara a i"},
      {"šđčćž ŠĐČĆŽ", "sdccz SDCCZ"},
      {"árvíztűrő tükörfúrógép", "arvizturo tükörfurogép"},
      {"ąčęėįšųūž āčēģīķļņšūž õäöü", "aceeisuuz acegiklnsuz oäöü"},
      {"Það er þægilegt, Þór", "Thad er thægilegt, Thor"},
      {"não coração avô português", "nao coracao avo portugues"},
      {"¿mañana, José? 1º 2ª", "¿mañana, José? 1o 2a"},
      {"œuvre garçon île Noël", "oeuvre garcon ile Noel"},
      {"Straße Ärger ẞ", "Straße Ärger SS"},
      {"Ħal Għaxaq ċ ġ ż", "Hal Ghaxaq c g z"},
      {"Məhəmməd", "Mehemmed"},
      {"ɓ ɗ ƙ ƴ Ŋ ɛ ɔ", "b d k y N e o"},
      {"Ǆ ǉ ĳ ŀl", "DZ lj ij l.l"},
      {"nǚ lǜ ǿ ǻ", "nü lü ø å"},
  };
  for (const auto& v : vectors) check(v.text, v.plain);
}

TEST_CASE("typographic signs are written as on a typewriter") {
  const Vector vectors[] = {
      {"‘a’ ‚b‛ “c” „d‟ «e» ‹f› ′ ″ `g´", "'a' 'b' \"c\" \"d\" \"e\" 'f' ' \" 'g'"},
      {"a‐b‑c‒d–e—f―g−h", "a-b-c-d-e-f-g-h"},
      {"… ‥", "... .."},
      {"• ‣ ● ◦ ▪", "* * * * *"},
      {"a\u00A0b\u2003c\u202Fd\u3000e", "a b c d e"},
      {"a\u00ADb\u200Bc\u200Dd\uFEFFe\u2060f\u200Eg", "abcdefg"},
      {"a\u2028b\u2029c", "a\nb\nc"},
      {"ﬁne ﬂow oﬀ oﬃce ﬆ", "fine flow off office st"},
      {"№ 5, 5‰, Foo™ © ® ℗", "No 5, 5o/oo, Foo(TM) (C) (R) (P)"},
      {"3×4 6÷2 ±1 5≤6≥4 ≠ ≈", "3x4 6/2 +/-1 5<=6>=4 != ~"},
      {"½ 2½ ¼l 10⅓", "1/2 2 1/2 1/4l 10 1/3"},
      {"m² 10² 10¹² H₂O", "m2 10^2 10^12 H2O"},
      {"10⁻³ 10⁺⁶ 10₂ 1₂3", "10^-3 10^+6 10_2 1_2 3"},
      {"5²0 2½5 ½¼ 5¹⁄₂", "5^2 0 2 1/2 5 1/2 1/4 5 1/2"},
      {"２½ 2\u2060½ 2\u00AD½ ２² 1ˢᵗ", "2 1/2 2 1/2 2 1/2 2^2 1st"},
      {"5 μm 5 µm", "5 um 5 um"},
      {"25°C 25℃ 5µm", "25oC 25oC 5um"},
      {"₫ ₺ ₹5", "d TL Rs5"},
      {"→ ← ↔ ⇒", "-> <- <-> =>"},
      {"ＡＢＣ　１２，", "ABC 12,"},
      {"Ⅳ ⅻ ㎏", "IV xii kg"},
      {"Ω \u2126 Å \u212B…", "Ω Ω Å Å..."},
      {"100 € – {x}", "100 € - {x}"},
  };
  for (const auto& v : vectors) {
    CAPTURE(v.text);
    CHECK(plain(v.text).text == v.plain);
  }
}

TEST_CASE("a text that would be destroyed, or has nothing to change, is untouched") {
  for (const std::string_view text : {"",
                                      "hello",
                                      "é à ñ ü ø € [x]",
                                      "“سلام”",
                                      "“Привет” й",
                                      "“你好”",
                                      "“안녕”",
                                      "“καλημέρα”",
                                      "Ό",
                                      "“שלום”",
                                      "नमस्ते…",
                                      "…😀",
                                      "…❤\uFE0F",
                                      "1\uFE0F\u20E3 …",
                                      "… ①",
                                      "… \u0301",
                                      "\u0301é",
                                      "…1\u0301",
                                      "… ∞",
                                      "… \u00B8",
                                      "… ﺁ",
                                      "… \t",
                                      "… \x07",
                                      "…\xFF",
                                      "\xC3",
                                      "日…"}) {
    CAPTURE(text);
    const Plain untouched = plain(text);
    CHECK(untouched.text == text);
    CHECK(untouched.changes.empty());
  }
}

TEST_CASE("changes tell where, what stood there and what stands now") {
  CHECK(plain("“é” ế…").changes ==
        std::vector<Change>{{0, "“", "\""}, {5, "”", "\""}, {9, "ế", "e"}, {12, "…", "..."}});
  CHECK(plain("e\u0301a\u0302\u00AD").changes ==
        std::vector<Change>{{0, "e\u0301", "é"}, {3, "a\u0302", "a"}, {6, "\u00AD", ""}});
  CHECK(plain("2½").changes == std::vector<Change>{{1, "½", " 1/2"}});
}

TEST_CASE("changes are listed up to a bound, and made beyond it") {
  std::string text;
  for (std::size_t i = 0; i < most_changes + 1; ++i) text += "ế";
  const Plain changed = plain(text);
  CHECK(changed.text == std::string(most_changes + 1, 'e'));
  CHECK(changed.changes.size() == most_changes);
}

TEST_CASE("a heap of marks on one letter takes no heap of time") {
  std::string text = "a";
  for (int i = 0; i < 100'000; ++i) text += "\u0301";
  CHECK(plain(text).text == "a");
}

TEST_CASE("changes made one by one give the plain text, which is GSM 7-bit, else nothing changed") {
  std::mt19937 random(5);
  const std::string_view pieces[] = {
      "a", "é", "ế", "e\u0323\u0302", "“", "…", " ", "½", "1", "\u00AD", "đ", "²", "ﬁ", "\n", "س"};
  std::size_t changed_texts = 0;
  for (int round = 0; round < 2000; ++round) {
    const std::size_t kinds = 1 + random() % std::size(pieces);
    std::string text;
    for (std::size_t i = 0, n = random() % 40; i < n; ++i) text += pieces[random() % kinds];
    CAPTURE(round, text);
    const Plain made = plain(text);
    std::string by_hand;
    std::size_t at = 0;
    for (const auto& change : made.changes) {
      REQUIRE(change.offset >= at);
      REQUIRE(text.compare(change.offset, change.before.size(), change.before) == 0);
      by_hand += text.substr(at, change.offset - at) + change.after;
      at = change.offset + change.before.size();
    }
    by_hand += text.substr(at);
    REQUIRE(by_hand == made.text);
    REQUIRE((made.changes.empty() || septets_from_utf8(made.text).has_value()));
    REQUIRE(plain(made.text).changes.empty());
    changed_texts += made.changes.empty() ? 0 : 1;
  }
  CHECK(changed_texts > 500);
}
