#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "web/door.hpp"
#include "web/http.hpp"

namespace bank::web {

/// What a key has had accepted in the last minute, hour and day, against its limits. The windows
/// slide: a minute in steps of a second, an hour and a day in steps of a minute, and what is on the
/// edge counts, so that no minute, hour or day has more than its limit. By the wall clock: while it
/// is set back, the windows stand still. Pure, and used by one thread at a time.
class KeyMeter {
 public:
  using Time = scheduler::WallTime;

  /// `uses`: what the book knows, in order of time. What is ahead of now counts as of now, and all
  /// of a minute as of its end.
  KeyMeter(const scheduler::KeyLimits& limits, std::span<const scheduler::KeyUse> uses, Time now);

  struct Over {
    std::string_view limit;  // "per_minute", …
    std::int64_t most;
    /// Until there is room; nothing: never, the request alone is larger than the limit.
    std::optional<std::chrono::seconds> wait;
  };
  /// Reserves room for `count` more of a request that has `own` already; nothing: there is room.
  [[nodiscard]] std::optional<Over> reserve(std::int64_t count, std::int64_t own, Time now);
  /// A request that has reserved `own` has had `accepted` of them accepted.
  void settle(std::int64_t own, std::int64_t accepted, Time now);

 private:
  struct Window {
    std::string_view name;
    std::optional<std::int64_t> most;
    std::chrono::seconds step;
    std::int64_t steps;
    struct Step {
      std::int64_t number;
      std::int64_t accepted;
    };
    std::deque<Step> filled{};  // `steps` + 1 at most
    std::int64_t sum = 0;

    void slide(Time now);
    void add(std::int64_t accepted, Time at);
    [[nodiscard]] std::chrono::seconds wait_for(std::int64_t room, Time now) const;
  };
  Time turn(Time now);

  std::vector<Window> windows_;
  std::int64_t reserved_ = 0;
  Time seen_;   // as told last
  Time moved_;  // without the steps back
};

struct SharedMeter;

/// The meters of all keys that have limits. From any thread.
class KeyMeters {
 public:
  static constexpr std::size_t most_meters = 1024;  // in memory; the book knows the others

  /// What a request took may outlive it; what `now` calls must outlive that.
  KeyMeters(Reading& reading, std::function<scheduler::WallTime()> now)
      : reading_(reading), now_(std::move(now)) {}

  /// What one request takes of its key's limits; what is not settled is given back.
  class Taken {
   public:
    explicit Taken(std::shared_ptr<SharedMeter> meter) : meter_(std::move(meter)) {}
    ~Taken() { settle(0); }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;
    /// Nothing: there is room for them. Else 429 with Retry-After, or 422 for more than ever can
    /// be.
    [[nodiscard]] std::optional<Response> take(std::int64_t count);
    /// Before the request is answered.
    void settle(std::int64_t accepted);

   private:
    std::shared_ptr<SharedMeter> meter_;
    std::int64_t count_ = 0;
  };
  /// Null for a key without limits. Throws what Reading throws.
  [[nodiscard]] std::shared_ptr<Taken> open(const scheduler::ApiKey& key);
  [[nodiscard]] std::vector<QueueFill> queues();

 private:
  void make_room();

  Reading& reading_;
  std::function<scheduler::WallTime()> now_;
  std::mutex mutex_;
  std::map<scheduler::KeyId, std::shared_ptr<SharedMeter>> meters_;
};

}  // namespace bank::web
