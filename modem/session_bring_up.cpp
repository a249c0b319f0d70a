// The bring-up of a session: question by question until the modem is ready, and again whenever it
// restarts or its SIM does.
#include <array>
#include <cassert>
#include <string>
#include <string_view>

#include "modem/session.hpp"

namespace bank::modem {
namespace {

using namespace std::chrono_literals;

// Pauses between questions; the guide's §1.4 and §6.2 give the reasons.
constexpr auto search_pause = 2s;
constexpr auto poll_pause = 30s;
constexpr int most_silences = 3;  // in a row, then the port is closed and opened again

/// One question of the bring-up. `spellings` are tried in order until one is answered well.
struct Step {
  std::string_view name;
  std::array<std::string_view, 6> spellings;
  std::string_view prefix;  // of the answer; "" none, "*" any lines
  std::chrono::milliseconds timeout;
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
    {"power", {"AT+CFUN?"}, "+CFUN:", 10s},
    // Many SIMs tell it before their PIN, and the PIN belongs to the SIM.
    {"early_iccid",
     {"AT+CCID", "AT+ICCID", "AT+CICCID", "AT+QCCID", "AT^ICCID?", "AT^SCID"},
     "*",
     10s},
    {"sim", {"AT+CPIN?"}, "+CPIN:", 10s},
    {"tries", {"AT+CPINR"}, "+CPINR:", 5s},
    {"imsi", {"AT+CIMI"}, "*", 10s},
    {"iccid",
     {"AT+CCID", "AT+ICCID", "AT+CICCID", "AT+QCCID", "AT^ICCID?", "AT^SCID"},
     "*",
     10s,
     false,
     "the SIM is known by its IMSI alone"},
    {"number", {"AT+CNUM"}, "+CNUM:", 10s},
    {"phase", {"AT+CSMS=0"}, "", 10s},
    {"pdu_mode", {"AT+CMGF=0"}, "", 10s, true},
    {"notify",
     {"AT+CNMI=2,1,0,1,0", "AT+CNMI=2,1,0,1,1", "AT+CNMI=1,1,0,1,0"},
     "",
     10s,
     false,
     "no status reports come directly; messages stay \"sent\""},
    {"watch_registration", {"AT+CREG=1"}, "", 5s},
    {"smsc",
     {"AT+CSCA?"},
     "+CSCA:",
     10s,
     false,
     "the service centre is not known; set it with AT+CSCA if sending fails with CMS 330"},
    {"operator_format", {"AT+COPS=3,0"}, "", 10s},
    {"operator", {"AT+COPS?"}, "+COPS:", 10s},
    {"signal", {"AT+CSQ"}, "+CSQ:", 5s},
    {"registration", {"AT+CREG?"}, "+CREG:", 10s},
};
constexpr std::size_t script_end = std::size(script);

constexpr std::size_t index_of(std::string_view name) {
  for (std::size_t i = 0; i < script_end; ++i) {
    if (script[i].name == name) return i;
  }
  return script_end;
}
static_assert(index_of("registration") == script_end - 1);

/// A test form, which some give to the question, is no answer and counts as on.
bool is_powered(const std::string& line) {
  constexpr int on = 1;
  return at::functionality(line).value_or(on) == on;
}

}  // namespace

void Session::ask_step(TimePoint now, Actions& actions) {
  if (!dialogue_.in_step()) return synchronise(now, actions);  // which comes back here
  phase_ = Phase::script;
  timer_ = TimePoint::max();
  const Step& step = script[step_];
  if (step.name == "sim") sim_changed_ = false;
  at::Command command{std::string(step.spellings.at(variant_)),
                      step.prefix == "*" ? "" : std::string(step.prefix), step.timeout};
  if (step.prefix == "*") {
    command.any_lines = true;
    command.lines_at_least = 1;
  }
  // A SIM may hold no number of its own (TS 27.007 §7.1).
  if (step.name == "number") command.lines_at_least = 0;
  send(std::move(command), now, actions);
}

void Session::jump_to(std::string_view step, TimePoint now, Actions& actions) {
  step_ = index_of(step);
  variant_ = 0;
  started_ = false;
  ask_step(now, actions);
}

void Session::next_step(TimePoint now, Actions& actions) {
  ++step_;
  variant_ = 0;
  assert(step_ < script_end);  // the last step decides for itself
  ask_step(now, actions);
}

void Session::step_answered(const Answer& result, TimePoint now, Actions& actions) {
  const Step& step = script[step_];
  // Told, and then one answer more than was asked for: what was told holds, and the next question
  // gets in step first. Only "power" may write at once.
  const bool is_told = (result || result.error().is_answer()) && step.name != "power";
  if (!is_told && !dialogue_.in_step()) {  // silent, or somebody else's answer: once more
    if (++silences_ >= most_silences) {
      return give_up("the modem stopped answering at " + std::string(step.spellings[variant_]) +
                         "; it is tried again by itself",
                     actions);
    }
    return synchronise(now, actions);
  }
  silences_ = 0;
  if (step.name == "sim") {
    return take_sim_state(result
                              ? at::sim_state(first_line(*result)).value_or(at::SimState::unknown)
                              : at::sim_state(result.error()),
                          now, actions);
  }
  if (step.name == "tries") {
    return take_tries(result ? at::code_tries(*result).pin : std::nullopt, now, actions);
  }
  if (step.name == "registration") {
    const auto registration = result ? at::registration(first_line(*result), true) : std::nullopt;
    return take_registration(registration.value_or(at::Registration::unknown), now, actions);
  }
  if (result) {
    if (step.name == "power" && !is_powered(first_line(*result))) {
      at::Command on{"AT+CFUN=1", "", 30s};  // its answer, which has no line, ends this step
      return send(std::move(on), now, actions);
    }
    const std::string before = facts_.iccid;
    take_fact(step.name, *result);
    // Limits and history hang on it: it counts when it is told twice alike.
    if (step.name == "iccid" && !before.empty() && before != facts_.iccid) {
      ++insertion_;
      if (++sim_questions_ <= sim_patience) return ask_step(now, actions);
      return give_up("the SIM tells another ICCID each time; see that its line is not disturbed",
                     actions);
    }
    return next_step(now, actions);
  }
  if (variant_ + 1 < step.spellings.size() && !step.spellings[variant_ + 1].empty()) {
    ++variant_;
    return ask_step(now, actions);
  }
  if (step.must) {
    return give_up("the modem refuses " + std::string(step.spellings[variant_]) +
                       "; without it, it cannot send: use another",
                   actions);
  }
  take_fact(step.name, {});  // what an earlier SIM or firmware told is not so any more
  if (!step.cost.empty()) {
    problem(std::string(step.spellings[0]) + " is refused: " + std::string(step.cost));
  }
  next_step(now, actions);
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
  const auto registration = at::registration(line, false);
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
    phase_ = Phase::ready;
    timer_ = now + poll_pause;
    return enter(SessionState::ready, actions);
  }
  started_ = false;
  step_ = index_of("signal");
  variant_ = 0;
  phase_ = Phase::search_wait;
  timer_ = now + search_pause;
  enter(SessionState::searching, actions);
}

void Session::poll(TimePoint now, Actions& actions) {
  phase_ = Phase::polling;
  polls_registration_ = !polls_registration_;
  at::Command question = polls_registration_ ? at::Command{"AT+CREG?", "+CREG:", 10s}
                                             : at::Command{"AT+CSQ", "+CSQ:", 5s};
  send(std::move(question), now, actions);
}

void Session::poll_answered(const Answer& result, TimePoint now, Actions& actions) {
  if (!dialogue_.in_step()) {
    if (++silences_ >= most_silences) {
      return give_up("the modem stopped answering; it is tried again by itself", actions);
    }
    return synchronise(now, actions);
  }
  silences_ = 0;
  if (result && polls_registration_) {
    const auto registration = at::registration(first_line(*result), true);
    if (registration) return take_registration(*registration, now, actions);
  } else if (result) {
    facts_.signal_dbm = at::signal_dbm(first_line(*result));
  }
  go_on(now, actions);
}

}  // namespace bank::modem
