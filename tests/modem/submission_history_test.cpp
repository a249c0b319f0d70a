#include "modem/submission_history.hpp"

#include <catch2/catch.hpp>

namespace bank::modem {

using namespace std::chrono_literals;
using Result = SubmissionHistory::Result;

namespace {
constexpr at::TimePoint noon{12h};
}

TEST_CASE("parts of five minutes are counted together, with how long the modem took") {
  SubmissionHistory history;
  history.note(Result::sent, 1s, noon);
  history.note(Result::refused, 3s, noon + 1min);
  history.note(Result::uncertain, 120s, noon + 4min);
  history.note(Result::sent, 500ms, noon + 5min);
  const auto pieces = history.pieces(noon + 6min);
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[0].begins == noon);
  CHECK(pieces[0].sent == 1);
  CHECK(pieces[0].refused == 1);
  CHECK(pieces[0].uncertain == 1);
  CHECK(pieces[0].mean == 2s);  // nobody knows how long the third took
  CHECK(pieces[0].longest == 3s);
  CHECK(pieces[1].mean == 500ms);
}

TEST_CASE("a piece of parts in doubt alone has no time") {
  SubmissionHistory history;
  history.note(Result::uncertain, 120s, noon);
  REQUIRE(history.pieces(noon).size() == 1);
  CHECK(history.pieces(noon).front().mean == 0s);
}

TEST_CASE("a week of parts leaves a day of them, oldest first") {
  SubmissionHistory history;
  at::TimePoint now = noon;
  for (int i = 0; i < 7 * 24; ++i, now += 1h) history.note(Result::sent, 1s, now);
  const auto pieces = history.pieces(now);
  CHECK(pieces.size() == 23);
  CHECK(std::is_sorted(pieces.begin(), pieces.end(),
                       [](const auto& a, const auto& b) { return a.begins < b.begins; }));
}

}  // namespace bank::modem
