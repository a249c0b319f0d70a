// The switchboard: what it tells technicians of its modems, beside how they are now.
#include <algorithm>
#include <memory>
#include <utility>

#include "firmware-host/switchboard.hpp"
#include "firmware-host/switchboard_slot.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;

constexpr auto retry_pause = 1s;            // after a commit that failed
constexpr std::size_t longest_event = 512;  // characters

/// A moment on the loop's clock. The ring reaches back less than a year, and what is further away
/// than that would not fit.
modem::TimePoint on_loop(scheduler::WallTime when, scheduler::WallTime wall, modem::TimePoint now) {
  constexpr std::chrono::milliseconds far = std::chrono::years{1};
  return now + std::clamp<std::chrono::milliseconds>(when - wall, -far, far);
}

scheduler::WallTime on_wall(modem::TimePoint when, scheduler::WallTime wall, modem::TimePoint now) {
  return wall + std::chrono::round<std::chrono::milliseconds>(when - now);
}

}  // namespace

web::ModemDialogue Switchboard::dialogue_of(const web::DialogueWanted& wanted,
                                            std::size_t most) const {
  const Slot* const slot = slot_named(wanted.modem);
  if (slot == nullptr) return {};
  const auto wall = now().wall;
  const auto loop_now = loop_.now();
  std::vector<std::pair<modem::TimePoint, modem::TimePoint>> when;
  for (const auto& times : wanted.when) {
    when.emplace_back(on_loop(times.since, wall, loop_now), on_loop(times.until, wall, loop_now));
  }
  const auto is_wanted = [&](const modem::DialogueLine& line) {
    return std::any_of(when.begin(), when.end(), [&](const auto& times) {
      return times.first <= line.at && line.at <= times.second;
    });
  };
  const auto& ring = slot->line->dialogue();
  web::ModemDialogue said{.lines = {}, .kept_since = on_wall(ring.kept_since(), wall, loop_now)};
  for (auto& line : ring.lines(modem::TimePoint::min(), modem::TimePoint::max())) {
    if (!is_wanted(line)) continue;
    said.lines.push_back({on_wall(line.at, wall, loop_now),
                          line.direction == modem::Direction::to_modem, std::move(line.text)});
  }
  if (said.lines.size() > most) {
    said.lines.erase(said.lines.begin(), said.lines.end() - static_cast<std::ptrdiff_t>(most));
  }
  return said;
}

void Switchboard::note(const Slot& slot, scheduler::ModemEvent::Kind kind, std::string what) {
  what.resize(std::min(what.size(), longest_event));
  events_.push_back({slot.line->name(), now().wall, kind, std::move(what)});
  note_events();
}

web::ByModem<std::vector<web::SignalView>> Switchboard::signal_of(const std::string& modem) const {
  const Slot* const slot = slot_named(modem);
  if (slot == nullptr) return web::ModemRefusal{web::ModemRefusal::Why::unknown, {}};
  const auto wall = now().wall;
  const auto loop_now = loop_.now();
  std::vector<web::SignalView> shown;
  for (const auto& piece : slot->line->session().signal_history().pieces(loop_now)) {
    shown.push_back({on_wall(piece.begins, wall, loop_now), piece.least, piece.mean, piece.greatest,
                     piece.readings});
  }
  return shown;
}

web::ByModem<std::vector<web::SubmissionsView>> Switchboard::submissions_of(
    const std::string& modem) const {
  const Slot* const slot = slot_named(modem);
  if (slot == nullptr) return web::ModemRefusal{web::ModemRefusal::Why::unknown, {}};
  const auto wall = now().wall;
  const auto loop_now = loop_.now();
  std::vector<web::SubmissionsView> shown;
  for (const auto& piece : slot->submissions.pieces(loop_now)) {
    shown.push_back({on_wall(piece.begins, wall, loop_now), piece.sent, piece.refused,
                     piece.uncertain, piece.mean, piece.longest});
  }
  return shown;
}

void Switchboard::note_changes(const std::vector<Slot*>& slots,
                               const std::vector<web::ModemView>& views) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    auto line = slots[i]->changes.see(views[i], loop_.now());
    if (!line) continue;
    events_.push_back({views[i].name, now().wall, line->kind, std::move(line->what)});
    if (on_modem_event) on_modem_event(events_.back());
  }
  note_events();
}

void Switchboard::note_sims(const std::vector<web::SimView>& sims) {
  for (const auto& sim : sims) {
    std::pair stands(sim.state, sim.modem.value_or(""));
    auto [shown, is_new] = shown_sims_.try_emplace(sim.outside(), stands);
    if (is_new || shown->second == stands) continue;
    shown->second = std::move(stands);
    if (on_sim_change) on_sim_change(sim);
  }
}

/// All of a moment with one job: a hub that loses its power changes many at once. On a disk that
/// fails they wait, the latest of them.
void Switchboard::note_events() {
  while (events_.size() > most_events) events_.pop_front();
  if (events_.empty() || noting_) return;
  noting_ = true;
  auto events = std::make_shared<const std::deque<scheduler::ModemEvent>>(std::move(events_));
  events_.clear();
  desk_.ask(
      [events](scheduler::Book& book) {
        for (const auto& event : *events) book.note_modem(event);
        return true;
      },
      [this, events](std::optional<bool> is_done) {
        const auto go_on = [this] {
          noting_ = false;
          note_events();
        };
        if (is_done) return go_on();
        events_.insert(events_.begin(), events->begin(), events->end());
        after(retry_pause, go_on);
      });
}

}  // namespace bank::host
