#include "at/split.hpp"

#include <optional>

#include "at/gsm7.hpp"
#include "at/user_data.hpp"
#include "at/utf.hpp"

namespace bank::at {
namespace {

bool is_refused_control(char32_t c) {
  if (c == U'\n' || c == U'\r') return false;
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

/// What one look at the whole text tells.
struct Measure {
  std::size_t septets = 0;
  std::size_t units = 0;
  std::optional<std::size_t> first_not_gsm7{};
};

Result<Measure, TextError> measure(std::string_view utf8) {
  Measure m;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto c = first_code_point(utf8.substr(at));
    if (!c) return unexpected(TextError{TextError::Fault::not_utf8, at});
    if (is_refused_control(c->value)) {
      return unexpected(TextError{TextError::Fault::control_character, at});
    }
    const auto code = to_gsm7(c->value);
    if (code) m.septets += code->septets();
    if (!code && !m.first_not_gsm7) m.first_not_gsm7 = at;
    m.units += utf16_units(c->value);
    at += c->octets;
  }
  return m;
}

/// What a character takes in the alphabet that was chosen for the whole text.
std::size_t size_in(Alphabet alphabet, char32_t c) {
  if (alphabet == Alphabet::ucs2) return utf16_units(c);
  const auto code = to_gsm7(c);
  return code ? code->septets() : 1;
}

/// Fills every part as far as whole characters go, which gives the fewest parts.
Result<Split, TextError> cut(std::string_view utf8, Alphabet alphabet, std::size_t capacity) {
  Split split{alphabet, {}};
  std::size_t part_begin = 0;
  std::size_t used = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const CodePoint c = *first_code_point(utf8.substr(at));
    const std::size_t size = size_in(alphabet, c.value);
    if (used + size > capacity) {
      split.parts.emplace_back(utf8.substr(part_begin, at - part_begin));
      if (split.parts.size() == most_parts) {
        return unexpected(TextError{TextError::Fault::too_many_parts, at});
      }
      part_begin = at;
      used = 0;
    }
    used += size;
    at += c.octets;
  }
  split.parts.emplace_back(utf8.substr(part_begin));
  return split;
}

}  // namespace

Result<Split, TextError> split(std::string_view utf8, Encoding encoding) {
  if (utf8.empty()) return unexpected(TextError{TextError::Fault::empty, 0});
  const auto measured = measure(utf8);
  if (!measured) return unexpected(measured.error());
  if (encoding == Encoding::gsm7 && measured->first_not_gsm7) {
    return unexpected(TextError{TextError::Fault::not_in_gsm7, *measured->first_not_gsm7});
  }

  const bool in_ucs2 = encoding == Encoding::ucs2 || measured->first_not_gsm7;
  const Alphabet alphabet = in_ucs2 ? Alphabet::ucs2 : Alphabet::gsm7;
  const std::size_t length = in_ucs2 ? measured->units : measured->septets;
  if (length <= (in_ucs2 ? whole_units : whole_septets)) {
    return Split{alphabet, {std::string(utf8)}};
  }
  return cut(utf8, alphabet, in_ucs2 ? part_units : part_septets);
}

}  // namespace bank::at
