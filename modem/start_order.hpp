#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace bank::modem {

/// Which modems may be brought up now: only a few at once at each hub, because a hub whose modems
/// all start together has not the power or the time for them. First come, first served. Time plays
/// no part: whoever was let start says when it is done, also when it failed or is gone.
class StartOrder {
 public:
  using Paths = std::vector<std::string>;

  static constexpr std::size_t at_once_by_default = 4;  // at one hub
  static constexpr std::size_t most_waiting = 1024;     // at one hub; beyond it nobody waits

  explicit StartOrder(std::size_t at_once = at_once_by_default);

  /// `path` wants to be brought up at `hub` (UsbModem::hub; empty: at none, it need not wait).
  /// Gives who may start now, perhaps nobody; those count as starting. Who is starting or waiting
  /// there already stays as it is; at another hub, it has left the first.
  [[nodiscard]] Paths wants(const std::string& path, const std::string& hub);
  /// `path` is up, has failed, or is gone, also while it waited. Gives who may start now.
  [[nodiscard]] Paths done(const std::string& path);

  [[nodiscard]] std::size_t starting() const;  // at all hubs
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct Hub {
    Paths starting;
    std::deque<std::string> waiting;
  };
  Paths let_start(Hub& hub) const;

  std::size_t at_once_;
  std::map<std::string, Hub> hubs_;  // only those at which somebody starts
  std::map<std::string, std::string> hub_of_;
};

}  // namespace bank::modem
