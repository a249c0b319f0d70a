#include "web/alarm_door.hpp"
#include "web/alarm_json.hpp"
#include "web/handlers.hpp"
#include "web/problem.hpp"
#include "web/query.hpp"

namespace bank::web {

namespace {

using scheduler::AlarmFilter;
using scheduler::AlarmId;
using scheduler::AlarmView;

constexpr char alarm_list = 'l';

std::optional<std::string> key_of(std::string_view id) {
  const auto alarm = scheduler::alarm_id(id);
  if (!alarm) return std::nullopt;
  return std::to_string(static_cast<std::int64_t>(*alarm));
}

Response no_such_alarm() {
  return problem(404, "no_such_alarm",
                 "no alarm has this id; ids begin with alm_ and come from GET /v1/alarms");
}

Response shown(const AlarmView& alarm) {
  JsonText json;
  append_alarm(json, alarm);
  return {.body = json.take()};
}

std::optional<AlarmFilter::State> state_named(std::string_view word) {
  if (word == "open") return AlarmFilter::State::open;
  if (word == "cleared") return AlarmFilter::State::cleared;
  if (word == "all") return AlarmFilter::State::all;
  return std::nullopt;
}

std::string known_kinds() {
  std::string words;
  for (std::size_t i = 0; i < scheduler::alarm_kinds; ++i) {
    words += words.empty() ? "" : ", ";
    words += scheduler::name_of(static_cast<scheduler::AlarmKind>(i));
  }
  return words;
}

}  // namespace

Answer list_alarms(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"limit", "after", "state", "kind"});
  if (!query) return query.error();
  const auto page = read_page(*query, alarm_list, key_of);
  if (!page) return page.error();
  const auto after = number_after(*page);
  if (!after) return after.error();
  AlarmFilter filter;
  const auto state = state_named(query->get("state").value_or("all"));
  if (!state) return bad_query("state", "unknown; write open, cleared or all");
  filter.state = *state;
  if (const auto kind = query->get("kind")) {
    filter.kind = scheduler::alarm_kind_named(*kind);
    if (!filter.kind) return bad_query("kind", "unknown; write one of " + known_kinds());
  }
  const auto before = *after ? std::optional(AlarmId{**after}) : std::nullopt;
  auto found = exchange.door.alarms().page(filter, before, page->limit + 1);
  const bool more = found.size() > page->limit;
  if (more) found.resize(page->limit);
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& alarm : found) append_alarm(json, alarm);
  json.close(']').key("next");
  more ? json.value(cursor(alarm_list, std::to_string(static_cast<std::int64_t>(found.back().id))))
       : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

Answer get_alarm(Exchange& exchange) {
  if (auto query = Query::read(exchange.query, {}); !query) return std::move(query.error());
  const auto id = scheduler::alarm_id(exchange.parameter);
  const auto found = id ? exchange.door.alarms().find(*id) : std::nullopt;
  return found ? shown(*found) : no_such_alarm();
}

Answer acknowledge_alarm(Exchange& exchange) {
  if (auto query = Query::read(exchange.query, {}); !query) return std::move(query.error());
  const auto id = scheduler::alarm_id(exchange.parameter);
  if (!id) return no_such_alarm();
  exchange.door.alarms().acknowledge(
      *id, asker(exchange),
      [reply = std::move(exchange.reply)](Outcome<std::optional<AlarmView>> outcome) {
        reply([outcome = std::move(outcome)]() -> Response {
          if (!outcome) {
            return unavailable(outcome.error());
          }
          if (!*outcome) return no_such_alarm();
          if (!(*outcome)->acknowledged_at) {
            return problem(409, "alarm_cleared",
                           "this alarm is over: there is nothing left to acknowledge");
          }
          return shown(**outcome);
        });
      });
  return std::nullopt;
}

}  // namespace bank::web
