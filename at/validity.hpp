#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "at/pdu_reader.hpp"
#include "at/timestamp.hpp"

namespace bank::at {

/// TP-VP in its enhanced format (TS 23.040 §9.2.3.12.3).
struct EnhancedValidity {
  std::chrono::seconds time;  // 0: as long as the service centre likes
  bool single_shot;           // one attempt, no more

  friend bool operator==(const EnhancedValidity&, const EnhancedValidity&) = default;
};

/// TP-VP: how long from its submission, or until when, a message is worth delivering.
using Validity = std::variant<std::chrono::minutes, ServiceCentreTime, EnhancedValidity>;

/// Bits 4 and 3 of the first octet of a SUBMIT that has this validity.
[[nodiscard]] int validity_format(const std::optional<Validity>& validity);

/// Reads the form that those bits name; nullopt also where what stands there is no time.
[[nodiscard]] std::optional<Validity> read_validity(PduReader& reader, int format);

/// Appends TP-VP, rounded up to what its form can say; false where the time is negative.
[[nodiscard]] bool append_validity(std::vector<std::uint8_t>& octets, const Validity& validity);

/// TP-VP in its relative form (§9.2.3.12.1): the least value that is not shorter, 255 (63 weeks)
/// for what is longer than all.
[[nodiscard]] std::uint8_t relative_validity(std::chrono::minutes validity);

/// The time a relative TP-VP stands for.
[[nodiscard]] std::chrono::minutes validity_of(std::uint8_t tp_vp);

}  // namespace bank::at
