#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "scheduler/message.hpp"

namespace bank::store {
class Database;
}  // namespace bank::store

namespace bank::scheduler {

/// How many messages one key had accepted in one minute.
struct KeyUse {
  std::chrono::sys_time<std::chrono::minutes> minute;
  std::int64_t accepted;
};

/// What keys with limits had accepted in the last day, so that no restart forgets it. On the
/// store's writing connection, in the transaction of what is accepted; throws DatabaseError.
class KeyUses {
 public:
  static constexpr std::chrono::hours kept{25};  // no window is longer than a day

  explicit KeyUses(const store::Database& database);
  ~KeyUses();
  /// What no window reaches any more goes with it.
  void add(KeyId key, std::int64_t accepted, WallTime now);

 private:
  struct Statements;
  std::unique_ptr<Statements> statements_;
};

/// In order of time, from the minute of `since` on; on any connection. Throws DatabaseError.
[[nodiscard]] std::vector<KeyUse> key_uses(const store::Database& database, KeyId key,
                                           WallTime since);

}  // namespace bank::scheduler
