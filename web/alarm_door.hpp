#pragma once

#include "scheduler/alarm_book.hpp"
#include "web/door.hpp"

namespace bank::web {

/// What is wrong now, and was. As Door: called from the server's threads, several at once, and
/// returns at once.
class AlarmDoor {
 public:
  virtual ~AlarmDoor() = default;
  /// Newest first, strictly before `before`. May throw std::exception when the database fails
  /// (503), as the other reads.
  virtual std::vector<scheduler::AlarmView> page(const scheduler::AlarmFilter& filter,
                                                 std::optional<scheduler::AlarmId> before,
                                                 std::size_t limit) = 0;
  virtual std::optional<scheduler::AlarmView> find(scheduler::AlarmId id) = 0;
  /// How many are open, in the order of AlarmKind.
  virtual std::array<std::int64_t, scheduler::alarm_kinds> open() = 0;
  /// Somebody knows of it: people are not told again that it is open. Answers with it as it is
  /// then; one that is cleared already, or was acknowledged before, stays as it is. Nothing: there
  /// is none.
  virtual void acknowledge(scheduler::AlarmId id, std::string by,
                           Answered<std::optional<scheduler::AlarmView>> answered) = 0;
};

}  // namespace bank::web
