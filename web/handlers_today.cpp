// What is sending now, what waits and why, and what the day brought.
#include <algorithm>
#include <map>

#include "web/handlers.hpp"
#include "web/json_text.hpp"
#include "web/query.hpp"

namespace bank::web {

namespace {

using scheduler::MessageState;

constexpr std::size_t most_looked_at = 200;  // of what waits
constexpr std::size_t most_shown = 20;       // of what is under way

struct Waiting {
  std::int64_t messages = 0;
  std::optional<WallTime> until{};  // the earliest of them
};

std::int64_t in_state(const std::vector<std::pair<MessageState, std::int64_t>>& counts,
                      MessageState state) {
  const auto found = std::find_if(counts.begin(), counts.end(),
                                  [&](const auto& one) { return one.first == state; });
  return found == counts.end() ? 0 : found->second;
}

/// Of the newest that wait: all of them would take as long as there are many.
std::map<std::string, Waiting> holds_of(Door& door,
                                        const std::vector<scheduler::MessageView>& queued) {
  std::map<std::string, Waiting> holds;
  for (const auto& message : queued) {
    const auto hold = door.hold_of(message);
    if (!hold) continue;
    auto& [messages, until] = holds[hold->reason];
    ++messages;
    if (hold->until && (!until || *hold->until < *until)) until = hold->until;
  }
  return holds;
}

void append_under_way(JsonText& json, const scheduler::MessageView& message) {
  json.open('{').member("id", scheduler::outside(message.id)).member("to", message.to);
  json.member("modem", message.modem).member("parts", message.parts);
  json.member("parts_sent", message.parts_sent).close('}');
}

}  // namespace

Answer get_today(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  auto& door = exchange.door;
  const auto counts = door.counts();
  const auto [since, day] = door.today();
  const auto queued = door.messages({.state = MessageState::queued}, std::nullopt, most_looked_at);
  const bool is_sample = queued.size() == most_looked_at;
  JsonText json;
  json.open('{').member("since", since);
  json.member("sending", in_state(counts, MessageState::sending));
  json.member("queued", in_state(counts, MessageState::queued));
  json.member("parts", day.parts).member("delivered", day.delivered);
  json.member("undelivered", day.undelivered).member("replies", day.replies);
  json.member("opt_outs", day.opt_outs).key("holds").open('[');
  for (const auto& [reason, waiting] : holds_of(door, queued)) {
    json.open('{').member("reason", reason).member("messages", waiting.messages);
    json.member("until", waiting.until).member("is_least", is_sample).close('}');
  }
  json.close(']').key("under_way").open('[');
  for (const auto& message :
       door.messages({.state = MessageState::sending}, std::nullopt, most_shown)) {
    append_under_way(json, message);
  }
  return Response{.body = json.close(']').close('}').take()};
}

}  // namespace bank::web
