#pragma once

#include <chrono>
#include <string>

#include "at/result.hpp"

namespace bank::modem {

/// The device at that place ("1-1.4") is taken from its drivers and given back to them: what
/// pulling the plug does, but for the power. `sys` is the root of sysfs. Blocks for a moment.
///
/// Errors  one line for a person: what, where, and what to do.
[[nodiscard]] Result<void, std::string> reauthorise(const std::string& sys,
                                                    const std::string& usb_path);

/// The switch of the hub's port that the device is plugged into: a file of sysfs, which stays while
/// the device is gone. Many hubs have one that does nothing: only a test tells (power_test.hpp).
///
/// Errors  as `reauthorise`.
[[nodiscard]] Result<std::string, std::string> switch_of_port(const std::string& sys,
                                                              const std::string& usb_path);
/// So long a port is off, so that what hangs behind it forgets.
inline constexpr std::chrono::seconds port_off_time{5};
[[nodiscard]] Result<void, std::string> set_port_power(const std::string& port_switch, bool is_on);

}  // namespace bank::modem
