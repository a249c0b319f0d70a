#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/calendar.hpp"

namespace bank::scheduler {

/// An answer that an operator wrote once, for texts that people write often. It goes out by the SIM
/// that was written to; nobody gets more than `most_answers` within `answers_within` (wishes.hpp),
/// and none who is not to be written to.
struct AutoAnswer {
  static constexpr std::size_t most = 500;
  static constexpr std::size_t most_keywords = 50;
  static constexpr std::size_t longest_name = 64;      // octets
  static constexpr std::size_t longest_keyword = 100;  // octets
  static constexpr std::size_t longest_text = 2000;    // octets

  enum class Match : std::uint8_t {
    exact,   // the whole text, or its first line, is a keyword
    prefix,  // the text begins with a keyword, as words
    any      // whatever it says
  };

  std::string name;
  int place = 100;  // of several that fit the lowest answers, then the first by name
  bool is_enabled = false;
  Match match = Match::exact;
  std::vector<std::string> keywords{};  // as people write them; none with `any`
  std::vector<std::string> sims{};      // outside names; none: all
  unsigned days = 127;                  // bit 0: Monday
  int from = 0, to = 1440;              // minutes of the day; `to` before `from`: over midnight
  bool outside = false;                 // answers when it is not that time
  std::string text{};
};

[[nodiscard]] std::string_view name_of(AutoAnswer::Match match);

/// Whether that is the time of the answer. Hours that go over midnight belong to the day on which
/// they begin.
[[nodiscard]] bool is_its_time(const AutoAnswer& answer, const LocalMinute& now);

/// Answers made ready to be chosen from.
class AutoAnswers {
 public:
  explicit AutoAnswers(std::vector<AutoAnswer> answers);
  [[nodiscard]] bool is_empty() const { return ready_.empty(); }
  /// The one that fits a text to that SIM; null: none.
  [[nodiscard]] const AutoAnswer* choose(std::string_view text, std::string_view sim,
                                         const LocalMinute& now) const;

 private:
  struct Ready {
    AutoAnswer answer;
    std::vector<std::string> folded;
  };
  std::vector<Ready> ready_;  // enabled ones, in order
};

}  // namespace bank::scheduler
