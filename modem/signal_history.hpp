#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "at/dialogue.hpp"

namespace bank::modem {

/// How the signal was, in pieces of five minutes over the last day. Whatever is noted, it holds
/// no more than `most` pieces; those of a time without readings take no room.
class SignalHistory {
 public:
  static constexpr std::chrono::minutes piece{5};
  static constexpr std::size_t most = 288;  // of a day

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
  struct Kept {
    std::int64_t number;  // of the piece, counted from the clock's beginning
    std::int32_t sum;
    std::uint16_t readings;
    std::int16_t least, greatest;
  };
  std::vector<Kept> kept_;  // a ring once it is full
  std::size_t next_ = 0;    // the oldest of a full ring
};

}  // namespace bank::modem
