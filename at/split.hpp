#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "at/result.hpp"

namespace bank::at {

enum class Encoding { automatic, gsm7, ucs2, plain };
enum class Alphabet { gsm7, octets, ucs2 };

/// Why a text cannot be sent as asked, and where.
struct TextError {
  enum class Fault { empty, not_utf8, control_character, not_in_gsm7, too_many_parts };
  Fault fault;
  std::size_t offset;  // octets from the start of the text

  friend bool operator==(const TextError&, const TextError&) = default;
};

/// A text cut into parts, in order; joined they are the text again.
struct Split {
  Alphabet alphabet;
  std::vector<std::string> parts;  // UTF-8
};

inline constexpr std::size_t most_parts = 255;  // TS 23.040 §9.2.3.24.1: one octet counts them

/// Cuts a text into the fewest parts of its alphabet (TS 23.038): GSM 7-bit where every character
/// is in the default alphabet or its extension, else UCS-2. One part holds 160 septets or 70 UTF-16
/// units; of several, each holds 153 or 67 (8-bit concatenation reference), never cut inside an
/// escape pair or a surrogate pair.
///
/// Errors  as TextError says. Line feed and carriage return are allowed, other control characters
///         (C0, DEL, C1) are refused; `plain` is treated as `automatic` until it is built.
[[nodiscard]] Result<Split, TextError> split(std::string_view utf8, Encoding encoding);

}  // namespace bank::at
