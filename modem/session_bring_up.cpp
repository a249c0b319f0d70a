// The bring-up of a session: question by question until the modem is ready, and again whenever it
// restarts or its SIM does.
#include <algorithm>
#include <array>
#include <cassert>
#include <string>
#include <string_view>
#include <utility>

#include "modem/session.hpp"

namespace bank::modem {
namespace {

using namespace std::chrono_literals;

// Pauses between questions; the guide's §1.4 and §6.2 give the reasons.
constexpr auto search_pause = 2s;
constexpr auto step_pause = 1s;
constexpr auto power_pause = 10s;  // Sierra (guide §1.4)

/// One question of the bring-up. `spellings` are tried in order until one is answered well, the
/// profile's own before them.
struct Step {
  std::string_view name;
  std::array<std::string_view, 1> spellings;
  std::string_view prefix = {};  // of the answer; "" none, "*" any lines, "=" the command's own
  std::chrono::milliseconds timeout = {};
  bool must = false;           // else a refusal is a fact, not the end
  std::string_view cost = {};  // what a refusal costs, for the person who reads the problems
};

// The order is the guide's §2: silence the echo, know the modem, know the SIM, then SMS.
constexpr Step script[] = {
    {"echo", {"ATE0"}, "", 5s, true},
    {"errors", {"AT+CMEE=1"}, "", 5s},
    {"maker", {"AT+CGMI"}, "*", 5s},
    {"model", {"AT+CGMM"}, "*", 5s},
    {"firmware", {"AT+CGMR"}, "*", 5s},
    {"imei", {"AT+CGSN"}, "*", 5s},
    {"init", {}, "*", 10s},
    {"power", {"AT+CFUN?"}, "+CFUN:", 10s},
    // Many SIMs tell it before their PIN, and the PIN belongs to the SIM.
    {"early_iccid", {}, "*", 10s},
    {"sim", {"AT+CPIN?"}, "+CPIN:", 10s},
    {"tries", {}, "=", 5s},
    {"readiness", {}, "*", 10s},
    {"imsi", {"AT+CIMI"}, "*", 10s},
    {"iccid", {}, "*", 10s, false, "the SIM is known by its IMSI alone"},
    {"number", {"AT+CNUM"}, "+CNUM:", 10s},
    {"phase", {}, "*", 10s},
    {"pdu_mode", {"AT+CMGF=0"}, "", 10s, true},
    {"stores", {"AT+CPMS=?"}, "+CPMS:", 10s},
    {"notify_choices", {"AT+CNMI=?"}, "+CNMI:", 10s},
    {"notify",
     {},
     "",
     10s,
     false,
     "nothing that comes in is announced, it is only looked for; status reports may not come at "
     "all, and messages then stay \"sent\""},
    {"callers", {"AT+CLIP=1"}, "", 10s},
    {"watch_registration", {"AT+CREG=1"}, "", 5s},
    {"watch_lte_registration", {"AT+CEREG=1"}, "", 5s},
    {"smsc",
     {"AT+CSCA?"},
     "+CSCA:",
     10s,
     false,
     "the service centre is not known; set it with AT+CSCA if sending fails with CMS 330"},
    {"network_format", {}, "", 10s},
    {"network", {}, "+COPS:", 10s},
    {"operator_format", {"AT+COPS=3,0"}, "", 10s},
    {"operator", {"AT+COPS?"}, "+COPS:", 10s},
    {"choose_network", {}, "", 180s},
    {"signal", {"AT+CSQ"}, "+CSQ:", 5s},
    {"registration", {"AT+CREG?"}},  // and its sisters: RegistrationWatch
};
constexpr std::size_t script_end = std::size(script);

constexpr std::size_t index_of(std::string_view name) {
  for (std::size_t i = 0; i < script_end; ++i) {
    if (script[i].name == name) return i;
  }
  return script_end;
}
static_assert(index_of("registration") == script_end - 1);

/// What may be refused because the SIM is still being read: it is asked again until it is.
constexpr bool waits_for_sim(std::string_view name) {
  return index_of(name) > index_of("sim") && name != "tries";
}

constexpr bool tells_sim(std::string_view name) {
  return name == "early_iccid" || name == "imsi" || name == "iccid";
}

template <std::size_t N>
void add(std::vector<std::string>& spellings, const std::array<std::string_view, N>& words,
         std::string_view prefix = {}) {
  for (const auto word : words) {
    if (word.empty()) return;
    std::string spelling = std::string(prefix) + std::string(word);
    if (std::find(spellings.begin(), spellings.end(), spelling) == spellings.end()) {
      spellings.push_back(std::move(spelling));
    }
  }
}

constexpr std::string_view service_command = "AT+CSMS=";
constexpr std::string_view notify_command = "AT+CNMI=";
/// Of what a SIM that only sends is to hear: the reports of its own, directly; texts stay where
/// they are and are not announced. At the end nothing at all.
constexpr std::array<std::string_view, 3> reports_alone = {"2,0,0,1,0", "1,0,0,1,0", "0,0,0,0,0"};

bool tells_ready(const at::Reply& reply) {
  return std::any_of(reply.begin(), reply.end(), [](const at::Line& line) {
    const auto told = at::readiness(line.text);
    return told && told->sms == true;
  });
}

/// Of the PIN, which is what +CPIN asks for here.
std::optional<int> tries_left_in(const at::Reply& reply) {
  const auto tries = at::code_tries(reply);
  return tries.pin ? tries.pin : tries.asked;
}

/// A test form, which some give to the question, is no answer and counts as on.
bool is_powered(const std::string& line) {
  constexpr int on = 1;
  return at::functionality(line).value_or(on) == on;
}

}  // namespace

/// How this step is asked of this modem. None: it is not asked.
void Session::enter_step() {
  const Step& step = script[step_];
  variant_ = 0;
  spellings_.clear();
  if (step.name == "init") {
    known_ = profile_ = &profile_of(facts_.maker, facts_.model, facts_.firmware);
    add(spellings_, profile_->init);
  } else if (step.name == "tries") {
    add(spellings_, profile_->pin_tries);
    add(spellings_, generic_profile().pin_tries);
  } else if (step.name == "readiness") {
    add(spellings_, std::array{profile_->ready});
  } else if (step.name == "early_iccid" || step.name == "iccid") {
    add(spellings_, profile_->iccid);
    add(spellings_, generic_profile().iccid);
  } else if (step.name == "phase") {
    const bool has_own = !profile_->service.empty() && takes_messages_in();
    if (has_own) add(spellings_, std::array{profile_->service}, service_command);
    add(spellings_, std::array{std::string_view("0")}, service_command);
  } else if (step.name == "network_format" && has_network_of_choice()) {
    add(spellings_, std::array{std::string_view("AT+COPS=3,2")});
  } else if (step.name == "network" && has_network_of_choice()) {
    add(spellings_, std::array{std::string_view("AT+COPS?")});
  } else if (step.name == "choose_network" && !network_command_.empty()) {
    spellings_.push_back(network_command_);
  } else if (step.name == "notify" && profile_->has(Quirk::sends_only)) {
    return;
  } else if (step.name == "notify" && !takes_messages_in()) {
    add(spellings_, reports_alone, notify_command);
  } else if (step.name == "notify") {
    add(spellings_, profile_->notify, notify_command);
    for (const auto& found : std::exchange(reception_.notify, {})) {
      add(spellings_, std::array{std::string_view(found)}, notify_command);
    }
    add(spellings_, generic_profile().notify, notify_command);
  }
  add(spellings_, step.spellings);
}

void Session::ask_step(TimePoint now, Actions& actions) {
  while (spellings_.empty()) {
    ++step_;
    enter_step();
  }
  if (!dialogue_.in_step()) return synchronise(now, actions);  // which comes back here
  phase_ = Phase::script;
  timer_ = TimePoint::max();
  const Step& step = script[step_];
  if (step.name == "sim") sim_changed_ = false;
  if (tells_sim(step.name)) sim_asked_at_ = now;
  if (step.name == "registration") return send(registration_.question(), now, actions);
  at::Command command{spellings_.at(variant_),
                      step.prefix == "*"   ? ""
                      : step.prefix == "=" ? answer_prefix(spellings_[variant_])
                                           : std::string(step.prefix),
                      step.timeout};
  if (step.prefix == "*") {
    command.any_lines = true;
    const bool may_be_ok_alone = step.name == "init" || step.name == "phase";
    command.lines_at_least = may_be_ok_alone ? 0 : 1;
  }
  // A SIM may hold no number of its own (TS 27.007 §7.1).
  if (step.name == "number") command.lines_at_least = 0;
  send(std::move(command), now, actions);
}

void Session::jump_to(std::string_view step, TimePoint now, Actions& actions) {
  step_ = index_of(step);
  enter_step();
  started_ = false;
  ask_step(now, actions);
}

void Session::next_step(TimePoint now, Actions& actions) {
  ++step_;
  assert(step_ < script_end);  // the last step decides for itself
  enter_step();
  ask_step(now, actions);
}

void Session::step_answered(const Answer& result, TimePoint now, Actions& actions) {
  const Step& step = script[step_];
  if (step.name == "choose_network") return network_answered(result, now, actions);
  // Told, and then one answer more than was asked for: what was told holds, and the next question
  // gets in step first. Only "power" may write at once.
  const bool is_told = (result || result.error().is_answer()) && step.name != "power";
  if (!is_told && !dialogue_.in_step()) {  // silent, or somebody else's answer: once more
    if (++silences_ >= most_silences) {
      return give_up_silent("the modem stopped answering at " + spellings_[variant_] +
                                "; it is tried again by itself",
                            actions);
    }
    if (step.name == "tries" && variant_ + 1 < spellings_.size()) ++variant_;  // others may be
    return synchronise(now, actions);
  }
  silences_ = 0;
  const bool is_busy =
      !result && waits_for_sim(step.name) && at::sim_state(result.error()) == at::SimState::busy;
  const bool is_unready = result && step.name == "readiness" && !tells_ready(*result);
  if ((is_busy || is_unready) && ++sim_questions_ <= sim_patience) {
    phase_ = Phase::step_wait;
    timer_ = now + step_pause;
    return;
  }
  if (step.name == "init" && variant_ + 1 < spellings_.size()) {  // all of them, refused or not
    ++variant_;
    return ask_step(now, actions);
  }
  if (step.name == "sim") {
    return take_sim_state(result
                              ? at::sim_state(first_line(*result)).value_or(at::SimState::unknown)
                              : at::sim_state(result.error()),
                          now, actions);
  }
  if (step.name == "tries") {
    const auto left = result ? tries_left_in(*result) : std::nullopt;
    if (left || variant_ + 1 == spellings_.size()) return take_tries(left, now, actions);
    ++variant_;
    return ask_step(now, actions);
  }
  if (step.name == "registration") {
    const auto news = registration_.answered(result ? &*result : nullptr);
    if (news.asks) return ask_step(now, actions);
    return take_registration(news.told.value_or(facts_.registration), now, actions);
  }
  if (result) {
    if (step.name == "power" && !is_powered(first_line(*result))) {
      powers_up_ = true;
      at::Command on{"AT+CFUN=1", "", 30s};  // its answer, which has no line, ends this step
      return send(std::move(on), now, actions);
    }
    const bool was_off = step.name == "power" && std::exchange(powers_up_, false);
    if (was_off && profile_->has(Quirk::is_slow_to_start)) {  // its OK comes too early
      ++step_;
      enter_step();
      phase_ = Phase::step_wait;
      timer_ = now + power_pause;
      return;
    }
    const std::string before = facts_.iccid;
    take_fact(step.name, *result);
    if (facts_.signal_dbm && step.name == "signal") signals_.note(*facts_.signal_dbm, now);
    if (!step.cost.empty()) no_problem(step.cost);  // it was refused while the SIM was not there
    note_choices(step.name, *result);
    if (tells_sim(step.name)) sim_shown_at_ = now;
    // Limits and history hang on it: it counts when it is told twice alike.
    if (step.name == "iccid" && before != facts_.iccid) {
      if (!before.empty()) forget_sim();
      if (++iccids_told_ <= sim_patience) return ask_step(now, actions);
      return give_up("the SIM tells another ICCID each time; see that its line is not disturbed",
                     actions);
    }
    if (step.name == "iccid") iccids_told_ = 0;
    return next_step(now, actions);
  }
  if (variant_ + 1 < spellings_.size()) {
    ++variant_;
    return ask_step(now, actions);
  }
  if (step.must) {
    return give_up(
        "the modem refuses " + spellings_[variant_] + "; without it, it cannot send: use another",
        actions);
  }
  ++variant_;
  note_choices(step.name, {});
  take_fact(step.name, {});  // what an earlier SIM or firmware told is not so any more
  if (!step.cost.empty()) {
    no_problem(step.cost);
    problem(spellings_[0] + " is refused: " + std::string(step.cost));
  }
  next_step(now, actions);
}

/// What the later steps, and the mailbox, choose by. Empty: it was refused.
void Session::note_choices(std::string_view step, const at::Reply& reply) {
  const bool is_answered = !reply.empty();
  if (step == "phase") {  // the last of its spellings is the service without acknowledgements
    reception_.acknowledges = variant_ + 1 < spellings_.size();
  }
  if (step == "early_iccid" || step == "iccid") {
    iccid_command_ = is_answered ? spellings_[variant_] : "";
    network_asked_ = false;
    network_command_.clear();
    facts_.network_trouble.clear();
  }
  if (step == "network" || (step == "operator" && !has_network_of_choice())) plan_network(reply);
  if (step == "stores") {
    reception_.stores = is_answered ? at::storage_choices(first_line(reply)) : std::nullopt;
  }
  if (step == "notify") {
    reception_.notified_by = variant_;
    for (const auto& spelling : spellings_) {
      reception_.notify.push_back(spelling.substr(notify_command.size()));
    }
  }
  if (step == "notify_choices") {
    const auto choices = at::notification_choices(first_line(reply));
    reception_.notify.clear();
    if (!choices) return;
    if (auto best = at::best_notification(*choices); !best.empty()) {
      reception_.notify.push_back(std::move(best));
    }
  }
}

void Session::take_fact(std::string_view step, const at::Reply& reply) {
  if (step == "maker") facts_.maker = at::identity_text(reply, "+CGMI:");
  if (step == "model") facts_.model = at::identity_text(reply, "+CGMM:");
  if (step == "firmware") facts_.firmware = at::identity_text(reply, "+CGMR:");
  if (step == "imei") facts_.imei = at::imei(reply).value_or("");
  if (step == "imsi") facts_.imsi = at::imsi(reply).value_or("");
  if (step == "iccid" || step == "early_iccid") facts_.iccid = at::iccid(reply).value_or("");
  if (step == "number") facts_.number = at::own_number(reply).value_or("");
  if (step == "smsc") facts_.smsc = at::service_centre(first_line(reply)).value_or("");
  if (step == "operator") facts_.operator_name = at::operator_name(first_line(reply)).value_or("");
  if (step == "signal") facts_.signal_dbm = at::signal_dbm(first_line(reply));
}

void Session::take_registration(at::Registration registration, TimePoint now, Actions& actions) {
  const bool is_news = facts_.registration != registration;
  const SessionState before = state_;
  facts_.registration = registration;
  go_on(now, actions);
  if (is_news && state_ == before) actions.emplace_back(Changed{});
}

void Session::hear_registration(const std::string& line, TimePoint now, Actions& actions) {
  const auto news = registration_.heard(line);
  if (news.asks) {
    asks_registration_ = true;
    if (phase_ == Phase::ready) timer_ = now;
  }
  const auto& registration = news.told;
  if (!registration) return;
  const bool helps = phase_ == Phase::search_wait && at::allows_sms(*registration);
  if (phase_ == Phase::ready || helps) return take_registration(*registration, now, actions);
  // What is in hand ends first; bring-up asks by itself.
  if ((!started_ && phase_ != Phase::search_wait) || facts_.registration == *registration) return;
  facts_.registration = *registration;
  actions.emplace_back(Changed{});
}

/// Something is over and nothing is asked: ready again, unless the SIM or the network went
/// meanwhile.
void Session::go_on(TimePoint now, Actions& actions) {
  if (sim_changed_) return look_at_sim(now, actions);
  if (at::allows_sms(facts_.registration)) {
    started_ = true;
    begin_mailbox(now);
    enter(SessionState::ready, actions);
    return do_next(now, actions);
  }
  started_ = false;
  drop_request("no_network", actions);
  step_ = index_of("signal");
  enter_step();
  phase_ = Phase::search_wait;
  timer_ = now + search_pause;
  enter(SessionState::searching, actions);
}

}  // namespace bank::modem
