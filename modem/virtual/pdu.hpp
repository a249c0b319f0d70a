#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/result.hpp"

// The virtual network's own reading of PDUs, apart from at/: it is the judge of what the program
// sends, and a judge does not share the accused's arithmetic.
namespace bank::modem::virt {

/// What a network looks at in a SUBMIT (TS 23.040 §9.2.2.2).
struct Submit {
  bool report_requested = false;        // TP-SRR
  std::uint8_t type_of_address = 0x91;  // of TP-DA
  std::string address;                  // TP-DA's semi-octets as in the PDU, hex
  std::uint8_t address_digits = 0;
};

/// Judges the hex of AT+CMGS: hex digits, `tpdu_octets` octets after the service-centre field, a
/// SUBMIT whose fields fill it exactly. The error names what is wrong.
[[nodiscard]] Result<Submit, std::string> judge_submit(std::string_view hex,
                                                       std::size_t tpdu_octets);

/// A STATUS-REPORT for a submission (TS 23.040 §9.2.2.3), with an empty service-centre field.
[[nodiscard]] std::string status_report(const Submit& submit, std::uint8_t mr,
                                        std::chrono::sys_seconds submitted,
                                        std::chrono::sys_seconds discharged, int zone_quarters,
                                        std::uint8_t status);

/// The DELIVERs (TS 23.040 §9.2.2.1) of one text, in order of parts.
[[nodiscard]] Result<std::vector<std::string>, std::string> deliver_pdus(
    std::string_view from, std::string_view utf8, std::chrono::sys_seconds at, int zone_quarters,
    std::uint8_t concat_reference);

/// Whom a SUBMIT is for, with '+'; nothing: no international number, or no SUBMIT.
[[nodiscard]] std::optional<std::string> recipient_of(std::string_view submit);

/// What a SUBMIT becomes on its way: a DELIVER of the same content (TS 23.040 §9.2.2.1).
///
/// Errors  it is no SUBMIT, or `from` is no sender.
[[nodiscard]] Result<std::string, std::string> relayed(std::string_view submit,
                                                       std::string_view from,
                                                       std::chrono::sys_seconds at,
                                                       int zone_quarters);

/// Octets after the service-centre field of a hex PDU; 0 when it has none.
[[nodiscard]] std::size_t tpdu_octets(std::string_view hex);

}  // namespace bank::modem::virt
