#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "modem/power_verdict.hpp"

namespace bank::host {

/// What `slots --test-power` found at a place, as it stands in the map:
/// "works 2026-11-27 gone=12ms back=8400ms answers=15200ms".
struct PowerNote {
  modem::PowerVerdict verdict = modem::PowerVerdict::untold;
  std::string date;  // of UTC, "2026-11-27"
  std::optional<std::chrono::milliseconds> gone, back, answers;

  friend bool operator==(const PowerNote&, const PowerNote&) = default;
};

[[nodiscard]] PowerNote note_of(const modem::PowerObservations& seen, std::string date);
[[nodiscard]] std::string text_of(const PowerNote& note);
/// Nothing when `text_of` would not have written it.
[[nodiscard]] std::optional<PowerNote> read_power_note(std::string_view text);

}  // namespace bank::host
