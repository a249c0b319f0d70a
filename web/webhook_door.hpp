#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "web/door.hpp"
#include "web/endpoint_address.hpp"
#include "web/webhook.hpp"
#include "web/webhook_rows.hpp"

namespace bank::web {

enum class WebhookRefusal {
  unknown,   // no such subscription
  too_many,  // there are most_webhooks
  disabled,
};
template <class T>
using ByWebhooks = std::variant<T, WebhookRefusal>;

/// Who is told of what happens, and what became of it. As Door: called from the server's threads,
/// several at once, and returns at once. `by` is who asks, for the record.
class WebhookDoor {
 public:
  virtual ~WebhookDoor() = default;

  // --- reading ----------------------------------------------------------------------------------
  /// In order of id.
  virtual std::vector<Webhook> webhooks() = 0;
  virtual std::optional<Webhook> webhook(WebhookId id) = 0;
  /// Newest first, strictly before `before`.
  virtual std::vector<WebhookDelivery> deliveries(WebhookId id, std::optional<DeliveryState> state,
                                                  std::optional<DeliveryId> before,
                                                  std::size_t limit) = 0;
  virtual std::optional<WebhookDelivery> delivery(WebhookId id, DeliveryName name) = 0;
  /// When an endpoint that takes nothing is tried again; nothing: it is not left alone.
  virtual std::optional<WallTime> left_alone_until(WebhookId id) = 0;
  virtual AddressPolicy addresses() = 0;

  // --- changing ---------------------------------------------------------------------------------
  virtual void create(NewWebhook webhook, Answered<ByWebhooks<Webhook>> answered) = 0;
  virtual void change(WebhookId id, WebhookPatch patch, std::string by,
                      Answered<ByWebhooks<Webhook>> answered) = 0;
  virtual void remove(WebhookId id, std::string by,
                      Answered<ByWebhooks<std::monostate>> answered) = 0;
  /// `secret` in octets.
  virtual void renew_secret(WebhookId id, std::string secret, std::string by,
                            Answered<ByWebhooks<Webhook>> answered) = 0;
  virtual void ping(WebhookId id, std::string by, Answered<ByWebhooks<DeliveryName>> answered) = 0;
  /// False: there is no such delivery of it.
  virtual void replay(WebhookId id, DeliveryName name, std::string by,
                      Answered<ByWebhooks<bool>> answered) = 0;
  /// How many dead letters are put back.
  virtual void replay_dead(WebhookId id, std::string by,
                           Answered<ByWebhooks<std::int64_t>> answered) = 0;
};

}  // namespace bank::web
