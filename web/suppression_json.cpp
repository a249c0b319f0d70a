#include "web/suppression_json.hpp"

#include <algorithm>

#include "scheduler/reply_lists.hpp"
#include "scheduler/wishes.hpp"

namespace bank::web {
namespace {

void append_text(JsonText& json, std::string_view name, const std::string& text) {
  json.key(name);
  text.empty() ? json.value(nullptr) : json.value(text);
}

}  // namespace

void append_suppression(JsonText& json, const scheduler::Suppression& suppression) {
  json.open('{').member("number", suppression.number).member("since", suppression.since);
  json.member("scope", suppression.scope).member("reason", suppression.reason);
  append_text(json, "evidence", suppression.evidence);
  append_text(json, "how", suppression.how);
  append_text(json, "by", suppression.by);
  json.member("held", suppression.is_held).close('}');
}

void append_suppression_event(JsonText& json, const scheduler::SuppressionEvent& event) {
  json.open('{').member("at", event.at).member("action", event.action);
  json.member("scope", event.scope);
  append_text(json, "reason", event.reason);
  append_text(json, "evidence", event.evidence);
  append_text(json, "how", event.how);
  append_text(json, "by", event.by);
  json.close('}');
}

bool is_topic(std::string_view topic) {
  return !topic.empty() && topic.size() <= scheduler::ReplyLists::longest_topic &&
         std::all_of(topic.begin(), topic.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

bool is_scope(std::string_view scope) {
  if (scope == "all" || scope == "promotional") return true;
  return scope.starts_with(scheduler::topic_scope) &&
         is_topic(scope.substr(scheduler::topic_scope.size()));
}

}  // namespace bank::web
