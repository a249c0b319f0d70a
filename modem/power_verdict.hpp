#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bank::modem {

/// The settings by which a modem shows whether it lost its power: +CREG (TS 27.007 §7.2) and +CMEE
/// (§9.1). Every modem has them, for the modem and not for one of its lines; they only say which
/// lines are told and how errors are spelt, so that nothing is harmed by another value; they begin
/// at 0 with the power, and are stored by nothing but AT&W, which is never sent here.
/// Two, because a model may begin with the very value that was set: one that began anew is enough.
/// A model that stores them of its own accord looks as if it had kept its power: then the power is
/// not switched where it could be, which does no harm.
inline constexpr std::array<std::string_view, 2> volatile_settings{"+CREG", "+CMEE"};
using Volatile = std::array<std::optional<int>, volatile_settings.size()>;  // nothing: not told

/// What they are set to: neither what they are now nor what they begin with. Both know 0, 1 and 2.
[[nodiscard]] Volatile changed_from(const Volatile& first);

/// What was seen when the port of a modem was switched off and on.
struct PowerObservations {
  Volatile changed;   // what was set and taken
  Volatile reopened;  // after its drivers had lost it and got it back, with the power on
  std::optional<bool> is_switched{};  // the hub took the order; nothing: it was not given
  std::optional<std::chrono::milliseconds> gone{};      // the device; from switching off
  std::optional<std::chrono::milliseconds> back{};      // … from switching on
  std::optional<std::chrono::milliseconds> answered{};  // its modem, from switching on
  Volatile after;
  std::string why{};  // the switch refused; one line for a person
};

enum class PowerVerdict {
  works,
  keeps_power,  // the device went and came back, and the modem had power all the time
  stays,        // the device did not go
  lost,         // it did not come back
  mute,         // it came back, and its modem does not answer
  no_switch,    // the hub or the kernel has none, or refuses
  untold,       // its settings do not show it
};
inline constexpr std::array all_power_verdicts{
    PowerVerdict::works, PowerVerdict::keeps_power, PowerVerdict::stays,  PowerVerdict::lost,
    PowerVerdict::mute,  PowerVerdict::no_switch,   PowerVerdict::untold,
};
[[nodiscard]] std::string_view name_of(PowerVerdict verdict);  // "works", "keeps_power", …

/// Whether the settings will show it: some modems forget them with the line that they were set on,
/// whatever the power does, and those tell nothing.
[[nodiscard]] bool can_tell(const PowerObservations& seen);

[[nodiscard]] PowerVerdict verdict_of(const PowerObservations& seen);

/// One line for a person: what was found, and what to do.
[[nodiscard]] std::string sentence_of(const PowerObservations& seen);

}  // namespace bank::modem
