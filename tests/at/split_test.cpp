#include "at/split.hpp"

#include <catch2/catch.hpp>
#include <numeric>
#include <random>
#include <string>

#include "at/gsm7.hpp"
#include "at/split_cuts.hpp"
#include "at/utf.hpp"
#include "tests/at/vectors.hpp"

using namespace bank::at;

namespace {

std::string times(std::string_view text, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += text;
  return out;
}

std::size_t units_of(std::string_view part, Alphabet alphabet, Shift shift = {}) {
  std::size_t units = 0;
  for (std::size_t at = 0; at < part.size();) {
    const auto c = first_code_point(part.substr(at));
    REQUIRE(c.has_value());
    units += alphabet == Alphabet::gsm7 ? to_gsm7(c->value, shift).value().septets()
                                        : utf16_units(c->value);
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

TEST_CASE("a part holds what its header leaves") {
  struct Vector {
    std::size_t header;  // octets, with the length octet
    std::size_t septets, units, octets;
  };
  constexpr Vector vectors[] = {
      {0, 160, 70, 140}, {4, 155, 68, 136},  {6, 153, 67, 134},  {7, 152, 66, 133},
      {9, 149, 65, 131}, {10, 148, 65, 130}, {12, 146, 64, 128}, {13, 145, 63, 127},
      {139, 1, 0, 1},    {140, 0, 0, 0},     {1000, 0, 0, 0},
  };
  for (const auto& v : vectors) {
    CAPTURE(v.header);
    CHECK(room_beside(v.header, Alphabet::gsm7) == v.septets);
    CHECK(room_beside(v.header, Alphabet::ucs2) == v.units);
    CHECK(room_beside(v.header, Alphabet::octets) == v.octets);
  }
}

TEST_CASE("every limit is met to the character, with every header") {
  struct Vector {
    const char* name;
    SplitOptions options;
    const char* one;  // a character of size 1 of the alphabet that comes out
    const char* two;  // and one of size 2
    Alphabet alphabet;
    Shift shift;
    std::size_t alone, joined;
  };
  constexpr auto gsm7 = Encoding::gsm7;
  constexpr auto ucs2 = Encoding::ucs2;
  constexpr auto turkish = Language::turkish;
  constexpr auto spanish = Language::spanish;
  constexpr auto hindi = Language::hindi;
  constexpr std::size_t ports = 6;  // of 16 bits
  const Vector vectors[] = {
      {"default", {gsm7}, "a", "€", Alphabet::gsm7, {}, 160, 153},
      {"default, 16 bits", {gsm7, {}, 16}, "a", "€", Alphabet::gsm7, {}, 160, 152},
      {"default, ports", {gsm7, {}, 8, ports}, "é", "{", Alphabet::gsm7, {}, 152, 146},
      {"single", {gsm7, {spanish}}, "a", "á", Alphabet::gsm7, {{}, spanish}, 155, 149},
      {"single, 16 bits", {gsm7, {spanish}, 16}, "a", "á", Alphabet::gsm7, {{}, spanish}, 155, 148},
      {"locking", {gsm7, {turkish}}, "ş", "{", Alphabet::gsm7, {turkish, {}}, 155, 149},
      {"both", {gsm7, {hindi}}, "क", "\u0958", Alphabet::gsm7, {hindi, hindi}, 152, 146},
      {"both, 16 bits",
       {gsm7, {hindi}, 16},
       "क",
       "\u0958",
       Alphabet::gsm7,
       {hindi, hindi},
       152,
       145},
      {"both, ports",
       {gsm7, {hindi}, 8, ports},
       "क",
       "\u0958",
       Alphabet::gsm7,
       {hindi, hindi},
       145,
       139},
      {"UCS-2", {ucs2}, "س", "😀", Alphabet::ucs2, {}, 70, 67},
      {"UCS-2, 16 bits", {ucs2, {}, 16}, "س", "😀", Alphabet::ucs2, {}, 70, 66},
      {"UCS-2, ports", {ucs2, {}, 8, ports}, "س", "😀", Alphabet::ucs2, {}, 66, 64},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      const auto cut = [&](const std::string& text) {
        const auto found = split(text, v.options);
        REQUIRE(found.has_value());
        CHECK(found->alphabet == v.alphabet);
        CHECK(found->shift == v.shift);
        return found->parts;
      };
      // at least one of each, so that only these tables do; the pair is at every place near the end
      for (std::size_t after = 0; after < 4; ++after) {
        CAPTURE(after);
        const auto whole = times(v.one, v.alone - 2 - after) + v.two + times(v.one, after);
        CHECK(cut(whole).size() == 1);
        CHECK(cut(whole + v.one).size() == 2);
        const auto full = times(v.one, v.joined - 2 - after) + v.two + times(v.one, after);
        CHECK(cut(full + full) == std::vector{full, full});
        CHECK(cut(full + full + v.one) == std::vector{full, full, std::string(v.one)});
      }
      const auto short_of_one = times(v.one, v.joined - 1);
      const auto rest = v.two + times(v.one, v.joined - 2);
      CHECK(cut(short_of_one + rest) == std::vector{short_of_one, rest});
      CHECK(cut(short_of_one + rest + v.one).size() == 3);
    }
  }
}

TEST_CASE("a header that leaves no room is an error, not a loop") {
  const auto with = [](std::size_t further) { return SplitOptions{.further_header = further}; };
  CHECK(split("a", with(138))->parts.size() == 1);
  CHECK(split("س", with(137))->parts.size() == 1);
  CHECK(split("aa", with(138)).error() == TextError{TextError::Fault::no_room, 0});
  CHECK(split("س", with(138)).error() == TextError{TextError::Fault::no_room, 0});
  CHECK(split("a", with(100'000)).error() == TextError{TextError::Fault::no_room, 0});
  CHECK(split(times("a", 20), with(130))->parts.size() == 5);
}

TEST_CASE("national tables are taken where they save a part") {
  struct Vector {
    const char* name;
    std::string text;
    SplitOptions options;
    Alphabet alphabet;
    Shift shift;
    std::size_t parts;
  };
  constexpr auto automatic = Encoding::automatic;
  constexpr auto gsm7 = Encoding::gsm7;
  constexpr auto turkish = Language::turkish;
  constexpr auto spanish = Language::spanish;
  constexpr auto portuguese = Language::portuguese;
  constexpr auto hindi = Language::hindi;
  const std::string cities = times("ığdır", 20);  // 100 characters, of which 60 are Turkish alone
  const Vector vectors[] = {
      {"no language is allowed unasked", cities, {automatic}, Alphabet::ucs2, {}, 2},
      {"locking where single would need more",
       cities,
       {automatic, {turkish}},
       Alphabet::gsm7,
       {turkish, {}},
       1},
      {"single where both do: a phone without the table still shows the rest",
       "ş" + times("a", 100),
       {automatic, {turkish}},
       Alphabet::gsm7,
       {{}, turkish},
       1},
      {"UCS-2 where it takes as many parts: every phone has it",
       "ığdır",
       {automatic, {turkish}},
       Alphabet::ucs2,
       {},
       1},
      {"UCS-2 also of several parts",
       times("á", 100),  // 200 septets with the Spanish table
       {automatic, {spanish}},
       Alphabet::ucs2,
       {},
       2},
      {"the tables of an allowed language where UCS-2 is not",
       "ığdır",
       {gsm7, {turkish}},
       Alphabet::gsm7,
       {{}, turkish},
       1},
      {"the default alphabet where it has all",
       times("a", 400),
       {automatic, {turkish, spanish}},
       Alphabet::gsm7,
       {},
       3},
      {"a locking table also for what the default alphabet has",
       times("€", 150),  // one septet in Turkish, two in the default alphabet
       {automatic, {turkish}},
       Alphabet::gsm7,
       {turkish, {}},
       1},
      {"the language among several that has the text",
       times("ñáéú ", 20),
       {automatic, {turkish, hindi, spanish}},
       Alphabet::gsm7,
       {{}, spanish},
       1},
      {"the locking table of one and the single shift table of another",
       times("ã", 100) + "ş",
       {automatic, {turkish, portuguese}},
       Alphabet::gsm7,
       {portuguese, turkish},
       1},
      {"UCS-2 where none has it",
       times("ş", 60) + "語",
       {automatic, {turkish, hindi}},
       Alphabet::ucs2,
       {},
       1},
      {"what is asked for as UCS-2 stays so",
       cities,
       {Encoding::ucs2, {turkish}},
       Alphabet::ucs2,
       {},
       2},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      const auto cut = split(v.text, v.options);
      REQUIRE(cut.has_value());
      CHECK(cut->alphabet == v.alphabet);
      CHECK(cut->shift == v.shift);
      CHECK(cut->parts.size() == v.parts);
    }
  }
}

TEST_CASE("where no allowed table has a character its place is told") {
  const SplitOptions turkish{.encoding = Encoding::gsm7, .languages = {Language::turkish}};
  CHECK(split("aşbس", turkish).error() == TextError{TextError::Fault::not_in_gsm7, 4});
  CHECK(split("aşb", Encoding::gsm7).error() == TextError{TextError::Fault::not_in_gsm7, 1});
}

TEST_CASE("clusters and links stay whole at every offset around a cut, at no part more") {
  for (const std::string_view whole :
       {"👨\u200D👩\u200D👧", "🇮🇷", "क्षि", "e\u0301\u0323", "\u1112\u1161\u11AB", "\r\n",
        "https://a.example/pay", "bit.ly/x"}) {
    for (const std::string_view letter : {"a ", "س "}) {
      for (std::size_t before = 50; before < 160; ++before) {
        CAPTURE(whole, letter, before);
        std::string text = times(letter, before / 2) + (before % 2 == 1 ? " " : "");
        const std::size_t begin = text.size();
        text += std::string(whole) + times(letter, 110 - before / 2);
        const auto cut = split(text, Encoding::automatic);
        REQUIRE(cut.has_value());
        const bool in_gsm7 = cut->alphabet == Alphabet::gsm7;
        const std::size_t capacity = in_gsm7 ? 153 : 67;
        const std::size_t length = units_of(text, cut->alphabet);
        REQUIRE(cut->parts.size() == (length + capacity - 1) / capacity);
        std::size_t end = 0;
        for (const auto& part : cut->parts) {
          REQUIRE(units_of(part, cut->alphabet) <= capacity);
          end += part.size();
          const bool cuts_it = begin < end && end < begin + whole.size();
          REQUIRE_FALSE(cuts_it);
        }
        REQUIRE(end == text.size());
      }
    }
  }
}

TEST_CASE("texts of several segments are cut as other programs cut them") {
  const auto all = vectors::load("gsm7.json");
  for (const auto& v : all.at("segmentation")) {
    const auto single = language_of(v.at("tables").at("single"));
    const std::string text = v.at("text");
    CAPTURE(text);
    const Shift shift{Language::none, single};
    std::size_t septets = 0;
    Sizes sizes(text.size(), 0);
    for (std::size_t at = 0; at < text.size();) {
      const auto c = first_code_point(std::string_view(text).substr(at));
      sizes[at] = static_cast<std::uint8_t>(to_gsm7(c->value, shift)->septets());
      septets += sizes[at];
      at += c->octets;
    }
    CHECK(septets == v.at("septets"));
    const bool several = septets > room_beside(header_size({}, shift, false), Alphabet::gsm7);
    const std::size_t room = room_beside(header_size({}, shift, several), Alphabet::gsm7);
    const Cuts cuts = fill(sizes, room);
    REQUIRE(cuts.size() + 1 == v.at("segments").size());
    std::size_t begin = 0;
    for (std::size_t n = 0; n <= cuts.size(); ++n) {
      const std::size_t end = n < cuts.size() ? cuts[n] : text.size();
      const auto part = std::string_view(text).substr(begin, end - begin);
      std::size_t characters = 0;
      for (const char c : part) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
      CHECK(characters == v.at("segments")[n]);
      begin = end;
    }
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

namespace {

/// How many parts a text takes with these tables, told independently: character by character.
std::optional<std::size_t> parts_with(std::string_view text, const SplitOptions& options,
                                      Alphabet alphabet, Shift shift) {
  std::vector<std::size_t> sizes;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = first_code_point(text.substr(at));
    const auto code = to_gsm7(c->value, shift);
    if (alphabet == Alphabet::gsm7 && !code) return std::nullopt;
    sizes.push_back(alphabet == Alphabet::gsm7 ? code->septets() : utf16_units(c->value));
    at += c->octets;
  }
  const auto count = [&](bool several) {
    const auto room = room_beside(header_size(options, shift, several), alphabet);
    std::size_t parts = 1;
    std::size_t used = 0;
    for (const std::size_t size : sizes) {
      if (used + size > room) {
        ++parts;
        used = 0;
      }
      used += size;
    }
    return parts;
  };
  return count(false) == 1 ? 1 : count(true);
}

}  // namespace

TEST_CASE("no alphabet and no pair of tables that is allowed would take fewer parts") {
  std::mt19937 random(31);
  const std::vector<std::vector<std::string_view>> scripts{
      {"a", "e", " ", "é", "€", "{"}, {"ş", "ğ", "a", "ı", "€"}, {"ã", "ç", "o", "á", "Φ"},
      {"क", "ि", "\u0958", "a", "1"}, {"ক", "া", "A", " "},      {"س", "ا", "م", " "},
      {"語", "😀", "a", "\u0301"},     {"ñ", "á", "í", "o"},      {"Ж", "д", "а", "\r\n"}};
  std::size_t with_tables = 0;
  for (int round = 0; round < 1500; ++round) {
    const auto& letters = scripts[random() % scripts.size()];
    const std::size_t kinds = 1 + random() % letters.size();
    std::string text;
    for (std::size_t i = 0, n = 1 + random() % 400; i < n; ++i) text += letters[random() % kinds];
    SplitOptions options{.encoding = random() % 3 == 0 ? Encoding::gsm7 : Encoding::automatic,
                         .reference_bits = random() % 2 == 0 ? 8 : 16,
                         .further_header = random() % 3 == 0 ? random() % 60 : 0};
    for (std::size_t n = random() % 6; n > 0; --n) {
      options.languages.add(language_of(static_cast<std::uint8_t>(1 + random() % 13)));
    }
    CAPTURE(round, text, options.further_header, options.reference_bits, options.languages.bits());

    std::optional<std::size_t> fewest;
    const auto consider = [&](Alphabet alphabet, Shift shift) {
      const auto parts = parts_with(text, options, alphabet, shift);
      if (parts && (!fewest || *parts < *fewest)) fewest = parts;
    };
    for (std::uint8_t locking = 0; locking < 14; ++locking) {
      for (std::uint8_t single = 0; single < 14; ++single) {
        const bool allowed = (options.languages.bits() >> locking & 1) != 0 &&
                             (options.languages.bits() >> single & 1) != 0;
        if (allowed) consider(Alphabet::gsm7, {language_of(locking), language_of(single)});
      }
    }
    if (options.encoding == Encoding::automatic) consider(Alphabet::ucs2, {});

    const auto cut = split(text, options);
    REQUIRE(cut.has_value() == fewest.has_value());
    if (!cut) continue;
    REQUIRE(cut->parts.size() == *fewest);
    with_tables += cut->shift == Shift{} ? 0 : 1;
    const bool several = cut->parts.size() > 1;
    const auto room = room_beside(header_size(options, cut->shift, several), cut->alphabet);
    std::string joined;
    for (const auto& part : cut->parts) {
      joined += part;
      REQUIRE(units_of(part, cut->alphabet, cut->shift) <= room);
    }
    REQUIRE(joined == text);
  }
  CHECK(with_tables > 100);
}

TEST_CASE("splitting as plain cuts the changed text, and one that stays as automatic does") {
  const auto changed = split("Tiếng Việt", Encoding::plain);
  REQUIRE(changed.has_value());
  CHECK(changed->alphabet == Alphabet::gsm7);
  CHECK(changed->parts == std::vector<std::string>{"Tieng Viet"});

  const auto stays = split("“سلام”", Encoding::plain);
  REQUIRE(stays.has_value());
  CHECK(stays->alphabet == Alphabet::ucs2);
  CHECK(stays->parts == std::vector<std::string>{"“سلام”"});

  CHECK(split("…\x07", Encoding::plain).error() ==
        TextError{TextError::Fault::control_character, 3});
  CHECK(split("\u00AD", Encoding::plain).error() == TextError{TextError::Fault::empty, 0});
}
