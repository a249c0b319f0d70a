#include "at/error_page.hpp"

#include <array>
#include <chrono>
#include <limits>
#include <string_view>
#include <utility>

#include "at/error_table.hpp"
#include "at/errors.hpp"
#include "at/tp_status.hpp"

namespace bank::at {
namespace {

using Kind = DialogueFailure::Kind;

constexpr std::string_view head =
    "# Errors\n"
    "What a modem or the network says when it does not send, what the program does about it by "
    "itself, and what is left for you. Written by `script/errors-page` from the program's own "
    "tables; do not edit.\n\n"
    "Search this page for the code that you see: `cms_38` as `error.code` of a message and of its "
    "submissions (`GET /v1/messages/{id}`) and as `why=` in the log. `cms_…` is the modem's "
    "`+CMS ERROR`, `cme_…` its `+CME ERROR`; words (`AT+CMEE=2`) count as their number. What "
    "became of a message after the network took it is told by its status report: see "
    "[Status reports](#status-reports-tp-st).\n\n"
    "## What the program does\n"
    "Every refusal is an attempt; after `[sending] max_attempts` the message is `failed`, with the "
    "last error. A pause doubles with each attempt, up to 15 minutes (a longer one stays as it "
    "is), "
    "and may outlast the message: then it is `expired`. A message of several parts of which some "
    "are out stays with its SIM "
    "while that is of use.\n\n"
    "| in the tables | what it is |\n|---|---|\n";

struct Word {
  Reaction reaction;
  std::string_view does;
  std::string_view means;
};
constexpr Word words_of_reactions[] = {
    {Reaction::again, "tries again",
     "a moment's trouble: the same or any other SIM, after the pause"},
    {Reaction::wait, "waits and tries again",
     "the network's trouble: the same, after a longer "
     "pause"},
    {Reaction::elsewhere, "another SIM", "this SIM or modem cannot send it: at once by another"},
    {Reaction::sim, "rests the SIM, another SIM",
     "the SIM's trouble: it leaves the rotation for a while, the message goes by another"},
    {Reaction::modem, "restarts the modem, another SIM",
     "the modem's trouble: it is initialised anew, the message goes by another"},
    {Reaction::never, "`failed`",
     "this message will not be taken from anybody: it is not tried "
     "again"},
    {Reaction::unknown, "tries again, then another SIM",
     "nothing certain: the same SIM after the pause, from the second refusal on another"},
};

std::string_view does(Reaction reaction) {
  for (const auto& word : words_of_reactions) {
    if (word.reaction == reaction) return word.does;
  }
  return "";
}

/// "| a | b |"
template <std::size_t size>
std::string table_row(const std::array<std::string, size>& cells) {
  std::string row = "|";
  for (const auto& cell : cells) row += " " + cell + " |";
  return row + "\n";
}

std::string pause_text(std::chrono::seconds pause) {
  const auto seconds = pause.count();
  if (seconds == 0) return "";
  if (seconds % 3600 == 0) return " (" + std::to_string(seconds / 3600) + " h)";
  return " (" + std::to_string(seconds) + " s)";
}

/// What the program does, exceptions among it, at this failure of a part that was handed over.
std::string what_is_done(const DialogueFailure& failure) {
  if (outcome_unknown(failure)) return "`uncertain`: a status report or a person settles it";
  const auto meaning = meaning_of(failure);
  std::string text{does(meaning.reaction)};
  text += pause_text(meaning.pause);
  if (refused_by_modem(failure)) text += "; not counted against the SIM's limits";
  return text;
}

std::string failure_row(std::string shown_as, const DialogueFailure& failure) {
  const auto meaning = meaning_of(failure);
  return table_row<4>({std::move(shown_as), std::string(meaning.meaning), what_is_done(failure),
                       std::string(meaning.do_next)});
}

std::string in_code(std::string_view text) {
  return "`" + std::string(text) + "`";
}

std::string hex(int octet) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  return {'0', 'x', digits[static_cast<std::size_t>(octet >> 4 & 0x0F)],
          digits[static_cast<std::size_t>(octet & 0x0F)]};
}

struct Section {
  Kind kind;
  int first;
  int last;  // included
  std::string_view title;
  std::string_view about;
};
constexpr int no_end = std::numeric_limits<int>::max();
constexpr Section sections[] = {
    {Kind::cms, 0, 127, "cms_1 to cms_127: the network refused",
     "RP causes of TS 24.011 §8.2.5.4: the modem reached the network, and the network said no."},
    {Kind::cms, 128, 255, "cms_128 to cms_255: the service centre refused",
     "TP-FCS of TS 23.040 §9.2.3.22, also in hex, as the standard writes them."},
    {Kind::cms, 256, 299, "cms_256 to cms_299: makers' own",
     "From Siemens, SonyEricsson and who followed them, unless another maker is named."},
    {Kind::cms, 300, 500, "cms_300 to cms_500: the modem refused",
     "TS 27.005 §3.2.5. Where a maker is named, the standard has nothing."},
    {Kind::cms, 501, no_end, "cms_501 and above: makers' own, and they contradict each other",
     "The same number means another thing in another maker's modem. So none of them ends a message "
     "unless all who use it agree; find the maker of your modem in the line."},
    {Kind::cme, 0, 100, "cme_0 to cme_100: the modem refused", "TS 27.007 §9.2.1."},
    {Kind::cme, 101, 255, "cme_101 to cme_255: the network refused the modem or a connection",
     "TS 27.007 §9.2.2 and following. Most are about data connections and rare when sending SMS."},
    {Kind::cme, 256, no_end, "cme_256 and above: makers' own, and they contradict each other",
     "As above cms_500: find the maker of your modem in the line."},
};

std::string code_cell(const DialogueFailure& failure) {
  const bool is_fcs = failure.kind == Kind::cms && failure.code >= 128 && failure.code <= 255;
  return in_code(code_of(failure)) + (is_fcs ? " " + hex(failure.code) : "");
}

constexpr std::string_view failure_heading =
    "\n| shown as | meaning | the program | you |\n|---|---|---|---|\n";

std::string section_text(const Section& section) {
  std::string text =
      "\n## " + std::string(section.title) + "\n" + std::string(section.about) + "\n";
  text += failure_heading;
  int unlisted = section.first;  // a number without a row of its own
  for (const auto& row : error_table) {
    if (row.kind != section.kind || row.number < section.first) continue;
    if (row.number > section.last) break;
    const DialogueFailure failure{row.kind, row.number};
    text += failure_row(code_cell(failure), failure);
    if (row.number == unlisted) ++unlisted;
  }
  return text + failure_row("any other", {section.kind, unlisted});
}

/// What the program itself says where no modem answered.
struct OwnWord {
  std::string_view code;
  std::string_view meaning;
  std::string_view do_next;
};
constexpr OwnWord own_words[] = {
    {"no_prompt", "the modem did not ask for the message, so nothing was handed over; it is queued",
     "if it repeats, restart the modem and look at its verdict"},
    {"no_result", "the message was handed over and the result never came", "as `timeout`"},
    {"vanished", "the modem went away: `uncertain` if the message was handed over, else queued",
     "check the modem's power, cable and hub"},
    {"restarted", "the modem restarted: `uncertain` if the message was handed over, else queued",
     "check the modem's power supply"},
    {"sim_changed", "the SIM was taken out before the message was handed over; it is queued",
     "nothing"},
    {"crash", "the program ended after the message was handed over: `uncertain`",
     "wait for the status report, or requeue it"},
};

/// What is no number: the words of code_of, and the program's own.
std::string words_text() {
  std::string text = "\n## Words: no number was given\n";
  text += failure_heading;
  for (const auto kind : {Kind::error, Kind::timeout, Kind::foreign, Kind::abandoned}) {
    const DialogueFailure failure{kind};
    text += failure_row(in_code(code_of(failure)), failure);
  }
  text +=
      "\nOf a message that was handed over before, `timeout` and `foreign` make an `uncertain` "
      "one: "
      "it may have gone out and is not sent again by itself. And where no modem answered:\n\n"
      "| shown as | meaning | you |\n|---|---|---|\n";
  for (const auto& word : own_words) {
    text +=
        table_row<3>({in_code(word.code), std::string(word.meaning), std::string(word.do_next)});
  }
  return text;
}

/// "`0x46` (70)", or the first and the last.
std::string values_of(const StatusRow& row) {
  const std::string first = in_code(hex(row.first));
  if (row.last != row.first) return first + " to " + in_code(hex(row.last));
  return first + " (" + std::to_string(row.first) + ")";
}

std::string status_text() {
  std::string text =
      "\n## Status reports (TP-ST)\n"
      "What the service centre tells about a message that the network took (TS 23.040 §9.2.3.15). "
      "`delivered`: of all parts, and so is the message. `temporary`: the message stays `sent`. "
      "`permanent`: of any part, and the message is `undelivered`. The program sends none of these "
      "anew by itself.\n\n"
      "| TP-ST | outcome | meaning | send it anew? | you |\n|---|---|---|---|---|\n";

  for (const auto& row : status_table) {
    text +=
        table_row<5>({values_of(row), std::string(name_of(row.outcome)), std::string(row.meaning),
                      row.may_resend ? "may help" : "no", std::string(row.do_next)});
  }
  return text;
}

}  // namespace

std::string error_page() {
  std::string page{head};
  for (const auto& word : words_of_reactions) {
    page += table_row<2>({std::string(word.does), std::string(word.means)});
  }
  page += words_text();
  for (const auto& section : sections) page += section_text(section);
  return page + status_text();
}

}  // namespace bank::at
