#pragma once

#include <algorithm>
#include <chrono>
#include <compare>
#include <iterator>
#include <string_view>

#include "at/dialogue.hpp"
#include "at/errors.hpp"

/// The error numbers of TS 27.005 §3.2.5 (below 128 those of TS 24.011 §8.2.5.4, below 256 TP-FCS
/// of TS 23.040 §9.2.3.22) and TS 27.007 §9.2, with the makers' own. Makers contradict each other
/// from 256 on, so what is theirs is temporary unless all who use a number agree that it is not.
namespace bank::at {

struct ErrorKey {
  DialogueFailure::Kind kind;
  int number;
  friend constexpr auto operator<=>(const ErrorKey&, const ErrorKey&) = default;
};

struct ErrorRow {
  DialogueFailure::Kind kind;  // cme or cms
  int number;
  Reaction reaction;
  std::chrono::seconds pause;
  std::string_view meaning;  // the words of AT+CMEE=2 are known by it
  std::string_view do_next;
  [[nodiscard]] constexpr ErrorKey key() const { return {kind, number}; }
};

namespace error_rows {

using namespace std::chrono_literals;
using enum Reaction;
using enum DialogueFailure::Kind;

inline constexpr std::string_view message_is_refused =
    "the message itself is refused: report it with the PDU";
inline constexpr std::string_view network_trouble =
    "nothing: it is tried again; if it lasts, check signal and operator";
inline constexpr std::string_view nothing_to_do = "nothing: it is tried again";
inline constexpr std::string_view ask_operator =
    "ask the operator what the SIM may do and whether it has credit";
inline constexpr std::string_view unlock_modem = "unlock the modem or use the SIM it is locked to";
inline constexpr std::string_view restart_modem =
    "restart the modem; if it repeats, update its firmware or replace it";
inline constexpr std::string_view empty_store =
    "nothing: the modem is initialised anew; if it repeats, empty its message store";

inline constexpr ErrorRow error_table[] = {
    {cme, 0, modem, 10s, "phone failure", restart_modem},
    {cme, 1, modem, 10s, "no connection", restart_modem},
    {cme, 2, modem, 10s, "link reserved", restart_modem},
    {cme, 3, again, 10s, "operation not allowed", "if it repeats, check AT+CPIN? and AT+CFUN?"},
    {cme, 4, elsewhere, 30s, "operation not supported",
     "if it repeats, this model cannot send: replace it"},
    {cme, 5, sim, 60s, "PH-SIM PIN required", unlock_modem},
    {cme, 6, sim, 60s, "PH-FSIM PIN required", unlock_modem},
    {cme, 7, sim, 60s, "PH-FSIM PUK required", unlock_modem},
    {cme, 10, sim, 60s, "SIM not inserted", "insert a SIM"},
    {cme, 11, sim, 60s, "SIM PIN required", "configure the PIN of this SIM"},
    {cme, 12, sim, 60s, "SIM PUK required", "unlock the SIM in a phone with its PUK"},
    {cme, 13, sim, 60s, "SIM failure",
     "take the SIM out, clean and reinsert it; if it repeats, replace it"},
    {cme, 14, again, 5s, "SIM busy", nothing_to_do},
    {cme, 15, sim, 60s, "SIM wrong", "use another SIM"},
    {cme, 16, sim, 60s, "incorrect password", "correct the configured PIN; it is not tried again"},
    {cme, 17, unknown, 10s, "SIM PIN2 required",
     "SMS does not need it: switch fixed dialling off in a phone"},
    {cme, 18, unknown, 10s, "SIM PUK2 required",
     "SMS does not need it: switch fixed dialling off in a phone"},
    {cme, 20, modem, 10s, "memory full", empty_store},
    {cme, 21, modem, 10s, "invalid index", empty_store},
    {cme, 22, modem, 10s, "not found", empty_store},
    {cme, 23, modem, 10s, "memory failure", restart_modem},
    {cme, 24, never, 0s, "text string too long", message_is_refused},
    {cme, 25, never, 0s, "invalid characters in text string", message_is_refused},
    {cme, 26, never, 0s, "dial string too long", "check the number"},
    {cme, 27, never, 0s, "invalid characters in dial string", "check the number"},
    {cme, 30, wait, 60s, "no network service",
     "if it lasts, check the antenna, the credit and AT+CREG?"},
    {cme, 31, again, 10s, "network timeout", nothing_to_do},
    {cme, 32, sim, 60s, "network not allowed, emergency calls only", ask_operator},
    {cme, 40, sim, 60s, "network personalisation PIN required", unlock_modem},
    {cme, 41, sim, 60s, "network personalisation PUK required", unlock_modem},
    {cme, 42, sim, 60s, "network subset personalisation PIN required", unlock_modem},
    {cme, 43, sim, 60s, "network subset personalisation PUK required", unlock_modem},
    {cme, 44, sim, 60s, "service provider personalisation PIN required", unlock_modem},
    {cme, 45, sim, 60s, "service provider personalisation PUK required", unlock_modem},
    {cme, 46, sim, 60s, "corporate personalisation PIN required", unlock_modem},
    {cme, 47, sim, 60s, "corporate personalisation PUK required", unlock_modem},
    {cme, 48, sim, 60s, "hidden key required", unlock_modem},
    {cme, 50, never, 0s, "incorrect parameters", message_is_refused},
    {cme, 53, wait, 60s, "not attached to the network", network_trouble},
    {cme, 54, wait, 60s, "emergency services only", network_trouble},
    {cme, 55, wait, 60s, "restricted service", network_trouble},
    {cme, 56, sim, 60s, "fixed dial number only allowed", "switch fixed dialling off in a phone"},
    {cme, 57, wait, 60s, "temporarily out of service", network_trouble},
    {cme, 58, never, 0s, "language or alphabet not supported", message_is_refused},
    {cme, 60, modem, 10s, "system failure", restart_modem},
    {cme, 62, sim, 60s, "call barred", ask_operator},
    {cme, 100, unknown, 10s, "unknown", "if it repeats, check that this model can send"},
    {cme, 103, sim, 60s, "illegal MS",
     "the network refuses this SIM: ask the operator whether it is active"},
    {cme, 106, modem, 10s, "illegal ME", "the network refuses this IMEI: replace the modem"},
    {cme, 107, wait, 60s, "GPRS services not allowed", network_trouble},
    {cme, 111, wait, 60s, "PLMN not allowed", network_trouble},
    {cme, 112, wait, 60s, "location area not allowed", network_trouble},
    {cme, 113, wait, 60s, "roaming not allowed in this location area", network_trouble},
    {cme, 132, unknown, 10s, "service option not supported", nothing_to_do},
    {cme, 133, unknown, 10s, "requested service option not subscribed", nothing_to_do},
    {cme, 134, unknown, 10s, "service option temporarily out of order", nothing_to_do},
    {cme, 148, unknown, 10s, "unspecified GPRS error", nothing_to_do},
    {cme, 149, unknown, 10s, "PDP authentication failure", nothing_to_do},
    {cme, 150, unknown, 10s, "invalid mobile class", nothing_to_do},
    {cme, 262, sim, 60s, "SIM blocked", "unblock the SIM in a phone or replace it"},
    {cme, 264, again, 5s, "SIM busy", nothing_to_do},
    {cme, 515, again, 10s, "please wait", nothing_to_do},
    {cms, 1, never, 0s, "unassigned number", "check the number"},
    {cms, 8, sim, 60s, "operator determined barring", ask_operator},
    {cms, 10, sim, 60s, "call barred", ask_operator},
    {cms, 17, wait, 60s, "network failure", network_trouble},
    {cms, 21, elsewhere, 30s, "short message transfer rejected",
     "if every SIM says so, check the number"},
    {cms, 22, wait, 60s, "memory capacity exceeded or congestion", network_trouble},
    {cms, 27, again, 3600s, "destination out of service",
     "nothing: the recipient cannot be reached now"},
    {cms, 28, sim, 60s, "unidentified subscriber",
     "check the SIM's credit and its service centre (AT+CSCA?)"},
    {cms, 29, elsewhere, 30s, "facility rejected", ask_operator},
    {cms, 30, never, 0s, "unknown subscriber",
     "check the number; if this SIM says it of every number, it is not active any more"},
    {cms, 38, wait, 60s, "network out of order", network_trouble},
    {cms, 41, again, 30s, "temporary failure",
     "nothing: it is tried again; if only this SIM says so, check its credit"},
    {cms, 42, wait, 60s, "congestion", network_trouble},
    {cms, 47, wait, 60s, "resources unavailable, unspecified", network_trouble},
    {cms, 50, sim, 60s, "requested facility not subscribed", ask_operator},
    {cms, 69, sim, 60s, "requested facility not implemented", ask_operator},
    {cms, 81, again, 10s, "invalid short message transfer reference value", nothing_to_do},
    {cms, 95, never, 0s, "invalid message, unspecified", message_is_refused},
    {cms, 96, never, 0s, "invalid mandatory information", message_is_refused},
    {cms, 97, never, 0s, "message type non-existent or not implemented", message_is_refused},
    {cms, 98, never, 0s, "message not compatible with short message protocol state",
     message_is_refused},
    {cms, 99, never, 0s, "information element non-existent or not implemented", message_is_refused},
    {cms, 111, again, 10s, "protocol error, unspecified", nothing_to_do},
    {cms, 127, unknown, 10s, "interworking, unspecified", nothing_to_do},
    {cms, 128, never, 0s, "telematic interworking not supported", message_is_refused},
    {cms, 129, never, 0s, "short message type 0 not supported", message_is_refused},
    {cms, 130, never, 0s, "cannot replace short message", message_is_refused},
    {cms, 143, never, 0s, "unspecified TP-PID error", message_is_refused},
    {cms, 144, never, 0s, "data coding scheme (alphabet) not supported", message_is_refused},
    {cms, 145, never, 0s, "message class not supported", message_is_refused},
    {cms, 159, never, 0s, "unspecified TP-DCS error", message_is_refused},
    {cms, 160, never, 0s, "command cannot be actioned", message_is_refused},
    {cms, 161, never, 0s, "command unsupported", message_is_refused},
    {cms, 175, never, 0s, "unspecified TP-command error", message_is_refused},
    {cms, 176, never, 0s, "TPDU not supported", message_is_refused},
    {cms, 192, wait, 60s, "SC busy", network_trouble},
    {cms, 193, sim, 60s, "no SC subscription",
     "check the SIM's service centre (AT+CSCA?) and its plan"},
    {cms, 194, wait, 60s, "SC system failure", network_trouble},
    {cms, 195, never, 0s, "invalid SME address", "check the number"},
    {cms, 196, never, 0s, "destination SME barred",
     "the operator bars this number: ask the operator"},
    {cms, 197, never, 0s, "SM rejected, duplicate SM",
     "ask the recipient: an earlier try has probably arrived"},
    {cms, 198, never, 0s, "TP-VPF not supported", "send it without a validity"},
    {cms, 199, never, 0s, "TP-VP not supported", "send it without a validity"},
    {cms, 208, modem, 10s, "SIM SMS storage full", empty_store},
    {cms, 209, modem, 10s, "no SMS storage capability in SIM", empty_store},
    {cms, 210, modem, 10s, "error in MS", restart_modem},
    {cms, 211, modem, 10s, "memory capacity exceeded", empty_store},
    {cms, 212, again, 10s, "SIM application toolkit busy", nothing_to_do},
    {cms, 255, unknown, 10s, "unspecified error cause", "if it repeats, check the SIM's credit"},
    {cms, 256, again, 10s, "operation temporarily not allowed", nothing_to_do},
    {cms, 257, sim, 60s, "call barred by the SIM or the phone", ask_operator},
    {cms, 258, again, 10s, "phone is busy", nothing_to_do},
    {cms, 259, again, 10s, "user abort", nothing_to_do},
    {cms, 260, never, 0s, "invalid dial string", "check the number"},
    {cms, 261, again, 10s, "SS not executed", nothing_to_do},
    {cms, 262, sim, 60s, "SIM blocked", "unblock the SIM in a phone or replace it"},
    {cms, 263, modem, 10s, "invalid block", restart_modem},
    {cms, 300, modem, 10s, "ME failure", restart_modem},
    {cms, 301, again, 10s, "SMS service of ME reserved",
     "make sure that no other program uses the modem"},
    {cms, 302, modem, 10s, "operation not allowed",
     "nothing: the modem is initialised anew; if it repeats, check AT+CPIN? and AT+CFUN?"},
    {cms, 303, elsewhere, 30s, "operation not supported",
     "if it repeats, this model cannot send: replace it"},
    {cms, 304, never, 0s, "invalid PDU mode parameter", message_is_refused},
    {cms, 305, never, 0s, "invalid text mode parameter", message_is_refused},
    {cms, 310, sim, 60s, "SIM not inserted", "insert a SIM"},
    {cms, 311, sim, 60s, "SIM PIN required", "configure the PIN of this SIM"},
    {cms, 312, sim, 60s, "PH-SIM PIN required", unlock_modem},
    {cms, 313, sim, 60s, "SIM failure",
     "take the SIM out, clean and reinsert it; if it repeats, replace it"},
    {cms, 314, again, 5s, "SIM busy", nothing_to_do},
    {cms, 315, sim, 60s, "SIM wrong", "use another SIM"},
    {cms, 316, sim, 60s, "SIM PUK required", "unlock the SIM in a phone with its PUK"},
    {cms, 317, sim, 60s, "SIM PIN2 required", "switch fixed dialling off in a phone"},
    {cms, 318, sim, 60s, "SIM PUK2 required", "unlock the SIM in a phone with its PUK2"},
    {cms, 320, modem, 10s, "memory failure", restart_modem},
    {cms, 321, again, 10s, "invalid memory index", nothing_to_do},
    {cms, 322, modem, 10s, "memory full", empty_store},
    {cms, 330, sim, 60s, "SMSC address unknown", "set the operator's service centre (AT+CSCA=)"},
    {cms, 331, wait, 60s, "no network service",
     "if it lasts, check the antenna, the credit and AT+CREG?"},
    {cms, 332, again, 30s, "network timeout",
     "ask the recipient, or wait for the status report: it may have gone out"},
    {cms, 340, again, 10s, "no CNMA acknowledgement expected", nothing_to_do},
    {cms, 350, sim, 60s, "SMS of this SIM blocked by the operator",
     "ask the operator to unblock the SIM"},
    {cms, 500, unknown, 10s, "unknown error", "if it repeats, check signal, credit and AT+CGSMS"},
    {cms, 512, again, 10s, "collision, link establishment failed or user abort", nothing_to_do},
    {cms, 513, again, 10s, "lower layer failure or unable to store", nothing_to_do},
    {cms, 514, again, 10s, "lower layer congestion or invalid status", nothing_to_do},
    {cms, 515, again, 10s, "please wait, init in progress", nothing_to_do},
    {cms, 517, never, 0s, "invalid character in PDU", message_is_refused},
    {cms, 521, again, 10s, "timer expired", nothing_to_do},
    {cms, 522, again, 10s, "operation temporarily not allowed", nothing_to_do},
    {cms, 532, again, 10s, "SIM not ready", nothing_to_do},
    {cms, 535, again, 10s, "PS busy", nothing_to_do},
    {cms, 538, never, 0s, "invalid parameter", message_is_refused},
    {cms, 549, never, 0s, "PDU length incorrect", message_is_refused},
    {cms, 553, never, 0s, "user data length incorrect", message_is_refused},
    {cms, 554, never, 0s, "service centre address length incorrect", message_is_refused},
    {cms, 615, wait, 60s, "network failure", network_trouble},
    {cms, 616, wait, 60s, "network is down", network_trouble},
    {cms, 639, again, 10s, "service not yet available", nothing_to_do},
    {cms, 640, again, 10s, "operation temporarily not allowed", nothing_to_do},
    {cms, 769, modem, 10s, "no module control", restart_modem},
    {cms, 770, sim, 60s, "SIM invalid, network reject",
     "ask the operator whether the SIM is active"},
    {cms, 772, modem, 10s, "SIM powered down", restart_modem},
};

}  // namespace error_rows

using error_rows::error_table;
static_assert(std::ranges::is_sorted(error_table, {}, &ErrorRow::key), "it is searched by halves");

}  // namespace bank::at
