#include "at/split.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "at/gsm7.hpp"
#include "at/utf.hpp"

namespace bank::at {
namespace {

/// What one part holds, in units of the alphabet: alone, and as one of several (TS 23.040
/// §9.2.3.24.1 with an 8-bit reference: the header takes 7 septets or 6 octets).
struct Capacity {
  std::size_t alone;
  std::size_t joined;
};
constexpr Capacity septet_capacity{160, 153};
constexpr Capacity utf16_capacity{70, 67};

constexpr bool is_refused_control(char32_t c) {
  if (c == U'\n' || c == U'\r') return false;
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

struct Checked {
  std::size_t septets = 0;  // meaningful only while nothing is outside the alphabet
  std::size_t utf16 = 0;
  std::optional<std::size_t> first_not_in_gsm7;
};

Result<Checked, TextError> check(std::string_view text) {
  Checked checked;
  for (std::size_t at = 0; at < text.size();) {
    const auto c = first_code_point(text.substr(at));
    if (!c) return unexpected(TextError{TextError::Fault::not_utf8, at});
    if (is_refused_control(c->value)) {
      return unexpected(TextError{TextError::Fault::control_character, at});
    }
    checked.utf16 += utf16_units(c->value);
    if (const auto code = to_gsm7(c->value)) {
      checked.septets += code->septets();
    } else if (!checked.first_not_in_gsm7) {
      checked.first_not_in_gsm7 = at;
    }
    at += c->octets;
  }
  return checked;
}

/// The text is checked already, so every character has its size in `units`.
template <class Units>
Result<std::vector<std::string>, TextError> cut(std::string_view text, std::size_t total,
                                                Capacity capacity, Units units) {
  if (total <= capacity.alone) return std::vector<std::string>{std::string(text)};
  std::vector<std::string> parts;
  std::size_t begin = 0;
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = *first_code_point(text.substr(at));
    const std::size_t size = units(c.value);
    if (used + size > capacity.joined) {
      parts.emplace_back(text.substr(begin, at - begin));
      if (parts.size() == most_parts) {
        return unexpected(TextError{TextError::Fault::too_many_parts, at});
      }
      begin = at;
      used = 0;
    }
    used += size;
    at += c.octets;
  }
  parts.emplace_back(text.substr(begin));
  return parts;
}

}  // namespace

Result<Split, TextError> split(std::string_view utf8, Encoding encoding) {
  if (utf8.empty()) return unexpected(TextError{TextError::Fault::empty, 0});
  const auto checked = check(utf8);
  if (!checked) return unexpected(checked.error());
  if (encoding == Encoding::gsm7 && checked->first_not_in_gsm7) {
    return unexpected(TextError{TextError::Fault::not_in_gsm7, *checked->first_not_in_gsm7});
  }
  const bool as_gsm7 = encoding != Encoding::ucs2 && !checked->first_not_in_gsm7;
  auto parts = as_gsm7 ? cut(utf8, checked->septets, septet_capacity,
                             [](char32_t c) { return to_gsm7(c)->septets(); })
                       : cut(utf8, checked->utf16, utf16_capacity,
                             [](char32_t c) { return utf16_units(c); });
  if (!parts) return unexpected(parts.error());
  return Split{as_gsm7 ? Alphabet::gsm7 : Alphabet::ucs2, std::move(*parts)};
}

}  // namespace bank::at
