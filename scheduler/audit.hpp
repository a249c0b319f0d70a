#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/message.hpp"

namespace bank::store {
class Database;
}  // namespace bank::store

namespace bank::scheduler {

/// A change that somebody made. No secret and no text of a message stands in it.
struct AuditEntry {
  std::string by;      // "API key shop", "command line, uid 0", "program"
  std::string action;  // "message.cancel": the subject, and what became of it
  std::string object;  // what was changed: an id, a number, the name of a modem; may be empty
  std::string detail = "{}";  // a JSON object with what else there is to say
};

/// SHA-256.
using AuditHash = std::array<unsigned char, 32>;

/// One that is in the log.
struct AuditRow {
  std::int64_t id;  // grows
  WallTime at;
  AuditEntry entry;
  AuditHash previous;  // the hash of the row before; of the very first one: zeros
  AuditHash hash;
};

/// The hash of a row, over these in order, each as a netstring ("3:abc,"): `previous` in small
/// hexadecimal digits, id and milliseconds since 1970 in decimal digits, by, action, object,
/// detail.
[[nodiscard]] AuditHash audit_hash(const AuditRow& row);
[[nodiscard]] std::string hex_of(const AuditHash& hash);

/// Which rows are wanted.
struct AuditFilter {
  std::optional<std::string> by{};
  std::optional<std::string> action{};
};

/// What a walk along the chain found.
struct AuditWalk {
  std::int64_t entries = 0;  // looked at in this step
  std::optional<std::int64_t> first_broken{};
  std::string why{};                   // it is broken
  std::optional<std::int64_t> next{};  // the walk goes on after this row; nothing: it is over
  AuditHash last{};                    // of the last row that was looked at and is sound
};

/// Who changed what, for good: rows are added and never changed, and each holds the hash of the one
/// before. What retention drops is a whole beginning of the chain, whose last hash is kept; so what
/// is left is proved as before. Whoever rewrites all of the file, hashes and all, is caught by a
/// hash that was kept elsewhere.
///
/// On the store's writing connection; throws DatabaseError.
class AuditLog {
 public:
  static constexpr std::size_t longest_word = 256;     // octets of by, action and object
  static constexpr std::size_t longest_detail = 4096;  // octets; a longer one becomes {}

  explicit AuditLog(store::Database& database);
  ~AuditLog();
  /// In the transaction of the change itself: both are committed, or neither.
  void note(const AuditEntry& entry, WallTime now);
  /// At most `limit` of the oldest rows that are older than `before` go; returns how many went.
  std::size_t prune(WallTime before, std::size_t limit);

 private:
  struct Statements;
  std::unique_ptr<Statements> statements_;
};

/// Reading, on any connection. Newest first, strictly before `before`.
[[nodiscard]] std::vector<AuditRow> audit_page(const store::Database& database,
                                               const AuditFilter& filter,
                                               std::optional<std::int64_t> before,
                                               std::size_t limit);
/// Oldest first, strictly after `after`.
[[nodiscard]] std::vector<AuditRow> audit_after(const store::Database& database, std::int64_t after,
                                                std::size_t limit);
/// A step along the chain: at most `limit` rows after the row `after`, which an earlier step found
/// sound (0: from the beginning).
[[nodiscard]] AuditWalk audit_walk(const store::Database& database, std::int64_t after,
                                   std::size_t limit);

}  // namespace bank::scheduler
