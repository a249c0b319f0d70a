// The message book: batches of any length, and what people do with whole batches.
#include "scheduler/book_insert.hpp"
#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {
std::string_view shown_of_refused(std::string_view text) {
  constexpr std::size_t longest = 512;  // octets
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  return text.substr(0, end);
}

BatchStatements::BatchStatements(const store::Database& database)
    : receive(database, "INSERT INTO batch (key, created_at, state) VALUES (?, ?, 'receiving')"),
      find_lane(database,
                "SELECT id FROM lane WHERE batch = ?1 AND pool IS iif(?3 IS NULL, ?2, NULL) "
                "AND sim IS ?3"),
      new_lane(database,
               "INSERT INTO lane (batch, pool, sim) VALUES (?1, iif(?3 IS NULL, ?2, NULL), ?3)"),
      lanes(database,
            "SELECT l.sim, p.name FROM lane l LEFT JOIN pool p ON p.id = l.pool WHERE l.batch = ?"),
      state(database, "SELECT state FROM batch WHERE id = ?"),
      set_state(database, "UPDATE batch SET state = ?2, sweep = ?3 WHERE id = ?1"),
      unsent(database,
             "SELECT coalesce(sum(n), 0) FROM batch_count "
             "WHERE batch = ? AND state IN ('queued', 'sending')"),
      unsent_following(database,
                       "SELECT count(*) FROM message INDEXED BY message_batch WHERE batch = ? "
                       "AND (state = 'queued' OR state = 'sending') AND " +
                           rows::follows_batch("message")),
      accepted(database, "SELECT coalesce(sum(n), 0) FROM batch_count WHERE batch = ?"),
      reject(database,
             "INSERT OR REPLACE INTO batch_rejection (batch, line, field, recipient, reason) "
             "VALUES (?, ?, ?, ?, ?)"),
      add_rejected(database, "UPDATE batch SET rejected = rejected + ?2 WHERE id = ?1"),
      rejected(database, "SELECT rejected FROM batch WHERE id = ?"),
      first_rejected(database,
                     "SELECT line, field, recipient, reason FROM batch_rejection "
                     "WHERE batch = ? ORDER BY line LIMIT ?"),
      homeless(database,
               "SELECT DISTINCT pool, wanted_sim FROM message INDEXED BY message_batch "
               "WHERE batch = ? AND home IS NULL "
               "AND (state = 'queued' OR state = 'sending' OR state = 'uncertain')"),
      take_home(
          database,
          "UPDATE message SET home = ?4, lane = iif(" + rows::is_bound("message") +
              ", lane, ?4) WHERE id IN "
              "(SELECT id FROM message INDEXED BY message_batch WHERE batch = ?1 AND pool = ?2 "
              "AND wanted_sim IS ?3 AND home IS NULL "
              "AND (state = 'queued' OR state = 'sending' OR state = 'uncertain'))"),
      cancel_all(
          database,
          "UPDATE message SET state = 'cancelled', wait_until = NULL, updated_at = ?2 "
          "WHERE id IN (SELECT id FROM message INDEXED BY message_batch WHERE batch = ?1) "
          "AND (state = 'queued' OR (state = 'sending' AND parts_sent + in_flight < parts)) AND " +
              rows::follows_batch("message")),
      to_sweep(database,
               "SELECT id, state, sweep FROM batch INDEXED BY batch_sweep "
               "WHERE sweep IS NOT NULL ORDER BY id LIMIT 1"),
      swept(database, "UPDATE batch SET sweep = ?2 WHERE id = ?1"),
      next_messages(
          database,
          "SELECT max(id), count(*) FROM (SELECT id FROM message INDEXED BY message_batch "
          "WHERE batch = ? AND id >= ? ORDER BY id LIMIT ?)"),
      cancel_some(
          database,
          "UPDATE message SET state = 'cancelled', wait_until = NULL, updated_at = ?4 "
          "WHERE id IN (SELECT id FROM message INDEXED BY message_batch WHERE batch = ?1 "
          "AND id BETWEEN ?2 AND ?3) "
          "AND (state = 'queued' OR (state = 'sending' AND parts_sent + in_flight < parts)) AND " +
              rows::follows_batch("message")),
      // Not the one that the next step's messages share: its number could be another's by then.
      drop_texts(database,
                 "DELETE FROM text WHERE id IN (SELECT text FROM message INDEXED BY message_batch "
                 "WHERE batch = ?1 AND id <= ?2) AND id IS NOT (SELECT text FROM message "
                 "INDEXED BY message_batch WHERE batch = ?1 AND id > ?2 ORDER BY id LIMIT 1)"),
      drop_messages(database,
                    "DELETE FROM message WHERE id IN (SELECT id FROM message "
                    "INDEXED BY message_batch WHERE batch = ? AND id <= ?)"),
      drop_rejections(database,
                      "DELETE FROM batch_rejection WHERE batch = ?1 AND line IN "
                      "(SELECT line FROM batch_rejection WHERE batch = ?1 LIMIT ?2)"),
      drop_batch(database, "DELETE FROM batch WHERE id = ?"),
      forsaken(database,
               "UPDATE batch INDEXED BY batch_receiving SET state = 'dropped', sweep = 0 "
               "WHERE state = 'receiving'") {}

// --- receiving ----------------------------------------------------------------------------------

BatchId Book::receive_batch(KeyId key, WallTime now) {
  statements_->batches.receive.run(key, now);
  return BatchId{statements_->batches.receive.last_row_id()};
}

std::size_t Book::receive(BatchId batch, std::span<const ReceivedLine> lines, KeyId key,
                          WallTime now, bool whole) {
  BookInsert into(statements_->door, statements_->batches,
                  {.batch = batch, .own_lane = !whole, .key = key, .now = now});
  std::vector<RejectedLine> suppressed;
  for (const ReceivedLine& line : lines) {
    if (into.is_suppressed(line.message)) {
      suppressed.push_back({line.line, "/to", line.message.to, "suppressed"});
    } else {
      into.insert(line.message, false);
    }
  }
  reject(batch, suppressed);
  return lines.size() - suppressed.size();
}

void Book::reject(BatchId batch, std::span<const RejectedLine> lines) {
  if (lines.empty()) return;
  BatchStatements& s = statements_->batches;
  for (const RejectedLine& line : lines) {
    s.reject.run(batch, line.line, shown_of_refused(line.field), shown_of_refused(line.to),
                 shown_of_refused(line.reason));
  }
  s.add_rejected.run(batch, lines.size());
}

Book::Opened Book::open_batch(BatchId batch, std::size_t shown) {
  BatchStatements& s = statements_->batches;
  database_.settle();
  Opened opened{.lanes = lanes_of(batch), .accepted = 0, .rejected = 0, .first_rejected = {}};
  s.accepted.first_row([&](store::Row row) { opened.accepted = row.integer(0); }, batch);
  s.rejected.first_row([&](store::Row row) { opened.rejected = row.integer(0); }, batch);
  s.first_rejected.each(
      [&](store::Row row) {
        opened.first_rejected.push_back({row.integer(0), row.text(1), row.text(2), row.text(3)});
      },
      batch, shown);
  s.set_state.run(batch, "open", nullptr);
  return opened;
}

void Book::drop_batch(BatchId batch) {
  if (state_of(batch) != BatchState::receiving) return;
  statements_->batches.set_state.run(batch, "dropped", 0);
}

// --- people -------------------------------------------------------------------------------------

std::optional<BatchState> Book::state_of(BatchId batch) {
  std::optional<BatchState> state;
  statements_->batches.state.first_row(
      [&](store::Row row) { state = batch_state_named(row.view(0)); }, batch);
  return state;
}

/// Without those that left it, where it has no lanes and so few messages that they can be counted.
std::int64_t Book::unsent_of(BatchId batch) {
  BatchStatements& s = statements_->batches;
  database_.settle();
  std::int64_t unsent = 0;
  const auto read = [&](store::Row row) { unsent = row.integer(0); };
  s.unsent.first_row(read, batch);
  if (unsent > 0 && lanes_of(batch).empty()) s.unsent_following.first_row(read, batch);
  return unsent;
}

std::vector<Lane> Book::lanes_of(BatchId batch) {
  std::vector<Lane> lanes;
  statements_->batches.lanes.each(
      [&](store::Row row) {
        lanes.push_back({rows::optional_id<SimId>(row, 0), row.text(1), batch});
      },
      batch);
  return lanes;
}

Book::BatchChange Book::pause_batch(BatchId batch) {
  const auto state = state_of(batch);
  if (!state || state == BatchState::dropped) return BatchChange::unknown;
  if (state != BatchState::open || unsent_of(batch) == 0) return BatchChange::not_possible;
  if (lanes_of(batch).empty()) give_lanes(batch);
  statements_->batches.set_state.run(batch, "paused", nullptr);
  return BatchChange::done;
}

/// One that was accepted in one call waits among all others: to be held back it gets lanes of its
/// own, and so does what is in doubt and may be sent again. It has at most as many messages as a
/// call may bring.
void Book::give_lanes(BatchId batch) {
  BatchStatements& s = statements_->batches;
  std::vector<std::pair<std::int64_t, std::optional<SimId>>> places;
  s.homeless.each(
      [&](store::Row row) {
        places.emplace_back(row.integer(0), rows::optional_id<SimId>(row, 1));
      },
      batch);
  for (const auto& [pool, sim] : places) {
    s.take_home.run(batch, pool, sim, lane_of_batch(s, batch, pool, sim));
  }
}

Book::BatchChange Book::resume_batch(BatchId batch, std::vector<Lane>& opened) {
  const auto state = state_of(batch);
  if (!state || state == BatchState::dropped) return BatchChange::unknown;
  if (state != BatchState::paused) return BatchChange::not_possible;
  statements_->batches.set_state.run(batch, "open", nullptr);
  opened = lanes_of(batch);
  return BatchChange::done;
}

Book::BatchChange Book::cancel_batch(BatchId batch, WallTime now) {
  BatchStatements& s = statements_->batches;
  const auto state = state_of(batch);
  if (!state || state == BatchState::dropped) return BatchChange::unknown;
  const bool stoppable = state == BatchState::open || state == BatchState::paused;
  if (!stoppable || unsent_of(batch) == 0) return BatchChange::not_possible;
  const bool in_steps = !lanes_of(batch).empty();
  s.set_state.run(batch, "cancelled", in_steps ? std::optional(0) : std::nullopt);
  if (!in_steps) s.cancel_all.run(batch, now);
  return BatchChange::done;
}

// --- in steps -----------------------------------------------------------------------------------

bool Book::sweep(std::size_t limit, WallTime now) {
  std::optional<BatchId> batch;
  BatchState state{};
  std::int64_t from = 0;
  statements_->batches.to_sweep.first_row([&](store::Row row) {
    batch = BatchId{row.integer(0)};
    state = batch_state_named(row.view(1)).value_or(BatchState::open);
    from = row.integer(2);
  });
  if (!batch) return false;
  return state == BatchState::dropped ? sweep_dropped(*batch, limit)
                                      : sweep_cancelled(*batch, from, limit, now);
}

/// Messages first, then refused lines, the batch itself last: what is left is found again.
bool Book::sweep_dropped(BatchId batch, std::size_t limit) {
  BatchStatements& s = statements_->batches;
  std::int64_t last = 0;
  s.next_messages.first_row([&](store::Row row) { last = row.integer(0); }, batch, 0, limit);
  if (last > 0) {
    s.drop_texts.run(batch, last);
    s.drop_messages.run(batch, last);
    return true;
  }
  if (s.drop_rejections.run(batch, limit) > 0) return true;
  s.drop_batch.run(batch);
  return true;  // another may wait
}

bool Book::sweep_cancelled(BatchId batch, std::int64_t from, std::size_t limit, WallTime now) {
  BatchStatements& s = statements_->batches;
  std::int64_t last = 0;
  s.next_messages.first_row([&](store::Row row) { last = row.integer(0); }, batch, from, limit);
  if (last > 0) s.cancel_some.run(batch, from, last, now);
  s.swept.run(batch, last > 0 ? std::optional(last + 1) : std::nullopt);
  return true;
}

}  // namespace bank::scheduler
