#include "scheduler/message.hpp"

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "scheduler/outside_name.hpp"

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
