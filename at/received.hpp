#pragma once

#include <cstddef>
#include <string_view>
#include <variant>

#include "at/deliver.hpp"
#include "at/status_report.hpp"

namespace bank::at {

/// What a modem hands over: a text, or the report of one.
using Received = std::variant<Deliver, StatusReport>;

/// Reads what +CMT, +CDS, +CMGR and +CMGL (there with <stat> 0 or 1) print, by its message type; a
/// reserved type is a DELIVER.
///
/// Errors  as decode_deliver's.
[[nodiscard]] Result<Received, DecodeError> decode_received(std::string_view hex,
                                                            bool with_smsc = true);
[[nodiscard]] Result<Received, DecodeError> decode_received(Octets pdu, bool with_smsc = true);

/// The same with the number that those lines give: octets without the service centre's field. It is
/// wrong on some modems, so it decides one thing only: where it counts everything that is there,
/// the field is missing, unless that makes no sense.
[[nodiscard]] Result<Received, DecodeError> decode_received_of(std::string_view hex,
                                                               std::size_t length);

}  // namespace bank::at
