#include "scheduler/keep_alive.hpp"

#include <algorithm>

namespace bank::scheduler {

bool keep_alive_is_due(const SimActivity& activity, std::chrono::milliseconds every, WallTime now) {
  if (activity.is_in_flight) return false;
  if (activity.asked && activity.asked->is_open) return false;
  if (activity.asked && now < activity.asked->at + keep_alive_again) return false;
  const WallTime last = std::max(activity.known_since, activity.last_use.value_or(WallTime{}));
  return now >= last + every;
}

}  // namespace bank::scheduler
