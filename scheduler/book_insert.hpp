#pragma once

// Shared by the sources of the message book; not a door of the room.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "scheduler/book_statements.hpp"

namespace bank::scheduler {

/// Rows for messages that come in together. Remembers what its last rows had in common, for as long
/// as one transaction: a longer memory could hold what was rolled back.
class BookInsert {
 public:
  struct Common {
    std::optional<BatchId> batch{};
    bool own_lane = false;  // they wait in lanes of their batch
    std::optional<KeyId> key{};
    WallTime now{};
  };
  BookInsert(DoorStatements& door, BatchStatements& batches, const Common& common);

  /// Whether the recipient's suppression covers the class.
  [[nodiscard]] bool is_suppressed(const NewMessage& message);
  MessageId insert(const NewMessage& message, bool suppressed);

 private:
  std::int64_t pool_named(const std::string& name);
  std::optional<std::int64_t> home_of(std::int64_t pool, std::optional<SimId> sim);
  std::int64_t text_row(const std::string& text);

  DoorStatements& door_;
  BatchStatements& batches_;
  Common common_;
  std::string pool_name_;
  std::int64_t pool_ = 0;
  std::optional<std::pair<std::int64_t, std::optional<SimId>>> place_{};  // of lane_
  std::int64_t lane_ = 0;
  std::string text_;  // of the batch's last message
  std::int64_t text_row_ = 0;
};

/// The lane of a batch at one place; made when there is none yet.
[[nodiscard]] std::int64_t lane_of_batch(BatchStatements& statements, BatchId batch,
                                         std::int64_t pool, std::optional<SimId> sim);

}  // namespace bank::scheduler
