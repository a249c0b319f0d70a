#include "web/sign_in_limits.hpp"

#include <algorithm>

namespace bank::web {

std::string guesser(std::string_view account, std::string_view device, std::string_view network) {
  const bool is_known = !device.empty();
  std::string name(is_known ? "device " : "network ");
  name += is_known ? device : network;
  name += ' ';
  name += account;
  return name;
}

std::chrono::seconds SignInLimits::pause_after(int failures) {
  auto pause = first_pause;
  for (int i = free_guesses; i < failures && pause < longest_pause; ++i) pause *= 2;
  return failures < free_guesses ? std::chrono::seconds{0} : std::min(pause, longest_pause);
}

std::optional<std::chrono::seconds> SignInLimits::pause(const std::string& guesser,
                                                        scheduler::WallTime now) const {
  const auto found = guessers_.find(guesser);
  if (found == guessers_.end()) return std::nullopt;
  const auto& [failures, last] = found->second;
  if (now < last) return pause_after(failures);  // the clock was set back: from now on
  const auto over = last + pause_after(failures);
  if (now >= over) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(over - now);
}

void SignInLimits::failed(const std::string& guesser, scheduler::WallTime now) {
  auto found = guessers_.find(guesser);
  if (found == guessers_.end()) {
    if (guessers_.size() >= most_guessers) {
      guessers_.erase(std::min_element(
          guessers_.begin(), guessers_.end(),
          [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
    }
    found = guessers_.emplace(guesser, Guesses{}).first;
  }
  auto& [failures, last] = found->second;
  if (now - last > forgotten_after) failures = 0;
  ++failures;
  last = now;
}

void SignInLimits::succeeded(const std::string& guesser) {
  guessers_.erase(guesser);
}

}  // namespace bank::web
