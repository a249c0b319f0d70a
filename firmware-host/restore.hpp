#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "at/result.hpp"
#include "scheduler/book.hpp"

namespace bank::host {

struct Restored {
  std::int64_t uncertain;                    // messages that had been queued or sending
  std::optional<scheduler::WallTime> taken;  // when the copy was made; nothing: it does not say
  std::string aside;  // where the database that was there is now; empty: there was none
};

/// Puts a copy in the place of the database, ready to be gone on with (Book::restore), under the
/// database's lock. The copy itself is only read. What was there is kept beside, as
/// "<database>.before-restore-<time>": nothing is lost, and until the new one takes its place in
/// one step, the old one stands there.
///
/// Errors  one line: no such file, another program's, newer, damaged, no room. Nothing has changed
///         then.
[[nodiscard]] Result<Restored, std::string> restore_backup(const std::string& database,
                                                           const std::string& from,
                                                           const scheduler::Now& now);

}  // namespace bank::host
