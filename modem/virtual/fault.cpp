#include "modem/virtual/fault.hpp"

#include <fmt/format.h>

#include <charconv>
#include <vector>

namespace bank::modem::virt {
namespace {

enum class Argument { none, code, status, time };

struct Spelling {
  std::string_view word;
  FaultKind kind;
  ErrorForm form;
  Argument argument;
  std::string_view help;
};

constexpr Spelling spellings[] = {
    {"cms", FaultKind::refuse, ErrorForm::cms, Argument::code, "+CMS ERROR: N, not sent"},
    {"cme", FaultKind::refuse, ErrorForm::cme, Argument::code, "+CME ERROR: N, not sent"},
    {"error", FaultKind::refuse, ErrorForm::plain, Argument::none, "ERROR, not sent"},
    {"taken-cms", FaultKind::refuse_taken, ErrorForm::cms, Argument::code,
     "+CMS ERROR: N though the network took it"},
    {"taken-cme", FaultKind::refuse_taken, ErrorForm::cme, Argument::code,
     "+CME ERROR: N though the network took it"},
    {"taken-error", FaultKind::refuse_taken, ErrorForm::plain, Argument::none,
     "ERROR though the network took it"},
    {"lost", FaultKind::lost_result, ErrorForm::cms, Argument::none,
     "the network took it, no result ever"},
    {"late", FaultKind::late_result, ErrorForm::cms, Argument::time,
     "the network took it, the result TIME later"},
    {"garbage", FaultKind::garbage, ErrorForm::cms, Argument::none, "noise before the next answer"},
    {"no-prompt", FaultKind::no_prompt, ErrorForm::cms, Argument::none,
     "AT+CMGS= gets no answer at all"},
    {"slow", FaultKind::slow, ErrorForm::cms, Argument::time, "network time of one submission"},
    {"restart-before", FaultKind::restart_before, ErrorForm::cms, Argument::none,
     "restarts in mid-send, not sent"},
    {"restart-after", FaultKind::restart_after, ErrorForm::cms, Argument::none,
     "restarts in mid-send, the network took it"},
    {"report-status", FaultKind::report_status, ErrorForm::cms, Argument::status,
     "TP-Status of a status report, 0 to 255 or 0xNN"},
    {"report-lost", FaultKind::report_lost, ErrorForm::cms, Argument::none, "no status report"},
    {"report-twice", FaultKind::report_twice, ErrorForm::cms, Argument::none,
     "the status report comes twice"},
    {"report-late", FaultKind::report_late, ErrorForm::cms, Argument::time,
     "the status report TIME later"},
    {"report-early", FaultKind::report_early, ErrorForm::cms, Argument::none,
     "the status report before its +CMGS:"},
    {"notice-lost", FaultKind::notice_lost, ErrorForm::cms, Argument::none,
     "a message is stored and not announced"},
    {"notice-twice", FaultKind::notice_twice, ErrorForm::cms, Argument::none,
     "a message is announced twice"},
    {"list-silent", FaultKind::list_silent, ErrorForm::cms, Argument::none,
     "AT+CMGL= gets no answer at all"},
    {"read-silent", FaultKind::read_silent, ErrorForm::cms, Argument::none,
     "AT+CMGR= gets no answer at all"},
    {"erase-silent", FaultKind::erase_silent, ErrorForm::cms, Argument::none,
     "AT+CMGD= is done and not answered"},
};

const Spelling* spelling_of(std::string_view word) {
  for (const Spelling& spelling : spellings) {
    if (spelling.word == word) return &spelling;
  }
  return nullptr;
}

std::string known_words() {
  std::string words;
  for (const Spelling& spelling : spellings) {
    words += words.empty() ? "" : ", ";
    words += spelling.word;
  }
  return words;
}

/// Reads the fault's own argument into it; false when the word does not say one.
bool read_argument(Argument argument, std::string_view word, Fault& fault) {
  if (argument == Argument::time) {
    const auto time = parse_time(word);
    if (time) fault.time = *time;
    return time.has_value();
  }
  const auto value = parse_number(word);
  if (!value || *value > (argument == Argument::status ? 255U : 65'535U)) return false;
  fault.code = static_cast<int>(*value);
  return true;
}

}  // namespace

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; (at = line.find_first_not_of(' ', at)) != std::string_view::npos;) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

std::optional<unsigned> parse_number(std::string_view word) {
  int base = 10;
  if (word.starts_with("0x")) {
    word.remove_prefix(2);
    base = 16;
  }
  unsigned value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, base);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

std::optional<std::chrono::milliseconds> parse_time(std::string_view word,
                                                    std::chrono::milliseconds bare) {
  auto scale = static_cast<unsigned>(bare.count());
  if (word.ends_with("ms")) {
    scale = 1;
    word.remove_suffix(2);
  } else if (word.ends_with('s')) {
    scale = 1000;
    word.remove_suffix(1);
  }
  const auto value = parse_number(word);
  constexpr unsigned day = 86'400'000;
  if (!value || *value > day / scale) return std::nullopt;
  return std::chrono::milliseconds{*value * scale};
}

Result<Fault, std::string> parse_fault(std::string_view line) {
  const auto words = words_of(line);
  const Spelling* spelling = words.empty() ? nullptr : spelling_of(words[0]);
  if (spelling == nullptr) {
    return unexpected(
        fmt::format("no fault '{}': there are {}", words.empty() ? "" : words[0], known_words()));
  }
  Fault fault{.kind = spelling->kind, .form = spelling->form, .count = std::nullopt};
  std::size_t next = 1;
  if (spelling->argument != Argument::none) {
    const std::string_view word = words.size() > next ? words[next] : std::string_view{};
    if (!read_argument(spelling->argument, word, fault)) {
      return unexpected(fmt::format(
          "'{}' after {}: write {}", word, spelling->word,
          spelling->argument == Argument::time     ? "a time as 5s or 250ms, at most a day"
          : spelling->argument == Argument::status ? "a TP-Status from 0 to 255"
                                                   : "an error number from 0 to 65535"));
    }
    ++next;
  }

  bool always = false;
  bool has_permille = false;
  for (; next < words.size(); ++next) {
    const std::string_view word = words[next];
    const auto value = parse_number(word.substr(std::min(word.find('=') + 1, word.size())));
    if (word == "count=always") {
      always = true;
    } else if (word.starts_with("count=") && value && *value > 0) {
      fault.count = *value;
    } else if (word.starts_with("permille=") && value && *value <= 1000) {
      fault.permille = *value;
      has_permille = true;
    } else {
      return unexpected(fmt::format(
          "'{}': write count=N (from 1), count=always or permille=P (0 to 1000)", word));
    }
  }
  // A chance without a count is meant to last; anything else strikes once unless told otherwise.
  if (!fault.count && !always && !has_permille) fault.count = 1;
  return fault;
}

const std::string& fault_help() {
  static const std::string help = [] {
    std::string text;
    for (const Spelling& spelling : spellings) {
      constexpr std::string_view arguments[] = {"", " N", " STATUS", " TIME"};
      text += fmt::format("{}{}: {}\n", spelling.word,
                          arguments[static_cast<std::size_t>(spelling.argument)], spelling.help);
    }
    return text;
  }();
  return help;
}

}  // namespace bank::modem::virt
