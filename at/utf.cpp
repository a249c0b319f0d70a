#include "at/utf.hpp"

namespace bank::at {
namespace {

constexpr bool is_high_surrogate(char32_t unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
constexpr bool is_low_surrogate(char32_t unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}
constexpr bool is_surrogate(char32_t c) {
  return c >= 0xD800 && c <= 0xDFFF;
}

/// What the first octet of a character says about it: how many octets, which bits of the first
/// belong to the character, and the least value that needs so many octets.
struct Lead {
  std::size_t octets;
  std::uint8_t bits;
  char32_t least;
};

constexpr std::optional<Lead> lead_of(std::uint8_t octet) {
  if (octet < 0x80) return Lead{1, 0x7F, 0};
  if (octet < 0xC0) return std::nullopt;  // a continuation
  if (octet < 0xE0) return Lead{2, 0x1F, 0x80};
  if (octet < 0xF0) return Lead{3, 0x0F, 0x800};
  if (octet < 0xF8) return Lead{4, 0x07, 0x10000};
  return std::nullopt;
}

void append_unit(std::vector<std::uint8_t>& octets, char32_t unit) {
  octets.push_back(static_cast<std::uint8_t>(unit >> 8 & 0xFF));
  octets.push_back(static_cast<std::uint8_t>(unit & 0xFF));
}

}  // namespace

std::optional<CodePoint> first_code_point(std::string_view utf8) {
  if (utf8.empty()) return std::nullopt;
  const auto octet_at = [&](std::size_t i) { return static_cast<std::uint8_t>(utf8[i]); };
  const auto lead = lead_of(octet_at(0));
  if (!lead || utf8.size() < lead->octets) return std::nullopt;

  char32_t c = octet_at(0) & lead->bits;
  for (std::size_t i = 1; i < lead->octets; ++i) {
    if ((octet_at(i) & 0xC0) != 0x80) return std::nullopt;
    c = c << 6 | (octet_at(i) & 0x3F);
  }
  if (c < lead->least || c > 0x10FFFF || is_surrogate(c)) return std::nullopt;
  return CodePoint{c, lead->octets};
}

std::optional<std::size_t> first_not_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto c = first_code_point(text.substr(at));
    if (!c) return at;
    at += c->octets;
  }
  return std::nullopt;
}

void append_utf8(std::string& text, char32_t c) {
  if (c > 0x10FFFF || is_surrogate(c)) c = replacement_character;
  const auto continuation = [&](int shift) {
    text += static_cast<char>(0x80 | (c >> shift & 0x3F));
  };
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xC0 | c >> 6);
    continuation(0);
  } else if (c < 0x10000) {
    text += static_cast<char>(0xE0 | c >> 12);
    continuation(6);
    continuation(0);
  } else {
    text += static_cast<char>(0xF0 | c >> 18);
    continuation(12);
    continuation(6);
    continuation(0);
  }
}

std::string utf8_from_utf16be(Octets octets) {
  constexpr char32_t byte_order_mark = 0xFEFF;
  constexpr char32_t swapped_mark = 0xFFFE;
  const std::size_t units = octets.size() / 2;
  std::size_t high = 0;  // which octet of a unit is the high one
  const auto unit_at = [&](std::size_t i) -> char32_t {
    return static_cast<char32_t>(octets[2 * i + high] << 8 | octets[2 * i + 1 - high]);
  };
  std::size_t first = 0;
  for (; first < units; ++first) {
    if (unit_at(first) == swapped_mark) {
      high = 1 - high;
    } else if (unit_at(first) != byte_order_mark) {
      break;
    }
  }
  std::string text;
  text.reserve((units - first) * 3);
  for (std::size_t i = first; i < units; ++i) {
    const char32_t unit = unit_at(i);
    const bool pair = is_high_surrogate(unit) && i + 1 < units && is_low_surrogate(unit_at(i + 1));
    if (pair) {
      append_utf8(text, 0x10000 + ((unit - 0xD800) << 10) + (unit_at(i + 1) - 0xDC00));
      ++i;
    } else {
      append_utf8(text, unit);  // a lone surrogate comes out as U+FFFD
    }
  }
  return text;
}

void append_utf16be(std::vector<std::uint8_t>& octets, std::string_view utf8) {
  while (!utf8.empty()) {
    const CodePoint c = first_code_point(utf8).value_or(CodePoint{replacement_character, 1});
    if (c.value > 0xFFFF) {
      append_unit(octets, 0xD800 + ((c.value - 0x10000) >> 10));
      append_unit(octets, 0xDC00 + ((c.value - 0x10000) & 0x3FF));
    } else {
      append_unit(octets, c.value);
    }
    utf8.remove_prefix(c.octets);
  }
}

}  // namespace bank::at
