#include "scheduler/keep_alive.hpp"

#include <algorithm>

namespace bank::scheduler {

bool keep_alive_is_due(const SimActivity& activity, std::chrono::milliseconds every, WallTime now) {
  if (activity.is_in_flight) return false;
  if (const auto& asked = activity.asked) {
    if (asked->is_open) return false;
    const bool went_out = activity.last_use && *activity.last_use >= asked->at;
    if (!went_out && now < asked->at + keep_alive_again) return false;
  }
  const WallTime last = std::max(activity.known_since, activity.last_use.value_or(WallTime{}));
  return now >= last + every;
}

}  // namespace bank::scheduler
