#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "modem/loop.hpp"

namespace bank::simulation {

using modem::TimePoint;

/// What happens when, of the whole simulated world: the events of the same moment in the order in
/// which they were asked for.
class Timeline {
 public:
  using Owner = std::uint64_t;  // one life of the program; 0: the world, which outlives it
  using Key = std::pair<TimePoint, std::uint64_t>;

  static constexpr Owner world = 0;

  [[nodiscard]] TimePoint now() const { return now_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }

  Key at(TimePoint when, Owner owner, std::function<void()> what);
  void cancel(const Key& key) { events_.erase(key); }
  /// What a crash takes with it.
  void drop(Owner owner);
  /// Runs all that happens before `end`, which is now then.
  void run_until(TimePoint end);
  /// The same, and stops after so many events.
  void run_steps(std::uint64_t count, TimePoint end);

 private:
  struct Event {
    Owner owner;
    std::function<void()> what;
  };
  void run_first();

  std::map<Key, Event> events_;
  TimePoint now_{std::chrono::hours{24}};
  std::uint64_t next_ = 0;
  std::uint64_t steps_ = 0;
};

/// The program's loop for one of its lives.
class VirtualLoop final : public modem::Loop {
 public:
  VirtualLoop(Timeline& timeline, Timeline::Owner owner) : timeline_(timeline), owner_(owner) {}

  [[nodiscard]] TimePoint now() const override { return timeline_.now(); }
  void post(std::function<void()> what) override;
  void after(std::chrono::milliseconds pause, std::function<void()> what) override;
  [[nodiscard]] std::unique_ptr<modem::Timer> timer() override;

 private:
  Timeline& timeline_;
  Timeline::Owner owner_;
};

}  // namespace bank::simulation
