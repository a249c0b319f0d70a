#include "scheduler/inbound_message.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace bank::scheduler {
namespace {

using Octets = std::vector<std::uint8_t>;

constexpr std::size_t most_characters = 2 * at::longest_pdu;  // kept of what is no PDU
constexpr std::uint8_t no_more_messages = 0x04;               // TP-MMS in the first octet

Fingerprint fingerprint_of(std::span<const std::uint8_t> octets) {
  Fingerprint print{};
  crypto_generichash(print.data(), print.size(), octets.data(), octets.size(), nullptr, 0);
  return print;
}

Octets octets_of(std::string_view text) {
  return {text.begin(), text.end()};
}

/// What a database and a document can hold of what a modem printed.
std::string printable(std::string_view printed) {
  std::string text(printed.substr(0, most_characters));
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

/// Whether octets read so are the message that whoever handed them over read.
bool reads_as(const Octets& octets, bool with_smsc, const at::Deliver& deliver) {
  const auto read = at::decode_deliver(octets, with_smsc);
  return read && read->from == deliver.from && read->data == deliver.data;
}

/// Octets of a DELIVER from its first to the last of TP-UD (TS 23.040 §9.2.2.1).
std::size_t length_of(std::span<const std::uint8_t> tpdu, at::Alphabet alphabet) {
  const auto at = [&](std::size_t place) {
    return place < tpdu.size() ? std::size_t{tpdu[place]} : 0;
  };
  const std::size_t address = 2 + (at(1) + 1) / 2;
  const std::size_t user_data = 1 + address + 2 + 7;  // behind TP-PID, TP-DCS and TP-SCTS
  const std::size_t units = at(user_data);
  const std::size_t octets = alphabet == at::Alphabet::gsm7 ? (units * 7 + 7) / 8 : units;
  return std::min(user_data + 1 + octets, tpdu.size());
}

/// Where the TPDU begins in what cannot be read: behind a service centre's field, if it has one.
std::size_t begin_of_unreadable(const Octets& octets) {
  constexpr std::size_t longest_smsc = 12;
  const std::size_t field = octets.empty() ? 0 : std::size_t{octets.front()} + 1;
  return field <= longest_smsc && field < octets.size() ? field : 0;
}

Fingerprint fingerprint_of_part(const at::Deliver& part) {
  const at::Concat& concat = *part.header.concat;
  Octets known = octets_of(part.from.digits_or_text);
  for (const int number :
       {0, static_cast<int>(part.from.kind), concat.ref >> 8, concat.ref & 0xFF, concat.bits,
        concat.total, concat.seq, static_cast<int>(part.alphabet)}) {
    known.push_back(static_cast<std::uint8_t>(number));
  }
  const Octets content = part.data.empty() ? octets_of(part.text.value_or("")) : part.data;
  known.insert(known.end(), content.begin(), content.end());
  return fingerprint_of(known);
}

}  // namespace

Kept kept_of(const Arrival& arrival) {
  const auto octets = at::from_hex(arrival.pdu);
  if (!octets || octets->empty()) {
    return {.pdu = printable(arrival.pdu), .tpdu = fingerprint_of(octets_of(arrival.pdu))};
  }
  Kept kept{.pdu = at::to_hex(*octets), .tpdu = {}};
  if (!arrival.deliver) {
    kept.tpdu = fingerprint_of(std::span(*octets).subspan(begin_of_unreadable(*octets)));
    return kept;
  }
  std::span<const std::uint8_t> tpdu(*octets);
  if (!reads_as(*octets, true, *arrival.deliver) && reads_as(*octets, false, *arrival.deliver)) {
    kept.pdu.insert(0, "00");  // a modem that prints none
  } else {
    tpdu = tpdu.subspan(std::min(std::size_t{octets->front()} + 1, octets->size()));
  }
  Octets same(tpdu.begin(), tpdu.end());
  same.resize(length_of(tpdu, arrival.deliver->alphabet));
  if (!same.empty()) same.front() |= no_more_messages;
  kept.tpdu = fingerprint_of(same);
  if (is_one_of_several(arrival.deliver)) kept.part = fingerprint_of_part(*arrival.deliver);
  return kept;
}

bool is_one_of_several(const std::optional<at::Deliver>& deliver) {
  if (!deliver || !deliver->header.concat) return false;
  const at::Concat& concat = *deliver->header.concat;
  return concat.total > 1 && concat.total <= 255 && concat.seq >= 1 && concat.seq <= concat.total;
}

at::Address::Kind kind_of_sender(std::string_view sender) {
  if (sender.starts_with('+')) return at::Address::Kind::international;
  const bool is_number = sender.find_first_not_of("0123456789*#abc") == std::string_view::npos;
  return is_number ? at::Address::Kind::unknown : at::Address::Kind::alphanumeric;
}

namespace {

InboundKind kind_of(const InboundView& message, bool has_data) {
  if (message.destination_port) return InboundKind::binary;
  if (message.waiting && (message.text || !has_data)) return InboundKind::waiting;
  return message.text ? InboundKind::text : InboundKind::binary;
}

/// What the first part that says it says.
void take_header(InboundView& message, const at::Deliver& part) {
  if (!message.message_class) message.message_class = part.message_class;
  if (!message.waiting) message.waiting = part.waiting;
  if (part.header.ports && !message.destination_port) {
    message.destination_port = part.header.ports->destination;
    message.source_port = part.header.ports->source;
  }
  if (!part.timestamp) return;
  const WallTime sent{part.timestamp->instant};
  if (!message.sent_at || sent < *message.sent_at) message.sent_at = sent;
}

std::string lower_hex(const Octets& octets) {
  std::string hex = at::to_hex(octets);
  for (char& c : hex) {
    if (c >= 'A') c = static_cast<char>(c + ('a' - 'A'));
  }
  return hex;
}

}  // namespace

InboundView message_of(const at::Collected& parts) {
  InboundView message{};
  message.from = parts.pieces.front().deliver.from.digits_or_text;
  message.from_kind = parts.pieces.front().deliver.from.kind;
  message.sim = SimId{parts.pieces.front().sim};
  message.parts = parts.total;
  message.missing = parts.gaps();
  message.complete = message.missing.empty();
  message.text = at::text_of(parts, gap_mark);
  Octets data;
  for (const at::Piece& piece : parts.pieces) {
    take_header(message, piece.deliver);
    data.insert(data.end(), piece.deliver.data.begin(), piece.deliver.data.end());
  }
  message.kind = kind_of(message, !data.empty());
  if (message.kind == InboundKind::binary) {
    message.text.reset();
    message.data = lower_hex(data);
  } else if (message.kind == InboundKind::waiting && !message.text) {
    message.text = "";
  }
  return message;
}

InboundView unreadable_of(const Arrival& arrival, std::string_view pdu) {
  InboundView message{};
  message.kind = InboundKind::unreadable;
  message.from = arrival.sender.value_or("");
  message.from_kind = kind_of_sender(message.from);
  message.sim = arrival.sim;
  const auto octets = at::from_hex(pdu);
  message.data = octets ? lower_hex(*octets) : std::string(pdu);
  message.problem = arrival.problem;
  return message;
}

}  // namespace bank::scheduler
