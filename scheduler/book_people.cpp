// The message book: what people decide: cancel, requeue, suppress.
#include <fmt/format.h>

#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {
namespace {

/// SQL: how much that row of `suppression` stops, and among those that stop everything, how much it
/// binds. A weaker one never takes the place of a stronger one (DESIGN, promise 2).
std::string strength(std::string_view row) {
  return fmt::format(
      "CASE {0}.reason WHEN 'opt_out' THEN iif({0}.scope = 'promotional', 0, 1) "
      "WHEN 'invalid_number' THEN 2 WHEN 'operator' THEN 3 ELSE 4 END",
      row);
}

}  // namespace

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
          "AND in_flight = 0 AND EXISTS (SELECT 1 FROM text WHERE text.id = message.text)"),
      put_suppression(database,
                      "INSERT INTO suppression (number, since, scope, reason, evidence) "
                      "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET since = excluded.since, "
                      "scope = excluded.scope, reason = excluded.reason, "
                      "evidence = excluded.evidence WHERE " +
                          strength("excluded") + " > " + strength("suppression")),
      stop_queued(database,
                  "UPDATE message SET state = 'suppressed', wait_until = NULL, updated_at = ?4 "
                  "WHERE id IN (SELECT id FROM message INDEXED BY message_queued_to "
                  "WHERE state = 'queued' AND recipient = ?1 AND " +
                      rows::covers("?2", "?3", "class") + " LIMIT ?5)"),
      unsuppress(database, "DELETE FROM suppression WHERE number = ?") {}

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

std::size_t Book::suppress(const Suppression& suppression, std::size_t limit) {
  PeopleStatements& s = statements_->people;
  s.put_suppression.run(suppression.number, suppression.since, suppression.scope,
                        suppression.reason, suppression.evidence);
  return static_cast<std::size_t>(s.stop_queued.run(suppression.number, suppression.scope,
                                                    suppression.reason, suppression.since, limit));
}

bool Book::unsuppress(std::string_view number, WallTime /*now*/) {
  return statements_->people.unsuppress.run(number) > 0;
}

}  // namespace bank::scheduler
