#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "at/optional_parameters.hpp"
#include "at/submit.hpp"
#include "at/timestamp.hpp"

/// The reports that answer a message at once, as far as modems show them: the acknowledgement that
/// AT+CNMA takes, and the one that +CMGS gives under AT+CSMS=1 (TS 27.005 §3.5.1 and §4.3).
namespace bank::at {

/// An SMS-DELIVER-REPORT (TS 23.040 §9.2.2.1a) without text: that the message was received, or with
/// `failure_cause` (TP-FCS, 0x80 to 0xFF; 0xD3 "memory exceeded") that it was not. For
/// AT+CNMA=1,<length> or =2,<length>. Without the service centre's field.
[[nodiscard]] SubmitPdu encode_deliver_report(std::optional<int> failure_cause = std::nullopt);

/// An SMS-SUBMIT-REPORT (§9.2.2.2a).
struct SubmitReport {
  std::optional<int> failure_cause{};  // TP-FCS; absent where the message was taken
  std::optional<ServiceCentreTime> scts{};
  OptionalParameters optional{};
};

/// Reads the <ackpdu> of "+CMGS: <mr>,<ackpdu>": a TPDU without the service centre's field. Errors
/// as decode_deliver's.
[[nodiscard]] Result<SubmitReport, DecodeError> decode_submit_report(std::string_view hex);

}  // namespace bank::at
