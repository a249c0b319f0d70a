#pragma once

#include <optional>
#include <string_view>

#include "at/dialogue.hpp"

namespace bank::at {

/// `blocked` also where the modem is locked to another network or SIM; `busy` passes by itself.
enum class SimState { ready, pin, puk, absent, busy, blocked, unknown };

/// What +CPIN asks for (TS 27.007 §8.3); `none` for READY, `unknown` for what is no lock.
enum class SimLock {
  none,
  sim_pin,
  sim_puk,
  sim_pin2,
  sim_puk2,
  ph_sim_pin,
  ph_sim_puk,
  ph_fsim_pin,
  ph_fsim_puk,
  ph_net_pin,
  ph_net_puk,
  ph_netsub_pin,
  ph_netsub_puk,
  ph_sp_pin,
  ph_sp_puk,
  ph_corp_pin,
  ph_corp_puk,
  unknown
};

/// "+CPIN: READY", also quoted or without its prefix. A wanted PIN2 or PUK2 is `ready`: SMS needs
/// neither. Nullopt where the line is no such answer.
[[nodiscard]] std::optional<SimState> sim_state(std::string_view cpin_line);
[[nodiscard]] std::optional<SimLock> sim_lock(std::string_view cpin_line);

/// Of a question that failed instead: +CME ERROR 10 "SIM not inserted" and the like.
[[nodiscard]] SimState sim_state(const DialogueFailure& failure);
[[nodiscard]] SimLock sim_lock(const DialogueFailure& failure);

/// "ready", "pin", …: the words of the interface.
[[nodiscard]] std::string_view name_of(SimState state);

/// "none", "sim_pin", "ph_net_pin", …
[[nodiscard]] std::string_view name_of(SimLock lock);

/// How many tries each code has left, where the modem tells. `asked`: some tell it only of the code
/// that +CPIN asks for (#PCT, ^SPIC).
struct CodeTries {
  std::optional<int> pin{}, puk{}, pin2{}, puk2{}, asked{};
  friend bool operator==(const CodeTries&, const CodeTries&) = default;
};

/// From all lines of +CPINR (TS 27.007 §8.65) or of a maker's own command: ^CPIN, +ZPINPUK, +SPIC,
/// #PCT, +QPINC, +QTRPIN, +UPINCNT, ^SPIC, _OERCN, *EPIN, %PINNUM, +XPINCNT, +CPNNUM, +PNNM; also
/// from a +CPIN that brings the tries along.
[[nodiscard]] CodeTries code_tries(const Reply& reply);

/// <status> of "+CLCK: 1[,<class>]" (TS 27.007 §7.4): whether the facility asked about is locked.
[[nodiscard]] std::optional<bool> facility_locked(std::string_view clck_line);

}  // namespace bank::at
