#include "tests/simulation/timeline.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace bank::simulation {

Timeline::Key Timeline::at(TimePoint when, Owner owner, std::function<void()> what) {
  const Key key{std::max(when, now_), next_++};
  events_.emplace(key, Event{owner, std::move(what)});
  return key;
}

void Timeline::drop(Owner owner) {
  for (auto event = events_.begin(); event != events_.end();) {
    event = event->second.owner == owner ? events_.erase(event) : std::next(event);
  }
}

void Timeline::run_first() {
  auto event = events_.extract(events_.begin());
  now_ = event.key().first;
  ++steps_;
  event.mapped().what();
}

void Timeline::run_until(TimePoint end) {
  while (!events_.empty() && events_.begin()->first.first < end) run_first();
  now_ = std::max(now_, end);
}

void Timeline::run_steps(std::uint64_t count, TimePoint end) {
  while (count-- > 0 && !events_.empty() && events_.begin()->first.first < end) run_first();
}

namespace {

class VirtualTimer final : public modem::Timer {
 public:
  VirtualTimer(Timeline& timeline, Timeline::Owner owner) : timeline_(timeline), owner_(owner) {}
  ~VirtualTimer() override { VirtualTimer::cancel(); }

  void wait_until(TimePoint when, std::function<void()> then) override {
    cancel();
    awaited_ = timeline_.at(when, owner_, [this, then = std::move(then)] {
      awaited_.reset();
      then();
    });
  }
  void cancel() override {
    if (awaited_) timeline_.cancel(*std::exchange(awaited_, std::nullopt));
  }

 private:
  Timeline& timeline_;
  Timeline::Owner owner_;
  std::optional<Timeline::Key> awaited_;
};

}  // namespace

void VirtualLoop::post(std::function<void()> what) {
  timeline_.at(timeline_.now(), owner_, std::move(what));
}

void VirtualLoop::after(std::chrono::milliseconds pause, std::function<void()> what) {
  timeline_.at(timeline_.now() + pause, owner_, std::move(what));
}

std::unique_ptr<modem::Timer> VirtualLoop::timer() {
  return std::make_unique<VirtualTimer>(timeline_, owner_);
}

}  // namespace bank::simulation
