#pragma once

#include <optional>
#include <string_view>

namespace bank::at {

/// What a line that nobody asked for tells of how far the modem is. Null: it does not say.
struct Readiness {
  bool restarted = false;         // by itself: it forgot its settings
  bool going_down = false;        // it will be silent
  bool low_voltage = false;       // and may restart any moment
  std::optional<bool> sim{};      // there is one in the modem
  std::optional<bool> sms{};      // the SIM is read and SMS works from now on
  std::optional<bool> network{};  // there is service

  friend bool operator==(const Readiness&, const Readiness&) = default;
};

/// The makers' lines; spelled with or without blanks, in any case. Nullopt for all others: +CPIN is
/// `sim_state`'s, +CREG `registration`'s, and "+CFUN: 1" is an answer as well.
[[nodiscard]] std::optional<Readiness> readiness(std::string_view line);

/// The modem has started anew by itself and forgot its settings: RDY, ^SYSSTART, +WIND: 3 or 4,
/// +READY, +AT: READY. Not ^BOOT, which Huawei repeats every few seconds, nor "Call Ready", which
/// comes seconds after RDY and again with every SIM, nor "+CFUN: 1", which is an answer as well.
[[nodiscard]] bool is_restart_line(std::string_view line);

/// The SIM is read and SMS will work from now on; "+CPIN: READY" does not say so.
[[nodiscard]] bool is_sms_ready_line(std::string_view line);

}  // namespace bank::at
