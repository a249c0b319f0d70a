#include "at/status_report.hpp"

#include <array>
#include <cstdint>
#include <vector>

#include "at/pdu_reader.hpp"

namespace bank::at {

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
