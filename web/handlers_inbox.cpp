#include "web/handlers.hpp"
#include "web/inbound_json.hpp"
#include "web/json_text.hpp"
#include "web/problem.hpp"
#include "web/query.hpp"

namespace bank::web {

namespace {

using scheduler::InboundId;

constexpr char inbox_list = 'n';

std::string key_of(InboundId id) {
  return std::to_string(static_cast<std::int64_t>(id));
}

/// Who polls has the id of what he saw last, and no cursor once he has seen all.
std::optional<std::string> key_of_inbound(std::string_view outside) {
  const auto id = scheduler::inbound_id(outside);
  return id ? std::optional(key_of(*id)) : std::nullopt;
}

}  // namespace

Answer list_inbox(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"limit", "after", "blocked", "loopback"});
  if (!query) return query.error();
  scheduler::InboxFilter filter;
  for (const auto& [name, is_wanted] :
       {std::pair("blocked", &filter.blocked), std::pair("loopback", &filter.loopbacks)}) {
    const auto written = query->get(name).value_or("false");
    if (written != "true" && written != "false") return bad_query(name, "write true or false");
    *is_wanted = written == "true";
  }
  const auto page = read_page(*query, inbox_list, key_of_inbound);
  if (!page) return page.error();
  const auto after = number_after(*page);
  if (!after) return after.error();

  const auto seen = *after ? std::optional(InboundId{**after}) : std::nullopt;
  auto items = exchange.door.inbox(seen, page->limit + 1, filter);
  const bool more = items.size() > page->limit;
  if (more) items.resize(page->limit);
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& item : items) append_inbound(json, item);
  json.close(']').key("next");
  more ? json.value(cursor(inbox_list, key_of(items.back().id))) : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

Answer get_inbound(Exchange& exchange) {
  if (const auto query = Query::read(exchange.query, {}); !query) return query.error();
  const auto id = scheduler::inbound_id(exchange.parameter);
  const auto inbound = id ? exchange.door.inbound(*id) : std::nullopt;
  if (!inbound) {
    return problem(404, "no_such_inbound",
                   "nothing in the inbox has this id; ids begin with in_ and come from "
                   "GET /v1/inbox");
  }
  JsonText json;
  append_inbound(json, *inbound);
  return Response{.body = json.take()};
}

}  // namespace bank::web
