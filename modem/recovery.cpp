#include "modem/recovery.hpp"

#include <algorithm>

namespace bank::modem {
namespace {

using namespace std::chrono_literals;

/// The way up. Opening the port again is often enough, and harms nobody: twice before each.
constexpr std::array ladder{Rung::reopen, Rung::reopen, Rung::reset,     Rung::reopen,
                            Rung::reset,  Rung::reopen, Rung::usb_reset, Rung::reopen,
                            Rung::power,  Rung::reopen, Rung::rest};
constexpr int first_reset = 2;
constexpr int begins_again_at = first_reset;  // after a rest
static_assert(ladder[first_reset] == Rung::reset);
constexpr auto budget_time = 1h;

std::chrono::milliseconds doubled(std::chrono::milliseconds pause, int times,
                                  std::chrono::milliseconds longest) {
  for (int i = 0; i < times && pause < longest; ++i) pause *= 2;
  return std::min(pause, longest);
}

}  // namespace

std::string_view name_of(Rung rung) {
  switch (rung) {
    case Rung::reopen: return "reopen";
    case Rung::reset: return "reset";
    case Rung::usb_reset: return "usb_reset";
    case Rung::power: return "power";
    case Rung::rest: return "rest";
  }
  return "";
}

bool Recovery::may(Rung rung, TimePoint now) const {
  const auto& taken = taken_.at(static_cast<std::size_t>(rung));
  const auto recent = std::count_if(taken.begin(), taken.end(),
                                    [&](TimePoint at) { return at + budget_time > now; });
  return static_cast<std::size_t>(recent) < most_an_hour.at(static_cast<std::size_t>(rung));
}

void Recovery::charge(Rung rung, TimePoint now) {
  auto& taken = taken_.at(static_cast<std::size_t>(rung));
  taken.push_back(now);
  while (taken.size() > most_an_hour.at(static_cast<std::size_t>(rung))) taken.pop_front();
}

Recovery::Step Recovery::failed(const Means& means, TimePoint now, Rung from) {
  if (ready_since_ != TimePoint::max() && now - ready_since_ >= well_after) succeeded();
  ready_since_ = TimePoint::max();
  if (from == Rung::reset) place_ = std::max(place_, first_reset);
  for (;;) {
    const auto place = std::min<std::size_t>(static_cast<std::size_t>(place_), ladder.size() - 1);
    last_ = ladder.at(place);
    if (last_ == Rung::rest) {
      failures_ = place_ = begins_again_at;
      return {last_, doubled(longest_pause, rests_++, longest_rest)};
    }
    ++failures_;
    ++place_;
    const bool has_means =
        (last_ != Rung::usb_reset || means.usb_reset) && (last_ != Rung::power || means.power);
    if (!has_means || !may(last_, now)) continue;
    charge(last_, now);
    return {last_, doubled(shortest_pause, failures_ - 1, longest_pause)};
  }
}

void Recovery::only_reopens() {
  if (last_ == Rung::reopen || last_ == Rung::rest) return;
  auto& taken = taken_.at(static_cast<std::size_t>(last_));
  charge(Rung::reopen, taken.back());
  taken.pop_back();
  last_ = Rung::reopen;
}

/// The pauses go on growing, so one that is put off for long does not hammer its port.
void Recovery::put_off() {
  if (last_ == Rung::reopen || last_ == Rung::rest) return;
  --place_;
  only_reopens();
}

void Recovery::ready(TimePoint now) {
  if (ready_since_ == TimePoint::max()) ready_since_ = now;
}

void Recovery::succeeded() {
  failures_ = place_ = rests_ = 0;
}

}  // namespace bank::modem
