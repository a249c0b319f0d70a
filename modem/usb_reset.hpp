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

/// The port of the hub that the device is plugged into is switched off and, after `off`, on again.
/// Many hubs say that they do and do not: only a test tells (docs/hardware.md). Blocks for `off`.
[[nodiscard]] Result<void, std::string> switch_port(const std::string& sys,
                                                    const std::string& usb_path,
                                                    std::chrono::milliseconds off);

}  // namespace bank::modem
