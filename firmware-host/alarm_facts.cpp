#include "firmware-host/alarm_facts.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <limits>

#include "scheduler/balance.hpp"

namespace bank::host {
namespace {

using scheduler::AlarmFact;
using scheduler::AlarmKind;

// Texts are made of what is bad alone: this is done for all of a rack every few seconds.

// A disk is full by what is free of it, or of this much: of a large one a hundredth is plenty.
constexpr double enough_disk = 20.0 * (1ULL << 30);

constexpr double level(bool is_bad) {
  return is_bad ? 1 : 0;
}

/// A person who has paused a modem needs no alarm. One that is being brought up, locked, without a
/// network or at rest does not work, which is bad when it lasts.
bool is_down(const web::ModemView& modem) {
  return modem.state != "ready" && modem.state != "paused";
}

void add_modem(std::vector<AlarmFact>& facts, const web::ModemView& modem) {
  AlarmFact fact{AlarmKind::modem_down, modem.name, level(is_down(modem)), {}, {}};
  if (is_down(modem)) {
    fact.detail = fmt::format("{}: {}", modem.state, modem.verdict.because);
    fact.do_next = modem.verdict.do_next;
  }
  facts.push_back(std::move(fact));
  const web::ModemView::Storage* fullest = nullptr;
  double percent = 0;
  for (const auto& store : modem.storage) {
    if (store.total <= 0) continue;
    const double of_this = 100.0 * store.used / store.total;
    if (fullest == nullptr || of_this > percent) fullest = &store, percent = of_this;
  }
  if (fullest == nullptr) return;
  AlarmFact store{AlarmKind::storage_nearly_full, modem.name, percent, {}, {}};
  constexpr double emptyish = 50;
  if (percent >= emptyish) {
    store.detail = fmt::format(
        "{} of {} places of its store {} are taken; what arrives when it is full waits at the "
        "network, or is lost",
        fullest->used, fullest->total, fullest->name);
    store.do_next =
        "it is emptied by itself where it can be; if this lasts, see its events and restart the "
        "modem";
  }
  facts.push_back(std::move(store));
}

std::string label_of(const web::SimView& sim) {
  std::string words = sim.label ? fmt::format(" \"{}\"", *sim.label) : "";
  if (sim.modem) words += " in " + *sim.modem;
  return words;
}

void add_balance(std::vector<AlarmFact>& facts, const web::SimView& sim, const Config& config) {
  const auto* const rule =
      balance_of(config, sim.iccid.value_or(""), sim.operator_name.value_or(""));
  if (rule == nullptr || !sim.balance) return;
  const auto amount = scheduler::amount_in(sim.balance->amount);
  if (!amount) return;
  constexpr scheduler::Amount hundredths = 100;
  const auto least = std::max(rule->low.value_or(std::numeric_limits<int>::min()),
                              rule->stop.value_or(std::numeric_limits<int>::min()));
  const bool is_low = *amount < least * hundredths;
  facts.push_back(
      {AlarmKind::low_balance, sim.outside(), level(is_low),
       fmt::format("the balance of the SIM{} is {}", label_of(sim), sim.balance->amount),
       "top it up"});
}

void add_sim(std::vector<AlarmFact>& facts, const web::SimView& sim, const RackSnapshot& rack,
             const Config& config) {
  const auto hold = rack.hold_of_sim.find(sim.outside());
  const bool rests = hold != rack.hold_of_sim.end() && hold->second.reason == "resting";
  const bool is_bad = rests || sim.state == "blocked";
  AlarmFact fact{AlarmKind::sim_rests, sim.outside(), level(is_bad), {}, {}};
  if (is_bad) {
    fact.detail = fmt::format("the SIM{} {}", label_of(sim),
                              rests ? "rests after refusals that blame it" : "is blocked");
    fact.do_next =
        "see what its messages say (docs/errors.md); check its credit and bars in a phone";
  }
  facts.push_back(std::move(fact));
  add_balance(facts, sim, config);
}

void add_queue(std::vector<AlarmFact>& facts, const RackState& state) {
  using namespace std::chrono_literals;
  if (!state.queue_is_known) return;
  AlarmFact fact{AlarmKind::queue_late, "queue", 0, {}, {}};
  if (const auto& oldest = state.oldest_waiting) {
    const auto waited = std::max<std::chrono::milliseconds>(state.now - oldest->since, 0ms);
    const auto& holds = oldest->sim ? state.rack.hold_of_sim : state.rack.hold_of_pool;
    const auto found = holds.find(oldest->sim.value_or(oldest->pool));
    std::string why = state.rack.held;
    if (why.empty() && found != holds.end()) why = found->second.reason;
    fact.level = std::chrono::duration<double>(waited).count();
    fact.detail =
        fmt::format("{} has waited for {} min in {}{}", scheduler::outside(oldest->message),
                    std::chrono::floor<std::chrono::minutes>(waited).count(),
                    oldest->sim ? "the line of SIM " + *oldest->sim : "pool " + oldest->pool,
                    why.empty() ? "" : " (held: " + why + ")");
    fact.do_next = "see `hold` of the message for why; more SIMs or higher limits make it faster";
  }
  facts.push_back(std::move(fact));
}

void add_disk(std::vector<AlarmFact>& facts, const RackState& state) {
  AlarmFact fact{AlarmKind::disk, "database", state.disk.log_percent,
                 "the write-ahead log of the database is not worked off",
                 "look at the disk, and for other programs that read the database"};
  if (const auto& space = state.space; space && space->total > 0) {
    const double most = std::min(static_cast<double>(space->total), enough_disk);
    const double percent = 100 - 100 * std::min(static_cast<double>(space->free), most) / most;
    if (percent > fact.level) {
      fact.level = percent;
      fact.detail = fmt::format("{} MiB are free on the disk of the database", space->free >> 20U);
      fact.do_next = "make room: nothing is accepted or sent when it is full";
    }
  }
  if (!state.disk.trouble.empty()) {
    constexpr double full = 100;
    fact.level = full;
    fact.detail = state.disk.trouble;
    fact.do_next = "look at `dmesg` and `df`; work goes on by itself when the disk takes writes";
  }
  facts.push_back(std::move(fact));
}

}  // namespace

scheduler::AlarmRules alarm_rules_of(const AlarmsConfig& config) {
  scheduler::AlarmRules rules = scheduler::usual_alarm_rules();
  for (auto& rule : rules) {
    const std::string name(scheduler::name_of(rule.kind));
    const auto after = config.after.find(name);
    const auto clear_after = config.clear_after.find(name);
    if (clear_after != config.clear_after.end()) rule.clear_after = clear_after->second;
    if (after == config.after.end()) continue;
    if (rule.kind == AlarmKind::queue_late) {  // the wait of its message is its level
      const auto ratio = rule.leave / rule.enter;
      rule.enter = std::max(std::chrono::duration<double>(after->second).count(), 1.0);
      rule.leave = rule.enter * ratio;
    } else {
      rule.after = after->second;
    }
  }
  return rules;
}

DiskSpace space_at(const std::string& path) {
  struct statvfs about {};
  if (::statvfs(path.c_str(), &about) != 0) return {};
  const auto octets = [&](auto blocks) {
    return static_cast<std::uint64_t>(blocks) * static_cast<std::uint64_t>(about.f_frsize);
  };
  return {octets(about.f_bavail), octets(about.f_blocks)};
}

std::vector<scheduler::AlarmFact> alarm_facts(const RackState& state, const Config& config) {
  std::vector<AlarmFact> facts;
  for (const auto& modem : state.rack.modems) add_modem(facts, modem);
  for (const auto& sim : state.rack.sims) add_sim(facts, sim, state.rack, config);
  add_queue(facts, state);
  add_disk(facts, state);
  facts.push_back({AlarmKind::clock, "machine", level(state.rack.held == "clock"),
                   "the machine's clock is behind: nothing is sent",
                   "set the clock, and see that it is kept (timedatectl)"});
  return facts;
}

std::vector<ReadySim> ready_sims(const RackSnapshot& rack) {
  std::vector<ReadySim> found;
  if (!rack.held.empty()) return found;
  for (const auto& sim : rack.sims) {
    const std::string name = sim.outside();
    const auto id = rack.sim_ids.find(name);
    // What has no hold can send: it is there, rests not, and is below its limits.
    if (sim.state != "ready" || rack.hold_of_sim.contains(name) || id == rack.sim_ids.end()) {
      continue;
    }
    found.push_back({id->second, name, sim.modem.value_or(""),
                     sim.left.per_day.value_or(std::numeric_limits<std::int64_t>::max())});
  }
  return found;
}

std::optional<ReadySim> sim_to_tell_by(const std::vector<ReadySim>& sims,
                                       const std::vector<scheduler::AlarmBook::Due>& alarms) {
  std::optional<ReadySim> best;
  for (const ReadySim& sim : sims) {
    const bool is_ill = std::any_of(alarms.begin(), alarms.end(), [&](const auto& due) {
      const auto& [alarm, changes] = due;
      return !alarm.cleared_at && (alarm.subject == sim.name || alarm.subject == sim.modem);
    });
    if (!is_ill && (!best || sim.left > best->left)) best = sim;
  }
  return best;
}

}  // namespace bank::host
