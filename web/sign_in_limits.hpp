#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "scheduler/message.hpp"

namespace bank::web {

/// Who tries a password, for `SignInLimits`.
///
/// A browser in which somebody signed in before has a device cookie, and is counted by itself; all
/// others are counted by account and network. So strangers who guess keep nobody out: not those who
/// come with such a browser, nor those of other networks.
[[nodiscard]] std::string guesser(std::string_view account, std::string_view device,
                                  std::string_view network);

/// How often passwords may be tried. Pure: the time is an argument; not for several threads.
class SignInLimits {
 public:
  static constexpr int free_guesses = 5;
  static constexpr std::chrono::seconds first_pause{2};  // after them; then twice as long each time
  static constexpr std::chrono::seconds longest_pause{15 * 60};
  static constexpr std::chrono::hours forgotten_after{24};
  static constexpr std::size_t most_guessers = 4096;  // beyond, the one that is longest quiet goes

  /// How long to wait before the next try counts; nothing: try.
  [[nodiscard]] std::optional<std::chrono::seconds> pause(const std::string& guesser,
                                                          scheduler::WallTime now) const;
  void failed(const std::string& guesser, scheduler::WallTime now);
  void succeeded(const std::string& guesser);
  [[nodiscard]] std::size_t size() const { return guessers_.size(); }

 private:
  struct Guesses {
    int failures = 0;
    scheduler::WallTime last{};
  };
  [[nodiscard]] static std::chrono::seconds pause_after(int failures);
  std::unordered_map<std::string, Guesses> guessers_;
};

}  // namespace bank::web
