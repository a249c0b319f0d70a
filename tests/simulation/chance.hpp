#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace bank::simulation {

inline std::chrono::milliseconds whole_ms(std::chrono::microseconds time) {
  return std::chrono::floor<std::chrono::milliseconds>(time);
}

/// All that is left to chance, from one seed. No distributions of <random>: their results differ by
/// library.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}

  /// 0 to bound - 1.
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool in_thousand(unsigned permille) { return below(1000) < permille; }
  bool one_in(std::uint64_t many) { return below(many) == 0; }
  std::chrono::microseconds between(std::chrono::microseconds least,
                                    std::chrono::microseconds most) {
    const auto span = static_cast<std::uint64_t>((most - least).count()) + 1;
    return least + std::chrono::microseconds(below(span));
  }
  template <class Things>
  auto& one_of(Things& things) {
    return things[below(things.size())];
  }
  /// A source of its own, so that what one part of the world draws does not shift the others.
  Chance branch() { return Chance(random_()); }

 private:
  std::mt19937_64 random_;
};

}  // namespace bank::simulation
