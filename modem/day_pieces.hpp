#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "at/dialogue.hpp"

namespace bank::modem {

/// Something summed up in pieces of five minutes over the last day. Holds no more than `most`
/// pieces; those of a time without anything take no room.
template <class Sum>
class DayPieces {
 public:
  static constexpr std::chrono::minutes piece{5};
  static constexpr std::size_t most = 288;  // of a day

  /// The piece that is now; a new one is Sum{}.
  [[nodiscard]] Sum& now(at::TimePoint now) {
    const auto number = number_of(now);
    if (!kept_.empty()) {
      Kept& last = kept_[(next_ + kept_.size() - 1) % kept_.size()];
      if (last.number == number) return last.sum;
    }
    if (kept_.size() < most) return kept_.emplace_back(Kept{number, {}}).sum;
    Kept& oldest = kept_[next_];
    next_ = (next_ + 1) % most;
    return (oldest = {number, {}}).sum;
  }

  /// `tell(begins, sum)` for those of the last day, oldest first.
  template <class Tell>
  void each(at::TimePoint now, const Tell& tell) const {
    const auto oldest = number_of(now) - static_cast<std::int64_t>(most);
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      const Kept& one = kept_[(next_ + i) % kept_.size()];
      if (one.number > oldest) tell(at::TimePoint(one.number * piece), one.sum);
    }
  }

 private:
  struct Kept {
    std::int64_t number;  // of the piece, counted from the clock's beginning
    Sum sum;
  };
  static std::int64_t number_of(at::TimePoint when) {
    return std::chrono::floor<std::chrono::minutes>(when.time_since_epoch()) / piece;
  }

  std::vector<Kept> kept_;  // a ring once it is full
  std::size_t next_ = 0;    // the oldest of a full ring
};

}  // namespace bank::modem
