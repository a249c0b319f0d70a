// The switchboard and the daily life of SIMs: what each is for, and that it is used.
#include <algorithm>
#include <set>
#include <utility>

#include "firmware-host/log.hpp"
#include "firmware-host/switchboard.hpp"
#include "firmware-host/switchboard_slot.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;
using scheduler::SimId;

constexpr auto look_pause = 10s;
constexpr auto keep_alive_pause = 1h;
constexpr auto first_keep_alive = 2min;  // by then the SIMs that are there are known
constexpr auto keep_alive_text = "modembank keep-alive";

scheduler::NewMessage keep_alive_message(const std::string& to, scheduler::WallTime at) {
  scheduler::NewMessage message;
  message.to = to;
  message.text = keep_alive_text;
  message.expires_at = at + scheduler::keep_alive_again;
  message.report = false;
  return message;
}

}  // namespace

const SimConfig* Switchboard::config_of(const std::string& iccid) const {
  const auto found = sim_configs_.find(iccid);
  return found == sim_configs_.end() ? nullptr : found->second;
}

bool Switchboard::only_receives(const std::string& iccid) const {
  const SimConfig* const entry = config_of(iccid);
  return entry != nullptr && entry->use == SimConfig::Use::receive;
}

/// Where nobody has allowed it to send. It receives all the same.
bool Switchboard::is_abroad(const Slot& slot) const {
  return !config_.sending.roaming && at::is_roaming(slot.line->session().facts().registration);
}

/// Nothing: all is well, and there is nothing to say.
std::optional<web::ModemView::Verdict> Switchboard::verdict_of_sim(const Slot& slot) const {
  using Verdict = web::ModemView::Verdict;
  if (slot.contested) {
    return Verdict{"poor", "another modem shows the same SIM, and this one is asked for it again",
                   "take one of the two out; where there is one alone, wait a moment"};
  }
  if (only_receives(slot.iccid)) return Verdict{"good", "the SIM is for receiving only", ""};
  if (slot.sim && !slot.held && sims_.at(*slot.sim).pools.empty()) {
    return Verdict{"poor", "the SIM is in no pool", "give it a pool: it sends only what names it"};
  }
  if (is_abroad(slot)) {
    return Verdict{"poor", "the SIM is roaming", "set [sending] roaming to allow it"};
  }
  const auto level = balance_level(slot);
  if (level == scheduler::BalanceLevel::enough) return verdict_of_loopback(slot);
  const std::string left = scheduler::text_of(balances_.at(*slot.sim).amount);
  if (level == scheduler::BalanceLevel::low) {
    return Verdict{"poor", "the balance of the SIM is low: " + left, "top it up"};
  }
  return Verdict{"poor", "the balance of the SIM is " + left + ", and it sends nothing",
                 "top it up: it sends again once it is asked; or restart the modem, and it sends "
                 "until it is asked"};
}

void Switchboard::look_after_sims() {
  const auto at = now().boot;
  if (idle_ || at < look_at_) return;
  look_at_ = at + look_pause;
  recount_sims();
  ask_balances();
  settle_loopbacks();
  send_due_loopbacks();
  if (keep_alive_at_ == scheduler::BootTime{}) keep_alive_at_ = at + first_keep_alive;
  if (at < keep_alive_at_) return;
  keep_alive_at_ = at + keep_alive_pause;
  keep_sims_alive();
}

/// What is due, and that it was asked for, is one commit: after a crash there is one message, or
/// none and it is due yet. A loop-back that is under way is use of the SIM, too.
void Switchboard::keep_sims_alive() {
  std::vector<std::pair<SimId, KeepAliveConfig>> wanted;
  for (const auto& [sim, slot] : at_) {
    const SimConfig* const entry = config_of(slot->iccid);
    if (entry == nullptr || !entry->keep_alive || !dispatcher_.knows(sim)) continue;
    const bool is_ready = slot->line->session().state() == modem::SessionState::ready;
    if (is_ready && may_send(*slot)) wanted.emplace_back(sim, *entry->keep_alive);
  }
  if (wanted.empty() || clock_is_behind(now())) return;
  desk_.ask(
      [this, wanted](scheduler::Book& book) {
        const auto at = now().wall;
        std::vector<scheduler::Candidate> queued;
        std::set<SimId> looping;
        for (const auto& loopback : book.loopbacks()) {
          if (loopback.state == scheduler::Loopback::State::open) looping.insert(loopback.sim);
        }
        for (const auto& [sim, keep] : wanted) {
          if (looping.contains(sim)) continue;
          const auto activity = book.activity(sim);
          if (!activity || !scheduler::keep_alive_is_due(*activity, keep.every, at)) continue;
          const auto accepted = book.keep_alive(sim, keep_alive_message(keep.to, at), at);
          if (auto one = book.candidate(accepted.id)) queued.push_back(std::move(*one));
        }
        return queued;
      },
      [this](std::optional<std::vector<scheduler::Candidate>> queued) {
        if (!queued || queued->empty()) return;
        log::info("sim.keep_alive", {{"messages", queued->size()}});
        arrived(std::move(*queued));
      });
}

}  // namespace bank::host
