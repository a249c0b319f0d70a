#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace bank::modem::virt {

/// How long a modem lay idle between a result and the next AT+CMGS=, counted in buckets a quarter
/// of an octave wide (19 %), from 1 µs to about 71 minutes. Quantiles are the bucket's upper end.
class Gaps {
 public:
  void add(std::chrono::nanoseconds gap) {
    const auto micros = static_cast<std::uint64_t>(std::max<std::int64_t>(gap.count() / 1000, 1));
    const auto octave = static_cast<std::size_t>(std::bit_width(micros)) - 1;
    const std::size_t quarter =
        octave >= 2 ? micros >> (octave - 2) & 3 : micros << (2 - octave) & 3;
    ++buckets_[std::min(octave * 4 + quarter, buckets_.size() - 1)];
    most_ = std::max(most_, micros);
    ++count_;
  }

  void add(const Gaps& other) {
    for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
    most_ = std::max(most_, other.most_);
    count_ += other.count_;
  }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] std::uint64_t most_us() const noexcept { return most_; }

  /// Microseconds that `permille` of the gaps do not exceed; 0 without gaps.
  [[nodiscard]] std::uint64_t quantile_us(unsigned permille) const {
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      seen += buckets_[i];
      if (seen > 0 && seen * 1000 >= count_ * permille) {
        return std::min(most_, ((5 + i % 4) << (i / 4)) / 4);
      }
    }
    return most_;
  }

 private:
  std::array<std::uint64_t, 128> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t most_ = 0;
};

}  // namespace bank::modem::virt
