#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "scheduler/suppressions.hpp"
#include "web/json_text.hpp"

namespace bank::web {

void append_suppression(JsonText& json, const scheduler::Suppression& suppression);
void append_suppression_event(JsonText& json, const scheduler::SuppressionEvent& event);

/// Where a list of suppressions goes on, as the key of a cursor.
[[nodiscard]] std::string key_behind(const scheduler::Suppression& suppression);
[[nodiscard]] scheduler::AfterSuppression behind_key(std::string_view key);

/// What a suppression may be for.
inline constexpr std::array<std::string_view, 4> suppression_reasons{"operator", "opt_out",
                                                                     "erasure", "invalid_number"};
/// Of one of a topic: the first two alone.
[[nodiscard]] bool may_be_for(std::string_view scope, std::string_view reason);
inline constexpr std::size_t longest_evidence = 500;  // octets

/// "all", "promotional", or "topic:" and a name of small letters, digits, '-' and '_'.
[[nodiscard]] bool is_scope(std::string_view scope);
inline constexpr std::string_view scope_words =
    "all, promotional, or topic: and a name of small letters, digits, - and _";
/// Of a topic by itself: 1 to 64 small letters, digits, '-' and '_'.
[[nodiscard]] bool is_topic(std::string_view topic);
inline constexpr std::string_view topic_words = "a name of 1 to 64 small letters, digits, - and _";

}  // namespace bank::web
