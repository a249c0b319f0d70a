#include "modem/usb.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <tuple>
#include <utility>

#include "modem/at_port.hpp"

namespace bank::modem {
namespace {

namespace fs = std::filesystem;

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "1-2.3": how the kernel calls a device (Documentation/driver-api/usb: bus, "-", ports).
bool is_device(std::string_view name) {
  const std::size_t dash = name.find('-');
  if (dash == std::string_view::npos || !is_number(name.substr(0, dash))) return false;
  std::string_view ports = name.substr(dash + 1);
  while (true) {
    const std::size_t dot = ports.find('.');
    if (!is_number(ports.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    ports.remove_prefix(dot + 1);
  }
}

/// Devices say what they like: only printable ASCII is kept, a question mark stands for the rest.
std::string cleaned(std::string_view text) {
  std::string clean(text.substr(0, longest_usb_attribute));
  for (char& c : clean) {
    if (c < ' ' || c > '~') c = c == '\n' ? ' ' : '?';
  }
  clean.erase(clean.find_last_not_of(' ') + 1);
  clean.erase(0, clean.find_first_not_of(' '));
  return clean;
}

std::string attribute(const fs::path& folder, const char* name) {
  std::ifstream file(folder / name, std::ios::binary);
  std::string text(longest_usb_attribute, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return cleaned(text);
}

/// An attribute that is a number; 0 when it is none.
template <class Number>
Number number(const fs::path& folder, const char* name, int base) {
  const std::string text = attribute(folder, name);
  Number value{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value, base);
  return read.ec == std::errc{} ? value : Number{};
}

std::string driver_of(const fs::path& folder) {
  std::error_code none;
  return cleaned(fs::read_symlink(folder / "driver", none).filename().string());
}

std::string hub_of(const std::string& device) {
  const std::size_t dot = device.rfind('.');
  if (dot != std::string::npos) return device.substr(0, dot);
  return "usb" + device.substr(0, device.find('-'));
}

/// The way down from the root of sysfs to a line.
struct Place {
  fs::path device;     // …/usb1/1-1/1-1.4
  fs::path interface;  // …/1-1.4:1.2
  fs::path line;       // …/ttyUSB3, the line of a serial driver; else the interface again
  std::string controller;
};

std::optional<Place> place_of(const fs::path& sysfs) {
  Place place;
  fs::path here;
  for (const fs::path& part : sysfs) {
    const std::string name = part.string();
    if (name.starts_with("usb") && is_number(std::string_view(name).substr(3))) {
      place.controller = cleaned(here.filename().string());
    }
    here /= part;
    if (is_device(name)) {
      place.device = here;
      place.interface.clear();
    } else if (!place.device.empty() && place.interface.empty() &&
               name.starts_with(place.device.filename().string() + ":")) {
      place.interface = place.line = here;
    } else if (!place.interface.empty() && name == sysfs.filename() && here != sysfs) {
      place.line = here;
    }
  }
  if (place.device.empty() || place.interface.empty()) return std::nullopt;
  return place;
}

std::vector<unsigned> steps_of(const std::string& device) {
  std::vector<unsigned> steps;
  const char* at = device.data();
  const char* const end = at + device.size();
  while (at < end) {
    unsigned step = 0;
    const auto read = std::from_chars(at, end, step);
    steps.push_back(step);
    at = std::max(read.ptr, at) + 1;
  }
  return steps;
}

auto key_of(const UsbPort& port) {
  return std::tie(port.interface, port.number, port.tty);
}

}  // namespace

std::string usb_path_in(std::string_view sysfs) {
  std::string found;
  while (!sysfs.empty()) {
    const std::size_t slash = sysfs.find('/');
    const std::string_view part = sysfs.substr(0, slash);
    sysfs.remove_prefix(slash == std::string_view::npos ? sysfs.size() : slash + 1);
    if (is_device(part)) found = part;
  }
  return found;
}

std::optional<UsbModem> read_usb_port(const std::string& sys, const std::string& tty) {
  std::error_code error;
  std::string name = tty;
  if (tty.find('/') != std::string::npos) {
    name = fs::canonical(tty, error).filename().string();
    if (error) return std::nullopt;
  }
  if (name.empty() || name.front() == '.') return std::nullopt;
  const fs::path sysfs = fs::canonical(fs::path(sys) / "class" / "tty" / name, error);
  if (error) return std::nullopt;
  const auto place = place_of(sysfs);
  if (!place) return std::nullopt;

  UsbPort port;
  port.tty = cleaned(name);
  port.driver = driver_of(place->line);
  port.interface = number<std::uint8_t>(place->interface, "bInterfaceNumber", 16);
  port.interface_class = number<std::uint8_t>(place->interface, "bInterfaceClass", 16);
  port.subclass = number<std::uint8_t>(place->interface, "bInterfaceSubClass", 16);
  port.protocol = number<std::uint8_t>(place->interface, "bInterfaceProtocol", 16);
  port.number = number<std::uint8_t>(place->line, "port_number", 10);

  UsbModem modem;
  modem.device = place->device.filename().string();
  modem.usb_path = modem.device;
  modem.hub = hub_of(modem.device);
  modem.controller = place->controller;
  modem.vid = number<std::uint16_t>(place->device, "idVendor", 16);
  modem.pid = number<std::uint16_t>(place->device, "idProduct", 16);
  modem.serial = attribute(place->device, "serial");
  modem.manufacturer = attribute(place->device, "manufacturer");
  modem.product = attribute(place->device, "product");
  const auto bridge = serial_bridge(modem.vid, modem.pid, port.driver);
  // By what the chip is, not by the lines that are there already: the name must not change when
  // the next of them comes.
  if (bridge && (bridge->many_lines || number<unsigned>(place->device, "bNumInterfaces", 10) > 1)) {
    modem.usb_path = place->interface.filename().string();
    if (bridge->many_lines) modem.usb_path += "." + std::to_string(port.number);
  }
  modem.ports.push_back(std::move(port));
  return modem;
}

std::vector<UsbModem> read_usb_modems(const std::string& sys) {
  std::vector<UsbModem> lines;
  std::error_code error;
  for (fs::directory_iterator entry(fs::path(sys) / "class" / "tty", error), end;
       !error && entry != end && lines.size() < most_usb_ports; entry.increment(error)) {
    if (auto line = read_usb_port(sys, entry->path().filename().string())) {
      lines.push_back(std::move(*line));
    }
  }
  return grouped(std::move(lines));
}

std::string controller_of(const std::string& sys, const std::string& usb_path) {
  if (!is_device(usb_path)) return {};
  const std::string bus = "usb" + usb_path.substr(0, usb_path.find('-'));
  std::error_code error;
  const fs::path folder = fs::canonical(fs::path(sys) / "bus/usb/devices" / bus, error);
  return error ? std::string() : cleaned(folder.parent_path().filename().string());
}

std::vector<UsbModem> grouped(std::vector<UsbModem> lines) {
  std::vector<std::pair<std::vector<unsigned>, UsbModem>> ordered;
  ordered.reserve(lines.size());
  for (UsbModem& line : lines) {
    auto steps = steps_of(line.device);
    ordered.emplace_back(std::move(steps), std::move(line));
  }
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    return key_of(a.second.ports.front()) < key_of(b.second.ports.front());
  });
  std::vector<UsbModem> modems;
  for (auto& [steps, line] : ordered) {
    if (!modems.empty() && modems.back().usb_path == line.usb_path) {
      auto& ports = modems.back().ports;
      ports.insert(ports.end(), line.ports.begin(), line.ports.end());
    } else {
      modems.push_back(std::move(line));
    }
  }
  return modems;
}

}  // namespace bank::modem
