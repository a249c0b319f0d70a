#include "modem/signal_history.hpp"

#include <algorithm>
#include <limits>

namespace bank::modem {
namespace {

constexpr int least_dbm = -220;
constexpr int greatest_dbm = 200;

std::int64_t number_of(at::TimePoint when) {
  return std::chrono::floor<std::chrono::minutes>(when.time_since_epoch()) / SignalHistory::piece;
}

}  // namespace

void SignalHistory::note(int dbm, at::TimePoint now) {
  if (dbm < least_dbm || dbm > greatest_dbm) return;
  const auto reading = static_cast<std::int16_t>(dbm);
  const auto number = number_of(now);
  if (!kept_.empty()) {
    Kept& last = kept_[(next_ + kept_.size() - 1) % kept_.size()];
    if (last.number == number) {
      if (last.readings == std::numeric_limits<std::uint16_t>::max()) return;
      last.sum += reading;
      ++last.readings;
      last.least = std::min(last.least, reading);
      last.greatest = std::max(last.greatest, reading);
      return;
    }
  }
  const Kept begun{number, reading, 1, reading, reading};
  if (kept_.size() < most) {
    kept_.push_back(begun);
    return;
  }
  kept_[next_] = begun;
  next_ = (next_ + 1) % most;
}

std::vector<SignalHistory::Piece> SignalHistory::pieces(at::TimePoint now) const {
  const auto oldest = number_of(now) - static_cast<std::int64_t>(most);
  std::vector<Piece> shown;
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    const Kept& one = kept_[(next_ + i) % kept_.size()];
    if (one.number <= oldest) continue;
    shown.push_back({at::TimePoint(one.number * piece), one.least, one.greatest,
                     static_cast<double>(one.sum) / one.readings, one.readings});
  }
  return shown;
}

}  // namespace bank::modem
