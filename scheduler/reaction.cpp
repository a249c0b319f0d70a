#include "scheduler/reaction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace bank::scheduler {
namespace {

using std::chrono::seconds;

/// Twice as long with each attempt before this one, as far as that goes.
seconds pause_after(seconds pause, int attempts_before) {
  pause = std::clamp(pause, shortest_pause, longest_asked_pause);
  if (pause > longest_pause) return pause;
  for (int n = 0; n < attempts_before && pause < longest_pause; ++n) pause *= 2;
  return std::min(pause, longest_pause);
}

std::string named(const Candidate& message, int part) {
  return message.parts > 1 ? fmt::format("part {} of {}: ", part, message.parts) : "";
}

/// "invalid short message transfer (+CMS ERROR: 96); what to do"
std::string explained(const Failed& failed) {
  std::string text(failed.meaning.meaning);
  if (text.empty()) text = failed.detail.empty() ? failed.code : failed.detail;
  if (!failed.detail.empty() && text != failed.detail) text += fmt::format(" ({})", failed.detail);
  if (!failed.meaning.do_next.empty()) text += fmt::format("; {}", failed.meaning.do_next);
  return text;
}

Sequel failed_for_good(std::string code, std::string detail) {
  return {.state = MessageState::failed,
          .error = Trouble{std::move(code), std::move(detail)},
          .attempt = true};
}

Sequel given_up(const Candidate& message, int part, int attempts, std::string code,
                std::string_view last) {
  return failed_for_good(std::move(code),
                         fmt::format("given up after {} attempt{}; last: {}{}", attempts,
                                     attempts == 1 ? "" : "s", named(message, part), last));
}

/// Parts are out, or the first may be, which only this SIM can go on with.
bool is_bound(const Candidate& message, int part) {
  return part > 1 || message.bound_sim.has_value();
}

Sequel by_another_sim(const Candidate& message, int part, SimId instead_of) {
  return {.state = MessageState::queued,
          .start_over = is_bound(message, part),
          .avoid = instead_of,
          .attempt = true};
}

bool gives_up_the_sim(at::Reaction reaction, bool parts_are_out, int attempts) {
  switch (reaction) {
    case at::Reaction::never:
    case at::Reaction::again:
    case at::Reaction::wait: return false;
    case at::Reaction::sim: return true;
    case at::Reaction::elsewhere:
    case at::Reaction::modem: return !parts_are_out || attempts >= refusals_to_move;
    case at::Reaction::unknown: return attempts >= refusals_to_move;
  }
  return false;
}

}  // namespace

Sequel react(const Candidate& message, int part, const Failed& failed, std::size_t other_sims,
             WallTime now, const Policy& policy) {
  const at::Reaction reaction = failed.meaning.reaction;
  const int attempts = message.attempts + 1;
  if (reaction == at::Reaction::never) {
    return failed_for_good(failed.code, named(message, part) + explained(failed));
  }
  if (attempts >= policy.max_attempts) {
    return given_up(message, part, attempts, failed.code, explained(failed));
  }
  if (other_sims > 0 && gives_up_the_sim(reaction, is_bound(message, part), attempts)) {
    return by_another_sim(message, part, failed.sim);
  }
  return {.state = MessageState::queued,
          .wait_until = now + pause_after(failed.meaning.pause, message.attempts),
          .attempt = true};
}

Sequel after_sent(const Candidate& message, int part) {
  return {.state = part < message.parts ? MessageState::sending : MessageState::sent};
}

Sequel after_uncertain(const Candidate& message, int part, const Trouble& why) {
  return {.state = MessageState::uncertain,
          .error = Trouble{why.code,
                           fmt::format("{}it was handed over and its result never came ({}); a "
                                       "status report can settle it, or requeue it",
                                       named(message, part), why.detail)},
          .attempt = true};
}

Sequel after_not_sent(const Candidate& message, int part, NotSent why, SimId sim,
                      std::size_t other_sims, const Policy& policy) {
  if (why == NotSent::vanished) return {.state = MessageState::queued};
  const int attempts = message.attempts + 1;
  if (attempts >= policy.max_attempts) {
    return given_up(message, part, attempts, "no_prompt",
                    "the modem did not ask for the message; restart it, and look at its verdict");
  }
  // With no part out any SIM may have it: this one is off while its modem recovers.
  if (is_bound(message, part) && other_sims > 0 && attempts >= refusals_to_move) {
    return by_another_sim(message, part, sim);
  }
  return {.state = MessageState::queued, .attempt = true};
}

}  // namespace bank::scheduler
