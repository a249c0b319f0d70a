// The message book: what comes in at the door.
#include <algorithm>
#include <string_view>

#include "scheduler/book_insert.hpp"
#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {
namespace {

constexpr std::chrono::hours answers_kept{24};  // INTERFACES §3
constexpr int forgotten_at_once =
    8;  // old answers deleted for each new one: keeps pace, costs little

}  // namespace

DoorStatements::DoorStatements(const store::Database& database)
    : pool(database, "SELECT id FROM pool WHERE name = ?"),
      new_pool(database, "INSERT INTO pool (name) VALUES (?)"),
      text(database, "INSERT INTO text (body) VALUES (?)"),
      last_text(database,
                "SELECT t.id, t.body FROM message m INDEXED BY message_batch "
                "CROSS JOIN text t ON t.id = m.text WHERE m.batch = ? ORDER BY m.id DESC LIMIT 1"),
      message(
          database,
          "INSERT INTO message (state, recipient, text, class, priority, pool, wanted_sim, lane, "
          "send_at, wait_until, expires_at, report, encoding, flash, reference, parts, batch, "
          "key, created_at, updated_at, home, topic) "
          "VALUES (iif(?17, 'suppressed', 'queued'), ?1, ?2, ?3, ?4, ?5, ?6, "
          "coalesce(?18, -?6, ?5), ?7, iif(?7 > ?16, ?7, NULL), ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
          "?15, ?16, ?16, ?18, ?19)"),
      is_suppressed(database, "SELECT 1 FROM suppression s WHERE s.number = ?1 AND " +
                                  rows::covers("s.scope", "s.reason", "?2") +
                                  " UNION ALL SELECT 1 FROM topic_suppression WHERE number = ?1 "
                                  "AND topic = ?3 AND ?2 NOT IN ('otp', 'system') LIMIT 1"),
      batch(database, "INSERT INTO batch (key, created_at) VALUES (?, ?)"),
      remember(
          database,
          "INSERT OR REPLACE INTO idempotency (key, name, body_hash, status, body, created_at) "
          "VALUES (?, ?, ?, ?, ?, ?)"),
      remembered(database,
                 "SELECT body_hash, status, body FROM idempotency "
                 "WHERE key = ? AND name = ? AND created_at > ?"),
      forget(database,
             "DELETE FROM idempotency WHERE rowid IN (SELECT rowid FROM idempotency "
             "INDEXED BY idempotency_age WHERE created_at <= ? ORDER BY created_at LIMIT ?)") {}

std::vector<Book::Accepted> Book::accept(std::span<const NewMessage> messages,
                                         std::optional<BatchId> batch, std::optional<KeyId> key,
                                         WallTime now) {
  BookInsert into(statements_->door, statements_->batches,
                  {.batch = batch, .own_lane = false, .key = key, .now = now});
  std::vector<Accepted> accepted;
  accepted.reserve(messages.size());
  for (const NewMessage& message : messages) {
    const bool suppressed = into.is_suppressed(message);
    const bool refused = suppressed && batch;
    accepted.push_back({refused ? MessageId{} : into.insert(message, suppressed),
                        suppressed ? MessageState::suppressed : MessageState::queued});
  }
  return accepted;
}

BatchId Book::new_batch(std::optional<KeyId> key, WallTime now) {
  statements_->door.batch.run(key, now);
  return BatchId{statements_->door.batch.last_row_id()};
}

std::optional<StoredAnswer> Book::answered_before(const Idempotent& request, WallTime now) {
  std::optional<StoredAnswer> answer;
  statements_->door.remembered.first_row(
      [&](store::Row row) {
        answer = {.same_body = std::ranges::equal(row.blob(0), request.body_hash),
                  .status = row.small(1),
                  .body = row.text(2)};
      },
      request.key, request.name, now - answers_kept);
  return answer;
}

void Book::remember_answer(const Idempotent& request, int status, std::string_view body,
                           WallTime now) {
  statements_->door.forget.run(now - answers_kept, forgotten_at_once);
  statements_->door.remember.run(request.key, request.name,
                                 std::span<const unsigned char>(request.body_hash), status, body,
                                 now);
}

}  // namespace bank::scheduler
