#include "web/sign_in_limits.hpp"

#include <algorithm>
#include <utility>

namespace bank::web {

namespace {

using scheduler::WallTime;
using std::chrono::seconds;

/// By whom tries are counted.
std::string counted(const Guesser& guesser) {
  return (guesser.is_stranger() ? "network " + guesser.network : "known " + guesser.known) + ' ' +
         guesser.name;
}

bool counts_for_network(const Guesser& guesser) {
  return guesser.is_stranger() && !guesser.network.empty();
}

/// Whose places he takes.
std::string place_of(const Guesser& guesser) {
  return guesser.is_stranger() ? "network " + guesser.network : "name " + guesser.name;
}

/// Behind a reverse proxy a stranger stands for no network: there are only those for all of them.
bool has_place_of_his_own(const Guesser& guesser) {
  return !guesser.is_stranger() || !guesser.network.empty();
}

seconds pause_after(int failures) {
  using Limits = SignInLimits;
  auto pause = Limits::first_pause;
  for (int i = Limits::free_guesses; i < failures && pause < Limits::longest_pause; ++i) pause *= 2;
  return failures < Limits::free_guesses ? seconds{0} : std::min(pause, Limits::longest_pause);
}

/// The entry of `key`, for which the one that counts least may have to go.
template <class Map, class Less>
auto& entry(Map& map, const std::string& key, std::size_t most, Less counts_less) {
  const auto found = map.find(key);
  if (found != map.end()) return found->second;
  if (map.size() >= most) {
    map.erase(std::min_element(map.begin(), map.end(), [&](const auto& a, const auto& b) {
      return counts_less(a.second, b.second);
    }));
  }
  return map[key];
}

}  // namespace

/// Where the clock was set back, all that happened did so that much earlier: nobody waits for it to
/// come to where it was.
void SignInLimits::turn(WallTime now) {
  if (now < seen_) {
    for (auto& [who, guesses] : guessers_) guesses.last -= seen_ - now;
    for (auto& [network, until] : networks_) until -= seen_ - now;
  }
  seen_ = now;
}

seconds SignInLimits::pause_of_one(const Guesser& guesser, WallTime now) const {
  const auto found = guessers_.find(counted(guesser));
  if (found == guessers_.end()) return seconds{0};
  const auto& [failures, last] = found->second;
  return std::chrono::ceil<seconds>(last + pause_after(failures) - now);
}

seconds SignInLimits::pause_of_network(const Guesser& guesser, WallTime now) const {
  if (!counts_for_network(guesser)) return seconds{0};
  const auto found = networks_.find(guesser.network);
  if (found == networks_.end()) return seconds{0};
  constexpr auto room_for_one = (guesses_of_network - 1) * one_more;
  return std::chrono::ceil<seconds>(found->second - now - room_for_one);
}

std::optional<seconds> SignInLimits::pause(const Guesser& guesser, WallTime now) {
  turn(now);
  const auto pause = std::max(pause_of_one(guesser, now), pause_of_network(guesser, now));
  return pause > seconds{0} ? std::optional(pause) : std::nullopt;
}

void SignInLimits::failed(const Guesser& guesser, WallTime now) {
  turn(now);
  const auto standing = [now](const Guesses& one) {
    return std::pair(now - one.last > forgotten_after ? 0 : one.failures, one.last);
  };
  auto& [failures, last] =
      entry(guessers_, counted(guesser), most_guessers,
            [&](const Guesses& a, const Guesses& b) { return standing(a) < standing(b); });
  if (now - last > forgotten_after) failures = 0;
  ++failures;
  last = now;
  if (counts_for_network(guesser)) network_failed(guesser.network, now);
}

void SignInLimits::network_failed(const std::string& network, WallTime now) {
  auto& until = entry(networks_, network, most_networks, std::less<WallTime>());
  until = std::min<WallTime>(std::max(until, now) + one_more, now + guesses_of_network * one_more);
}

void SignInLimits::succeeded(const Guesser& guesser) {
  guessers_.erase(counted(guesser));
}

bool SignInPlaces::take(const Guesser& guesser) {
  if (guesser.is_stranger() && strangers_ >= of_strangers) return false;
  if (has_place_of_his_own(guesser)) {
    auto& taken = taken_[place_of(guesser)];
    if (taken >= of_one) return false;
    ++taken;
  }
  if (guesser.is_stranger()) ++strangers_;
  return true;
}

void SignInPlaces::leave(const Guesser& guesser) {
  if (guesser.is_stranger()) --strangers_;
  if (!has_place_of_his_own(guesser)) return;
  const auto found = taken_.find(place_of(guesser));
  if (--found->second == 0) taken_.erase(found);
}

}  // namespace bank::web
