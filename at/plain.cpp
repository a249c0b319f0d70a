#include "at/plain.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "at/gsm7.hpp"
#include "at/text.hpp"
#include "at/utf.hpp"

namespace bank::at {
namespace {

struct Form {
  char32_t character;
  std::string_view plain;
};

/// What Unicode's decompositions do not tell, in order of code points: letters as passports have
/// them (ICAO Doc 9303-3 §6) and those of African languages by the letter they come from; signs as
/// on a typewriter, and as people write them who have no others (25°C is 25oC, 50.000₫ is 50.000d).
constexpr auto forms = std::to_array<Form>({
    {U'`', "'"},         {U'\u00A6', "|"},  {U'\u00A8', "\""},  {U'\u00A9', "(C)"},
    {U'\u00AB', "\""},   {U'\u00AD', ""},   {U'\u00AE', "(R)"}, {U'\u00B0', "o"},
    {U'\u00B1', "+/-"},  {U'\u00B4', "'"},  {U'\u00B5', "u"},   {U'\u00B7', "."},
    {U'\u00BB', "\""},   {U'Ð', "D"},       {U'×', "x"},        {U'Þ', "Th"},
    {U'ð', "d"},         {U'÷', "/"},       {U'þ', "th"},       {U'Đ', "D"},
    {U'đ', "d"},         {U'Ħ', "H"},       {U'ħ', "h"},        {U'ı', "i"},
    {U'ĸ', "q"},         {U'Ł', "L"},       {U'ł', "l"},        {U'Ŋ', "N"},
    {U'ŋ', "n"},         {U'Œ', "OE"},      {U'œ', "oe"},       {U'Ŧ', "T"},
    {U'ŧ', "t"},         {U'ƀ', "b"},       {U'Ɓ', "B"},        {U'Ɔ', "O"},
    {U'Ɖ', "D"},         {U'Ɗ', "D"},       {U'Ǝ', "E"},        {U'Ə', "E"},
    {U'Ɛ', "E"},         {U'ƒ', "f"},       {U'Ɠ', "G"},        {U'Ɣ', "G"},
    {U'Ɨ', "I"},         {U'Ƙ', "K"},       {U'ƙ', "k"},        {U'ƚ', "l"},
    {U'Ɲ', "N"},         {U'ƥ', "p"},       {U'Ʋ', "V"},        {U'Ƴ', "Y"},
    {U'ƴ', "y"},         {U'Ƶ', "Z"},       {U'ƶ', "z"},        {U'ǝ', "e"},
    {U'Ǥ', "G"},         {U'ǥ', "g"},       {U'ɓ', "b"},        {U'ɔ', "o"},
    {U'ɖ', "d"},         {U'ɗ', "d"},       {U'ə', "e"},        {U'ɛ', "e"},
    {U'ɠ', "g"},         {U'ɣ', "g"},       {U'ɨ', "i"},        {U'ɲ', "n"},
    {U'ʉ', "u"},         {U'ʋ', "v"},       {U'\u02B9', "'"},   {U'\u02BA', "\""},
    {U'\u02BB', "'"},    {U'\u02BC', "'"},  {U'\u02BD', "'"},   {U'\u02BE', "'"},
    {U'\u02BF', "'"},    {U'\u02C6', "^"},  {U'\u02DC', "~"},   {U'\u034F', ""},
    {U'\u03BC', "u"},    {U'ẞ', "SS"},      {U'\u200B', ""},    {U'\u200C', ""},
    {U'\u200D', ""},     {U'\u200E', ""},   {U'\u200F', ""},    {U'\u2010', "-"},
    {U'\u2011', "-"},    {U'\u2012', "-"},  {U'\u2013', "-"},   {U'\u2014', "-"},
    {U'\u2015', "-"},    {U'\u2016', "||"}, {U'\u2018', "'"},   {U'\u2019', "'"},
    {U'\u201A', "'"},    {U'\u201B', "'"},  {U'\u201C', "\""},  {U'\u201D', "\""},
    {U'\u201E', "\""},   {U'\u201F', "\""}, {U'\u2022', "*"},   {U'\u2023', "*"},
    {U'\u2027', "."},    {U'\u2028', "\n"}, {U'\u2029', "\n"},  {U'\u202A', ""},
    {U'\u202B', ""},     {U'\u202C', ""},   {U'\u202D', ""},    {U'\u202E', ""},
    {U'\u2030', "o/oo"}, {U'\u2032', "'"},  {U'\u2033', "\""},  {U'\u2035', "'"},
    {U'\u2036', "\""},   {U'\u2039', "'"},  {U'\u203A', "'"},   {U'\u2043', "-"},
    {U'\u2044', "/"},    {U'\u2060', ""},   {U'\u2066', ""},    {U'\u2067', ""},
    {U'\u2068', ""},     {U'\u2069', ""},   {U'\u20A6', "N"},   {U'\u20AB', "d"},
    {U'\u20B1', "P"},    {U'\u20B9', "Rs"}, {U'\u20BA', "TL"},  {U'\u2117', "(P)"},
    {U'\u2122', "(TM)"}, {U'\u2190', "<-"}, {U'\u2192', "->"},  {U'\u2194', "<->"},
    {U'\u21D0', "<="},   {U'\u21D2', "=>"}, {U'\u2212', "-"},   {U'\u2215', "/"},
    {U'\u2217', "*"},    {U'\u2219', "*"},  {U'\u2223', "|"},   {U'\u223C', "~"},
    {U'\u2248', "~"},    {U'\u2260', "!="}, {U'\u2264', "<="},  {U'\u2265', ">="},
    {U'\u22C5', "."},    {U'\u25A0', "*"},  {U'\u25AA', "*"},   {U'\u25CB', "*"},
    {U'\u25CF', "*"},    {U'\u25E6', "*"},  {U'\u2605', "*"},   {U'\u2606', "*"},
    {U'\u301C', "~"},    {U'\uFE0E', ""},   {U'\uFE0F', ""},    {U'\uFEFF', ""},
});
static_assert(std::is_sorted(forms.begin(), forms.end(), [](const Form& a, const Form& b) {
  return a.character < b.character;
}));

using Characters = std::u32string;
using Text = std::optional<std::string>;  // nullopt: there is no plain form

Text as_it_is(char32_t c) {
  if (!to_gsm7(c)) return std::nullopt;
  std::string text;
  append_utf8(text, c);
  return text;
}

Text in_table(char32_t c) {
  const auto found =
      std::lower_bound(forms.begin(), forms.end(), c,
                       [](const Form& form, char32_t wanted) { return form.character < wanted; });
  if (found == forms.end() || found->character != c) return std::nullopt;
  return std::string(found->plain);
}

Text plain_of(const Characters& characters);

constexpr char32_t first_after_controls = 0xA0;
constexpr std::size_t longest_composed = 4;  // a letter and the most marks that one character has

/// One character that is not composed of others.
Text plain_of_one(char32_t c) {
  if (auto text = as_it_is(c)) return text;
  if (auto text = in_table(c)) return text;
  if (is_blank(c) && c >= first_after_controls) return " ";
  return likeness_of(c) == Likeness::none ? std::nullopt : plain_of(nfkd({&c, 1}));
}

/// A Latin letter with its marks, decomposed: with as many of them as the alphabet has it with.
Text plain_of_latin(const Characters& letter) {
  for (auto length = std::min(letter.size(), longest_composed); length > 1; --length) {
    const Characters composed = nfc(letter.substr(0, length));
    if (composed.size() == 1 && to_gsm7(composed[0])) return as_it_is(composed[0]);
  }
  return plain_of_one(letter[0]);
}

/// A character with the marks that follow it.
Text plain_of_cluster(const Characters& cluster) {
  const Characters apart = nfd(cluster);
  if (!apart.empty() && is_latin(apart[0])) return plain_of_latin(apart);
  const Characters together = nfc(cluster);  // no other can do without its marks: "≠" is no "="
  return together.size() == 1 ? plain_of_one(together[0]) : std::nullopt;
}

/// The end of the cluster that begins at `begin`.
std::size_t cluster_end(const Characters& characters, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < characters.size() && is_mark(characters[end])) ++end;
  return end;
}

Text plain_of(const Characters& characters) {
  std::string text;
  for (std::size_t begin = 0, end = 0; begin < characters.size(); begin = end) {
    end = cluster_end(characters, begin);
    const Text one = plain_of_cluster(characters.substr(begin, end - begin));
    if (!one) return std::nullopt;
    text += *one;
  }
  return text;
}

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool ends_in_digit(const std::string& text) {
  return !text.empty() && is_digit(text.back());
}

constexpr bool stands_apart(Likeness likeness) {
  return likeness == Likeness::superscript || likeness == Likeness::subscript ||
         likeness == Likeness::fraction;
}

/// Superscripts and then the slash of a fraction, as in 5¹⁄₂.
bool begins_fraction(std::string_view utf8) {
  constexpr char32_t fraction_slash = 0x2044;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto c = first_code_point(utf8.substr(at));
    if (!c) return false;
    if (c->value == fraction_slash) return at > 0;
    if (likeness_of(c->value) != Likeness::superscript) return false;
    at += c->octets;
  }
  return false;
}

/// What keeps a number from running into the one before it: 2½ is "2 1/2", 10² "10^2", 10₂ "10_2",
/// and ½5 "1/2 5". `before` is what stood before it, and ends in a digit now.
std::string_view between(Likeness before, Likeness now, std::string_view rest) {
  switch (now) {
    case Likeness::fraction: return " ";
    case Likeness::superscript:
      if (before == now) return "";
      return begins_fraction(rest) ? " " : "^";
    case Likeness::subscript: return before == now ? "" : "_";
    case Likeness::none:
    case Likeness::other: return stands_apart(before) ? " " : "";
  }
  return "";
}

/// A digit would run into the one before it, and a raised sign would be a sum: 10⁻³ is "10^-3".
bool needs_gap(Likeness now, std::string_view plain) {
  if (plain.empty()) return false;
  const bool is_sign = plain[0] == '+' || plain[0] == '-';
  return is_digit(plain[0]) || (now == Likeness::superscript && is_sign);
}

struct Cluster {
  std::size_t octets;
  Characters characters;
};

/// The character at an octet with the marks that follow it; nullopt where it is not UTF-8.
std::optional<Cluster> cluster_at(std::string_view utf8, std::size_t begin) {
  Cluster cluster{0, {}};
  for (std::size_t at = begin; at < utf8.size();) {
    const auto c = first_code_point(utf8.substr(at));
    if (!c) return std::nullopt;
    const bool joins = c->value >= 0x300 && is_mark(c->value);
    if (at > begin && !joins) break;
    cluster.characters += c->value;
    cluster.octets += c->octets;
    at += c->octets;
  }
  return cluster;
}

}  // namespace

Plain plain(std::string_view utf8) {
  const Plain untouched{std::string(utf8)};
  if (septets_from_utf8(utf8)) return untouched;
  Plain changed;
  Likeness before = Likeness::none;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto cluster = cluster_at(utf8, at);
    if (!cluster) return untouched;
    const auto& [octets, characters] = *cluster;
    Text text = characters.size() == 1 ? as_it_is(characters[0]) : std::nullopt;
    const Likeness likeness = text ? Likeness::none : likeness_of(characters[0]);
    bool is_changed = !text;
    if (!text) text = plain_of_cluster(characters);
    if (!text) return untouched;
    if (ends_in_digit(changed.text) && needs_gap(likeness, *text)) {
      const auto gap = between(before, likeness, utf8.substr(at));
      text = std::string(gap).append(*text);
      is_changed = is_changed || !gap.empty();
    }
    if (is_changed && changed.changes.size() < most_changes) {
      changed.changes.push_back({at, std::string(utf8.substr(at, octets)), *text});
    }
    changed.text += *text;
    if (!text->empty()) before = likeness;
    at += octets;
  }
  return changed;
}

}  // namespace bank::at
