// What the switchboard shows of itself: modems, SIMs, and why something waits.
#include <algorithm>

#include "firmware-host/clocks.hpp"
#include "firmware-host/switchboard.hpp"
#include "firmware-host/switchboard_slot.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;

constexpr int weak_dbm = -103;
constexpr std::ptrdiff_t least_parts = 10;  // before their outcomes say anything
constexpr double hot = 85;                  // °C: what modules are made for ends there
constexpr auto slow = 3s;

std::optional<std::string> known(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

std::string state_name(const modem::Line& line) {
  if (!line.present()) return "absent";
  switch (line.session().state()) {
    case modem::SessionState::closed: return line.trouble().empty() ? "starting" : "resting";
    case modem::SessionState::starting: return "starting";
    case modem::SessionState::locked: return "locked";
    case modem::SessionState::searching: return "searching";
    case modem::SessionState::ready: return "ready";
    case modem::SessionState::resting: return "resting";
  }
  return "resting";
}

/// "what is wrong; what to do" as the layers below tell it.
web::ModemView::Verdict bad(const std::string& trouble) {
  const auto at = trouble.find("; ");
  if (at == std::string::npos) return {"bad", trouble, "it is tried again by itself"};
  return {"bad", trouble.substr(0, at), trouble.substr(at + 2)};
}

web::ModemView::Verdict poor(const std::string& trouble) {
  auto verdict = bad(trouble);
  verdict.level = "poor";
  return verdict;
}

/// What may go out by a SIM whose use is not counted yet.
web::Allowance nothing_of(web::Allowance limits) {
  for (auto* const limit :
       {&limits.per_minute, &limits.per_hour, &limits.per_day, &limits.per_month}) {
    if (*limit) *limit = 0;
  }
  return limits;
}

/// What a wait of the ledger is called outside.
std::string hold_reason(const std::string& waits_for) {
  return waits_for.empty() || waits_for == "restored" ? waits_for : "limit";
}

web::Hold hold_for(const std::string& reason, const std::optional<scheduler::BootTime>& until,
                   const scheduler::Now& at) {
  if (!until) return {reason, std::nullopt};
  return {reason, at.wall + (*until - at.boot)};
}

}  // namespace

web::ModemView Switchboard::view_of(const Slot& slot) const {
  const auto& line = *slot.line;
  const auto& facts = line.session().facts();
  web::ModemView view{};
  view.name = line.name();
  view.slot = line.name();
  view.device = line.path();
  view.usb_path = known(line.usb_path());
  view.maker = known(facts.maker);
  view.model = known(facts.model);
  view.firmware = known(facts.firmware);
  view.imei = known(facts.imei);
  view.iccid = known(facts.iccid);
  view.state = state_name(line);
  if (slot.paused && view.state == "ready") view.state = "paused";
  view.profile = line.session().facts().model.empty()
                     ? std::nullopt
                     : std::optional(std::string(line.session().profile().name));
  for (const auto& use : line.session().mailbox().storage()) {
    view.storage.push_back({use.name.value_or(""), use.used, use.total});
  }
  view.operator_name = known(facts.operator_name);
  view.registration = std::string(at::name_of(facts.registration));
  view.signal_dbm = facts.signal_dbm;
  view.temperature = facts.temperature;
  view.millivolts = facts.millivolts;
  if (facts.answer_time) view.answer_ms = static_cast<int>(facts.answer_time->count());
  const auto refused = std::count(slot.last_parts.begin(), slot.last_parts.end(), true);
  const auto parts = static_cast<std::ptrdiff_t>(slot.last_parts.size());
  if (parts > 0) view.refused_percent = static_cast<int>(refused * 100 / parts);
  view.last_success = slot.last_success;
  view.proven = slot.proofs.last();
  if (const auto* const loopback = loopback_of(slot)) view.loopback = *loopback;

  using Level = web::ModemView::Verdict;
  if (!line.present()) {
    view.verdict = bad(line.trouble().empty()
                           ? line.path() + " does not exist; plug the modem in, or correct the path"
                           : line.trouble());
  } else if (!slot.trouble.empty()) {
    view.verdict = bad(slot.trouble);
  } else if (!line.session().trouble().empty()) {
    view.verdict = bad(line.session().trouble());
  } else if (!line.trouble().empty()) {
    view.verdict = bad(line.trouble());
  } else if (line.session().state() != modem::SessionState::ready &&
             line.session().state() != modem::SessionState::searching) {
    view.verdict = Level{"poor", "it is being brought up", "wait a minute"};
  } else if (!facts.network_trouble.empty()) {
    view.verdict = poor(facts.network_trouble);
  } else if (line.session().state() == modem::SessionState::searching) {
    view.verdict = Level{"poor", "no network takes it yet", "wait a minute; check the antenna"};
  } else if (slot.paused) {
    view.verdict = Level{"poor", "a person has paused it", "resume it"};
  } else if (slot.held) {
    view.verdict = Level{"poor", "no [[sim]] entry names the SIM, and unknown_sims is \"hold\"",
                         "give it a pool in the console, or write an entry for it"};
  } else if (const auto of_sim = verdict_of_sim(slot); of_sim && of_sim->level != "good") {
    view.verdict = *of_sim;
  } else if (slot.sim && !dispatcher_.knows(*slot.sim)) {
    view.verdict = Level{"poor", "the machine's clock is behind, and the SIM is not counted yet",
                         "set the clock"};
  } else if (!line.session().mailbox().trouble().empty()) {
    view.verdict = poor(line.session().mailbox().trouble());
  } else if (line.session().mailbox().nearly_full()) {
    view.verdict = Level{"poor", "its message store is nearly full", "wait: it is being emptied"};
  } else if (parts >= least_parts && refused * 2 > parts) {
    view.verdict = Level{"poor", "most of its last parts were refused or had no answer",
                         "see docs/errors.md for what its messages say; try the SIM elsewhere"};
  } else if (facts.low_voltage) {
    view.verdict = Level{"poor", "it says that its supply is too weak",
                         "give its hub a stronger power supply, or fewer modems"};
  } else if (facts.temperature && *facts.temperature > hot) {
    view.verdict = Level{"poor", "it is too hot", "give it air, or let it send less"};
  } else if (facts.answer_time && *facts.answer_time > slow) {
    view.verdict =
        Level{"poor", "it is slow to answer", "restart it; if it stays so, replace it or its hub"};
  } else if (!facts.problems.empty()) {
    view.verdict = Level{"poor", facts.problems.front(),
                         "restart it, and it is asked anew; if it refuses again, it has to do "
                         "without, or use another modem"};
  } else if (facts.signal_dbm && *facts.signal_dbm < weak_dbm) {
    view.verdict = Level{"poor", "the signal is weak", "move the antenna"};
  } else {
    view.verdict = verdict_of_sim(slot).value_or(Level{"good", "", ""});
  }
  return view;
}

std::vector<web::QueueFill> Switchboard::queues() const {
  using Queue = scheduler::Queue;
  const Queue& queue = dispatcher_.queue();
  std::size_t early = 0;
  for (const auto& [path, slot] : slots_) early = std::max(early, slot->received.size());
  return {{"front_octets", queue.octets(), Queue::most_octets},
          {"front_waiting_for_recipient", queue.blocked(), Queue::most_blocked},
          {"part_ends", owed_count_, most_owed},
          {"status_reports", reports_.size(), most_reports},
          {"modem_events", events_.size(), most_events},
          {"inbound", arrivals_.size(), most_arrivals},
          {"early_inbound", early, most_early},
          {"doubts", doubts_.size(), most_doubts},
          {"doubts_of_last_run", left_in_doubt_.size(), most_doubts},
          {"slots", slots_.size(), most_slots}};
}

void Switchboard::publish() {
  auto next = std::make_shared<RackSnapshot>();
  next->made_at = loop_.now();
  const auto at = now();
  // What is shown is large: it is made in its order, not sorted afterwards.
  std::vector<Slot*> slots;
  for (const auto& [path, slot] : slots_) slots.push_back(slot.get());
  std::sort(slots.begin(), slots.end(),
            [](const Slot* a, const Slot* b) { return a->line->name() < b->line->name(); });
  next->modems.reserve(slots.size());
  for (const Slot* slot : slots) next->modems.push_back(view_of(*slot));

  std::map<std::string, std::vector<std::pair<std::string, std::optional<scheduler::BootTime>>>>
      waits;  // of each pool's SIMs; an empty reason: it can send
  std::map<std::string, const scheduler::SimRow*> rows;
  for (const auto& [id, row] : sims_) rows.emplace(row.outside(), &row);
  next->sims.reserve(rows.size());
  for (const auto& [outside, sim] : rows) {
    const scheduler::SimRow& row = *sim;
    const scheduler::SimId id = row.id;
    web::SimView view{};
    view.iccid = known(row.iccid);
    view.imsi = known(row.imsi);
    view.number = known(row.number);
    view.label = known(row.label);
    view.operator_name = known(row.operator_name);
    view.pools = row.pools;
    const LimitsConfig limits = terms_for(row).limits;
    view.from_file = written_in_file(config_of(row.iccid));
    view.limits = {limits.per_minute, limits.per_hour, limits.per_day, limits.per_month};
    view.min_interval = limits.min_interval;
    view.left = nothing_of(view.limits);
    view.state = "absent";
    std::string waits_for = "no_sim";
    std::optional<scheduler::BootTime> until;
    if (const Slot* const slot = slot_of(id)) {
      view.modem = slot->line->name();
      const std::string modem_state = state_name(*slot->line);
      view.state = modem_state == "starting" ? "searching" : modem_state;
      if (view.state == "ready" && slot->paused) view.state = "paused";
      const bool sends = !only_receives(row.iccid);
      const bool is_counted_anew = recounts_.contains(id);  // that takes a moment
      if (view.state == "ready" && sends && !is_counted_anew && !may_send(*slot)) {
        view.state = "held";
      }
      if (balance_level(*slot) == scheduler::BalanceLevel::stopped) waits_for = "balance";
    }
    if (only_receives(row.iccid)) waits_for = "receive_only";
    view.balance = balance_view(id);
    if (const auto status = dispatcher_.status(id, at)) {
      view.left = {status->left.minute, status->left.hour, status->left.day, status->left.month};
      if (status->ready) waits_for = hold_reason(status->waits_for);
      if (status->resting) waits_for = "resting";
      if (status->resting && view.state == "ready") view.state = "resting";
      if (status->ready || status->resting) until = status->until;
    }
    if (!waits_for.empty()) {
      next->hold_of_sim.emplace(outside, hold_for(waits_for, until, at));
    }
    std::optional<int> largest;
    for (const auto& limit : {limits.per_hour, limits.per_day, limits.per_month}) {
      if (limit) largest = std::min(largest.value_or(*limit), *limit);
    }
    next->largest_of_sim[id] = largest;
    for (const auto& pool : row.pools) {
      waits[pool].emplace_back(waits_for, until);
      const auto [place, is_first] = next->largest_of_pool.try_emplace(pool, largest);
      if (!is_first && place->second) {
        place->second = largest ? std::optional(std::max(*place->second, *largest)) : std::nullopt;
      }
    }
    next->sim_ids.emplace(outside, id);
    next->sims.push_back(std::move(view));
  }

  for (const auto& [pool, reasons] : waits) {
    const bool any_free = std::any_of(reasons.begin(), reasons.end(),
                                      [](const auto& reason) { return reason.first.empty(); });
    if (any_free) continue;
    const auto best =
        std::min_element(reasons.begin(), reasons.end(), [](const auto& a, const auto& b) {
          return a.second.value_or(scheduler::BootTime::max()) <
                 b.second.value_or(scheduler::BootTime::max());
        });
    next->hold_of_pool.emplace(pool, hold_for(best->first, best->second, at));
  }
  next->held = dispatcher_.held();
  next->front_messages = dispatcher_.queue().size();
  next->parts_in_hand = dispatcher_.parts_in_hand();
  next->slow_results = slow_results_;
  next->sent_parts = sent_parts_;
  next->refused_parts = refused_parts_;
  next->uncertain_parts = uncertain_parts_;
  next->inbound_parts = inbound_parts_;
  next->inbound_repeated = inbound_repeated_;
  next->queues = queues();
  const std::shared_ptr<const RackSnapshot> shown = std::move(next);
  std::atomic_store(&snapshot_, shown);
  // Who hears of a change and asks at once is answered with it.
  note_changes(slots, shown->modems);
  note_sims(shown->sims);

  showing_->wait_until(loop_.now() + shows_every_, [this] { publish(); });
}

}  // namespace bank::host
