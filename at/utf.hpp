#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/hex.hpp"

namespace bank::at {

inline constexpr char32_t replacement_character = 0xFFFD;

/// One character at the front of a UTF-8 text.
struct CodePoint {
  char32_t value;
  std::size_t octets;  // 1 to 4
};

/// Nullopt where the text is empty or does not begin with well-formed UTF-8 (Unicode 15 §3.9,
/// table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF).
[[nodiscard]] std::optional<CodePoint> first_code_point(std::string_view utf8);

/// The octet at which the text stops being UTF-8; nullopt when all of it is.
[[nodiscard]] std::optional<std::size_t> first_not_utf8(std::string_view text);

/// Appends one character; what is no scalar value is written as U+FFFD.
void append_utf8(std::string& text, char32_t c);

/// UTF-16 units that a character takes: 2 beyond the basic multilingual plane.
[[nodiscard]] constexpr std::size_t utf16_units(char32_t c) {
  return c > 0xFFFF ? 2 : 1;
}

/// UTF-16BE as SMS carries it under the name UCS-2 (TS 23.038 §6.2.3). A byte order mark in front
/// is dropped, and a swapped one believed; without one the order is never guessed, because "\u4E00"
/// and "N" differ in nothing else. A lone surrogate becomes U+FFFD; the odd octet at the end of a
/// cut text is dropped.
[[nodiscard]] std::string utf8_from_utf16be(Octets octets);

/// Appends the text as UTF-16BE; octets that are no UTF-8 become U+FFFD, one each.
void append_utf16be(std::vector<std::uint8_t>& octets, std::string_view utf8);

}  // namespace bank::at
