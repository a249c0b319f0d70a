#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "firmware-host/book_calls.hpp"
#include "firmware-host/clocks.hpp"
#include "web/webhook_door.hpp"
#include "web/webhook_reader.hpp"
#include "web/webhook_sender.hpp"

namespace bank::host {

/// Webhooks over the database; before `attach` there are none.
class WebhookCalls final : public web::WebhookDoor {
 public:
  WebhookCalls(Desk& desk, BookCalls& book) : desk_(desk), book_(book) {}

  /// Before requests come. Both outlive the last answer of the writer.
  void attach(web::WebhookRows& rows, web::WebhookSender& sender, web::AddressPolicy addresses);

  std::vector<web::Webhook> webhooks() override;
  std::optional<web::Webhook> webhook(web::WebhookId id) override;
  std::vector<web::WebhookDelivery> deliveries(web::WebhookId id,
                                               std::optional<web::DeliveryState> state,
                                               std::optional<web::DeliveryId> before,
                                               std::size_t limit) override;
  std::optional<web::WebhookDelivery> delivery(web::WebhookId id, web::DeliveryName name) override;
  std::optional<web::WallTime> left_alone_until(web::WebhookId id) override;
  web::AddressPolicy addresses() override { return addresses_; }

  void create(web::NewWebhook webhook,
              web::Answered<web::ByWebhooks<web::Webhook>> answered) override;
  void change(web::WebhookId id, web::WebhookPatch patch, std::string by,
              web::Answered<web::ByWebhooks<web::Webhook>> answered) override;
  void remove(web::WebhookId id, std::string by,
              web::Answered<web::ByWebhooks<std::monostate>> answered) override;
  void renew_secret(web::WebhookId id, std::string secret, std::string by,
                    web::Answered<web::ByWebhooks<web::Webhook>> answered) override;
  void ping(web::WebhookId id, std::string by,
            web::Answered<web::ByWebhooks<web::DeliveryName>> answered) override;
  void replay(web::WebhookId id, web::DeliveryName name, std::string by,
              web::Answered<web::ByWebhooks<bool>> answered) override;
  void replay_dead(web::WebhookId id, std::string by,
                   web::Answered<web::ByWebhooks<std::int64_t>> answered) override;

 private:
  /// `work(rows)` gives what is answered, and is noted as the `action` of who asked; then everybody
  /// knows what it changed.
  template <class Work, class Answer>
  void change_rows(std::string by, std::string action, std::optional<web::WebhookId> id, Work work,
                   Answer answered);

  Desk& desk_;
  BookCalls& book_;
  web::WebhookRows* rows_ = nullptr;
  web::WebhookSender* sender_ = nullptr;
  web::AddressPolicy addresses_;
};

}  // namespace bank::host
