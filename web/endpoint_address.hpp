#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

/// Where webhooks may go: whoever may subscribe must not thereby reach what only this machine can.
namespace bank::web {

struct AddressPolicy {
  bool allow_private = false;
  /// Such that may be told all the same: "10.0.0.5:8080", "[fd00::5]:8080".
  std::vector<std::string> allowed{};
};

/// An address and its port, in the one spelling that they are compared in; nothing: it is none.
[[nodiscard]] std::optional<std::string> canonical_endpoint(std::string_view text);

/// Why nothing is sent to an address that is about to be connected to; nothing: it may be. Refused
/// is what IANA's registries of special-purpose addresses do not call globally reachable, and what
/// carries such an IPv4 address inside (mapped, 6to4, NAT64, ISATAP).
[[nodiscard]] std::optional<std::string> flaw_of_address(const sockaddr& address,
                                                         const AddressPolicy& policy);

/// What is wrong with the URL of a subscription, and what to write instead; nothing: it will do. A
/// name is not resolved: what it leads to is looked at each time that it is connected to.
[[nodiscard]] std::optional<std::string> flaw_of_webhook_url(const std::string& url,
                                                             const AddressPolicy& policy);

}  // namespace bank::web
