#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "modem/usb.hpp"

namespace bank::modem {

/// A chip with serial lines, behind each of which is a modem that says nothing on USB.
struct SerialBridge {
  bool many_lines;  // several on one interface
};
/// By its driver, or by its ids; nothing when it is none. Empty `driver`: not known.
[[nodiscard]] std::optional<SerialBridge> serial_bridge(std::uint16_t vid, std::uint16_t pid,
                                                        std::string_view driver);

enum class AtPortKnownBy {
  nobody,      // the first of those that are to be tried
  descriptor,  // the interface says it (Huawei)
  model,       // udev/usb-ids.tsv
  bridge       // every line of the chip has a modem
};

/// On which of a modem's lines AT commands are to be tried, best first: indices into its ports.
///
/// First what the descriptor or the model tells, then second AT lines, then those of which nothing
/// is known, then data lines. Lines for diagnosis, positions and sound are left out, because some
/// modems do not survive being written to there; so it is empty when there are no others.
[[nodiscard]] std::vector<std::size_t> at_port_order(const UsbModem& modem);

/// How it is known that the first of them is the one; `nobody` also when there is none.
[[nodiscard]] AtPortKnownBy at_port_known_by(const UsbModem& modem);

}  // namespace bank::modem
