#include "web/webhook.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "scheduler/outside_name.hpp"

namespace bank::web {

namespace {

constexpr std::string_view webhook_prefix = "wh_";
constexpr std::string_view delivery_prefix = "evt_";
constexpr std::size_t salt_digits = 8;  // hex

constexpr std::array<std::pair<DeliveryState, std::string_view>, 3> states{
    {{DeliveryState::pending, "pending"},
     {DeliveryState::delivered, "delivered"},
     {DeliveryState::dead, "dead"}}};

bool fits(std::string_view pattern, std::string_view type) {
  if (!pattern.ends_with(".*")) return pattern == type;
  pattern.remove_suffix(1);
  return type.size() > pattern.size() && type.starts_with(pattern);
}

}  // namespace

bool Webhook::wants(std::string_view type) const {
  return enabled &&
         (events.empty() || std::any_of(events.begin(), events.end(),
                                        [&](const auto& one) { return fits(one, type); }));
}

std::string_view name_of(DeliveryState state) {
  return states.at(static_cast<std::size_t>(state)).second;
}

std::optional<DeliveryState> delivery_state(std::string_view name) {
  for (const auto& [state, its_name] : states) {
    if (its_name == name) return state;
  }
  return std::nullopt;
}

std::string outside(WebhookId id) {
  return scheduler::outside_with(webhook_prefix, static_cast<std::int64_t>(id));
}

std::optional<WebhookId> webhook_id(std::string_view text) {
  const auto id = scheduler::inside_of(webhook_prefix, text);
  return id ? std::optional(WebhookId{*id}) : std::nullopt;
}

std::string outside(const DeliveryName& name) {
  return fmt::format("{}{:08x}",
                     scheduler::outside_with(delivery_prefix, static_cast<std::int64_t>(name.id)),
                     name.salt);
}

std::optional<DeliveryName> delivery_name(std::string_view text) {
  if (text.size() <= salt_digits) return std::nullopt;
  const auto id = scheduler::inside_of(delivery_prefix, text.substr(0, text.size() - salt_digits));
  const auto digits = text.substr(text.size() - salt_digits);
  if (!id || digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return std::nullopt;
  }
  std::int64_t salt = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), salt, 16);
  return DeliveryName{DeliveryId{*id}, salt};
}

bool is_event_pattern(std::string_view text) {
  if (text.ends_with(".*")) text.remove_suffix(2);
  return !text.empty() && text.size() <= longest_event_pattern && text.front() != '.' &&
         text.back() != '.' && text.find("..") == std::string_view::npos &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.") == std::string_view::npos;
}

}  // namespace bank::web
