#include <fmt/format.h>

#include <algorithm>

#include "web/handlers.hpp"
#include "web/json_text.hpp"
#include "web/message_form.hpp"
#include "web/message_json.hpp"
#include "web/problem.hpp"
#include "web/query.hpp"

namespace bank::web {

namespace {

using scheduler::Book;
using scheduler::MessageId;
using scheduler::MessageState;

constexpr char messages_list = 'm';

/// The id in the path of a call that takes no parameters.
///
/// Errors  the 400 or 404 to answer with.
Result<MessageId, Response> id_of(const Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return unexpected(query.error());
  const auto id = scheduler::message_id(exchange.parameter);
  if (!id) return unexpected(no_such_message());
  return *id;
}

Response one_message(Door& door, MessageId id, int status) {
  const auto message = door.message(id);
  if (!message) return no_such_message();
  const auto submissions = door.submissions(id);
  JsonText json;
  append_message(json, *message, door.hold_of(*message), &submissions);
  return {.status = status, .body = json.take()};
}

std::string state_of(Door& door, MessageId id) {
  const auto message = door.message(id);
  return std::string(message ? scheduler::name_of(message->state) : "gone");
}

Response not_requeueable(Door& door, MessageId id) {
  using enum MessageState;
  const auto message = door.message(id);
  if (!message) return no_such_message();
  const auto state = message->state;
  if (!message->text && (state == failed || state == expired || state == uncertain)) {
    return problem(409, "not_requeueable",
                   "the message has lost its text, which is kept for as long as [retention] texts "
                   "says; post a new message instead");
  }
  return problem(409, "not_requeueable",
                 fmt::format("the message is {}: only what failed, expired or is uncertain can be "
                             "sent again; post a new message instead",
                             scheduler::name_of(state)));
}

Response unavailable_for(const Unavailable& why) {
  return unavailable(why.detail, why.retry_after.count());
}

/// Errors  the 400 to answer with.
Result<scheduler::MessageFilter, Response> filter_of(const Query& query, Door& door) {
  scheduler::MessageFilter filter;
  if (const auto state = query.get("state")) {
    filter.state = scheduler::state_named(*state);
    if (!filter.state) {
      return unexpected(bad_query("state",
                                  "unknown; write queued, sending, sent, delivered, undelivered, "
                                  "failed, expired, cancelled, suppressed or uncertain"));
    }
  }
  if (const auto to = query.get("to")) {
    auto number = door.normalise(*to);
    if (!number) return unexpected(bad_query("to", number.error()));
    filter.to = std::move(*number);
  }
  if (const auto batch = query.get("batch")) {
    filter.batch = scheduler::batch_id(*batch);
    if (!filter.batch) return unexpected(bad_query("batch", "no batch id; they begin with bat_"));
  }
  const auto since = time_in(query, "since");
  if (!since) return unexpected(since.error());
  filter.since = *since;
  return filter;
}

/// 403 for a message that does not go where the key may send.
std::optional<Response> not_through_there(const scheduler::ApiKey& key,
                                          const scheduler::MessageView& message, Door& door) {
  if (!key.may_use_pool(message.pool)) {
    return problem(403, "pool_not_allowed",
                   fmt::format("the message goes through {}, which this key may not send "
                               "through; use a key made with --pool {}",
                               message.pool, message.pool));
  }
  if (!key.sims.empty() && (!message.wanted_sim || !is_bound_to(key, door, *message.wanted_sim))) {
    return problem(403, "sim_not_allowed",
                   fmt::format("the message does not go through a SIM that this key may send "
                               "through: {}; use a key made without --sim",
                               fmt::join(key.sims, ", ")));
  }
  if (message.wanted_sim && !may_use_sim(key, door, *message.wanted_sim)) {
    return problem(403, "pool_not_allowed",
                   fmt::format("the message goes through the SIM {}, which is in none of the pools "
                               "that this key may send through: {}",
                               *message.wanted_sim, fmt::join(key.pools, ", ")));
  }
  return std::nullopt;
}

/// 403 for a message that the key could not have posted. What the program sends by itself is sent
/// again by an administrator.
std::optional<Response> may_not_send(const scheduler::ApiKey& key,
                                     const scheduler::MessageView& message, Door& door) {
  if (message.message_class == scheduler::MessageClass::system) {
    const auto& scopes = key.scopes;
    if (std::find(scopes.begin(), scopes.end(), "admin") == scopes.end()) {
      return problem(403, "class_not_allowed",
                     "the program sent this message by itself; use a key made with --scope admin");
    }
  } else if (!may_send(key, message.message_class)) {
    const auto name = scheduler::name_of(message.message_class);
    return problem(403, "class_not_allowed",
                   fmt::format("the message is {}, which this key may not send; use a key made "
                               "with --class {}",
                               name, name));
  }
  return not_through_there(key, message, door);
}

}  // namespace

Response no_such_message() {
  return problem(404, "no_such_message",
                 "no message has this id; ids begin with msg_ and come from POST /v1/messages");
}

Answer list_messages(Exchange& exchange) {
  const auto query =
      Query::read(exchange.query, {"state", "to", "batch", "since", "limit", "after"});
  if (!query) return query.error();
  const auto filter = filter_of(*query, exchange.door);
  if (!filter) return filter.error();
  const auto page = read_page(*query, messages_list);
  if (!page) return page.error();
  const auto after = number_after(*page);
  if (!after) return after.error();

  const auto before = *after ? std::optional(MessageId{**after}) : std::nullopt;
  auto messages = exchange.door.messages(*filter, before, page->limit + 1);
  const bool more = messages.size() > page->limit;
  if (more) messages.resize(page->limit);
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& message : messages) {
    append_message(json, message, exchange.door.hold_of(message));
  }
  json.close(']').key("next");
  if (more) {
    const auto last = static_cast<std::int64_t>(messages.back().id);
    json.value(cursor(messages_list, std::to_string(last)));
  } else {
    json.value(nullptr);
  }
  json.close('}');
  return Response{.body = json.take()};
}

Answer get_message(Exchange& exchange) {
  const auto id = id_of(exchange);
  if (!id) return id.error();
  return one_message(exchange.door, *id, 200);
}

Answer cancel_message(Exchange& exchange) {
  const auto id = id_of(exchange);
  if (!id) return id.error();
  auto& door = exchange.door;
  door.cancel(
      *id, asker(exchange),
      [&door, id = *id, reply = std::move(exchange.reply)](Outcome<Book::CancelResult> outcome) {
        reply([&door, id, outcome = std::move(outcome)]() -> Response {
          if (!outcome) return unavailable_for(outcome.error());
          switch (*outcome) {
            case Book::CancelResult::cancelled: return one_message(door, id, 200);
            case Book::CancelResult::unknown: return no_such_message();
            case Book::CancelResult::nothing_left: break;
          }
          return problem(
              409, "nothing_left_to_stop",
              fmt::format("the message is {}: no part of it is left to stop; read it to see "
                          "how it ended",
                          state_of(door, id)));
        });
      });
  return std::nullopt;
}

Answer requeue_message(Exchange& exchange) {
  const auto id = id_of(exchange);
  if (!id) return id.error();
  auto& door = exchange.door;
  const auto message = door.message(*id);
  if (!message) return no_such_message();
  if (auto refusal = may_not_send(*exchange.caller, *message, door)) return refusal;
  door.requeue(
      *id, asker(exchange),
      [&door, id = *id, reply = std::move(exchange.reply)](Outcome<Book::RequeueResult> outcome) {
        reply([&door, id, outcome = std::move(outcome)]() -> Response {
          if (!outcome) return unavailable_for(outcome.error());
          switch (*outcome) {
            case Book::RequeueResult::queued: return one_message(door, id, 202);
            case Book::RequeueResult::unknown: return no_such_message();
            case Book::RequeueResult::not_possible: break;
          }
          return not_requeueable(door, id);
        });
      });
  return std::nullopt;
}

}  // namespace bank::web
