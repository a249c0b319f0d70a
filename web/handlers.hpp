#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "web/account_door.hpp"
#include "web/auth.hpp"
#include "web/door.hpp"
#include "web/event_stream.hpp"
#include "web/http.hpp"
#include "web/idempotency.hpp"
#include "web/key_meter.hpp"
#include "web/server.hpp"

/// Handlers are functions from a request to a response, at once or through its Reply. They know
/// neither libmicrohttpd nor SQLite.
namespace bank::web {

/// A request as a handler sees it: routed, authenticated, complete.
struct Exchange {
  Door& door;
  RunningRequests& running;
  const std::function<ServerCounts()>& server_counts;  // may be empty
  KeyRing& keys;
  KeyMeters& meters;
  const EventRing& events;
  EventStream::Pace pace;        // of those who listen to them
  KeyRing::Caller caller;        // nothing for calls that need no key
  std::string parameter;         // of the path, decoded; may be empty
  std::string second_parameter;  // the same
  std::string query;             // as sent
  std::optional<std::string> idempotency_key;
  std::string last_event_id;  // may be empty
  Browser from;               // for whoever comes without a key
  std::string session_token;  // his; may be empty
  bool only_tls;              // browsers come by TLS, which a proxy ends
  std::string body;
  Reply reply;
};

/// Who asks, for records: "API key shop", "user ali".
[[nodiscard]] std::string asker(const Exchange& exchange);

/// 503: the door did not do it.
[[nodiscard]] Response unavailable(const Unavailable& why);

/// 403 for a key that is bound to something, where it could come out of its bounds.
[[nodiscard]] std::optional<Response> bound_key(const Exchange& exchange);

class JsonText;
/// {"line","field","to","reason"}
void append_rejection(JsonText& json, const scheduler::Book::RejectedLine& line);

/// The answer to what was accepted, also when it is repeated.
[[nodiscard]] Response response_of(Outcome<Acceptance>& outcome);

/// What of it counts for the limits of its key; `taken` may be null.
void settle(KeyMeters::Taken* taken, const Outcome<Acceptance>& outcome);

/// The modem as it is now, or 404.
[[nodiscard]] Response shown_modem(Door& door, std::string_view name, int status);
[[nodiscard]] Response no_such_modem();
[[nodiscard]] Response no_such_message();
/// The SIM as it is now, or 404.
[[nodiscard]] Response shown_sim(Door& door, std::string_view name);
[[nodiscard]] Response no_such_sim();

/// A file of the console, at once.
[[nodiscard]] Response console_response(const RequestHead& head, std::string_view name);

/// Nothing: `reply` will be called.
using Answer = std::optional<Response>;

Answer preview_text(Exchange& exchange);
Answer get_today(Exchange& exchange);
Answer open_session(Exchange& exchange);
Answer get_session(Exchange& exchange);
Answer close_own_session(Exchange& exchange);
Answer look_at_setup_link(Exchange& exchange);
Answer set_up_account(Exchange& exchange);
Answer list_own_sessions(Exchange& exchange);
Answer close_one_session(Exchange& exchange);
Answer change_own_password(Exchange& exchange);
Answer make_second_factor(Exchange& exchange);
Answer put_second_factor(Exchange& exchange);
Answer drop_second_factor(Exchange& exchange);
Answer list_users(Exchange& exchange);
Answer get_user(Exchange& exchange);
Answer create_user(Exchange& exchange);
Answer change_user(Exchange& exchange);
Answer delete_user(Exchange& exchange);
Answer invite_user(Exchange& exchange);
Answer list_sessions_of_user(Exchange& exchange);
Answer close_session_of_user(Exchange& exchange);
Answer post_messages(Exchange& exchange);
Answer list_messages(Exchange& exchange);
Answer get_message(Exchange& exchange);
Answer cancel_message(Exchange& exchange);
Answer requeue_message(Exchange& exchange);
Answer list_batches(Exchange& exchange);
Answer get_batch(Exchange& exchange);
Answer list_rejections(Exchange& exchange);
Answer pause_batch(Exchange& exchange);
Answer resume_batch(Exchange& exchange);
Answer cancel_batch(Exchange& exchange);
Answer list_inbox(Exchange& exchange);
Answer get_inbound(Exchange& exchange);
Answer list_conversations(Exchange& exchange);
Answer get_conversation(Exchange& exchange);
Answer list_conversation_items(Exchange& exchange);
Answer search_conversations(Exchange& exchange);
Answer open_conversation(Exchange& exchange);
Answer close_conversation(Exchange& exchange);
Answer read_conversation(Exchange& exchange);
Answer note_conversation(Exchange& exchange);
Answer reply_conversation(Exchange& exchange);
Answer list_suppressions(Exchange& exchange);
Answer get_suppression(Exchange& exchange);
Answer put_suppression(Exchange& exchange);
Answer delete_suppression(Exchange& exchange);
Answer list_suppression_history(Exchange& exchange);
Answer confirm_suppression(Exchange& exchange);
Answer dismiss_suppression(Exchange& exchange);
Answer export_suppressions(Exchange& exchange);
Answer import_suppressions(Exchange& exchange);
Answer list_keywords(Exchange& exchange);
Answer put_keyword(Exchange& exchange);
Answer delete_keyword(Exchange& exchange);
Answer list_answers(Exchange& exchange);
Answer get_answer(Exchange& exchange);
Answer put_answer(Exchange& exchange);
Answer delete_answer(Exchange& exchange);
Answer list_modems(Exchange& exchange);
Answer get_modem(Exchange& exchange);
Answer restart_modem(Exchange& exchange);
Answer pause_modem(Exchange& exchange);
Answer resume_modem(Exchange& exchange);
Answer identify_modem(Exchange& exchange);
Answer ask_ussd(Exchange& exchange);
Answer ask_at(Exchange& exchange);
Answer loop_back(Exchange& exchange);
Answer get_modem_dialogue(Exchange& exchange);
Answer get_message_dialogue(Exchange& exchange);
Answer list_modem_events(Exchange& exchange);
Answer get_modem_signal(Exchange& exchange);
Answer get_modem_submissions(Exchange& exchange);
Answer list_audit(Exchange& exchange);
Answer export_audit(Exchange& exchange);
Answer verify_audit(Exchange& exchange);
Answer list_alarms(Exchange& exchange);
Answer get_alarm(Exchange& exchange);
Answer acknowledge_alarm(Exchange& exchange);
Answer list_sims(Exchange& exchange);
Answer get_sim(Exchange& exchange);
Answer change_sim(Exchange& exchange);
Answer get_settings(Exchange& exchange);
Answer list_keys(Exchange& exchange);
Answer create_key(Exchange& exchange);
Answer revoke_key(Exchange& exchange);
Answer list_webhooks(Exchange& exchange);
Answer create_webhook(Exchange& exchange);
Answer get_webhook(Exchange& exchange);
Answer change_webhook(Exchange& exchange);
Answer delete_webhook(Exchange& exchange);
Answer renew_webhook_secret(Exchange& exchange);
Answer test_webhook(Exchange& exchange);
Answer replay_dead_letters(Exchange& exchange);
Answer list_deliveries(Exchange& exchange);
Answer get_delivery(Exchange& exchange);
Answer replay_delivery(Exchange& exchange);
Answer get_events(Exchange& exchange);
Answer healthz(Exchange& exchange);
Answer readyz(Exchange& exchange);
Answer get_metrics(Exchange& exchange);
Answer get_openapi(Exchange& exchange);

}  // namespace bank::web
