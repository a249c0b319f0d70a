// The switchboard: what comes in (texts, status reports, calls) is booked, and only then let go by
// its modem.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "at/received.hpp"
#include "firmware-host/log.hpp"
#include "firmware-host/switchboard.hpp"
#include "firmware-host/switchboard_slot.hpp"
#include "scheduler/conversations.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t adopted_with_arrivals = 32;  // texts, in the transaction that books some
constexpr auto report_pause = 20ms;
constexpr auto retry_pause = 1s;             // after a commit that failed
constexpr std::size_t booked_at_once = 512;  // in one transaction
constexpr std::size_t most_calls = 1024;     // that are not in the book yet

}  // namespace

// --- from the modem -----------------------------------------------------------------------------

/// It is the SIM's that is in the modem as it comes; which one that is may be known later only.
void Switchboard::hear(Slot& slot, const modem::Received& received) {
  if (slot.received.size() == most_early) {
    let_go({&slot, slot.received.front().token}, false);
    if (slot.received.front().token == 0) {
      log::warn("inbound.dropped", {{"modem", slot.line->name()}, {"waiting_for_sim", most_early}});
    }
    slot.received.erase(slot.received.begin());
  }
  slot.received.push_back(received);
}

void Switchboard::hear_call(Slot& slot, const modem::Called& call) {
  if (slot.calls.size() == most_early) slot.calls.erase(slot.calls.begin());
  slot.calls.push_back(call);
}

/// Those of an insertion before this one are given up: nobody can tell any more whose they were.
/// What lies in a store is found there again.
void Switchboard::take_received(Slot& slot) {
  const auto is_of_another = [&](std::uint64_t insertion) {
    return insertion != slot.line->session().insertion();
  };
  std::vector<modem::Received> taken;
  std::erase_if(slot.received, [&](modem::Received& received) {
    const bool is_ours = received.insertion == slot.insertion;
    if (is_ours) taken.push_back(std::move(received));
    return is_ours || is_of_another(received.insertion);
  });
  std::erase_if(slot.calls, [&](const modem::Called& call) {
    const bool is_ours = call.insertion == slot.insertion;
    if (is_ours) take_call(slot, call);
    return is_ours || is_of_another(call.insertion);
  });
  for (const auto& received : taken) take(slot, received);
}

void Switchboard::take(Slot& slot, const modem::Received& received) {
  const auto read = received.length ? at::decode_received_of(
                                          received.pdu, static_cast<std::size_t>(*received.length))
                                    : at::decode_received(received.pdu);
  if (read) {
    if (const auto* report = std::get_if<at::StatusReport>(&*read)) {
      return take_report(slot, *report, received.token);
    }
  }
  if (!read && received.is_report) {  // nobody else may want it
    log::warn("report.unreadable", {{"modem", slot.line->name()},
                                    {"field", read.error().field},
                                    {"octet", read.error().offset}});
    return let_go({&slot, received.token}, true);
  }
  if (arrivals_.size() == most_arrivals) {  // the disk has been ill for long
    log::warn("inbound.dropped", {{"modem", slot.line->name()}, {"waiting", most_arrivals}});
    return let_go({&slot, received.token}, false);
  }
  scheduler::Arrival arrival{*slot.sim, slot.line->name(), now().wall, received.pdu};
  if (read) {
    arrival.deliver = std::get<at::Deliver>(*read);
  } else {
    if (const auto sender = at::sender_of(received.pdu)) arrival.sender = sender->digits_or_text;
    arrival.problem = std::string(read.error().field) + " at octet " +
                      std::to_string(read.error().offset) + " cannot be read";
    log::warn("inbound.unreadable", {{"modem", slot.line->name()},
                                     {"field", read.error().field},
                                     {"octet", read.error().offset}});
  }
  arrivals_.push_back({std::move(arrival), {&slot, received.token}});
  book_soon(0ms);
}

void Switchboard::take_report(Slot& slot, const at::StatusReport& report, std::uint64_t token) {
  scheduler::ReportSeen seen{
      *slot.sim, report.tp_mr, report.recipient.digits_or_text, {}, report.tp_status};
  if (report.scts) {
    seen.scts = std::chrono::time_point_cast<std::chrono::milliseconds>(report.scts->instant);
  }
  if (reports_.size() == most_reports) {  // the disk has been ill for long: the oldest is given up
    let_go(reports_.front().kept, false);
    reports_.pop_front();
    log::warn("report.dropped", {{"waiting", most_reports}});
  }
  reports_.push_back({std::move(seen), {&slot, token}});
  if (reports_.size() == 1) report_soon(report_pause);
}

void Switchboard::take_call(const Slot& slot, const modem::Called& call) {
  if (calls_.size() == most_calls) return;
  calls_.push_back({*slot.sim, slot.line->name(), now().wall, call.number});
  book_soon(0ms);
}

/// Not within an event of that modem, which may be under way.
void Switchboard::let_go(const Kept& kept, bool is_booked) {
  if (kept.token == 0) return;
  loop_.post([kept, is_booked] {
    if (is_booked) kept.slot->line->booked(kept.token);
    if (!is_booked) kept.slot->line->not_booked(kept.token);
  });
}

// --- to the book --------------------------------------------------------------------------------

void Switchboard::report_soon(std::chrono::milliseconds pause) {
  reporting_->wait_until(loop_.now() + pause, [this] { book_reports(); });
}

/// Reports are in no hurry, and modems that keep step bring them when all of them want their next
/// part begun: they are gathered for a moment, and booked together.
void Switchboard::book_reports() {
  if (reports_.empty()) return;
  const auto count = static_cast<std::ptrdiff_t>(std::min(reports_.size(), booked_at_once));
  const std::vector<Report> batch(reports_.begin(), reports_.begin() + count);
  reports_.erase(reports_.begin(), reports_.begin() + count);
  if (!reports_.empty()) report_soon(report_pause);
  struct Settled {
    std::vector<scheduler::Candidate> ready;
    std::set<scheduler::SimId> proven;
    scheduler::WallTime at{};
    std::map<scheduler::SimId, scheduler::Proofs> proofs{};  // of those in doubt
  };
  // A report may be of a part that went out in another modem, or before a loop-back that is lost:
  // where that makes a difference the book is asked what was shown in this modem.
  std::map<scheduler::SimId, std::string> in_doubt;
  for (const auto& report : batch) {
    const Slot* const slot = slot_of(report.seen.sim);
    if (slot == nullptr) continue;
    const auto* const loopback = loopback_of(*slot);
    const bool is_open = loopback != nullptr && loopback->state == scheduler::Loopback::State::open;
    const bool is_lost = loopback != nullptr && scheduler::is_in_force(*loopback, slot->proofs);
    if (slot->proofs.sent && !is_open && !is_lost) continue;
    in_doubt.emplace(report.seen.sim, slot->line->name());
  }
  desk_.ask(
      [this, batch, in_doubt](scheduler::Book& book) {
        Settled done;
        done.at = now().wall;
        for (const auto& report : batch) {
          const auto settled = book.status_report(report.seen, now());
          if (!settled) continue;
          if (at::outcome(report.seen.tp_status) == at::Outcome::delivered) {
            done.proven.insert(report.seen.sim);
          }
          if (!settled->requeued) continue;
          if (auto one = book.candidate(settled->message)) done.ready.push_back(std::move(*one));
        }
        for (const auto& [sim, modem] : in_doubt) {
          if (done.proven.erase(sim) > 0) done.proofs.emplace(sim, book.proofs(sim, modem));
        }
        return done;
      },
      [this, batch, in_doubt](std::optional<Settled> done) {
        if (!done) {  // once more, when the disk is well
          const std::size_t room =
              std::min(batch.size(), most_reports - std::min(most_reports, reports_.size()));
          const auto kept = batch.end() - static_cast<std::ptrdiff_t>(room);
          for (auto one = batch.begin(); one != kept; ++one) let_go(one->kept, false);
          reports_.insert(reports_.begin(), kept, batch.end());
          return report_soon(retry_pause);
        }
        for (const auto& report : batch) let_go(report.kept, true);
        for (const auto sim : done->proven) {
          prove(sim, {done->at, scheduler::Proof::By::delivered});
        }
        for (const auto& [sim, proofs] : done->proofs) {
          const Slot* const slot = slot_of(sim);
          const bool is_there = slot != nullptr && slot->line->name() == in_doubt.at(sim);
          if (!is_there || !proofs.delivered) continue;
          prove(sim, {*proofs.delivered, scheduler::Proof::By::delivered});
        }
        if (!done->ready.empty()) settled_again(std::move(done->ready));
      });
}

void Switchboard::book_soon(std::chrono::milliseconds pause) {
  if (booking_) return;  // what comes meanwhile follows it
  booking_ = true;
  arriving_->wait_until(loop_.now() + pause, [this] {
    booking_ = false;
    book_arrivals();
  });
}

/// One transaction at a time: what comes in during its sync goes into the next.
void Switchboard::book_arrivals() {
  if (booking_ || (arrivals_.empty() && calls_.empty())) return;
  booking_ = true;
  const auto count = static_cast<std::ptrdiff_t>(std::min(arrivals_.size(), booked_at_once));
  auto batch = std::make_shared<std::vector<Text>>();
  std::move(arrivals_.begin(), arrivals_.begin() + count, std::back_inserter(*batch));
  arrivals_.erase(arrivals_.begin(), arrivals_.begin() + count);
  const auto calls =
      std::make_shared<std::deque<scheduler::IncomingCall>>(std::exchange(calls_, {}));
  struct Heard {
    std::size_t repeated = 0;
    std::vector<scheduler::Loopback> loopbacks{};
    Obeyings obeyings{};
  };
  const auto stopped = stop_before(*batch);
  desk_.ask(
      [this, batch, calls, rules = replies_](scheduler::Book& book) {
        Heard heard;
        for (const auto& text : *batch) {
          auto hearing = book.hear(text.arrival);
          heard.repeated += hearing.is_duplicate ? 1 : 0;
          if (hearing.loopback) heard.loopbacks.push_back(std::move(*hearing.loopback));
          if (!text.asks) continue;
          for (const auto id : hearing.complete) {
            if (!heard.obeyings.take(book, book.obey(id, *rules, stopped_at_once, now().wall))) {
              book.keep_gap(id, *rules);
            }
          }
        }
        for (const auto& call : *calls) (void)book.call(call);
        // Who hears of a text looks at its conversation at once; of a burst the rest joins later.
        (void)scheduler::Conversations(book.database()).adopt(*rules, adopted_with_arrivals);
        return heard;
      },
      [this, batch, calls, stopped](std::optional<Heard> heard) {
        booking_ = false;
        if (!heard) {
          // Once more, when the disk is well.
          for (const auto& suppression : stopped) lift_number(suppression, false);
          std::move(batch->begin(), batch->end(), std::front_inserter(arrivals_));
          std::reverse(arrivals_.begin(),
                       arrivals_.begin() + static_cast<std::ptrdiff_t>(batch->size()));
          if (calls_.size() + calls->size() <= most_calls) {
            calls_.insert(calls_.begin(), calls->begin(), calls->end());
          }
          return book_soon(retry_pause);
        }
        inbound_repeated_ += heard->repeated;
        inbound_parts_ += batch->size() - heard->repeated;
        for (const auto& loopback : heard->loopbacks) loopback_ended(loopback);
        obeyed(std::move(heard->obeyings));
        for (const auto& suppression : stopped) lift_number(suppression, false);
        for (const auto& text : *batch) let_go(text.kept, true);
        if (!arrivals_.empty() || !calls_.empty()) book_soon(0ms);
      });
}

}  // namespace bank::host
