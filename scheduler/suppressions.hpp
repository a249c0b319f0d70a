#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/book.hpp"
#include "store/database.hpp"

namespace bank::scheduler {

/// Of a number; then the oldest go.
inline constexpr std::size_t most_suppression_events = 1'000;
/// What became of the suppressions of a number. Kept for as long as the book is.
struct SuppressionEvent {
  std::int64_t id;
  WallTime at;
  std::string action;  // suppressed, held, confirmed, dismissed, lifted
  std::string scope, reason, how, by, evidence;
};
/// Newest first, strictly before `before`.
[[nodiscard]] std::vector<SuppressionEvent> suppression_history(const store::Database& database,
                                                                std::string_view number,
                                                                std::optional<std::int64_t> before,
                                                                std::size_t limit);

/// Where a list of suppressions goes on; those of a topic come after the other of their number.
struct AfterSuppression {
  std::string number;
  std::string scope;  // empty: after all of that number
};
/// Also those of topics, in order of number; `is_held`: those alone that wait for a person.
[[nodiscard]] std::vector<Suppression> all_suppressions(const store::Database& database,
                                                        const AfterSuppression& after,
                                                        std::size_t limit, bool is_held);
[[nodiscard]] std::optional<Suppression> topic_suppression(const store::Database& database,
                                                           std::string_view number,
                                                           std::string_view topic);

}  // namespace bank::scheduler
