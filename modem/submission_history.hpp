#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "modem/day_pieces.hpp"

namespace bank::modem {

/// What became of the parts that a modem was handed, in pieces of five minutes over the last day.
class SubmissionHistory {
 public:
  enum class Result { sent, refused, uncertain };
  struct Piece {
    at::TimePoint begins;
    int sent = 0, refused = 0, uncertain = 0;
    std::chrono::milliseconds mean{0}, longest{0};  // until the modem told; of those it told of
  };

  /// `took` from the offer of the part until its result.
  void note(Result result, std::chrono::milliseconds took, at::TimePoint now);
  /// Those of the last day, oldest first; the last one may go on.
  [[nodiscard]] std::vector<Piece> pieces(at::TimePoint now) const;

 private:
  struct Sum {
    std::int32_t sent = 0, refused = 0, uncertain = 0;
    std::chrono::milliseconds all{0}, longest{0};
  };
  DayPieces<Sum> pieces_;
};

}  // namespace bank::modem
