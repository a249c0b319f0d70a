// Signing in and out, and what somebody does about his own account.
#include <fmt/format.h>

#include "web/account_door.hpp"
#include "web/account_json.hpp"
#include "web/cookie.hpp"
#include "web/handlers.hpp"
#include "web/json_body.hpp"
#include "web/json_fields.hpp"
#include "web/one_time_code.hpp"
#include "web/password.hpp"
#include "web/query.hpp"

namespace bank::web {

namespace {

constexpr std::string_view issuer = "modembank";
constexpr std::chrono::days device_life{400};  // the longest that browsers keep one

Response not_a_person() {
  return problem(403, "not_a_person",
                 "this call is for somebody who has signed in (POST /v1/session), not for a key");
}

/// 401 or 429 with what it needs beside: browsers do not ask by themselves for "Session".
Response response_of(const SignInRefused& refused) {
  using Why = SignInRefused::Why;
  const auto unauthorized = [](std::string_view name, std::string_view detail) {
    auto response = problem(401, name, detail);
    response.headers.emplace_back("WWW-Authenticate", "Session realm=\"modembank\"");
    return response;
  };
  switch (refused.why) {
    case Why::code_wanted:
      return unauthorized("code_wanted", "send also `code`: six digits of your second factor");
    case Why::paused: {
      auto response = problem(
          429, "too_many_guesses",
          fmt::format("too many were wrong; try again in {} seconds. Who has forgotten a password "
                      "asks an administrator for a set-up link",
                      refused.pause.count()));
      response.headers.emplace_back("Retry-After", std::to_string(refused.pause.count()));
      return response;
    }
    case Why::link:
      return problem(404, "no_such_setup_link",
                     "this link was used, or is over; ask an administrator for another one, or "
                     "start the program anew when there is none yet");
    case Why::name:
      return problem(422, "invalid_user", "/name: " + refused.detail, {{"/name", refused.detail}});
    case Why::too_many: return too_many_users();
    case Why::password:
      return problem(422, "invalid_user", "/password: " + refused.detail,
                     {{"/password", refused.detail}});
    case Why::wrong_password:
      return problem(403, "wrong_password",
                     "this is not the password that you have; who has forgotten it asks an "
                     "administrator for a set-up link");
    case Why::wrong_code: {
      constexpr std::string_view detail =
          "this is not the code of that secret; is the clock of the telephone right?";
      return problem(422, "invalid_second_factor", "/code: " + std::string(detail),
                     {{"/code", std::string(detail)}});
    }
    case Why::signed_out: return signed_out();
    case Why::wrong: break;
  }
  return unauthorized("wrong_credentials",
                      "name, password or code is wrong; names are the same in large and small "
                      "letters, passwords are not");
}

void append_session_of(JsonText& json, const Account& account, std::string_view token) {
  json.open('{').key("user");
  append_account(json, account);
  json.member("csrf_token", csrf_token_of(token)).close('}');
}

Response shown(const Account& account, std::string_view token) {
  JsonText json;
  append_session_of(json, account, token);
  return {.body = json.take()};
}

Answered<SignInOutcome> signing_in(Exchange& exchange) {
  return [reply = std::move(exchange.reply), &keys = exchange.keys,
          only_tls = exchange.only_tls](Outcome<SignInOutcome> outcome) {
    reply([outcome = std::move(outcome), &keys, only_tls]() -> Response {
      if (!outcome) return unavailable(outcome.error());
      if (const auto* refused = std::get_if<SignInRefused>(&*outcome)) return response_of(*refused);
      const auto& open = std::get<SignedInNow>(*outcome);
      keys.expect(sha256(open.token));
      auto response = shown(open.account, open.token);
      response.headers.emplace_back("Set-Cookie",
                                    set_cookie(session_cookie, open.token, session_life, only_tls));
      response.headers.emplace_back("Set-Cookie",
                                    set_cookie(device_cookie, open.device, device_life, only_tls));
      return response;
    });
  };
}

/// What to answer when it was done, or not.
template <class T, class Shown>
Answered<T> answering(Exchange& exchange, Shown shown) {
  return [shown = std::move(shown), reply = std::move(exchange.reply)](Outcome<T> outcome) {
    reply([shown, outcome = std::move(outcome)]() -> Response {
      if (!outcome) return unavailable(outcome.error());
      return shown(*outcome);
    });
  };
}

Response no_content() {
  return {.status = 204, .body = {}};
}

using Refused = std::optional<SignInRefused>;

Answered<Refused> answering_refusal(Exchange& exchange) {
  return answering<Refused>(exchange, [](const Refused& refused) {
    return refused ? response_of(*refused) : no_content();
  });
}

/// The password that everybody sends with what would let him stay.
std::string own_password(JsonFields& fields) {
  const auto password = fields.text("password", longest_password, "the password that you have");
  if (!password) fields.wrong("password", "write the password that you have");
  return password.value_or("");
}

}  // namespace

Answer open_session(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  const auto json = read_json_object(exchange.body);
  if (!json) return json.error();
  JsonFields fields(*json, {"name", "password", "code"});
  const auto name = fields.text("name", longest_account_name, "your name");
  const auto password = fields.text("password", longest_password, "your password");
  const auto code = fields.text("code", 16, "six digits");
  if (!name) fields.wrong("name", "write your name");
  if (!password) fields.wrong("password", "write your password");
  if (auto refusal = fields.refusal("invalid_sign_in")) return *refusal;
  exchange.door.accounts().sign_in({*name, *password, code.value_or(""), exchange.from},
                                   signing_in(exchange));
  return std::nullopt;
}

Answer look_at_setup_link(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  const auto json = read_json_object(exchange.body);
  if (!json) return json.error();
  JsonFields fields(*json, {"token"});
  const auto token = fields.text("token", 64, "the part of the link after its last slash");
  if (!token) fields.wrong("token", "write the part of the link after its last slash");
  if (auto refusal = fields.refusal("invalid_setup")) return *refusal;
  const auto link = exchange.door.accounts().setup_link(*token);
  const auto of =
      link && link->account ? exchange.door.accounts().account(*link->account) : std::nullopt;
  if (!link || (link->account && !of)) return response_of(SignInRefused{SignInRefused::Why::link});
  JsonText shown;
  shown.open('{').key("name");
  of ? shown.value(of->name) : shown.value(nullptr);
  shown.member("expires_at", link->expires_at).close('}');
  return Response{.body = shown.take()};
}

Answer set_up_account(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  const auto json = read_json_object(exchange.body);
  if (!json) return json.error();
  JsonFields fields(*json, {"token", "name", "password"});
  const auto token = fields.text("token", 64, "the part of the link after its last slash");
  const auto name = fields.text("name", longest_account_name, "a name for yourself");
  const auto password = fields.text("password", longest_password, "a password of your own");
  if (!token) fields.wrong("token", "write the part of the link after its last slash");
  if (!password) fields.wrong("password", "write a password of your own");
  if (auto refusal = fields.refusal("invalid_setup")) return *refusal;
  exchange.door.accounts().set_up(*token, name.value_or(""), *password, exchange.from,
                                  signing_in(exchange));
  return std::nullopt;
}

Answer get_session(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (!exchange.caller->person) return not_a_person();
  return shown(exchange.caller->person->account, exchange.session_token);
}

Answer close_own_session(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (!exchange.caller->person) return not_a_person();
  const auto& [session, account, key] = *exchange.caller->person;
  const auto done = [only_tls = exchange.only_tls](bool /*was_open*/) {
    auto response = no_content();
    response.headers.emplace_back(
        "Set-Cookie", set_cookie(session_cookie, "", std::chrono::seconds{0}, only_tls));
    return response;
  };
  exchange.door.accounts().close_session(account.id, session.id, asker(exchange),
                                         answering<bool>(exchange, done));
  return std::nullopt;
}

Answer list_own_sessions(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (!exchange.caller->person) return not_a_person();
  return sessions_page(exchange, exchange.caller->person->account.id);
}

Answer close_one_session(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (!exchange.caller->person) return not_a_person();
  return close_session_of(exchange, exchange.caller->person->account.id, exchange.parameter);
}

Answer change_own_password(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (!exchange.caller->person) return not_a_person();
  const auto json = read_json_object(exchange.body);
  if (!json) return json.error();
  JsonFields fields(*json, {"old_password", "password"});
  const auto old = fields.text("old_password", longest_password, "the password that you have");
  const auto next = fields.text("password", longest_password, "the new one");
  if (!old) fields.wrong("old_password", "write the password that you have");
  if (!next) fields.wrong("password", "write the new one");
  if (auto refusal = fields.refusal("invalid_user")) return *refusal;
  exchange.door.accounts().change_password(*exchange.caller->person, *old, *next,
                                           answering_refusal(exchange));
  return std::nullopt;
}

Answer make_second_factor(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (!exchange.caller->person) return not_a_person();
  const auto json = read_json_object(exchange.body);
  if (!json) return json.error();
  JsonFields fields(*json, {"password"});
  const auto password = own_password(fields);
  if (auto refusal = fields.refusal("invalid_second_factor")) return *refusal;
  const auto offer = [name = exchange.caller->person->account.name](const Refused& refused) {
    if (refused) return response_of(*refused);
    const auto secret = make_one_time_secret();
    JsonText offered;
    offered.open('{').member("secret", shown_one_time_secret(secret));
    offered.member("uri", one_time_uri(secret, issuer, name));
    return Response{.body = offered.close('}').take()};
  };
  exchange.door.accounts().check_password(*exchange.caller->person, password,
                                          answering<Refused>(exchange, offer));
  return std::nullopt;
}

Answer put_second_factor(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (!exchange.caller->person) return not_a_person();
  const auto json = read_json_object(exchange.body);
  if (!json) return json.error();
  JsonFields fields(*json, {"password", "secret", "code"});
  const auto shown = fields.text("secret", 64, "the secret that POST gave");
  const auto code = fields.text("code", 16, "six digits that it shows now");
  const auto secret = shown ? read_one_time_secret(*shown) : std::nullopt;
  if (!secret) fields.wrong("secret", "write the secret that POST /v1/session/second-factor gave");
  if (!code) fields.wrong("code", "write the six digits that it shows now");
  const auto password = own_password(fields);
  if (auto refusal = fields.refusal("invalid_second_factor")) return *refusal;
  exchange.door.accounts().set_second_factor(*exchange.caller->person, password, *secret, *code,
                                             answering_refusal(exchange));
  return std::nullopt;
}

Answer drop_second_factor(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  if (!exchange.caller->person) return not_a_person();
  const auto json = read_json_object(exchange.body);
  if (!json) return json.error();
  JsonFields fields(*json, {"password"});
  const auto password = own_password(fields);
  if (auto refusal = fields.refusal("invalid_second_factor")) return *refusal;
  exchange.door.accounts().set_second_factor(*exchange.caller->person, password, {}, {},
                                             answering_refusal(exchange));
  return std::nullopt;
}

}  // namespace bank::web
