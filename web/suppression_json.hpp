#pragma once

#include <string>
#include <string_view>

#include "scheduler/suppressions.hpp"
#include "web/json_text.hpp"

namespace bank::web {

void append_suppression(JsonText& json, const scheduler::Suppression& suppression);
void append_suppression_event(JsonText& json, const scheduler::SuppressionEvent& event);

/// "all", "promotional", or "topic:" and a name of small letters, digits, '-' and '_'.
[[nodiscard]] bool is_scope(std::string_view scope);
inline constexpr std::string_view scope_words =
    "all, promotional, or topic: and a name of small letters, digits, - and _";
/// Of a topic by itself: 1 to 64 small letters, digits, '-' and '_'.
[[nodiscard]] bool is_topic(std::string_view topic);
inline constexpr std::string_view topic_words = "a name of 1 to 64 small letters, digits, - and _";

}  // namespace bank::web
