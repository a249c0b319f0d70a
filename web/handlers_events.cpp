// Who listens to what happens.
#include "web/event_stream.hpp"
#include "web/handlers.hpp"
#include "web/query.hpp"

namespace bank::web {

/// A browser that connects again says in a header where it stands, and asks for the same address as
/// before: the header is the newer of the two.
Answer get_events(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"types", "after"});
  if (!query) return query.error();
  EventFilter filter;
  if (const auto types = query->get("types")) {
    auto read = EventFilter::read(*types);
    if (!read) return bad_query("types", read.error());
    filter = std::move(*read);
  }
  std::string_view after = exchange.last_event_id;
  if (after.empty()) after = query->get("after").value_or(std::string_view());
  auto ends = [&keys = exchange.keys,
               caller = exchange.caller]() -> std::optional<EventStream::Ending> {
    if (!keys.turned_away(caller)) return std::nullopt;
    if (!caller->person) return {{"key_revoked", "this key is revoked; use another one"}};
    return {{"signed_out",
             "your session is over, or you have another role now; connect again, and sign in when "
             "that is refused"}};
  };
  return Response{.body = {},
                  .content_type = "text/event-stream",
                  .headers = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}},
                  .stream = std::make_shared<EventStream>(exchange.events, std::move(filter), after,
                                                          exchange.pace, std::move(ends))};
}

}  // namespace bank::web
