#include "modem/port_groups.hpp"

#include <algorithm>
#include <utility>

#include "modem/modem_ports.hpp"

namespace bank::modem {

PortGroups::PortGroups(std::vector<std::string> chosen) {
  for (auto& path : chosen) chosen_.insert(std::move(path));
}

std::vector<PortGroups::Change> PortGroups::update(const PortSet& present,
                                                   const std::vector<UsbModem>& modems,
                                                   at::TimePoint now) {
  std::map<std::string, Open> wanted;
  PortSet left = present;
  for (const auto& path : chosen_) {
    const auto port = left.extract(path);
    if (port) wanted[path] = {{path, path, {}}, port.mapped(), {path}, {}};
  }
  // Nor are the same device under another name, or the modem's other lines, a second modem.
  for (const auto& [path, open] : wanted) {
    std::set<std::string> its{open.target.device};
    for (const auto& modem : modems) {
      const auto device_of = [](const UsbPort& port) { return "/dev/" + port.tty; };
      const bool is_it = std::any_of(modem.ports.begin(), modem.ports.end(), [&](const auto& port) {
        return device_of(port) == open.target.device;
      });
      for (const auto& port : modem.ports) {
        if (is_it) its.insert(device_of(port));
      }
    }
    std::erase_if(left, [&](const auto& port) { return its.contains(port.second.device); });
  }
  auto waiting = std::exchange(first_seen_, {});
  for (auto& modem : modem_ports(left, modems)) {
    if (modem.at.empty()) continue;
    const std::string& best = modem.at.front();
    const bool is_link = left.at(best).device != best;
    const std::string place = is_link || modem.hub.empty() ? best : "usb-" + modem.usb_path;
    Open open{{place, best, modem.hub}, left.at(best), modem.at, {}};
    for (const auto& path : modem.at) open.targets.emplace(path, left.at(path));
    if (const auto before = open_.find(place); before != open_.end()) {
      // One that is open stays so while it is there, whatever else the modem shows.
      const auto same = open.targets.find(before->second.found.path);
      if (same != open.targets.end() && same->second == before->second.target) {
        open.found.path = same->first;
        open.target = same->second;
      }
    } else if (!modem.has_best) {
      const auto since = waiting.contains(place) ? waiting.at(place) : now;
      if (now < since + best_time) {
        first_seen_.emplace(place, since);
        continue;
      }
    }
    wanted.emplace(place, std::move(open));
  }
  std::vector<Change> changes;
  const auto is_same = [](const Open& a, const Open& b) {
    return a.found.path == b.found.path && a.target == b.target;
  };
  for (const auto& [place, open] : open_) {
    const auto now_there = wanted.find(place);
    if (now_there != wanted.end() && is_same(now_there->second, open)) continue;
    changes.push_back({Change::Kind::gone, open.found});
  }
  for (const auto& [place, open] : wanted) {
    const auto before = open_.find(place);
    if (before != open_.end() && is_same(before->second, open)) continue;
    changes.push_back({Change::Kind::appeared, open.found});
  }
  open_ = std::move(wanted);
  return changes;
}

std::vector<PortGroups::Change> PortGroups::silent(const std::string& place) {
  const auto found = open_.find(place);
  if (found == open_.end() || found->second.at.size() < 2) return {};
  Open& open = found->second;
  const auto tried = std::find(open.at.begin(), open.at.end(), open.found.path);
  const auto next = tried == open.at.end() || std::next(tried) == open.at.end() ? open.at.begin()
                                                                                : std::next(tried);
  std::vector<Change> changes{{Change::Kind::gone, open.found}};
  open.found.path = *next;
  open.target = open.targets.at(*next);
  changes.push_back({Change::Kind::appeared, open.found});
  return changes;
}

}  // namespace bank::modem
