#include "at/report.hpp"

#include <vector>

#include "at/pdu_reader.hpp"

namespace bank::at {
namespace {

// TP-FCS has values from here on (§9.2.3.22), and no TP-PI has this bit: so one octet tells the
// report of an error from that of a success, which have no other mark.
constexpr std::uint8_t first_failure_cause = 0x80;

}  // namespace

SubmitPdu encode_deliver_report(std::optional<int> failure_cause) {
  std::vector<std::uint8_t> pdu{first_octet::deliver};
  if (failure_cause) {
    pdu.push_back(static_cast<std::uint8_t>(first_failure_cause | (*failure_cause & 0x7F)));
  }
  pdu.push_back(0);  // TP-PI: nothing follows
  return {to_hex(pdu), pdu.size()};
}

Result<SubmitReport, DecodeError> decode_submit_report(std::string_view hex) {
  const auto octets = from_hex(hex);
  if (!octets) return unexpected(octets.error());

  PduReader reader(*octets);
  SubmitReport report;
  if ((reader.octet("TP-MTI") & first_octet::mti_mask) != first_octet::submit) {
    reader.refuse(DecodeError::Fault::reserved_value, "TP-MTI", 0);
  }
  std::uint8_t indicator = reader.octet("TP-PI");
  if (indicator >= first_failure_cause) {
    report.failure_cause = indicator;
    indicator = reader.octet("TP-PI");
  }
  report.scts = reader.time("TP-SCTS");
  if (reader.error()) return unexpected(*reader.error());
  report.optional = read_optional_parameters(reader, indicator);
  return report;
}

}  // namespace bank::at
