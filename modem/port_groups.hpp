#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "at/dialogue.hpp"
#include "modem/port_set.hpp"
#include "modem/ports.hpp"
#include "modem/usb.hpp"

namespace bank::modem {

/// Of all ports that are there, the one of each modem that is to be opened: several of one USB
/// device are one modem. A pure machine; whoever looks for ports asks it what that means.
///
/// A modem's place is the name of the link that leads to it, which udev or a person has given; else
/// its place on USB, whatever numbers its ports have; else the port's name.
class PortGroups {
 public:
  /// The lines of a modem appear one by one: so long the best of them is waited for.
  static constexpr std::chrono::seconds best_time{3};

  /// `chosen`: ports that a person has written down, each a modem of its own.
  explicit PortGroups(std::vector<std::string> chosen);

  struct Change {
    enum class Kind { gone, appeared };
    Kind kind;
    PortFound found;

    friend bool operator==(const Change&, const Change&) = default;
  };
  /// All that is gone, then all that appeared, since the last time; each in order of place.
  [[nodiscard]] std::vector<Change> update(const PortSet& present,
                                           const std::vector<UsbModem>& modems, at::TimePoint now);
  /// Nobody answers at the port of that modem: its next one that may take AT, round and round.
  [[nodiscard]] std::vector<Change> silent(const std::string& place);
  /// A better port is waited for: look again soon.
  [[nodiscard]] bool waits() const { return !first_seen_.empty(); }

 private:
  struct Open {
    PortFound found;
    PortTarget target;
    std::vector<std::string> at;  // where AT may be taken, best first
    PortSet targets;              // of all of them
  };

  std::set<std::string> chosen_;
  std::map<std::string, Open> open_;                 // by place
  std::map<std::string, at::TimePoint> first_seen_;  // of those that wait
};

}  // namespace bank::modem
