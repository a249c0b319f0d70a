#include <fmt/format.h>

#include "web/handlers.hpp"
#include "web/json_text.hpp"
#include "web/problem.hpp"
#include "web/query.hpp"

namespace bank::web {

namespace {

using scheduler::BatchId;
using scheduler::BatchView;
using scheduler::Book;

constexpr char batches_list = 'b';
constexpr char rejections_list = 'r';

Response no_such_batch() {
  return problem(404, "no_such_batch",
                 "no batch has this id; ids begin with bat_ and GET /v1/batches lists them");
}

void append(JsonText& json, const BatchView& batch) {
  std::array<std::int64_t, scheduler::message_states> counts{};
  std::int64_t accepted = 0;
  for (const auto& [state, count] : batch.counts) {
    counts.at(static_cast<std::size_t>(state)) = count;
    accepted += count;
  }
  json.open('{').member("id", scheduler::outside(batch.id));
  json.member("state", scheduler::name_of(batch.state)).member("created_at", batch.created_at);
  json.member("accepted", accepted).member("rejected_count", batch.rejected);
  json.key("counts").open('{');
  for (std::size_t i = 0; i < counts.size(); ++i) {
    json.member(scheduler::name_of(static_cast<scheduler::MessageState>(i)), counts.at(i));
  }
  json.close('}').close('}');
}

Response one_batch(Door& door, BatchId id) {
  const auto batch = door.batch(id);
  if (!batch) return no_such_batch();
  JsonText json;
  append(json, *batch);
  return {.body = json.take()};
}

std::string_view refusal_of(BatchAction action, scheduler::BatchState state) {
  if (state == scheduler::BatchState::receiving) {
    return "its upload still runs; break that off and nothing of it stays, or wait for its end";
  }
  switch (action) {
    case BatchAction::pause:
      return "only a batch that is open and has something unsent can be "
             "paused";
    case BatchAction::resume: return "only a batch that is paused can be resumed";
    case BatchAction::cancel: return "nothing of it is left to stop";
  }
  return {};
}

Answer change(Exchange& exchange, BatchAction action) {
  const auto query = Query::read(exchange.query, {});
  if (!query) return query.error();
  const auto id = scheduler::batch_id(exchange.parameter);
  if (!id) return no_such_batch();
  auto& door = exchange.door;
  door.change(*id, action, asker(exchange),
              [&door, id = *id, action,
               reply = std::move(exchange.reply)](Outcome<Book::BatchChange> outcome) {
                reply([&door, id, action, outcome = std::move(outcome)]() -> Response {
                  if (!outcome) return unavailable(outcome.error());
                  if (*outcome == Book::BatchChange::done) return one_batch(door, id);
                  const auto batch = door.batch(id);
                  if (*outcome == Book::BatchChange::unknown || !batch) return no_such_batch();
                  return problem(
                      409, "wrong_batch_state",
                      fmt::format("the batch is {}: {}", scheduler::name_of(batch->state),
                                  refusal_of(action, batch->state)));
                });
              });
  return std::nullopt;
}

}  // namespace

void append_rejection(JsonText& json, const Book::RejectedLine& line) {
  const auto or_null = [&](std::string_view name, std::string_view text) {
    json.key(name);
    text.empty() ? json.value(nullptr) : json.value(text);
  };
  json.open('{').member("line", line.line);
  or_null("field", std::string_view(line.field).substr(line.field.starts_with('/') ? 1 : 0));
  or_null("to", line.to);
  json.member("reason", line.reason).close('}');
}

Answer list_batches(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"limit", "after"});
  if (!query) return query.error();
  const auto page = read_page(*query, batches_list);
  if (!page) return page.error();
  const auto after = number_after(*page);
  if (!after) return after.error();
  auto found = exchange.door.batches(*after ? std::optional(BatchId{**after}) : std::nullopt,
                                     page->limit + 1);
  const bool more = found.size() > page->limit;
  if (more) found.resize(page->limit);
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& batch : found) append(json, batch);
  json.close(']').key("next");
  more
      ? json.value(cursor(batches_list, std::to_string(static_cast<std::int64_t>(found.back().id))))
      : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

Answer get_batch(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {});
  if (!query) return query.error();
  const auto id = scheduler::batch_id(exchange.parameter);
  return id ? one_batch(exchange.door, *id) : no_such_batch();
}

Answer list_rejections(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {"limit", "after"});
  if (!query) return query.error();
  const auto page = read_page(*query, rejections_list);
  if (!page) return page.error();
  const auto after = number_after(*page);
  if (!after) return after.error();
  const auto id = scheduler::batch_id(exchange.parameter);
  if (!id || !exchange.door.batch(*id)) return no_such_batch();
  auto found = exchange.door.rejections(*id, after->value_or(0), page->limit + 1);
  const bool more = found.size() > page->limit;
  if (more) found.resize(page->limit);
  JsonText json;
  json.open('{').key("items").open('[');
  for (const auto& line : found) append_rejection(json, line);
  json.close(']').key("next");
  more ? json.value(cursor(rejections_list, std::to_string(found.back().line)))
       : json.value(nullptr);
  json.close('}');
  return Response{.body = json.take()};
}

Answer pause_batch(Exchange& exchange) {
  return change(exchange, BatchAction::pause);
}
Answer resume_batch(Exchange& exchange) {
  return change(exchange, BatchAction::resume);
}
Answer cancel_batch(Exchange& exchange) {
  return change(exchange, BatchAction::cancel);
}

}  // namespace bank::web
