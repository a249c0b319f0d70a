#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace bank::at {

/// What the modem believes the time to be. For the technician: messages carry their own, and the
/// host has a better one.
struct ModemClock {
  std::chrono::local_seconds local;
  std::optional<std::chrono::minutes> offset_from_utc{};  // null where the modem tells no zone

  friend bool operator==(const ModemClock&, const ModemClock&) = default;
};

/// "+CCLK: \"yy/MM/dd,hh:mm:ss±zz\"" (TS 27.007 §8.15) and what networks tell: ^NWTIME, ^TIME,
/// +QNITZ, +NITZ, +CTZE, *PSUTTZ. Quoted or not, the year with two or four digits, the zone in
/// quarter hours or missing. Two digits from 70 on are the last century. Nullopt where the parts
/// are no date and time.
[[nodiscard]] std::optional<ModemClock> modem_clock(std::string_view line);

/// Modems that were told no time count from 1970, 1980, 2000 or 2004.
[[nodiscard]] bool is_set(const ModemClock& clock);

/// The zone in "+CTZV: \"+08\"[,…]", +CTZE and *ETZV, in quarter hours there.
[[nodiscard]] std::optional<std::chrono::minutes> time_zone(std::string_view line);

}  // namespace bank::at
