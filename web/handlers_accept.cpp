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
using scheduler::MessageState;

scheduler::MessageView view_of(const AcceptRequest& request, const Book::Accepted& row,
                               const std::optional<std::string>& wanted_sim) {
  const auto& message = request.prototype;
  return {.id = row.id,
          .batch = std::nullopt,
          .to = request.to.front(),
          .text = message.text,
          .message_class = message.message_class,
          .priority = message.priority,
          .pool = message.pool,
          .wanted_sim = wanted_sim,
          .send_at = message.send_at,
          .expires_at = message.expires_at,
          .report = message.report,
          .encoding = message.encoding,
          .flash = message.flash,
          .reference = message.reference,
          .state = row.state,
          .parts = message.parts,
          .parts_sent = 0,
          .created_at = request.now,
          .updated_at = request.now,
          .attempts = 0,
          .sim = std::nullopt,
          .modem = std::nullopt,
          .from = std::nullopt,
          .wait_until = std::nullopt,
          .held_by_batch = std::nullopt,
          .error = std::nullopt,
          .topic = message.topic};
}

Rendered render_one(const AcceptRequest& request, const Book::Accepted& row,
                    const std::optional<std::string>& wanted_sim) {
  std::optional<Hold> hold;
  const auto& send_at = request.prototype.send_at;
  if (row.state == MessageState::queued && send_at && *send_at > request.now) {
    hold = Hold{"send_at", send_at};
  }
  JsonText json;
  json.reserve(640 + request.prototype.text.size());
  append_message(json, view_of(request, row, wanted_sim), hold);
  return {202, json.take()};
}

/// Items carry what tells them apart, not the text that they share: ten thousand copies of it would
/// be a gigabyte.
Rendered render_many(const AcceptRequest& request, std::span<const Book::Accepted> rows,
                     std::optional<scheduler::BatchId> batch) {
  JsonText items;
  JsonText rejected;
  items.reserve(rows.size() * 96);
  items.open('[');
  rejected.open('[');
  const auto reject = [&](std::int64_t line, std::string_view to, std::string_view reason) {
    rejected.open('{').member("index", line - 1).member("to", to).member("reason", reason);
    rejected.close('}');
  };
  std::size_t accepted = 0;
  auto next = request.rejected.begin();  // both lists are in order; the answer is, too
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto line = request.line[i];
    for (; next != request.rejected.end() && next->line < line; ++next) {
      reject(next->line, next->to, next->reason);
    }
    if (rows[i].state == MessageState::suppressed) {
      reject(line, request.to[i], "suppressed");
      continue;
    }
    ++accepted;
    items.open('{').member("index", line - 1).member("id", scheduler::outside(rows[i].id));
    items.member("to", request.to[i]).member("state", scheduler::name_of(rows[i].state));
    items.member("parts", request.prototype.parts).close('}');
  }
  for (; next != request.rejected.end(); ++next) reject(next->line, next->to, next->reason);
  items.close(']');
  rejected.close(']');

  JsonText head;
  head.open('{').key("batch");
  batch ? head.value(scheduler::outside(*batch)) : head.value(nullptr);
  head.member("accepted", accepted);
  return {202, fmt::format("{},\"rejected\":{},\"items\":{}}}", head.take(), rejected.take(),
                           items.take())};
}

/// The path of the message or batch that an answer tells of, read out of the answer itself, because
/// a repeated one is all that is left of it. Empty for what has none.
std::string location_of(std::string_view body) {
  constexpr std::pair<std::string_view, std::string_view> kinds[] = {{R"({"id":")", "messages"},
                                                                     {R"({"batch":")", "batches"}};
  for (const auto& [start, kind] : kinds) {
    if (!body.starts_with(start)) continue;
    body.remove_prefix(start.size());
    return fmt::format("/v1/{}/{}", kind, body.substr(0, body.find('"')));
  }
  return {};
}

}  // namespace

void settle(KeyMeters::Taken* taken, const Outcome<Acceptance>& outcome) {
  const auto* accepted = outcome ? std::get_if<Accepted>(&*outcome) : nullptr;
  if (taken != nullptr) taken->settle(accepted != nullptr ? accepted->count : 0);
}

Response response_of(Outcome<Acceptance>& outcome) {
  if (!outcome) return unavailable(outcome.error());
  auto* accepted = std::get_if<Accepted>(&*outcome);
  if (accepted == nullptr) {
    return problem(
        422, "idempotency_key_reused",
        "this Idempotency-Key came with another body or to another call before; use a new "
        "key for a new message, and the same call and body to repeat one");
  }
  if (accepted->later) accepted->answer = accepted->later();
  Response response{.status = accepted->answer.status, .body = std::move(accepted->answer.body)};
  if (auto location = location_of(response.body); !location.empty()) {
    response.headers.emplace_back("Location", std::move(location));
  }
  if (accepted->repeated) response.headers.emplace_back("Idempotent-Replayed", "true");
  return response;
}

namespace {

std::int64_t line_of(std::size_t index) {
  return static_cast<std::int64_t>(index) + 1;
}

AcceptRequest request_of(MessageForm form, const Exchange& exchange) {
  AcceptRequest request{.prototype = std::move(form.prototype),
                        .to = std::move(form.to),
                        .batch = form.batch,
                        .line = {},
                        .rejected = {},
                        .key = exchange.caller->id,
                        .idempotent = std::nullopt,
                        .now = exchange.door.now(),
                        .render = {}};
  if (!form.batch) {
    request.render = [sim = std::move(form.wanted_sim)](const AcceptRequest& asked,
                                                        std::span<const Book::Accepted> rows,
                                                        std::optional<scheduler::BatchId>) {
      return render_one(asked, rows.front(), sim);
    };
    return request;
  }
  request.line.reserve(form.index.size());
  for (const auto index : form.index) request.line.push_back(line_of(index));
  request.rejected.reserve(form.rejected.size());
  for (auto& [index, to, reason] : form.rejected) {
    request.rejected.push_back({line_of(index), "/to", std::move(to), std::move(reason)});
  }
  request.render = render_many;
  return request;
}

}  // namespace

Answer post_messages(Exchange& exchange) {
  const auto query = Query::read(exchange.query, {});
  if (!query) return query.error();
  auto running = exchange.running.begin(exchange.caller->id, exchange.idempotency_key);
  if (!running) return std::move(running.error());
  auto form = read_message_form(exchange.body, *exchange.caller, exchange.door);
  if (!form) return std::move(form.error());

  auto request = request_of(std::move(*form), exchange);
  auto taken = exchange.meters.open(*exchange.caller);
  std::optional<Response> over;  // its key's limits; one that repeats is answered as before
  if (taken) {
    request.is_counted = true;
    over = taken->take(std::ssize(request.to));
    if (over && !exchange.idempotency_key) return over;
    request.only_repeats = over.has_value();
  }
  if (exchange.idempotency_key) {
    request.idempotent = {request.key, std::move(*exchange.idempotency_key), sha256(exchange.body)};
  }
  exchange.door.accept(
      std::move(request),
      [reply = std::move(exchange.reply), mark = std::move(*running), taken = std::move(taken),
       over = std::move(over)](Outcome<Acceptance> outcome) mutable {
        mark.reset();
        settle(taken.get(), outcome);
        reply([outcome = std::move(outcome), over = std::move(over)]() mutable {
          const bool is_over = outcome && std::holds_alternative<NothingStored>(*outcome);
          return is_over && over ? std::move(*over) : response_of(outcome);
        });
      });
  return std::nullopt;
}

}  // namespace bank::web
