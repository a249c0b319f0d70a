#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "at/dialogue.hpp"

namespace bank::at {

/// What a sender does with a message the modem or the network refused.
enum class Reaction {
  again,      // the same SIM or any other, after a short pause
  wait,       // network trouble: a longer pause
  elsewhere,  // another SIM
  never,      // permanent for this message
  sim,        // SIM problem: the SIM leaves the rotation, the message goes elsewhere
  modem,      // modem problem: it is initialised anew, the message goes elsewhere
  unknown     // again, then elsewhere
};

/// All texts are literals: the value may outlive the failure it was made from.
struct ErrorMeaning {
  Reaction reaction;
  std::chrono::seconds pause;  // before the same SIM is tried again with it
  std::string_view meaning;    // the standard's words where it has some
  std::string_view do_next;    // for the person in charge
};

/// What the failure of an AT+CMGS means (TS 27.005 §3.2.5, TS 27.007 §9.2, and what makers add).
///
/// An answer in words (AT+CMEE=2) is compared by letters and digits only, case-less, with the
/// words of its own kind first: modems answer +CMGS with +CME ERROR too. What stands in no table
/// is temporary.
[[nodiscard]] ErrorMeaning meaning_of(const DialogueFailure& failure);

/// "cms_38", "cme_14", "error", "timeout", "foreign" or "abandoned". Words that are known count as
/// their number, other words as "error".
[[nodiscard]] std::string code_of(const DialogueFailure& failure);

/// CMS 302–305, 310–316 and 320–322: the modem itself refused and nothing reached the network, so
/// no limit of the SIM was used up.
[[nodiscard]] bool refused_by_modem(const DialogueFailure& failure);

/// CMS 332 and CME 31 (network time-out), 224 to 226 (the same on SIMCom's) and 197 (duplicate
/// rejected): the part may have gone out. That a time-out of the dialogue leaves the same doubt,
/// once the PDU is written, is the caller's to know.
[[nodiscard]] bool outcome_unknown(const DialogueFailure& failure);

}  // namespace bank::at
