// The message book: what comes in at the door.
#include <algorithm>
#include <string_view>

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
      message(
          database,
          "INSERT INTO message (state, recipient, text, class, priority, pool, wanted_sim, lane, "
          "send_at, wait_until, expires_at, report, encoding, flash, reference, parts, batch, "
          "key, created_at, updated_at) "
          "VALUES (iif(?17, 'suppressed', 'queued'), ?1, ?2, ?3, ?4, ?5, ?6, coalesce(-?6, ?5), "
          "?7, iif(?7 > ?16, ?7, NULL), ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?16)"),
      is_suppressed(database, "SELECT 1 FROM suppression s WHERE s.number = ?1 AND " +
                                  rows::covers("s.scope", "s.reason", "?2")),
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
  DoorStatements& s = statements_->door;
  std::vector<Accepted> accepted;
  accepted.reserve(messages.size());
  std::string_view pool_name;
  std::int64_t pool = 0;
  std::string_view last_text;
  std::int64_t text = 0;
  for (const NewMessage& m : messages) {
    if (pool == 0 || m.pool != pool_name) {
      const auto read = [&](store::Row row) { pool = row.integer(0); };
      if (!s.pool.first_row(read, m.pool)) {
        s.new_pool.run(m.pool);
        pool = s.new_pool.last_row_id();
      }
      pool_name = m.pool;
    }
    if (text == 0 || !batch || m.text != last_text) {
      s.text.run(m.text);
      text = s.text.last_row_id();
      last_text = m.text;
    }
    const bool suppressed =
        s.is_suppressed.first_row([](store::Row) {}, m.to, name_of(m.message_class));
    s.message.run(m.to, text, name_of(m.message_class), m.priority, pool, m.sim, m.send_at,
                  m.expires_at, m.report, rows::name_of(m.encoding), m.flash, m.reference, m.parts,
                  batch, key, now, suppressed);
    accepted.push_back({MessageId{s.message.last_row_id()},
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

KeyStatements::KeyStatements(const store::Database& database)
    : create(
          database,
          "INSERT INTO api_key (name, hash, scopes, classes, created_at) VALUES (?, ?, ?, ?, ?)"),
      revoke(database, "UPDATE api_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL") {}

KeyId Book::create_key(std::string_view name, const std::vector<std::string>& scopes,
                       const std::vector<std::string>& classes,
                       std::span<const unsigned char, 32> key_hash, WallTime now) {
  store::Statement& create = statements_->keys.create;
  create.run(name, std::span<const unsigned char>(key_hash), rows::joined(scopes),
             rows::joined(classes), now);
  return KeyId{create.last_row_id()};
}

bool Book::revoke_key(KeyId id, WallTime now) {
  return statements_->keys.revoke.run(now, id) > 0;
}

}  // namespace bank::scheduler
