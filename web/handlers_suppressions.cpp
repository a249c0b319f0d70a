#include <fmt/format.h>

#include "scheduler/wishes.hpp"
#include "web/handlers.hpp"
#include "web/json_body.hpp"
#include "web/json_fields.hpp"
#include "web/query.hpp"
#include "web/reply_door.hpp"
#include "web/suppression_json.hpp"

namespace bank::web {

namespace {

using scheduler::Suppression;

constexpr char suppressions_list = 's';
constexpr char history_list = 'h';

Response shown(const Suppression& suppression) {
  JsonText json;
  append_suppression(json, suppression);
  return {.body = json.take()};
}

Response not_suppressed() {
  return problem(404, "not_suppressed",
                 "this number is not suppressed so; GET /v1/suppressions lists those that are");
}

/// The number in the path.
///
/// Errors  the 422 to answer with.
Result<std::string, Response> number_of(const Exchange& exchange) {
  auto number = exchange.door.normalise(exchange.parameter);
  if (number) return std::move(*number);
  return unexpected(
      problem(422, "bad_number", fmt::format("the number in the path: {}", number.error())));
}

/// `?scope=`, "all" unless said.
///
/// Errors  the 400 to answer with.
Result<std::string, Response> scope_in(const Query& query) {
  std::string scope(query.get("scope").value_or("all"));
  if (is_scope(scope)) return scope;
  return unexpected(bad_query("scope", fmt::format("write {}", scope_words)));
}

std::optional<Suppression> standing(Door& door, std::string_view number, std::string_view scope) {
  if (!scope.starts_with(scheduler::topic_scope)) return door.suppression(number);
  return door.replies().topic_suppression(number, scope.substr(scheduler::topic_scope.size()));
}

/// Scope, reason and evidence of a body; without one: all, operator.
///
/// Errors  the 400 or 422 to answer with.
Result<Suppression, Response> suppression_in(const std::string& body) {
  Suppression suppression{};
  suppression.scope = "all";
  suppression.reason = suppression_reasons.front();
  suppression.how = "api";
  if (body.empty()) return suppression;
  const auto json = read_json_object(body);
  if (!json) return unexpected(json.error());
  JsonFields fields(*json, {"scope", "reason", "evidence"});
  if (const auto scope = json->find("scope"); scope != json->end()) {
    const bool is_known = scope->is_string() && is_scope(scope->get_ref<const std::string&>());
    if (is_known) suppression.scope = scope->get<std::string>();
    if (!is_known) fields.wrong("scope", fmt::format("write {}", scope_words));
  }
  if (json->contains("reason") && (*json)["reason"].is_null()) {
    fields.wrong("reason", "write one, or leave it out");
  }
  suppression.reason = fields.word("reason", suppression_reasons).value_or(suppression.reason);
  suppression.evidence =
      fields.text("evidence", longest_evidence, "what shows it, in your words").value_or("");
  if (!may_be_for(suppression.scope, suppression.reason)) {
    fields.wrong("reason", "of a topic write operator or opt_out");
  }
  if (auto refusal = fields.refusal("invalid_suppression")) return unexpected(std::move(*refusal));
  return suppression;
}

Answer decide(Exchange& exchange, bool is_opt_out) {
  if (auto query = Query::read(exchange.query, {}); !query) return std::move(query.error());
  auto number = number_of(exchange);
  if (!number) return std::move(number.error());
  auto& door = exchange.door;
  door.replies().decide(
      *number, is_opt_out, asker(exchange),
      [&door, number = *number, reply = std::move(exchange.reply)](Outcome<bool> outcome) {
        reply([&door, number, outcome = std::move(outcome)]() -> Response {
          if (!outcome) return unavailable(outcome.error());
          if (!*outcome) {
            return problem(409, "not_held",
                           "nobody has to decide about this number; GET "
                           "/v1/suppressions?held=true lists those that are held");
          }
          const auto now = door.suppression(number);
          return now ? shown(*now) : Response{.status = 204, .body = {}};
        });
      });
  return std::nullopt;
}

}  // namespace

Answer list_suppressions(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"limit", "after", "held"});
  if (!query) return query.error();
  const auto page = read_page(*query, suppressions_list);
  if (!page) return page.error();
  const auto held = query->get("held").value_or("false");
  if (held != "true" && held != "false") return bad_query("held", "write true or false");

  scheduler::AfterSuppression after;
  if (page->after) after = behind_key(*page->after);
  auto found = exchange.door.replies().suppressions(after, page->limit + 1, held == "true");
  const bool more = found.size() > page->limit;
  if (more) found.resize(page->limit);
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& suppression : found) append_suppression(json, suppression);
  json.close(']').key("next");
  more ? json.value(cursor(suppressions_list, key_behind(found.back()))) : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

Answer get_suppression(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"scope"});
  if (!query) return query.error();
  const auto scope = scope_in(*query);
  if (!scope) return scope.error();
  const auto number = number_of(exchange);
  if (!number) return number.error();
  const auto found = standing(exchange.door, *number, *scope);
  return found ? shown(*found) : not_suppressed();
}

Answer list_suppression_history(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"limit", "after"});
  if (!query) return query.error();
  const auto page = read_page(*query, history_list);
  if (!page) return page.error();
  const auto before = number_after(*page);
  if (!before) return before.error();
  const auto number = number_of(exchange);
  if (!number) return number.error();
  auto found = exchange.door.replies().history(*number, *before, page->limit + 1);
  const bool more = found.size() > page->limit;
  if (more) found.resize(page->limit);
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& event : found) append_suppression_event(json, event);
  json.close(']').key("next");
  more ? json.value(cursor(history_list, std::to_string(found.back().id))) : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

Answer put_suppression(Exchange& exchange) {
  if (auto query = Query::read(exchange.query, {}); !query) return std::move(query.error());
  auto number = number_of(exchange);
  if (!number) return std::move(number.error());
  auto read = suppression_in(exchange.body);
  if (!read) return std::move(read.error());
  auto suppression = std::move(*read);
  suppression.number = std::move(*number);
  suppression.since = exchange.door.now();
  suppression.by = asker(exchange);
  if (suppression.evidence.empty()) suppression.evidence = suppression.by;
  auto& door = exchange.door;
  auto asked = suppression;
  door.replies().suppress({std::move(suppression)}, [&door, asked = std::move(asked),
                                                     reply = std::move(exchange.reply)](
                                                        Outcome<std::monostate> outcome) {
    reply([&door, asked, outcome = std::move(outcome)]() -> Response {
      if (!outcome) return unavailable(outcome.error());
      return shown(standing(door, asked.number, asked.scope).value_or(asked));
    });
  });
  return std::nullopt;
}

Answer delete_suppression(Exchange& exchange) {
  auto query = Query::read(exchange.query, {"scope", "evidence"});
  if (!query) return std::move(query.error());
  auto scope = scope_in(*query);
  if (!scope) return std::move(scope.error());
  auto number = number_of(exchange);
  if (!number) return std::move(number.error());
  const auto evidence = query->get("evidence").value_or("");
  if (evidence.size() > longest_evidence) {
    return bad_query("evidence", fmt::format("write at most {} octets", longest_evidence));
  }
  scheduler::Lifting lifting{exchange.door.now(), "api", asker(exchange), std::string(evidence)};
  exchange.door.replies().lift(std::move(*number), std::move(*scope), std::move(lifting),
                               [reply = std::move(exchange.reply)](Outcome<bool> outcome) {
                                 reply([outcome = std::move(outcome)]() -> Response {
                                   if (!outcome) return unavailable(outcome.error());
                                   return *outcome ? Response{.status = 204, .body = {}}
                                                   : not_suppressed();
                                 });
                               });
  return std::nullopt;
}

Answer confirm_suppression(Exchange& exchange) {
  return decide(exchange, true);
}

Answer dismiss_suppression(Exchange& exchange) {
  return decide(exchange, false);
}

}  // namespace bank::web
