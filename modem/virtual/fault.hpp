#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/result.hpp"

namespace bank::modem::virt {

/// What can go wrong with one submission, one answer or one status report. Faults wait in the modem
/// and strike when their moment comes; what is a state rather than an event (silence, registration,
/// storm, restart) is a call of `Modem`.
enum class FaultKind {
  refuse,          // an error instead of sending: the network never saw it
  refuse_taken,    // the network took it, and the modem says an error all the same
  lost_result,     // the network took it, no result ever; the modem is idle again
  late_result,     // the network took it, the result comes `time` later
  garbage,         // noise before the next answer
  no_prompt,       // AT+CMGS= is swallowed: no prompt, no error
  slow,            // network time of this submission is `time`
  restart_before,  // the modem restarts with the PDU in hand, before the network took it
  restart_after,   // the modem restarts when the network has taken it, before the result
  report_status,   // TP-Status of the report is `code`
  report_lost,     // the report never comes
  report_twice,    // the report comes twice
  report_late,     // the report comes `time` later than it would
  report_early,    // the report comes before the result of its submission
  notice_lost,     // a message is stored, and +CMTI or +CDSI never told
  notice_twice,    // it is told twice
  list_silent,     // AT+CMGL= gets no answer at all
  read_silent,     // nor does AT+CMGR=
  erase_silent,    // AT+CMGD= is done, and not answered
};

enum class ErrorForm { cms, cme, plain };  // +CMS ERROR: n, +CME ERROR: n, ERROR

struct Fault {
  FaultKind kind;
  ErrorForm form = ErrorForm::cms;
  int code = 0;                            // error number, or TP-Status
  std::chrono::milliseconds time{0};       // for late_result, slow, report_late
  std::optional<std::uint32_t> count = 1;  // how often it strikes; absent: until healed
  unsigned permille = 1000;                // chance at each occasion

  friend bool operator==(const Fault&, const Fault&) = default;
};

/// Reads a fault as the control socket spells it: "cms 38 count=3", "late 5s permille=20".
/// The error is a sentence that says what would be right.
[[nodiscard]] Result<Fault, std::string> parse_fault(std::string_view words);

/// One line per kind, for the `help` of the control socket.
[[nodiscard]] const std::string& fault_help();

/// "5s", "250ms", or a bare number of `bare` each; at most a day.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_time(
    std::string_view word, std::chrono::milliseconds bare = std::chrono::seconds{1});

/// Words between blanks.
[[nodiscard]] std::vector<std::string_view> words_of(std::string_view line);

/// A decimal number, or a hexadecimal one after 0x.
[[nodiscard]] std::optional<unsigned> parse_number(std::string_view word);

}  // namespace bank::modem::virt
