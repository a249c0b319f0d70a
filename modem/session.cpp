#include "modem/session.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace bank::modem {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_problems = 16;
constexpr auto boot_time = 30s;  // of a reset, where no line tells of its end (guide §1.4)

}  // namespace

TimePoint Session::deadline() const {
  TimePoint earliest = std::min(dialogue_.deadline(), timer_);
  if (part_ && part_->paid && !part_->slow_told) earliest = std::min(earliest, part_->slow_at);
  return earliest;
}

Actions Session::opened(TimePoint now, std::chrono::milliseconds listen, std::string reset,
                        bool starts) {
  Actions actions;
  dialogue_.reset();
  facts_ = {};
  trouble_.clear();
  started_ = false;
  pin_used_ = pin_in_doubt_ = false;
  tries_left_.reset();
  pin_.clear();
  silences_ = failed_prompts_ = 0;
  may_link_ = true;
  forget_sim();
  const bool goes_on = std::exchange(listens_first_, false);
  earlier_doubtful_ = listen > 0ms || (goes_on && earlier_doubtful_);
  if (goes_on) listen = std::max(listen, doubt_time);
  starts_ = starts || !reset.empty();
  reset_ = std::move(reset);
  has_answered_ = false;
  enter(SessionState::starting, actions);
  if (listen > 0ms) {
    phase_ = Phase::listening;
    timer_ = now + listen;
  } else {
    listened(now, actions);
  }
  return actions;
}

/// What was to be heard was.
void Session::listened(TimePoint now, Actions& actions) {
  if (reset_.empty()) return begin(now, actions);
  // ESC, for a prompt may be open; then the modem boots, and says so or not.
  actions.emplace_back(Write{"\x1B\r" + std::exchange(reset_, {}) + "\r"});
  actions.emplace_back(ResetWritten{});
  phase_ = Phase::listening;
  timer_ = now + boot_time;
}

void Session::begin(TimePoint now, Actions& actions) {
  ++life_;
  step_ = 0;
  enter_step();
  sim_questions_ = iccids_told_ = 0;
  started_ = false;
  sim_changed_ = asks_iccid_ = asks_registration_ = false;
  registration_.restart();
  is_mute_ = powers_up_ = false;
  linked_until_ = {};
  const bool is_slow = std::exchange(starts_, false) && known_->has(Quirk::is_slow_to_start);
  patient_until_ = is_slow ? now + known_->boot : now;
  profile_ = &generic_profile();
  has_thermometer_ = has_voltmeter_ = true;
  facts_.low_voltage = false;
  synchronise(now, actions);
}

/// There may be another from now on, and what lay on the old one is not ours to delete any more.
void Session::forget_sim() {
  ++insertion_;
  mailbox_.end();
  mailbox_begun_ = false;
}

void Session::synchronise(TimePoint now, Actions& actions) {
  phase_ = Phase::syncing;
  timer_ = TimePoint::max();
  perform(dialogue_.resynchronise(now), now, actions);
}

Actions Session::received(std::string_view bytes, TimePoint now) {
  Actions actions;
  if (phase_ == Phase::closed || phase_ == Phase::given_up) return actions;
  perform(dialogue_.receive(bytes, now), now, actions);
  // Somebody else's answer came while nothing was asked: the next one might not be ours either.
  if (phase_ == Phase::ready && !dialogue_.in_step()) synchronise(now, actions);
  return actions;
}

Actions Session::lost(TimePoint now) {
  Actions actions;
  (void)now;
  if (part_) {
    listens_first_ = part_->paid;
    if (part_->paid) doubtful_ = part_->part.token;
    end_part({part_->paid ? PartResult::Kind::uncertain : PartResult::Kind::not_sent,
              {},
              {},
              part_->paid,
              "vanished"},
             actions);
  }
  drop_request("vanished", actions);
  // It was not listened to for long enough.
  if (phase_ == Phase::listening && (doubtful_ || earlier_doubtful_)) listens_first_ = true;
  ++life_;
  mailbox_.end();
  mailbox_begun_ = false;
  phase_ = Phase::closed;
  timer_ = TimePoint::max();
  dialogue_.reset();
  enter(SessionState::closed, actions);
  return actions;
}

Actions Session::expire(TimePoint now) {
  Actions actions;
  if (part_ && part_->paid && !part_->slow_told && now >= part_->slow_at) {
    part_->slow_told = true;
    actions.emplace_back(Slow{part_->part.token});
  }
  if (now >= dialogue_.deadline()) perform(dialogue_.expire(now), now, actions);
  // Told without its OK, which may still come.
  if (phase_ == Phase::ready && !dialogue_.in_step()) synchronise(now, actions);
  if (now < timer_) return actions;
  timer_ = TimePoint::max();
  switch (phase_) {
    case Phase::listening: listened(now, actions); break;
    case Phase::sim_wait:
    case Phase::locked: look_at_sim(now, actions); break;
    case Phase::search_wait: jump_to("signal", now, actions); break;
    case Phase::step_wait: ask_step(now, actions); break;
    case Phase::ussd_wait: end_ussd(now, actions); break;
    case Phase::ready:
      turns_ = most_turns;
      do_next(now, actions);
      break;
    case Phase::closed:
    case Phase::syncing:
    case Phase::script:
    case Phase::pin_wait:
    case Phase::pin_entry:
    case Phase::errand:
    case Phase::submitting:
    case Phase::given_up: break;
  }
  return actions;
}

void Session::perform(at::DialogueEvents events, TimePoint now, Actions& actions) {
  const auto life = life_;
  for (auto& event : events) {
    if (auto* write = std::get_if<at::Write>(&event)) {
      actions.emplace_back(Write{std::move(write->bytes)});
    } else if (std::holds_alternative<at::Prompt>(event)) {
      pay_if_due(now, actions);
    } else if (const auto* told = std::get_if<at::Unsolicited>(&event)) {
      unsolicited(told->line, now, actions);
    } else if (const auto* done = std::get_if<at::Done>(&event)) {
      answered(done->result, now, actions);
    } else if (std::holds_alternative<at::InStep>(event)) {
      in_step(now, actions);
    }
    if (life != life_) return;  // what else was read belongs to a dialogue that is over
  }
}

void Session::answered(const Answer& result, TimePoint now, Actions& actions) {
  if (phase_ == Phase::script) is_mute_ = !dialogue_.echoed();
  if (phase_ == Phase::errand && speaks_anew()) return restarted(now, actions);
  switch (phase_) {
    case Phase::syncing:
      if (now < patient_until_) return synchronise(now, actions);
      give_up_silent(
          "the modem does not answer; see that it has power, and that this is its AT port",
          actions);
      break;
    case Phase::script: step_answered(result, now, actions); break;
    case Phase::submitting: part_answered(result, now, actions); break;
    case Phase::errand: errand_answered(result, now, actions); break;
    case Phase::pin_entry: pin_answered(result, now, actions); break;
    case Phase::closed:
    case Phase::listening:
    case Phase::sim_wait:
    case Phase::step_wait:
    case Phase::ussd_wait:
    case Phase::pin_wait:
    case Phase::locked:
    case Phase::search_wait:
    case Phase::ready:
    case Phase::given_up: break;
  }
}

/// Its echo was off and is on again: it has restarted, and the lines that tell so were lost. There
/// may be another SIM in it.
bool Session::speaks_anew() const {
  return is_mute_ && dialogue_.echoed();
}

void Session::unsolicited(const at::Line& line, TimePoint now, Actions& actions) {
  const std::string_view text = line.text;
  if (hear_message(line, now, actions)) return;
  if (text.starts_with("+CMGS:") && (doubtful_ || earlier_doubtful_)) {
    if (const auto tp_mr = at::message_reference(text)) {
      actions.emplace_back(LateResult{std::exchange(doubtful_, std::nullopt), *tp_mr});
      earlier_doubtful_ = false;
      if (phase_ == Phase::listening) timer_ = now;
    }
    return;
  }
  if (at::registration(text, false)) return hear_registration(line.text, now, actions);
  if (text.starts_with("+CPIN:")) {
    if (const auto sim = at::sim_state(text)) hear_sim(*sim, now, actions);
    return;
  }
  if (text.starts_with("+CUSD:")) return hear_ussd(text, now, actions);
  if (const auto call = at::incoming_call(text)) return hear_call(text, *call, now, actions);
  const auto told = at::readiness(text);
  if (told && told->low_voltage) facts_.low_voltage = true;
  if (told && told->restarted) return restarted(now, actions);
  // Of the maker's words for the SIM only that it is gone is sure.
  if (told && told->sim == false) hear_sim(at::SimState::absent, now, actions);
}

/// All that was set is forgotten, and what was awaited will not come.
void Session::restarted(TimePoint now, Actions& actions) {
  forget_sim();
  drop_request("restarted", actions);
  doubtful_.reset();
  earlier_doubtful_ = false;
  pin_.clear();
  starts_ = true;
  if (phase_ == Phase::listening) {
    timer_ = now;
    return;
  }
  if (part_) {
    end_part({part_->paid ? PartResult::Kind::uncertain : PartResult::Kind::not_sent,
              {},
              {},
              part_->paid,
              "restarted"},
             actions);
  }
  enter(SessionState::starting, actions);
  if (phase_ == Phase::syncing) {  // it is on its way into step already: then from the beginning
    started_ = false;
    step_ = 0;
    enter_step();
    sim_questions_ = 0;
    return;
  }
  dialogue_.reset();
  begin(now, actions);
}

void Session::in_step(TimePoint now, Actions& actions) {
  has_answered_ = true;
  patient_until_ = {};
  if (!dialogue_.in_step()) return synchronise(now, actions);  // one answer too many came with it
  if (!pin_.empty()) {  // it belongs to the SIM that was asked
    return sim_changed_ ? look_at_sim(now, actions) : try_pin(now, actions);
  }
  if (started_) {
    go_on(now, actions);
  } else {
    ask_step(now, actions);
  }
}

std::string Session::first_line(const at::Reply& reply) {
  return reply.empty() ? std::string{} : reply.front().text;
}

void Session::send(at::Command command, TimePoint now, Actions& actions) {
  perform(dialogue_.submit(std::move(command), now), now, actions);
}

void Session::enter(SessionState state, Actions& actions) {
  if (state == SessionState::ready || state == SessionState::searching) trouble_.clear();
  if (state_ == state) return;
  state_ = state;
  actions.emplace_back(Changed{});
}

void Session::give_up(std::string why, Actions& actions) {
  if (part_) {
    end_part({part_->paid ? PartResult::Kind::uncertain : PartResult::Kind::not_sent,
              {},
              {},
              part_->paid,
              "gave_up"},
             actions);
  }
  drop_request("gave_up", actions);
  ++life_;
  phase_ = Phase::given_up;
  timer_ = TimePoint::max();
  dialogue_.reset();
  trouble_ = why;
  enter(SessionState::resting, actions);
  actions.emplace_back(GiveUp{std::move(why)});
}

/// It was there, and answers nothing any more.
void Session::give_up_silent(std::string why, Actions& actions) {
  give_up(std::move(why), actions);
  std::get<GiveUp>(actions.back()).wants_reset = known_->has(Quirk::resets_on_silence);
}

void Session::problem(std::string what) {
  const bool known =
      std::find(facts_.problems.begin(), facts_.problems.end(), what) != facts_.problems.end();
  if (!known && facts_.problems.size() < most_problems) facts_.problems.push_back(std::move(what));
}

/// What was told of it before is not so any more.
void Session::no_problem(std::string_view ending) {
  std::erase_if(facts_.problems,
                [&](const std::string& told) { return std::string_view(told).ends_with(ending); });
}

}  // namespace bank::modem
