#include "at/errors.hpp"

#include <algorithm>
#include <initializer_list>
#include <iterator>

#include "at/error_table.hpp"

namespace bank::at {
namespace {

using Kind = DialogueFailure::Kind;

struct ErrorRange {
  int first;
  int last;  // included
};

// Other spellings of the table's words, as modems of several makers write them.
struct Spelling {
  Kind kind;
  int number;
  std::string_view words;
};
constexpr Spelling spellings[] = {
    {Kind::cms, 300, "MT failure"},
    {Kind::cms, 300, "phone failure"},
    {Kind::cms, 301, "SMS service reserved"},
    {Kind::cms, 304, "invalid PDU mode"},
    {Kind::cms, 305, "invalid text mode"},
    {Kind::cms, 311, "SIM PIN necessary"},
    {Kind::cms, 312, "PH-SIM PIN necessary"},
    {Kind::cms, 330, "SCA unknown"},
    {Kind::cms, 331, "no network"},
    {Kind::cms, 332, "network timed out"},
    {Kind::cms, 340, "no +CNMA acknowledgement expected"},
    {Kind::cms, 500, "unknown"},
    {Kind::cme, 0, "ME failure"},
    {Kind::cme, 0, "MT failure"},
    {Kind::cme, 1, "no connection to phone"},
    {Kind::cme, 2, "phone-adaptor link reserved"},
    {Kind::cme, 3, "not allowed"},
    {Kind::cme, 4, "not supported"},
    {Kind::cme, 10, "SIM not present"},
    {Kind::cme, 11, "SIM PIN necessary"},
    {Kind::cme, 14, "SIM interface not started"},  // Huawei, while the SIM is powered up
    {Kind::cme, 31, "network timed out"},
    {Kind::cme, 100, "unknown error"},
    {Kind::cme, 515, "please wait, init in progress"},
    {Kind::cme, 4, "COMMAND NOT SUPPORTED"},
    {Kind::cme, 4, "COMMAND NOT SUPPORT"},
};

constexpr char folded(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool counts(char c) {
  const char f = folded(c);
  return (f >= 'a' && f <= 'z') || (f >= '0' && f <= '9');  // a digit tells PIN2 from PIN
}

/// Whether two texts have the same letters and digits, whatever their case and punctuation.
constexpr bool same_words(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  for (;;) {
    while (i < a.size() && !counts(a[i])) ++i;
    while (j < b.size() && !counts(b[j])) ++j;
    if (i == a.size() || j == b.size()) return i == a.size() && j == b.size();
    if (folded(a[i++]) != folded(b[j++])) return false;
  }
}
static_assert(same_words("SIM PIN required", "sim-pin REQUIRED."));
static_assert(!same_words("SIM PIN2 required", "SIM PIN required"));
static_assert(!same_words("", "SIM busy") && !same_words("SIM busy", "SIM bus"));

const ErrorRow* row_of_number(Kind kind, int number) {
  const ErrorKey wanted{kind, number};
  const auto* const row =
      std::lower_bound(std::begin(error_table), std::end(error_table), wanted,
                       [](const ErrorRow& r, const ErrorKey& key) { return r.key() < key; });
  return row != std::end(error_table) && row->key() == wanted ? row : nullptr;
}

const ErrorRow* row_of_words(Kind kind, std::string_view words) {
  for (const auto& row : error_table) {
    if (row.kind == kind && same_words(row.meaning, words)) return &row;
  }
  for (const auto& spelling : spellings) {
    if (spelling.kind == kind && same_words(spelling.words, words)) {
      return row_of_number(kind, spelling.number);
    }
  }
  return nullptr;
}

/// The row the failure stands for; nullptr where it is in no table.
const ErrorRow* row_of(const DialogueFailure& failure) {
  if (!failure.is_answer()) return nullptr;
  if (failure.code >= 0) return row_of_number(failure.kind, failure.code);
  const Kind first = failure.kind == Kind::cme ? Kind::cme : Kind::cms;
  const auto* const row = row_of_words(first, failure.text);
  return row != nullptr ? row
                        : row_of_words(first == Kind::cme ? Kind::cms : Kind::cme, failure.text);
}

/// Whether the failure is, in number or words, one of these +CMS errors.
bool is_cms(const DialogueFailure& failure, std::initializer_list<ErrorRange> ranges) {
  const auto* const row = failure.kind == Kind::error ? nullptr : row_of(failure);
  return row != nullptr && row->kind == Kind::cms &&
         std::any_of(ranges.begin(), ranges.end(), [&](const ErrorRange& range) {
           return range.first <= row->number && row->number <= range.last;
         });
}

}  // namespace

ErrorMeaning meaning_of(const DialogueFailure& failure) {
  using namespace std::chrono_literals;
  if (const auto* const row = row_of(failure)) {
    return {row->reaction, row->pause, row->meaning, row->do_next};
  }
  switch (failure.kind) {
    case Kind::error:
      return {Reaction::unknown, 10s, "the modem refused without saying why",
              "if it repeats, check AT+CMEE=1, the signal and the SIM's credit"};
    case Kind::cme:
    case Kind::cms:
      return {Reaction::unknown, 10s, "an error of the modem's maker",
              "if it repeats, look it up in the modem's manual"};
    case Kind::timeout:
      return {Reaction::unknown, 10s, "the modem did not answer in time",
              "if it repeats, check the modem's power, cable and hub"};
    case Kind::foreign:
      return {Reaction::again, 10s, "the modem gave the answer of another command",
              "if it repeats, make sure that no other program uses the port"};
    case Kind::abandoned:
      return {Reaction::again, 0s, "withdrawn before it was handed over", "nothing"};
  }
  return {Reaction::unknown, 10s, "", ""};
}

std::string code_of(const DialogueFailure& failure) {
  switch (failure.kind) {
    case Kind::cme:
    case Kind::cms: {
      const auto* const row = row_of(failure);
      const Kind kind = row != nullptr ? row->kind : failure.kind;
      const int code = row != nullptr ? row->number : failure.code;
      if (code < 0) return "error";
      return (kind == Kind::cme ? "cme_" : "cms_") + std::to_string(code);
    }
    case Kind::error: return "error";
    case Kind::timeout: return "timeout";
    case Kind::foreign: return "foreign";
    case Kind::abandoned: return "abandoned";
  }
  return "error";
}

bool refused_by_modem(const DialogueFailure& failure) {
  return is_cms(failure, {{302, 305}, {310, 316}, {320, 322}});
}

bool outcome_unknown(const DialogueFailure& failure) {
  return is_cms(failure, {{197, 197}, {332, 332}});
}

}  // namespace bank::at
