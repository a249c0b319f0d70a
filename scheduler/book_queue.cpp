// The message book: what waits, and in which order.
#include <fmt/format.h>

#include <algorithm>

#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {
namespace {

// INDEXED BY makes a statement that would walk through the whole table fail when it is prepared,
// not when the table is large.
std::string ready_where(std::string_view order_key) {
  return rows::select_candidate(
      fmt::format("INDEXED BY message_ready CROSS JOIN text t ON t.id = m.text CROSS JOIN pool p "
                  "ON p.id = m.pool "
                  "WHERE m.state = 'queued' AND m.wait_until IS NULL AND m.lane = ?1 AND {} "
                  "ORDER BY m.priority DESC, m.id LIMIT ?2",
                  order_key));
}

}  // namespace

QueueStatements::QueueStatements(const store::Database& database)
    : ready(database, ready_where("m.priority <= 9")),
      ready_same_priority(database, ready_where("m.priority = ?3 AND m.id > ?4")),
      ready_lower(database, ready_where("m.priority < ?3")),
      ready_for(
          database,
          rows::select_candidate(
              "INDEXED BY message_queued_to CROSS JOIN text t ON t.id = m.text "
              "CROSS JOIN pool p ON p.id = m.pool WHERE m.state = 'queued' AND m.recipient = ? "
              "AND m.priority = ? AND m.wait_until IS NULL AND " +
              rows::open_batch("m") + " ORDER BY m.id LIMIT ?")),
      lanes(database, R"sql(
          WITH RECURSIVE lane(id) AS (
            SELECT min(lane) FROM message INDEXED BY message_ready
              WHERE state = 'queued' AND wait_until IS NULL
            UNION ALL
            SELECT (SELECT min(m.lane) FROM message m INDEXED BY message_ready
                    WHERE m.state = 'queued' AND m.wait_until IS NULL AND m.lane > lane.id)
              FROM lane WHERE lane.id IS NOT NULL)
          SELECT lane.id, pool.name, own.batch, own.sim, own_pool.name FROM lane
            LEFT JOIN pool ON pool.id = lane.id
            LEFT JOIN main.lane own ON own.id = lane.id
            LEFT JOIN pool own_pool ON own_pool.id = own.pool
            WHERE lane.id IS NOT NULL AND (own.id IS NULL OR
              EXISTS (SELECT 1 FROM batch WHERE batch.id = own.batch AND batch.state = 'open'))
          )sql"),
      wake(database, R"sql(
          UPDATE message SET wait_until = NULL WHERE id IN (
            SELECT id FROM message INDEXED BY message_waiting
              WHERE state = 'queued' AND wait_until IS NOT NULL AND wait_until <= ?
              ORDER BY wait_until LIMIT ?)
          RETURNING id)sql"),
      first_wake(database, R"sql(
          SELECT wait_until FROM message INDEXED BY message_waiting
            WHERE state = 'queued' AND wait_until IS NOT NULL ORDER BY wait_until LIMIT 1)sql"),
      first_end(database, R"sql(
          SELECT expires_at FROM message INDEXED BY message_life
            WHERE state = 'queued' ORDER BY expires_at LIMIT 1)sql"),
      expire(database, R"sql(
          UPDATE message SET state = 'expired', wait_until = NULL, updated_at = ?1 WHERE id IN (
            SELECT id FROM message INDEXED BY message_life
              WHERE state = 'queued' AND expires_at <= ?1 ORDER BY expires_at LIMIT ?2)
          RETURNING id)sql"),
      candidate(database,
                rows::select_candidate(
                    "CROSS JOIN text t ON t.id = m.text CROSS JOIN pool p ON p.id = m.pool "
                    "WHERE m.id = ? AND m.state = 'queued' AND " +
                    rows::open_batch("m"))),
      pool_named(database, "SELECT id FROM pool WHERE name = ?"),
      lane_of_batch(database,
                    "SELECT l.id FROM lane l INDEXED BY lane_batch "
                    "CROSS JOIN batch b ON b.id = l.batch LEFT JOIN pool p ON p.id = l.pool "
                    "WHERE l.batch = ? AND b.state = 'open' AND l.sim IS ? "
                    "AND coalesce(p.name, '') = ?") {}

std::vector<Candidate> Book::ready(const Lane& lane, std::optional<QueueKey> after,
                                   std::size_t limit) {
  QueueStatements& s = statements_->queue;
  std::int64_t key = 0;
  const auto read = [&](store::Row row) { key = row.integer(0); };
  if (lane.batch) {
    if (!s.lane_of_batch.first_row(read, lane.batch, lane.sim, lane.pool)) return {};
  } else if (lane.sim) {
    key = -rows::number(*lane.sim);
  } else if (!s.pool_named.first_row(read, lane.pool)) {
    return {};
  }
  std::vector<Candidate> found;
  const auto take = [&](store::Row row) { found.push_back(rows::candidate_of(row)); };
  if (!after) {
    s.ready.each(take, key, limit);
    return found;
  }
  s.ready_same_priority.each(take, key, limit, after->priority, after->id);
  if (found.size() < limit) s.ready_lower.each(take, key, limit - found.size(), after->priority);
  return found;
}

std::vector<Candidate> Book::ready_for(std::string_view recipient, int priority,
                                       std::size_t limit) {
  std::vector<Candidate> found;
  statements_->queue.ready_for.each(
      [&](store::Row row) { found.push_back(rows::candidate_of(row)); }, recipient, priority,
      limit);
  return found;
}

std::vector<Lane> Book::lanes() {
  std::vector<Lane> found;
  statements_->queue.lanes.each([&](store::Row row) {
    const std::int64_t key = row.integer(0);
    if (const auto batch = rows::optional_id<BatchId>(row, 2)) {
      found.push_back({rows::optional_id<SimId>(row, 3), row.text(4), batch});
    } else {
      found.push_back(key < 0 ? Lane{SimId{-key}, {}} : Lane{std::nullopt, row.text(1)});
    }
  });
  return found;
}

std::vector<Candidate> Book::wake(WallTime now, std::size_t limit) {
  std::vector<MessageId> awake;
  statements_->queue.wake.each([&](store::Row row) { awake.push_back(MessageId{row.integer(0)}); },
                               now, limit);
  std::vector<Candidate> found;
  found.reserve(awake.size());
  for (const MessageId id : awake) {
    if (auto one = candidate(id)) found.push_back(std::move(*one));
  }
  return found;
}

std::optional<WallTime> Book::next_due() {
  std::optional<WallTime> due;
  const auto take = [&](store::Row row) {
    const WallTime when = rows::wall(row.integer(0));
    due = due ? std::min(*due, when) : when;
  };
  statements_->queue.first_wake.first_row(take);
  statements_->queue.first_end.first_row(take);
  return due;
}

std::vector<MessageId> Book::expire(WallTime now, std::size_t limit) {
  std::vector<MessageId> expired;
  statements_->queue.expire.each(
      [&](store::Row row) { expired.push_back(MessageId{row.integer(0)}); }, now, limit);
  return expired;
}

std::optional<Candidate> Book::candidate(MessageId id) {
  std::optional<Candidate> found;
  statements_->queue.candidate.first_row([&](store::Row row) { found = rows::candidate_of(row); },
                                         id);
  return found;
}

}  // namespace bank::scheduler
