#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "web/webhook.hpp"

/// When an endpoint is told again, and when it is left alone. Pure: the time is an argument.
namespace bank::web {

/// Between one attempt and the next, as Standard Webhooks recommends ("Retry schedule"): about
/// three days in all. After the last one it is a dead letter.
inline constexpr std::array<std::chrono::seconds, 9> delivery_pauses{5s,  5min, 30min, 2h, 5h,
                                                                     10h, 14h,  20h,   24h};
inline constexpr int most_delivery_attempts = 1 + static_cast<int>(delivery_pauses.size());
inline constexpr int pause_jitter_percent = 10;  // longer or shorter, at most
/// The most that an endpoint may ask for with Retry-After; a longer one is taken for this.
inline constexpr std::chrono::seconds longest_asked_pause = 1h;
/// No attempt is due later than this; one that is comes from a clock that was wrong.
inline constexpr std::chrono::seconds longest_delivery_pause = 27h;

/// What came back from one attempt.
struct EndpointAnswer {
  int status = 0;     // 0: none
  std::string error;  // where there was none: why
  std::optional<std::chrono::seconds> retry_after = std::nullopt;
};

/// What becomes of the delivery.
struct DeliveryStep {
  enum class What {
    delivered,
    again,
    dead,  // nobody tries any more before a person says so
    gone,  // the endpoint wants nothing any more (410): its subscription is disabled
  };
  What what;
  WallTime due{};                                            // again: when; else now
  std::string error;                                         // empty: delivered
  std::optional<std::chrono::seconds> pause = std::nullopt;  // asked for by the endpoint
};

/// `attempts` with this one, since the last replay. `seed` makes the jitter.
[[nodiscard]] DeliveryStep step_after(const EndpointAnswer& answer, int attempts,
                                      std::uint64_t seed, WallTime now);

/// Leaves an endpoint alone that does not take anything: after `failures_to_open` in a row one
/// delivery at a time probes it, at growing intervals, until one gets through.
class Circuit {
 public:
  static constexpr int failures_to_open = 10;
  static constexpr std::chrono::seconds first_probe = 30s;
  static constexpr std::chrono::seconds longest_probe = 10min;  // it doubles until here

  [[nodiscard]] bool may_begin(WallTime now, std::size_t under_way) const;
  /// An attempt ended; a pause asked for is kept for all that the endpoint gets.
  void ended(const DeliveryStep& step, WallTime now);
  void close() { *this = Circuit{}; }

  [[nodiscard]] bool is_open() const { return probe_after_ > 0s; }
  /// When something may be begun again; nothing: now.
  [[nodiscard]] std::optional<WallTime> next_try(WallTime now) const;

 private:
  int failures_ = 0;                       // in a row
  std::chrono::seconds probe_after_ = 0s;  // 0: closed
  WallTime quiet_until_{};
};

}  // namespace bank::web
