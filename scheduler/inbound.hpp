#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/deliver.hpp"
#include "scheduler/loopback.hpp"
#include "scheduler/message.hpp"

namespace bank::scheduler {

enum class InboundId : std::int64_t {};  // in the order in which they came out; outside: "in_…"
[[nodiscard]] std::string outside(InboundId id);  // "in_" and 13 characters of base 32
[[nodiscard]] std::optional<InboundId> inbound_id(std::string_view outside);

/// What a SIM took in.
enum class InboundKind {
  text,
  binary,      // 8-bit, or for a port
  waiting,     // that something waits (voice mail, …); its text may be empty
  call,        // somebody called, and was not answered
  unreadable,  // a PDU that cannot be decoded, kept as it was
};
[[nodiscard]] std::string_view name_of(InboundKind kind);  // "text", "binary", …
[[nodiscard]] std::optional<InboundKind> inbound_kind_named(std::string_view name);

/// A PDU that a modem handed over, to be booked before it is deleted from the SIM.
struct Arrival {
  SimId sim;
  std::string modem;  // its name
  WallTime at;
  std::string pdu;                       // hex as the modem printed it
  std::optional<at::Deliver> deliver{};  // nothing: it cannot be decoded
  std::optional<std::string> sender{};   // of one that cannot be decoded, as far as it tells
  std::string problem{};                 // and why, for a person
};

/// What came of it. After the commit the PDU may go from the SIM, whatever stands here.
struct Hearing {
  bool is_duplicate = false;           // of a part that was booked before
  std::vector<InboundId> complete;     // messages that came out with it; also others' with a gap
  std::optional<Loopback> loopback{};  // that it is, and that had not arrived before
};

struct IncomingCall {
  SimId sim;
  std::string modem;
  WallTime at;
  std::string from;  // empty: withheld
};

/// What of the inbox is shown besides what people wrote.
struct InboxFilter {
  bool blocked = false;    // also that of blocked senders
  bool loopbacks = false;  // also what the rack wrote to itself
};

/// A message as it came out, for whoever reads the inbox. After `Retention::texts` its text and its
/// data are gone, and null.
struct InboundView {
  InboundId id;
  InboundKind kind;
  std::string from;  // E.164 with '+', a short code, a name, or empty
  at::Address::Kind from_kind = at::Address::Kind::unknown;
  SimId sim;
  std::string sim_outside;          // as the API names it
  std::string to;                   // the SIM's number; may be empty
  std::string modem;                // that heard its first part
  std::optional<std::string> text;  // null for binary, call and unreadable ones; "[…]" for a gap
  // Lower-case hex. Of a binary one its 8-bit data, or what a text for a port was written in:
  // septets, one an octet, or UTF-16BE; of all parts that came. Of an unreadable one the PDU, as
  // the modem printed it where that is no hex.
  std::optional<std::string> data;
  WallTime received_at;             // of its last part
  std::optional<WallTime> sent_at;  // the service centre's first time; null where it gave none
  bool complete = true;
  int parts = 1;                       // in all
  std::vector<int> missing{};          // numbers of the parts that did not come, from 1
  std::optional<int> message_class{};  // 0 flash, …
  std::optional<at::MessageWaiting> waiting{};
  std::optional<int> destination_port{}, source_port{};
  std::string problem{};     // why it cannot be read
  bool is_blocked = false;   // its sender was on the block list when it came out
  bool is_loopback = false;  // the rack wrote it to itself
};

}  // namespace bank::scheduler
