#include "modem/start_order.hpp"

#include <algorithm>
#include <utility>

namespace bank::modem {

StartOrder::StartOrder(std::size_t at_once) : at_once_(std::max<std::size_t>(at_once, 1)) {}

StartOrder::Paths StartOrder::wants(const std::string& path, const std::string& hub) {
  const auto known = hub_of_.find(path);
  if (known != hub_of_.end() && known->second == hub) return {};
  Paths may_start = done(path);
  Hub* const there = hub.empty() ? nullptr : &hubs_[hub];
  if (there == nullptr || there->waiting.size() >= most_waiting) {
    may_start.push_back(path);
    return may_start;
  }
  hub_of_.emplace(path, hub);
  there->waiting.push_back(path);
  for (std::string& next : let_start(*there)) may_start.push_back(std::move(next));
  return may_start;
}

StartOrder::Paths StartOrder::done(const std::string& path) {
  const auto known = hub_of_.find(path);
  if (known == hub_of_.end()) return {};
  const auto hub = hubs_.find(known->second);
  hub_of_.erase(known);
  std::erase(hub->second.starting, path);
  std::erase(hub->second.waiting, path);
  Paths may_start = let_start(hub->second);
  if (hub->second.starting.empty()) hubs_.erase(hub);
  return may_start;
}

StartOrder::Paths StartOrder::let_start(Hub& hub) const {
  Paths may_start;
  while (!hub.waiting.empty() && hub.starting.size() < at_once_) {
    may_start.push_back(hub.waiting.front());
    hub.starting.push_back(std::move(hub.waiting.front()));
    hub.waiting.pop_front();
  }
  return may_start;
}

std::size_t StartOrder::starting() const {
  std::size_t count = 0;
  for (const auto& [name, hub] : hubs_) count += hub.starting.size();
  return count;
}

std::size_t StartOrder::waiting() const {
  return hub_of_.size() - starting();
}

}  // namespace bank::modem
