#include "at/status_report.hpp"

#include "at/hex.hpp"

namespace bank::at {
namespace {

constexpr std::uint8_t message_type_bits = 0x03;
constexpr std::uint8_t status_report_type = 0x02;
constexpr std::size_t time_octets = 7;

std::optional<ServiceCentreTime> time_at(Octets pdu, std::size_t at) {
  const auto time = decode_scts(pdu.subspan(at).first<time_octets>());
  return time ? std::optional{*time} : std::nullopt;
}

}  // namespace

Outcome outcome(int tp_status) {
  if (tp_status < 0x20) return Outcome::delivered;
  if (tp_status < 0x40) return Outcome::temporary;
  return Outcome::permanent;
}

std::string_view meaning(int tp_status) {
  switch (tp_status) {
    case 0x00: return "received by the recipient's phone";
    case 0x01: return "forwarded, but the service centre cannot confirm the delivery";
    case 0x02: return "replaced by the service centre";
    case 0x20: return "congestion; still trying";
    case 0x21: return "the recipient's phone is busy; still trying";
    case 0x22: return "no response from the recipient's phone; still trying";
    case 0x23: return "service rejected; still trying";
    case 0x24: return "quality of service not available; still trying";
    case 0x25: return "error in the recipient's phone; still trying";
    case 0x40: return "remote procedure error";
    case 0x41: return "incompatible destination";
    case 0x42: return "connection rejected by the recipient's phone";
    case 0x43: return "not obtainable";
    case 0x44: return "quality of service not available";
    case 0x45: return "no interworking available";
    case 0x46: return "validity period expired";
    case 0x47: return "deleted by the sender";
    case 0x48: return "deleted by the service centre's administration";
    case 0x49: return "the message does not exist";
    case 0x60: return "congestion; given up";
    case 0x61: return "the recipient's phone was busy; given up";
    case 0x62: return "no response from the recipient's phone; given up";
    case 0x63: return "service rejected; given up";
    case 0x64: return "quality of service not available; given up";
    case 0x65: return "error in the recipient's phone; given up";
    default: break;
  }
  if (tp_status < 0x20) return "completed";
  if (tp_status < 0x40) return "the service centre is still trying";
  if (tp_status < 0x60) return "permanent failure";
  if (tp_status < 0x80) return "temporary failure; given up";
  return "service rejected (reserved status)";
}

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::delivered: return "delivered";
    case Outcome::temporary: return "temporary";
    case Outcome::permanent: return "permanent";
  }
  return "permanent";
}

Result<StatusReport, DecodeError> decode_status_report(std::string_view hex, bool with_smsc) {
  using Fault = DecodeError::Fault;
  const auto octets = from_hex(hex);
  if (!octets) return unexpected(octets.error());
  const Octets pdu(*octets);
  StatusReport report;
  std::size_t at = 0;
  if (with_smsc) {
    const auto smsc = read_smsc(pdu);
    if (!smsc) return unexpected(smsc.error());
    report.smsc = smsc->address.digits_or_text;
    at = smsc->octets;
  }
  if (at >= pdu.size()) return unexpected(DecodeError{Fault::truncated, "TP-MTI", at});
  if ((pdu[at] & message_type_bits) != status_report_type) {
    return unexpected(DecodeError{Fault::reserved_value, "TP-MTI", at});
  }
  ++at;
  if (at >= pdu.size()) return unexpected(DecodeError{Fault::truncated, "TP-MR", at});
  report.tp_mr = pdu[at++];
  auto recipient = read_address(pdu, at, "TP-RA");
  if (!recipient) return unexpected(recipient.error());
  report.recipient = std::move(recipient->address);
  at += recipient->octets;
  if (pdu.size() < at + time_octets) {
    return unexpected(DecodeError{Fault::truncated, "TP-SCTS", pdu.size()});
  }
  report.scts = time_at(pdu, at);
  at += time_octets;
  if (pdu.size() < at + time_octets) {
    return unexpected(DecodeError{Fault::truncated, "TP-DT", pdu.size()});
  }
  report.discharged = time_at(pdu, at);
  at += time_octets;
  if (at >= pdu.size()) return unexpected(DecodeError{Fault::truncated, "TP-ST", at});
  report.tp_status = pdu[at];
  return report;
}

std::optional<std::string> encode_status_report(const StatusReport& report) {
  if (report.tp_mr < 0 || report.tp_mr > 255 || report.tp_status < 0 || report.tp_status > 255) {
    return std::nullopt;
  }
  std::vector<std::uint8_t> octets;
  if (!append_smsc(octets, report.smsc)) return std::nullopt;
  octets.push_back(0x06);  // no more messages waiting
  octets.push_back(static_cast<std::uint8_t>(report.tp_mr));
  if (!append_address(octets, report.recipient)) return std::nullopt;
  for (const auto& time : {report.scts, report.discharged}) {
    const auto seven = time ? encode_scts(*time) : std::array<std::uint8_t, time_octets>{};
    octets.insert(octets.end(), seven.begin(), seven.end());
  }
  octets.push_back(static_cast<std::uint8_t>(report.tp_status));
  return to_hex(octets);
}

}  // namespace bank::at
