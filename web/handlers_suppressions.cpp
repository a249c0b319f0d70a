#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "web/handlers.hpp"
#include "web/json_body.hpp"
#include "web/json_text.hpp"
#include "web/problem.hpp"
#include "web/query.hpp"

namespace bank::web {

namespace {

using scheduler::Suppression;

constexpr char suppressions_list = 's';
constexpr std::array<std::string_view, 2> scopes{"all", "promotional"};
constexpr std::array<std::string_view, 4> reasons{"operator", "opt_out", "erasure",
                                                  "invalid_number"};

void append_suppression(JsonText& json, const Suppression& suppression) {
  json.open('{').member("number", suppression.number).member("since", suppression.since);
  json.member("scope", suppression.scope).member("reason", suppression.reason);
  json.key("evidence");
  suppression.evidence.empty() ? json.value(nullptr) : json.value(suppression.evidence);
  json.close('}');
}

Response shown(const Suppression& suppression) {
  JsonText json;
  append_suppression(json, suppression);
  return {.body = json.take()};
}

Response not_suppressed() {
  return problem(404, "not_suppressed",
                 "this number is not suppressed; GET /v1/suppressions lists those that are");
}

/// The number in the path of a call that takes no parameters.
///
/// Errors  the 400 or 422 to answer with.
Result<std::string, Response> number_of(const Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return unexpected(query.error());
  auto number = exchange.door.normalise(exchange.parameter);
  if (number) return std::move(*number);
  return unexpected(
      problem(422, "bad_number", fmt::format("the number in the path: {}", number.error())));
}

template <std::size_t N>
void read_word(const nlohmann::json& body, std::string_view name,
               const std::array<std::string_view, N>& words, std::string& into,
               std::vector<FieldError>& errors) {
  const auto found = body.find(name);
  if (found == body.end()) return;
  if (found->is_string()) {
    into = found->template get<std::string>();
    if (std::find(words.begin(), words.end(), into) != words.end()) return;
  }
  errors.push_back({pointer_step(name), fmt::format("write {}", fmt::join(words, ", "))});
}

/// Scope and reason of a body; without one: all, operator.
///
/// Errors  the 400 or 422 to answer with.
Result<Suppression, Response> suppression_in(const std::string& body) {
  Suppression suppression{};
  suppression.scope = scopes.front();
  suppression.reason = reasons.front();
  if (body.empty()) return suppression;
  const auto json = read_json_object(body);
  if (!json) return unexpected(json.error());
  std::vector<FieldError> errors;
  for (const auto& item : json->items()) {
    if (item.key() == "scope" || item.key() == "reason") continue;
    errors.push_back({pointer_step(item.key()), "unknown field; write scope and reason"});
    if (errors.size() > most_field_errors) break;
  }
  read_word(*json, "scope", scopes, suppression.scope, errors);
  read_word(*json, "reason", reasons, suppression.reason, errors);
  if (errors.empty()) return suppression;
  return unexpected(problem(422, "invalid_suppression",
                            fmt::format("{}: {}", errors.front().pointer, errors.front().detail),
                            errors));
}

}  // namespace

Answer list_suppressions(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"limit", "after"});
  if (!query) return query.error();
  const auto page = read_page(*query, suppressions_list);
  if (!page) return page.error();
  auto found = exchange.door.suppressions(page->after.value_or(""), page->limit + 1);
  const bool more = found.size() > page->limit;
  if (more) found.resize(page->limit);
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& suppression : found) append_suppression(json, suppression);
  json.close(']').key("next");
  more ? json.value(cursor(suppressions_list, found.back().number)) : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

Answer get_suppression(Exchange& exchange) {
  const auto number = number_of(exchange);
  if (!number) return number.error();
  const auto found = exchange.door.suppression(*number);
  return found ? shown(*found) : not_suppressed();
}

Answer put_suppression(Exchange& exchange) {
  auto number = number_of(exchange);
  if (!number) return std::move(number.error());
  auto read = suppression_in(exchange.body);
  if (!read) return std::move(read.error());
  auto suppression = std::move(*read);
  suppression.number = std::move(*number);
  suppression.since = exchange.door.now();
  suppression.evidence = asker(exchange);
  auto& door = exchange.door;
  auto asked = suppression;
  door.suppress(std::move(suppression), asker(exchange),
                [&door, asked = std::move(asked),
                 reply = std::move(exchange.reply)](Outcome<std::monostate> outcome) {
                  reply([&door, asked, outcome = std::move(outcome)]() -> Response {
                    if (!outcome) {
                      return unavailable(outcome.error().detail,
                                         outcome.error().retry_after.count());
                    }
                    return shown(door.suppression(asked.number).value_or(asked));
                  });
                });
  return std::nullopt;
}

Answer delete_suppression(Exchange& exchange) {
  auto number = number_of(exchange);
  if (!number) return std::move(number.error());
  exchange.door.unsuppress(
      std::move(*number), asker(exchange),
      [reply = std::move(exchange.reply)](Outcome<bool> outcome) {
        reply([outcome = std::move(outcome)]() -> Response {
          if (!outcome) {
            return unavailable(outcome.error().detail, outcome.error().retry_after.count());
          }
          return *outcome ? Response{.status = 204, .body = {}} : not_suppressed();
        });
      });
  return std::nullopt;
}

}  // namespace bank::web
