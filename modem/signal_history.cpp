#include "modem/signal_history.hpp"

#include <algorithm>
#include <limits>

namespace bank::modem {
namespace {

constexpr int least_dbm = -220;
constexpr int greatest_dbm = 200;

}  // namespace

void SignalHistory::note(int dbm, at::TimePoint now) {
  if (dbm < least_dbm || dbm > greatest_dbm) return;
  const auto reading = static_cast<std::int16_t>(dbm);
  Sum& sum = pieces_.now(now);
  if (sum.readings == std::numeric_limits<std::uint16_t>::max()) return;
  sum.least = sum.readings == 0 ? reading : std::min(sum.least, reading);
  sum.greatest = sum.readings == 0 ? reading : std::max(sum.greatest, reading);
  sum.sum += reading;
  ++sum.readings;
}

std::vector<SignalHistory::Piece> SignalHistory::pieces(at::TimePoint now) const {
  std::vector<Piece> shown;
  pieces_.each(now, [&](at::TimePoint begins, const Sum& sum) {
    shown.push_back({begins, sum.least, sum.greatest, static_cast<double>(sum.sum) / sum.readings,
                     sum.readings});
  });
  return shown;
}

}  // namespace bank::modem
