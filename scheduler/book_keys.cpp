// The message book: API keys.
#include <algorithm>

#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {

bool ApiKey::may_use_pool(std::string_view pool) const {
  return pools.empty() || std::find(pools.begin(), pools.end(), pool) != pools.end();
}

KeyStatements::KeyStatements(const store::Database& database)
    : create(database,
             "INSERT INTO api_key (name, hash, scopes, classes, pools, created_at, sims, networks, "
             "per_minute, per_hour, per_day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      revoke(database,
             // Not those of people: they are disabled, or deleted.
             "UPDATE api_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL "
             "AND scopes <> 'account'"),
      used(database, "UPDATE api_key SET last_used_at = ? WHERE id = ?") {}

KeyId Book::create_key(std::string_view name, const std::vector<std::string>& scopes,
                       const std::vector<std::string>& classes,
                       std::span<const unsigned char, 32> key_hash, WallTime now,
                       const std::vector<std::string>& pools, const std::vector<std::string>& sims,
                       const std::vector<std::string>& networks, const KeyLimits& limits) {
  store::Statement& create = statements_->keys.create;
  create.run(name, std::span<const unsigned char>(key_hash), rows::joined(scopes),
             rows::joined(classes), rows::joined(pools), now, rows::joined(sims),
             rows::joined(networks), limits.per_minute, limits.per_hour, limits.per_day);
  return KeyId{create.last_row_id()};
}

bool Book::revoke_key(KeyId id, WallTime now) {
  return statements_->keys.revoke.run(now, id) > 0;
}

void Book::key_used(KeyId id, WallTime at) {
  statements_->keys.used.run(at, id);
}

}  // namespace bank::scheduler
