#pragma once

// Shared by those who read webhooks from the database; not a door of this room.

#include "store/statement.hpp"
#include "web/webhook.hpp"

namespace bank::web {

inline constexpr std::string_view all_webhooks = R"sql(
  SELECT id, url, events, enabled, disabled_because, created_at, created_by, secret, old_secret,
    old_secret_until, revision, pending, delivered, dead, filter
  FROM webhook WHERE deleted = 0 ORDER BY id)sql";

[[nodiscard]] inline WallTime time_of(std::int64_t milliseconds) {
  return WallTime{std::chrono::milliseconds{milliseconds}};
}

[[nodiscard]] inline Webhook webhook_of(const store::Row& row) {
  const auto octets = [&](int column) {
    const auto blob = row.blob(column);
    return std::string(blob.begin(), blob.end());
  };
  Webhook webhook;
  webhook.id = WebhookId{row.integer(0)};
  webhook.url = row.text(1);
  for (auto rest = row.view(2); !rest.empty();) {
    const auto end = rest.find(' ');
    webhook.events.emplace_back(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  webhook.enabled = row.flag(3);
  webhook.disabled_because = row.text(4);
  webhook.created_at = time_of(row.integer(5));
  webhook.created_by = row.text(6);
  webhook.secret = octets(7);
  if (!row.is_null(8)) webhook.old_secret = octets(8);
  webhook.old_secret_until = time_of(row.integer(9));
  webhook.revision = row.integer(10);
  webhook.pending = row.integer(11);
  webhook.delivered = row.integer(12);
  webhook.dead = row.integer(13);
  std::vector<FieldError> flaws;  // what an earlier version took is used as far as it can be
  webhook.filter = WebhookFilter::read(nlohmann::json::parse(row.view(14), nullptr, false), flaws);
  return webhook;
}

}  // namespace bank::web
