// The switchboard: modems that fail, one by one or together.
#include <algorithm>
#include <utility>

#include "firmware-host/log.hpp"
#include "firmware-host/switchboard.hpp"
#include "firmware-host/switchboard_slot.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;

constexpr auto hub_time = 3s;              // in which those of a hub are gone together
constexpr std::size_t least_of_a_hub = 3;  // modems, so that it is the hub

}  // namespace

modem::Means Switchboard::means_of(const modem::Line& line) const {
  const auto& switched = config_.recovery.power;
  const bool is_switched =
      std::find(switched.begin(), switched.end(), line.usb_path()) != switched.end();
  return {.usb_reset = config_.recovery.usb_reset && !line.usb_path().empty(),
          .power = is_switched};
}

/// Whether this rung may be taken now. A rest begins with it; what is done to the modem comes after
/// a pause, or never, and is recorded then.
bool Switchboard::recovers(const Slot& slot, modem::Rung rung, const std::string& why) {
  const bool disturbs = rung != modem::Rung::reopen && rung != modem::Rung::rest;
  if (disturbs && !storms_.may(slot.hub, loop_.now())) {
    log::warn("modem.reset_postponed", {{"modem", slot.line->name()}, {"why", "too many at once"}});
    return false;
  }
  log::warn("modem.recovery", {{"modem", slot.line->name()},
                               {"rung", modem::name_of(rung)},
                               {"failures", slot.line->recovery().failures()},
                               {"why", why}});
  if (rung == modem::Rung::rest) {
    note(slot, scheduler::ModemEvent::Kind::recovery,
         std::string(modem::name_of(rung)) + ": " + why);
  }
  return true;
}

/// For people: what was done to the modem, with the reason; what came of it its next state tells.
void Switchboard::rung_done(const Slot& slot, modem::Rung rung, const std::string& why,
                            const std::string& failure) {
  std::string what(modem::name_of(rung));
  if (!failure.empty()) {
    log::warn("modem.recovery_failed",
              {{"modem", slot.line->name()}, {"rung", modem::name_of(rung)}, {"failure", failure}});
    what += " failed (" + failure + ")";
  }
  note(slot, scheduler::ModemEvent::Kind::recovery, what + ": " + why);
}

/// Several of one hub that are gone within moments are the hub's trouble, and told so once. One
/// that only changed its port is there again by then.
void Switchboard::note_gone(const Slot& slot) {
  const std::string& hub = slot.hub;
  if (hub.empty()) return;
  auto& gone = gone_[hub];
  gone.push_back({slot.line->name(), loop_.now() < slot.changes_port_until});
  if (gone.size() > 1) return;
  loop_.after(hub_time, [this, hub] {
    auto together = gone_.extract(hub);
    if (!together) return;
    std::erase_if(together.mapped(), [&](const Gone& lost) {
      const Slot* const one = slot_named(lost.modem);
      return lost.changes_port && one != nullptr && one->line->present();
    });
    if (together.mapped().size() < least_of_a_hub) return;
    std::string names;
    for (const auto& lost : together.mapped()) {
      names += (names.empty() ? "" : ", ") + lost.modem;
    }
    log::error("hub.gone", {{"hub", hub},
                            {"modems", together.mapped().size()},
                            {"names", names},
                            {"do", "check the hub's power and cable"}});
    for (const auto& lost : together.mapped()) {
      if (const Slot* const one = slot_named(lost.modem)) {
        note(*one, scheduler::ModemEvent::Kind::recovery,
             "gone with all of the hub " + hub + "; check its power and cable");
      }
    }
  });
}

}  // namespace bank::host
