#pragma once

// Shared by the sources of the message book; not a door of the room.

#include <array>
#include <map>
#include <optional>
#include <unordered_set>
#include <vector>

#include "scheduler/book_listener.hpp"
#include "scheduler/message.hpp"
#include "store/row_changes.hpp"
#include "store/statement.hpp"

namespace bank::scheduler {

/// Messages by state, in all and by batch, exact at every commit: whatever changes a message's
/// state is noticed, and the sum of a transaction is written once, before it ends. What retention
/// deletes, never anything queued, stays counted in its batch. Who listens is told of it, too.
class BookCounts : public store::Companion {
 public:
  explicit BookCounts(store::Database& database);
  ~BookCounts() override;
  BookCounts(const BookCounts&) = delete;
  BookCounts& operator=(const BookCounts&) = delete;

  /// Null: nobody listens.
  void tell(BookListener* listener) { listener_ = listener; }

  void settle() override;
  void forget() noexcept override;
  void begun() noexcept override;
  void committed() noexcept override;

 private:
  using ByState = std::array<std::int64_t, message_states>;
  void take(const store::RowChange& change);
  void tell_of(const store::RowChange& message);
  void add(std::optional<std::int64_t> batch, std::string_view state, std::int64_t change);

  store::Database& database_;
  int state_column_;
  int batch_column_;
  int number_column_;  // of suppression_event
  bool changed_ = false;
  ByState all_{};
  std::map<std::int64_t, ByState> batches_;
  BookListener* listener_ = nullptr;
  std::vector<BookChange> told_;  // since the last `settle`
  std::unordered_set<std::int64_t> told_messages_;
  store::Statement count_, count_batch_, begin_batch_;
  store::RowChanges changes_;
};

}  // namespace bank::scheduler
