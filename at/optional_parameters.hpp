#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "at/pdu_reader.hpp"

namespace bank::at {

/// What TP-Parameter-Indicator (TS 23.040 §9.2.3.27) announces at the end of a report.
struct OptionalParameters {
  std::optional<int> pid{};
  std::optional<int> dcs{};
  std::optional<std::string> text{};  // UTF-8; null for 8-bit
  std::vector<std::uint8_t> data{};   // 8-bit

  friend bool operator==(const OptionalParameters&, const OptionalParameters&) = default;
};

/// Reads what `indicator` announces from what is left of the PDU, as far as it is whole: reports
/// end in filler (0xFF) and are cut, and the report itself stands without them.
[[nodiscard]] OptionalParameters read_optional_parameters(PduReader reader, int indicator);

}  // namespace bank::at
