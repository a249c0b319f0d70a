// Who may sign in, and who has.
#include <fmt/format.h>

#include <algorithm>

#include "web/account_door.hpp"
#include "web/account_json.hpp"
#include "web/handlers.hpp"
#include "web/json_body.hpp"
#include "web/json_fields.hpp"
#include "web/query.hpp"

namespace bank::web {

namespace {

Response no_such_user() {
  return problem(404, "no_such_user", "nobody has this id; GET /v1/users lists who there is");
}

Response response_of(AccountRefusal refusal) {
  switch (refusal) {
    case AccountRefusal::unknown: return no_such_user();
    case AccountRefusal::name_taken:
      return problem(409, "name_taken",
                     "somebody has this name, in whatever letters; write another one");
    case AccountRefusal::last_admin:
      return problem(409, "last_admin",
                     "nobody could let anybody in any more; first make somebody else an "
                     "administrator who has a password");
    case AccountRefusal::too_many: break;
  }
  return too_many_users();
}

/// Whether a user may do something that it may not.
bool is_bound(const scheduler::ApiKey& key) {
  const auto sends = [&](std::string_view one) {
    return std::find(key.classes.begin(), key.classes.end(), one) != key.classes.end();
  };
  const bool has_limits = key.limits.per_minute || key.limits.per_hour || key.limits.per_day;
  return !std::all_of(classes_of_people.begin(), classes_of_people.end(), sends) || has_limits ||
         !key.pools.empty() || !key.sims.empty() || !key.networks.empty();
}

template <class T, class Shown>
Answered<ByAccounts<T>> answering(Exchange& exchange, Shown shown) {
  return [shown = std::move(shown),
          reply = std::move(exchange.reply)](Outcome<ByAccounts<T>> outcome) {
    reply([shown, outcome = std::move(outcome)]() -> Response {
      if (!outcome) return unavailable(outcome.error());
      if (const auto* refusal = std::get_if<AccountRefusal>(&*outcome)) {
        return response_of(*refusal);
      }
      return shown(std::get<T>(*outcome));
    });
  };
}

Response shown(const Account& account) {
  JsonText json;
  append_account(json, account);
  return {.body = json.take()};
}

/// With the link's token, which no other answer has.
Response shown_invited(const Invited& invited, int status) {
  JsonText json;
  json.open('{').key("user");
  append_account(json, invited.account);
  json.member("setup_token", invited.token);
  return {.status = status, .body = json.close('}').take()};
}

std::optional<Role> role_in(JsonFields& fields) {
  std::vector<std::string_view> words;
  for (const auto role : roles) words.push_back(name_of(role));
  const auto word = fields.word("role", words);
  return word ? role_named(*word) : std::nullopt;
}

}  // namespace

std::optional<Response> bound_key(const Exchange& exchange) {
  const auto& key = *exchange.caller;
  if (key.person || !is_bound(key)) return std::nullopt;
  return problem(403, "bound_key",
                 "this key is bound (to classes, pools, SIMs, networks or limits), and could come "
                 "out of its bounds by this; sign in, or use a key with scope admin that is bound "
                 "to nothing");
}

Response too_many_users() {
  return problem(409, "too_many_users",
                 fmt::format("there are {} users; delete one", most_accounts));
}

void append_account(JsonText& json, const Account& account) {
  json.open('{').member("id", outside(account.id)).member("name", account.name);
  json.member("role", name_of(account.role)).member("enabled", account.enabled);
  json.member("has_password", account.has_password);
  json.member("second_factor", account.has_second_factor);
  json.member("created_at", account.created_at).member("created_by", account.created_by).close('}');
}

Response sessions_page(Exchange& exchange, AccountId account) {
  JsonText json;
  json.open('{').key("items").open('[');
  const auto& person = exchange.caller->person;
  for (const auto& session : exchange.door.accounts().sessions(account)) {
    json.open('{').member("id", outside(session.id)).member("created_at", session.created_at);
    json.member("used_at", session.used_at).member("address", session.address);
    json.member("agent", session.agent);
    json.member("is_this", person && person->session.id == session.id).close('}');
  }
  json.close(']').member("next", nullptr).close('}');  // there are few enough for one page
  return {.body = json.take()};
}

Answer close_session_of(Exchange& exchange, AccountId account, std::string_view id) {
  const auto session = session_id(id);
  const auto none = problem(404, "no_such_session", "there is no such session, or not any more");
  if (!session) return none;
  exchange.door.accounts().close_session(
      account, *session, asker(exchange),
      [none, reply = std::move(exchange.reply)](Outcome<bool> outcome) {
        reply([none, outcome = std::move(outcome)]() -> Response {
          if (!outcome) return unavailable(outcome.error());
          return *outcome ? Response{.status = 204, .body = {}} : none;
        });
      });
  return std::nullopt;
}

Answer list_users(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& account : exchange.door.accounts().accounts()) append_account(json, account);
  json.close(']').member("next", nullptr).close('}');  // there are few enough for one page
  return Response{.body = json.take()};
}

Answer get_user(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  const auto id = account_id(exchange.parameter);
  const auto found = id ? exchange.door.accounts().account(*id) : std::nullopt;
  return found ? shown(*found) : no_such_user();
}

Answer create_user(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (auto refusal = bound_key(exchange)) return *refusal;
  const auto json = read_json_object(exchange.body);
  if (!json) return json.error();
  JsonFields fields(*json, {"name", "role"});
  const auto name = fields.text("name", longest_account_name, account_name_rule);
  const auto role = role_in(fields);
  if (!name || !is_account_name(*name)) fields.wrong("name", account_name_rule);
  if (!role) fields.wrong("role", "write admin, operator, technician or viewer");
  if (auto refusal = fields.refusal("invalid_user")) return *refusal;
  exchange.door.accounts().create(*name, *role, asker(exchange),
                                  answering<Invited>(exchange, [](const Invited& invited) {
                                    return shown_invited(invited, 201);
                                  }));
  return std::nullopt;
}

Answer change_user(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (auto refusal = bound_key(exchange)) return *refusal;
  const auto id = account_id(exchange.parameter);
  if (!id) return no_such_user();
  const auto json = read_json_object(exchange.body);
  if (!json) return json.error();
  JsonFields fields(*json, {"role", "enabled", "second_factor"});
  AccountPatch patch{.role = role_in(fields), .enabled = fields.flag("enabled")};
  const auto second_factor = fields.flag("second_factor");
  if (second_factor == true) {
    fields.wrong("second_factor", "only its owner sets one up; write false to take it away");
  }
  patch.drops_second_factor = second_factor == false;
  if (auto refusal = fields.refusal("invalid_user")) return *refusal;
  exchange.door.accounts().change(
      *id, patch, asker(exchange),
      answering<Account>(exchange, [](const Account& account) { return shown(account); }));
  return std::nullopt;
}

Answer delete_user(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (auto refusal = bound_key(exchange)) return *refusal;
  const auto id = account_id(exchange.parameter);
  if (!id) return no_such_user();
  exchange.door.accounts().remove(*id, asker(exchange),
                                  answering<std::monostate>(exchange, [](std::monostate) {
                                    return Response{.status = 204, .body = {}};
                                  }));
  return std::nullopt;
}

Answer invite_user(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (auto refusal = bound_key(exchange)) return *refusal;
  const auto id = account_id(exchange.parameter);
  if (!id) return no_such_user();
  exchange.door.accounts().invite(*id, asker(exchange),
                                  answering<Invited>(exchange, [](const Invited& invited) {
                                    return shown_invited(invited, 200);
                                  }));
  return std::nullopt;
}

Answer list_sessions_of_user(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  const auto id = account_id(exchange.parameter);
  if (!id || !exchange.door.accounts().account(*id)) return no_such_user();
  return sessions_page(exchange, *id);
}

Answer close_session_of_user(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (auto refusal = bound_key(exchange)) return *refusal;
  const auto id = account_id(exchange.parameter);
  if (!id || !exchange.door.accounts().account(*id)) return no_such_user();
  return close_session_of(exchange, *id, exchange.second_parameter);
}

}  // namespace bank::web
