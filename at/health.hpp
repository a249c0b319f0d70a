#pragma once

#include <optional>
#include <string_view>

namespace bank::at {

/// "+CBC: status,percent[,millivolts]" (TS 27.007 §8.4) or "+CBC: 3.9V", ^SBV, and the line of
/// !PCVOLT that tells it, "Power supply voltage: 3755 mV (0 cnt)".
struct Battery {
  std::optional<int> status{};  // 0 powered by it, 1 charging or powered otherwise, 2 none, 3 fault
  std::optional<int> percent{};  // 0 to 100
  std::optional<int> millivolts{};

  friend bool operator==(const Battery&, const Battery&) = default;
};

/// Nullopt also for "0,0", which modems without a battery answer.
[[nodiscard]] std::optional<Battery> battery(std::string_view line);

/// Degrees Celsius of the module, from the makers' +CMTE, +CPMUTEMP, +QTEMP (the warmest of
/// several), +UTEMP, ^SCTM, #TEMPMON, ^CHIPTEMP (tenths, the warmest of several; 65535 is no
/// sensor) and the line of !PCTEMP that tells it, "Temperature: 32.50 C". Nullopt for other lines
/// and for what no module survives.
[[nodiscard]] std::optional<double> temperature(std::string_view line);

}  // namespace bank::at
