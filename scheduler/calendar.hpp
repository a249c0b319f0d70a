#pragma once

#include <memory>
#include <string>

#include "scheduler/message.hpp"

namespace bank::scheduler {

/// When, by the clocks of a time zone.
struct LocalMinute {
  int weekday;  // 0: Monday
  int minute;   // of the day, 0–1439
};

/// Calendar months (Gregorian) and clocks as a time zone has them. Thread-safe once made.
class MonthClock {
 public:
  /// `timezone` is an IANA name such as "Asia/Tehran", or an offset such as "GMT+3:30" ([region]
  /// timezone). Throws std::invalid_argument for one that ICU does not know.
  explicit MonthClock(std::string timezone);

  struct Month {
    WallTime from;  // the first midnight of its day 1
    WallTime to;    // the next month's `from`
    [[nodiscard]] bool contains(WallTime time) const { return from <= time && time < to; }
    friend bool operator==(const Month&, const Month&) = default;
  };
  /// The month that contains `time`. Months join without gap or overlap, also where clocks are put
  /// back over a month's first midnight: what is then lived twice belongs to the new month.
  [[nodiscard]] Month month_of(WallTime time) const;

  /// "2026-11-27 14:05", as its clocks show it.
  [[nodiscard]] std::string minute_of(WallTime time) const;
  [[nodiscard]] LocalMinute local_minute(WallTime time) const;
  /// When the day began that contains `time`: its first midnight, or the hour after where clocks
  /// are put forward over it.
  [[nodiscard]] WallTime day_of(WallTime time) const;

  [[nodiscard]] const std::string& timezone() const { return timezone_; }

 private:
  struct Close {
    void operator()(void* calendar) const;
  };
  using Calendar = std::unique_ptr<void*, Close>;  // ICU's UCalendar*, which is void**
  [[nodiscard]] Calendar copy() const;

  std::string timezone_;
  Calendar calendar_;  // never changed: each question sets the time of a copy
};

}  // namespace bank::scheduler
