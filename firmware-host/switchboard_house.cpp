// The switchboard and time: what waited for its moment, the month, the clock, what is old.
#include <algorithm>
#include <utility>

#include "firmware-host/clocks.hpp"
#include "firmware-host/log.hpp"
#include "firmware-host/switchboard.hpp"
#include "firmware-host/switchboard_slot.hpp"
#include "scheduler/conversations.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;
using scheduler::SimId;

constexpr auto house_interval = 1s;
constexpr std::size_t house_step = 512;       // messages woken or expired in one transaction
constexpr std::size_t gap_step = 64;          // messages that come out with their gaps, the same
constexpr std::size_t adopted_at_once = 256;  // texts that join their conversations, the same
constexpr std::size_t retention_step = 256;   // rows that go in one transaction
constexpr auto retention_pause = 1h;          // between two rounds, and after a step that failed
constexpr auto clock_tolerance = 60s;         // a step of that size is the clock being set

}  // namespace

void Switchboard::arm_wake() {
  const auto next = dispatcher_.next_wake();
  if (!next || (wake_at_ && *wake_at_ <= *next)) return;
  wake_at_ = next;
  const auto pause = std::max(*next - now().boot, scheduler::BootTime{0});
  wake_->wait_until(loop_.now() + pause, [this] {
    wake_at_.reset();
    perform(dispatcher_.wake(now()));
  });
}

/// Once a second: what waited for its time, what lived too long, the month, the clock.
void Switchboard::keep_house() {
  struct Due {
    std::vector<scheduler::Candidate> woken, resent;
    std::vector<scheduler::MessageId> expired;
    bool more_to_sweep = false, more_to_adopt = false;
    std::vector<scheduler::Book::GapWish> gaps{};
  };
  const auto at = now();
  if (!month_.contains(at.wall)) turn_month(at.wall);  // before what it holds is released
  check_clock();
  desk_.ask(
      [this, at, rules = replies_](scheduler::Book& book) {
        Due found;
        // Also one that only seems behind, for another ran ahead: the earliest tells how much time
        // has surely passed.
        if (at.wall >= build_time()) book.note_clock(at);
        found.more_to_sweep = book.sweep(house_step, at.wall);
        if (config_.sending.on_uncertain == SendingConfig::OnUncertain::resend) {
          found.resent = book.resend_uncertain(at.wall - scheduler::uncertain_patience,
                                               config_.sending.max_attempts, house_step, at.wall);
        }
        if (at.wall >= build_time()) {
          for (const auto text : book.give_up_gaps(at.wall, gap_step)) {
            book.keep_gap(text, *rules);
          }
        }
        found.gaps = book.gap_wishes(gap_step);
        found.more_to_adopt =
            scheduler::Conversations(book.database()).adopt(*rules, adopted_at_once) ==
            adopted_at_once;
        if (const auto due = book.next_due(); !due || *due > at.wall) return found;
        found.woken = book.wake(at.wall, house_step);
        found.expired = book.expire(at.wall, house_step);
        return found;
      },
      [this](std::optional<Due> found) {
        const bool full =
            found && (found->woken.size() == house_step || found->expired.size() == house_step ||
                      found->more_to_sweep || found->more_to_adopt);
        if (found) {
          mind_gaps(std::move(found->gaps));
          if (lanes_unread_) read_lanes();
          if (!found->woken.empty()) arrived(std::move(found->woken));
          if (!found->resent.empty()) arrived(std::move(found->resent));
          for (const auto id : found->expired) dispatcher_.forget(id);  // some woke for that alone
        }
        retain();
        look_after_sims();
        house_->wait_until(loop_.now() + (full ? 0ms : std::chrono::milliseconds(house_interval)),
                           [this] { keep_house(); });
      });
}

/// A clock that was set may come to a month a second time: what was used of it stands in the book.
/// Parts whose end is owed to it while the disk fails may count twice then; that errs on the side
/// of the plan.
void Switchboard::turn_month(scheduler::WallTime wall) {
  month_ = month_clock_.month_of(wall);
  count_month(dispatcher_.start_month());
}

void Switchboard::count_month(std::vector<SimId> sims) {
  desk_.ask(
      [sims, month = month_](scheduler::Book& book) {
        std::vector<scheduler::Dispatcher::MonthUse> uses;
        for (const SimId sim : sims) {
          uses.push_back({sim, book.uses_between(sim, month.from, month.to)});
        }
        return uses;
      },
      [this, sims, month = month_](const auto& uses) {
        if (month != month_) return;  // it is asked anew
        if (uses) return perform(dispatcher_.month_used(*uses, now()));
        loop_.after(std::chrono::milliseconds(house_interval), [this, sims, month] {
          if (month == month_) count_month(sims);
        });
      });
}

bool Switchboard::clock_is_behind(const scheduler::Now& at) const {
  return at.wall + clock_tolerance < std::max(latest_stamp_, build_time());
}

void Switchboard::check_clock() {
  const auto at = now();
  const bool behind = clock_is_behind(at);
  if (behind && dispatcher_.held().empty()) {
    log::error("clock.behind", {{"do", "set the machine's clock; nothing is sent until then"}});
    dispatcher_.hold_all("clock");
  } else if (!behind && dispatcher_.held() == "clock") {
    perform(dispatcher_.release_all(at));
    for (const auto& [path, slot] : slots_) settled(*slot);
  }
}

/// A job of its own: damage in what is old must not keep the house from being kept. While something
/// goes the next step follows at once; what only looks goes on a second later.
void Switchboard::retain() {
  if (retaining_ || now().boot < retain_at_) return;
  retaining_ = true;
  desk_.ask(
      [this, from = retain_from_](scheduler::Book& book) {
        const auto at = now();
        const scheduler::Retention kept{config_.retention.texts, config_.retention.history};
        auto step = book.retain(kept, from, retention_step, at);
        const auto history =
            std::max<std::chrono::milliseconds>(kept.history, scheduler::least_history);
        step.gone += desk_.prune_audit(book.sure_time(at) - history, retention_step);
        return step;
      },
      [this](std::optional<scheduler::Book::Retained> step) {
        retaining_ = false;
        if (!step || !step->next) retain_at_ = now().boot + retention_pause;
        if (!step) return;
        retain_from_ = step->next.value_or(scheduler::Book::RetainFrom{});
        if (step->gone > 0) retain();
      });
}

}  // namespace bank::host
