#include "modem/submission_history.hpp"

#include <algorithm>

namespace bank::modem {

void SubmissionHistory::note(Result result, std::chrono::milliseconds took, at::TimePoint now) {
  Sum& sum = pieces_.now(now);
  if (result == Result::uncertain) {
    ++sum.uncertain;
    return;
  }
  ++(result == Result::sent ? sum.sent : sum.refused);
  sum.all += took;
  sum.longest = std::max(sum.longest, took);
}

std::vector<SubmissionHistory::Piece> SubmissionHistory::pieces(at::TimePoint now) const {
  std::vector<Piece> shown;
  pieces_.each(now, [&](at::TimePoint begins, const Sum& sum) {
    const int told = sum.sent + sum.refused;
    shown.push_back({begins, sum.sent, sum.refused, sum.uncertain,
                     told == 0 ? std::chrono::milliseconds{0} : sum.all / told, sum.longest});
  });
  return shown;
}

}  // namespace bank::modem
