// The message book: who is not to be written to, and what became of each suppression.
#include <fmt/format.h>

#include <optional>
#include <utility>

#include "scheduler/book_rows.hpp"
#include "scheduler/book_statements.hpp"
#include "scheduler/suppressions.hpp"
#include "scheduler/wishes.hpp"

namespace bank::scheduler {
namespace {

/// SQL: how much that row of `suppression` stops, and among those that stop everything, how much it
/// binds. A weaker one never takes the place of a stronger one (DESIGN, promise 2).
std::string strength(std::string_view row) {
  return fmt::format(
      "CASE {0}.reason WHEN 'opt_out' THEN iif({0}.held, 0, iif({0}.scope = 'promotional', 1, 2)) "
      "WHEN 'invalid_number' THEN 3 WHEN 'operator' THEN 4 ELSE 5 END",
      row);
}

std::string stop_queued_where(std::string_view is_covered) {
  return fmt::format(
      "UPDATE message SET state = 'suppressed', wait_until = NULL, updated_at = ?4 "
      "WHERE id IN (SELECT id FROM message INDEXED BY message_queued_to "
      "WHERE state = 'queued' AND recipient = ?1 AND {} LIMIT ?5)",
      is_covered);
}

/// Nothing: of everything, or of promotion.
std::optional<std::string_view> topic_of(std::string_view scope) {
  if (!scope.starts_with(topic_scope)) return std::nullopt;
  return scope.substr(topic_scope.size());
}

}  // namespace

SuppressionStatements::SuppressionStatements(const store::Database& database)
    : put(database,
          "INSERT INTO suppression (number, since, scope, reason, evidence, how, who, held, "
          "inbound) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
          "since = excluded.since, scope = excluded.scope, reason = excluded.reason, "
          "evidence = excluded.evidence, how = excluded.how, who = excluded.who, "
          "held = excluded.held, inbound = excluded.inbound WHERE " +
              strength("excluded") + " > " + strength("suppression")),
      stop_queued(database, stop_queued_where(rows::covers("?2", "?3", "class"))),
      find(database,
           "SELECT number, since, scope, reason, evidence, how, who, held, inbound "
           "FROM suppression WHERE number = ?"),
      drop(database, "DELETE FROM suppression WHERE number = ?"),
      put_topic(database,
                "INSERT INTO topic_suppression (number, topic, since, reason, evidence, how, who) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET since = excluded.since, "
                "reason = excluded.reason, evidence = excluded.evidence, how = excluded.how, "
                "who = excluded.who WHERE excluded.reason = 'operator' "
                "AND topic_suppression.reason = 'opt_out'"),
      stop_topic(database, stop_queued_where("topic = ?2 AND ?3 <> '' "
                                             "AND class NOT IN ('otp', 'system')")),
      drop_topic(database,
                 "DELETE FROM topic_suppression WHERE number = ?1 AND topic = ?2 "
                 "AND (?3 = '' OR reason = ?3)"),
      drop_topics(database,
                  "DELETE FROM topic_suppression WHERE number = ? AND reason = 'opt_out'"),
      settle(database,
             "UPDATE suppression SET held = 0, scope = ?2, since = ?3, who = ?4 "
             "WHERE number = ?1 AND held = 1"),
      note(database,
           "INSERT INTO suppression_event (number, at, action, scope, reason, how, who, evidence) "
           "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
      trim(database,
           "DELETE FROM suppression_event WHERE number = ?1 AND id <= (SELECT id "
           "FROM suppression_event WHERE number = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)") {}

void SuppressionStatements::keep(std::string_view number, std::string_view action,
                                 std::string_view scope, std::string_view reason, const Lifting& by,
                                 std::string_view evidence) {
  note.run(number, by.at, action, scope, reason, by.how, by.by, evidence);
  trim.run(number, most_suppression_events);
}

std::size_t Book::suppress(const Suppression& asked, std::size_t limit) {
  SuppressionStatements& s = statements_->suppressions;
  const auto topic = topic_of(asked.scope);
  const bool is_news =
      topic ? s.put_topic.run(asked.number, *topic, asked.since, asked.reason, asked.evidence,
                              asked.how, asked.by) > 0
            : s.put.run(asked.number, asked.since, asked.scope, asked.reason, asked.evidence,
                        asked.how, asked.by, asked.is_held, asked.inbound) > 0;
  if (is_news) {
    s.keep(asked.number, asked.is_held ? "held" : "suppressed", asked.scope, asked.reason,
           {asked.since, asked.how, asked.by}, asked.evidence);
  }
  store::Statement& stop = topic ? s.stop_topic : s.stop_queued;
  return static_cast<std::size_t>(
      stop.run(asked.number, topic ? *topic : asked.scope, asked.reason, asked.since, limit));
}

bool Book::unsuppress(std::string_view number, const Lifting& lifting, std::string_view scope) {
  SuppressionStatements& s = statements_->suppressions;
  const auto note = [&](std::string_view of, std::string_view reason) {
    s.keep(number, "lifted", of, reason, lifting, lifting.evidence);
  };
  if (const auto topic = topic_of(scope)) {
    // The person's own wish ends no block of an operator.
    const std::string_view only = lifting.how == "text" ? "opt_out" : "";
    if (s.drop_topic.run(number, *topic, only) == 0) return false;
    note(scope, only);
    return true;
  }
  const bool is_own = lifting.how == "text";
  bool is_lifted = false;
  std::optional<Suppression> stood;
  s.find.first_row([&](store::Row row) { stood = rows::suppression_of(row); }, number);
  if (stood && (!is_own || stood->reason == "opt_out")) {
    s.drop.run(number);
    note(stood->scope, stood->reason);
    is_lifted = true;
  }
  // Who comes back by his own words comes back to all that he left by them.
  if (is_own && s.drop_topics.run(number) > 0) {
    note("topic:*", "opt_out");
    is_lifted = true;
  }
  return is_lifted;
}

}  // namespace bank::scheduler
