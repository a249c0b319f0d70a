#pragma once

#include <vector>

#include "firmware-host/commands.hpp"
#include "firmware-host/slot_map.hpp"
#include "modem/usb.hpp"

namespace bank::host {

/// Tests whether the power of `options.test_power` can be switched, slot after slot, prints what
/// was found and writes it into the map. Nothing is done while a program holds a port that it
/// would need, or the service any port of the rack. The exit code.
[[nodiscard]] int test_power(const SlotsOptions& options, SlotMap map,
                             const std::vector<modem::UsbModem>& modems);

}  // namespace bank::host
