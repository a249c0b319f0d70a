#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/message.hpp"
#include "web/webhook_filter.hpp"

namespace bank::web {

using namespace std::chrono_literals;
using scheduler::WallTime;

enum class WebhookId : std::int64_t {};
enum class DeliveryId : std::int64_t {};

// --- the bounds of it ---------------------------------------------------------------------------
inline constexpr std::size_t most_webhooks = 32;
inline constexpr std::size_t longest_webhook_url = 2048;  // octets
inline constexpr std::size_t most_event_patterns = 32;    // of one subscription
inline constexpr std::size_t longest_event_pattern = 64;  // octets
/// Of all subscriptions. Beyond, the oldest of the one with the most becomes a dead letter.
inline constexpr std::int64_t most_pending_deliveries = 1'000'000;
/// Of all subscriptions, for each of the two states. Beyond, the oldest of the one with the most
/// goes.
inline constexpr std::int64_t most_ended_deliveries = 100'000;
inline constexpr std::chrono::days delivered_kept{7};     // from its end on
inline constexpr std::chrono::days dead_kept{90};         // the same
inline constexpr int most_logged_attempts = 10;           // of one delivery, the last
inline constexpr std::size_t longest_kept_answer = 1024;  // octets of what an endpoint said
inline constexpr std::chrono::hours old_secret_signs{24};

/// Who is told, and of what.
struct Webhook {
  WebhookId id{};
  std::string url;
  std::vector<std::string> events;  // types, or "message.*"; empty: all
  WebhookFilter filter;             // of those
  bool enabled = true;
  std::string disabled_because;  // empty: by a person, or it is not
  WallTime created_at{};
  std::string created_by;
  std::string secret;                     // octets; never shown again
  std::optional<std::string> old_secret;  // signs too, until
  WallTime old_secret_until{};
  std::int64_t revision = 0;  // changes when a person changes it
  std::int64_t pending = 0, delivered = 0, dead = 0;

  /// Whether some of that type may be for it: `filter` is not asked.
  [[nodiscard]] bool wants(std::string_view type) const;
};

enum class DeliveryState { pending, delivered, dead };
[[nodiscard]] std::string_view name_of(DeliveryState state);
[[nodiscard]] std::optional<DeliveryState> delivery_state(std::string_view name);

/// One try to tell an endpoint.
struct DeliveryAttempt {
  int number;  // from 1
  WallTime at;
  std::chrono::milliseconds took;
  int status;          // 0: no answer
  std::string error;   // why it does not count; empty: it does
  std::string answer;  // the begin of what was said to one that does not count
};

/// One happening as one subscription is told of it.
struct WebhookDelivery {
  DeliveryId id{};
  std::int64_t salt = 0;  // a part of its name outside
  WebhookId webhook{};
  std::string type;
  std::string conversation;
  std::string body;  // JSON; the same for every attempt
  DeliveryState state = DeliveryState::pending;
  WallTime created_at{};
  int attempts = 0;
  std::optional<WallTime> due_at;  // of a pending one; nothing: it waits for one before it
  std::optional<WallTime> ended_at;
  std::string error;  // the last; empty: none
  std::vector<DeliveryAttempt> log;
};

[[nodiscard]] std::string outside(WebhookId id);  // "wh_…"
[[nodiscard]] std::optional<WebhookId> webhook_id(std::string_view text);

/// "evt_…", the `webhook-id` of Standard Webhooks: the same for each attempt and replay. By its
/// salt no number that a restored book gives once more names something else to a receiver that saw
/// it.
struct DeliveryName {
  DeliveryId id;
  std::int64_t salt;
};
inline constexpr std::uint32_t delivery_salts = 1U << 31U;
[[nodiscard]] std::string outside(const DeliveryName& name);
[[nodiscard]] std::optional<DeliveryName> delivery_name(std::string_view text);

/// Whether it can stand in `events`: small letters, digits, "_" and "." with a name between dots,
/// or such with ".*" at its end.
[[nodiscard]] bool is_event_pattern(std::string_view text);

}  // namespace bank::web
