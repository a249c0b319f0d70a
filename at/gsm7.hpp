#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/hex.hpp"
#include "at/language.hpp"

namespace bank::at {

/// A character of GSM 7-bit, in the tables of a Shift: the default alphabet (TS 23.038 §6.2.1) and
/// its extension (§6.2.1.1), or those of national languages (§6.2.1.2).
struct Gsm7Code {
  std::uint8_t code;  // 0 to 127, never the escape code itself
  bool extended;      // written as two septets: escape, then `code`

  [[nodiscard]] constexpr std::size_t septets() const { return extended ? 2 : 1; }
  friend bool operator==(const Gsm7Code&, const Gsm7Code&) = default;
};

/// Nullopt where neither table has the character.
[[nodiscard]] std::optional<Gsm7Code> to_gsm7(char32_t c, Shift shift = {});

/// The septets of a text, one an octet. Nullopt where it is not UTF-8 or neither table has one of
/// its characters.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> septets_from_utf8(std::string_view utf8,
                                                                         Shift shift = {});

/// Reads septets, one an octet (the top bit is not looked at). As TS 23.038 §6.2.1.1 has it: an
/// escape before a code its table lacks shows the character of the locking table, a double escape
/// or one at the end a blank; so does a code that the locking table lacks.
[[nodiscard]] std::string utf8_from_septets(Octets septets, Shift shift = {});

/// Octets that `count` septets take after `fill_bits`.
[[nodiscard]] constexpr std::size_t packed_size(std::size_t count, std::size_t fill_bits = 0) {
  return (count * 7 + fill_bits + 7) / 8;
}

/// Appends septets packed as TS 23.038 §6.1.2.1 has it. `fill_bits` (0 to 6) zero bits come first:
/// they bring the text to a septet boundary after a header (TS 23.040 §9.2.3.24).
void append_packed(std::vector<std::uint8_t>& octets, Octets septets, std::size_t fill_bits = 0);

/// Unpacks `count` septets. The count is the caller's, because a last septet of zero ('@') looks
/// like padding. Errors: truncated, "TP-UD", at the end of `packed`.
[[nodiscard]] Result<std::vector<std::uint8_t>, DecodeError> unpack(Octets packed,
                                                                    std::size_t count,
                                                                    std::size_t fill_bits = 0);

}  // namespace bank::at
