#pragma once

#include <cstddef>
#include <string_view>

namespace bank::at {

/// Octets of the UTF-8 character at the start of `text`; 0 when none begins there or it is one that
/// must not stand in a line: C0, DEL, C1, the line and paragraph separators, and what turns the
/// direction of writing (U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069).
[[nodiscard]] std::size_t printable_length(std::string_view text);

}  // namespace bank::at
