#pragma once

#include <string>

#include "scheduler/book.hpp"

namespace bank::host {

/// Both clocks now: the wall clock and the time since this boot, suspend included.
[[nodiscard]] scheduler::Now now();

/// /proc/sys/kernel/random/boot_id; "unknown" where there is none.
[[nodiscard]] std::string boot_id();

/// When this program was built: a clock that is behind it is wrong.
[[nodiscard]] scheduler::WallTime build_time();

}  // namespace bank::host
