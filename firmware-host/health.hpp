#pragma once

#include <chrono>
#include <string>

#include "web/door.hpp"

namespace bank::host {

/// So long may a thread stand still and be thought alive: longer than the database may be held by
/// another program (store::Database::busy_timeout_ms), much longer than any round or event takes.
inline constexpr std::chrono::seconds longest_still{10};
/// How often the store is given something to do, and a disk in trouble is tried again.
inline constexpr std::chrono::seconds store_beat{2};

/// What is known of the program at one moment.
struct Vitals {
  std::chrono::milliseconds rack_still{0};   // since the I/O thread last turned
  std::chrono::milliseconds store_still{0};  // since the store's thread last turned
  std::string disk_trouble;                  // empty: the disk takes writes
  std::string held;                          // why nothing leaves at all; empty: it does
};

/// What `/healthz` and `/readyz` say of it.
[[nodiscard]] web::Health health_of(const Vitals& vitals);

}  // namespace bank::host
