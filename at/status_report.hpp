#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "at/address.hpp"
#include "at/optional_parameters.hpp"
#include "at/result.hpp"
#include "at/timestamp.hpp"
#include "at/tp_status.hpp"

namespace bank::at {

/// What became of one submission: an SMS-STATUS-REPORT (TS 23.040 §9.2.2.3).
struct StatusReport {
  std::string smsc;  // empty: the modem did not say
  int tp_mr = 0;     // the reference that +CMGS gave
  Address recipient;
  std::optional<ServiceCentreTime> scts{};        // when the service centre took the submission
  std::optional<ServiceCentreTime> discharged{};  // when this came to pass
  int tp_status = 0;                              // TP-ST, see outcome()
  bool of_command = false;                        // TP-SRQ: it answers an SMS-COMMAND
  bool more_messages = false;                     // the service centre has others
  OptionalParameters optional{};
};

/// Reads a STATUS-REPORT as +CDS and +CMGL print it, with the service centre's field in front
/// unless `with_smsc` is false. What follows TP-ST cannot make it fail.
///
/// Errors  as decode_deliver's.
[[nodiscard]] Result<StatusReport, DecodeError> decode_status_report(std::string_view hex,
                                                                     bool with_smsc = true);
[[nodiscard]] Result<StatusReport, DecodeError> decode_status_report(Octets pdu,
                                                                     bool with_smsc = true);

/// Writes a STATUS-REPORT as a service centre would, for the virtual network and the tests. Times
/// that are absent are written as zeros, optional parameters are not written. Nullopt where an
/// address or a number does not fit.
[[nodiscard]] std::optional<std::string> encode_status_report(const StatusReport& report);

}  // namespace bank::at
