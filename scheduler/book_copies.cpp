// The message book: a file that is a copy of it, and what a restore makes of that.
#include <algorithm>

#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {
namespace {

constexpr std::string_view doubt =
    "it was waiting or being sent when the backup was made, and may have gone out since; requeue "
    "it (POST /v1/messages/{id}/requeue) only if it has not";

constexpr std::size_t at_once = 10'000;  // messages of a step; nobody else waits for this file

/// What cancelled and dropped batches have left to do; an upload that was running goes with them,
/// for its end is not in this file.
void settle_batches(Book& book, store::Statement& forsaken, WallTime now) {
  forsaken.run();
  while (book.sweep(at_once, now)) {
  }
}

}  // namespace

CopyStatements::CopyStatements(const store::Database& database)
    : mark(database, "INSERT INTO copy (taken_at) VALUES (?)"),
      marked(database, "SELECT taken_at FROM copy ORDER BY rowid DESC LIMIT 1"),
      unmark(database, "DELETE FROM copy"),
      count(database, "SELECT n FROM message_count WHERE state = ?"),
      end_flight(database,
                 "UPDATE message SET in_flight = 0 WHERE id IN (SELECT message FROM submission "
                 "INDEXED BY submission_in_flight WHERE ended_at IS NULL)"),
      doubt_parts(database,
                  "UPDATE submission INDEXED BY submission_in_flight SET outcome = 'uncertain', "
                  "ended_at = ?1, ended_boot = ?2, "
                  "boot = ?3, error_code = 'restored', error_detail = ?4, "
                  "awaits = (SELECT report FROM message m WHERE m.id = submission.message) "
                  "WHERE ended_at IS NULL"),
      doubt_messages(database,
                     "UPDATE message SET state = 'uncertain', wait_until = NULL, "
                     "error_code = 'restored', error_detail = ?2, updated_at = ?1 "
                     "WHERE state = ?3"),
      restored(database, "INSERT INTO restoration (at, at_boot, boot) VALUES (?, ?, ?)"),
      hold_sims(database, "UPDATE sim SET restoration = ?"),
      known_from(database,
                 "SELECT r.at, r.at_boot, r.boot FROM sim s CROSS JOIN restoration r "
                 "ON r.id = s.restoration WHERE s.id = ?"),
      named(database, "SELECT id FROM sim WHERE coalesce(iccid, 'imsi:' || imsi) = ?"),
      release_one(database, "UPDATE sim SET restoration = NULL WHERE id = ?"),
      release_all(database,
                  "UPDATE sim SET restoration = NULL WHERE restoration IS NOT NULL RETURNING id"),
      release_new(database, "UPDATE restoration SET released = 1 WHERE released = 0") {}

Book::Unsent Book::mark_copy(WallTime taken) {
  CopyStatements& s = statements_->copies;
  s.mark.run(taken);
  settle_batches(*this, statements_->batches.forsaken, taken);
  database_.settle();
  Unsent unsent{};
  s.count.first_row([&](store::Row row) { unsent.queued = row.integer(0); }, "queued");
  s.count.first_row([&](store::Row row) { unsent.sending = row.integer(0); }, "sending");
  return unsent;
}

std::optional<WallTime> Book::copied_at() {
  std::optional<WallTime> taken;
  statements_->copies.marked.first_row([&](store::Row row) { taken = rows::wall(row.integer(0)); });
  return taken;
}

std::int64_t Book::restore(const Now& now) {
  CopyStatements& s = statements_->copies;
  // First: what they stopped has not gone out, and is not in doubt.
  settle_batches(*this, statements_->batches.forsaken, now.wall);
  s.end_flight.run();
  s.doubt_parts.run(late_stamp(now), now.boot, boot_, doubt);
  std::int64_t uncertain = 0;
  for (const MessageState state : {MessageState::queued, MessageState::sending}) {
    uncertain += s.doubt_messages.run(now.wall, doubt, name_of(state));
  }
  s.restored.run(now.wall, now.boot, boot_);
  s.hold_sims.run(s.restored.last_row_id());
  s.unmark.run();
  return uncertain;
}

std::optional<BootTime> Book::uses_known_from(SimId sim, const Now& now) {
  std::optional<BootTime> from;
  statements_->copies.known_from.first_row(
      [&](store::Row row) {
        const bool this_boot = row.integer(2) == boot_;
        const BootTime at = this_boot ? BootTime{row.integer(1)}
                                      : now.boot - (sure_time(now) - rows::wall(row.integer(0)));
        from = std::min(at, now.boot);
      },
      sim);
  return from;
}

std::optional<std::vector<SimId>> Book::release_sims(const std::vector<std::string>& names) {
  CopyStatements& s = statements_->copies;
  std::vector<SimId> released;
  const auto take = [&](store::Row row) { released.push_back(SimId{row.integer(0)}); };
  if (names.empty()) {
    s.release_all.each(take);
    s.release_new.run();
    return released;
  }
  for (const std::string& name : names) {
    if (!s.named.first_row(take, name)) return std::nullopt;
  }
  for (const SimId id : released) s.release_one.run(id);
  return released;
}

}  // namespace bank::scheduler
