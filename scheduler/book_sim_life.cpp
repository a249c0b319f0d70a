// The message book: what prepaid SIMs need: to be used, and to be paid for.
#include <span>

#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {

SimLifeStatements::SimLifeStatements(const store::Database& database)
    : activity(database,
               "SELECT s.created_at, "
               "(SELECT max(ended_at) FROM submission INDEXED BY submission_stamp "
               "WHERE sim = s.id AND counts = 1 AND ended_at IS NOT NULL), "
               "EXISTS (SELECT 1 FROM submission INDEXED BY submission_in_flight "
               "WHERE sim = s.id AND ended_at IS NULL), "
               "k.asked_at, ifnull(m.state = 'queued' OR m.state = 'sending', 0) "
               "FROM sim s LEFT JOIN keep_alive k ON k.sim = s.id "
               "LEFT JOIN message m ON m.id = k.message WHERE s.id = ?"),
      keep_alive(database,
                 "INSERT INTO keep_alive (sim, message, asked_at) VALUES (?, ?, ?) "
                 "ON CONFLICT DO UPDATE SET message = excluded.message, "
                 "asked_at = excluded.asked_at"),
      note_balance(database,
                   "INSERT INTO sim_balance (sim, amount, at, text, released) "
                   "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET amount = excluded.amount, "
                   "at = excluded.at, text = excluded.text, released = excluded.released"),
      release_balance(database, "UPDATE sim_balance SET released = 1 WHERE sim = ?"),
      balances(database, "SELECT sim, amount, at, text, released FROM sim_balance ORDER BY sim") {}

std::optional<SimActivity> Book::activity(SimId sim) {
  std::optional<SimActivity> found;
  statements_->sim_life.activity.first_row(
      [&](store::Row row) {
        found = SimActivity{rows::wall(row.integer(0)), rows::optional_wall(row, 1), row.flag(2)};
        if (const auto asked_at = rows::optional_wall(row, 3)) {
          found->asked = SimActivity::Asked{*asked_at, row.flag(4)};
        }
      },
      sim);
  return found;
}

Book::Accepted Book::keep_alive(SimId sim, NewMessage message, WallTime now) {
  message.message_class = MessageClass::system;
  message.sim = sim;
  const auto accepted = accept(std::span(&message, 1), std::nullopt, std::nullopt, now).front();
  statements_->sim_life.keep_alive.run(sim, accepted.id, now);
  return accepted;
}

void Book::note_balance(const Balance& balance) {
  statements_->sim_life.note_balance.run(balance.sim, balance.amount, balance.at, balance.text,
                                         balance.is_released);
}

void Book::release_balance(SimId sim) {
  statements_->sim_life.release_balance.run(sim);
}

std::vector<Balance> Book::balances() {
  std::vector<Balance> found;
  statements_->sim_life.balances.each([&](store::Row row) {
    found.push_back({SimId{row.integer(0)}, row.integer(1), rows::wall(row.integer(2)), row.text(3),
                     row.flag(4)});
  });
  return found;
}

}  // namespace bank::scheduler
