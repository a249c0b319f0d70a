#include "scheduler/inbound.hpp"

#include <array>
#include <utility>

#include "scheduler/outside_name.hpp"

namespace bank::scheduler {
namespace {

constexpr std::array<std::pair<InboundKind, std::string_view>, 5> kinds{{
    {InboundKind::text, "text"},
    {InboundKind::binary, "binary"},
    {InboundKind::waiting, "waiting"},
    {InboundKind::call, "call"},
    {InboundKind::unreadable, "unreadable"},
}};

}  // namespace

std::string outside(InboundId id) {
  return outside_with("in_", static_cast<std::int64_t>(id));
}

std::optional<InboundId> inbound_id(std::string_view outside) {
  const auto id = inside_of("in_", outside);
  return id ? std::optional(InboundId{*id}) : std::nullopt;
}

std::string_view name_of(InboundKind kind) {
  for (const auto& [value, name] : kinds) {
    if (value == kind) return name;
  }
  return {};
}

std::optional<InboundKind> inbound_kind_named(std::string_view name) {
  for (const auto& [value, word] : kinds) {
    if (word == name) return value;
  }
  return std::nullopt;
}

}  // namespace bank::scheduler
