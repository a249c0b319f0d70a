#include "modem/modem_ports.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "modem/at_port.hpp"

namespace bank::modem {
namespace {

std::string tty_of(const std::string& device) {
  return device.substr(device.rfind('/') + 1);
}

struct Name {
  std::string path;
  bool is_link;
};
using Names = std::map<std::string, Name>;  // by tty

Names names_of(const PortSet& present) {
  Names names;
  for (const bool links : {true, false}) {
    for (const auto& [path, target] : present) {
      if ((path != target.device) == links) {
        names.try_emplace(tty_of(target.device), Name{path, links});
      }
    }
  }
  return names;
}

/// The index of the modem's only port that a link leads to.
std::optional<std::size_t> chosen(const UsbModem& modem, const Names& names) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < modem.ports.size(); ++i) {
    const auto name = names.find(modem.ports[i].tty);
    if (name == names.end() || !name->second.is_link) continue;
    if (found) return std::nullopt;
    found = i;
  }
  return found;
}

}  // namespace

std::vector<ModemPorts> modem_ports(const PortSet& present, const std::vector<UsbModem>& modems) {
  Names left = names_of(present);
  std::vector<ModemPorts> found;
  for (const UsbModem& modem : modems) {
    auto order = at_port_order(modem);
    if (const auto port = chosen(modem, left)) {
      std::erase(order, *port);
      order.insert(order.begin(), *port);
    }
    ModemPorts ports{modem.usb_path, modem.hub, {}, {}};
    for (const std::size_t index : order) {
      auto name = left.extract(modem.ports[index].tty);
      if (!name) continue;
      if (ports.at.empty()) ports.has_best = index == order.front();
      ports.at.push_back(std::move(name.mapped().path));
    }
    for (const UsbPort& line : modem.ports) {
      if (auto name = left.extract(line.tty)) ports.others.push_back(std::move(name.mapped().path));
    }
    if (ports.at.empty()) ports.has_best = order.empty();
    if (!ports.at.empty() || !ports.others.empty()) found.push_back(std::move(ports));
  }
  std::vector<std::string> elsewhere;
  for (auto& [tty, name] : left) elsewhere.push_back(std::move(name.path));
  std::sort(elsewhere.begin(), elsewhere.end());
  for (const std::string& path : elsewhere) found.push_back({path, "", {path}, {}});
  return found;
}

}  // namespace bank::modem
