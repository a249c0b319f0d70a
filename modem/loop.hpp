#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "at/dialogue.hpp"

namespace bank::modem {

using at::TimePoint;

/// Something that is awaited once. Destroyed, it awaits nothing; it may be from within its own
/// call.
class Timer {
 public:
  virtual ~Timer() = default;
  /// Calls `then` from the loop at `when` or soon after, instead of what was awaited before.
  virtual void wait_until(TimePoint when, std::function<void()> then) = 0;
  virtual void cancel() = 0;
};

/// The one thread on which modems, dispatcher and what stands between them live: the order of their
/// events, their time and their timers. Asio's in the appliance, virtual in the simulation.
class Loop {
 public:
  virtual ~Loop() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
  /// From any thread; `what` runs later, on the loop's, in the order of the posts.
  virtual void post(std::function<void()> what) = 0;
  /// Once, later, whatever becomes of the caller.
  virtual void after(std::chrono::milliseconds pause, std::function<void()> what) = 0;
  [[nodiscard]] virtual std::unique_ptr<Timer> timer() = 0;
};

}  // namespace bank::modem
