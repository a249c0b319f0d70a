// API keys: which there are, and who makes and revokes them.
#include <fmt/format.h>

#include <charconv>

#include "web/api_key.hpp"
#include "web/handlers.hpp"
#include "web/json_body.hpp"
#include "web/json_fields.hpp"
#include "web/json_text.hpp"
#include "web/key_door.hpp"
#include "web/query.hpp"

namespace bank::web {

namespace {

using scheduler::ApiKey;
using scheduler::KeyId;

constexpr char keys_list = 'k';
constexpr std::size_t longest_name = 128, longest_word = 64;  // octets
constexpr int most_messages = static_cast<int>(most_key_limit);

std::int64_t number_of(KeyId id) {
  return static_cast<std::int64_t>(id);
}

void append(JsonText& json, std::string_view name, const std::vector<std::string>& words) {
  json.key(name).open('[');
  for (const auto& word : words) json.value(word);
  json.close(']');
}

/// Without its closing brace.
JsonText& append(JsonText& json, const ApiKey& key) {
  json.open('{').member("id", number_of(key.id)).member("name", key.name);
  append(json, "scopes", key.scopes);
  append(json, "classes", key.classes);
  append(json, "pools", key.pools);
  append(json, "sims", key.sims);
  append(json, "networks", key.networks);
  json.member("per_minute", key.limits.per_minute).member("per_hour", key.limits.per_hour);
  json.member("per_day", key.limits.per_day).member("created_at", key.created_at);
  json.member("revoked_at", key.revoked_at).member("last_used_at", key.last_used_at);
  return json;
}

/// Errors  the 422 to answer with; what only the book knows is checked there.
Result<KeyWanted, Response> wanted_in(const nlohmann::json& body) {
  JsonFields fields(body, {"name", "scopes", "classes", "pools", "sims", "networks", "per_minute",
                           "per_hour", "per_day"});
  const auto words = [&](std::string_view name, std::string_view expected) {
    return fields.texts(name, most_key_words, longest_word, expected)
        .value_or(std::vector<std::string>{});
  };
  KeyWanted wanted{.name = fields.text("name", longest_name, "what the key is for").value_or(""),
                   .scopes = words("scopes", "send, read or admin"),
                   .classes = words("classes", "transactional, promotional, service or otp"),
                   .pools = words("pools", "names of pools"),
                   .sims = words("sims", "ICCIDs"),
                   .networks = words("networks", "addresses or networks"),
                   .limits = {.per_minute = fields.whole("per_minute", 1, most_messages),
                              .per_hour = fields.whole("per_hour", 1, most_messages),
                              .per_day = fields.whole("per_day", 1, most_messages)}};
  if (!body.contains("classes")) wanted.classes = {"promotional", "service", "transactional"};
  if (auto refusal = fields.refusal("invalid_key")) return unexpected(std::move(*refusal));
  return wanted;
}

Response refused(const KeyFlaw& flaw) {
  const std::string pointer = "/" + flaw.field;
  return problem(422, "invalid_key", fmt::format("{}: {}", pointer, flaw.detail),
                 {{pointer, flaw.detail}});
}

std::optional<KeyId> key_id(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  const bool is_number = error == std::errc{} && end == text.data() + text.size() && id > 0;
  return is_number ? std::optional(KeyId{id}) : std::nullopt;
}

}  // namespace

Answer list_keys(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"limit", "after"});
  if (!query) return query.error();
  const auto page = read_page(*query, keys_list);
  if (!page) return page.error();
  const auto after = number_after(*page);
  if (!after) return after.error();
  auto keys = exchange.door.keys().keys(KeyId{after->value_or(0)}, page->limit + 1);
  const bool more = keys.size() > page->limit;
  if (more) keys.resize(page->limit);
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& key : keys) append(json, key).close('}');
  json.close(']').key("next");
  more ? json.value(cursor(keys_list, std::to_string(number_of(keys.back().id))))
       : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

Answer create_key(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (auto refusal = bound_key(exchange)) return refusal;
  const auto body = read_json_object(exchange.body);
  if (!body) return body.error();
  auto wanted = wanted_in(*body);
  if (!wanted) return std::move(wanted.error());
  const std::string key = make_api_key();
  wanted->hash = sha256(key);
  exchange.door.keys().create(
      std::move(*wanted), asker(exchange),
      [key, reply = std::move(exchange.reply)](Outcome<std::variant<ApiKey, KeyFlaw>> outcome) {
        reply([key, outcome = std::move(outcome)]() -> Response {
          if (!outcome) return unavailable(outcome.error());
          if (const auto* flaw = std::get_if<KeyFlaw>(&*outcome)) return refused(*flaw);
          JsonText json;
          append(json, std::get<ApiKey>(*outcome)).member("key", key).close('}');
          Response created{.status = 201, .body = json.take()};
          created.headers.emplace_back("Cache-Control", "no-store");
          return created;
        });
      });
  return std::nullopt;
}

Answer revoke_key(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (auto refusal = bound_key(exchange)) return refusal;
  const auto unknown =
      problem(404, "no_such_key", "no key that is valid has this number; GET /v1/keys lists them");
  const auto id = key_id(exchange.parameter);
  if (!id) return unknown;
  exchange.door.keys().revoke(*id, asker(exchange),
                              [unknown, reply = std::move(exchange.reply)](Outcome<bool> outcome) {
                                reply([unknown, outcome = std::move(outcome)]() -> Response {
                                  if (!outcome) return unavailable(outcome.error());
                                  return *outcome ? Response{.status = 204, .body = {}} : unknown;
                                });
                              });
  return std::nullopt;
}

}  // namespace bank::web
