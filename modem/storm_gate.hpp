#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <string>

#include "at/dialogue.hpp"

namespace bank::modem {

/// Whether a modem may be reset now: not many of them together. What makes them all ill at once
/// (the hub, its power, the network) no reset of one of them mends, and all that start together
/// harm one another.
class StormGate {
 public:
  static constexpr std::size_t most_at_a_hub = 2;  // within `near`
  static constexpr std::size_t most_in_all = 8;
  static constexpr std::chrono::seconds near{60};

  /// `hub`: empty where there is none. True counts as done.
  [[nodiscard]] bool may(const std::string& hub, at::TimePoint now);

 private:
  std::map<std::string, std::deque<at::TimePoint>> at_hubs_;  // each at most `most_at_a_hub`
  std::deque<at::TimePoint> all_;                             // at most `most_in_all`
};

}  // namespace bank::modem
