#include "firmware-host/webhook_calls.hpp"

namespace bank::host {

using web::ByWebhooks;
using web::Webhook;
using web::WebhookId;
using web::WebhookReader;
using web::WebhookRefusal;
using web::WebhookRows;

namespace {

/// One of those that a job has just read.
ByWebhooks<Webhook> shown(const web::Webhooks& webhooks, WebhookId id) {
  for (const auto& one : webhooks) {
    if (one.id == id) return one;
  }
  return WebhookRefusal::unknown;
}

std::string name_of_new(const ByWebhooks<Webhook>& made) {
  return web::outside(std::get<Webhook>(made).id);
}
template <class Other>
std::string name_of_new(const Other& /*changed*/) {
  return {};
}

ByWebhooks<Webhook> now_or_unknown(WebhookRows& rows, WebhookId id, bool done) {
  if (!done) return WebhookRefusal::unknown;
  return shown(*rows.all(), id);
}

}  // namespace

void WebhookCalls::attach(WebhookRows& rows, web::WebhookSender& sender,
                          web::AddressPolicy addresses) {
  rows_ = &rows;
  sender_ = &sender;
  addresses_ = std::move(addresses);
}

template <class Work, class Answer>
void WebhookCalls::change_rows(std::string by, std::string action, std::optional<WebhookId> id,
                               Work work, Answer answered) {
  using Value = std::invoke_result_t<Work, WebhookRows&>;
  using Changed = std::pair<Value, std::shared_ptr<const web::Webhooks>>;
  if (rows_ == nullptr) {
    return answered(web::Outcome<Value>(unexpected(web::Unavailable{"no webhooks here"})));
  }
  book_.write(
      [this, rows = rows_, by = std::move(by), action = std::move(action), id,
       work = std::move(work)](scheduler::Book&) mutable {
        auto value = work(*rows);
        if (!std::holds_alternative<WebhookRefusal>(value)) {
          desk_.note({by, action, id ? web::outside(*id) : name_of_new(value)}, host::now().wall);
        }
        return Changed(std::move(value), rows->all());
      },
      [rows = rows_, sender = sender_,
       answered = std::move(answered)](web::Outcome<Changed> outcome) {
        if (!outcome) return answered(web::Outcome<Value>(unexpected(outcome.error())));
        rows->publish(std::move(outcome->second));
        sender->tidy();
        answered(web::Outcome<Value>(std::move(outcome->first)));
      });
}

// --- reading ------------------------------------------------------------------------------------

std::vector<Webhook> WebhookCalls::webhooks() {
  return book_.query([](store::Database& on) { return WebhookReader(on).webhooks(); });
}

std::optional<Webhook> WebhookCalls::webhook(WebhookId id) {
  return book_.query([id](store::Database& on) { return WebhookReader(on).webhook(id); });
}

std::vector<web::WebhookDelivery> WebhookCalls::deliveries(WebhookId id,
                                                           std::optional<web::DeliveryState> state,
                                                           std::optional<web::DeliveryId> before,
                                                           std::size_t limit) {
  return book_.query(
      [&](store::Database& on) { return WebhookReader(on).deliveries(id, state, before, limit); });
}

std::optional<web::WebhookDelivery> WebhookCalls::delivery(WebhookId id, web::DeliveryName name) {
  return book_.query([&](store::Database& on) { return WebhookReader(on).delivery(id, name); });
}

std::optional<web::WallTime> WebhookCalls::left_alone_until(WebhookId id) {
  return sender_ == nullptr ? std::nullopt : sender_->left_alone_until(id);
}

// --- changing -----------------------------------------------------------------------------------

void WebhookCalls::create(web::NewWebhook webhook, web::Answered<ByWebhooks<Webhook>> answered) {
  auto by = webhook.by;
  change_rows(
      std::move(by), "webhook.create", std::nullopt,
      [webhook = std::move(webhook)](WebhookRows& rows) -> ByWebhooks<Webhook> {
        const auto id = rows.create(webhook, host::now().wall);
        if (!id) return WebhookRefusal::too_many;
        return shown(*rows.all(), *id);
      },
      std::move(answered));
}

void WebhookCalls::change(WebhookId id, web::WebhookPatch patch, std::string by,
                          web::Answered<ByWebhooks<Webhook>> answered) {
  change_rows(
      std::move(by), "webhook.change", id,
      [id, patch = std::move(patch)](WebhookRows& rows) {
        return now_or_unknown(rows, id, rows.change(id, patch));
      },
      std::move(answered));
}

void WebhookCalls::remove(WebhookId id, std::string by,
                          web::Answered<ByWebhooks<std::monostate>> answered) {
  change_rows(
      std::move(by), "webhook.delete", id,
      [id](WebhookRows& rows) -> ByWebhooks<std::monostate> {
        if (!rows.remove(id)) return WebhookRefusal::unknown;
        return std::monostate{};
      },
      std::move(answered));
}

void WebhookCalls::renew_secret(WebhookId id, std::string secret, std::string by,
                                web::Answered<ByWebhooks<Webhook>> answered) {
  change_rows(
      std::move(by), "webhook.secret", id,
      [id, secret = std::move(secret)](WebhookRows& rows) {
        return now_or_unknown(rows, id, rows.renew_secret(id, secret, host::now().wall));
      },
      std::move(answered));
}

void WebhookCalls::ping(WebhookId id, std::string by,
                        web::Answered<ByWebhooks<web::DeliveryName>> answered) {
  change_rows(
      std::move(by), "webhook.test", id,
      [id](WebhookRows& rows) -> ByWebhooks<web::DeliveryName> {
        if (const auto delivery = rows.ping(id, host::now().wall)) return *delivery;
        const auto known = shown(*rows.all(), id);
        return std::holds_alternative<Webhook>(known) ? WebhookRefusal::disabled
                                                      : WebhookRefusal::unknown;
      },
      std::move(answered));
}

void WebhookCalls::replay(WebhookId id, web::DeliveryName name, std::string by,
                          web::Answered<ByWebhooks<bool>> answered) {
  change_rows(
      std::move(by), "webhook.replay", id,
      [id, name](WebhookRows& rows) -> ByWebhooks<bool> {
        return rows.replay(id, name, host::now().wall);
      },
      std::move(answered));
}

void WebhookCalls::replay_dead(WebhookId id, std::string by,
                               web::Answered<ByWebhooks<std::int64_t>> answered) {
  change_rows(
      std::move(by), "webhook.replay", id,
      [id](WebhookRows& rows) -> ByWebhooks<std::int64_t> {
        if (const auto dead = rows.replay_dead(id)) return *dead;
        return WebhookRefusal::unknown;
      },
      std::move(answered));
}

}  // namespace bank::host
