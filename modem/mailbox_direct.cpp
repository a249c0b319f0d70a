// A mailbox and what comes directly, by +CMT and +CDS: acknowledged when it is booked, or not at
// all.
#include <algorithm>
#include <string>
#include <utility>

#include "at/errors.hpp"
#include "at/sim.hpp"
#include "modem/mailbox.hpp"

namespace bank::modem {
namespace {

using namespace std::chrono_literals;

constexpr auto acknowledge_wait = 5s;
constexpr auto setting_wait = 10s;
constexpr auto busy_pause = 1s;
constexpr std::size_t most_directs = 64;  // modems that wait for each have one

}  // namespace

std::uint64_t Mailbox::came_directly(TimePoint now) {
  proven_ = true;
  missed_sweeps_ = 0;
  if (!active_ || acknowledgements_.empty()) return 0;
  if (directs_.size() == most_directs) lapse();
  directs_.push_back({++last_token_, now + acknowledge_time});
  return last_token_;
}

/// One came directly and cannot be read: nobody acknowledges it.
void Mailbox::lost_one(TimePoint now) {
  if (!active_ || acknowledgements_.empty()) return;
  renew_ = std::min(renew_, now + acknowledge_time + give_up_time);
}

/// Of those that it acknowledges.
bool Mailbox::book_direct(std::uint64_t token) {
  for (auto& direct : directs_) {
    if (direct.token != token) continue;
    direct.is_booked = true;
    return true;
  }
  return false;
}

/// When something is to be done about it by itself.
TimePoint Mailbox::acknowledgement_due(TimePoint now) const {
  if (ends_service_) return now;
  if (directs_.empty()) return renew_;
  const Direct& first = directs_.front();
  const bool may_go = first.is_booked && now < first.until;
  return std::min(renew_, may_go ? acknowledge_from_ : first.until + give_up_time);
}

/// None that is here may be acknowledged any more: which of them +CNMA would mean nobody knows.
/// When the network has given all of them up, it may hand over again.
void Mailbox::lapse() {
  if (directs_.empty()) return;
  const auto given_up = directs_.back().until + give_up_time;
  renew_ = renew_ == TimePoint::max() ? given_up : std::max(renew_, given_up);
  directs_.clear();
}

at::Command Mailbox::next_acknowledgement(TimePoint now) {
  if (std::exchange(ends_service_, false)) {
    auto end = command(Task::end_service, "AT+CSMS=0", "+CSMS:", setting_wait);
    end.lines_at_least = 0;
    return end;
  }
  if (!directs_.empty() && directs_.front().is_booked && now < directs_.front().until &&
      now >= acknowledge_from_) {
    acknowledging_ = directs_.front().token;
    return command(Task::acknowledge, acknowledgements_.at(acknowledged_by_), "", acknowledge_wait);
  }
  renew_ = TimePoint::max();
  if (!directs_.empty() && now >= directs_.front().until + give_up_time) lapse();
  if (renew_ <= now) renew_ = TimePoint::max();
  const auto set = std::min(reception_.notified_by, reception_.notify.size() - 1);
  return command(Task::renew, "AT+CNMI=" + reception_.notify.at(set), "", setting_wait);
}

void Mailbox::acknowledged(const Answer& answer, TimePoint now) {
  if (directs_.empty() || directs_.front().token != acknowledging_) return;  // it lapsed meanwhile
  if (answer) {
    was_acknowledged_ = true;
    return directs_.pop_front();
  }
  if (!answer.error().is_answer()) return lapse();  // it was taken or not
  if (at::sim_state(answer.error()) == at::SimState::busy) {
    acknowledge_from_ = now + busy_pause;
    return;
  }
  const bool is_unwanted = at::code_of(answer.error()) == "cms_340";
  if (is_unwanted || was_acknowledged_) {
    // Too late, where it wants them: then it may hand over nothing any more.
    if (was_acknowledged_) renew_ = std::min(renew_, now);
    return directs_.pop_front();
  }
  if (acknowledged_by_ + 1 < acknowledgements_.size()) {
    ++acknowledged_by_;
    return;
  }
  // It knows no acknowledgement: then nothing may wait for one.
  lapse();
  acknowledgements_.clear();
  ends_service_ = true;
}

/// While nothing was handed over, texts may have gone into a store.
void Mailbox::renewed(const Answer& answer, TimePoint now) {
  const bool is_silent = !answer && !answer.error().is_answer();
  if (is_silent) renew_ = now + unsure_pause;
  sweep_within(busy_pause, now);
}

}  // namespace bank::modem
