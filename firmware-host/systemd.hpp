#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace bank::host {

/// sd_notify(3) without its library: one datagram to NOTIFY_SOCKET; nothing when there is none.
void tell_systemd(std::string_view state);

/// How often systemd wants to hear WATCHDOG=1 (WATCHDOG_USEC); nothing when it does not.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace bank::host
