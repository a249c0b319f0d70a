#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace bank::scheduler {

/// Reads one whole number with a unit: ms, s, m, h, d, w or y (365 days), as "90s" or "2y".
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// The shortest form that parse_duration reads back: "90s", "24h", "2y".
[[nodiscard]] std::string to_string(std::chrono::milliseconds duration);

}  // namespace bank::scheduler
