// What a session does between parts: it asks after network, signal and SIM, reads what came in, and
// hangs up on callers.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "modem/session.hpp"

namespace bank::modem {
namespace {

using namespace std::chrono_literals;

constexpr auto poll_pause = 30s;
constexpr int poll_round = 10;    // of so many polls one asks the SIM who it is, one the warmth
constexpr auto ring_pause = 10s;  // RING comes every 3 to 6 seconds: after more it is another call

at::Command any_lines(std::string line) {
  at::Command question{std::move(line), "", 10s};
  question.any_lines = true;
  question.lines_at_least = 1;
  return question;
}

/// The first line that tells it.
template <class Reader>
auto first_told(const at::Reply& reply, Reader read) {
  decltype(read(std::string_view())) found;
  for (const auto& line : reply) {
    if (!found) found = read(line.text);
  }
  return found;
}

}  // namespace

/// What was set last is what the mailbox begins with.
void Session::begin_mailbox(TimePoint now) {
  if (std::exchange(mailbox_begun_, true)) return;
  reception_.profile = profile_;
  reception_.is_wanted = takes_messages_in();
  mailbox_.begin(reception_, now);
  turns_ = 0;  // what waits to be sent goes first, once
}

std::optional<Session::Errand> Session::next_errand(TimePoint now) const {
  if (asks_iccid_ && !iccid_command_.empty()) return Errand::iccid;
  if (asks_registration_) return Errand::registration;
  const bool may_wait = turns_ == 0;
  if (mailbox_.has_work(now) && (mailbox_.is_urgent(now) || !may_wait)) return Errand::mailbox;
  if (may_wait) return std::nullopt;
  if (const auto asked = next_of_request(now)) return asked;
  if (hangs_up_) return Errand::hang_up;
  if (now < poll_at_) return std::nullopt;
  const int turn = polls_ % poll_round;
  if (turn == poll_round - 1 && !iccid_command_.empty()) return Errand::iccid;
  if (turn == 3 && has_thermometer_ && !profile_->temperature.empty()) return Errand::temperature;
  if (turn == 5 && has_voltmeter_ && !profile_->voltage.empty()) return Errand::voltage;
  return polls_ % 2 == 0 ? Errand::registration : Errand::signal;
}

/// The modem is free: an errand, as far as it is its turn, or it is ready for a part.
void Session::do_next(TimePoint now, Actions& actions) {
  if (const auto errand = next_errand(now)) {
    if (!dialogue_.in_step()) return synchronise(now, actions);  // which comes back here
    at::Command command = command_of(*errand, now);
    return run(*errand, std::move(command), now, actions);
  }
  phase_ = Phase::ready;
  const bool has_more = mailbox_.has_work(now) || hangs_up_ || request_;
  timer_ = has_more ? now : std::min(poll_at_, mailbox_.due(now));
  if (menu_until_) timer_ = std::min(timer_, *menu_until_);
}

void Session::run(Errand errand, at::Command command, TimePoint now, Actions& actions) {
  phase_ = Phase::errand;
  errand_ = errand;
  timer_ = TimePoint::max();
  turns_ = std::max(0, turns_ - 1);
  asked_at_ = now;
  send(std::move(command), now, actions);
}

at::Command Session::command_of(Errand errand, TimePoint now) {
  switch (errand) {
    case Errand::registration: return registration_.question();
    case Errand::signal: return {"AT+CSQ", "+CSQ:", 5s};
    case Errand::temperature: return any_lines(std::string(profile_->temperature));
    case Errand::voltage: return any_lines(std::string(profile_->voltage));
    case Errand::mailbox: return mailbox_.next(now);
    case Errand::hang_up: return {"AT+CHUP", "", 10s};
    case Errand::ussd_charset:
    case Errand::ussd:
    case Errand::ussd_cancel:
    case Errand::at: return command_of_request(errand);
    case Errand::iccid: break;
  }
  asks_iccid_ = false;
  sim_asked_at_ = now;
  return any_lines(iccid_command_);
}

void Session::errand_answered(const Answer& result, TimePoint now, Actions& actions) {
  const Errand errand = errand_;
  if (result && errand != Errand::mailbox) note_answer_time(now - asked_at_);
  if (errand == Errand::mailbox) {
    mailbox_.answered(result, now);
    hand_over(actions);
  } else if (errand == Errand::hang_up) {
    hangs_up_ = false;
  } else if (errand >= Errand::ussd_charset) {
    return request_answered(errand, result, now, actions);
  } else {
    poll_at_ = now + poll_pause;
    ++polls_;
  }
  if (!dialogue_.in_step()) {
    if (++silences_ >= most_silences) {
      return give_up_silent("the modem stopped answering; it is tried again by itself", actions);
    }
    return synchronise(now, actions);
  }
  silences_ = 0;
  if (errand == Errand::registration) {
    const auto news = registration_.answered(result ? &*result : nullptr);
    asks_registration_ = news.asks;
    if (news.told) return take_registration(*news.told, now, actions);
  } else if (result && errand == Errand::signal) {
    facts_.signal_dbm = at::signal_dbm(first_line(*result));
    if (facts_.signal_dbm) signals_.note(*facts_.signal_dbm, now);
  } else if (errand == Errand::temperature) {
    facts_.temperature = result ? first_told(*result, at::temperature) : std::nullopt;
    has_thermometer_ = facts_.temperature.has_value();
  } else if (errand == Errand::voltage) {
    const auto battery = result ? first_told(*result, at::battery) : std::nullopt;
    facts_.millivolts = battery ? battery->millivolts : std::nullopt;
    has_voltmeter_ = facts_.millivolts.has_value();
  } else if (errand == Errand::iccid) {
    const auto told = result ? at::iccid(*result) : std::nullopt;
    const bool is_gone = !result && at::sim_state(result.error()) == at::SimState::absent;
    if (is_gone || (told && *told != facts_.iccid)) {  // exchanged, and no line told so
      forget_sim();
      sim_changed_ = true;
    } else if (told) {
      sim_shown_at_ = now;
    }
  }
  go_on(now, actions);
}

void Session::note_answer_time(std::chrono::nanoseconds took) {
  const auto one = std::chrono::duration_cast<std::chrono::milliseconds>(took);
  constexpr int weight = 8;  // of what was before
  facts_.answer_time =
      facts_.answer_time ? (*facts_.answer_time * (weight - 1) + one) / weight : one;
}

// --- what comes in ------------------------------------------------------------------------------

/// Whether the line brought a message, or told of one.
bool Session::hear_message(const at::Line& line, TimePoint now, Actions& actions) {
  using Kind = at::DirectMessage::Kind;
  if (const auto direct = at::direct_message(line)) {
    if (direct->kind == Kind::broadcast) return true;
    if (direct->pdu.empty()) {
      mailbox_.lost_one(now);
      return true;
    }
    actions.emplace_back(Received{mailbox_.came_directly(now), direct->pdu, direct->length,
                                  insertion_, direct->kind == Kind::status_report});
    if (phase_ == Phase::ready) timer_ = std::min(timer_, mailbox_.due(now));
    return true;
  }
  const bool is_full = at::storage_full(line.text).value_or(false);
  const auto stored = at::stored_message(line.text);
  if (stored) mailbox_.told(*stored);
  if (is_full) mailbox_.told_full(now);
  if ((stored || is_full) && phase_ == Phase::ready) timer_ = std::min(timer_, mailbox_.due(now));
  return stored || is_full;
}

void Session::hand_over(Actions& actions) {
  for (auto& found : mailbox_.take_found()) {
    actions.emplace_back(Received{found.token, std::move(found.pdu), found.length, insertion_});
  }
}

Actions Session::booked(std::uint64_t token, TimePoint now) {
  Actions actions;
  mailbox_.booked(token);
  hand_over(actions);
  if (phase_ == Phase::ready && mailbox_.has_work(now)) timer_ = now;
  return actions;
}

Actions Session::not_booked(std::uint64_t token, TimePoint now) {
  mailbox_.not_booked(token, now);
  if (phase_ == Phase::ready) timer_ = std::min(timer_, mailbox_.due(now));
  return {};
}

/// A call is told once: with its number, which +CLIP brings after the first RING, or at the second
/// RING without.
void Session::hear_call(std::string_view line, const at::IncomingCall& call, TimePoint now,
                        Actions& actions) {
  if (now > last_ring_ + ring_pause) {
    rings_ = 0;
    call_told_ = false;
  }
  last_ring_ = now;
  const bool has_number = call.number || line.starts_with("+CLIP:");
  if (!has_number && !call.is_over && ++rings_ < 2) return;
  hangs_up_ = !call.is_over;
  if (hangs_up_ && phase_ == Phase::ready) timer_ = now;
  if (std::exchange(call_told_, true)) return;
  actions.emplace_back(Called{call.number.value_or(""), insertion_});
}

}  // namespace bank::modem
