#include "web/webhook_schedule.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bank::web {

namespace {

/// SplitMix64: any two seeds give results that have nothing to do with one another.
std::uint64_t mixed(std::uint64_t seed) {
  seed += 0x9E3779B97F4A7C15U;
  seed = (seed ^ (seed >> 30U)) * 0xBF58476D1CE4E5B9U;
  seed = (seed ^ (seed >> 27U)) * 0x94D049BB133111EBU;
  return seed ^ (seed >> 31U);
}

std::chrono::milliseconds jittered(std::chrono::milliseconds pause, std::uint64_t seed) {
  const auto most = pause.count() * pause_jitter_percent / 100;
  const auto shift =
      static_cast<std::int64_t>(mixed(seed) % static_cast<std::uint64_t>(2 * most + 1));
  return pause + std::chrono::milliseconds{shift - most};
}

/// An answer that counts for nothing, in words.
std::string error_of(const EndpointAnswer& answer) {
  if (answer.status == 0) return answer.error.empty() ? "no answer" : answer.error;
  if (answer.status >= 300 && answer.status < 400) {
    return fmt::format("HTTP {}: redirects are not followed; give the subscription the new URL",
                       answer.status);
  }
  return fmt::format("HTTP {}", answer.status);
}

}  // namespace

DeliveryStep step_after(const EndpointAnswer& answer, int attempts, std::uint64_t seed,
                        WallTime now) {
  using What = DeliveryStep::What;
  if (answer.status >= 200 && answer.status < 300) return {What::delivered, now, {}};
  DeliveryStep step{What::again, now, error_of(answer)};
  if (answer.status == 410) {
    step.what = What::gone;
    return step;
  }
  if (answer.retry_after && (answer.status == 429 || answer.status == 503)) {
    step.pause = std::clamp(*answer.retry_after, 0s, longest_asked_pause);
  }
  if (attempts >= most_delivery_attempts) {
    step.what = What::dead;
    return step;
  }
  const auto index = static_cast<std::size_t>(std::max(attempts, 1) - 1);
  const auto pause = jittered(delivery_pauses.at(index), seed);
  step.due = now + std::max<std::chrono::milliseconds>(pause, step.pause.value_or(0s));
  return step;
}

std::optional<WallTime> Circuit::next_try(WallTime now) const {
  // Further away than any pause: the clock was set back meanwhile.
  const bool waits = quiet_until_ > now && quiet_until_ - now <= longest_asked_pause;
  return waits ? std::optional(quiet_until_) : std::nullopt;
}

bool Circuit::may_begin(WallTime now, std::size_t under_way) const {
  return !next_try(now) && (!is_open() || under_way == 0);
}

void Circuit::ended(const DeliveryStep& step, WallTime now) {
  const bool was_waiting = next_try(now).has_value();
  if (step.what == DeliveryStep::What::delivered) {
    if (is_open()) close();
    failures_ = 0;
    return;
  }
  if (step.pause) quiet_until_ = std::max(quiet_until_, now + *step.pause);
  if (is_open()) {
    if (was_waiting) return;  // begun before it opened: it is no probe
    probe_after_ = std::min(2 * probe_after_, longest_probe);
  } else {
    if (++failures_ < failures_to_open) return;
    probe_after_ = first_probe;
  }
  quiet_until_ = std::max(quiet_until_, now + probe_after_);
}

}  // namespace bank::web
