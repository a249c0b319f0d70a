#include "scheduler/message.hpp"

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace bank::scheduler {
namespace {

constexpr std::array<std::pair<MessageClass, std::string_view>, 5> classes{{
    {MessageClass::transactional, "transactional"},
    {MessageClass::promotional, "promotional"},
    {MessageClass::service, "service"},
    {MessageClass::otp, "otp"},
    {MessageClass::system, "system"},
}};

constexpr std::array<std::pair<BatchState, std::string_view>, 5> batch_states{{
    {BatchState::receiving, "receiving"},
    {BatchState::open, "open"},
    {BatchState::paused, "paused"},
    {BatchState::cancelled, "cancelled"},
    {BatchState::dropped, "dropped"},
}};

constexpr std::array<std::pair<MessageState, std::string_view>, message_states> states{{
    {MessageState::queued, "queued"},
    {MessageState::sending, "sending"},
    {MessageState::sent, "sent"},
    {MessageState::delivered, "delivered"},
    {MessageState::undelivered, "undelivered"},
    {MessageState::failed, "failed"},
    {MessageState::expired, "expired"},
    {MessageState::cancelled, "cancelled"},
    {MessageState::suppressed, "suppressed"},
    {MessageState::uncertain, "uncertain"},
}};

template <class Table, class Value>
std::string_view name_in(const Table& table, Value value) {
  for (const auto& [entry, name] : table) {
    if (entry == value) return name;
  }
  return {};
}

template <class Value, std::size_t size>
std::optional<Value> named_in(const std::array<std::pair<Value, std::string_view>, size>& table,
                              std::string_view name) {
  for (const auto& [entry, word] : table) {
    if (word == name) return entry;
  }
  return std::nullopt;
}

// Crockford's base 32 in small letters: in ASCII order, so that the texts sort as the numbers do,
// and without i, l, o and u, so that they can be read out over a telephone.
constexpr std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t width = 13;  // 13 × 5 bits hold 64

std::string outside_with(std::string_view prefix, std::int64_t id) {
  std::string text(prefix);
  text.resize(prefix.size() + width);
  auto rest = static_cast<std::uint64_t>(id);
  for (std::size_t i = text.size(); i > prefix.size(); --i) {
    text[i - 1] = digits[rest % 32];
    rest /= 32;
  }
  return text;
}

std::optional<std::int64_t> inside_of(std::string_view prefix, std::string_view text) {
  if (text.size() != prefix.size() + width || !text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (text.front() > '7') return std::nullopt;  // beyond 63 bits
  std::int64_t id = 0;
  for (const char c : text) {
    const auto digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    id = id * 32 + static_cast<std::int64_t>(digit);
  }
  return id == 0 ? std::nullopt : std::optional(id);
}

}  // namespace

std::string_view name_of(MessageClass value) {
  return name_in(classes, value);
}
std::string_view name_of(MessageState value) {
  return name_in(states, value);
}
std::string_view name_of(BatchState value) {
  return name_in(batch_states, value);
}
std::optional<BatchState> batch_state_named(std::string_view name) {
  return named_in(batch_states, name);
}
std::optional<MessageClass> class_named(std::string_view name) {
  return named_in(classes, name);
}
std::optional<MessageState> state_named(std::string_view name) {
  return named_in(states, name);
}

std::string outside(MessageId id) {
  return outside_with("msg_", static_cast<std::int64_t>(id));
}
std::string outside(BatchId id) {
  return outside_with("bat_", static_cast<std::int64_t>(id));
}

std::optional<MessageId> message_id(std::string_view outside) {
  const auto id = inside_of("msg_", outside);
  return id ? std::optional(MessageId{*id}) : std::nullopt;
}

std::optional<BatchId> batch_id(std::string_view outside) {
  const auto id = inside_of("bat_", outside);
  return id ? std::optional(BatchId{*id}) : std::nullopt;
}

}  // namespace bank::scheduler
