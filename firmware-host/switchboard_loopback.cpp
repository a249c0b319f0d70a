// The switchboard and what the rack sends to itself: so that it is known that a SIM sends, and that
// what it sends arrives.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "firmware-host/log.hpp"
#include "firmware-host/switchboard.hpp"
#include "firmware-host/switchboard_slot.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;
using scheduler::Loopback;
using scheduler::SimId;
using Why = web::ModemRefusal::Why;
using Kind = scheduler::ModemEvent::Kind;

constexpr auto round_pause = 1min;
constexpr auto first_round = 2min;           // by then the SIMs that are there are known
constexpr std::size_t most_of_a_round = 64;  // are begun together; the others follow
constexpr auto busy_pause = 5s;

/// What to do about one that is lost by a SIM that has shown since that it can what failed.
std::string_view remedy_of_proven(Loopback::State state) {
  if (state == Loopback::State::not_sent) return "the SIM has sent since: nothing needs be done";
  return "the SIM has shown since that it works: look at the modem that has that number, and at "
         "its store";
}

/// What became of one, for people.
std::string ending_of(const Loopback& loopback) {
  switch (loopback.state) {
    case Loopback::State::open: return "is on its way";
    case Loopback::State::arrived:
      return loopback.took ? fmt::format("arrived after {:.1f} s",
                                         std::chrono::duration<double>(*loopback.took).count())
                           : "arrived";
    case Loopback::State::not_sent: return "was not taken by the network";
    case Loopback::State::undelivered: return "was lost, as the network says";
    case Loopback::State::missing:
      return fmt::format("did not arrive within {} min", scheduler::loopback_patience.count());
  }
  return {};
}

std::string_view remedy_of(Loopback::State state) {
  if (state == Loopback::State::not_sent) {
    return "see its message (GET /v1/messages) for why; check the SIM's credit and bars in a phone";
  }
  return "try POST /v1/modems/{name}/loopback to another SIM; check the credit of this SIM, its "
         "service centre, and the number of both in [[sim]]";
}

}  // namespace

const Loopback* Switchboard::loopback_of(const Slot& slot) const {
  if (!slot.sim) return nullptr;
  const auto found = loopbacks_.find(*slot.sim);
  return found == loopbacks_.end() ? nullptr : &found->second;
}

/// Nothing: all is well, or nobody has looked.
std::optional<web::ModemView::Verdict> Switchboard::verdict_of_loopback(const Slot& slot) const {
  const Loopback* const loopback = loopback_of(slot);
  if (loopback == nullptr || loopback->modem != slot.line->name()) return std::nullopt;
  if (!scheduler::is_in_force(*loopback, slot.proofs)) return std::nullopt;
  return web::ModemView::Verdict{
      "poor", fmt::format("its loop-back to {} {}", loopback->to, ending_of(*loopback)),
      std::string(remedy_of(loopback->state))};
}

// --- to whom ------------------------------------------------------------------------------------

/// SIMs whose number is known and one that the API may send to, that are there and read what they
/// receive; in order of SIM.
std::vector<Switchboard::Receiver> Switchboard::receivers() const {
  std::vector<Receiver> found;
  for (const auto& [sim, slot] : at_) {
    const scheduler::SimRow& row = sims_.at(sim);
    const SimConfig* const entry = config_of(row.iccid);
    const bool is_configured = entry != nullptr && !entry->number.empty();
    const bool is_read = entry == nullptr || entry->use != SimConfig::Use::send;
    const bool is_ready = slot->line->session().state() == modem::SessionState::ready;
    if (!is_ready || !is_read || !row.number.starts_with('+')) continue;
    const auto allowed = numbers_.normalise(row.number);
    if (allowed && *allowed == row.number) found.push_back({slot, row.number, is_configured});
  }
  return found;
}

/// The next SIM behind its own, so that each has one to receive from; after one that was lost the
/// next but that: it may have been the receiver's fault.
std::optional<Switchboard::Receiver> Switchboard::receiver_for(const Slot& slot,
                                                               bool by_itself) const {
  const Loopback* const last = loopback_of(slot);
  const bool was_lost = last != nullptr && last->state != Loopback::State::arrived;
  auto found = receivers();
  if (by_itself) std::erase_if(found, [](const Receiver& one) { return !one.is_configured; });
  const auto own = std::stable_partition(found.begin(), found.end(),
                                         [&](const auto& one) { return one.slot != &slot; });
  const auto after_own =
      std::find_if(found.begin(), own, [&](const auto& one) { return *one.slot->sim > *slot.sim; });
  std::rotate(found.begin(), after_own, own);
  if (found.size() > 1 && was_lost && found.front().number == last->to) found.erase(found.begin());
  return found.empty() ? std::nullopt : std::optional(found.front());
}

// --- why not ------------------------------------------------------------------------------------

/// Of the slot and its SIM as they are.
std::optional<web::ModemRefusal> Switchboard::why_no_loopback(const Slot& slot) const {
  const auto state = [](std::string detail) {
    return web::ModemRefusal{Why::wrong_state, std::move(detail)};
  };
  if (!slot.sim) {
    return state("no SIM that is known is in the modem; see its verdict in GET /v1/modems");
  }
  if (only_receives(slot.iccid)) {
    return web::ModemRefusal{Why::receive_only,
                             "the SIM is for receiving only ([[sim]] use); ask another modem"};
  }
  if (slot.paused) return state("the modem is paused; resume it first");
  if (slot.line->session().state() != modem::SessionState::ready || !may_send(slot)) {
    return state("the SIM sends nothing as it is; see the modem's verdict in GET /v1/modems");
  }
  if (!dispatcher_.knows(*slot.sim) || clock_is_behind(now())) {
    return state("the machine's clock is behind, and nothing is sent; set the clock");
  }
  return why_not_now(*slot.sim);
}

/// Of what the SIM may send.
std::optional<web::ModemRefusal> Switchboard::why_not_now(SimId sim) const {
  const auto at = now();
  const auto status = dispatcher_.status(sim, at);
  if (!status) return std::nullopt;
  if (status->waits_for == "restored") {
    return web::ModemRefusal{Why::wrong_state,
                             "what the SIM sent before a restore is not known; release it with "
                             "`modembank sim release`, or wait"};
  }
  const bool rests_long =
      status->resting && (!status->until || *status->until - at.boot > scheduler::loopback_life);
  if (rests_long) {
    return web::ModemRefusal{Why::wrong_state,
                             "the SIM rests after refusals that blame it; see the modem's verdict"};
  }
  const std::pair<const char*, std::optional<int>> windows[] = {
      {"hour", status->left.hour}, {"day", status->left.day}, {"month", status->left.month}};
  for (const auto& [window, left] : windows) {
    if (!left || *left > 0) continue;
    return web::ModemRefusal{
        Why::at_limit, fmt::format("the SIM may send nothing more this {0} (its limit per_{0}); "
                                   "ask later, or another modem",
                                   window)};
  }
  if (status->limits.per_minute == 0) {
    return web::ModemRefusal{Why::at_limit, "the SIM may send nothing at all (per_minute = 0)"};
  }
  return std::nullopt;
}

// --- on request ---------------------------------------------------------------------------------

void Switchboard::loop_back(const web::LoopbackWanted& wanted, Told<web::LoopbackAsked> told) {
  Slot* const slot = slot_named(wanted.modem);
  if (slot == nullptr) return told(web::ModemRefusal{Why::unknown, {}});
  if (idle_) return told(unexpected(web::Unavailable{"the program is stopping", busy_pause}));
  if (auto refusal = why_no_loopback(*slot)) return told(std::move(*refusal));
  const Loopback* const last = loopback_of(*slot);
  if (last != nullptr && last->state == Loopback::State::open) {
    return told(web::ModemRefusal{Why::under_way,
                                  fmt::format("{} is on its way; see loopback of the modem in GET "
                                              "/v1/modems",
                                              scheduler::outside(last->message))});
  }
  if (looping_.contains(*slot->sim)) {
    return told(web::ModemRefusal{Why::under_way,
                                  "one was asked for just now; see loopback of the modem in GET "
                                  "/v1/modems"});
  }
  std::optional<Receiver> to;
  if (wanted.to) {
    const auto all = receivers();
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const auto& one) { return one.number == *wanted.to; });
    if (found == all.end()) {
      return told(
          web::ModemRefusal{Why::unfit,
                            "no SIM that is ready in the rack and reads what it receives has this "
                            "number; write one of GET /v1/sims, or leave it out"});
    }
    to = *found;
  } else {
    to = receiver_for(*slot, false);
  }
  if (!to) {
    return told(web::ModemRefusal{
        Why::no_number,
        "no number of a SIM that receives is known, or none that [sending] countries allows; write "
        "number in its [[sim]] entry"});
  }
  struct Asked {
    Loopback loopback;
    std::optional<scheduler::Candidate> candidate;
  };
  looping_.insert(*slot->sim);
  desk_.ask(
      [this, sim = *slot->sim, modem = wanted.modem, number = to->number,
       by = wanted.by](scheduler::Book& book) {
        const auto at = now().wall;
        Asked asked{book.loop_back(sim, modem, number, true, at), {}};
        asked.candidate = book.candidate(asked.loopback.message);
        book.note_modem({modem, at, Kind::person, fmt::format("loop-back to {} ({})", number, by)});
        desk_.note({by, "modem.loopback", modem,
                    fmt::format(R"({{"to":"{}","message":"{}"}})", number,
                                scheduler::outside(asked.loopback.message))},
                   at);
        return asked;
      },
      [this, sim = *slot->sim, to_modem = to->slot->line->name(),
       told = std::move(told)](std::optional<Asked> asked) {
        looping_.erase(sim);
        if (!asked) {
          return told(unexpected(web::Unavailable{
              "the database takes no writes; nothing is sent; try again", busy_pause}));
        }
        const web::LoopbackAsked answer{asked->loopback.message, asked->loopback.to, to_modem};
        loopback_asked(asked->loopback, std::move(asked->candidate));
        publish();  // who asks for the modem next sees it
        told(answer);
      });
}

void Switchboard::loopback_asked(const Loopback& loopback,
                                 std::optional<scheduler::Candidate> candidate) {
  loopbacks_[loopback.sim] = loopback;
  log::info("loopback.asked",
            {{"modem", loopback.modem}, {"message", scheduler::outside(loopback.message)}});
  if (candidate) arrived({std::move(*candidate)});
}

// --- by themselves ------------------------------------------------------------------------------

/// What is due, and that it was asked for, is one commit, as with `keep_sims_alive`.
void Switchboard::send_due_loopbacks() {
  const auto at = now();
  const auto every = config_.health.loopback;
  if (!every) return;
  if (loopback_at_ == scheduler::BootTime{}) loopback_at_ = at.boot + first_round;
  if (at.boot < loopback_at_) return;
  loopback_at_ = at.boot + round_pause;
  struct Due {
    SimId sim;
    std::string modem, to;
    scheduler::Proofs proofs;
    std::optional<Loopback> last;
  };
  std::vector<Due> due;
  for (const auto& [sim, slot] : at_) {
    const Loopback* const last = loopback_of(*slot);
    const auto proof = slot->proofs.last();
    const bool was_shown = proof && at.wall < proof->at + *every;
    const bool was_asked = last != nullptr && at.wall < last->asked_at + *every;
    if (was_shown || was_asked || looping_.contains(sim)) continue;
    if (slot->line->session().has_part()) continue;
    const auto status = dispatcher_.status(sim, at);
    const bool is_idle = status && !status->busy && !status->resting && status->waits_for.empty();
    if (!is_idle || why_no_loopback(*slot)) continue;
    const auto to = receiver_for(*slot, true);
    if (!to) continue;
    due.push_back({sim, slot->line->name(), to->number, slot->proofs,
                   last == nullptr ? std::nullopt : std::optional(*last)});
  }
  if (due.empty()) return;
  const auto shown = [](const Due& one) {
    const auto proof = one.proofs.last();
    return proof ? proof->at : scheduler::WallTime{};
  };
  std::stable_sort(due.begin(), due.end(),
                   [&](const Due& a, const Due& b) { return shown(a) < shown(b); });
  std::vector<SimId> sims;
  for (const auto& one : due) sims.push_back(one.sim);
  looping_.insert(sims.begin(), sims.end());
  using Asked = std::vector<std::pair<Loopback, std::optional<scheduler::Candidate>>>;
  desk_.ask(
      [this, due = std::move(due), every = *every](scheduler::Book& book) {
        const auto wall = now().wall;
        Asked asked;
        for (const auto& one : due) {
          if (asked.size() == most_of_a_round) break;
          const auto activity = book.activity(one.sim);
          const bool is_due =
              activity && scheduler::loopback_is_due(*activity, one.proofs, one.last, every, wall);
          if (!is_due) continue;
          auto loopback = book.loop_back(one.sim, one.modem, one.to, false, wall);
          book.note_modem(
              {one.modem, wall, Kind::sim, fmt::format("loop-back to {} (by itself)", one.to)});
          auto candidate = book.candidate(loopback.message);
          asked.emplace_back(std::move(loopback), std::move(candidate));
        }
        return asked;
      },
      [this, sims = std::move(sims)](std::optional<Asked> asked) {
        for (const SimId sim : sims) looping_.erase(sim);
        if (!asked) return;
        for (auto& [loopback, candidate] : *asked) loopback_asked(loopback, std::move(candidate));
      });
}

// --- how they ended -----------------------------------------------------------------------------

/// One whose SIM turned out to be another's row went from the book with it.
void Switchboard::settle_loopbacks() {
  const bool any_open = std::any_of(loopbacks_.begin(), loopbacks_.end(), [](const auto& entry) {
    return entry.second.state == Loopback::State::open;
  });
  if (!any_open || clock_is_behind(now())) return;
  struct Settled {
    std::vector<Loopback> ended;
    std::set<SimId> known;
  };
  desk_.ask(
      [this](scheduler::Book& book) {
        Settled settled{book.settle_loopbacks(now().wall), {}};
        for (const auto& loopback : book.loopbacks()) settled.known.insert(loopback.sim);
        return settled;
      },
      [this](std::optional<Settled> settled) {
        if (!settled) return;
        for (const auto& loopback : settled->ended) loopback_ended(loopback);
        std::erase_if(loopbacks_,
                      [&](const auto& entry) { return !settled->known.contains(entry.first); });
      });
}

void Switchboard::loopback_ended(const Loopback& loopback) {
  const auto known = loopbacks_.find(loopback.sim);
  if (known == loopbacks_.end()) return;
  if (known->second.message != loopback.message) return;  // another was asked for since
  known->second = loopback;
  const bool has_arrived = loopback.state == Loopback::State::arrived;
  Slot* const slot = slot_named(loopback.modem);
  const bool is_there = slot != nullptr && slot->sim == loopback.sim;
  if (has_arrived && is_there) {
    slot->proofs.add({*loopback.ended_at, scheduler::Proof::By::loopback});
  }
  std::string what = fmt::format("loop-back to {} {}", loopback.to, ending_of(loopback));
  if (!has_arrived) {
    const bool is_proven = is_there && !scheduler::is_in_force(loopback, slot->proofs);
    what += fmt::format("; {}",
                        is_proven ? remedy_of_proven(loopback.state) : remedy_of(loopback.state));
  }
  if (has_arrived) log::info("loopback.arrived", {{"modem", loopback.modem}});
  if (!has_arrived) {
    log::warn("loopback.lost", {{"modem", loopback.modem},
                                {"message", scheduler::outside(loopback.message)},
                                {"state", scheduler::name_of(loopback.state)}});
  }
  if (slot != nullptr) note(*slot, Kind::sim, std::move(what));
}

void Switchboard::prove(SimId sim, const scheduler::Proof& proof) {
  if (Slot* const slot = slot_of(sim)) slot->proofs.add(proof);
}

}  // namespace bank::host
