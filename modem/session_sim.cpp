// A session and its SIM: there or not, locked or not, the same as before or another.
#include <string>
#include <string_view>
#include <utility>

#include "modem/session.hpp"

namespace bank::modem {
namespace {

using namespace std::chrono_literals;

constexpr auto sim_pause = 1s;
constexpr auto absent_pause = 30s;
constexpr auto locked_pause = 30s;
constexpr auto pin_time = 20s;

}  // namespace

/// From the ICCID on: it may be another SIM, and the PIN belongs to the SIM.
void Session::look_at_sim(TimePoint now, Actions& actions) {
  sim_changed_ = false;
  drop_request("sim_changed", actions);
  pin_.clear();
  if (state_ != SessionState::locked) enter(SessionState::starting, actions);
  jump_to("early_iccid", now, actions);
}

Actions Session::check_sim(TimePoint now) {
  Actions actions;
  const bool knows_how = !iccid_command_.empty();
  const bool is_idle = phase_ == Phase::search_wait || (phase_ == Phase::ready && !knows_how);
  if (is_idle) {
    look_at_sim(now, actions);
    return actions;
  }
  asks_iccid_ = knows_how;
  sim_changed_ = sim_changed_ || !knows_how;
  if (phase_ == Phase::ready) timer_ = now;
  return actions;
}

void Session::hear_sim(at::SimState sim, TimePoint now, Actions& actions) {
  using at::SimState;
  if (sim != SimState::ready) forget_sim();
  if (sim == SimState::absent) pin_used_ = false;  // the next one has not refused anything
  if (phase_ == Phase::sim_wait || phase_ == Phase::locked) {
    const bool is_back =
        sim == SimState::ready || (sim == SimState::pin && facts_.sim == SimState::absent);
    if (is_back) timer_ = now;
    return;
  }
  // Modems repeat it; one that is exchanged is absent first, on most.
  if (sim == SimState::ready) {
    asks_iccid_ = true;
    if (phase_ == Phase::ready) timer_ = now;
    return;
  }
  if (sim == SimState::pin && facts_.sim == SimState::pin) return;
  if (phase_ == Phase::ready || phase_ == Phase::search_wait) return look_at_sim(now, actions);
  sim_changed_ = true;
  if (!part_ || part_->paid) return;
  part_->withdrawn = "sim_changed";  // it is the other SIM's
  perform(dialogue_.abandon(now), now, actions);
}

void Session::take_sim_state(at::SimState sim, TimePoint now, Actions& actions) {
  using at::SimState;
  facts_.sim = sim;
  const bool tells = sim != SimState::busy && sim != SimState::unknown;
  if (pin_in_doubt_ && tells && sim != SimState::pin) {  // else the tries that are left tell it
    pin_in_doubt_ = false;
    actions.emplace_back(PinTried{sim == SimState::ready});
  }
  switch (sim) {
    case SimState::ready:
      pin_used_ = false;  // it was right, or there is none: after a restart it may go again
      return jump_to("imsi", now, actions);
    case SimState::pin: return jump_to("tries", now, actions);
    case SimState::puk: return lock("the SIM wants its PUK; unlock it in a phone", now, actions);
    case SimState::blocked: return lock("the SIM is blocked; replace it", now, actions);
    case SimState::absent:
      forget_sim();
      pin_used_ = false;
      lock("there is no SIM in the modem; insert one", now, actions);
      phase_ = Phase::sim_wait;
      timer_ = now + absent_pause;
      return;
    case SimState::busy:
    case SimState::unknown: break;
  }
  if (++sim_questions_ > sim_patience) {
    return give_up("the SIM does not become ready; take it out and put it in again", actions);
  }
  phase_ = Phase::sim_wait;
  timer_ = now + sim_pause;
}

void Session::take_tries(std::optional<int> left, TimePoint now, Actions& actions) {
  if (std::exchange(pin_in_doubt_, false)) {
    const bool never_came = left && tries_left_ && *left >= *tries_left_;
    if (never_came) pin_used_ = false;
    if (!never_came) actions.emplace_back(PinTried{false});
  }
  tries_left_ = left;
  if (left && *left < 2) {
    return lock(*left == 1 ? "one PIN try is left on the SIM; unlock it in a phone"
                           : "no PIN try is left on the SIM; unlock it with its PUK in a phone",
                now, actions);
  }
  if (pin_used_) return lock("the SIM refused its PIN; check the configured PIN", now, actions);
  phase_ = Phase::pin_wait;
  actions.emplace_back(PinNeeded{});
}

void Session::lock(std::string why, TimePoint now, Actions& actions) {
  const bool is_news = trouble_ != why;
  trouble_ = std::move(why);
  phase_ = Phase::locked;
  timer_ = now + locked_pause;
  started_ = false;
  if (state_ == SessionState::locked && is_news) actions.emplace_back(Changed{});
  enter(SessionState::locked, actions);
}

Actions Session::enter_pin(std::string_view pin, TimePoint now) {
  Actions actions;
  if (phase_ != Phase::pin_wait) return actions;
  pin_ = pin;
  if (dialogue_.in_step()) {
    in_step(now, actions);
  } else {
    synchronise(now, actions);  // which comes back there
  }
  return actions;
}

void Session::try_pin(TimePoint now, Actions& actions) {
  pin_used_ = true;
  phase_ = Phase::pin_entry;
  send({"AT+CPIN=\"" + std::exchange(pin_, {}) + "\"", "", pin_time}, now, actions);
}

Actions Session::without_pin(std::string_view why, TimePoint now) {
  Actions actions;
  if (phase_ == Phase::pin_wait) lock(std::string(why), now, actions);
  return actions;
}

void Session::pin_answered(const Answer& result, TimePoint now, Actions& actions) {
  pin_in_doubt_ = !result && !result.error().is_answer();
  if (!pin_in_doubt_) actions.emplace_back(PinTried{result.has_value()});
  if (!result && !pin_in_doubt_) {
    return lock("the SIM refused its PIN; check the configured PIN", now, actions);
  }
  sim_questions_ = 0;
  if (!dialogue_.in_step()) return jump_to("sim", now, actions);
  phase_ = Phase::sim_wait;  // the SIM is busy for a while after its PIN
  timer_ = now + sim_pause;
}

}  // namespace bank::modem
