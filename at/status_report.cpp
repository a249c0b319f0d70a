#include "at/status_report.hpp"

#include <array>
#include <cstdint>
#include <vector>

#include "at/pdu_reader.hpp"

namespace bank::at {
namespace {

// TP-ST in blocks of 0x20; in the last two and in 0x40 the service centre has stopped trying.
constexpr int first_temporary = 0x20;
constexpr int first_permanent = 0x40;
constexpr int first_given_up = 0x60;
constexpr int first_reserved = 0x80;

constexpr std::array<std::string_view, 3> done{
    "received by the recipient's phone",
    "forwarded by the service centre, receipt cannot be confirmed",
    "replaced by the service centre"};

constexpr std::array<std::string_view, 6> still_trying{
    "network congestion, the service centre is still trying",
    "recipient's phone busy, the service centre is still trying",
    "no response from the recipient's phone, the service centre is still trying",
    "service rejected, the service centre is still trying",
    "quality of service not available, the service centre is still trying",
    "error in the recipient's phone, the service centre is still trying"};

constexpr std::array<std::string_view, 10> refused{"remote procedure error",
                                                   "incompatible destination",
                                                   "connection rejected by the recipient's phone",
                                                   "not obtainable",
                                                   "quality of service not available",
                                                   "no interworking available",
                                                   "validity period expired",
                                                   "deleted by the sender",
                                                   "deleted by the service centre",
                                                   "the service centre does not know the message"};

constexpr std::array<std::string_view, 6> given_up{
    "network congestion, the service centre has given up",
    "recipient's phone busy, the service centre has given up",
    "no response from the recipient's phone, the service centre has given up",
    "service rejected, the service centre has given up",
    "quality of service not available, the service centre has given up",
    "error in the recipient's phone, the service centre has given up"};

template <std::size_t size>
std::string_view word(const std::array<std::string_view, size>& words, int index,
                      std::string_view otherwise) {
  const auto i = static_cast<std::size_t>(index);
  return i < size ? words[i] : otherwise;
}

}  // namespace

Outcome outcome(int tp_status) {
  if (tp_status < first_temporary) return Outcome::delivered;
  if (tp_status < first_permanent) return Outcome::temporary;
  return Outcome::permanent;
}

std::string_view meaning(int tp_status) {
  if (tp_status < first_temporary) {
    return word(done, tp_status, "completed, with a code of the network's own");
  }
  if (tp_status < first_permanent) {
    return word(still_trying, tp_status - first_temporary,
                "delayed with a code of the network's own, the service centre is still trying");
  }
  if (tp_status < first_given_up) {
    return word(refused, tp_status - first_permanent,
                "refused for good, with a code of the network's own");
  }
  if (tp_status < first_reserved) {
    return word(given_up, tp_status - first_given_up,
                "not delivered, with a code of the network's own; the service centre has given up");
  }
  return "service rejected (a code that the standard reserves)";
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
  const auto octets = from_hex(hex);
  if (!octets) return unexpected(octets.error());
  return decode_status_report(*octets, with_smsc);
}

Result<StatusReport, DecodeError> decode_status_report(Octets pdu, bool with_smsc) {
  PduReader reader(pdu);
  StatusReport report;
  if (with_smsc) report.smsc = reader.smsc();
  const std::size_t first_at = reader.at();
  const std::uint8_t first = reader.octet("TP-MTI");
  if ((first & first_octet::mti_mask) != first_octet::status_report) {
    reader.refuse(DecodeError::Fault::reserved_value, "TP-MTI", first_at);
  }
  report.tp_mr = reader.octet("TP-MR");
  report.recipient = reader.address("TP-RA");
  report.scts = reader.time("TP-SCTS");
  report.discharged = reader.time("TP-DT");
  report.tp_status = reader.octet("TP-ST");
  if (reader.error()) return unexpected(*reader.error());
  report.of_command = (first & first_octet::of_command) != 0;
  report.more_messages = (first & first_octet::no_more_messages) == 0;
  const int indicator = reader.octet("TP-PI");  // zero where there is none
  report.optional = read_optional_parameters(reader, indicator);
  return report;
}

std::optional<std::string> encode_status_report(const StatusReport& report) {
  const auto is_octet = [](int number) { return number >= 0 && number <= 0xFF; };
  if (!is_octet(report.tp_mr) || !is_octet(report.tp_status)) return std::nullopt;

  std::vector<std::uint8_t> pdu;
  if (!append_smsc(pdu, report.smsc)) return std::nullopt;
  pdu.push_back(static_cast<std::uint8_t>(
      first_octet::status_report | (report.of_command ? first_octet::of_command : 0) |
      (report.more_messages ? 0 : first_octet::no_more_messages)));
  pdu.push_back(static_cast<std::uint8_t>(report.tp_mr));
  if (!append_address(pdu, report.recipient)) return std::nullopt;
  for (const auto& time : {report.scts, report.discharged}) {
    const auto stamp = time ? encode_scts(*time) : std::array<std::uint8_t, 7>{};
    pdu.insert(pdu.end(), stamp.begin(), stamp.end());
  }
  pdu.push_back(static_cast<std::uint8_t>(report.tp_status));
  return to_hex(pdu);
}

}  // namespace bank::at
