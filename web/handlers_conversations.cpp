#include <fmt/format.h>

#include <array>
#include <charconv>

#include "web/conversation_door.hpp"
#include "web/handlers.hpp"
#include "web/inbound_json.hpp"
#include "web/json_body.hpp"
#include "web/json_fields.hpp"
#include "web/json_text.hpp"
#include "web/message_json.hpp"
#include "web/problem.hpp"
#include "web/query.hpp"

namespace bank::web {

namespace {

using scheduler::ConversationId;
using scheduler::Conversations;
using scheduler::ConversationView;

constexpr char conversations_list = 'c';
constexpr char items_list = 'i';
constexpr char hits_list = 'f';
constexpr std::size_t longest_query = 200;  // octets

Response no_such_conversation() {
  return problem(404, "no_such_conversation",
                 "no conversation has this id; ids begin with con_ and come from "
                 "GET /v1/conversations");
}

void append_conversation(JsonText& json, const ConversationView& conversation) {
  json.open('{').member("id", scheduler::outside(conversation.id));
  json.member("party", conversation.party).member("kind", conversation.kind);
  json.member("state", conversation.state).member("unread", conversation.unread);
  json.member("last_at", conversation.last_at).key("sim");
  conversation.sim.empty() ? json.value(nullptr) : json.value(conversation.sim);
  json.member("last_text", conversation.last_text).close('}');
}

Response shown(const ConversationView& conversation) {
  JsonText json;
  append_conversation(json, conversation);
  return {.body = json.take()};
}

/// Some whole numbers in a cursor, with blanks between.
template <std::size_t N>
std::optional<std::array<std::int64_t, N>> numbers_in(std::string_view key) {
  std::array<std::int64_t, N> numbers{};
  for (std::size_t i = 0; i < N; ++i) {
    const auto end = std::min(key.find(' '), key.size());
    const auto read = std::from_chars(key.data(), key.data() + end, numbers.at(i));
    if (read.ec != std::errc() || read.ptr != key.data() + end) return std::nullopt;
    key.remove_prefix(std::min(key.size(), end + 1));
  }
  return key.empty() ? std::optional(numbers) : std::nullopt;
}

Response bad_cursor() {
  return bad_query("after", "no cursor of this list; take `next` of the page before");
}

void append_item(JsonText& json, Door& door, const scheduler::ConversationItem& item) {
  json.open('{').member("at", item.at);
  if (const auto* in = std::get_if<scheduler::ConversationItem::In>(&item.what)) {
    json.member("kind", "in").key("answers");
    in->answers ? json.value(scheduler::outside(*in->answers)) : json.value(nullptr);
    const auto inbound = door.inbound(in->id);
    json.key("inbound");
    inbound ? append_inbound(json, *inbound) : void(json.value(nullptr));
  } else if (const auto* out = std::get_if<scheduler::MessageId>(&item.what)) {
    json.member("kind", "out");
    const auto message = door.message(*out);
    json.key("message");
    message ? append_message(json, *message, door.hold_of(*message)) : void(json.value(nullptr));
  } else {
    const auto& note = std::get<scheduler::ConversationItem::Note>(item.what);
    json.member("kind", "note").member("by", note.by).member("text", note.text);
  }
  json.close('}');
}

/// The conversation after a change of it, or 404.
Answered<bool> shows(Exchange& exchange, ConversationId id) {
  return [&door = exchange.door, id, reply = std::move(exchange.reply)](Outcome<bool> outcome) {
    reply([&door, id, outcome = std::move(outcome)]() -> Response {
      if (!outcome) return unavailable(outcome.error());
      const auto now = door.conversations().find(id);
      return now ? shown(*now) : no_such_conversation();
    });
  };
}

Answer set_state(Exchange& exchange, const char* state) {
  if (auto query = Query::read(exchange.query, {}); !query) return std::move(query.error());
  const auto id = scheduler::conversation_id(exchange.parameter);
  if (!id) return no_such_conversation();
  exchange.door.conversations().set_state(*id, state, asker(exchange), shows(exchange, *id));
  return std::nullopt;
}

}  // namespace

Answer list_conversations(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"limit", "after", "state", "unread"});
  if (!query) return query.error();
  const auto page = read_page(*query, conversations_list);
  if (!page) return page.error();
  scheduler::ConversationFilter filter;
  if (const auto state = query->get("state")) {
    if (*state != "open" && *state != "done") return bad_query("state", "write open or done");
    filter.state = std::string(*state);
  }
  const auto unread = query->get("unread").value_or("false");
  if (unread != "true" && unread != "false") return bad_query("unread", "write true or false");
  filter.is_unread = unread == "true";
  std::optional<Conversations::After> after;
  if (page->after) {
    const auto key = numbers_in<2>(*page->after);
    if (!key) return bad_cursor();
    after = Conversations::After{scheduler::WallTime{std::chrono::milliseconds{(*key)[0]}},
                                 ConversationId{(*key)[1]}};
  }
  auto found = exchange.door.conversations().list(filter, after, page->limit + 1);
  const bool more = found.size() > page->limit;
  if (more) found.resize(page->limit);
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& one : found) append_conversation(json, one);
  json.close(']').key("next");
  more ? json.value(cursor(conversations_list,
                           fmt::format("{} {}", found.back().last_at.time_since_epoch().count(),
                                       static_cast<std::int64_t>(found.back().id))))
       : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

Answer get_conversation(Exchange& exchange) {
  if (auto query = Query::read(exchange.query, {}); !query) return std::move(query.error());
  const auto id = scheduler::conversation_id(exchange.parameter);
  const auto found = id ? exchange.door.conversations().find(*id) : std::nullopt;
  return found ? shown(*found) : no_such_conversation();
}

Answer list_conversation_items(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"limit", "after"});
  if (!query) return query.error();
  const auto page = read_page(*query, items_list);
  if (!page) return page.error();
  std::optional<scheduler::BeforeItems> before;
  if (page->after) {
    const auto key = numbers_in<3>(*page->after);
    if (!key) return bad_cursor();
    before = scheduler::BeforeItems{(*key)[0], (*key)[1], (*key)[2]};
  }
  const auto id = scheduler::conversation_id(exchange.parameter);
  if (!id || !exchange.door.conversations().find(*id)) return no_such_conversation();
  const auto found = exchange.door.conversations().items(*id, before, page->limit);
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& item : found.items) append_item(json, exchange.door, item);
  json.close(']').key("next");
  found.next ? json.value(cursor(items_list, fmt::format("{} {} {}", found.next->inbound,
                                                         found.next->message, found.next->note)))
             : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

Answer search_conversations(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"limit", "after", "q"});
  if (!query) return query.error();
  const auto page = read_page(*query, hits_list);
  if (!page) return page.error();
  const auto before = number_after(*page);
  if (!before) return before.error();
  const auto words = query->get("q").value_or("");
  if (words.empty() || words.size() > longest_query) {
    return bad_query("q", fmt::format("write words, at most {} octets", longest_query));
  }
  const auto from = *before ? std::optional(scheduler::InboundId{**before}) : std::nullopt;
  auto hits = exchange.door.conversations().search(words, from, page->limit + 1);
  const bool more = hits.size() > page->limit;
  if (more) hits.resize(page->limit);
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& hit : hits) {
    const auto inbound = exchange.door.inbound(hit.inbound);
    if (!inbound) continue;
    json.open('{').member("conversation", scheduler::outside(hit.conversation)).key("inbound");
    append_inbound(json, *inbound);
    json.close('}');
  }
  json.close(']').key("next");
  more ? json.value(
             cursor(hits_list, std::to_string(static_cast<std::int64_t>(hits.back().inbound))))
       : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

Answer open_conversation(Exchange& exchange) {
  return set_state(exchange, "open");
}

Answer close_conversation(Exchange& exchange) {
  return set_state(exchange, "done");
}

Answer read_conversation(Exchange& exchange) {
  if (auto query = Query::read(exchange.query, {}); !query) return std::move(query.error());
  const auto id = scheduler::conversation_id(exchange.parameter);
  if (!id) return no_such_conversation();
  exchange.door.conversations().read(*id, shows(exchange, *id));
  return std::nullopt;
}

Answer note_conversation(Exchange& exchange) {
  if (auto query = Query::read(exchange.query, {}); !query) return std::move(query.error());
  const auto json = read_json_object(exchange.body);
  if (!json) return json.error();
  JsonFields fields(*json, {"text"});
  auto text = fields.text("text", Conversations::longest_note, "a note", true);
  if (!text && !json->contains("text")) fields.wrong("text", "write a note");
  if (auto refusal = fields.refusal("invalid_note")) return refusal;
  const auto id = scheduler::conversation_id(exchange.parameter);
  if (!id || !text) return no_such_conversation();
  exchange.door.conversations().note(
      *id, std::move(*text), asker(exchange),
      [reply = std::move(exchange.reply)](Outcome<Conversations::Noted> outcome) {
        reply([outcome = std::move(outcome)]() -> Response {
          if (!outcome) return unavailable(outcome.error());
          switch (*outcome) {
            case Conversations::Noted::noted: return {.status = 204, .body = {}};
            case Conversations::Noted::full:
              return problem(409, "too_many",
                             fmt::format("this conversation has {} notes, which is the most",
                                         Conversations::most_notes));
            case Conversations::Noted::unknown: break;
          }
          return no_such_conversation();
        });
      });
  return std::nullopt;
}

/// A message like any other, to that party and by the SIM that it wrote to last, unless the body
/// says another way.
Answer reply_conversation(Exchange& exchange) {
  if (auto query = Query::read(exchange.query, {}); !query) return std::move(query.error());
  const auto id = scheduler::conversation_id(exchange.parameter);
  const auto found = id ? exchange.door.conversations().find(*id) : std::nullopt;
  if (!found) return no_such_conversation();
  if (found->kind == "name") {
    return problem(
        422, "nobody_to_answer",
        fmt::format("{} is a name and no number: nothing can be sent to it", found->party));
  }
  auto json = read_json_object(exchange.body);
  if (!json) return std::move(json.error());
  if (json->contains("to")) {
    return problem(422, "invalid_message", "/to: the conversation says it; leave it out",
                   {{"/to", "the conversation says it; leave it out"}});
  }
  (*json)["to"] = found->party;
  const bool is_there = !found->sim.empty() && exchange.door.sim_named(found->sim);
  if (is_there && !json->contains("sim") && !json->contains("pool")) (*json)["sim"] = found->sim;
  exchange.body = json->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return post_messages(exchange);
}

}  // namespace bank::web
