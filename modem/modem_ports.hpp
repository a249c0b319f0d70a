#pragma once

#include <string>
#include <vector>

#include "modem/port_set.hpp"
#include "modem/usb.hpp"

namespace bank::modem {

/// The ports of one modem, by the names that the configuration gives them.
struct ModemPorts {
  std::string usb_path;             // its identity, "1-1.4"; of a port that is not on USB its name
  std::string hub;                  // "1-1"; empty when not on USB
  std::vector<std::string> at;      // where AT commands are tried, best first
  std::vector<std::string> others;  // not to be opened
  /// Whether at.front() is the best of all that the modem has. When not, that one is still to come
  /// (the lines of a modem appear one by one), or the configuration leaves it out.
  bool has_best = true;

  friend bool operator==(const ModemPorts&, const ModemPorts&) = default;
};

/// Which of the ports that are there belong to one modem, and which of them is to be opened; in the
/// order of the bus, then those that are not on USB in order of name.
///
/// `present`: what was found, under each name its device (links resolved). Two names of one device
/// are one port, under the link's name before the device's own. The one link that leads to a modem
/// was made by udev or by a person, who have chosen: what it leads to is opened, whatever is known
/// of the model. Where there are several links, or none, at_port_order decides.
[[nodiscard]] std::vector<ModemPorts> modem_ports(const PortSet& present,
                                                  const std::vector<UsbModem>& modems);

}  // namespace bank::modem
