#include "modem/probe.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "at/errors.hpp"
#include "at/health.hpp"
#include "at/identity.hpp"
#include "at/notification.hpp"
#include "at/operators.hpp"
#include "at/registration.hpp"
#include "at/signal.hpp"
#include "at/sim.hpp"
#include "at/submission.hpp"

namespace bank::modem {
namespace {

using namespace std::chrono_literals;

constexpr auto quiet_time = 300ms;  // late answers pass
constexpr auto call_time = 1s;      // for one "AT"
constexpr std::size_t most_problems = 16;

/// `spellings` are tried in order until one is answered well. A question whose fact is known
/// already is left out, and so is one without spellings.
struct Question {
  std::string_view name;
  std::array<std::string_view, 2> spellings;  // what all modems are asked; see spellings_of
  std::string_view prefix;                    // of the answer; "" none, "*" any lines, "?" perhaps
  std::chrono::milliseconds timeout = 5s;
};

constexpr Question questions[] = {
    {"", {"ATE0"}, ""},
    {"", {"AT+CMEE=1"}, ""},
    {"maker", {"AT+CGMI", "AT+GMI"}, "*"},
    {"model", {"AT+CGMM", "AT+GMM"}, "*"},
    {"firmware", {"AT+CGMR", "AT+GMR"}, "*"},
    {"identification", {"ATI"}, "*"},
    {"imei", {"AT+CGSN", "AT+GSN"}, "*"},
    {"sim", {"AT+CPIN?"}, "+CPIN:", 10s},
    {"iccid", {}, "*", 10s},
    {"imsi", {"AT+CIMI"}, "*", 10s},
    {"number", {"AT+CNUM"}, "+CNUM:", 10s},
    {"smsc", {"AT+CSCA?"}, "+CSCA:", 10s},
    {"", {"AT+COPS=3,0"}, "", 10s},
    {"operator", {"AT+COPS?"}, "+COPS:", 10s},
    {"registration", {"AT+CREG?"}, "+CREG:", 10s},
    {"registration", {"AT+CEREG?"}, "+CEREG:", 10s},
    {"registration", {"AT+CGREG?"}, "+CGREG:", 10s},
    {"signal", {"AT+CSQ"}, "+CSQ:"},
    {"signal", {"AT+CESQ"}, "+CESQ:"},
    {"storage", {"AT+CPMS?"}, "+CPMS:", 10s},
    {"notification", {"AT+CNMI=?"}, "+CNMI:"},
    {"formats", {"AT+CMGF=?"}, "+CMGF:"},
    {"ussd", {"AT+CUSD=?"}, "+CUSD:"},
    {"hold", {"AT+CMMS=?"}, "+CMMS:"},
    {"temperature", {}, "?"},
    {"voltage", {}, "?"},
};

/// The words of a family, and then those of the generic profile, each once.
template <std::size_t N>
std::vector<std::string_view> words_of(const Profile& profile, Profile::Words<N> Profile::*list) {
  std::vector<std::string_view> words;
  for (const Profile* const one : {&profile, &generic_profile()}) {
    for (const auto word : one->*list) {
      if (word.empty()) break;
      if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
    }
  }
  return words;
}

/// Setting the store tells what is in it where asking does not: three arguments, then two, for some
/// take no more and others no fewer.
void add_store_settings(const Profile& profile, std::vector<std::string>& spellings) {
  const auto stores = words_of(profile, &Profile::receive_in);
  for (const int arguments : {3, 2}) {
    if (arguments < 3 && profile.has(Quirk::takes_all_stores)) break;
    for (const auto store : stores) {
      std::string command = "AT+CPMS=";
      for (int i = 0; i < arguments; ++i) {
        command.append(i == 0 ? "\"" : ",\"").append(store).append("\"");
      }
      spellings.push_back(std::move(command));
    }
  }
}

std::vector<std::string> spellings_of(const Question& question, const Profile& profile) {
  std::vector<std::string> spellings;
  const auto add = [&](std::string_view command) {
    if (!command.empty()) spellings.emplace_back(command);
  };
  for (const auto command : question.spellings) add(command);
  if (question.name == "iccid") {
    for (const auto command : words_of(profile, &Profile::iccid)) add(command);
  }
  if (question.name == "storage") add_store_settings(profile, spellings);
  if (question.name == "temperature") add(profile.temperature);
  if (question.name == "voltage") add(profile.voltage);
  return spellings;
}

/// The two letters of the store that a command sets, where its answer names none.
std::string store_in(std::string_view command) {
  const auto quote = command.find('"');
  return quote == std::string_view::npos ? "" : std::string(command.substr(quote + 1, 2));
}

const std::string& first_line(const at::Reply& reply) {
  static const std::string none;
  return reply.empty() ? none : reply.front().text;
}

/// Wavecom's modules call all of themselves " MULTIBAND  900E  1800 " and tell in the revision
/// which they are: "641b09gg.Q2403A 1320676 061804 14:38".
std::string model_of(const Facts& facts) {
  if (!facts.model.starts_with("MULTIBAND")) return facts.model;
  const auto dot = facts.firmware.find('.');
  if (dot == std::string::npos) return facts.model;
  const auto end = facts.firmware.find(' ', dot);
  return facts.firmware.substr(dot + 1, end == std::string::npos ? end : end - dot - 1);
}

bool has(const std::vector<int>& list, int value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

std::string Probe::opened(TimePoint now) {
  *this = Probe{};
  spellings_ = spellings_of(questions[0], *findings_.profile);
  stage_ = Stage::draining;
  timer_ = now + quiet_time;
  return "\x1B\r";  // a prompt may be open
}

TimePoint Probe::deadline() const {
  return std::min(dialogue_.deadline(), timer_);
}

std::string Probe::received(std::string_view bytes, TimePoint now) {
  if (finished()) return {};
  octets_ += bytes.size();
  return perform(dialogue_.receive(bytes, now), now);
}

std::string Probe::expire(TimePoint now) {
  std::string bytes;
  if (now >= dialogue_.deadline()) bytes = perform(dialogue_.expire(now), now);
  if (now < timer_) return bytes;
  timer_ = TimePoint::max();
  if (stage_ == Stage::draining) bytes += asks_after_drain_ ? ask(now) : call(now);
  return bytes;
}

/// Lets what is late pass. Then it goes on, for the answers are in step again as far as anybody
/// can know without asking.
std::string Probe::drain(TimePoint now) {
  dialogue_.reset();
  stage_ = Stage::draining;
  timer_ = now + quiet_time;
  return {};
}

std::string Probe::finish() {
  dialogue_.reset();
  stage_ = Stage::finished;
  timer_ = TimePoint::max();
  return {};
}

std::string Probe::call(TimePoint now) {
  dialogue_.reset();
  if (++calls_ > most_calls) return finish();
  stage_ = Stage::calling;
  return perform(dialogue_.submit({"AT", "", call_time}, now), now);
}

std::string Probe::ask(TimePoint now) {
  if (!dialogue_.in_step()) dialogue_.reset();  // somebody's late answer, which the pause was for
  if (question_ == std::size(questions)) return finish();
  stage_ = Stage::asking;
  asks_after_drain_ = true;
  return perform(dialogue_.submit(command_of(spellings_.at(spelling_)), now), now);
}

at::Command Probe::command_of(std::string_view spelling) const {
  const Question& question = questions[question_];
  at::Command command{std::string(spelling), std::string(question.prefix), question.timeout};
  const bool may_be_silent = question.prefix == "?";
  if (question.prefix == "*" || may_be_silent) {
    command.info_prefix.clear();
    command.any_lines = true;
    command.lines_at_least = 1;
  }
  // A SIM may hold no number of its own (TS 27.007 §7.1), a store may be set without a word
  // (GAM#908), and who knows all makers' thermometers?
  const bool sets_store = question.name == "storage" && spelling.find('=') != spelling.npos;
  if (question.name == "number" || sets_store || may_be_silent) {
    command.lines_at_least = 0;
  }
  return command;
}

std::string Probe::perform(at::DialogueEvents events, TimePoint now) {
  std::string bytes;
  for (auto& event : events) {
    if (auto* const write = std::get_if<at::Write>(&event)) bytes += write->bytes;
    if (const auto* const told = std::get_if<at::Unsolicited>(&event)) hear(told->line);
    if (const auto* const done = std::get_if<at::Done>(&event)) {
      // What else was read with it is late or unasked for, and was heard before if it mattered.
      return bytes + take(done->result, now);
    }
  }
  return bytes;
}

std::string Probe::take(const Answer& answer, TimePoint now) {
  const bool is_heard = answer || answer.error().is_answer();
  if (stage_ == Stage::calling) {
    if (!is_heard) return call(now);
    answered_ = true;
    asks_after_drain_ = true;  // answers to earlier calls may still be on their way
    return drain(now);
  }

  const Question& question = questions[question_];
  if (answer) {
    silences_ = 0;
    note(question.name, *answer);
    next_question();
    return dialogue_.in_step() ? ask(now) : drain(now);
  }
  silences_ = is_heard ? 0 : silences_ + 1;
  if (silences_ == most_silences) {
    problem("it stopped answering at " + spellings_.at(spelling_) + "; restart it and ask again");
    return finish();
  }
  if (!is_heard) {
    problem(spellings_.at(spelling_) + " was not answered");
    next_question();
    return drain(now);
  }
  if (spelling_ + 1 < spellings_.size()) {
    ++spelling_;
  } else {
    note_refusal(question.name, answer.error());
    next_question();
  }
  return ask(now);
}

/// What is known already is not asked again.
bool Probe::is_known(std::string_view name) const {
  const Facts& facts = findings_.facts;
  if (name == "identification") {
    return !facts.maker.empty() && !facts.model.empty() && !facts.firmware.empty();
  }
  if (name == "registration") return at::allows_sms(facts.registration);
  if (name == "signal") return facts.signal_dbm.has_value();
  return false;
}

void Probe::next_question() {
  spelling_ = 0;
  while (++question_ < std::size(questions)) {
    const Question& question = questions[question_];
    spellings_ = spellings_of(question, *findings_.profile);
    if (!spellings_.empty() && !is_known(question.name)) return;
  }
}

void Probe::note(std::string_view name, const at::Reply& reply) {
  Facts& facts = findings_.facts;
  const std::string& line = first_line(reply);
  const std::string prefix = answer_prefix(spellings_.at(spelling_));
  if (name == "maker") facts.maker = at::identity_text(reply, prefix);
  if (name == "model") facts.model = at::identity_text(reply, prefix);
  if (name == "firmware") facts.firmware = at::identity_text(reply, prefix);
  if (name == "firmware") facts.model = model_of(facts);
  if (name == "identification") note_identification(reply);
  findings_.profile = &profile_of(facts.maker, facts.model, facts.firmware);
  if (name == "imei") facts.imei = at::imei(reply).value_or("");
  if (name == "sim") facts.sim = at::sim_state(line).value_or(at::SimState::unknown);
  if (name == "iccid") facts.iccid = at::iccid(reply).value_or("");
  if (name == "imsi") facts.imsi = at::imsi(reply).value_or("");
  if (name == "number") facts.number = at::own_number(reply).value_or("");
  if (name == "smsc") facts.smsc = at::service_centre(line).value_or("");
  if (name == "operator") facts.operator_name = at::operator_name(line).value_or("");
  if (name == "registration") note_registration(line, true);
  if (name == "signal") facts.signal_dbm = at::signal_dbm(line);
  if (name == "storage") note_storage(line);
  if (name == "notification") note_notification(line);
  if (name == "formats") {
    const auto lists = at::number_lists("+CMGF:", line);
    if (!lists.empty() && has(lists.front(), 0)) can("pdu_mode");
  }
  if (name == "ussd") can("ussd");
  if (name == "hold") can("keeps_link");
  if (name == "temperature" || name == "voltage") note_health(reply);
}

void Probe::note_identification(const at::Reply& reply) {
  const auto told = at::identification(reply);
  Facts& facts = findings_.facts;
  if (facts.maker.empty()) facts.maker = told.maker;
  if (facts.model.empty()) facts.model = told.model;
  if (facts.firmware.empty()) facts.firmware = told.revision;
}

/// Of several networks (circuit, packet, LTE) the one over which SMS goes counts.
void Probe::note_registration(std::string_view line, bool solicited) {
  const auto told = at::registration(line, solicited);
  at::Registration& known = findings_.facts.registration;
  if (told && !at::allows_sms(known)) known = *told;
}

void Probe::note_storage(std::string_view line) {
  for (auto& use : at::storage_use(line)) {
    if (!use.name) use.name = store_in(spellings_.at(spelling_));
    const auto same = [&](const at::StorageUse& other) { return other.name == use.name; };
    auto& known = findings_.storage;
    if (std::none_of(known.begin(), known.end(), same)) known.push_back(std::move(use));
  }
}

void Probe::note_notification(std::string_view line) {
  const auto choices = at::notification_choices(line);
  if (!choices) return;
  if (has(choices->mt, 1)) can("inbound_indicated");
  if (has(choices->mt, 2)) can("inbound_direct");
  if (has(choices->ds, 1)) can("reports_direct");
  if (has(choices->ds, 2)) can("reports_stored");
  findings_.notify = at::best_notification(*choices);
}

void Probe::note_health(const at::Reply& reply) {
  for (const at::Line& line : reply) {
    if (const auto degrees = at::temperature(line.text)) findings_.temperature = degrees;
    if (const auto battery = at::battery(line.text)) findings_.millivolts = battery->millivolts;
  }
}

void Probe::note_refusal(std::string_view name, const at::DialogueFailure& failure) {
  if (name == "sim") findings_.facts.sim = at::sim_state(failure);
  if (name == "smsc") {
    problem("the service centre is not known; set it with AT+CSCA if sending fails with cms_330");
  }
  if (name == "storage") problem("no message store is told; received texts may not be kept");
  if (name == "notification") {
    problem("what it announces is not told; it may be good for sending only");
  }
  if (name == "imei") problem("the IMEI is not told");
}

void Probe::hear(const at::Line& line) {
  if (const auto sim = at::sim_state(line.text); sim && line.text.starts_with("+CPIN")) {
    findings_.facts.sim = *sim;
  }
  note_registration(line.text, false);
}

void Probe::can(std::string_view what) {
  findings_.capabilities.emplace_back(what);
}

void Probe::problem(std::string what) {
  auto& problems = findings_.facts.problems;
  if (problems.size() < most_problems) problems.push_back(std::move(what));
}

}  // namespace bank::modem
