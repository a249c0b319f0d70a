#include "scheduler/book.hpp"

#include <fmt/format.h>

#include "scheduler/book_statements.hpp"
#include "store/database.hpp"

namespace bank::scheduler {

Lane lane_of(const Candidate& candidate) {
  if (candidate.bound_sim) return {candidate.bound_sim, {}};
  const auto batch = candidate.own_lane ? candidate.batch : std::nullopt;
  if (candidate.sim) return {candidate.sim, {}, batch};
  return {std::nullopt, candidate.pool, batch};
}

Book::Book(store::Database& database, std::string boot_id)
    : database_(database),
      boot_id_(std::move(boot_id)),
      statements_(std::make_unique<Statements>(database)) {
  store::Statement(database_, "INSERT OR IGNORE INTO boot (uuid) VALUES (?)").run(boot_id_);
  store::Statement(database_, "SELECT id FROM boot WHERE uuid = ?")
      .first_row([&](store::Row row) { boot_ = row.integer(0); }, boot_id_);
}

Book::~Book() = default;

void Book::listen(BookListener* listener) {
  statements_->counts.tell(listener);
}

void Book::try_disk() {
  database_.execute(
      fmt::format("PRAGMA user_version = {}", database_.integer("PRAGMA user_version")));
}

}  // namespace bank::scheduler
