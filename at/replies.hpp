#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "at/dialogue.hpp"

/// What modems answer. Every reader takes what stands in Line::text, in any spelling that was seen
/// of a modem, and never throws on any other: it gives nothing.
namespace bank::at {

/// `blocked` also where the modem is locked to another network or SIM; `busy` passes by itself.
enum class SimState { ready, pin, puk, absent, busy, blocked, unknown };

/// "+CPIN: READY" (TS 27.007 §8.3), also quoted or without its prefix. A wanted PIN2 or PUK2 is
/// `ready`: SMS needs neither. Nullopt where the line is no such answer.
[[nodiscard]] std::optional<SimState> sim_state(std::string_view cpin_line);

/// Of a question that failed instead: +CME ERROR 10 "SIM not inserted" and the like.
[[nodiscard]] SimState sim_state(const DialogueFailure& failure);

/// <stat> of TS 27.007 §7.2. "CSFB not preferred" (9, 10) is home and roaming, RLOS (11) emergency.
enum class Registration {
  idle,
  home,
  searching,
  denied,
  unknown,
  roaming,
  sms_only_home,
  sms_only_roaming,
  emergency
};

/// +CREG, +CGREG, +CEREG and +C5GREG. `solicited`: the question is outstanding, which decides where
/// the answer "n,stat,…" and the unsolicited "stat,lac,…" look alike. Nullopt: no <stat> in it.
[[nodiscard]] std::optional<Registration> registration(std::string_view creg_line, bool solicited);

[[nodiscard]] constexpr bool is_roaming(Registration r) {
  return r == Registration::roaming || r == Registration::sms_only_roaming;
}

[[nodiscard]] constexpr bool allows_sms(Registration r) {
  return r == Registration::home || r == Registration::sms_only_home || is_roaming(r);
}

/// "home", "sms_only_roaming", …
[[nodiscard]] std::string_view name_of(Registration registration);

/// dBm from "+CSQ: rssi,ber" (TS 27.007 §8.5), TD-SCDMA's 100–191 included; nullopt when unknown.
[[nodiscard]] std::optional<int> signal_dbm(std::string_view csq_line);

/// TP-MR, 0 to 255, from "+CMGS: 17" or "+CMGS: 17,\"…\""; nullopt when the modem gives none.
[[nodiscard]] std::optional<int> message_reference(std::string_view cmgs_line);

/// Longest identity or name kept, in octets of UTF-8; what is longer is cut.
inline constexpr std::size_t longest_name = 128;

/// The answer to +CGMI, +CGMM or +CGMR ("+CGMI:" as `prefix`), with or without prefix and quotes,
/// trimmed, as UTF-8; several lines become one. Empty when there is none.
[[nodiscard]] std::string identity_text(const Reply& reply, std::string_view prefix);

/// The first run of 14 to 16 digits: an IMEI without or with its check digit, or an IMEISV.
[[nodiscard]] std::optional<std::string> imei(const Reply& reply);

/// The first run of 14 or 15 digits.
[[nodiscard]] std::optional<std::string> imsi(const Reply& reply);

/// 18 to 20 digits that begin with 89 (ITU-T E.118), without the filling F at the end. Some
/// operators use A to F inside; they are given in upper case.
[[nodiscard]] std::optional<std::string> iccid(const Reply& reply);

/// The first number of +CNUM; type 145 puts the '+' where the modem left it out.
[[nodiscard]] std::optional<std::string> own_number(const Reply& cnum);

/// The address in "+CSCA: \"+4179…\",145", also where it comes as UCS-2 in hex.
[[nodiscard]] std::optional<std::string> service_centre(std::string_view csca_line);

/// The name (or the digits, if the modem knows no more) in "+COPS: 0,0,\"…\",7", as UTF-8.
[[nodiscard]] std::optional<std::string> operator_name(std::string_view cops_line);

/// The modem has started anew by itself and forgot its settings: RDY, ^SYSSTART, +WIND: 3 or 4,
/// +READY, +AT: READY. Not ^BOOT, which Huawei repeats every few seconds, nor "Call Ready", which
/// comes seconds after RDY and again with every SIM, nor "+CFUN: 1", which is an answer as well.
[[nodiscard]] bool is_restart_line(std::string_view line);

/// The SIM is read and SMS will work from now on; "+CPIN: READY" does not say so.
[[nodiscard]] bool is_sms_ready_line(std::string_view line);

}  // namespace bank::at
