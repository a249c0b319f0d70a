#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

namespace bank::host {

/// A trouble that may be met a thousand times a second: told to the log once in a while, and shown
/// for as long as it may still be there. From any thread.
class Complaint {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::minutes log_pause{1};   // between two lines
  static constexpr std::chrono::minutes shown_for{10};  // after it was met last

  /// True when it is to be logged.
  [[nodiscard]] bool note(const std::string& what, TimePoint now) {
    const std::lock_guard lock(mutex_);
    what_ = what;
    met_ = now;
    if (logged_ && now < *logged_ + log_pause) return false;
    logged_ = now;
    return true;
  }
  /// What was met last; empty when that is long ago.
  [[nodiscard]] std::string shown(TimePoint now) const {
    const std::lock_guard lock(mutex_);
    return met_ && now < *met_ + shown_for ? what_ : std::string();
  }

 private:
  mutable std::mutex mutex_;
  std::string what_;
  std::optional<TimePoint> met_;
  std::optional<TimePoint> logged_;
};

}  // namespace bank::host
