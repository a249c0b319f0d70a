#include "modem/port_set.hpp"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace bank::modem {
namespace {

constexpr std::string_view wildcards = "*?[";

/// What glob(3) found, given back at the end.
class Matches {
 public:
  explicit Matches(const std::string& pattern) {
    if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found_) != 0) found_.gl_pathc = 0;
  }
  Matches(const Matches&) = delete;
  Matches& operator=(const Matches&) = delete;
  ~Matches() { ::globfree(&found_); }

  [[nodiscard]] char** begin() const { return found_.gl_pathv; }
  [[nodiscard]] char** end() const { return found_.gl_pathv + found_.gl_pathc; }

 private:
  glob_t found_{};
};

/// Nothing while the device is not there (a link that leads nowhere), or for a directory.
std::optional<PortTarget> target_of(const std::string& path) {
  struct stat node {};
  if (::stat(path.c_str(), &node) != 0 || S_ISDIR(node.st_mode)) return std::nullopt;
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (!real) return std::nullopt;
  return PortTarget{real.get(), node.st_rdev, node.st_ino};
}

bool is_directory(const std::string& path) {
  struct stat node {};
  return ::stat(path.c_str(), &node) == 0 && S_ISDIR(node.st_mode);
}

std::string parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, std::max<std::size_t>(slash, 1)));
}

}  // namespace

std::vector<PortEvent> changes(const PortSet& before, const PortSet& after) {
  const auto is_in = [](const PortSet& set, const PortSet::value_type& port) {
    const auto found = set.find(port.first);
    return found != set.end() && found->second == port.second;
  };
  std::vector<PortEvent> events;
  for (const auto& port : before) {
    if (!is_in(after, port)) events.push_back({PortEvent::Kind::gone, port.first});
  }
  for (const auto& port : after) {
    if (!is_in(before, port)) events.push_back({PortEvent::Kind::appeared, port.first});
  }
  return events;
}

Admitted admit(const PortSet& before, const PortSet& found, std::size_t most) {
  Admitted admitted;
  for (const bool known : {true, false}) {
    for (const auto& port : found) {
      if (before.contains(port.first) != known) continue;
      if (admitted.ports.size() < most) {
        admitted.ports.insert(port);
      } else {
        ++admitted.refused;
      }
    }
  }
  return admitted;
}

PortSet look_for_ports(const std::vector<std::string>& patterns) {
  PortSet ports;
  const auto look_at = [&ports](const std::string& path) {
    if (auto target = target_of(path)) ports.insert_or_assign(path, std::move(*target));
  };
  for (const std::string& pattern : patterns) {
    if (pattern.find_first_of(wildcards) == std::string::npos) {
      look_at(pattern);
      continue;
    }
    for (const char* path : Matches(pattern)) look_at(path);
  }
  return ports;
}

std::vector<std::string> directories_to_watch(const std::vector<std::string>& patterns) {
  std::vector<std::string> directories;
  for (const std::string& pattern : patterns) {
    std::string directory = parent_of(std::string_view(pattern).substr(
        0, std::min(pattern.find_first_of(wildcards), pattern.size())));
    while (!is_directory(directory) && directory != "/" && directory != ".") {
      directory = parent_of(directory);
    }
    directories.push_back(std::move(directory));
  }
  std::sort(directories.begin(), directories.end());
  directories.erase(std::unique(directories.begin(), directories.end()), directories.end());
  return directories;
}

}  // namespace bank::modem
