#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/message.hpp"

namespace bank::web {

/// "2026-11-22T10:00:00.000Z": RFC 3339 in UTC, with milliseconds, so that it sorts as text.
[[nodiscard]] std::string rfc3339(scheduler::WallTime time);

/// The last moment that RFC 3339 can write.
inline constexpr scheduler::WallTime latest_time{
    std::chrono::sys_days{std::chrono::year{10000} / 1 / 1} - std::chrono::milliseconds{1}};

/// Reads RFC 3339 §5.6 date-time with its offset; what is finer than a millisecond is cut off, a
/// leap second is the second after it. Nothing when it is no such time, or not in 1970–9999.
[[nodiscard]] std::optional<scheduler::WallTime> read_rfc3339(std::string_view text);

}  // namespace bank::web
