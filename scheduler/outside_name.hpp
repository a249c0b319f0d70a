#pragma once

// Shared by the sources of this room; not a door of it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bank::scheduler {

/// How a row is named outside: the prefix and 13 characters of base 32, which sort as numbers do.
[[nodiscard]] std::string outside_with(std::string_view prefix, std::int64_t id);
/// The row of such a name; nothing where it is none, with another prefix among them.
[[nodiscard]] std::optional<std::int64_t> inside_of(std::string_view prefix, std::string_view text);

}  // namespace bank::scheduler
