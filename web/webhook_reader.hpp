#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "store/database.hpp"
#include "web/webhook.hpp"

namespace bank::web {

/// A delivery that may be sent now.
struct DueDelivery {
  DeliveryName name;
  std::string conversation;
  std::string body;
  int attempts;      // so far
  int since_replay;  // of them
};

/// The rows of webhooks, as they are read, on any one connection. Throws DatabaseError.
class WebhookReader {
 public:
  explicit WebhookReader(const store::Database& database);
  ~WebhookReader();

  [[nodiscard]] std::vector<Webhook> webhooks();
  [[nodiscard]] std::optional<Webhook> webhook(WebhookId id);
  /// Newest first, strictly before `before`; each with its log.
  [[nodiscard]] std::vector<WebhookDelivery> deliveries(WebhookId webhook,
                                                        std::optional<DeliveryState> state,
                                                        std::optional<DeliveryId> before,
                                                        std::size_t limit);
  [[nodiscard]] std::optional<WebhookDelivery> delivery(WebhookId webhook, DeliveryName name);

  /// The longest due first, at most `limit`, and no more when their bodies pass `octets`.
  [[nodiscard]] std::vector<DueDelivery> due(WebhookId webhook, WallTime now, std::size_t limit,
                                             std::size_t octets);
  /// When the next of those after `now` is due.
  [[nodiscard]] std::optional<WallTime> next_due(WebhookId webhook, WallTime now);
  /// Of all subscriptions.
  [[nodiscard]] std::int64_t pending();

 private:
  struct Statements;
  void add_log(WebhookDelivery& delivery);
  std::unique_ptr<Statements> sql_;
};

}  // namespace bank::web
