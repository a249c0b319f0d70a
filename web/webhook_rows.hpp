#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "store/database.hpp"
#include "web/happening.hpp"
#include "web/webhook.hpp"
#include "web/webhook_schedule.hpp"

namespace bank::web {

struct NewWebhook {
  std::string url;                  // one that flaw_of_webhook_url finds no flaw in
  std::vector<std::string> events;  // patterns; empty: all
  WebhookFilter filter;
  std::string secret;  // octets
  std::string by;
};
/// What is absent stays.
struct WebhookPatch {
  std::optional<std::string> url;
  std::optional<std::vector<std::string>> events;
  std::optional<WebhookFilter> filter;
  std::optional<bool> enabled;
};

/// One attempt that ended, and what becomes of its delivery.
struct DeliveryResult {
  DeliveryId id;
  WebhookId webhook;
  std::string conversation;
  DeliveryAttempt attempt;
  DeliveryStep step;
};

using Webhooks = std::vector<Webhook>;  // in order of id

/// The rows of webhooks, as they are written: every call but the three of any thread belongs into a
/// job of the writer, on its connection, and throws DatabaseError.
class WebhookRows {
 public:
  /// Reads what there is.
  explicit WebhookRows(store::Database& database);
  ~WebhookRows();

  // --- from any thread --------------------------------------------------------------------------
  /// Whether anybody is told of such a thing: without a look at the database.
  [[nodiscard]] bool wants(std::string_view type) const;
  /// Whether anybody is told of anything.
  [[nodiscard]] bool is_any() const;
  /// As they were when `publish` was called last.
  [[nodiscard]] std::shared_ptr<const Webhooks> known() const;
  /// After a commit that changed them, what `all` gave in it.
  void publish(std::shared_ptr<const Webhooks> webhooks);

  // --- producing --------------------------------------------------------------------------------
  /// Books a delivery for each subscription that wants it, in the transaction in which it happened.
  /// After the commit: WebhookSender::wake.
  void enqueue(std::span<const Happening> happenings);

  // --- what a person changes --------------------------------------------------------------------
  [[nodiscard]] std::shared_ptr<const Webhooks> all();
  /// Nothing: there are `most_webhooks`.
  std::optional<WebhookId> create(const NewWebhook& webhook, WallTime now);
  bool change(WebhookId id, const WebhookPatch& patch);
  bool remove(WebhookId id);
  /// The one that it had signs too, until `old_secret_signs` from now.
  bool renew_secret(WebhookId id, std::string_view secret, WallTime now);
  /// A `test.ping`, whatever the subscription wants. Nothing: there is none, or it is disabled.
  std::optional<DeliveryName> ping(WebhookId id, WallTime now);
  /// Tries it again, from the first attempt on: now, or after the one of its conversation that is
  /// being tried. False: there is no such.
  bool replay(WebhookId id, DeliveryName name, WallTime now);
  /// All dead letters, in steps (`tidy`): how many; nothing: no such subscription.
  std::optional<std::int64_t> replay_dead(WebhookId id);

  // --- what the sender notes --------------------------------------------------------------------
  /// True: subscriptions changed.
  bool note(std::span<const DeliveryResult> results);
  struct Tidied {
    bool more = false;  // call again, in another job
    bool webhooks_changed = false;
    bool deliveries_due = false;
  };
  /// One bounded step of what is to be done in the course of time: deletes, replays, forgets.
  Tidied tidy(WallTime now);
  static constexpr std::size_t tidy_step = 1000;  // deliveries

 private:
  struct Statements;
  struct Waiting {
    WebhookId webhook;
    std::string conversation;
  };
  DeliveryName insert(WebhookId webhook, const Happening& happening);
  void end_oldest_beyond_bound(WallTime now);
  void end(DeliveryId id, const Waiting& of, DeliveryState state, const std::string& error,
           WallTime at);
  void put_back(DeliveryId id, WallTime now);
  std::int64_t forget_step(WebhookId webhook, DeliveryState state, WallTime before,
                           std::int64_t beyond);
  Tidied forget_old(WallTime now);

  std::unique_ptr<Statements> sql_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Webhooks> known_;  // guarded by mutex_
};

}  // namespace bank::web
