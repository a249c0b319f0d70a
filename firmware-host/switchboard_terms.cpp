// What holds for SIMs: label, pools and limits, and that a person changes them.
#include <algorithm>
#include <utility>

#include "firmware-host/log.hpp"
#include "firmware-host/switchboard.hpp"
#include "firmware-host/switchboard_slot.hpp"

namespace bank::host {

using namespace std::chrono_literals;
using scheduler::SimId;
using scheduler::SimSettings;

namespace {

bool is_there(scheduler::Book& book, SimId id) {
  const auto rows = book.sims();
  return std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return row.id == id; });
}

/// Whoever listens hears of it once what is shown has it.
void tell(const RackSnapshot& rack, const std::string& sim,
          const std::function<void(const web::SimView&)>& listen) {
  const auto shown = std::find_if(rack.sims.begin(), rack.sims.end(),
                                  [&](const auto& one) { return one.outside() == sim; });
  if (listen && shown != rack.sims.end()) listen(*shown);
}

}  // namespace

SimTerms Switchboard::terms_for(const scheduler::SimRow& row) const {
  const auto set = settings_.find(row.id);
  return terms_of(config_, config_of(row.iccid),
                  set == settings_.end() ? SimSettings{} : set->second);
}

/// A row as it is shown and used from now on.
const scheduler::SimRow& Switchboard::know(scheduler::SimRow row) {
  SimTerms terms = terms_for(row);
  row.label = std::move(terms.label);
  row.pools = std::move(terms.pools);
  return sims_[row.id] = std::move(row);
}

/// The book has one row where there were two: the one that was known by the IMSI alone is no more.
void Switchboard::forget_merged(const scheduler::SimRow& row) {
  for (auto one = sims_.begin(); one != sims_.end();) {
    const scheduler::SimRow& other = one->second;
    const bool is_merged = other.id != row.id && other.iccid.empty() && other.imsi == row.imsi &&
                           slot_of(other.id) == nullptr;
    if (is_merged) {
      settings_.erase(other.id);
      recounts_.erase(other.id);
    }
    one = is_merged ? sims_.erase(one) : std::next(one);
  }
}

Switchboard::Used Switchboard::used_by(scheduler::Book& book, SimId sim,
                                       const scheduler::MonthClock::Month& month) const {
  const auto at = now();
  return {.uses = book.uses_since(sim, 24h, at),
          .this_month = book.uses_between(sim, month.from, month.to),
          .known_from = book.uses_known_from(sim, at)};
}

void Switchboard::change_sim(const web::SimChange& change, const std::string& by,
                             std::function<void(web::Outcome<web::SimChanged>)> told) {
  const auto known = std::find_if(sims_.begin(), sims_.end(), [&](const auto& entry) {
    return entry.second.outside() == change.sim;
  });
  if (known == sims_.end()) return told(web::SimChanged{web::NoSuchSim{}});
  const scheduler::SimRow& row = known->second;
  const SimConfig* const entry = config_of(row.iccid);
  const auto written = written_in_file(entry);
  for (const auto& field : change.fields) {
    if (std::find(written.begin(), written.end(), field) == written.end()) continue;
    return told(web::SimChanged{web::SetByFile{field}});
  }
  desk_.ask(
      [this, change, by, id = row.id, entry](scheduler::Book& book) {
        const auto before = scheduler::sim_settings(book.database(), id);
        auto settings = before;
        scheduler::take_over(settings, change.values, change.fields);
        // Nothing is another, or its row was merged into another one meanwhile.
        if (settings == before || !is_there(book, id)) return std::optional<SimSettings>{};
        scheduler::put_sim_settings(book.database(), id, settings);
        const SimTerms terms = terms_of(config_, entry, settings);
        book.describe_sim(id, terms.label, terms.pools);
        desk_.note({by, "sim.change", change.sim, change.detail}, now().wall);
        return std::optional(settings);
      },
      [this, id = row.id,
       told = std::move(told)](const std::optional<std::optional<SimSettings>>& settings) {
        if (!settings) {
          return told(unexpected(web::Unavailable{"the database takes no writes; try again",
                                                  std::chrono::seconds{5}}));
        }
        if (*settings) use_settings(id, **settings);
        told(web::SimChanged{web::SimIsChanged{}});
      });
}

void Switchboard::use_settings(SimId sim, const SimSettings& settings) {
  const SimTerms before = terms_for(sims_.at(sim));
  settings_[sim] = settings;
  const scheduler::SimRow& row = know(sims_.at(sim));
  const SimTerms terms = terms_for(row);
  log::info("sim.changed", {{"sim", row.outside()}});
  if (Slot* const slot = slot_of(sim)) slot->held = terms.waits_for_a_person;
  const bool is_other = terms.pools != before.pools || terms.limits != before.limits;
  const bool wants_recount = is_other && dispatcher_.knows(sim);  // for a label nobody rests
  if (wants_recount) ++recounts_[sim].wanted;
  recount_sims();
  if (Slot* const slot = slot_of(sim)) settled(*slot);
  publish();
  if (!wants_recount) tell(*snapshot_, row.outside(), on_sim_change);
}

/// A ledger keeps no more of what a SIM sent than its limits need, so other limits want it read
/// anew: once nothing is in hand, and the book knows how all that was in hand has ended.
void Switchboard::recount_sims() {
  std::vector<SimId> due;
  for (const auto& [sim, one] : recounts_) {
    const auto status = dispatcher_.status(sim, now());
    const Slot* const slot = slot_of(sim);
    const bool is_away = slot == nullptr || !slot->offered;
    if (!one.under_way && is_away && status && !status->busy) due.push_back(sim);
  }
  // What is owed is asked for before this is, unless it failed or waits for its message's own.
  if (unbooked_ > 0 || owed_count_ != owed_.size()) return;
  for (const SimId sim : due) recount(sim);
}

/// One at a time for each SIM; what was changed meanwhile is read once more.
void Switchboard::recount(SimId sim) {
  Recount& asked = recounts_.at(sim);
  asked.under_way = true;
  desk_.ask(
      [this, sim, month = month_](scheduler::Book& book) { return used_by(book, sim, month); },
      [this, sim, wanted = asked.wanted, month = month_](std::optional<Used> used) {
        const auto one = recounts_.find(sim);
        if (one == recounts_.end()) return;  // its row was merged into another
        one->second.under_way = false;
        if (!used || unbooked_ > 0) return;  // the next look after SIMs asks again
        const bool is_old = one->second.wanted != wanted || month != month_;
        const scheduler::SimRow& row = sims_.at(sim);
        const bool is_done =
            !is_old && dispatcher_.change_sim(row, limits_from(terms_for(row).limits), used->uses,
                                              used->this_month, used->known_from);
        if (!is_done) return recount_sims();
        recounts_.erase(one);
        if (Slot* const slot = slot_of(sim)) settled(*slot);
        publish();
        tell(*snapshot_, row.outside(), on_sim_change);
      });
}

}  // namespace bank::host
