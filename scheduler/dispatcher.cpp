#include "scheduler/dispatcher.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "at/errors.hpp"
#include "at/submit.hpp"

namespace bank::scheduler {
namespace {

using namespace std::chrono_literals;

constexpr int refusals_to_rest = 5;       // in a row, whatever they say (guide §6.3)
constexpr BootTime shortest_rest = 1min;  // doubles with each rest
constexpr BootTime longest_rest = 30min;
constexpr BootTime longest_wait = 5s;         // then the head of the queue is looked at again
constexpr BootTime shortest_store_rest = 1s;  // after a commit that failed; doubles with each
constexpr BootTime longest_store_rest = 16s;
constexpr BootTime at_once = 1s;  // so long modems keep a link for the next part
constexpr std::chrono::minutes shortest_validity{5};  // TP-VP's least

std::string detail_of(const at::DialogueFailure& failure) {
  using Kind = at::DialogueFailure::Kind;
  const std::string number = failure.code >= 0 ? std::to_string(failure.code) : failure.text;
  if (failure.kind == Kind::cms) return "+CMS ERROR: " + number;
  if (failure.kind == Kind::cme) return "+CME ERROR: " + number;
  if (failure.kind == Kind::error) return failure.text.empty() ? "ERROR" : failure.text;
  return {};
}

Trouble doubt(const std::string& why) {
  if (why == "vanished") return {"vanished", "the modem went away before it told the result"};
  if (why == "restarted") return {"restarted", "the modem restarted before it told the result"};
  if (why == "no_result") return {"timeout", "the modem told no result within 120 s"};
  return {why.empty() ? "no_result" : why, "the part was handed over and its result never came"};
}

}  // namespace

// --- SIMs ---------------------------------------------------------------------------------------

void Dispatcher::add_sim(const SimRow& row, const Limits& limits, std::span<const Use> uses,
                         std::int64_t used_this_month, std::optional<BootTime> known_from) {
  std::vector<Lane> lanes{{row.id, {}}};
  for (const auto& pool : row.pools) lanes.push_back({std::nullopt, pool});
  const auto [place, is_new] =
      desks_.try_emplace(row.id, Desk{row, limits, Ledger(limits), std::move(lanes)});
  if (!is_new) return;
  place->second.ledger.restore(uses, used_this_month);
  place->second.ledger.known_from(known_from);
}

bool Dispatcher::change_sim(const SimRow& row, const Limits& limits, std::span<const Use> uses,
                            std::int64_t used_this_month, std::optional<BootTime> known_from) {
  if (const auto desk = desks_.find(row.id); desk != desks_.end()) {
    if (desk->second.ready || desk->second.in_hand) return false;
    if (desk->second.next) give_back(std::move(*std::exchange(desk->second.next, std::nullopt)));
  }
  auto before = desks_.extract(row.id);
  add_sim(row, limits, uses, used_this_month, known_from);
  if (!before) return true;
  Desk& old = before.mapped();
  Desk& desk = desks_.at(row.id);
  desk.modem = std::move(old.modem);
  desk.refusals = old.refusals;
  desk.rests = old.rests;
  desk.rests_until = old.rests_until;
  desk.doubt = old.doubt;
  desk.continues = old.continues;
  if (desk.continues) desk.ledger.reserve(works_.at(*desk.continues).parts_left());
  return true;
}

DispatchActions Dispatcher::release_sim(SimId sim, const Now& now) {
  DispatchActions actions;
  const auto desk = desks_.find(sim);
  if (desk == desks_.end()) return actions;
  desk->second.ledger.known_from(std::nullopt);
  desk->second.wakes.reset();
  pump(now, actions);
  return actions;
}

DispatchActions Dispatcher::sim_ready(SimId sim, const std::string& modem, const Now& now) {
  DispatchActions actions;
  const auto desk = desks_.find(sim);
  if (desk == desks_.end()) return actions;
  desk->second.modem = modem;
  desk->second.ready = true;
  away_.erase(sim);
  if (const auto doubt = std::exchange(desk->second.doubt, std::nullopt)) {
    desk->second.ledger.doubt_lasted(now.boot);
    actions.emplace_back(*doubt);
  }
  // The others have been asked already, and nothing has come for them.
  if (!may_begin(now)) return actions;
  if (is_free(desk->second, now)) try_desk(desk->second, now, actions);
  look_after_absent(now, actions);
  read_more(actions);
  return actions;
}

void Dispatcher::sim_away(SimId sim, const Now& now) {
  const auto desk = desks_.find(sim);
  if (desk == desks_.end()) return;
  desk->second.ready = false;
  away_.try_emplace(sim, now.boot);
  if (desk->second.next) give_back(std::move(*std::exchange(desk->second.next, std::nullopt)));
}

std::vector<SimId> Dispatcher::start_month() {
  std::vector<SimId> sims;
  for (auto& [id, desk] : desks_) {
    desk.ledger.start_month();
    sims.push_back(id);
  }
  return sims;
}

DispatchActions Dispatcher::month_used(std::span<const MonthUse> uses, const Now& now) {
  DispatchActions actions;
  for (const auto& [sim, ended] : uses) {
    const auto desk = desks_.find(sim);
    if (desk == desks_.end()) continue;
    desk->second.ledger.month_used(ended);
    desk->second.wakes.reset();
  }
  pump(now, actions);
  return actions;
}

// --- the queue ----------------------------------------------------------------------------------

DispatchActions Dispatcher::open_lanes(std::span<const Lane> lanes, const Now& now) {
  DispatchActions actions;
  queue_.open_lanes(lanes);
  for (const auto& lane : lanes) {
    const bool is_here = lane.sim && desks_.contains(*lane.sim) && desks_.at(*lane.sim).ready;
    if (lane.sim && !is_here) away_.try_emplace(*lane.sim, now.boot);
  }
  pump(now, actions);
  return actions;
}

DispatchActions Dispatcher::arrived(std::vector<Candidate> candidates, const Now& now) {
  DispatchActions actions;
  for (auto& candidate : candidates) queue_.arrived(std::move(candidate));
  pump(now, actions);
  return actions;
}

DispatchActions Dispatcher::read(const Queue::Load& load,
                                 std::optional<std::vector<Candidate>> candidates, const Now& now) {
  DispatchActions actions;
  if (candidates) {
    queue_.loaded(load, std::move(*candidates));
  } else {
    queue_.load_failed(load);
    rest_store(now);
  }
  pump(now, actions);
  return actions;
}

DispatchActions Dispatcher::unbound(std::vector<Candidate> candidates, const Now& now) {
  DispatchActions actions;
  for (auto& candidate : candidates) {
    queue_.remove(candidate.id);  // from where it waited for its SIM
    queue_.arrived(std::move(candidate));
  }
  pump(now, actions);
  return actions;
}

/// Bounds the wait for a SIM that has parts of messages out: first what it had in hand is put back
/// into the queue, where all of it waits; then it starts over wherever another SIM serves its pool.
void Dispatcher::look_after_absent(const Now& now, DispatchActions& actions) {
  const bool is_due = std::any_of(away_.begin(), away_.end(), [&](const auto& entry) {
    return now.boot - entry.second >= patience;
  });
  if (!is_due) return;
  std::set<std::string> served;
  for (const auto& [id, desk] : desks_) {
    if (desk.ready) served.insert(desk.row.pools.begin(), desk.row.pools.end());
  }
  for (auto& [sim, since] : away_) {
    if (now.boot - since < patience) continue;
    since = now.boot;
    const auto desk = desks_.find(sim);
    if (desk != desks_.end() && desk->second.continues) {
      const auto token = *std::exchange(desk->second.continues, std::nullopt);
      Work& work = works_.at(token);
      desk->second.ledger.release(work.parts_left());
      work.ending = true;
      actions.emplace_back(PutBack{token, work.message.id});
    }
    for (const auto& pool : served) actions.emplace_back(Unbind{sim, pool});
  }
}

// --- choosing -----------------------------------------------------------------------------------

bool Dispatcher::may_begin(const Now& now) {
  if (!held_.empty() || store_rests(now)) return false;
  store_rests_until_.reset();
  return true;
}

bool Dispatcher::is_free(const Desk& desk, const Now& now) {
  return desk.ready && !desk.in_hand && !(desk.rests_until && now.boot < *desk.rests_until) &&
         !(desk.wakes && now.boot < *desk.wakes);
}

/// Gives every free SIM its next part, the least used first.
void Dispatcher::pump(const Now& now, DispatchActions& actions) {
  if (!may_begin(now)) return;
  std::vector<std::pair<int, Desk*>> free;
  for (auto& [id, desk] : desks_) {
    if (!is_free(desk, now)) continue;
    free.emplace_back(desk.ledger.used_today(now.boot), &desk);
  }
  std::stable_sort(free.begin(), free.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [used, desk] : free) try_desk(*desk, now, actions);
  look_after_absent(now, actions);
  read_more(actions);
}

void Dispatcher::try_desk(Desk& desk, const Now& now, DispatchActions& actions) {
  desk.wakes.reset();
  desk.waits_for.clear();
  if (desk.rests_until && now.boot >= *desk.rests_until) desk.rests_until.reset();
  if (desk.continues) {
    const auto allowed = desk.ledger.may_continue(now.boot);
    if (const auto* not_yet = std::get_if<NotYet>(&allowed)) return wait(desk, *not_yet, now);
    desk.ledger.begin();
    return offer(desk, *std::exchange(desk.continues, std::nullopt), now, actions);
  }
  const auto allowed = desk.ledger.may_begin(1, now.boot);
  if (const auto* not_yet = std::get_if<NotYet>(&allowed)) return wait(desk, *not_yet, now);
  begin_next(desk, now, actions);
}

/// Whether this SIM may have the message at all; the ledger decides when.
bool Dispatcher::may_take(const Desk& desk, const Candidate& message, const Now& now) const {
  if (message.expires_at <= now.wall) return false;
  const auto largest = desk.ledger.largest_message();
  const int parts_left = message.parts - (message.bound_sim ? message.parts_sent : 0);
  if (largest && parts_left > *largest) return false;
  if (is_withdrawn(message)) return false;
  return std::find(message.avoid.begin(), message.avoid.end(), desk.row.id) == message.avoid.end();
}

/// Takes the next message for this SIM out of the queue, cut into its parts.
std::optional<Dispatcher::Work> Dispatcher::claim(Desk& desk, const Now& now) {
  auto message = queue_.take(
      desk.lanes, [&](const Candidate& candidate) { return may_take(desk, candidate, now); });
  if (!message) return std::nullopt;
  auto split = at::split(message->text, message->encoding);
  assert(split && static_cast<int>(split->parts.size()) == message->parts);  // as at the door
  if (!split) return std::nullopt;
  const int part = message->bound_sim ? message->parts_sent + 1 : 1;
  return Work{std::move(*message), std::move(*split), part, desk.row.id};
}

/// What another SIM claimed ahead and cannot begin yet binds nobody: a free SIM takes it over.
std::optional<Dispatcher::Work> Dispatcher::claim_from_others(const Desk& desk, const Now& now) {
  if (!any_ahead_) return std::nullopt;
  any_ahead_ = false;
  for (auto& [id, other] : desks_) {
    if (!other.next || id == desk.row.id) continue;
    any_ahead_ = true;
    const Candidate& message = other.next->message;
    const bool in_lane = std::find(desk.lanes.begin(), desk.lanes.end(),
                                   lane_of(message).place()) != desk.lanes.end();
    if (!in_lane || !may_take(desk, message, now)) continue;
    auto work = std::exchange(other.next, std::nullopt);
    work->sim = desk.row.id;
    return work;
  }
  return std::nullopt;
}

void Dispatcher::give_back(Work work) {
  queue_.released(work.message);
  queue_.arrived(std::move(work.message));
}

void Dispatcher::begin_next(Desk& desk, const Now& now, DispatchActions& actions) {
  auto work = std::exchange(desk.next, std::nullopt);
  if (work && (!may_take(desk, work->message, now) ||
               queue_.holds_before(desk.lanes, work->message.priority))) {
    give_back(std::move(*std::exchange(work, std::nullopt)));  // something more urgent came
  }
  if (!work) work = claim(desk, now);
  if (!work) work = claim_from_others(desk, now);
  if (!work) return;

  const auto allowed = desk.ledger.may_begin(work->parts_left(), now.boot);
  if (const auto* not_yet = std::get_if<NotYet>(&allowed)) {
    // It stays the head: smaller ones behind it would take its room again and again.
    give_back(std::move(*work));
    return wait(desk, *not_yet, now);
  }
  desk.ledger.reserve(work->parts_left());
  desk.ledger.begin();
  const std::uint64_t token = next_token_++;
  works_.emplace(token, std::move(*work));
  offer(desk, token, now, actions);
}

/// While the last part of a message is on the air the next is claimed and cut, so that after OK
/// only its line has to be written.
void Dispatcher::prepare_next(Desk& desk, const Now& now) {
  if (desk.next || !desk.in_hand) return;
  const Work& work = works_.at(*desk.in_hand);
  if (work.part == work.message.parts) desk.next = claim(desk, now);
  any_ahead_ |= desk.next.has_value();
}

void Dispatcher::offer(Desk& desk, std::uint64_t token, const Now& now, DispatchActions& actions) {
  desk.in_hand = token;
  const auto pdu = at::encode([&] {
    const Work& work = works_.at(token);
    at::Submit submit;
    submit.to = work.message.to;
    submit.validity = shortest_validity;  // its value does not change the length
    submit.alphabet = work.split.alphabet;
    submit.header.shift = work.split.shift;
    submit.text = work.split.parts.at(static_cast<std::size_t>(work.part - 1));
    if (work.message.parts > 1) {
      submit.header.concat = at::Concat{0, 8, work.part, work.message.parts};
    }
    return submit;
  }());
  assert(pdu);  // number and text were checked at the door
  prepare_next(desk, now);
  actions.emplace_back(Offer{desk.row.id, token, pdu ? pdu->length : 0, goes_on(desk, now)});
}

/// Whether another part is ready for when the one in hand ends, and the limits let it go at once.
bool Dispatcher::goes_on(const Desk& desk, const Now& now) const {
  const Work& work = works_.at(*desk.in_hand);
  const auto left = desk.ledger.left(now.boot);
  const auto fits = [](const std::optional<int>& room, int parts) {
    return !room || *room >= parts;
  };
  if (desk.limits.min_interval >= at_once || !fits(left.minute, 1)) return false;
  if (work.part < work.message.parts) return true;  // reserved
  if (!desk.next) return false;
  const int parts = desk.next->parts_left();
  return fits(left.hour, parts) && fits(left.day, parts) && fits(left.month, parts);
}

std::string Dispatcher::pdu_of(const Work& work, const Now& now) const {
  at::Submit submit;
  submit.to = work.message.to;
  submit.report = work.message.report;
  submit.reject_duplicates = work.begun->resend;
  if (work.message.flash) submit.message_class = 0;
  const auto left = std::chrono::floor<std::chrono::minutes>(work.message.expires_at - now.wall);
  submit.validity = std::max(left, shortest_validity);
  submit.alphabet = work.split.alphabet;
  submit.header.shift = work.split.shift;
  submit.text = work.split.parts.at(static_cast<std::size_t>(work.part - 1));
  if (work.message.parts > 1) {
    submit.header.concat = at::Concat{work.begun->concat_ref, 8, work.part, work.message.parts};
  }
  const auto pdu = at::encode(submit);
  assert(pdu);
  return pdu ? pdu->hex : std::string{};
}

void Dispatcher::wait(Desk& desk, const NotYet& why, const Now& now) {
  desk.waits_for = why.reason;
  desk.waits_until = why.until;
  const BootTime latest = now.boot + longest_wait;
  desk.wakes = why.until ? std::clamp(*why.until, now.boot + BootTime{1}, latest) : latest;
}

/// A modem asked for a prompt that is not used is a modem disturbed: on a disk that stays ill ever
/// less often.
void Dispatcher::rest_store(const Now& now) {
  if (store_rests(now)) return;  // one failure for all that were in the round
  store_rest_ = std::clamp(2 * store_rest_, shortest_store_rest, longest_store_rest);
  store_rests_until_ = now.boot + store_rest_;
}

void Dispatcher::read_more(DispatchActions& actions) {
  for (auto& load : queue_.take_loads()) actions.emplace_back(Read{std::move(load)});
}

std::size_t Dispatcher::other_sims(const Candidate& message, SimId sim) const {
  if (message.sim) return 0;
  const Lane lane{std::nullopt, message.pool};
  return static_cast<std::size_t>(
      std::count_if(desks_.begin(), desks_.end(), [&](const auto& entry) {
        const auto& [id, desk] = entry;
        const auto largest = desk.ledger.largest_message();
        return id != sim && desk.ready && (!largest || message.parts <= *largest) &&
               std::find(desk.lanes.begin(), desk.lanes.end(), lane) != desk.lanes.end() &&
               std::find(message.avoid.begin(), message.avoid.end(), id) == message.avoid.end();
      }));
}

// --- a part -------------------------------------------------------------------------------------

DispatchActions Dispatcher::commit_needed(std::uint64_t token) {
  DispatchActions actions;
  const auto found = works_.find(token);
  if (found == works_.end()) return actions;
  Work& work = found->second;
  work.committing = true;
  actions.emplace_back(
      Begin{token, {work.message.id, work.part, work.sim, desks_.at(work.sim).modem}});
  return actions;
}

DispatchActions Dispatcher::begun(std::uint64_t token, const tl::expected<Begun, Refusal>& begun,
                                  const Now& now) {
  if (!begun && begun.error() == Refusal::sim_in_flight) return begin_failed(token, now);
  DispatchActions actions;
  const auto found = works_.find(token);
  if (found == works_.end()) return actions;
  Work& work = found->second;
  work.committing = false;
  store_rest_ = {};
  if (begun) {
    work.begun = *begun;
    work.message.concat_ref = begun->concat_ref;
  } else {
    work.refused = true;
  }
  if (work.early_end) {
    settle(token, work, *work.early_end, now, actions);
    pump(now, actions);
  } else if (!begun || work.withdrawn) {
    actions.emplace_back(Withdraw{work.sim, token, begun ? "withdrawn" : "not_wanted"});
  } else {
    actions.emplace_back(Pay{work.sim, token, pdu_of(work, now)});
  }
  return actions;
}

DispatchActions Dispatcher::begin_failed(std::uint64_t token, const Now& now) {
  DispatchActions actions;
  rest_store(now);
  const auto found = works_.find(token);
  if (found == works_.end()) return actions;
  Work& work = found->second;
  work.committing = false;
  if (work.early_end) {
    settle(token, work, *work.early_end, now, actions);
  } else {
    actions.emplace_back(Withdraw{work.sim, token, "store"});
  }
  return actions;
}

DispatchActions Dispatcher::part_ended(std::uint64_t token, const PartOutcome& outcome,
                                       const Now& now) {
  DispatchActions actions;
  const auto found = works_.find(token);
  if (found == works_.end()) return actions;
  if (found->second.committing) {
    found->second.early_end = outcome;  // its commit is on its way: the book must hear both
    return actions;
  }
  settle(token, found->second, outcome, now, actions);
  pump(now, actions);
  return actions;
}

/// The end of a part is known, and so is whether it was committed as "sending".
void Dispatcher::settle(std::uint64_t token, Work& work, const PartOutcome& outcome, const Now& now,
                        DispatchActions& actions) {
  Desk& desk = desks_.at(work.sim);
  desk.in_hand.reset();
  if (!work.begun) {  // the book knows nothing of it
    desk.ledger.give_back();
    leave(work, desk);
    if (work.message.parts_sent > 0) {  // for the book it may be between two parts
      work.ending = true;
      actions.emplace_back(PutBack{token, work.message.id});
      return;
    }
    Candidate message = std::move(work.message);
    const bool stays_ready = !work.refused;
    works_.erase(token);
    queue_.released(message);
    if (stays_ready) queue_.arrived(std::move(message));
    return;
  }

  desk.doubt.reset();
  PartEnd end{};
  Sequel sequel{};
  const auto others = [&] { return other_sims(work.message, work.sim); };
  switch (outcome.kind) {
    case PartOutcome::Kind::sent:
      end.kind = PartEnd::Kind::sent;
      end.tp_mr = outcome.tp_mr;
      sequel = after_sent(work.message, work.part);
      desk.refusals = 0;
      desk.rests = 0;
      break;
    case PartOutcome::Kind::uncertain:
      end.kind = PartEnd::Kind::uncertain;
      desk.doubt = DoubtLasted{work.begun->submission, work.message.id};
      end.error = doubt(outcome.why);
      sequel = after_uncertain(work.message, work.part, *end.error);
      break;
    case PartOutcome::Kind::not_sent: {
      end.kind = PartEnd::Kind::not_sent;
      end.counts = false;
      end.error = Trouble{outcome.why, "no PDU was written"};
      const auto why = outcome.why == "no_prompt" ? NotSent::no_prompt : NotSent::vanished;
      sequel = after_not_sent(work.message, work.part, why, work.sim, others(), options_.policy);
      break;
    }
    case PartOutcome::Kind::refused: {
      const auto failure =
          outcome.failure.value_or(at::DialogueFailure{at::DialogueFailure::Kind::error});
      const auto meaning = at::meaning_of(failure);
      end.kind = PartEnd::Kind::refused;
      end.counts = !at::refused_by_modem(failure);
      end.error = Trouble{at::code_of(failure), std::string(meaning.meaning)};
      sequel = react(work.message, work.part,
                     Failed{meaning, at::code_of(failure), detail_of(failure), work.sim}, others(),
                     now.wall, options_.policy);
      note_refusal(desk, meaning, now, actions);
      break;
    }
  }
  if (end.counts) {
    desk.ledger.end(now.boot);
  } else {
    desk.ledger.give_back();
  }

  const bool goes_on = sequel.state == MessageState::sending && work.part < work.message.parts;
  actions.emplace_back(End{token, work.begun->submission, work.message.id, end, sequel});
  if (goes_on) {
    next_part(token, desk, now, actions);
  } else {
    leave(work, desk);
    work.ending = true;  // until the book knows: then the next to this recipient may go
  }
}

void Dispatcher::next_part(std::uint64_t token, Desk& desk, const Now& now,
                           DispatchActions& actions) {
  auto node = works_.extract(token);
  Work& work = node.mapped();
  work.message.bound_sim = work.sim;
  work.message.parts_sent = work.part;
  ++work.part;
  work.begun.reset();
  work.early_end.reset();
  const std::uint64_t next = next_token_++;
  node.key() = next;
  works_.insert(std::move(node));
  desk.continues = next;
  if (desk.ready && held_.empty()) try_desk(desk, now, actions);
}

/// What this message had reserved and will not send through this SIM is free again.
void Dispatcher::leave(Work& work, Desk& desk) {
  const int rest = work.message.parts - work.part;
  if (rest > 0) desk.ledger.release(rest);
}

void Dispatcher::note_refusal(Desk& desk, const at::ErrorMeaning& meaning, const Now& now,
                              DispatchActions& actions) {
  if (meaning.reaction == at::Reaction::never) return;  // the message's own trouble
  if (meaning.reaction == at::Reaction::modem) actions.emplace_back(RestartModem{desk.row.id});
  ++desk.refusals;
  if (meaning.reaction != at::Reaction::sim && desk.refusals < refusals_to_rest) return;
  const int doublings = std::min(desk.rests, 5);
  desk.rests_until = now.boot + std::min(shortest_rest * (1 << doublings), longest_rest);
  ++desk.rests;
  desk.refusals = 0;
}

DispatchActions Dispatcher::ended(std::uint64_t token, std::optional<Candidate> again,
                                  const Now& now) {
  DispatchActions actions;
  const auto found = works_.find(token);
  if (found != works_.end() && found->second.ending) {
    queue_.released(found->second.message);
    works_.erase(found);
  }
  if (again) queue_.arrived(std::move(*again));
  pump(now, actions);
  return actions;
}

// --- time ---------------------------------------------------------------------------------------

DispatchActions Dispatcher::wake(const Now& now) {
  DispatchActions actions;
  pump(now, actions);
  return actions;
}

std::optional<BootTime> Dispatcher::next_wake() const {
  // Until then nothing that is due is done: to be woken for it would be to turn in a circle.
  if (!held_.empty()) return std::nullopt;
  if (store_rests_until_) return store_rests_until_;
  std::optional<BootTime> next;
  const auto sooner = [&](const std::optional<BootTime>& when) {
    if (when && (!next || *when < *next)) next = when;
  };
  for (const auto& [id, desk] : desks_) {
    if (!desk.ready || desk.in_hand) continue;
    sooner(desk.rests_until);
    sooner(desk.wakes);
  }
  for (const auto& [sim, since] : away_) sooner(since + patience);
  return next;
}

std::size_t Dispatcher::parts_in_hand() const {
  return static_cast<std::size_t>(
      std::count_if(works_.begin(), works_.end(), [&](const auto& entry) {
        const auto& [token, work] = entry;
        return work.ending || desks_.at(work.sim).in_hand == token;
      }));
}

DispatchActions Dispatcher::store_is_well(const Now& now) {
  store_rests_until_.reset();
  store_rest_ = {};
  return wake(now);
}

DispatchActions Dispatcher::release_all(const Now& now) {
  held_.clear();
  return wake(now);
}

std::optional<Dispatcher::SimStatus> Dispatcher::status(SimId sim, const Now& now) const {
  const auto found = desks_.find(sim);
  if (found == desks_.end()) return std::nullopt;
  const Desk& desk = found->second;
  const bool resting = desk.rests_until && now.boot < *desk.rests_until;
  return SimStatus{desk.ready || desk.in_hand.has_value(),
                   desk.in_hand.has_value(),
                   resting,
                   desk.ledger.left(now.boot),
                   desk.limits,
                   desk.waits_for,
                   resting                  ? desk.rests_until
                   : desk.waits_for.empty() ? std::nullopt
                                            : desk.waits_until};
}

}  // namespace bank::scheduler
