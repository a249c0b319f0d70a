// The message book: what the rack sends to itself, and what shows that a SIM works.
#include <span>
#include <utility>

#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"

namespace bank::scheduler {
namespace {

constexpr int most_looked_at = 256;  // parts of one SIM, the newest, that may prove something
constexpr int first_priority = 9;    // a person waits for it
constexpr int last_priority = 0;

constexpr std::string_view select_loopback =
    "SELECT l.sim, l.message, l.modem, l.recipient, l.asked_at, l.state, l.ended_at, l.took ";

Loopback loopback_of(const store::Row& row) {
  Loopback loopback{.sim = SimId{row.integer(0)},
                    .message = MessageId{row.integer(1)},
                    .modem = row.text(2),
                    .to = row.text(3),
                    .asked_at = rows::wall(row.integer(4)),
                    .state = loopback_state_named(row.view(5)).value_or(Loopback::State::missing),
                    .ended_at = rows::optional_wall(row, 6)};
  if (const auto took = row.optional_integer(7)) loopback.took = std::chrono::milliseconds{*took};
  return loopback;
}

std::string selected(std::string_view tail) {
  return std::string(select_loopback) + std::string(tail);
}

}  // namespace

LoopbackStatements::LoopbackStatements(const store::Database& database)
    : ask(database,
          "INSERT INTO loopback (sim, message, modem, recipient, token, asked_at, state) "
          "VALUES (?, ?, ?, ?, ?, ?, 'open') ON CONFLICT DO UPDATE SET message = excluded.message, "
          "modem = excluded.modem, recipient = excluded.recipient, token = excluded.token, "
          "asked_at = excluded.asked_at, state = 'open', ended_at = NULL, took = NULL"),
      all(database, selected("FROM loopback l ORDER BY l.sim")),
      open(database, selected(", m.state, m.updated_at FROM loopback l "
                              "LEFT JOIN message m ON m.id = l.message "
                              "WHERE l.state = 'open' ORDER BY l.sim")),
      by_token(database, selected(", s.number FROM loopback l JOIN sim s ON s.id = l.sim "
                                  "WHERE l.token = ?")),
      end(database, "UPDATE loopback SET state = ?2, ended_at = ?3, took = ?4 WHERE sim = ?1"),
      begun(database,
            "SELECT max(began_at) FROM submission INDEXED BY submission_message "
            "WHERE message = ?"),
      numbers(database, "SELECT number FROM sim WHERE number <> ''"),
      mark(database, "UPDATE inbound SET loopback = 1 WHERE id = ?"),
      // A submission does not say when it was delivered; its message does, when all of it was. What
      // was begun before a loop-back says nothing of why that is lost, however late it is reported.
      proofs(
          database,
          "SELECT newest.ended_at, iif(m.state = 'delivered' AND (l.sim IS NULL OR "
          "newest.began_at >= l.asked_at OR m.updated_at <= l.asked_at), m.updated_at, NULL) FROM "
          "(SELECT message, began_at, ended_at, outcome, modem "
          "FROM submission INDEXED BY submission_stamp "
          "WHERE sim = ?1 AND counts = 1 AND ended_at IS NOT NULL "
          "ORDER BY ended_at DESC LIMIT ?3) newest JOIN message m ON m.id = newest.message "
          "LEFT JOIN loopback l ON l.sim = ?1 AND l.state <> 'arrived' "
          "WHERE newest.modem = ?2 AND newest.outcome IN ('sent', 'delivered', 'undelivered')"),
      proved(database,
             "SELECT ended_at FROM loopback WHERE sim = ? AND modem = ? AND state = 'arrived'") {}

Loopback Book::loop_back(SimId sim, std::string_view modem, std::string_view to, bool is_asked,
                         WallTime now) {
  const std::string token = loopback_token(sim, now);
  NewMessage message;
  message.to = to;
  message.text = loopback_text(token);
  message.message_class = MessageClass::system;
  message.priority = is_asked ? first_priority : last_priority;
  message.sim = sim;
  message.expires_at = now + loopback_life;
  const auto accepted = accept(std::span(&message, 1), std::nullopt, std::nullopt, now).front();
  statements_->loopback.ask.run(sim, accepted.id, modem, to, token, now);
  return {.sim = sim,
          .message = accepted.id,
          .modem = std::string(modem),
          .to = std::string(to),
          .asked_at = now};
}

std::vector<Loopback> Book::loopbacks() {
  std::vector<Loopback> found;
  statements_->loopback.all.each([&](store::Row row) { found.push_back(loopback_of(row)); });
  return found;
}

std::vector<Loopback> Book::settle_loopbacks(WallTime now) {
  LoopbackStatements& s = statements_->loopback;
  std::vector<Loopback> ended;
  s.open.each([&](store::Row row) {
    auto loopback = loopback_of(row);
    const auto state = row.is_null(8) ? std::nullopt : state_named(row.view(8));
    loopback.state = state ? fate_of(*state, rows::wall(row.integer(9)), now)
                           : Loopback::State::missing;  // its message is gone
    if (loopback.state == Loopback::State::open) return;
    loopback.ended_at = now;
    ended.push_back(std::move(loopback));
  });
  for (const Loopback& one : ended) {
    s.end.run(one.sim, name_of(one.state), one.ended_at, std::optional<std::int64_t>());
  }
  return ended;
}

/// One that is not the last of its SIM, or came before, is marked all the same: nobody wrote it.
std::optional<Loopback> Book::came_back(const at::Deliver& deliver, const Arrival& arrival,
                                        InboundId inbound) {
  const auto token = deliver.text ? loopback_token_in(*deliver.text) : std::nullopt;
  if (!token) return std::nullopt;
  LoopbackStatements& s = statements_->loopback;
  const std::string sender = rows::tail_of(deliver.from.digits_or_text);
  bool is_ours = false;
  std::optional<Loopback> found;
  s.by_token.first_row(
      [&](store::Row row) {
        const std::string number = rows::tail_of(row.view(8));
        is_ours = number.empty() || number == sender;
        if (is_ours) found = loopback_of(row);
      },
      *token);
  s.numbers.each([&](store::Row row) {
    is_ours = is_ours || (!sender.empty() && rows::tail_of(row.view(0)) == sender);
  });
  if (!is_ours) return std::nullopt;
  s.mark.run(inbound);
  if (!found || found->state == Loopback::State::arrived) return std::nullopt;
  found->state = Loopback::State::arrived;
  found->ended_at = arrival.at;
  found->took.reset();
  s.begun.first_row(
      [&](store::Row row) {
        const auto begun = rows::optional_wall(row, 0);
        if (begun && *begun <= arrival.at) found->took = arrival.at - *begun;
      },
      found->message);
  const auto took = found->took ? std::optional(found->took->count()) : std::nullopt;
  s.end.run(found->sim, name_of(found->state), found->ended_at, took);
  return found;
}

Proofs Book::proofs(SimId sim, std::string_view modem) {
  LoopbackStatements& s = statements_->loopback;
  Proofs proofs;
  s.proofs.each(
      [&](store::Row row) {
        proofs.add({rows::wall(row.integer(0)), Proof::By::sent});
        const auto delivered = rows::optional_wall(row, 1);
        if (delivered) proofs.add({*delivered, Proof::By::delivered});
      },
      sim, modem, most_looked_at);
  s.proved.first_row(
      [&](store::Row row) {
        proofs.add({rows::wall(row.integer(0)), Proof::By::loopback});
      },
      sim, modem);
  return proofs;
}

}  // namespace bank::scheduler
