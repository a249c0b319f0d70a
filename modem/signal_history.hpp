#pragma once

#include <cstdint>
#include <vector>

#include "modem/day_pieces.hpp"

namespace bank::modem {

/// How the signal was, in pieces of five minutes over the last day.
class SignalHistory {
 public:
  struct Piece {
    at::TimePoint begins;
    int least, greatest;  // dBm
    double mean;          // dBm, of the readings
    int readings;         // at least 1
  };

  /// A reading outside -220…200 dBm is none: no radio has it.
  void note(int dbm, at::TimePoint now);
  /// Those of the last day, oldest first; the last one may go on.
  [[nodiscard]] std::vector<Piece> pieces(at::TimePoint now) const;

 private:
  struct Sum {
    std::int32_t sum = 0;
    std::uint16_t readings = 0;
    std::int16_t least = 0, greatest = 0;
  };
  DayPieces<Sum> pieces_;
};

}  // namespace bank::modem
