#include "web/api.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <strings.h>

#include <array>

#include "web/accept.hpp"
#include "web/auth.hpp"
#include "web/batch_check.hpp"
#include "web/batch_upload.hpp"
#include "web/cookie.hpp"
#include "web/handlers.hpp"
#include "web/media_type.hpp"
#include "web/problem.hpp"
#include "web/query.hpp"

namespace bank::web {

namespace {

enum class Body { none, json, maybe_json, csv, lines, file };

struct Route {
  std::string_view method;
  std::string_view pattern;  // each "{}", at most two, stands for one step of the path
  Scope scope;
  Body body;
  Answer (*answer)(Exchange&);  // null for a body of lines, which BatchUpload takes, and for files
};

constexpr std::array routes{
    Route{"POST", "/v1/messages", Scope::send, Body::json, post_messages},
    Route{"GET", "/v1/messages", Scope::read, Body::none, list_messages},
    Route{"GET", "/v1/messages/{}", Scope::read, Body::none, get_message},
    Route{"DELETE", "/v1/messages/{}", Scope::send, Body::none, cancel_message},
    Route{"POST", "/v1/messages/{}/requeue", Scope::send, Body::none, requeue_message},
    Route{"GET", "/v1/messages/{}/dialogue", Scope::dialogue, Body::none, get_message_dialogue},
    Route{"POST", "/v1/messages/batch", Scope::send, Body::lines, nullptr},
    Route{"GET", "/v1/batches", Scope::read, Body::none, list_batches},
    Route{"GET", "/v1/batches/{}", Scope::read, Body::none, get_batch},
    Route{"DELETE", "/v1/batches/{}", Scope::send, Body::none, cancel_batch},
    Route{"GET", "/v1/batches/{}/rejections", Scope::read, Body::none, list_rejections},
    Route{"POST", "/v1/batches/{}/pause", Scope::send, Body::none, pause_batch},
    Route{"POST", "/v1/batches/{}/resume", Scope::send, Body::none, resume_batch},
    Route{"GET", "/v1/inbox", Scope::read, Body::none, list_inbox},
    Route{"GET", "/v1/inbox/{}", Scope::read, Body::none, get_inbound},
    Route{"GET", "/v1/conversations", Scope::read, Body::none, list_conversations},
    Route{"GET", "/v1/conversations/search", Scope::read, Body::none, search_conversations},
    Route{"GET", "/v1/conversations/{}", Scope::read, Body::none, get_conversation},
    Route{"GET", "/v1/conversations/{}/items", Scope::read, Body::none, list_conversation_items},
    Route{"POST", "/v1/conversations/{}/open", Scope::send, Body::none, open_conversation},
    Route{"POST", "/v1/conversations/{}/done", Scope::send, Body::none, close_conversation},
    Route{"POST", "/v1/conversations/{}/read", Scope::send, Body::none, read_conversation},
    Route{"POST", "/v1/conversations/{}/notes", Scope::send, Body::json, note_conversation},
    Route{"POST", "/v1/conversations/{}/reply", Scope::send, Body::json, reply_conversation},
    Route{"GET", "/v1/suppressions", Scope::read, Body::none, list_suppressions},
    Route{"GET", "/v1/suppressions/{}", Scope::read, Body::none, get_suppression},
    Route{"PUT", "/v1/suppressions/{}", Scope::send, Body::maybe_json, put_suppression},
    Route{"DELETE", "/v1/suppressions/{}", Scope::admin, Body::none, delete_suppression},
    Route{"GET", "/v1/suppressions/{}/history", Scope::read, Body::none, list_suppression_history},
    Route{"POST", "/v1/suppressions/{}/confirm", Scope::send, Body::none, confirm_suppression},
    Route{"POST", "/v1/suppressions/{}/dismiss", Scope::send, Body::none, dismiss_suppression},
    Route{"GET", "/v1/suppressions/export", Scope::read, Body::none, export_suppressions},
    Route{"POST", "/v1/suppressions/import", Scope::send, Body::csv, import_suppressions},
    Route{"GET", "/v1/keywords", Scope::read, Body::none, list_keywords},
    Route{"PUT", "/v1/keywords/{}", Scope::admin, Body::json, put_keyword},
    Route{"DELETE", "/v1/keywords/{}", Scope::admin, Body::none, delete_keyword},
    Route{"GET", "/v1/answers", Scope::read, Body::none, list_answers},
    Route{"GET", "/v1/answers/{}", Scope::read, Body::none, get_answer},
    Route{"PUT", "/v1/answers/{}", Scope::admin, Body::json, put_answer},
    Route{"DELETE", "/v1/answers/{}", Scope::admin, Body::none, delete_answer},
    Route{"GET", "/v1/modems", Scope::read, Body::none, list_modems},
    Route{"GET", "/v1/modems/{}", Scope::read, Body::none, get_modem},
    Route{"POST", "/v1/modems/{}/restart", Scope::rack, Body::none, restart_modem},
    Route{"POST", "/v1/modems/{}/pause", Scope::rack, Body::none, pause_modem},
    Route{"POST", "/v1/modems/{}/resume", Scope::rack, Body::none, resume_modem},
    Route{"POST", "/v1/modems/{}/identify", Scope::rack, Body::none, identify_modem},
    Route{"POST", "/v1/modems/{}/ussd", Scope::rack, Body::json, ask_ussd},
    Route{"POST", "/v1/modems/{}/at", Scope::admin, Body::json, ask_at},
    Route{"POST", "/v1/modems/{}/loopback", Scope::upkeep, Body::maybe_json, loop_back},
    Route{"GET", "/v1/modems/{}/dialogue", Scope::dialogue, Body::none, get_modem_dialogue},
    Route{"GET", "/v1/modems/{}/events", Scope::read, Body::none, list_modem_events},
    Route{"GET", "/v1/modems/{}/signal", Scope::read, Body::none, get_modem_signal},
    Route{"GET", "/v1/modems/{}/submissions", Scope::read, Body::none, get_modem_submissions},
    Route{"GET", "/v1/audit", Scope::admin, Body::none, list_audit},
    Route{"GET", "/v1/audit/export", Scope::admin, Body::none, export_audit},
    Route{"GET", "/v1/audit/verify", Scope::admin, Body::none, verify_audit},
    Route{"GET", "/v1/alarms", Scope::read, Body::none, list_alarms},
    Route{"GET", "/v1/alarms/{}", Scope::read, Body::none, get_alarm},
    Route{"POST", "/v1/alarms/{}/acknowledge", Scope::alarm, Body::none, acknowledge_alarm},
    Route{"GET", "/v1/sims", Scope::read, Body::none, list_sims},
    Route{"GET", "/v1/sims/{}", Scope::read, Body::none, get_sim},
    Route{"PATCH", "/v1/sims/{}", Scope::upkeep, Body::json, change_sim},
    Route{"GET", "/v1/settings", Scope::admin, Body::none, get_settings},
    Route{"GET", "/v1/keys", Scope::admin, Body::none, list_keys},
    Route{"POST", "/v1/keys", Scope::admin, Body::json, create_key},
    Route{"DELETE", "/v1/keys/{}", Scope::admin, Body::none, revoke_key},
    Route{"GET", "/v1/webhooks", Scope::admin, Body::none, list_webhooks},
    Route{"POST", "/v1/webhooks", Scope::admin, Body::json, create_webhook},
    Route{"GET", "/v1/webhooks/{}", Scope::admin, Body::none, get_webhook},
    Route{"PATCH", "/v1/webhooks/{}", Scope::admin, Body::json, change_webhook},
    Route{"DELETE", "/v1/webhooks/{}", Scope::admin, Body::none, delete_webhook},
    Route{"POST", "/v1/webhooks/{}/secret", Scope::admin, Body::maybe_json, renew_webhook_secret},
    Route{"POST", "/v1/webhooks/{}/test", Scope::admin, Body::none, test_webhook},
    Route{"POST", "/v1/webhooks/{}/replay", Scope::admin, Body::none, replay_dead_letters},
    Route{"GET", "/v1/webhooks/{}/deliveries", Scope::admin, Body::none, list_deliveries},
    Route{"GET", "/v1/webhooks/{}/deliveries/{}", Scope::admin, Body::none, get_delivery},
    Route{"POST", "/v1/webhooks/{}/deliveries/{}/replay", Scope::admin, Body::none,
          replay_delivery},
    Route{"GET", "/v1/events", Scope::read, Body::none, get_events},
    Route{"GET", "/v1/today", Scope::read, Body::none, get_today},
    Route{"POST", "/v1/text/preview", Scope::read, Body::json, preview_text},
    Route{"POST", "/v1/session", Scope::none, Body::json, open_session},
    Route{"GET", "/v1/session", Scope::read, Body::none, get_session},
    Route{"DELETE", "/v1/session", Scope::read, Body::none, close_own_session},
    Route{"PUT", "/v1/session/password", Scope::read, Body::json, change_own_password},
    Route{"POST", "/v1/session/second-factor", Scope::read, Body::json, make_second_factor},
    Route{"PUT", "/v1/session/second-factor", Scope::read, Body::json, put_second_factor},
    Route{"DELETE", "/v1/session/second-factor", Scope::read, Body::json, drop_second_factor},
    Route{"GET", "/v1/sessions", Scope::read, Body::none, list_own_sessions},
    Route{"DELETE", "/v1/sessions/{}", Scope::read, Body::none, close_one_session},
    Route{"POST", "/v1/setup", Scope::none, Body::json, set_up_account},
    Route{"POST", "/v1/setup/link", Scope::none, Body::json, look_at_setup_link},
    Route{"GET", "/v1/users", Scope::admin, Body::none, list_users},
    Route{"POST", "/v1/users", Scope::admin, Body::json, create_user},
    Route{"GET", "/v1/users/{}", Scope::admin, Body::none, get_user},
    Route{"PATCH", "/v1/users/{}", Scope::admin, Body::json, change_user},
    Route{"DELETE", "/v1/users/{}", Scope::admin, Body::none, delete_user},
    Route{"POST", "/v1/users/{}/link", Scope::admin, Body::none, invite_user},
    Route{"GET", "/v1/users/{}/sessions", Scope::admin, Body::none, list_sessions_of_user},
    Route{"DELETE", "/v1/users/{}/sessions/{}", Scope::admin, Body::none, close_session_of_user},
    Route{"GET", "/", Scope::none, Body::file, nullptr},
    Route{"GET", "/console/{}", Scope::none, Body::file, nullptr},
    Route{"GET", "/healthz", Scope::none, Body::none, healthz},
    Route{"GET", "/readyz", Scope::none, Body::none, readyz},
    Route{"GET", "/metrics", Scope::read, Body::none, get_metrics},
    Route{"GET", "/openapi.json", Scope::read, Body::none, get_openapi},
};

/// The steps that stand for each "{}"; empty where the pattern has fewer.
using Steps = std::array<std::string_view, 2>;

/// Nothing when it does not match.
std::optional<Steps> match(std::string_view pattern, std::string_view path) {
  Steps steps;
  for (auto& step : steps) {
    const auto hole = pattern.find("{}");
    if (hole == std::string_view::npos) break;
    if (!path.starts_with(pattern.substr(0, hole))) return std::nullopt;
    path.remove_prefix(hole);
    pattern.remove_prefix(hole + 2);
    step = path.substr(0, path.find('/'));
    if (step.empty()) return std::nullopt;
    path.remove_prefix(step.size());
  }
  return pattern == path ? std::optional(steps) : std::nullopt;
}

Response with_allow(Response response, std::string allow) {
  response.headers.emplace_back("Allow", std::move(allow));
  return response;
}

/// The steps of the path that stand for "{}", when the route leads there. A path that is written
/// out in some route is that path, whatever else its steps could stand for.
std::optional<Steps> leads_to(const Route& route, std::string_view path) {
  const bool written_out = std::any_of(routes.begin(), routes.end(),
                                       [&](const Route& one) { return one.pattern == path; });
  if (written_out && route.pattern != path) return std::nullopt;
  return match(route.pattern, path);
}

/// Methods of all routes that match a path: "GET, HEAD, POST, OPTIONS"; empty: none does.
std::string allowed(std::string_view path) {
  if (path == "*") return "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
  std::string methods;
  for (const auto& route : routes) {
    if (!leads_to(route, path)) continue;
    methods += methods.empty() ? "" : ", ";
    methods += route.method;
    if (route.method == "GET") methods += ", HEAD";
  }
  if (!methods.empty()) methods += ", OPTIONS";
  return methods;
}

/// 406 for a client that excludes what the call answers with. Who asks for our health is told it
/// whatever he accepts: he looks at the status.
std::optional<Response> not_acceptable(const Route& route, std::string_view accept) {
  if (route.scope == Scope::none) return std::nullopt;
  if (route.answer == get_metrics) {
    if (accepts(accept, "text/plain")) return std::nullopt;
    return problem(406, "not_acceptable", "this call answers with text/plain; accept that");
  }
  if (route.answer == export_suppressions) {
    if (accepts(accept, "text/csv")) return std::nullopt;
    return problem(406, "not_acceptable", "this call answers with text/csv; accept that");
  }
  // Its format is asked for in the query.
  if (route.answer == export_audit) return std::nullopt;
  if (route.answer == get_events) {
    if (accepts(accept, "text/event-stream")) return std::nullopt;
    return problem(406, "not_acceptable", "this call answers with text/event-stream; accept that");
  }
  if (accepts(accept, "application/json") || accepts(accept, "application/problem+json")) {
    return std::nullopt;
  }
  return problem(406, "not_acceptable",
                 "this call answers with JSON; send Accept: application/json, or none");
}

/// 415 for a body that would have to be decoded first (RFC 9110 §8.4, §15.5.16).
std::optional<Response> coded(const Route& route, std::string_view content_encoding) {
  constexpr std::string_view plain = "identity";
  if (route.body == Body::none || content_encoding.empty() ||
      (content_encoding.size() == plain.size() &&
       strncasecmp(content_encoding.data(), plain.data(), plain.size()) == 0)) {
    return std::nullopt;
  }
  auto refusal = problem(415, "unknown_content_coding",
                         "a body is read as it is; send it uncompressed, without Content-Encoding");
  refusal.headers.emplace_back("Accept-Encoding", plain);
  return refusal;
}

/// For those who come without a key.
Browser browser_of(const RequestHead& head, const KeyRing::Caller& caller) {
  if (caller && !caller->person) return {};
  return {std::string(head.peer), std::string(head.user_agent.substr(0, longest_agent)),
          std::string(cookie(head.cookies, device_cookie)), head.peer_is_loopback};
}

/// Another one for each start, greater than those before it while the clock goes forward, and
/// another one too where it does not.
std::uint64_t epoch_at(scheduler::WallTime now) {
  constexpr unsigned chance_bits = 16;
  return (static_cast<std::uint64_t>(now.time_since_epoch().count()) << chance_bits) +
         randombytes_uniform(1U << chance_bits);
}

}  // namespace

std::string asker(const Exchange& exchange) {
  const auto& caller = *exchange.caller;
  return fmt::format("{} {}", caller.person ? "user" : "API key", caller.name);
}

Response unavailable(const Unavailable& why) {
  return unavailable(why.detail, why.retry_after.count());
}

struct Api::Impl {
  Impl(Door& the_door, EventOptions event_options, bool tls_alone)
      : door(the_door),
        events(epoch_at(the_door.now()), event_options.limits),
        pace(event_options.pace),
        only_tls(tls_alone),
        keys(
            the_door, [this](const KeyHash& hash) { return door.accounts().session(hash); },
            [this] { return door.now(); },
            [this](const KeyRing::Remembered& caller, scheduler::WallTime at) {
              if (!caller.person) return door.key_used(caller.id, at);
              door.accounts().session_used(caller.person->session.id, at);
            }),
        meters(the_door, [&the_door] { return the_door.now(); }) {}

  /// The route, or why there is none.
  static Result<std::pair<const Route*, Steps>, Response> find(const RequestHead& head) {
    const auto method = head.method == "HEAD" ? std::string_view("GET") : head.method;
    for (const auto& route : routes) {
      if (route.method != method) continue;
      if (const auto steps = leads_to(route, head.path)) return std::pair(&route, *steps);
    }
    auto methods = allowed(head.path);
    if (methods.empty()) {
      return unexpected(problem(404, "no_such_path",
                                "nothing is at this path; GET /openapi.json lists what there is"));
    }
    if (head.method == "OPTIONS") {
      return unexpected(with_allow({.status = 204, .body = {}}, std::move(methods)));
    }
    auto detail = fmt::format("this path takes {}", methods);
    return unexpected(with_allow(problem(405, "method_not_allowed", detail), std::move(methods)));
  }

  Admission admit(const RequestHead& head) {
    const auto found = find(head);
    if (!found) return found.error();
    const Route* route = found->first;
    const auto [step, second_step] = found->second;
    if (route->body == Body::file) {
      return console_response(head, step.empty() ? "index.html" : step);
    }
    auto caller = keys.authenticate(head, route->scope);
    if (!caller) return std::move(caller.error());
    if (auto refusal = not_acceptable(*route, head.accept)) return std::move(*refusal);
    if (auto refusal = coded(*route, head.content_encoding)) return std::move(*refusal);
    std::optional<std::string> idempotency_key;
    if (head.idempotency_key.data() != nullptr) idempotency_key = head.idempotency_key;
    if (route->body == Body::lines) {
      return receive(head, std::move(*caller), std::move(idempotency_key));
    }
    if (route->body == Body::csv && media_type(head.content_type) != "text/csv") {
      return problem(415, "not_csv_type",
                     "this call takes CSV; send the header Content-Type: text/csv");
    }
    // Without a type a page of another site could send it, and sign somebody in as somebody else.
    const bool may_say_nothing = route->scope != Scope::none;
    if (route->body != Body::none && route->body != Body::csv &&
        !(head.content_type.empty() && may_say_nothing) &&
        media_type(head.content_type) != "application/json") {
      return problem(415, "not_json_type",
                     "this call takes JSON; send the header Content-Type: application/json");
    }
    auto decoded = percent_decoded(step);
    auto second = percent_decoded(second_step);
    if (!decoded || !second) {
      return problem(400, "bad_path", "a % in the path is not followed by two hex digits");
    }
    auto from = browser_of(head, *caller);
    return Call([this, route, caller = std::move(*caller), parameter = std::move(*decoded),
                 second = std::move(*second), query = std::string(head.query),
                 idempotency_key = std::move(idempotency_key),
                 last_event_id = std::string(head.last_event_id), from = std::move(from),
                 session_token =
                     std::string(head.authorization.empty() ? cookie(head.cookies, session_cookie)
                                                            : std::string_view())](
                    std::string body, Reply reply) mutable -> std::optional<Response> {
      if (auto refusal = keys.turned_away(caller)) return refusal;
      Exchange exchange{.door = door,
                        .running = running,
                        .server_counts = counts,
                        .keys = keys,
                        .meters = meters,
                        .events = events,
                        .pace = pace,
                        .caller = std::move(caller),
                        .parameter = std::move(parameter),
                        .second_parameter = std::move(second),
                        .query = std::move(query),
                        .idempotency_key = std::move(idempotency_key),
                        .last_event_id = std::move(last_event_id),
                        .from = std::move(from),
                        .session_token = std::move(session_token),
                        .only_tls = only_tls,
                        .body = std::move(body),
                        .reply = std::move(reply)};
      return route->answer(exchange);
    });
  }

  Admission receive(const RequestHead& head, KeyRing::Caller caller,
                    std::optional<std::string> idempotency_key) {
    const auto query = Query::read(head.query, {"check"});
    if (!query) return query.error();
    const auto check = query->get("check").value_or("false");
    if (check != "true" && check != "false") return bad_query("check", "write true or false");
    if (check == "true") {
      auto checked = BatchCheck::begin(door, std::move(caller), head.content_type, checks);
      if (!checked) return std::move(checked.error());
      return std::move(*checked);
    }
    auto mark = running.begin(caller->id, idempotency_key);
    if (!mark) return std::move(mark.error());
    auto revoked = [this, caller] { return keys.turned_away(caller); };
    auto taken = meters.open(*caller);
    auto upload =
        BatchUpload::begin(door, std::move(caller), head.content_type, std::move(idempotency_key),
                           std::move(*mark), uploads, std::move(revoked), std::move(taken));
    if (!upload) return std::move(upload.error());
    return std::move(*upload);
  }

  Door& door;
  EventRing events;
  EventStream::Pace pace;
  bool only_tls;
  KeyRing keys;
  KeyMeters meters;
  RunningRequests running;
  std::shared_ptr<std::atomic<int>> uploads = std::make_shared<std::atomic<int>>(0);
  std::shared_ptr<std::atomic<int>> checks = std::make_shared<std::atomic<int>>(0);
  std::function<ServerCounts()> counts;
};

Api::Api(Door& door, EventOptions events, bool only_tls)
    : impl_(std::make_unique<Impl>(door, events, only_tls)) {}
Api::~Api() = default;

Handler Api::handler() {
  return [impl = impl_.get()](const RequestHead& head) { return impl->admit(head); };
}

EventRing& Api::events() {
  return impl_->events;
}

void Api::forget_keys() {
  impl_->keys.forget();
}

void Api::show_counts(std::function<ServerCounts()> counts) {
  impl_->counts = std::move(counts);
}

}  // namespace bank::web
