#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware-host/modem_changes.hpp"
#include "firmware-host/switchboard.hpp"
#include "modem/submission_history.hpp"

namespace bank::host {

/// One configured or discovered port with its modem and the SIM that is in it.
struct Switchboard::Slot {
  std::string place{};         // its key
  std::string path{};          // what is to be opened
  std::string hub{};           // it is plugged into; empty: none
  std::uint64_t starting = 0;  // not 0: it is being brought up, and counts at its hub
  std::unique_ptr<modem::Line> line;
  const ModemConfig* config = nullptr;
  std::optional<scheduler::SimId> sim{};
  std::string iccid{}, imsi{};  // of the SIM that was enlisted, so that a swap is noticed
  std::uint64_t insertion = 0;  // the last in which it was there (Session::insertion)
  std::vector<modem::Received> received{};  // of a SIM that is not known yet, or just read
  std::vector<modem::Called> calls{};       // the same
  const BalanceConfig* balance = nullptr;   // how that SIM's is asked for; null: it is not
  bool enlisting = false;
  bool paused = false;    // by a person
  bool restarts = false;  // by a person, once nothing is in hand
  bool restart_begun = false;
  int blinks = 0;                      // changes of its lamp that are to come, an even number
  at::TimePoint changes_port_until{};  // it is tried at another of its ports
  /// Since another modem shows this SIM too, and this one is to show it again.
  std::optional<at::TimePoint> contested{};
  bool held = false;      // a SIM that no [[sim]] entry names, and unknown_sims = "hold"
  bool offered = false;   // the dispatcher may use it
  std::string trouble{};  // of the slot itself: a SIM that is elsewhere, …
  std::optional<scheduler::WallTime> last_success{};
  scheduler::Proofs proofs{};     // of the SIM that was enlisted last, in this modem
  std::deque<bool> last_parts{};  // whether each was refused, the last `most_last_parts`
  modem::SubmissionHistory submissions{};
  at::TimePoint offered_at{};  // of the part in hand
  ModemChanges changes{};
};

/// Ready, or locked with an ICCID that was told before the PIN.
[[nodiscard]] inline bool tells_its_sim(const modem::Session& session) {
  return session.state() == modem::SessionState::ready ||
         (session.state() == modem::SessionState::locked && !session.facts().iccid.empty() &&
          session.facts().sim != at::SimState::absent);
}

}  // namespace bank::host
