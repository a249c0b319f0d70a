#include "firmware-host/switchboard.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "at/errors.hpp"
#include "at/status_report.hpp"
#include "firmware-host/clocks.hpp"
#include "firmware-host/log.hpp"
#include "firmware-host/sim_plans.hpp"
#include "firmware-host/switchboard_slot.hpp"
#include "scheduler/blocked_senders.hpp"
#include "scheduler/reply_lists.hpp"
#include "scheduler/wishes.hpp"
#include "web/api_key.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;
using scheduler::SimId;

constexpr std::size_t unbind_step = 512;  // messages in one transaction
constexpr auto retry_pause = 1s;          // after a disk that was not well
constexpr auto port_change_time = 1s;     // from one port of a modem to the next
constexpr auto longest_start = 90s;       // then a modem's hub has room for the next

}  // namespace

Switchboard::Switchboard(modem::Loop& loop, const Clock& clock, modem::Ports& ports, Desk& desk,
                         const Config& config, std::chrono::milliseconds shows_every)
    : loop_(loop),
      clock_(clock),
      ports_(ports),
      desk_(desk),
      config_(config),
      shows_every_(shows_every),
      dispatcher_({.policy = {config.sending.max_attempts}}),
      month_clock_(config.region.timezone),
      month_(month_clock_.month_of(now().wall)),
      plans_(std::make_shared<const modem::SimPlans>(sim_plans(config))),
      numbers_(config.region.country, countries_of(config)),
      reporting_(loop.timer()),
      arriving_(loop.timer()),
      house_(loop.timer()),
      showing_(loop.timer()),
      wake_(loop.timer()) {
  for (const SimConfig& sim : config.sims) sim_configs_.emplace(sim.iccid, &sim);
  use_replies(scheduler::first_keywords(), {});
}

Switchboard::~Switchboard() = default;

// --- starting and stopping ----------------------------------------------------------------------

void Switchboard::start() {
  publish();
  struct Start {
    scheduler::Recovered left{};
    std::vector<scheduler::Lane> lanes;
    std::vector<scheduler::SimRow> sims;
    std::map<scheduler::SimId, scheduler::SimSettings> settings;
    std::optional<scheduler::WallTime> last_stamp;
    std::vector<std::string> paused;
    std::vector<scheduler::Balance> balances;
    std::vector<scheduler::Loopback> loopbacks;
    std::vector<scheduler::Keyword> keywords;
    std::vector<scheduler::AutoAnswer> answers;
  };
  desk_.ask(
      [this](scheduler::Book& book) {
        Start start;
        start.left = book.recover(now());
        start.last_stamp = book.last_stamp();
        start.paused = book.paused_modems();
        start.balances = book.balances();
        start.loopbacks = book.loopbacks();
        book.block_senders({config_.inbound.blocked, config_.region.country});
        if (now().wall >= build_time()) book.note_clock(now());
        for (const auto& sim : config_.sims) {
          book.configure_sim(sim.iccid, sim.label, sim.number, pools_of(sim), now().wall);
        }
        start.lanes = book.lanes();
        start.sims = book.sims();
        start.settings = scheduler::sim_settings(book.database());
        for (const auto& row : start.sims) {
          const auto set = start.settings.find(row.id);
          if (set == start.settings.end()) continue;
          const SimTerms terms = terms_of(config_, config_of(row.iccid), set->second);
          book.describe_sim(row.id, terms.label, terms.pools);
        }
        const scheduler::ReplyLists lists(book.database());
        start.keywords = lists.keywords();
        start.answers = lists.answers();
        return start;
      },
      [this](std::optional<Start> start) {
        if (!start) {  // the disk is not well: nothing can be sent before it is
          return house_->wait_until(loop_.now() + retry_pause, [this] { this->start(); });
        }
        settings_ = std::move(start->settings);
        for (auto& sim : start->sims) know(std::move(sim));
        use_replies(start->keywords, std::move(start->answers));
        if (start->left.messages > 0) {
          log::warn("start.uncertain", {{"messages", start->left.messages}});
        }
        for (auto& part : start->left.parts) {
          if (left_in_doubt_.size() == most_doubts) break;
          doubt_of_sim_.emplace(part.sim, part.submission);
          left_in_doubt_.emplace(part.modem, std::move(part));
        }
        latest_stamp_ = start->last_stamp.value_or(scheduler::WallTime{});
        check_clock();
        perform(dispatcher_.open_lanes(start->lanes, now()));
        std::vector<std::string> paths = config_.discovery.paths;
        for (const auto& modem : config_.modems) paths.push_back(modem.device);
        paused_.insert(start->paused.begin(), start->paused.end());
        for (auto& balance : start->balances) balances_.emplace(balance.sim, std::move(balance));
        for (auto& loopback : start->loopbacks) loopbacks_.emplace(loopback.sim, loopback);
        for (const auto& modem : config_.modems) (void)slot_at(modem.device);
        ports_.watch(std::move(paths),
                     {[this](const modem::PortFound& found) { port_appeared(found); },
                      [this](const std::string& place) { port_gone(place); },
                      [](const std::string& what) {
                        log::warn("discovery.trouble", {{"what", what}});
                      }});
        keep_house();
        publish();
      });
}

void Switchboard::stop(std::function<void()> idle) {
  dispatcher_.hold_all("stopping");
  idle_ = std::move(idle);
  tell_if_idle();
}

// --- ports --------------------------------------------------------------------------------------

/// Made when the port is seen first, or configured: a modem that is missing is shown, too.
Switchboard::Slot& Switchboard::slot_at(const std::string& place) {
  auto& slot = slots_[place];
  if (!slot) {
    slot = std::make_unique<Slot>();
    slot->place = slot->path = place;
    const auto configured =
        std::find_if(config_.modems.begin(), config_.modems.end(),
                     [&](const ModemConfig& modem) { return modem.device == place; });
    if (configured != config_.modems.end()) slot->config = &*configured;
    const std::string name = slot->config != nullptr && !slot->config->name.empty()
                                 ? slot->config->name
                                 : std::filesystem::path(place).filename().string();
    slot->paused = paused_.contains(name);
    Slot* const raw = slot.get();
    slot->line = std::make_unique<modem::Line>(
        loop_, ports_, name, place, slot->config != nullptr ? slot->config->baud : 115200,
        modem::Line::Handlers{
            [this, raw](modem::Line&, const modem::Action& action) { told(*raw, action); },
            [this](modem::Line& line) { return means_of(line); },
            [this, raw](modem::Line&, modem::Rung rung, const std::string& why) {
              return recovers(*raw, rung, why);
            },
            [this, raw](modem::Line&, modem::Rung rung, const std::string& why,
                        const std::string& failure) { rung_done(*raw, rung, why, failure); },
            [this, raw](modem::Line&) {
              raw->changes_port_until = loop_.now() + port_change_time;
              ports_.silent(raw->place);
            },
            [this, raw](modem::Line&) { settled(*raw); }});
    slot->line->know(plans_);
  }
  return *slot;
}

void Switchboard::port_appeared(const modem::PortFound& found) {
  if (slots_.size() >= most_slots && !slots_.contains(found.place)) {
    return log::error("modem.no_slot", {{"path", found.path},
                                        {"slots", slots_.size()},
                                        {"do", "restart the program: it forgets those gone"}});
  }
  Slot& slot = slot_at(found.place);
  slot.path = found.path;
  slot.hub = found.hub;
  log::info("modem.appeared", {{"modem", slot.line->name()}, {"path", found.path}});
  for (const auto& place : starts_.wants(found.place, found.hub)) start_line(slot_at(place));
}

/// A few at each hub are brought up at once.
void Switchboard::start_line(Slot& slot) {
  slot.starting = ++last_start_;
  slot.line->appeared(slot.path, time_to_listen(slot.line->name()));
  loop_.after(longest_start, [this, raw = &slot, start = slot.starting] {
    if (raw->starting == start) started(*raw);
  });
}

/// It is up, or is not and need not be waited for.
void Switchboard::started(Slot& slot) {
  if (std::exchange(slot.starting, 0) == 0) return;
  for (const auto& place : starts_.done(slot.place)) {
    loop_.post([this, place] { start_line(slot_at(place)); });
  }
}

/// What is left of it: a program that ends again and again would else do nothing but listen. A
/// moment at least, for the result may come while the modem is brought up.
std::chrono::milliseconds Switchboard::time_to_listen(const std::string& modem) const {
  const auto doubt = left_in_doubt_.find(modem);
  if (doubt == left_in_doubt_.end()) return 0ms;
  const auto since = doubt->second.since;
  return since ? std::clamp(*since + modem::doubt_time - now().boot, 1ms, modem::doubt_time)
               : modem::doubt_time;
}

void Switchboard::port_gone(const std::string& place) {
  const auto found = slots_.find(place);
  if (found == slots_.end()) return;
  Slot& slot = *found->second;
  log::warn("modem.gone", {{"modem", slot.line->name()}, {"path", slot.path}});
  slot.starting = 0;
  for (const auto& next : starts_.done(place)) start_line(slot_at(next));
  slot.line->vanished();
  note_gone(slot);
  if (loop_.now() < slot.changes_port_until) return;  // the same modem, at another of its ports
  left_in_doubt_.erase(slot.line->name());            // whoever comes there next has no part of it
}

// --- what modems tell ---------------------------------------------------------------------------

void Switchboard::told(Slot& slot, const modem::Action& action) {
  if (const auto* ended = std::get_if<modem::PartEnded>(&action)) {
    part_ended(slot, *ended);
  } else if (const auto* needed = std::get_if<modem::CommitNeeded>(&action)) {
    perform(dispatcher_.commit_needed(needed->token));
  } else if (const auto* late = std::get_if<modem::LateResult>(&action)) {
    late_result(slot, *late);
  } else if (const auto* received = std::get_if<modem::Received>(&action)) {
    hear(slot, *received);
  } else if (const auto* answer = std::get_if<modem::RequestEnded>(&action)) {
    request_ended(*answer);
  } else if (const auto* call = std::get_if<modem::Called>(&action)) {
    hear_call(slot, *call);
  } else if (std::holds_alternative<modem::PinNeeded>(action)) {
    find_pin(slot);
  } else if (const auto* tried = std::get_if<modem::PinTried>(&action)) {
    if (!tried->accepted) log::error("sim.pin_refused", {{"modem", slot.line->name()}});
    pin_tried(whose_pin(slot), tried->accepted);
  } else if (std::holds_alternative<modem::Slow>(action)) {
    ++slow_results_;
    log::warn("part.slow", {{"modem", slot.line->name()}, {"waited_s", 30}});
  } else if (std::holds_alternative<modem::Changed>(action)) {
    const auto& session = slot.line->session();
    if (!session.trouble().empty()) {
      log::warn("modem.trouble", {{"modem", slot.line->name()}, {"what", session.trouble()}});
    }
  }
}

/// Called after every event of a line: whether its SIM can send may have changed.
void Switchboard::settled(Slot& slot) {
  using State = modem::SessionState;
  const auto& session = slot.line->session();
  const auto& facts = session.facts();
  const State state = session.state();
  const bool is_up = state != State::starting && state != State::closed;
  if (slot.starting != 0 && (is_up || !slot.line->trouble().empty())) started(slot);
  const bool is_enlisted = slot.sim && facts.iccid == slot.iccid && facts.imsi == slot.imsi;
  if (is_enlisted && session.knows_its_sim()) slot.insertion = session.insertion();
  settle_contest(slot);
  if (slot.restarts && !slot.restart_begun && !session.has_part()) {
    slot.restart_begun = true;
    loop_.post([raw = &slot] {
      raw->restarts = raw->restart_begun = false;
      raw->line->reset("a person has it started anew");
    });
  }
  if (slot.sim && !(slot.received.empty() && slot.calls.empty())) take_received(slot);
  const bool sim_left = state == State::locked && facts.iccid != slot.iccid;
  if ((state == State::closed || sim_left) && !session.has_part()) release(slot);
  if (!tells_its_sim(session)) slot.trouble.clear();
  const bool is_counted = slot.sim && dispatcher_.knows(*slot.sim);
  const bool is_due = !slot.sim || !is_enlisted || (!is_counted && !clock_is_behind(now()));
  if (tells_its_sim(session) && is_due && !slot.enlisting && slot.trouble.empty()) {
    return enlist(slot);
  }
  if (!slot.sim) return;
  const bool can = is_enlisted && is_counted && session.can_submit() && may_send(slot);
  if (can && !slot.offered) {
    slot.offered = true;
    perform(dispatcher_.sim_ready(*slot.sim, slot.line->name(), now()));
  } else if (!can && slot.offered && !session.has_part()) {
    slot.offered = false;
    dispatcher_.sim_away(*slot.sim, now());
  }
  if (!recounts_.empty()) recount_sims();
}

/// The SIM is not in this slot any more, or its modem is gone.
void Switchboard::release(Slot& slot) {
  if (!slot.sim) return;
  dispatcher_.sim_away(*slot.sim, now());
  if (slot_of(*slot.sim) == &slot) at_.erase(*slot.sim);
  slot.sim.reset();
  slot.balance = nullptr;
  slot.iccid.clear();
  slot.imsi.clear();
  slot.held = false;
  slot.offered = false;
  slot.contested.reset();
  for (const auto& [path, other] : slots_) {  // one may hold the same SIM
    if (std::exchange(other->trouble, {}).empty()) continue;
    loop_.post([this, raw = other.get()] { settled(*raw); });
  }
}

bool Switchboard::may_send(const Slot& slot) const {
  if (slot.held || slot.paused || slot.restarts || slot.contested) return false;
  if (slot.sim && recounts_.contains(*slot.sim)) return false;
  if (only_receives(slot.iccid) || is_abroad(slot)) return false;
  return balance_level(slot) != scheduler::BalanceLevel::stopped;
}

void Switchboard::enlist(Slot& slot) {
  const auto facts = slot.line->session().facts();
  if (facts.iccid.empty() && facts.imsi.empty()) {
    slot.trouble =
        "the SIM tells neither ICCID nor IMSI and cannot be known; try it in another modem";
    return;
  }
  slot.enlisting = true;
  desk_.ask(
      [this, facts, modem = slot.line->name(), whose = whose_pin(slot), month = month_,
       doubts = doubt_of_sim_, counts = !clock_is_behind(now())](scheduler::Book& book) {
        const auto at = now();
        // Of a PIN whose answer an earlier run did not live to see.
        if (facts.sim == at::SimState::ready) book.pin_accepted(whose);
        Found found{.row = book.sim_seen(facts.iccid, facts.imsi, facts.number, facts.operator_name,
                                         at.wall)};
        // What a SIM tells of its own number is often an old one, or was never right.
        const SimConfig* const entry = config_of(found.row.iccid);
        if (entry != nullptr && !entry->number.empty() && entry->number != found.row.number) {
          found.row = book.sim_seen(found.row.iccid, {}, entry->number, {}, at.wall);
        }
        found.settings = scheduler::sim_settings(book.database(), found.row.id);
        found.proofs = book.proofs(found.row.id, modem);
        found.is_counted = counts;
        if (!counts) return found;  // that is done by the wall clock
        const auto doubt = doubts.find(found.row.id);
        if (doubt != doubts.end()) book.doubt_lasted(doubt->second, at);
        found.used = used_by(book, found.row.id, month);
        return found;
      },
      [this, raw = &slot, facts, month = month_](std::optional<Found> found) {
        raw->enlisting = false;
        if (found && found->is_counted) doubt_of_sim_.erase(found->row.id);
        if (month != month_) return settled(*raw);  // the clock was set: it is counted anew
        const auto& session = raw->line->session();
        const auto& facts_now = session.facts();
        if (!found || !tells_its_sim(session) || facts.iccid != facts_now.iccid ||
            facts.imsi != facts_now.imsi) {
          return;  // the next event looks again
        }
        // Another SIM was put into this modem: nothing of the old one may go out here from now on.
        if (raw->sim && *raw->sim != found->row.id) release(*raw);
        raw->iccid = facts.iccid;
        raw->imsi = facts.imsi;
        enlisted(*raw, *found);
      });
}

void Switchboard::enlisted(Slot& slot, const Found& found) {
  const bool changes_terms = settings_[found.row.id] != found.settings;
  settings_[found.row.id] = found.settings;
  forget_merged(found.row);
  const scheduler::SimRow& row = know(found.row);
  const SimTerms terms = terms_for(row);
  if (Slot* const other = slot_of(row.id); other != nullptr && other != &slot) {
    return contest(*other, slot);
  }
  slot.trouble.clear();
  slot.proofs = found.proofs;
  slot.held = terms.waits_for_a_person;
  slot.sim = row.id;
  slot.balance = balance_config_of(slot);
  at_[row.id] = &slot;
  if (!terms.limits.per_day) {
    log::warn("sim.no_daily_limit", {{"modem", slot.line->name()}, {"sim", row.outside()}});
  }
  if (changes_terms && dispatcher_.knows(row.id)) ++recounts_[row.id].wanted;
  if (found.is_counted && !dispatcher_.knows(row.id)) {
    dispatcher_.add_sim(row, limits_from(terms.limits), found.used.uses, found.used.this_month,
                        found.used.known_from);
  }
  log::info("sim.seen", {{"modem", slot.line->name()}, {"sim", row.outside()}});
  settled(slot);
}

void Switchboard::find_pin(Slot& slot) {
  const std::string iccid = slot.line->session().facts().iccid;
  const auto of_sim = std::find_if(config_.sims.begin(), config_.sims.end(),
                                   [&](const auto& sim) { return sim.iccid == iccid && sim.pin; });
  const bool never_seen = std::none_of(sims_.begin(), sims_.end(), [&](const auto& entry) {
    return !iccid.empty() && entry.second.iccid == iccid;
  });
  std::optional<std::string> pin;
  if (of_sim != config_.sims.end()) {
    pin = of_sim->pin;
  } else if (never_seen && slot.config != nullptr) {
    pin = slot.config->pin;
  }
  if (!pin) {
    slot.line->without_pin("the SIM wants a PIN; write it as pin of its [[sim]] entry");
    return;
  }
  const std::string whose = whose_pin(slot);
  const auto hash = web::sha256(*pin);
  desk_.ask(
      [this, whose, hash](scheduler::Book& book) { return book.try_pin(whose, hash, now().wall); },
      [raw = &slot, pin = *pin](std::optional<scheduler::PinTry> verdict) {
        using scheduler::PinTry;
        if (!verdict) {  // the session asks again
          raw->line->without_pin(
              "the database takes no writes, and no PIN is tried before that is noted: see "
              "the log");
        } else if (*verdict == PinTry::allowed) {
          raw->line->enter_pin(pin);
        } else if (*verdict == PinTry::refused) {
          raw->line->without_pin(
              "this PIN was refused before and is not tried again; configure the right one");
        } else {
          raw->line->without_pin(
              "this PIN was entered twice and the answers were lost; see in a phone whether it is "
              "right, and switch the SIM's PIN off there");
        }
      });
}

/// It must reach the book: else the PIN is entered once more at the next start.
void Switchboard::pin_tried(const std::string& sim_or_path, bool accepted) {
  desk_.ask(
      [sim_or_path, accepted](scheduler::Book& book) {
        if (accepted) book.pin_accepted(sim_or_path);
        if (!accepted) book.pin_refused(sim_or_path);
        return true;
      },
      [this, sim_or_path, accepted](std::optional<bool> is_done) {
        if (is_done) return;
        after(retry_pause, [this, sim_or_path, accepted] { pin_tried(sim_or_path, accepted); });
      });
}

std::string Switchboard::whose_pin(const Slot& slot) {
  const std::string& iccid = slot.line->session().facts().iccid;
  return iccid.empty() ? slot.line->path() : iccid;
}

void Switchboard::part_ended(Slot& slot, const modem::PartEnded& ended) {
  using Kind = modem::PartResult::Kind;
  scheduler::PartOutcome outcome{};
  switch (ended.result.kind) {
    case Kind::sent:
      outcome.kind = scheduler::PartOutcome::Kind::sent;
      slot.last_success = now().wall;
      slot.proofs.add({now().wall, scheduler::Proof::By::sent});
      slot.line->succeeded();
      ++sent_parts_;
      break;
    case Kind::refused:
      outcome.kind = scheduler::PartOutcome::Kind::refused;
      ++refused_parts_;
      break;
    case Kind::not_sent: outcome.kind = scheduler::PartOutcome::Kind::not_sent; break;
    case Kind::uncertain:
      outcome.kind = scheduler::PartOutcome::Kind::uncertain;
      ++uncertain_parts_;
      break;
  }
  if (ended.result.kind != Kind::not_sent) {
    if (slot.last_parts.size() == most_last_parts) slot.last_parts.pop_front();
    slot.last_parts.push_back(ended.result.kind != Kind::sent);
    note_submission(slot, ended.result.kind);
  }
  outcome.tp_mr = ended.result.tp_mr;
  outcome.failure = ended.result.failure;
  outcome.why = std::string(ended.result.why);
  const auto& session = slot.line->session();
  if (slot.sim && !(session.can_submit() && may_send(slot))) {
    slot.offered = false;
    dispatcher_.sim_away(*slot.sim, now());
  }
  if (outcome.kind != scheduler::PartOutcome::Kind::sent) {
    log::warn("part.not_sent",
              {{"modem", slot.line->name()},
               {"why", outcome.failure ? at::code_of(*outcome.failure) : outcome.why}});
  }
  perform(dispatcher_.part_ended(ended.token, outcome, now()));
}

void Switchboard::note_submission(Slot& slot, modem::PartResult::Kind kind) const {
  using Kind = modem::PartResult::Kind;
  using Result = modem::SubmissionHistory::Result;
  const auto result = kind == Kind::sent        ? Result::sent
                      : kind == Kind::uncertain ? Result::uncertain
                                                : Result::refused;
  const auto took = std::chrono::floor<std::chrono::milliseconds>(loop_.now() - slot.offered_at);
  slot.submissions.note(result, took, loop_.now());
}

// --- what the dispatcher wants ------------------------------------------------------------------

void Switchboard::perform(scheduler::DispatchActions actions) {
  for (auto& action : actions) {
    if (auto* offered = std::get_if<scheduler::Offer>(&action)) {
      offer(*offered);
    } else if (auto* begun = std::get_if<scheduler::Begin>(&action)) {
      begin(*begun);
    } else if (auto* pay = std::get_if<scheduler::Pay>(&action)) {
      if (Slot* const slot = slot_of(pay->sim)) slot->line->commit(pay->token, std::move(pay->pdu));
    } else if (auto* withdraw = std::get_if<scheduler::Withdraw>(&action)) {
      if (Slot* const slot = slot_of(withdraw->sim)) {
        slot->line->withdraw(withdraw->token, withdraw->why);
      }
    } else if (auto* ended = std::get_if<scheduler::End>(&action)) {
      note_doubt(*ended);
      owe(*ended);
    } else if (auto* wanted = std::get_if<scheduler::Read>(&action)) {
      read(*wanted);
    } else if (auto* back = std::get_if<scheduler::PutBack>(&action)) {
      owe(*back);
    } else if (auto* orphans = std::get_if<scheduler::Unbind>(&action)) {
      unbind(*orphans);
    } else if (auto* doubt = std::get_if<scheduler::DoubtLasted>(&action)) {
      owe(*doubt);
    } else if (auto* restart = std::get_if<scheduler::RestartModem>(&action)) {
      if (Slot* const slot = slot_of(restart->sim)) {
        loop_.post([slot] {
          slot->line->restart("the modem reports errors of its own; it is started again by itself");
        });
      }
    }
  }
  arm_wake();
  tell_if_idle();
}

void Switchboard::tell_if_idle() {
  if (!idle_ || dispatcher_.parts_in_hand() != 0) return;
  book_reports();
  book_arrivals();
  std::exchange(idle_, nullptr)();
}

void Switchboard::offer(const scheduler::Offer& offer) {
  Slot* const slot = slot_of(offer.sim);
  if (slot != nullptr && slot->line->session().can_submit()) {
    slot->offered_at = loop_.now();
    slot->line->submit({offer.token, offer.length, offer.more});
    return;
  }
  dispatcher_.sim_away(offer.sim, now());
  if (slot != nullptr) slot->offered = false;
  perform(dispatcher_.part_ended(
      offer.token, {scheduler::PartOutcome::Kind::not_sent, {}, {}, "vanished"}, now()));
}

void Switchboard::begin(const scheduler::Begin& begin) {
  if (owed_count_ >= most_owed) return perform(dispatcher_.begin_failed(begin.token, now()));
  using Answer = tl::expected<scheduler::Begun, scheduler::Refusal>;
  desk_.ask([this, claim = begin.claim](
                scheduler::Book& book) -> Answer { return book.begin_sending(claim, now()); },
            [this, token = begin.token](std::optional<Answer> answer) {
              perform(answer ? dispatcher_.begun(token, *answer, now())
                             : dispatcher_.begin_failed(token, now()));
            });
}

void Switchboard::unbind(const scheduler::Unbind& orphans) {
  desk_.ask(
      [this, orphans](scheduler::Book& book) {
        return book.unbind(orphans.sim, orphans.pool, unbind_step, now().wall);
      },
      [this, orphans](std::optional<std::vector<scheduler::Candidate>> unbound) {
        if (!unbound || unbound->empty()) return;  // it is asked for again while the SIM is away
        log::warn("sim.given_up",
                  {{"sim", sims_.contains(orphans.sim) ? sims_.at(orphans.sim).outside()
                                                       : std::string("unknown")},
                   {"messages", unbound->size()}});
        const bool full = unbound->size() == unbind_step;
        perform(dispatcher_.unbound(std::move(*unbound), now()));
        if (full) unbind(orphans);
      });
}

void Switchboard::after(std::chrono::milliseconds pause, std::function<void()> what) {
  loop_.after(pause, std::move(what));
}

void Switchboard::read(const scheduler::Read& read) {
  desk_.ask(
      [load = read.load](scheduler::Book& book) {
        return load.recipient
                   ? book.ready_for(load.recipient->first, load.recipient->second, load.limit)
                   : book.ready(load.lane, load.after, load.limit);
      },
      [this, load = read.load](std::optional<std::vector<scheduler::Candidate>> candidates) {
        perform(dispatcher_.read(load, std::move(candidates), now()));
      });
}

// --- for the API --------------------------------------------------------------------------------

void Switchboard::arrived(std::vector<scheduler::Candidate> candidates) {
  perform(dispatcher_.arrived(std::move(candidates), now()));
}
void Switchboard::many_arrived(const std::vector<scheduler::Lane>& lanes) {
  perform(dispatcher_.open_lanes(lanes, now()));
}
void Switchboard::withdraw_batch(scheduler::BatchId batch, bool whole) {
  perform(dispatcher_.withdraw_batch(batch, whole));
}
void Switchboard::batch_stopped(scheduler::BatchId batch, bool committed) {
  // What was on its way between the two was refused by the book, or was taken before.
  if (committed) return perform(dispatcher_.withdraw_batch(batch, false));
  read_lanes();
}
/// All that waits is looked up again; while the disk is ill, as soon as it is well.
void Switchboard::read_lanes() {
  desk_.ask([](scheduler::Book& book) { return book.lanes(); },
            [this](std::optional<std::vector<scheduler::Lane>> lanes) {
              lanes_unread_ = !lanes;
              if (lanes) many_arrived(*lanes);
            });
}
void Switchboard::withdraw_message(scheduler::MessageId message) {
  perform(dispatcher_.withdraw_message(message));
}
void Switchboard::withdraw_number(const scheduler::Suppression& suppression) {
  perform(dispatcher_.withdraw_number(suppression.number, suppression.scope, suppression.reason));
}
void Switchboard::lift_number(const scheduler::Suppression& suppression, bool committed) {
  // Of a topic the book alone knows what it stops.
  committed = committed && !suppression.scope.starts_with(scheduler::topic_scope);
  perform(dispatcher_.lift_number(suppression.number, suppression.scope, suppression.reason,
                                  committed, now()));
}
void Switchboard::forget(scheduler::MessageId message) {
  dispatcher_.forget(message);
}

void Switchboard::release_sims(const std::vector<scheduler::SimId>& sims) {
  for (const SimId sim : sims) perform(dispatcher_.release_sim(sim, now()));
}

void Switchboard::bring_back(scheduler::MessageId message) {
  desk_.ask([message](scheduler::Book& book) { return book.candidate(message); },
            [this, message](std::optional<std::optional<scheduler::Candidate>> candidate) {
              if (!candidate) lanes_unread_ = true;  // it is found there
              if (candidate && *candidate) settled_again({std::move(**candidate)});
            });
}

void Switchboard::disk_is_well() {
  perform(dispatcher_.store_is_well(now()));
}

Switchboard::Slot* Switchboard::slot_of(SimId sim) const {
  const auto found = at_.find(sim);
  return found == at_.end() ? nullptr : found->second;
}

}  // namespace bank::host
