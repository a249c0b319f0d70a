#include "web/webhook_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "store/statement.hpp"
#include "web/webhook_columns.hpp"

namespace bank::web {

namespace {

using store::Row;
using store::Statement;

constexpr std::string_view columns =
    "id, salt, webhook, type, conversation, state, created_at, attempts, due_at, ended_at, error, "
    "body";

std::optional<WallTime> maybe_time(const Row& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(time_of(row.integer(column)));
}

WebhookDelivery delivery_of(const Row& row) {
  WebhookDelivery delivery;
  delivery.id = DeliveryId{row.integer(0)};
  delivery.salt = row.integer(1);
  delivery.webhook = WebhookId{row.integer(2)};
  delivery.type = row.text(3);
  delivery.conversation = row.text(4);
  delivery.state = delivery_state(row.view(5)).value_or(DeliveryState::pending);
  delivery.created_at = time_of(row.integer(6));
  delivery.attempts = row.small(7);
  delivery.due_at = maybe_time(row, 8);
  delivery.ended_at = maybe_time(row, 9);
  delivery.error = row.text(10);
  delivery.body = row.text(11);
  return delivery;
}

}  // namespace

struct WebhookReader::Statements {
  explicit Statements(const store::Database& db)
      : all(db, all_webhooks),
        due(db,
            "SELECT id, salt, conversation, body, attempts, replayed_after FROM webhook_delivery "
            "WHERE webhook = ? AND due_at <= ? ORDER BY due_at, id LIMIT ?"),
        next_due(db,
                 "SELECT due_at FROM webhook_delivery WHERE webhook = ? AND due_at > ? "
                 "ORDER BY due_at LIMIT 1"),
        pending(db, "SELECT sum(pending) FROM webhook"),
        page(db, fmt::format("SELECT {} FROM webhook_delivery WHERE webhook = ? AND state = ? "
                             "AND id < ? ORDER BY id DESC LIMIT ?",
                             columns)),
        one(db, fmt::format("SELECT {} FROM webhook_delivery WHERE webhook = ? AND id = ? "
                            "AND salt = ?",
                            columns)),
        log(db,
            "SELECT number, at, took, status, error, answer FROM webhook_attempt "
            "WHERE delivery = ? ORDER BY number") {}

  Statement all, due, next_due, pending, page, one, log;
};

WebhookReader::WebhookReader(const store::Database& database)
    : sql_(std::make_unique<Statements>(database)) {}
WebhookReader::~WebhookReader() = default;

std::vector<Webhook> WebhookReader::webhooks() {
  std::vector<Webhook> webhooks;
  sql_->all.each([&](const Row& row) { webhooks.push_back(webhook_of(row)); });
  return webhooks;
}

std::optional<Webhook> WebhookReader::webhook(WebhookId id) {
  for (auto& one : webhooks()) {
    if (one.id == id) return std::move(one);
  }
  return std::nullopt;
}

void WebhookReader::add_log(WebhookDelivery& delivery) {
  sql_->log.each(
      [&](const Row& row) {
        delivery.log.push_back({row.small(0), time_of(row.integer(1)),
                                std::chrono::milliseconds{row.integer(2)}, row.small(3),
                                row.text(4), row.text(5)});
      },
      delivery.id);
}

std::vector<WebhookDelivery> WebhookReader::deliveries(WebhookId webhook,
                                                       std::optional<DeliveryState> state,
                                                       std::optional<DeliveryId> before,
                                                       std::size_t limit) {
  const auto first = before.value_or(DeliveryId{std::numeric_limits<std::int64_t>::max()});
  std::vector<WebhookDelivery> found;
  for (const auto one : {DeliveryState::pending, DeliveryState::delivered, DeliveryState::dead}) {
    if (state && *state != one) continue;
    sql_->page.each([&](const Row& row) { found.push_back(delivery_of(row)); }, webhook,
                    name_of(one), first, limit);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.id > b.id; });
  if (found.size() > limit) found.resize(limit);
  for (auto& delivery : found) add_log(delivery);
  return found;
}

std::optional<WebhookDelivery> WebhookReader::delivery(WebhookId webhook, DeliveryName name) {
  std::optional<WebhookDelivery> found;
  sql_->one.first_row([&](const Row& row) { found = delivery_of(row); }, webhook, name.id,
                      name.salt);
  if (found) add_log(*found);
  return found;
}

std::vector<DueDelivery> WebhookReader::due(WebhookId webhook, WallTime now, std::size_t limit,
                                            std::size_t octets) {
  std::vector<DueDelivery> due;
  std::size_t taken = 0;
  sql_->due.each(
      [&](const Row& row) {
        if (taken > octets) return;
        due.push_back({{DeliveryId{row.integer(0)}, row.integer(1)},
                       row.text(2),
                       row.text(3),
                       row.small(4),
                       row.small(4) - row.small(5)});
        taken += due.back().body.size();
      },
      webhook, now, limit);
  return due;
}

std::optional<WallTime> WebhookReader::next_due(WebhookId webhook, WallTime now) {
  std::optional<WallTime> next;
  sql_->next_due.first_row([&](const Row& row) { next = time_of(row.integer(0)); }, webhook, now);
  return next;
}

std::int64_t WebhookReader::pending() {
  std::int64_t pending = 0;
  sql_->pending.first_row([&](const Row& row) { pending = row.integer(0); });
  return pending;
}

}  // namespace bank::web
