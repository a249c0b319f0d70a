#include "scheduler/suppressions.hpp"

#include <fmt/format.h>

#include <limits>

#include "scheduler/book_rows.hpp"
#include "scheduler/wishes.hpp"
#include "store/statement.hpp"

namespace bank::scheduler {
namespace {

using store::Row;
using store::Statement;

/// As `rows::suppression_of` reads it.
constexpr std::string_view of_topic =
    "SELECT number, since, 'topic:' || topic, reason, evidence, how, who, 0, NULL "
    "FROM topic_suppression ";
constexpr std::string_view of_all =
    "SELECT number, since, scope, reason, evidence, how, who, held, inbound FROM suppression ";

}  // namespace

std::vector<SuppressionEvent> suppression_history(const store::Database& database,
                                                  std::string_view number,
                                                  std::optional<std::int64_t> before,
                                                  std::size_t limit) {
  std::vector<SuppressionEvent> events;
  Statement(database,
            "SELECT id, at, action, scope, reason, how, who, evidence FROM suppression_event "
            "WHERE number = ? AND id < ? ORDER BY id DESC LIMIT ?")
      .each(
          [&](Row row) {
            events.push_back({row.integer(0), rows::wall(row.integer(1)), row.text(2), row.text(3),
                              row.text(4), row.text(5), row.text(6), row.text(7)});
          },
          number, before.value_or(std::numeric_limits<std::int64_t>::max()), limit);
  return events;
}

std::vector<Suppression> all_suppressions(const store::Database& database,
                                          const AfterSuppression& after, std::size_t limit,
                                          bool is_held) {
  std::vector<Suppression> found;
  const auto take = [&](Row row) { found.push_back(rows::suppression_of(row)); };
  if (is_held) {
    Statement(database, fmt::format("{} INDEXED BY suppression_held WHERE held = 1 AND number > ? "
                                    "ORDER BY number LIMIT ?",
                                    of_all))
        .each(take, after.number, limit);
    return found;
  }
  // Each half is a walk of its own key; those of topics stand behind.
  const bool after_topic = after.scope.starts_with(topic_scope);
  const std::string_view topic =
      after_topic ? std::string_view(after.scope).substr(topic_scope.size()) : std::string_view();
  const bool goes_on = !after.scope.empty();  // topics of the same number may be left
  Statement(database,
            fmt::format("SELECT * FROM (SELECT * FROM ({} WHERE number > ?1 ORDER BY number "
                        "LIMIT ?4) UNION ALL SELECT * FROM ({} WHERE (number, topic) > (?2, ?3) "
                        "ORDER BY number, topic LIMIT ?4)) "
                        "ORDER BY number, scope LIKE 'topic:%', scope LIMIT ?4",
                        of_all, of_topic))
      .each(take, after.number, after.number,
            goes_on ? topic : std::string_view("\xF4\x8F\xBF\xBF"), limit);
  return found;
}

std::optional<Suppression> topic_suppression(const store::Database& database,
                                             std::string_view number, std::string_view topic) {
  std::optional<Suppression> found;
  Statement(database, fmt::format("{} WHERE number = ? AND topic = ?", of_topic))
      .first_row([&](Row row) { found = rows::suppression_of(row); }, number, topic);
  return found;
}

}  // namespace bank::scheduler
