#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "at/result.hpp"

namespace bank::at {

struct ServiceCentreTime {
  std::chrono::sys_seconds instant;      // UTC
  std::chrono::minutes offset_from_utc;  // local clock of the service centre, -19:45 to +19:45

  friend bool operator==(const ServiceCentreTime&, const ServiceCentreTime&) = default;
};

/// Decodes TP-Service-Centre-Time-Stamp.
///
/// Spec    3GPP TS 23.040 §9.2.3.11; digits are swapped semi-octets (§9.1.2.3).
/// Shape   exactly 7 octets: year, month, day, hour, minute, second, zone.
/// Units   the zone counts quarter hours; bit 3 of its octet is the sign (1 = west of UTC).
/// Range   years are read as 2000 to 2099; the message carries two digits only.
/// Errors  out_of_range at the first octet that is not a BCD number in its own range, or at
///         octet 0 when the parts are well-formed but name no day (30 February). The offset
///         counts from the first of the seven octets.
[[nodiscard]] Result<ServiceCentreTime, DecodeError> decode_scts(
    std::span<const std::uint8_t, 7> octets);

/// Writes a time stamp; years outside 2000 to 2099 lose their century, the offset is cut to whole
/// quarter hours.
[[nodiscard]] std::array<std::uint8_t, 7> encode_scts(const ServiceCentreTime& time);

}  // namespace bank::at
