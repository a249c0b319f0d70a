#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "at/result.hpp"
#include "scheduler/number.hpp"

namespace bank::scheduler {

/// A number as written, stripped of everything but what it says.
struct Spelled {
  bool plus = false;   // begins with '+'
  std::string digits;  // ASCII; at least 1, at most most_spelled_digits
  /// Octets into the text, of the first that stands beside or between the digits and is more than
  /// white space or an invisible mark around them; nothing where the digits stand alone.
  std::optional<std::size_t> company = std::nullopt;
};

/// An international prefix of at most 8 digits before the 15 of E.164, and some room.
inline constexpr std::size_t most_spelled_digits = 28;

/// Reads the digits out of UTF-8 as people write, paste and export numbers. `example` is a number
/// that the error can show as right.
///
/// Errors  empty, not_a_number and rounded (with the place), too_long.
[[nodiscard]] Result<Spelled, NumberError> read_spelling(std::string_view text,
                                                         std::string_view example);

}  // namespace bank::scheduler
