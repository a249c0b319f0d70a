#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace bank::modem {

/// What a port's name stands for at one moment: two different values under one name are two
/// different devices.
struct PortTarget {
  std::string device;  // links resolved
  dev_t number = 0;    // st_rdev
  ino_t inode = 0;     // of the device node: a node made anew is another device

  friend bool operator==(const PortTarget&, const PortTarget&) = default;
};

using PortSet = std::map<std::string, PortTarget>;  // by the name the configuration uses

struct PortEvent {
  enum class Kind { gone, appeared };
  Kind kind;
  std::string path;

  friend bool operator==(const PortEvent&, const PortEvent&) = default;
};

/// What happened between two looks: all that is gone, then all that appeared, each in order of
/// name. A name that leads to another device now is gone and has appeared.
[[nodiscard]] std::vector<PortEvent> changes(const PortSet& before, const PortSet& after);

struct Admitted {
  PortSet ports;
  std::size_t refused = 0;  // names that found no room
};
/// At most `most` of what was found; names that were there before keep their place.
[[nodiscard]] Admitted admit(const PortSet& before, const PortSet& found, std::size_t most);

/// Looks for the ports that match the patterns (glob(7)) or are named by them, and whose device is
/// there. Reads directories; nothing is opened.
[[nodiscard]] PortSet look_for_ports(const std::vector<std::string>& patterns);

/// The directories in which a change can alter what `look_for_ports` finds: for every pattern the
/// parent of its first wildcard, or its nearest ancestor that exists; sorted, each once.
[[nodiscard]] std::vector<std::string> directories_to_watch(
    const std::vector<std::string>& patterns);

}  // namespace bank::modem
