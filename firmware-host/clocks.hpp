#pragma once

#include <string>

#include "scheduler/book.hpp"

namespace bank::host {

/// Where the appliance takes the time from: the machine, or the simulation. From any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual scheduler::Now now() const = 0;
};

/// Both clocks now: the wall clock and the time since this boot, suspend included.
[[nodiscard]] scheduler::Now now();

class MachineClock final : public Clock {
 public:
  [[nodiscard]] scheduler::Now now() const override { return host::now(); }
};

/// /proc/sys/kernel/random/boot_id; "unknown" where there is none.
[[nodiscard]] std::string boot_id();

/// When this program was built: a clock that is behind it is wrong.
[[nodiscard]] scheduler::WallTime build_time();

}  // namespace bank::host
