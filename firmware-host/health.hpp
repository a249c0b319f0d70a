#pragma once

#include <chrono>
#include <string>

#include "web/door.hpp"

namespace bank::host {

/// So long may a thread stand still and be thought well: longer than the database may be held by
/// another program (store::Database::busy_timeout_ms), much longer than any round or event takes.
inline constexpr std::chrono::seconds longest_still{10};
/// So long may the database's thread wait for the disk before another start of the program could
/// help: a kernel gives a command to a disk 30 s, and tries it again some times.
inline constexpr std::chrono::seconds longest_disk_wait{180};
/// How often the store is given something to do, and a disk in trouble is tried again.
inline constexpr std::chrono::seconds store_beat{2};

/// What is known of the program at one moment.
struct Vitals {
  std::chrono::milliseconds rack_still{0};   // since the I/O thread last turned
  std::chrono::milliseconds store_still{0};  // since the store's thread last turned
  std::string disk_trouble{};                // empty: the disk takes writes
  std::string damage{};                      // of the file, met lately; empty: none
  std::string log_trouble{};                 // the log is not worked off; empty: it is
  std::string held{};                        // why nothing leaves at all; empty: it does
};

/// What `/healthz` and `/readyz` say of it.
[[nodiscard]] web::Health health_of(const Vitals& vitals);

}  // namespace bank::host
