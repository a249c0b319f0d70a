#include "modem/storm_gate.hpp"

#include <iterator>

namespace bank::modem {
namespace {

void forget(std::deque<at::TimePoint>& times, at::TimePoint before) {
  while (!times.empty() && times.front() <= before) times.pop_front();
}

}  // namespace

bool StormGate::may(const std::string& hub, at::TimePoint now) {
  forget(all_, now - near);
  for (auto hub_at = at_hubs_.begin(); hub_at != at_hubs_.end();) {
    forget(hub_at->second, now - near);
    hub_at = hub_at->second.empty() ? at_hubs_.erase(hub_at) : std::next(hub_at);
  }
  if (all_.size() >= most_in_all) return false;
  if (!hub.empty()) {
    auto& here = at_hubs_[hub];
    if (here.size() >= most_at_a_hub) return false;
    here.push_back(now);
  }
  all_.push_back(now);
  return true;
}

}  // namespace bank::modem
