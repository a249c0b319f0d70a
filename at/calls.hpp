#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bank::at {

/// Somebody calls the SIM, or has called. Nobody here answers, but a call delays messages.
struct IncomingCall {
  std::optional<std::string> number{};  // null where it is withheld or not told
  bool is_over = false;

  friend bool operator==(const IncomingCall&, const IncomingCall&) = default;
};

/// RING, +CRING: (TS 27.007 §6.11), +CLIP: (§7.11), +CCWA: (§7.12), and the makers' MISSED_CALL:,
/// VOICE CALL: and ^CEND:. Nullopt for any other line; "NO CARRIER" may be a result as well.
[[nodiscard]] std::optional<IncomingCall> incoming_call(std::string_view line);

}  // namespace bank::at
