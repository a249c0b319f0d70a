#pragma once

// Shared by the sources of the message book; not a door of the room. Pure: what a received PDU is
// known again by, and what a message looks like that has come out.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "at/reassembly.hpp"
#include "scheduler/inbound.hpp"

namespace bank::scheduler {

/// Stands in a text for parts that did not come.
inline constexpr std::string_view gap_mark = "[…]";

using Fingerprint = std::array<unsigned char, 16>;  // BLAKE2b

/// What is kept of an arrival.
struct Kept {
  std::string pdu;  // hex with a service centre's field in front; as printed where it is no hex
  /// Of the TPDU, without the service centre's field, what a SIM's record or a modem appends, and
  /// TP-MMS, which differs when the service centre sends the same again (TS 23.040 §9.2.3.2).
  Fingerprint tpdu;
  /// Of one of several parts: by whom, which of what, and what is in it; not when.
  std::optional<Fingerprint> part{};
};
[[nodiscard]] Kept kept_of(const Arrival& arrival);

/// Whether others are to come before it is a message.
[[nodiscard]] bool is_one_of_several(const std::optional<at::Deliver>& deliver);

/// What a sender's address is, where only its text is known.
[[nodiscard]] at::Address::Kind kind_of_sender(std::string_view sender);

/// A message as it came out; which row and SIM, by whom heard and when the book adds.
[[nodiscard]] InboundView message_of(const at::Collected& parts);
/// One that cannot be decoded; `pdu` as kept.
[[nodiscard]] InboundView unreadable_of(const Arrival& arrival, std::string_view pdu);

}  // namespace bank::scheduler
