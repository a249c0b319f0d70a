#pragma once

#include <cstdint>

#include "scheduler/message.hpp"

namespace bank::store {
class Database;
}  // namespace bank::store

namespace bank::scheduler {

/// What happened since a moment, mostly the last midnight.
struct DayFigures {
  std::int64_t parts = 0;        // handed over: they count in the SIMs' limits
  std::int64_t delivered = 0;    // messages accepted since then whose status reports say so
  std::int64_t undelivered = 0;  // the same, and that they did not arrive
  std::int64_t replies = 0;      // texts of people
  std::int64_t opt_outs = 0;     // of people themselves
};

/// Looks at what happened since, and at nothing before it; on any connection. Throws DatabaseError.
[[nodiscard]] DayFigures figures_since(const store::Database& database, WallTime since);

}  // namespace bank::scheduler
