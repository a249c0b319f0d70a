#include "scheduler/key_uses.hpp"

#include "store/statement.hpp"

namespace bank::scheduler {
namespace {

using Minutes = std::chrono::minutes;

}  // namespace

struct KeyUses::Statements {
  explicit Statements(const store::Database& database)
      : add(database,
            "INSERT INTO key_use (key, minute, accepted) VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET accepted = accepted + excluded.accepted"),
        forget(database, "DELETE FROM key_use WHERE key = ? AND minute < ?") {}
  store::Statement add;
  store::Statement forget;
};

KeyUses::KeyUses(const store::Database& database)
    : statements_(std::make_unique<Statements>(database)) {}
KeyUses::~KeyUses() = default;

void KeyUses::add(KeyId key, std::int64_t accepted, WallTime now) {
  if (accepted <= 0) return;
  const auto minute = std::chrono::floor<Minutes>(now);
  statements_->add.run(key, minute, accepted);
  statements_->forget.run(key, minute - kept);
}

std::vector<KeyUse> key_uses(const store::Database& database, KeyId key, WallTime since) {
  std::vector<KeyUse> uses;
  store::Statement read(database,
                        "SELECT minute, accepted FROM key_use WHERE key = ? AND minute >= ? "
                        "ORDER BY minute");
  read.each(
      [&](store::Row row) {
        uses.push_back({std::chrono::sys_time<Minutes>(Minutes{row.integer(0)}), row.integer(1)});
      },
      key, std::chrono::floor<Minutes>(since));
  return uses;
}

}  // namespace bank::scheduler
