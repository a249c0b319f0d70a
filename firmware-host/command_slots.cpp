#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>

#include "firmware-host/commands.hpp"
#include "firmware-host/json_line.hpp"
#include "firmware-host/slot_map.hpp"
#include "firmware-host/slot_map_file.hpp"
#include "firmware-host/test_power.hpp"
#include "modem/at_port.hpp"
#include "modem/usb.hpp"

namespace bank::host {
namespace {

namespace fs = std::filesystem;
using modem::UsbModem;
using modem::UsbPort;

constexpr std::size_t most_links = 4096;  // in /dev/modembank that are looked at

std::string_view name_of(modem::AtPortKnownBy by) {
  switch (by) {
    case modem::AtPortKnownBy::descriptor: return "descriptor";
    case modem::AtPortKnownBy::model: return "model";
    case modem::AtPortKnownBy::bridge: return "bridge";
    case modem::AtPortKnownBy::nobody: break;
  }
  return "";
}

/// A modem, its slot, and which of its lines is for AT commands.
struct Found {
  UsbModem modem;
  std::string slot;               // empty: none
  std::optional<std::size_t> at;  // index; nothing when none of its lines may be written to
  std::string_view known_by;      // empty: to be tried
};

/// Names of the links in DEV/modembank, by the tty they lead to.
std::map<std::string, std::string> slots_by_tty(const std::string& dev) {
  std::map<std::string, std::string> slots;
  std::error_code error;
  for (fs::directory_iterator entry(fs::path(dev) / "modembank", error), end;
       !error && entry != end && slots.size() < most_links; entry.increment(error)) {
    std::error_code none;
    const auto device = fs::canonical(entry->path(), none);
    if (!none) slots.emplace(device.filename().string(), entry->path().filename().string());
  }
  return slots;
}

/// By the links that udev has made: what is so now, whatever some map says.
void find_linked(Found& found, const std::map<std::string, std::string>& slots) {
  for (std::size_t i = 0; i < found.modem.ports.size(); ++i) {
    const auto slot = slots.find(found.modem.ports[i].tty);
    if (slot == slots.end()) continue;
    found.slot = slot->second;
    if (found.at != i) found.known_by = "slot";
    found.at = i;
  }
}

void find_mapped(Found& found, const SlotMap& map) {
  const auto number = slot_of(map, found.modem);
  if (!number) return;
  found.slot = slot_name(*number);
  found.at = at_port_of(map, found.modem);
}

Found found_of(const UsbModem& modem) {
  Found found{modem, "", std::nullopt, name_of(modem::at_port_known_by(modem))};
  if (const auto order = modem::at_port_order(modem); !order.empty()) found.at = order.front();
  return found;
}

// --- what is shown ------------------------------------------------------------------------------

ordered_json json_of(const Found& found, const std::string& dev) {
  const UsbModem& modem = found.modem;
  ordered_json ports = ordered_json::array();
  for (const UsbPort& port : modem.ports) {
    ports.push_back({{"tty", port.tty},
                     {"device", (fs::path(dev) / port.tty).string()},
                     {"interface", port.interface},
                     {"type", fmt::format("{:02x}/{:02x}/{:02x}", port.interface_class,
                                          port.subclass, port.protocol)},
                     {"driver", text_or_null(port.driver)}});
  }
  return {{"slot", text_or_null(found.slot)},
          {"usb_path", modem.usb_path},
          {"hub", modem.hub},
          {"controller", modem.controller},
          {"vid", fmt::format("{:04x}", modem.vid)},
          {"pid", fmt::format("{:04x}", modem.pid)},
          {"maker", text_or_null(modem.manufacturer)},
          {"product", text_or_null(modem.product)},
          {"serial", text_or_null(modem.serial)},
          {"at", found.at ? ordered_json((fs::path(dev) / modem.ports[*found.at].tty).string())
                          : ordered_json()},
          {"at_known_by", text_or_null(found.known_by)},
          {"ports", std::move(ports)}};
}

std::string text_of_ports(const Found& found) {
  if (!found.at) return "none takes AT commands: its composition has to be changed";
  std::string text = found.modem.ports[*found.at].tty;
  if (found.known_by.empty()) text += "?";
  std::string others;
  for (std::size_t i = 0; i < found.modem.ports.size(); ++i) {
    if (i != *found.at) others += " " + found.modem.ports[i].tty;
  }
  return others.empty() ? text : fmt::format("{} (of{})", text, others);
}

void tell(const std::vector<Found>& rack) {
  const auto row = [](std::string_view slot, std::string_view path, std::string_view hub,
                      std::string_view ids, std::string_view name, std::string_view ports) {
    fmt::print("{:<9} {:<12} {:<10} {:<10} {:<28} {}\n", slot, path, hub, ids, name, ports);
  };
  row("SLOT", "USB PATH", "HUB", "ID", "MODEM", "AT PORT");
  bool guessed = false;
  for (const Found& found : rack) {
    const UsbModem& modem = found.modem;
    std::string name = modem.manufacturer;
    if (!name.empty() && !modem.product.empty()) name += " ";
    name += modem.product;
    row(found.slot.empty() ? "-" : found.slot, modem.usb_path, modem.hub,
        fmt::format("{:04x}:{:04x}", modem.vid, modem.pid), name.substr(0, 28),
        text_of_ports(found));
    guessed = guessed || (found.at && found.known_by.empty());
  }
  if (guessed)
    fmt::print("?  not known of this model: see that `modembank probe` gets an answer\n");
}

int nothing(const SlotsOptions& options) {
  return complain(exit_failed,
                  fmt::format("{}: no modem on USB has a serial line; see `lsusb` and `dmesg`: one "
                              "that shows itself as a disk needs usb-modeswitch, one that no "
                              "driver wants a line for the driver option",
                              options.sys));
}

}  // namespace

int command_slots(const SlotsOptions& options) {
  std::error_code error;
  if (!fs::is_directory(fs::path(options.sys) / "class", error)) {
    return complain(exit_usage, fmt::format("--sys: {} is no sysfs: it has no class folder; leave "
                                            "it out for /sys",
                                            options.sys));
  }
  if (!fs::is_directory(options.dev, error)) {
    return complain(exit_usage,
                    fmt::format("--dev: {} is no folder; leave it out for /dev", options.dev));
  }
  const auto modems = modem::read_usb_modems(options.sys);
  std::vector<Found> rack;
  for (const UsbModem& modem : modems) rack.push_back(found_of(modem));

  if (options.write.empty()) {
    if (rack.empty()) return nothing(options);
    const auto slots = slots_by_tty(options.dev);
    for (Found& found : rack) find_linked(found, slots);
  } else {
    auto before = load_slot_map(options.write);
    if (!before) return complain(before.error().exit_code, before.error().detail);
    if (rack.empty()) return nothing(options);
    const std::size_t had = before->size();
    auto map = with_numbers(std::move(*before), modems);
    if (!map) return complain(exit_failed, map.error());
    if (const auto why = save_slot_map(options.write, host::text_of(*map, modems))) {
      return complain(exit_failed, *why);
    }
    if (!options.test_power.empty()) return test_power(options, std::move(*map), modems);
    for (Found& found : rack) find_mapped(found, *map);
    if (!options.json) {
      fmt::print(
          "{}: {} slots, {} of them new. To make the links:\n"
          "udevadm control --reload && udevadm trigger -c add -s usb -s tty\n\n",
          options.write, map->size(), map->size() - had);
    }
  }
  if (!options.json) {
    tell(rack);
  } else {
    for (const Found& found : rack) fmt::print("{}\n", json_line(json_of(found, options.dev)));
  }
  return exit_done;
}

}  // namespace bank::host
