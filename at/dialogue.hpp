#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "at/result.hpp"

namespace bank::at {

using TimePoint = std::chrono::steady_clock::time_point;

struct Command {
  std::string line;         // "AT+CMGS=23", without the closing <CR>
  std::string info_prefix;  // "+CMGS:": such lines are the answer; empty: there is none
  std::chrono::milliseconds timeout{5000};
  bool prompts = false;  // a prompt comes before the result, and wants a payload
  std::size_t lines_at_least = info_prefix.empty() ? 0 : 1;  // 0 for listings, which may be empty
  bool any_lines = false;  // identities come with or without a prefix: take what is no known URC
};

/// One information line; `payload` is the PDU that stands on the line after it, if any, as it was
/// printed.
struct Line {
  std::string text;  // over several lines, with their ends as printed, only in quotes of +CUSD
  std::string payload{};
  friend bool operator==(const Line&, const Line&) = default;
};
using Reply = std::vector<Line>;

/// Why a command ended without its answer. `foreign`: a result that cannot be this command's, so
/// answers may be shifted by one. `abandoned`: an open prompt was closed at the caller's wish.
struct DialogueFailure {
  enum class Kind { error, cme, cms, timeout, foreign, abandoned };
  Kind kind;
  int code = -1;       // TS 27.007 §9.2 for cme, TS 27.005 §3.2.5 for cms; -1: none, or in words
  std::string text{};  // the modem's words, where it answered in words

  /// The modem said no, rather than nothing, something else, or nothing in time.
  [[nodiscard]] bool is_answer() const {
    return kind == Kind::error || kind == Kind::cme || kind == Kind::cms;
  }
  friend bool operator==(const DialogueFailure&, const DialogueFailure&) = default;
};

// What the dialogue asks of, or tells, whoever drives it.
struct Write {
  std::string bytes;
};
struct Prompt {};  // the modem wants the payload: `pay` if it is still awaited, or `abandon`
struct Unsolicited {
  Line line;  // also what is not known: noise is kept for the technician, never an error
};
struct Done {
  Result<Reply, DialogueFailure> result;
};
struct InStep {};  // resynchronised: the next answer is the next command's
using DialogueEvent = std::variant<Write, Prompt, Unsolicited, Done, InStep>;
using DialogueEvents = std::vector<DialogueEvent>;

/// One AT dialogue (V.250, TS 27.005) as a pure state machine: bytes and the time go in, events
/// come out. It owns no port, no timer and no thread, so every interleaving can be played in a
/// test.
///
/// Final results (V.250 §5.7.1, guide §1.2) are whole lines:
///   OK                                ends a command well
///   ERROR, ABORTED, +CME ERROR: …, +CMS ERROR: …, +EXT ERROR: …, and refusals in words (COMMAND
///   NOT SUPPORT, OPERATION NOT ALLOWED, …)
///                                     end it with a failure
///   NO CARRIER, BUSY, NO ANSWER, NO DIALTONE, NO DIAL TONE
///                                     end a command that dials (ATD…), else they are unsolicited:
///                                     they are also told of calls to the SIM
///   0 to 8                            the same by number (ATV0), until the modem has said OK or
///                                     ERROR in words
/// CONNECT is none: it is intermediate, and what follows is no dialogue before the call's end.
class Dialogue {
 public:
  static constexpr std::size_t longest_line = 2048;  // a +CMGL line with a full TPDU is under 400
  // Octets of a +CUSD text, 160 of GSM 7-bit, at which some modems cut it and its closing quote.
  static constexpr std::size_t longest_open_text = 182;
  static constexpr int most_questions = 10;        // of one resynchronisation
  static constexpr std::size_t most_lines = 1024;  // of one answer: a listing of a full store

  [[nodiscard]] bool idle() const noexcept { return !command_ && !resync_; }

  /// False once answers may belong to an earlier command, also where what was read with Done or
  /// InStep went on with one answer more. `submit` is allowed only in step.
  [[nodiscard]] bool in_step() const noexcept { return in_step_; }

  /// When `expire` wants to be called; TimePoint::max() while nothing is awaited.
  [[nodiscard]] TimePoint deadline() const noexcept { return deadline_; }

  /// One command at a time: the caller queues.
  [[nodiscard]] DialogueEvents submit(Command command, TimePoint now);

  /// The modem has repeated the command that was submitted last.
  [[nodiscard]] bool echoed() const noexcept { return echoed_; }

  /// False again where what was read with the prompt has ended the command.
  [[nodiscard]] bool awaits_payload() const noexcept { return stage_ == Stage::awaits_payload; }

  /// While the payload is awaited: the PDU, closed with Ctrl-Z. From here on the network may take
  /// it.
  [[nodiscard]] DialogueEvents pay(std::string payload, std::chrono::milliseconds timeout,
                                   TimePoint now);
  /// After submit of a prompting command and before `pay`: ESC, now or as soon as the prompt comes.
  [[nodiscard]] DialogueEvents abandon(TimePoint now);

  [[nodiscard]] DialogueEvents receive(std::string_view bytes, TimePoint now);
  /// An answer of one line that its OK does not follow in time is the answer; of a listing nobody
  /// can know that it is whole. A text whose closing quote has not come is told as far as it goes.
  [[nodiscard]] DialogueEvents expire(TimePoint now);

  /// Gets back in step: closes a prompt that may be open, lets late answers pass, then asks
  /// questions in turn until one is answered by its own line, so that no late answer fits. Ends
  /// with InStep, or with Done and a time-out after `most_questions`.
  [[nodiscard]] DialogueEvents resynchronise(TimePoint now);

  /// The port was opened anew: nothing is awaited and nothing is left over.
  void reset() { *this = Dialogue{}; }

 private:
  enum class Stage { plain, awaits_prompt, awaits_payload, paid };
  struct Resync {
    int question = -1;  // -1: letting late answers pass
    bool answered = false;
  };

  void take_line(std::string line, TimePoint now, DialogueEvents& events);
  [[nodiscard]] bool take_result(std::string_view line, TimePoint now, DialogueEvents& events);
  void ask(TimePoint now, DialogueEvents& events);
  void finish(Result<Reply, DialogueFailure> result, DialogueEvents& events);
  void flush_header(DialogueEvents& events);
  void flush_open_text(TimePoint now, DialogueEvents& events);

  std::optional<Command> command_;
  Stage stage_ = Stage::plain;
  std::string payload_;  // to know its echo
  Reply reply_;
  std::optional<Line> header_;  // an unsolicited line whose payload has not come yet
  std::optional<Resync> resync_;
  std::string line_;
  TimePoint deadline_ = TimePoint::max();
  bool in_step_ = true;
  bool echoed_ = false;
  bool in_words_ = false;      // results have come in words, so a digit alone is none
  bool overlong_ = false;      // the rest of a line that was too long is dropped
  bool after_prompt_ = false;  // the blank after '>' belongs to the prompt
};

}  // namespace bank::at
