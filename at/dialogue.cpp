#include "at/dialogue.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <utility>

#include "at/fields.hpp"

namespace bank::at {
namespace {

using namespace std::chrono_literals;
using Kind = DialogueFailure::Kind;

constexpr auto quiet_time = 300ms;      // for a prompt to close and late answers to pass
constexpr auto question_time = 1000ms;  // for one question of a resynchronisation

struct Question {
  std::string_view line;
  std::string_view prefix;
};
// In turn, so that no late answer fits the question now asked.
constexpr std::array<Question, 3> questions{
    {{"AT+CMEE?", "+CMEE:"}, {"AT+CMGF?", "+CMGF:"}, {"AT+CPIN?", "+CPIN:"}}};

// Refusals without a number, in capitals or not.
constexpr std::array<std::string_view, 7> plain_errors{"ERROR",
                                                       "ABORTED",
                                                       "COMMAND NOT SUPPORT",
                                                       "COMMAND NOT SUPPORTED",
                                                       "OPERATION NOT ALLOWED",
                                                       "OPERATION NOT SUPPORTED",
                                                       "TOO MANY PARAMETERS"};
constexpr std::array<std::string_view, 5> call_results{"NO CARRIER", "BUSY", "NO ANSWER",
                                                       "NO DIALTONE", "NO DIAL TONE"};
// V.250 §5.7.1, table 1, after ATV0.
constexpr std::array<std::string_view, 9> results_by_number{
    "OK", "CONNECT", "RING", "NO CARRIER", "ERROR", "", "NO DIALTONE", "BUSY", "NO ANSWER"};

// After these a line with the PDU follows (TS 27.005 §3.4.1).
constexpr std::array<std::string_view, 3> headers{"+CMT:", "+CDS:", "+CBM:"};
constexpr std::array<std::string_view, 2> listings{"+CMGL:", "+CMGR:"};

bool is_one_of(std::string_view line, const auto& words) {
  return std::find(words.begin(), words.end(), line) != words.end();
}

bool starts_with_any(std::string_view line, const auto& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view prefix) { return line.starts_with(prefix); });
}

/// What may stand between the lines of an identity (TS 27.007, TS 27.005; makers' lines are left to
/// the readers of the answer, who look for digits).
bool is_known_urc(std::string_view line) {
  constexpr std::array<std::string_view, 14> urcs{
      "+CMT:",   "+CDS:",  "+CBM:",  "+CMTI:", "+CDSI:", "+CREG:", "+CGREG:",
      "+CEREG:", "+CUSD:", "+CMGS:", "+CPIN:", "+CIEV:", "RING",   "+CRING:"};
  return starts_with_any(line, urcs) || is_one_of(line, call_results);
}

/// Octets in hex, with all that from_hex passes over. One digit alone is a result after ATV0.
bool is_pdu(std::string_view line) {
  const auto is_passed_over = [](char c) { return c == ' ' || c == '\t' || c == '"'; };
  const bool is_all = std::all_of(line.begin(), line.end(),
                                  [&](char c) { return is_hex_digit(c) || is_passed_over(c); });
  return is_all && std::count_if(line.begin(), line.end(), is_hex_digit) >= 2;
}

/// Whether the last quote of a text closes it: the scheme stands behind it, or nothing and the
/// quotes are in pairs, for there are some inside too.
bool is_closed(std::string_view quoted) {
  const auto close = quoted.rfind('"');
  if (close == 0) return false;
  const auto rest = trimmed(quoted.substr(close + 1));
  if (rest.empty()) return std::count(quoted.begin(), quoted.end(), '"') % 2 == 0;
  return rest.starts_with(',') &&
         std::all_of(rest.begin() + 1, rest.end(), [](char c) { return c == ' ' || is_digit(c); });
}

/// A quoted text of +CUSD that runs over several lines (guide §1.1). One without a closing quote
/// was cut where it was full, and ends with its line.
bool is_open_text(std::string_view line) {
  if (!line.starts_with("+CUSD:")) return false;
  const auto quote = line.find_first_not_of(' ', line.find(',') + 1);
  if (quote == std::string_view::npos || line[quote] != '"') return false;
  return line.size() - quote <= Dialogue::longest_open_text && !is_closed(line.substr(quote));
}

std::optional<DialogueFailure> coded_error(std::string_view line, std::string_view prefix,
                                           Kind kind) {
  if (!line.starts_with(prefix)) return std::nullopt;
  line.remove_prefix(prefix.size());
  while (line.starts_with(' ')) line.remove_prefix(1);
  int code = -1;
  const auto [end, fault] = std::from_chars(line.data(), line.data() + line.size(), code);
  if (fault != std::errc{} || end != line.data() + line.size()) {
    return DialogueFailure{kind, -1, std::string(line)};  // AT+CMEE=2, or a modem of its own mind
  }
  return DialogueFailure{kind, code};
}

constexpr char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool same_words(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return upper(x) == upper(y); });
}

bool is_refusal(std::string_view line) {
  return line.starts_with("+EXT ERROR:") ||
         std::any_of(plain_errors.begin(), plain_errors.end(),
                     [&](std::string_view words) { return same_words(line, words); });
}

bool dials(const Command& command) {
  return same_words(std::string_view(command.line).substr(0, 3), "ATD");
}

std::optional<DialogueFailure> error_in(std::string_view line, bool is_of_call) {
  if (auto cme = coded_error(line, "+CME ERROR:", Kind::cme)) return cme;
  if (auto cms = coded_error(line, "+CMS ERROR:", Kind::cms)) return cms;
  if (line == "ERROR") return DialogueFailure{Kind::error};
  if (is_refusal(line) || (is_of_call && is_one_of(line, call_results))) {
    return DialogueFailure{Kind::error, -1, std::string(line)};
  }
  return std::nullopt;
}

std::string_view in_words(std::string_view line) {
  if (line.size() != 1 || line[0] < '0' || line[0] > '8') return line;
  return results_by_number[static_cast<std::size_t>(line[0] - '0')];
}

}  // namespace

DialogueEvents Dialogue::submit(Command command, TimePoint now) {
  assert(idle() && in_step_);
  assert(command.timeout.count() > 0);
  deadline_ = now + command.timeout;
  stage_ = command.prompts ? Stage::awaits_prompt : Stage::plain;
  echoed_ = false;
  command_ = std::move(command);
  reply_.clear();
  return {Write{command_->line + "\r"}};
}

DialogueEvents Dialogue::pay(std::string payload, std::chrono::milliseconds timeout,
                             TimePoint now) {
  assert(awaits_payload());
  stage_ = Stage::paid;
  deadline_ = now + timeout;
  payload_ = std::move(payload);
  return {Write{payload_ + '\x1A'}};
}

DialogueEvents Dialogue::abandon(TimePoint now) {
  DialogueEvents events;
  if (!command_ || (stage_ != Stage::awaits_prompt && stage_ != Stage::awaits_payload)) {
    return events;
  }
  // The modem answers ESC with OK, with ERROR or not at all: only a resynchronisation tells.
  deadline_ = now;
  in_step_ = false;
  finish(unexpected(DialogueFailure{Kind::abandoned}), events);
  return events;
}

DialogueEvents Dialogue::receive(std::string_view bytes, TimePoint now) {
  DialogueEvents events;
  for (const char c : bytes) {
    if (std::exchange(after_prompt_, false) && c == ' ') continue;
    if (c == '\r' || c == '\n') {
      if (std::exchange(overlong_, false)) {
        line_.clear();
      } else if (line_.size() < longest_line && is_open_text(line_)) {
        line_ += c;
      } else if (!line_.empty()) {
        take_line(std::exchange(line_, {}), now, events);
      }
      continue;
    }
    if (overlong_ || (static_cast<unsigned char>(c) < 0x20 && c != '\t')) continue;
    if (line_.size() == longest_line) {  // noise: nothing that long is a line of a modem
      overlong_ = true;
      continue;
    }
    line_ += c;
    // Prompts come as "\r\n> ", "> ", "\r\n>" and ">\r\n": the sign at a line's start is enough.
    if (line_ == ">" && command_ && stage_ == Stage::awaits_prompt) {
      line_.clear();
      after_prompt_ = true;
      stage_ = Stage::awaits_payload;
      events.emplace_back(Prompt{});
    }
  }
  return events;
}

DialogueEvents Dialogue::expire(TimePoint now) {
  DialogueEvents events;
  if (now < deadline_) return events;
  deadline_ = TimePoint::max();
  flush_open_text(now, events);
  flush_header(events);
  if (resync_) {
    if (resync_->question + 1 < most_questions) {
      ++resync_->question;
      ask(now, events);
    } else {
      resync_.reset();
      events.emplace_back(Done{unexpected(DialogueFailure{Kind::timeout})});
    }
    return events;
  }
  if (command_) {
    in_step_ = false;
    // Some answers are never closed (Wavecom's +CPIN?): what was told is told.
    const bool is_told = !command_->info_prefix.empty() && command_->lines_at_least > 0 &&
                         reply_.size() >= command_->lines_at_least;
    if (is_told) {
      finish(std::exchange(reply_, {}), events);
    } else {
      finish(unexpected(DialogueFailure{Kind::timeout}), events);
    }
  }
  return events;
}

DialogueEvents Dialogue::resynchronise(TimePoint now) {
  assert(!command_);
  DialogueEvents events;
  flush_open_text(now, events);
  in_step_ = false;
  resync_ = Resync{};
  deadline_ = now + quiet_time;
  line_.clear();
  events.emplace_back(Write{"\x1B\r"});
  return events;
}

void Dialogue::ask(TimePoint now, DialogueEvents& events) {
  resync_->answered = false;
  deadline_ = now + question_time;
  const auto& question = questions[static_cast<std::size_t>(resync_->question) % questions.size()];
  events.emplace_back(Write{std::string(question.line) + "\r"});
}

void Dialogue::take_line(std::string line, TimePoint now, DialogueEvents& events) {
  if (header_ && is_pdu(line)) {
    header_->payload = std::move(line);
    flush_header(events);
    return;
  }
  if (command_ && !reply_.empty() && starts_with_any(reply_.back().text, listings) &&
      reply_.back().payload.empty() && is_pdu(line)) {
    reply_.back().payload = std::move(line);
    return;
  }
  if (take_result(line, now, events)) return;
  if (resync_) {
    if (resync_->question >= 0) {
      const auto& question =
          questions[static_cast<std::size_t>(resync_->question) % questions.size()];
      if (line == question.line) return;
      if (line.starts_with(question.prefix)) {
        resync_->answered = true;
        // A modem tells by the same line that its SIM was taken out.
        if (line.starts_with("+CPIN:")) events.emplace_back(Unsolicited{{std::move(line)}});
        return;
      }
    }
  } else if (command_) {
    const bool is_echo = line == command_->line || (stage_ == Stage::paid && line == payload_);
    if (is_echo) {
      echoed_ = true;
      return;
    }
    const bool is_ours = command_->any_lines ? !is_known_urc(line)
                                             : !command_->info_prefix.empty() &&
                                                   line.starts_with(command_->info_prefix);
    // Before the payload a result line can only be a late one, of the submission before.
    const bool is_early = stage_ == Stage::awaits_prompt || stage_ == Stage::awaits_payload;
    if (is_ours && !is_early) {
      if (reply_.size() < most_lines) reply_.push_back({std::move(line)});
      return;
    }
  }
  flush_header(events);
  if (starts_with_any(line, headers)) {
    header_ = Line{std::move(line)};
  } else {
    events.emplace_back(Unsolicited{{std::move(line)}});
  }
}

bool Dialogue::take_result(std::string_view line, TimePoint now, DialogueEvents& events) {
  const std::string_view words = in_words_ ? line : in_words(line);
  const bool is_ok = words == "OK";
  const auto error = is_ok ? std::nullopt : error_in(words, command_ && dials(*command_));
  if (!is_ok && !error) return false;
  const bool is_answer = is_ok || words == "ERROR";
  in_words_ = in_words_ || (is_answer && words == line);
  if (resync_) {
    if (resync_->question < 0) return true;  // late, and what the pause is for
    if (is_ok && resync_->answered) {
      resync_.reset();
      deadline_ = TimePoint::max();
      in_step_ = true;
      events.emplace_back(InStep{});
    }
    (void)now;  // an error: the next question comes when this one's time is over
    return true;
  }
  if (!command_) {
    if (is_answer) in_step_ = false;  // nobody asked: it is somebody's answer
    events.emplace_back(Unsolicited{{std::string(line)}});
    return true;
  }
  const bool before_payload = stage_ == Stage::awaits_prompt || stage_ == Stage::awaits_payload;
  if (error) {
    // Refused before the prompt, or somebody else's late answer: the prompt may still come.
    if (before_payload) in_step_ = false;
    finish(unexpected(*error), events);
  } else if (before_payload || reply_.size() < command_->lines_at_least) {
    in_step_ = false;
    finish(unexpected(DialogueFailure{Kind::foreign}), events);
  } else {
    finish(std::exchange(reply_, {}), events);
  }
  return true;
}

void Dialogue::finish(Result<Reply, DialogueFailure> result, DialogueEvents& events) {
  if (stage_ == Stage::awaits_prompt || stage_ == Stage::awaits_payload) {
    events.emplace_back(Write{"\x1B"});  // a prompt must not find the next command
  }
  command_.reset();
  stage_ = Stage::plain;
  payload_.clear();
  deadline_ = TimePoint::max();
  events.emplace_back(Done{std::move(result)});
}

void Dialogue::flush_open_text(TimePoint now, DialogueEvents& events) {
  if (!overlong_ && is_open_text(line_)) take_line(std::exchange(line_, {}), now, events);
}

void Dialogue::flush_header(DialogueEvents& events) {
  if (!header_) return;
  events.emplace_back(Unsolicited{std::move(*header_)});
  header_.reset();
}

}  // namespace bank::at
