#include "scheduler/auto_answers.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "scheduler/fold.hpp"

namespace bank::scheduler {
namespace {

bool fits(AutoAnswer::Match match, const std::vector<std::string>& keywords,
          const std::string& folded, const std::string& first_line) {
  if (match == AutoAnswer::Match::any) return true;
  const std::string unspaced = without_spaces(folded);
  return std::any_of(keywords.begin(), keywords.end(), [&](const std::string& keyword) {
    if (folded == keyword || first_line == keyword || unspaced == without_spaces(keyword)) {
      return true;
    }
    return match == AutoAnswer::Match::prefix && folded.starts_with(keyword + ' ');
  });
}

}  // namespace

std::string_view name_of(AutoAnswer::Match match) {
  switch (match) {
    case AutoAnswer::Match::exact: return "exact";
    case AutoAnswer::Match::prefix: return "prefix";
    case AutoAnswer::Match::any: return "any";
  }
  return {};
}

bool is_its_time(const AutoAnswer& answer, const LocalMinute& now) {
  const auto is_on = [&](int weekday) {
    return (answer.days >> static_cast<unsigned>((weekday + 7) % 7) & 1U) != 0;
  };
  bool is_within = false;
  if (answer.from <= answer.to) {
    is_within = is_on(now.weekday) && answer.from <= now.minute && now.minute < answer.to;
  } else {
    is_within = (is_on(now.weekday) && now.minute >= answer.from) ||
                (is_on(now.weekday - 1) && now.minute < answer.to);
  }
  return is_within != answer.outside;
}

AutoAnswers::AutoAnswers(std::vector<AutoAnswer> answers) {
  for (auto& answer : answers) {
    if (!answer.is_enabled) continue;
    Ready ready{std::move(answer), {}};
    for (const auto& keyword : ready.answer.keywords) {
      auto folded = fold(keyword);
      if (!folded.empty()) ready.folded.push_back(std::move(folded));
    }
    ready_.push_back(std::move(ready));
  }
  std::sort(ready_.begin(), ready_.end(), [](const Ready& a, const Ready& b) {
    return std::tie(a.answer.place, a.answer.name) < std::tie(b.answer.place, b.answer.name);
  });
}

const AutoAnswer* AutoAnswers::choose(std::string_view text, std::string_view sim,
                                      const LocalMinute& now) const {
  if (ready_.empty()) return nullptr;
  const std::string folded = fold(text);
  const std::string first_line = fold(first_line_of(text));
  for (const auto& [answer, keywords] : ready_) {
    const bool is_its_sim = answer.sims.empty() || std::find(answer.sims.begin(), answer.sims.end(),
                                                             sim) != answer.sims.end();
    if (is_its_sim && is_its_time(answer, now) &&
        fits(answer.match, keywords, folded, first_line)) {
      return &answer;
    }
  }
  return nullptr;
}

}  // namespace bank::scheduler
