#include "web/key_meter.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "web/problem.hpp"

namespace bank::web {

namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

constexpr seconds longest_window = 24h;
/// What was reserved is settled or given back within a commit.
constexpr seconds soon = 1s;

}  // namespace

void KeyMeter::Window::slide(Time now) {
  const auto current = now.time_since_epoch() / step;
  while (!filled.empty() && filled.front().number < current - steps) {
    sum -= filled.front().accepted;
    filled.pop_front();
  }
}

void KeyMeter::Window::add(std::int64_t accepted, Time at) {
  const auto number = at.time_since_epoch() / step;
  if (filled.empty() || filled.back().number < number) filled.push_back({number, 0});
  filled.back().accepted += accepted;
  sum += accepted;
}

/// Until the oldest are out that stand in the way of `room` less.
seconds KeyMeter::Window::wait_for(std::int64_t room, Time now) const {
  std::int64_t gone = 0;
  for (const Step& one : filled) {
    gone += one.accepted;
    if (gone < room) continue;
    const Time out{(one.number + steps + 1) * std::chrono::milliseconds(step)};
    return std::max(soon, std::chrono::ceil<seconds>(out - now));
  }
  return soon;
}

KeyMeter::KeyMeter(const scheduler::KeyLimits& limits, std::span<const scheduler::KeyUse> uses,
                   Time now)
    : windows_{{.name = "per_minute", .most = limits.per_minute, .step = 1s, .steps = 60},
               {.name = "per_hour", .most = limits.per_hour, .step = 1min, .steps = 60},
               {.name = "per_day", .most = limits.per_day, .step = 1min, .steps = 24 * 60}},
      seen_(now),
      moved_(now) {
  std::erase_if(windows_, [](const Window& window) { return !window.most; });
  for (const auto& use : uses) {
    const Time end = use.minute + 1min - 1ms;
    for (Window& window : windows_) window.add(use.accepted, std::min(end, now));
  }
}

KeyMeter::Time KeyMeter::turn(Time now) {
  if (now > seen_) moved_ += now - seen_;
  seen_ = now;
  for (Window& window : windows_) window.slide(moved_);
  return moved_;
}

std::optional<KeyMeter::Over> KeyMeter::reserve(std::int64_t count, std::int64_t own, Time now) {
  const Time at = turn(now);
  std::optional<Over> over;
  for (const Window& window : windows_) {
    const auto most = *window.most;
    if (own + count > most) return Over{window.name, most, std::nullopt};
    const auto too_many = window.sum + reserved_ + count - most;
    if (too_many <= 0) continue;
    const auto wait = window.wait_for(too_many, at);
    if (!over || over->wait < wait) over = Over{window.name, most, wait};
  }
  if (!over) reserved_ += count;
  return over;
}

void KeyMeter::settle(std::int64_t own, std::int64_t accepted, Time now) {
  const Time at = turn(now);
  reserved_ -= own;
  if (accepted <= 0) return;
  for (Window& window : windows_) window.add(accepted, at);
}

struct SharedMeter {
  SharedMeter(const scheduler::KeyLimits& limits, std::span<const scheduler::KeyUse> uses,
              std::function<scheduler::WallTime()> clock)
      : now(std::move(clock)), meter(limits, uses, now()) {}
  const std::function<scheduler::WallTime()> now;
  std::mutex mutex;
  KeyMeter meter;
};

namespace {

std::string_view window_of(std::string_view limit) {
  if (limit == "per_minute") return "minute";
  return limit == "per_hour" ? "hour" : "day";
}

Response refusal_of(const KeyMeter::Over& over) {
  if (!over.wait) {
    return problem(422, "larger_than_key_limit",
                   fmt::format("has more messages than this key may have accepted in any {} ({} = "
                               "{}); nothing of it was accepted; send it in smaller ones",
                               window_of(over.limit), over.limit, over.most));
  }
  Response response = problem(
      429, "key_limit",
      fmt::format("this key may have {} messages accepted in a {} ({}), and has no room for this "
                  "now; nothing of it was accepted; try again in {} s",
                  over.most, window_of(over.limit), over.limit, over.wait->count()));
  response.headers.emplace_back("Retry-After", std::to_string(over.wait->count()));
  return response;
}

}  // namespace

std::optional<Response> KeyMeters::Taken::take(std::int64_t count) {
  const std::lock_guard lock(meter_->mutex);
  const auto now = meter_->now();  // with the lock: else it would seem to go back
  if (const auto over = meter_->meter.reserve(count, count_, now)) return refusal_of(*over);
  count_ += count;
  return std::nullopt;
}

void KeyMeters::Taken::settle(std::int64_t accepted) {
  if (count_ == 0) return;
  const std::lock_guard lock(meter_->mutex);
  const auto now = meter_->now();  // with the lock: else it would seem to go back
  meter_->meter.settle(std::exchange(count_, 0), accepted, now);
}

std::shared_ptr<KeyMeters::Taken> KeyMeters::open(const scheduler::ApiKey& key) {
  if (!key.limits.any()) return nullptr;
  const std::lock_guard lock(mutex_);
  if (const auto found = meters_.find(key.id); found != meters_.end()) {
    return std::make_shared<Taken>(found->second);
  }
  // Once for each key, with the lock: nothing of it may be accepted between reading and counting.
  const auto uses = reading_.key_uses(key.id, now_() - longest_window - 1min);
  if (meters_.size() >= most_meters) make_room();
  auto meter = std::make_shared<SharedMeter>(key.limits, uses, now_);
  meters_.emplace(key.id, meter);
  return std::make_shared<Taken>(std::move(meter));
}

/// Those that no request uses.
void KeyMeters::make_room() {
  std::erase_if(meters_, [](const auto& entry) { return entry.second.use_count() == 1; });
}

std::vector<QueueFill> KeyMeters::queues() {
  const std::lock_guard lock(mutex_);
  return {{"http_limited_keys", meters_.size(), most_meters}};
}

}  // namespace bank::web
