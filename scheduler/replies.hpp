#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "at/address.hpp"
#include "scheduler/auto_answers.hpp"
#include "scheduler/calendar.hpp"
#include "scheduler/keywords.hpp"
#include "scheduler/number.hpp"

namespace bank::scheduler {

/// By what the program acts on texts that people write to its SIMs. The same for every text: made
/// once from the configuration. Thread-safe.
class ReplyRules {
 public:
  struct Given {
    std::string opt_out_scope = "all";     // or "promotional"
    std::string country;                   // [region] country
    std::vector<std::string> may_be_sent;  // [sending] countries
    std::string timezone = "UTC";          // [region] timezone
    std::string help{};                    // [replies] help; empty: nobody is answered
  };
  /// `answers`: those that go out by themselves.
  explicit ReplyRules(const Given& given, const std::vector<Keyword>& keywords = first_keywords(),
                      std::vector<AutoAnswer> answers = {});

  [[nodiscard]] const std::string& opt_out_scope() const { return opt_out_scope_; }
  [[nodiscard]] Reading read(std::string_view text) const { return keywords_.read(text); }
  /// E.164 of somebody who can be written to; service centres give some numbers as they are dialled
  /// at home. Nothing: a name or a short code.
  [[nodiscard]] std::optional<std::string> person(std::string_view sender,
                                                  at::Address::Kind kind) const;
  /// Whether an answer to that number is within what the owner pays for.
  [[nodiscard]] bool may_answer(std::string_view e164) const;
  /// "2026-11-27 14:05", as the clocks of the region show it.
  [[nodiscard]] std::string local_minute(WallTime time) const { return clock_.minute_of(time); }
  /// What who asks for help is told; empty: nothing.
  [[nodiscard]] const std::string& help() const { return help_; }
  /// Whether some texts are answered without anybody.
  [[nodiscard]] bool answers_by_itself() const { return !answers_.is_empty(); }
  [[nodiscard]] const AutoAnswer* answer_to(std::string_view text, std::string_view sim,
                                            WallTime now) const {
    return answers_.choose(text, sim, clock_.local_minute(now));
  }

 private:
  std::string opt_out_scope_;
  Keywords keywords_;
  NumberPolicy anywhere_;
  NumberPolicy allowed_;
  MonthClock clock_;
  std::string help_;
  AutoAnswers answers_;
};

}  // namespace bank::scheduler
