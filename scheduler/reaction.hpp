#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "at/errors.hpp"
#include "scheduler/book.hpp"
#include "scheduler/message.hpp"

namespace bank::scheduler {

/// What becomes of a message after one of its parts ended: pure decisions, written by
/// Book::end_part. `part` counts from 1; `message` is as it was when the part was claimed.

struct Policy {
  int max_attempts;  // [sending] max_attempts; at least 1
};

/// No pause is shorter; doubling makes none longer than `longest_pause`, and what the error itself
/// asks for counts up to `longest_asked_pause` (a recipient who is out of service for hours).
inline constexpr std::chrono::seconds shortest_pause{1};
inline constexpr std::chrono::seconds longest_pause{15 * 60};
inline constexpr std::chrono::seconds longest_asked_pause{60 * 60};

/// A SIM with parts of a message already out is given up at this refusal, not at the first: moving
/// means sending them all again.
inline constexpr int refusals_to_move = 2;

/// How long a message stays uncertain before `on_uncertain` decides. Most status reports come
/// within minutes, and a service centre that still holds the part can know its double (TP-RD).
inline constexpr std::chrono::minutes uncertain_patience{10};

/// A part that the modem or the network refused.
struct Failed {
  at::ErrorMeaning meaning;
  std::string code;    // "cms_38", as at::code_of
  std::string detail;  // what was said: "+CMS ERROR: 38"; may be empty
  SimId sim;           // that should have sent it
};

/// `other_sims` is how many others may still take the message: in its lane, not avoided, large
/// enough; 0 when the caller asked for this SIM.
///
///   never                     failed
///   again, wait, unknown      queued after a pause that doubles with each attempt
///   elsewhere, sim, modem     at once by another SIM; after a pause by this one when there is none
///   unknown, again refused    as elsewhere
///
/// A message with parts out is tried again by the same SIM; with `sim` at once, with elsewhere,
/// modem and unknown from its second refusal on, it starts over by another. Every refusal is an
/// attempt; the last one that the policy allows makes it failed. A pause may outlast the message:
/// then it expires.
[[nodiscard]] Sequel react(const Candidate& message, int part, const Failed& failed,
                           std::size_t other_sims, WallTime now, const Policy& policy);

/// The network took the part: sent with the last one, else the next may follow.
[[nodiscard]] Sequel after_sent(const Candidate& message, int part);

/// The PDU was written and its result never came; `why` says how ("timeout", …) and stays with the
/// message until it is settled. An attempt, so that sending it again has an end too.
[[nodiscard]] Sequel after_uncertain(const Candidate& message, int part, const Trouble& why);

/// Why no PDU was written.
enum class NotSent {
  vanished,  // the modem went away, or the commit refused: not the message's doing, no attempt
  no_prompt  // the modem never asked for the PDU: an attempt
};

/// Queued at once. A prompt that never came is counted, so that a message which no modem prompts
/// for ends as failed ("no_prompt"); one with parts out starts over by another SIM from its second
/// attempt on.
[[nodiscard]] Sequel after_not_sent(const Candidate& message, int part, NotSent why, SimId sim,
                                    std::size_t other_sims, const Policy& policy);

}  // namespace bank::scheduler
