// The message book: what people decide of a message: cancel, requeue.
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {
PeopleStatements::PeopleStatements(const store::Database& database)
    : cancel(database,
             "UPDATE message SET state = 'cancelled', wait_until = NULL, updated_at = ?2 "
             "WHERE id = ?1 AND (state = 'queued' "
             "OR (state = 'sending' AND parts_sent + in_flight < parts))"),
      exists(database, "SELECT 1 FROM message WHERE id = ?"),
      requeue(
          database,
          "UPDATE message SET state = 'queued', round = round + 1, parts_sent = 0, "
          "attempts = 0, wait_until = NULL, concat_ref = NULL, avoid = NULL, error_code = NULL, "
          "error_detail = NULL, lane = coalesce(-wanted_sim, pool), "
          "home = coalesce(-wanted_sim, pool), expires_at = ?2, "
          "updated_at = ?3 WHERE id = ?1 AND state IN ('failed', 'expired', 'uncertain') "
          "AND in_flight = 0 AND EXISTS (SELECT 1 FROM text WHERE text.id = message.text)") {}

Book::CancelResult Book::cancel(MessageId id, WallTime now) {
  PeopleStatements& s = statements_->people;
  if (s.cancel.run(id, now) > 0) return CancelResult::cancelled;
  return s.exists.first_row([](store::Row) {}, id) ? CancelResult::nothing_left
                                                   : CancelResult::unknown;
}

Book::RequeueResult Book::requeue(MessageId id, WallTime expires_at, WallTime now) {
  PeopleStatements& s = statements_->people;
  if (s.requeue.run(id, expires_at, now) > 0) return RequeueResult::queued;
  return s.exists.first_row([](store::Row) {}, id) ? RequeueResult::not_possible
                                                   : RequeueResult::unknown;
}

}  // namespace bank::scheduler
