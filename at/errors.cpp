#include "at/errors.hpp"

#include <algorithm>
#include <initializer_list>
#include <iterator>

#include "at/error_table.hpp"

namespace bank::at {
namespace {

using error_rows::UnlistedErrors;
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
    {Kind::cms, 22, "congestion/memory capacity exceeded"},
    {Kind::cms, 28, "unidentified sub"},
    {Kind::cms, 81, "invalid short message reference value"},
    {Kind::cms, 81, "invalid short message transfer reference"},
    {Kind::cms, 95, "semantically incorrect message"},
    {Kind::cms, 95, "unspecified invalid message"},
    {Kind::cms, 111, "unspecified protocol error"},
    {Kind::cms, 127, "unspecified interworking error"},
    {Kind::cms, 208, "D0 SIM SMS storage full"},
    {Kind::cms, 256, "operation temporary not allowed"},
    {Kind::cms, 258, "phone busy"},
    {Kind::cms, 300, "MT failure"},
    {Kind::cms, 300, "phone failure"},
    {Kind::cms, 301, "SMS service reserved"},
    {Kind::cms, 301, "SMS service of MT reserved"},
    {Kind::cms, 301, "SMS ME reserved"},
    {Kind::cms, 304, "invalid PDU mode"},
    {Kind::cms, 304, "invalid PDU parameter"},
    {Kind::cms, 305, "invalid text mode"},
    {Kind::cms, 305, "invalid text parameter"},
    {Kind::cms, 310, "SIM not present"},
    {Kind::cms, 311, "SIM PIN necessary"},
    {Kind::cms, 312, "PH-SIM PIN necessary"},
    {Kind::cms, 316, "SIM PUK necessary"},
    {Kind::cms, 317, "SIM PIN2 necessary"},
    {Kind::cms, 318, "SIM PUK2 necessary"},
    {Kind::cms, 321, "invalid index"},
    {Kind::cms, 330, "SCA unknown"},
    {Kind::cms, 330, "SC address unknown"},
    {Kind::cms, 331, "no network"},
    {Kind::cms, 332, "network timed out"},
    {Kind::cms, 340, "no CNMA acknowledgment expected"},
    {Kind::cms, 500, "unknown"},
    {Kind::cms, 512, "MM establishment failure"},
    {Kind::cms, 513, "lower layer failure"},
    {Kind::cms, 514, "CP error"},
    {Kind::cms, 515, "please wait, init in progress"},
    {Kind::cms, 515, "please wait, init or command processing in progress"},
    {Kind::cms, 517, "invalid character in PDU"},
    {Kind::cms, 521, "timer expired"},
    {Kind::cms, 528, "invalid (non-hex) chars in PDU"},
    {Kind::cms, 529, "MO SMS is not allow"},
    {Kind::cms, 530, "GPRS is suspended"},
    {Kind::cms, 531, "ME storage full"},
    {Kind::cms, 532, "SIM not ready"},
    {Kind::cms, 538, "invalid parameter"},
    {Kind::cms, 549, "incorrect PDU length"},
    {Kind::cms, 551, "invalid (non-hex) chars in address"},
    {Kind::cms, 553, "incorrect PDU length (UDL)"},
    {Kind::cms, 554, "incorrect SCA length"},
    {Kind::cme, 0, "ME failure"},
    {Kind::cme, 0, "MT failure"},
    {Kind::cme, 1, "no connection to phone"},
    {Kind::cme, 2, "phone-adaptor link reserved"},
    {Kind::cme, 2, "phone adapter link reserved"},
    {Kind::cme, 3, "not allowed"},
    {Kind::cme, 4, "not supported"},
    {Kind::cme, 4, "COMMAND NOT SUPPORT"},
    {Kind::cme, 4, "COMMAND NOT SUPPORTED"},
    {Kind::cme, 10, "SIM not present"},
    {Kind::cme, 11, "SIM PIN necessary"},
    {Kind::cme, 12, "SIM PUK necessary"},
    {Kind::cme, 14, "SIM interface not started"},  // Huawei, while the SIM is powered up
    {Kind::cme, 25, "invalid characters"},
    {Kind::cme, 30, "no network"},
    {Kind::cme, 31, "network timed out"},
    {Kind::cme, 31, "timeout"},
    {Kind::cme, 32, "emergency calls only"},
    {Kind::cme, 50, "invalid parameters"},
    {Kind::cme, 51, "command disabled"},
    {Kind::cme, 52, "command aborted"},
    {Kind::cme, 53, "not attached to the network"},
    {Kind::cme, 53, "not attached restricted"},
    {Kind::cme, 54, "emergency services only"},
    {Kind::cme, 54, "not allowed emergency only"},
    {Kind::cme, 55, "not allowed restricted"},
    {Kind::cme, 55, "restricted service"},
    {Kind::cme, 56, "fixed dial number only"},
    {Kind::cme, 56, "fixed dial number only allowed - called number is not a fixed dial number"},
    {Kind::cme, 57, "temporarily out of service"},
    {Kind::cme, 58, "language/alphabet not supported"},
    {Kind::cme, 60, "internal system failure"},
    {Kind::cme, 100, "unknown error"},
    {Kind::cme, 102, "IMSI unknown in HLR/HSS"},
    {Kind::cme, 103, "illegal MS/UE"},
    {Kind::cme, 107, "PS services not allowed"},
    {Kind::cme, 111, "Public Land Mobile Network (PLMN) not allowed"},
    {Kind::cme, 112, "location/tracking area not allowed"},
    {Kind::cme, 113, "roaming not allowed in this location/tracking area"},
    {Kind::cme, 113, "roaming not allowed in this tracking area"},
    {Kind::cme, 115, "no suitable cells in tracking area"},
    {Kind::cme, 256, "operation temporary not allowed"},
    {Kind::cme, 515, "please wait, init in progress"},
    {Kind::cme, 515, "please wait, init or command processing in progress"},
    {Kind::cme, 770, "SIM invalid"},
    {Kind::cme, 770, "SIM network reject"},
};

constexpr char folded(char c) {
  const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return small == 'z' ? 's' : small;  // personalization, personalisation
}

constexpr bool counts(char c) {
  const char f = folded(c);
  return (f >= 'a' && f <= 'z') || (f >= '0' && f <= '9');  // a digit tells PIN2 from PIN
}

/// The first place from `i` on that counts; what stands in brackets does not: "(U)SIM busy",
/// "illegal MS (#3)".
constexpr std::size_t next_counting(std::string_view text, std::size_t i) {
  while (i < text.size() && !counts(text[i])) {
    const auto close = text[i] == '(' ? text.find(')', i) : std::string_view::npos;
    i = close == std::string_view::npos ? i + 1 : close + 1;
  }
  return i;
}

/// Whether two texts have the same letters and digits, whatever their case and punctuation.
constexpr bool same_words(std::string_view a, std::string_view b) {
  std::size_t i = next_counting(a, 0);
  std::size_t j = next_counting(b, 0);
  while (i < a.size() && j < b.size()) {
    if (folded(a[i]) != folded(b[j])) return false;
    i = next_counting(a, i + 1);
    j = next_counting(b, j + 1);
  }
  return i == a.size() && j == b.size();
}
static_assert(same_words("SIM PIN required", "sim-pin REQUIRED."));
static_assert(same_words("(U)SIM busy", "SIM busy") &&
              same_words("Illegal MS (#3).", "illegal MS"));
static_assert(!same_words("SIM PIN2 required", "SIM PIN required"));
static_assert(!same_words("", "SIM busy") && !same_words("SIM busy", "SIM bus"));

static_assert(std::ranges::all_of(spellings, [](const Spelling& spelling) {
  return std::ranges::binary_search(error_table, ErrorKey{spelling.kind, spelling.number}, {},
                                    &ErrorRow::key);
}));

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

/// A number that stands in no table, or words (-1) that are not known.
ErrorMeaning unlisted(Kind kind, int number) {
  using namespace std::chrono_literals;
  if (number < 0) {
    return {Reaction::unknown, 10s, "refused in words that are not known",
            "if it repeats, look them up in the modem's manual"};
  }
  const auto* const row =
      std::find_if(std::begin(unlisted_errors), std::end(unlisted_errors),
                   [&](const UnlistedErrors& r) { return r.kind == kind && number <= r.last; });
  return {Reaction::unknown, 10s, row->meaning, row->do_next};
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
    case Kind::cms: return unlisted(failure.kind, failure.code);
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
  const auto* const row = failure.kind == Kind::error ? nullptr : row_of(failure);
  const bool is_cme_timeout = row != nullptr && row->key() == ErrorKey{Kind::cme, 31};
  return is_cme_timeout || is_cms(failure, {{197, 197}, {224, 226}, {332, 332}});
}

}  // namespace bank::at
