#pragma once

// Shared by the sources of the message book; not a door of the room.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scheduler/book.hpp"
#include "store/statement.hpp"

namespace bank::scheduler {

struct DoorStatements;
struct BatchStatements;
struct ReportStatements;

/// What is over and old enough goes, kind by kind and row by row, in the order of acceptance.
class BookRetention {
 public:
  BookRetention(const store::Database& database, DoorStatements& door, BatchStatements& batches,
                ReportStatements& reports);

  /// The next step of a round; see `Book::retain`.
  Book::Retained step(const Retention& retention, Book::RetainFrom from, std::size_t limit,
                      WallTime now);

 private:
  /// What was changed last before `before` is old.
  struct Cut {
    WallTime now;
    WallTime before;
    std::int64_t after;  // the row that was looked at last
    std::size_t limit;
  };
  struct Step {
    std::size_t gone = 0;
    std::int64_t to = 0;  // the last row that was looked at
    bool is_end = false;  // nothing behind it can be old
  };
  struct Old {
    std::int64_t id = 0;
    bool is_over = false;
    std::int64_t text = 0;
    std::optional<std::int64_t> batch{};
    std::string recipient{};
  };
  struct Seen {
    std::vector<Old> rows{};
    bool is_end = false;
  };
  static Seen look(store::Statement& statement, std::int64_t after, const Cut& cut,
                   void (*read)(const store::Row&, Old&) = nullptr);

  Step new_texts(const Cut& cut);
  Step kept_texts(const Cut& cut);
  Step answers(const Cut& cut);
  Step messages(const Cut& cut);
  Step batches(const Cut& cut);
  Step reports(const Cut& cut);
  Step inbound_texts(const Cut& cut);
  Step inbound(const Cut& cut);
  /// `drop` says how many rows went with that one.
  Step drop_over(store::Statement& next, const Cut& cut,
                 std::size_t (BookRetention::*drop)(std::int64_t id));
  std::size_t drop_inbound_text(std::int64_t id);
  std::size_t drop_inbound(std::int64_t id);
  std::int64_t texts_to();
  void lose_text(const Old& old, std::int64_t texts_to);

  DoorStatements& of_door_;
  BatchStatements& of_batches_;
  ReportStatements& of_reports_;
  store::Statement texts_to_, come_to_, next_texts_, kept_texts_, keep_, lose_text_, lose_kept_,
      drop_text_, next_messages_, drop_references_, drop_submissions_, drop_message_, next_batches_,
      next_reports_, next_inbound_texts_, drop_inbound_text_, drop_words_, drop_pdus_,
      next_inbound_, drop_inbound_parts_, drop_conversation_, drop_inbound_;
};

}  // namespace bank::scheduler
