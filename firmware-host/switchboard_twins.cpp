// The switchboard: one SIM that two modems show.
#include "firmware-host/log.hpp"
#include "firmware-host/switchboard.hpp"
#include "firmware-host/switchboard_slot.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;

constexpr auto time_to_show = 10s;
constexpr auto busy_pause = 1s;

}  // namespace

/// A SIM cannot be in two places: it was moved and its old modem does not know, or it is a copy.
/// The modem that had it first shows it once more or loses it; until then neither sends.
void Switchboard::contest(Slot& holder, Slot& newer) {
  newer.trouble = "the same SIM is known in " + holder.line->name() + "; take one of the two out";
  log::error("sim.twice", {{"modem", newer.line->name()}, {"other", holder.line->name()}});
  if (holder.contested) return;
  holder.contested = loop_.now();
  holder.line->check_sim();
  settled(holder);
  judge_contest(holder, newer, time_to_show);
}

void Switchboard::judge_contest(Slot& holder, Slot& newer, std::chrono::milliseconds pause) {
  loop_.after(pause, [this, &holder, &newer, since = holder.contested, sim = holder.sim] {
    if (!since || holder.contested != since || holder.sim != sim) return;  // it is settled
    const auto& facts = newer.line->session().facts();
    const bool is_there = tells_its_sim(newer.line->session()) && facts.iccid == holder.iccid &&
                          facts.imsi == holder.imsi;
    if (!is_there) {
      holder.contested.reset();
      return settled(holder);
    }
    // Its time to show it runs from when it is asked: not while it is busy with something else.
    const auto& session = holder.line->session();
    if (session.has_part() || session.owes_sim_check()) {
      return judge_contest(holder, newer, busy_pause);
    }
    const auto left = session.sim_asked_at() + time_to_show - loop_.now();
    if (left > 0s) {
      return judge_contest(holder, newer, std::chrono::ceil<std::chrono::milliseconds>(left));
    }
    log::warn("sim.moved", {{"from", holder.line->name()}, {"to", newer.line->name()}});
    release(holder);
    holder.trouble = "its SIM is in " + newer.line->name() + " now; take one of the two out";
  });
}

/// Whether the SIM has been shown again where it was first.
void Switchboard::settle_contest(Slot& slot) {
  const auto& session = slot.line->session();
  if (!slot.contested || !session.knows_its_sim() || session.facts().iccid != slot.iccid) return;
  if (session.sim_shown_at() > *slot.contested) slot.contested.reset();
}

}  // namespace bank::host
