#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bank::modem {

/// One serial line of a USB device, as its interface descriptor tells it (USB 2.0 §9.6.5).
struct UsbPort {
  std::string tty;             // "ttyUSB3"
  std::string driver;          // "option1", "cdc_acm"; empty when none is told
  std::uint8_t interface = 0;  // bInterfaceNumber
  std::uint8_t interface_class = 0;
  std::uint8_t subclass = 0;
  std::uint8_t protocol = 0;
  std::uint8_t number = 0;  // among several lines of one interface

  friend bool operator==(const UsbPort&, const UsbPort&) = default;
};

/// A modem on USB: a device with all of its lines. Of a chip with several serial lines, a modem
/// behind each, it is one line.
struct UsbModem {
  /// Its name among modems: the place on the bus, "1-1.4.2" (bus, then the port at each hub); for
  /// one line of a chip with several, "1-1.4.2:1.3". Holds as long as the bus keeps its number.
  std::string usb_path;
  std::string device;      // the place alone, "1-1.4.2"
  std::string hub;         // what it is plugged into, "1-1.4"; "usb1" is the controller's own
  std::string controller;  // what the bus belongs to, "0000:00:14.0"; the same after a restart
  std::uint16_t vid = 0;
  std::uint16_t pid = 0;
  std::string serial, manufacturer, product;  // printable ASCII; often empty, or alike for many
  std::vector<UsbPort> ports;                 // by interface

  /// The ports on the way from the controller: "1.4.2".
  [[nodiscard]] std::string_view chain() const {
    return std::string_view(device).substr(device.find('-') + 1);
  }
  friend bool operator==(const UsbModem&, const UsbModem&) = default;
};

inline constexpr std::size_t most_usb_ports = 4096;        // serial lines that are looked at
inline constexpr std::size_t longest_usb_attribute = 128;  // octets; a USB string has no more

/// The last directory of a sysfs path that is a USB device ("1-2.3", not its interface
/// "1-2.3:1.0"); empty when none is.
[[nodiscard]] std::string usb_path_in(std::string_view sysfs);

/// The device that a serial line belongs to, with that line alone.
///
/// `sys` is the root of sysfs. `tty` is the line's name ("ttyUSB3") or a path that leads to it
/// ("/dev/modembank/slot-01"). Nothing when there is no such line, or it is not on USB.
[[nodiscard]] std::optional<UsbModem> read_usb_port(const std::string& sys, const std::string& tty);

/// Every modem on USB, in the order of the bus. Reads files; opens no device.
[[nodiscard]] std::vector<UsbModem> read_usb_modems(const std::string& sys);

/// What the bus of a place ("1-1.4") belongs to, as `UsbModem::controller`; empty when there is no
/// such bus.
[[nodiscard]] std::string controller_of(const std::string& sys, const std::string& usb_path);

/// Makes modems of lines that were read one by one: those with the same usb_path are one. In the
/// order of the bus: by its number, then port by port, "1-1.2" before "1-1.10".
[[nodiscard]] std::vector<UsbModem> grouped(std::vector<UsbModem> lines);

}  // namespace bank::modem
