#pragma once

#include <array>
#include <cstddef>

#include "at/language.hpp"

/// The code tables of TS 23.038: the default alphabet (§6.2.1), its extension (§6.2.1.1) and the
/// national languages (annex A).
namespace bank::at {

inline constexpr std::size_t code_count = 128;
inline constexpr std::uint8_t escape = 0x1B;

/// Characters by code; '\0' where the table has none. The escape's own place holds a blank: what a
/// phone that does not know the extension shows there.
using CodeTable = std::array<char32_t, code_count>;

/// The table that stands in the place of the default alphabet, which it is for `none` and for
/// Spanish, that has no other.
[[nodiscard]] const CodeTable& locking_table(Language language);

/// The table of what follows an escape.
[[nodiscard]] const CodeTable& single_shift_table(Language language);

}  // namespace bank::at
