#include "web/suppression_json.hpp"

#include <algorithm>

#include "scheduler/reply_lists.hpp"
#include "scheduler/wishes.hpp"

namespace bank::web {
namespace {

constexpr char between = ' ';  // neither numbers nor scopes hold one

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

std::string key_behind(const scheduler::Suppression& suppression) {
  return suppression.number + between + suppression.scope;
}

scheduler::AfterSuppression behind_key(std::string_view key) {
  const auto end = key.find(between);
  if (end == std::string_view::npos) return {std::string(key), {}};
  return {std::string(key.substr(0, end)), std::string(key.substr(end + 1))};
}

bool may_be_for(std::string_view scope, std::string_view reason) {
  return !scope.starts_with(scheduler::topic_scope) || reason == "operator" || reason == "opt_out";
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
