#include "web/inbound_json.hpp"

#include <string_view>

namespace bank::web {

namespace {

std::optional<std::string_view> unless_empty(std::string_view text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

void append_waiting(JsonText& json, const std::optional<at::MessageWaiting>& waiting) {
  json.key("mwi");
  if (!waiting) {
    json.value(nullptr);
    return;
  }
  json.open('{').member("kind", at::name_of(waiting->kind)).member("active", waiting->active);
  json.member("store", waiting->store).close('}');
}

void append_ports(JsonText& json, const scheduler::InboundView& inbound) {
  json.key("ports");
  if (!inbound.destination_port && !inbound.source_port) {
    json.value(nullptr);
    return;
  }
  json.open('{').member("destination", inbound.destination_port);
  json.member("source", inbound.source_port).close('}');
}

}  // namespace

void append_inbound(JsonText& json, const scheduler::InboundView& inbound) {
  const auto from = unless_empty(inbound.from);
  json.open('{').member("id", scheduler::outside(inbound.id));
  json.member("kind", scheduler::name_of(inbound.kind)).member("from", from);
  // Nobody is of no type: an empty sender is not one of type "unknown".
  json.member("from_type", from ? std::optional(at::name_of(inbound.from_kind)) : std::nullopt);
  json.member("to", unless_empty(inbound.to)).member("sim", unless_empty(inbound.sim_outside));
  json.member("modem", unless_empty(inbound.modem));
  json.member("text", inbound.text).member("data", inbound.data);
  json.member("received_at", inbound.received_at).member("sent_at", inbound.sent_at);
  json.member("complete", inbound.complete).member("parts", inbound.parts);
  json.key("missing").open('[');
  for (const int part : inbound.missing) json.value(part);
  json.close(']').member("class", inbound.message_class);
  append_waiting(json, inbound.waiting);
  append_ports(json, inbound);
  json.member("problem", unless_empty(inbound.problem));
  json.member("blocked", inbound.is_blocked).member("loopback", inbound.is_loopback).close('}');
}

}  // namespace bank::web
