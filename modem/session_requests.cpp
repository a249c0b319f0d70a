// What a person wants of a modem between its parts: a USSD dialogue (TS 27.007 §7.15), or a command
// of their own.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "modem/session.hpp"

namespace bank::modem {
namespace {

using namespace std::chrono_literals;

// The guide's §9: answers take 2 to 60 s; a caller does not wait as long.
constexpr auto ussd_accept_time = 15s;
constexpr auto ussd_answer_time = 30s;
constexpr auto ussd_rest_time = 1s;      // for the text after an end without one, or the other way
constexpr auto ussd_unlikely_time = 5s;  // for an answer after all ways to ask were refused
constexpr std::chrono::seconds menu_time = 60s;  // for a person's next answer; parts wait
constexpr auto at_time = 30s;

/// The ways to write a USSD request that can carry it, the profile's own first.
std::vector<std::string> ways_to_ask(const Profile& profile, const std::string& text) {
  using at::UssdForm;
  struct Way {
    UssdForm form;
    bool has_dcs;
  };
  const Way all[] = {{profile.ussd, true},
                     {UssdForm::plain, true},
                     {UssdForm::plain, false},
                     {UssdForm::packed, true}};
  std::vector<std::string> ways;
  for (const auto& [form, has_dcs] : all) {
    const auto dcs = has_dcs ? std::optional(at::usual_ussd_dcs(form)) : std::nullopt;
    auto line = at::ussd_request(text, form, dcs);
    if (!line || std::find(ways.begin(), ways.end(), *line) != ways.end()) continue;
    ways.push_back(std::move(*line));
  }
  return ways;
}

}  // namespace

Actions Session::ask(Request request, TimePoint now) {
  Actions actions;
  request_ = Asked{.request = std::move(request)};
  if (request_->request.kind == Request::Kind::ussd) {
    request_->ways = ways_to_ask(*profile_, request_->request.text);
    if (request_->ways.empty()) {
      end_request(actions).why = "text";
    }
  }
  if (phase_ == Phase::ready) timer_ = now;
  return actions;
}

Actions Session::forget_request(std::uint64_t token) {
  if (request_ && request_->request.token == token && !request_->is_written) request_.reset();
  return {};
}

std::optional<Session::Errand> Session::next_of_request(TimePoint now) const {
  if (!request_) {
    if (menu_until_ && now >= *menu_until_) return Errand::ussd_cancel;
    return std::nullopt;
  }
  if (request_->request.kind != Request::Kind::ussd) return Errand::at;
  if (request_->failure && !request_->cancelled) return Errand::ussd_cancel;
  if (!profile_->ussd_charset.empty() && !request_->charset_set) return Errand::ussd_charset;
  return Errand::ussd;
}

at::Command Session::command_of_request(Errand errand) {
  if (request_) request_->is_written = true;
  if (errand == Errand::ussd_cancel) return {std::string(at::ussd_cancel), "", 10s};
  if (errand == Errand::ussd_charset) {
    return {"AT+CSCS=\"" + std::string(profile_->ussd_charset) + "\"", "", 5s};
  }
  if (errand == Errand::at) {
    at::Command own{request_->request.text, "", at_time};
    own.any_lines = true;
    own.lines_at_least = 0;
    return own;
  }
  return {request_->ways.at(request_->way), "", ussd_accept_time};
}

void Session::request_answered(Errand errand, const Answer& result, TimePoint now,
                               Actions& actions) {
  const bool is_told = result || result.error().is_answer();
  if (!dialogue_.in_step() && !is_told && ++silences_ >= most_silences) {
    return give_up_silent("the modem stopped answering; it is tried again by itself", actions);
  }
  if (is_told) silences_ = 0;
  if (errand == Errand::ussd_cancel) {
    menu_until_.reset();
    if (request_) request_->cancelled = true;
  } else if (errand == Errand::ussd_charset) {
    request_->charset_set = true;
  } else if (errand == Errand::at) {
    const bool may_change =
        request_->request.kind == Request::Kind::at && !request_->request.text.ends_with('?');
    RequestEnded& ended = end_request(actions);
    if (result) ended.lines = *result;
    if (!result) ended.failure = result.error();
    if (may_change) {  // what bring-up has set, the SIM and the store too
      forget_sim();
      enter(SessionState::starting, actions);
      return begin(now, actions);
    }
  } else if (result) {
    phase_ = Phase::ussd_wait;
    timer_ = now + ussd_answer_time;
    if (request_->heard) timer_ = request_->heard->text ? now : now + ussd_rest_time;
    return;
  } else {
    request_->failure = result.error();
    if (!is_told) {  // it may have gone out: it costs money, and is not asked again
      phase_ = Phase::ussd_wait;
      timer_ = now + ussd_answer_time;
      return;
    }
    // One that is open already blocks the next: it is ended first, once.
    if (profile_->has(Quirk::no_ussd_cancel)) request_->cancelled = true;
    if (request_->cancelled) ++request_->way;
    if (request_->way == request_->ways.size() || request_->heard) {
      phase_ = Phase::ussd_wait;  // some refuse it, and tell the answer all the same
      timer_ = now + ussd_unlikely_time;
      return;
    }
  }
  if (!dialogue_.in_step()) return synchronise(now, actions);
  go_on(now, actions);
}

/// It comes before the OK, after it, or in two lines; what nobody asked for is passed over.
void Session::hear_ussd(std::string_view line, TimePoint now, Actions& actions) {
  if (!request_ || request_->request.kind != Request::Kind::ussd) return;
  const auto answer = at::ussd_answer(line, profile_->ussd);
  if (!answer) return;
  const bool says_more = answer->text || !request_->heard;
  if (says_more) request_->heard = answer;
  if (phase_ != Phase::ussd_wait) return;
  if (request_->heard->text) return end_ussd(now, actions);
  timer_ = std::min(timer_, now + ussd_rest_time);
}

/// With what was heard, or without an answer.
void Session::end_ussd(TimePoint now, Actions& actions) {
  const bool is_menu = request_->heard && request_->heard->status == at::UssdStatus::reply_expected;
  const auto patience = request_->request.ends_menu ? 0s : menu_time;
  menu_until_ = is_menu ? std::optional(now + patience) : std::nullopt;
  const auto heard = std::move(request_->heard);
  const auto failure =
      request_->failure.value_or(at::DialogueFailure{at::DialogueFailure::Kind::timeout});
  RequestEnded& ended = end_request(actions);
  ended.ussd = heard;
  if (!heard) ended.failure = failure;
  if (!dialogue_.in_step()) return synchronise(now, actions);
  go_on(now, actions);
}

/// Its end, to be filled in.
RequestEnded& Session::end_request(Actions& actions) {
  actions.emplace_back(std::in_place_type<RequestEnded>);
  auto& ended = std::get<RequestEnded>(actions.back());
  ended.token = request_->request.token;
  request_.reset();
  return ended;
}

void Session::drop_request(std::string_view why, Actions& actions) {
  menu_until_.reset();
  if (!request_) return;
  end_request(actions).why = why;
}

}  // namespace bank::modem
