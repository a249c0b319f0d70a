#include "firmware-host/power_note.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace bank::host {
namespace {

using Time = std::optional<std::chrono::milliseconds>;

std::string shown(std::string_view name, const Time& time) {
  return time ? fmt::format(" {}={}ms", name, time->count()) : "";
}

/// The number behind " name=".
Time time_in(std::string_view text, std::string_view name) {
  const auto at = text.find(fmt::format(" {}=", name));
  if (at == std::string_view::npos) return std::nullopt;
  const char* const begin = text.data() + at + name.size() + 2;
  unsigned count = 0;
  if (std::from_chars(begin, text.data() + text.size(), count).ec != std::errc{}) {
    return std::nullopt;
  }
  return std::chrono::milliseconds{count};
}

bool is_date(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' &&
         std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) == 8;
}

}  // namespace

PowerNote note_of(const modem::PowerObservations& seen, std::string date) {
  return {modem::verdict_of(seen), std::move(date), seen.gone, seen.back, seen.answered};
}

std::string text_of(const PowerNote& note) {
  return fmt::format("{} {}{}{}{}", modem::name_of(note.verdict), note.date,
                     shown("gone", note.gone), shown("back", note.back),
                     shown("answers", note.answers));
}

std::optional<PowerNote> read_power_note(std::string_view text) {
  const auto word = text.substr(0, text.find(' '));
  const auto verdict =
      std::find_if(modem::all_power_verdicts.begin(), modem::all_power_verdicts.end(),
                   [&](modem::PowerVerdict one) { return modem::name_of(one) == word; });
  if (verdict == modem::all_power_verdicts.end() || word.size() == text.size()) return std::nullopt;
  PowerNote note;
  note.verdict = *verdict;
  note.date = text.substr(word.size() + 1, 10);
  note.gone = time_in(text, "gone");
  note.back = time_in(text, "back");
  note.answers = time_in(text, "answers");
  return is_date(note.date) && text_of(note) == text ? std::optional(note) : std::nullopt;
}

}  // namespace bank::host
