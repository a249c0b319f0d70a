#include "at/character_set.hpp"

#include <algorithm>
#include <cstdint>

#include "at/fields.hpp"
#include "at/gsm7.hpp"
#include "at/hex.hpp"
#include "at/utf.hpp"

namespace bank::at {
namespace {

std::string printable(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const auto c = first_code_point(text);
    const bool is_control = c && (c->value < 0x20 || (c->value >= 0x7F && c->value < 0xA0));
    std::string next;
    if (!is_control) append_utf8(next, c ? c->value : replacement_character);
    if (clean.size() + next.size() > longest_name) break;
    clean += next;
    text.remove_prefix(c ? c->octets : 1);
  }
  return std::string(trimmed(clean));
}

bool has_high_octets(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) > 0x7F; });
}

Octets octets_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string from_latin1(std::string_view text) {
  std::string utf8;
  for (const char c : text) append_utf8(utf8, static_cast<unsigned char>(c));
  return utf8;
}

}  // namespace

std::optional<CharacterSet> character_set_named(std::string_view name) {
  if (name == "IRA" || name == "ASCII") return CharacterSet::ira;
  if (name == "GSM") return CharacterSet::gsm;
  if (name == "UCS2" || name == "UCS-2") return CharacterSet::ucs2;
  if (name == "UTF8" || name == "UTF-8") return CharacterSet::utf8;
  if (name == "8859-1") return CharacterSet::latin1;
  if (name == "HEX") return CharacterSet::hex;
  return std::nullopt;
}

std::optional<std::string> character_set(std::string_view cscs_line) {
  const auto value = after("+CSCS:", cscs_line);
  if (!value || value->starts_with('(')) return std::nullopt;  // the sets it knows
  auto name = name_in(unquoted(*value), std::nullopt);
  return name.empty() ? std::nullopt : std::optional(std::move(name));
}

std::vector<std::string> character_sets(std::string_view cscs_line) {
  std::vector<std::string> names;
  if (const auto value = after("+CSCS:", cscs_line)) {
    for (const auto word : words_of(*value)) names.push_back(name_in(word, std::nullopt));
  }
  return names;
}

std::string name_in(std::string_view text, std::optional<CharacterSet> set) {
  if (!set) return printable(plausible_ucs2(text).value_or(std::string(text)));
  switch (*set) {
    case CharacterSet::ira:
    case CharacterSet::utf8: break;
    case CharacterSet::gsm:
      if (!has_high_octets(text)) return printable(utf8_from_septets(octets_of(text)));
      break;
    case CharacterSet::ucs2:
      if (const auto octets = from_hex(text); octets && octets->size() % 2 == 0) {
        return printable(utf8_from_utf16be(*octets));
      }
      break;
    case CharacterSet::latin1: return printable(from_latin1(text));
    case CharacterSet::hex:
      if (const auto octets = from_hex(text)) return printable(utf8_from_septets(*octets));
      break;
  }
  return printable(text);
}

std::optional<std::string> plausible_ucs2(std::string_view hex) {
  if (hex.size() < 8 || hex.size() % 4 != 0) return std::nullopt;
  const auto octets = from_hex(hex);
  if (!octets) return std::nullopt;
  for (std::size_t i = 0; i + 1 < octets->size(); i += 2) {
    const unsigned unit = static_cast<unsigned>((*octets)[i] << 8U) | (*octets)[i + 1];
    const bool is_control = unit < 0x20 || (unit >= 0x7F && unit < 0xA0);
    const bool is_european_to_georgian = unit < 0x1100;
    const bool is_latin_or_punctuation = unit >= 0x1E00 && unit < 0x2100;
    const bool is_east_asian =
        (unit >= 0x3000 && unit < 0xA000) || (unit >= 0xAC00 && unit < 0xD800) || unit >= 0xFF00;
    const bool is_known = is_european_to_georgian || is_latin_or_punctuation || is_east_asian;
    if (is_control || !is_known || unit == 0xFFFF) return std::nullopt;
  }
  return utf8_from_utf16be(*octets);
}

}  // namespace bank::at
