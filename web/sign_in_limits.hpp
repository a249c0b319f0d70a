#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "scheduler/message.hpp"

namespace bank::web {

/// Who tries a password, for `SignInLimits` and `SignInPlaces`.
///
/// Who has a session, and a browser in which somebody signed in before, is known, and counted by
/// itself. All others are strangers, counted by name and network, and by network over all names. So
/// strangers who guess keep nobody out: not those who are known, nor those of other networks.
struct Guesser {
  std::string name;     // of the account, in small letters; empty: he comes with a link
  std::string known;    // what he is known by; empty: a stranger
  std::string network;  // empty: not to be told from others, as behind a reverse proxy
  [[nodiscard]] bool is_stranger() const { return known.empty(); }
};

/// How often passwords may be tried. Pure: the time is an argument; not for several threads.
///
/// Both tables are bounded. Where one is full, who counts least goes, so that many fresh names or
/// networks make none forgotten that has guessed often.
class SignInLimits {
 public:
  static constexpr int free_guesses = 5;
  static constexpr std::chrono::seconds first_pause{2};  // after them; then twice as long each time
  static constexpr std::chrono::seconds longest_pause{15 * 60};
  static constexpr std::chrono::hours forgotten_after{24};
  static constexpr std::size_t most_guessers = 4096;

  static constexpr int guesses_of_network = 30;       // over all names; then
  static constexpr std::chrono::minutes one_more{1};  // one more after each
  static constexpr std::size_t most_networks = 4096;

  /// How long to wait before the next try counts; nothing: try.
  [[nodiscard]] std::optional<std::chrono::seconds> pause(const Guesser& guesser,
                                                          scheduler::WallTime now);
  void failed(const Guesser& guesser, scheduler::WallTime now);
  /// Of the network nothing is forgotten: who has an account himself may guess at others.
  void succeeded(const Guesser& guesser);
  [[nodiscard]] std::size_t guessers() const { return guessers_.size(); }
  [[nodiscard]] std::size_t networks() const { return networks_.size(); }

 private:
  struct Guesses {
    int failures = 0;
    scheduler::WallTime last{};
  };
  void turn(scheduler::WallTime now);
  void network_failed(const std::string& network, scheduler::WallTime now);
  [[nodiscard]] std::chrono::seconds pause_of_one(const Guesser& guesser,
                                                  scheduler::WallTime now) const;
  [[nodiscard]] std::chrono::seconds pause_of_network(const Guesser& guesser,
                                                      scheduler::WallTime now) const;

  std::unordered_map<std::string, Guesses> guessers_;
  // Until when a network has guesses that count: each of them counts for `one_more`, one after
  // another.
  std::unordered_map<std::string, scheduler::WallTime> networks_;
  scheduler::WallTime seen_{};  // as told last
};

/// How many may wait for their password to be looked at, so that nobody takes all places: one
/// network leaves some to the others, strangers some to those who are known, and one of these some
/// to the rest. Not for several threads.
class SignInPlaces {
 public:
  static constexpr std::size_t of_one = 4;         // a network of strangers, or somebody known
  static constexpr std::size_t of_strangers = 12;  // all of them

  /// False: he has to come again.
  [[nodiscard]] bool take(const Guesser& guesser);
  /// Of who has taken one.
  void leave(const Guesser& guesser);

 private:
  std::unordered_map<std::string, std::size_t> taken_;
  std::size_t strangers_ = 0;
};

}  // namespace bank::web
