#include <catch2/catch.hpp>

#include <random>

#include "tests/web/fake_door.hpp"
#include "web/key_meter.hpp"

namespace bank::web::test {
namespace {

using namespace std::chrono_literals;
using scheduler::WallTime;

/// At the begin of a minute.
constexpr WallTime start{1'795'341'600'000ms};

bool takes(KeyMeter& meter, std::int64_t count, WallTime at) {
  if (meter.reserve(count, 0, at)) return false;
  meter.settle(count, count, at);
  return true;
}

}  // namespace

TEST_CASE("a key has its limit accepted and no more, until the window has slid on") {
  KeyMeter meter({.per_minute = 3}, {}, start);
  CHECK(takes(meter, 2, start));
  CHECK(takes(meter, 1, start + 30s));
  const auto over = meter.reserve(1, 0, start + 31s);
  REQUIRE(over);
  CHECK(over->limit == "per_minute");
  CHECK(over->wait == 30s);
  CHECK_FALSE(takes(meter, 1, start + 60s));
  CHECK(takes(meter, 2, start + 61s));
  CHECK_FALSE(takes(meter, 1, start + 61s));
  CHECK(takes(meter, 1, start + 91s));
}

TEST_CASE("whoever waits as long as he is told has room then") {
  for (const scheduler::KeyLimits& limits :
       {scheduler::KeyLimits{.per_minute = 5}, scheduler::KeyLimits{.per_hour = 5},
        scheduler::KeyLimits{.per_day = 5},
        scheduler::KeyLimits{.per_minute = 5, .per_hour = 7, .per_day = 9}}) {
    std::mt19937_64 random(7);
    KeyMeter meter(limits, {}, start);
    WallTime now = start;
    for (int i = 0; i < 300; ++i) {
      const auto count = static_cast<std::int64_t>(1 + random() % 5);
      const auto over = meter.reserve(count, 0, now);
      if (!over) {
        meter.settle(count, count, now);
      } else {
        REQUIRE(over->wait);
        now += *over->wait;
        CHECK(takes(meter, count, now));
      }
      now += std::chrono::milliseconds(random() % 20'000);
    }
  }
}

TEST_CASE("no minute, hour or day has more accepted than its limit, wherever it begins") {
  std::mt19937_64 random(11);
  KeyMeter meter({.per_minute = 20, .per_hour = 100, .per_day = 400}, {}, start);
  std::vector<std::pair<WallTime, std::int64_t>> taken;
  WallTime now = start;
  for (int i = 0; i < 20'000; ++i) {
    const auto count = static_cast<std::int64_t>(1 + random() % 7);
    if (takes(meter, count, now)) taken.emplace_back(now, count);
    now += std::chrono::milliseconds(random() % 20'000);
  }
  const auto most_in = [&](std::chrono::milliseconds window) {
    std::int64_t most = 0, sum = 0;
    std::size_t from = 0;
    for (const auto& [at, count] : taken) {
      sum += count;
      for (; taken[from].first <= at - window; ++from) sum -= taken[from].second;
      most = std::max(most, sum);
    }
    return most;
  };
  CHECK(taken.size() > 300);
  CHECK(most_in(1min) <= 20);
  CHECK(most_in(1h) <= 100);
  CHECK(most_in(24h) <= 400);
}

TEST_CASE("of several limits the one that lasts longest is told") {
  KeyMeter meter({.per_minute = 2, .per_day = 2}, {}, start);
  CHECK(takes(meter, 2, start));
  const auto over = meter.reserve(1, 0, start + 1s);
  REQUIRE(over);
  CHECK(over->limit == "per_day");
  CHECK(*over->wait > 23h);
}

TEST_CASE("a request that alone is larger than a limit is told so, and takes nothing") {
  KeyMeter meter({.per_minute = 3, .per_hour = 10}, {}, start);
  const auto over = meter.reserve(4, 0, start);
  REQUIRE(over);
  CHECK(over->limit == "per_minute");
  CHECK_FALSE(over->wait);
  REQUIRE_FALSE(meter.reserve(3, 0, start));
  const auto later = meter.reserve(1, 3, start);  // a line more of the same upload
  REQUIRE(later);
  CHECK_FALSE(later->wait);
}

TEST_CASE("what is under way counts, and what was not accepted is given back") {
  KeyMeter meter({.per_day = 3}, {}, start);
  REQUIRE_FALSE(meter.reserve(3, 0, start));
  const auto over = meter.reserve(1, 0, start);
  REQUIRE(over);
  CHECK(over->wait == 1s);
  meter.settle(3, 1, start);  // two of them were suppressed
  CHECK(takes(meter, 2, start));
  CHECK_FALSE(takes(meter, 1, start));
}

TEST_CASE("after a restart the book's minutes count as they did") {
  const auto minute = std::chrono::floor<std::chrono::minutes>(start);
  const std::vector<scheduler::KeyUse> uses{{minute - 24h, 5}, {minute - 30min, 2}, {minute, 1}};
  KeyMeter meter({.per_minute = 2, .per_hour = 4, .per_day = 9}, uses, start + 10s);
  CHECK(takes(meter, 1, start + 10s));  // 2, 4 and 9
  KeyMeter of_the_day({.per_day = 8}, uses, start + 10s);
  CHECK(of_the_day.reserve(1, 0, start + 10s)->wait == 50s);
  CHECK(meter.reserve(1, 0, start + 10s)->limit == "per_hour");
  CHECK(meter.reserve(1, 0, start + 61s)->limit == "per_hour");
  CHECK(takes(meter, 1, start + 31min));

  // What is ahead of now (the clock was set back) counts as of now.
  const std::vector<scheduler::KeyUse> ahead{{minute + 48h, 3}};
  KeyMeter other({.per_minute = 3}, ahead, start);
  CHECK_FALSE(takes(other, 1, start + 60s));
  CHECK(takes(other, 3, start + 61s));
}

TEST_CASE("while the clock is set back the windows stand still, and go on then") {
  KeyMeter meter({.per_minute = 1}, {}, start);
  CHECK(takes(meter, 1, start));
  CHECK_FALSE(takes(meter, 1, start - 24h));
  CHECK_FALSE(takes(meter, 1, start - 24h + 59s));
  CHECK(takes(meter, 1, start - 24h + 61s));
}

TEST_CASE("keys without limits have no meter, and the others few in memory") {
  FakeDoor door;
  KeyMeters meters(door, [&] { return door.now(); });
  scheduler::ApiKey key{};
  CHECK(meters.open(key) == nullptr);
  key.limits.per_day = 1;
  std::shared_ptr<KeyMeters::Taken> held;
  for (std::int64_t i = 1; i <= 3000; ++i) {
    key.id = scheduler::KeyId{i};
    auto taken = meters.open(key);
    REQUIRE(taken);
    REQUIRE_FALSE(taken->take(1));
    if (i == 1) held = std::move(taken);  // under way all the time
    const auto queue = meters.queues().front();
    REQUIRE(queue.entries <= queue.limit);
  }
  key.id = scheduler::KeyId{1};
  CHECK(meters.open(key)->take(1)->status == 429);
  held.reset();
  CHECK_FALSE(meters.open(key)->take(1));
}

}  // namespace bank::web::test
