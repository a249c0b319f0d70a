#include "scheduler/ledger.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

using namespace bank::scheduler;
using namespace std::chrono_literals;

namespace {

using Answer = std::variant<Allowed, NotYet>;

bool allowed(const Answer& answer) {
  return std::holds_alternative<Allowed>(answer);
}
std::string_view reason(const Answer& answer) {
  return std::get<NotYet>(answer).reason;
}
std::optional<BootTime> until(const Answer& answer) {
  return std::get<NotYet>(answer).until;
}

void send(Ledger& ledger, BootTime now) {
  ledger.reserve(1);
  ledger.begin();
  ledger.end(now);
}

std::vector<Use> uses_at(const std::vector<BootTime>& stamps) {
  std::vector<Use> uses;
  for (const BootTime at : stamps) {
    uses.push_back({SubmissionId{static_cast<std::int64_t>(uses.size())}, at});
  }
  return uses;
}

/// What a limit counts, told as slowly and plainly as it can be: every stamp there ever was, and
/// each question answered by counting them all.
struct Model {
  Limits limits;
  std::vector<BootTime> stamps{};
  std::int64_t month = 0;
  std::int64_t in_flight = 0;
  std::int64_t reserved = 0;

  [[nodiscard]] std::int64_t ended_within(BootTime window, BootTime now) const {
    return std::count_if(stamps.begin(), stamps.end(),
                         [&](BootTime at) { return now - at < window; });
  }
  [[nodiscard]] bool fits(std::int64_t parts, std::int64_t promised, BootTime now) const {
    const auto room = [&](std::optional<int> limit, std::int64_t used, std::int64_t wanted) {
      return !limit || used + wanted <= *limit;
    };
    const std::int64_t taken = in_flight + promised;
    const bool paced =
        limits.min_interval == 0ms ||
        (in_flight == 0 && (stamps.empty() || now - stamps.back() >= limits.min_interval));
    return room(limits.per_minute, ended_within(1min, now) + in_flight, 1) &&
           room(limits.per_hour, ended_within(1h, now) + taken, parts) &&
           room(limits.per_day, ended_within(24h, now) + taken, parts) &&
           room(limits.per_month, month + taken, parts) && paced;
  }
};

/// The most that lie in any window (t - W, t].
std::size_t busiest(std::vector<BootTime> moments, BootTime window) {
  std::sort(moments.begin(), moments.end());
  std::size_t most = 0;
  std::size_t first = 0;
  for (std::size_t last = 0; last < moments.size(); ++last) {
    while (moments[last] - moments[first] >= window) ++first;
    most = std::max(most, last - first + 1);
  }
  return most;
}

/// Messages that open, go out part by part, are given up or given back, at random, by a ledger and
/// the model side by side.
class RandomRun {
 public:
  RandomRun(unsigned seed, Limits limits) : random_(seed), limits_(limits), ledger_(limits) {
    model_.limits = limits;
  }

  void step() {
    now_ += pause();
    compare();
    switch (pick(0, 11)) {
      case 0:
      case 1:
      case 2:
      case 3: begin_message(pick(1, 5)); break;
      case 4:
      case 5:
      case 6: continue_message(); break;
      case 7:
      case 8:
      case 9: end_part(); break;
      case 10: give_back(); break;
      default: rarely(); break;
    }
  }

  void check_network() const {
    const auto within = [&](std::optional<int> limit, BootTime window) {
      return !limit || busiest(network_, window) <= static_cast<std::size_t>(*limit);
    };
    CHECK(within(limits_.per_minute, 1min));
    CHECK(within(limits_.per_hour, 1h));
    CHECK(within(limits_.per_day, 24h));
  }

  [[nodiscard]] std::size_t sent() const { return network_.size(); }
  [[nodiscard]] std::size_t fullest_month() const { return fullest_month_; }

 private:
  template <class Number>
  Number pick(Number least, Number most) {
    return std::uniform_int_distribution<Number>(least, most)(random_);
  }

  BootTime pause() {
    switch (pick(0, 9)) {
      case 0: return 0ms;
      case 1: return BootTime{pick(1, 1000)};
      case 2: return BootTime{pick(0, 60) * 60'000};  // on the edges of windows
      case 3: return 60min * pick(0, 7);
      default: return BootTime{pick(1, 20'000)};
    }
  }

  void compare() {
    for (const int parts : {1, 2, 4, 9}) {
      const auto answer = ledger_.may_begin(parts, now_);
      REQUIRE(allowed(answer) == model_.fits(parts, model_.reserved, now_));
      if (!allowed(answer)) check_until(parts, until(answer));
    }
    REQUIRE(allowed(ledger_.may_continue(now_)) == model_.fits(1, 0, now_));
    if (limits_.per_day) {
      REQUIRE(ledger_.used_today(now_) == model_.ended_within(24h, now_) + model_.in_flight);
    } else {
      REQUIRE(ledger_.used_today(now_) >= model_.ended_within(24h, now_) + model_.in_flight);
      REQUIRE(ledger_.used_today(now_) <= model_.ended_within(24h + 1min, now_) + model_.in_flight);
    }
  }

  /// Not a moment too early, and not too late where nothing is open.
  void check_until(int parts, std::optional<BootTime> again) {
    if (!again) {
      REQUIRE_FALSE(model_.fits(parts, model_.reserved, now_ + 72h));
      return;
    }
    REQUIRE(*again > now_);
    REQUIRE_FALSE(model_.fits(parts, model_.reserved, *again - 1ms));
    if (model_.in_flight + model_.reserved == 0) REQUIRE(model_.fits(parts, 0, *again));
  }

  void begin_message(int parts) {
    if (!allowed(ledger_.may_begin(parts, now_))) return;
    ledger_.reserve(parts);
    model_.reserved += parts;
    begin_part();
  }

  void continue_message() {
    if (model_.reserved == 0) return;
    const auto answer = ledger_.may_continue(now_);
    if (!allowed(answer)) {  // the room of a reserved part is its own, whatever else was asked for
      REQUIRE((reason(answer) == "minute" || reason(answer) == "interval"));
      return;
    }
    begin_part();
  }

  void begin_part() {
    ledger_.begin();
    --model_.reserved;
    ++model_.in_flight;
    on_air_.push_back(now_);
  }

  BootTime take_from_air() {
    const auto place = on_air_.begin() + pick(0, static_cast<int>(on_air_.size()) - 1);
    const BootTime began = *place;
    on_air_.erase(place);
    --model_.in_flight;
    return began;
  }

  void end_part() {
    if (on_air_.empty()) return;
    const BootTime began = take_from_air();
    ledger_.end(now_);
    model_.stamps.push_back(now_);
    ++model_.month;
    fullest_month_ = std::max(fullest_month_, static_cast<std::size_t>(model_.month));
    network_.push_back(BootTime{pick(began.count(), now_.count())});
  }

  void give_back() {
    if (on_air_.empty()) return;
    take_from_air();
    ledger_.give_back();
  }

  void rarely() {
    switch (pick(0, 3)) {
      case 0:  // the rest of a message is given up
        if (model_.reserved > 0) {
          const int parts = pick(1, static_cast<int>(model_.reserved));
          ledger_.release(parts);
          model_.reserved -= parts;
        }
        break;
      case 1:
        if (pick(0, 9) == 0) {
          ledger_.start_month();
          model_.month = pick(0, 1) * pick(0, 5);  // it may have been here before
          ledger_.month_used(static_cast<std::int64_t>(model_.month));
        }
        break;
      case 2: {  // the program starts again, what is in flight and reserved is told anew
        auto uses = uses_at(model_.stamps);
        uses.resize(uses.size() + on_air_.size());
        std::shuffle(uses.begin(), uses.end(), random_);
        ledger_.restore(uses, model_.month);
        ledger_.reserve(static_cast<int>(model_.reserved));
        break;
      }
      default: break;
    }
  }

  std::mt19937 random_;
  Limits limits_;
  Ledger ledger_;
  Model model_{};
  BootTime now_{-30h};             // stamps of earlier boots are negative
  std::vector<BootTime> on_air_;   // when they began
  std::vector<BootTime> network_;  // when it counted them: somewhere between begin and end
  std::size_t fullest_month_ = 0;
};

}  // namespace

TEST_CASE("no window ever holds more than its limit, and no allowance is wasted") {
  const Limits many[] = {
      {.per_minute = 3, .per_hour = 20, .per_day = 60, .per_month = 200},
      {.per_minute = 1, .per_hour = 5, .per_day = 5},
      {.per_hour = 7, .min_interval = 30s},
      {.per_day = 40, .per_month = 50},
      {.per_minute = 2, .min_interval = 90s},
      {.per_minute = 10, .per_hour = 4, .per_day = 100},
      {.per_month = 30},
      {.per_minute = 0, .per_day = 10},
      {.per_day = 0},
      {},
  };
  for (const Limits& limits : many) {
    for (unsigned seed = 1; seed <= 4; ++seed) {
      RandomRun run(seed, limits);
      for (int step = 0; step < 2'000; ++step) run.step();
      run.check_network();
      const bool never = limits.per_minute == 0 || limits.per_day == 0;
      CHECK((run.sent() == 0) == never);
      if (limits.per_month) {
        CHECK(run.fullest_month() <= static_cast<std::size_t>(*limits.per_month));
      }
    }
  }
}

TEST_CASE("a stamp leaves its window when the window has passed, not before") {
  struct Row {
    const char* window;
    Limits limits;
    BootTime length;
  };
  const Row rows[] = {
      {"minute", {.per_minute = 1}, 1min},
      {"hour", {.per_hour = 1}, 1h},
      {"day", {.per_day = 1}, 24h},
      {"interval", {.min_interval = 7s}, 7s},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.window) {
      Ledger ledger(row.limits);
      send(ledger, 1000ms);
      const auto answer = ledger.may_begin(1, 1000ms + row.length - 1ms);
      REQUIRE_FALSE(allowed(answer));
      CHECK(reason(answer) == row.window);
      CHECK(until(answer) == 1000ms + row.length);
      CHECK(allowed(ledger.may_begin(1, 1000ms + row.length)));
    }
  }
}

TEST_CASE("windows run from the end of a part, however long it was on the air") {
  Ledger ledger({.per_minute = 1});
  ledger.reserve(1);
  ledger.begin();
  CHECK_FALSE(allowed(ledger.may_begin(1, 2min)));
  ledger.end(2min);
  CHECK_FALSE(allowed(ledger.may_begin(1, 3min - 1ms)));
  CHECK(allowed(ledger.may_begin(1, 3min)));
}

TEST_CASE("a message begins only when hour, day and month have room for all its parts") {
  for (const auto& [window, limits] :
       {std::pair{"hour", Limits{.per_hour = 5}}, std::pair{"day", Limits{.per_day = 5}},
        std::pair{"month", Limits{.per_month = 5}}}) {
    DYNAMIC_SECTION(window) {
      Ledger ledger(limits);
      ledger.reserve(3);
      ledger.begin();
      ledger.end(0ms);
      CHECK(allowed(ledger.may_begin(2, 1s)));
      CHECK(reason(ledger.may_begin(3, 1s)) == window);
      ledger.reserve(2);
      CHECK(reason(ledger.may_begin(1, 1s)) == window);
      CHECK(allowed(ledger.may_continue(1s)));
      ledger.release(2);
      CHECK(allowed(ledger.may_begin(1, 1s)));
    }
  }
}

TEST_CASE("the minute paces part by part: a message may have more parts than it allows") {
  Ledger ledger({.per_minute = 1, .per_day = 10});
  CHECK(allowed(ledger.may_begin(4, 0ms)));
  ledger.reserve(4);
  ledger.begin();
  ledger.end(0ms);
  CHECK(reason(ledger.may_continue(30s)) == "minute");
  CHECK(allowed(ledger.may_continue(60s)));
}

TEST_CASE("a part given back does not count and holds no room") {
  Ledger ledger({.per_hour = 1, .per_month = 1, .min_interval = 10s});
  ledger.reserve(1);
  ledger.begin();
  ledger.give_back();
  CHECK(allowed(ledger.may_begin(1, 0ms)));
  CHECK(ledger.used_today(0ms) == 0);
}

TEST_CASE("a limit of nothing, or below the message, has no end; a full month has none either") {
  for (const Limits& limits : {Limits{.per_minute = 0}, Limits{.per_hour = 2}, Limits{.per_day = 2},
                               Limits{.per_month = 2}}) {
    const auto answer = Ledger(limits).may_begin(3, 0ms);
    REQUIRE_FALSE(allowed(answer));
    CHECK(until(answer) == std::nullopt);
  }
}

TEST_CASE("a new month has all its allowance but what is in flight or reserved over its turn") {
  Ledger ledger({.per_month = 3});
  ledger.reserve(2);
  ledger.begin();
  ledger.end(0ms);
  ledger.begin();
  ledger.start_month();
  ledger.month_used(0);
  CHECK(ledger.left(1s).month == 2);
  ledger.end(2s);
  CHECK(ledger.left(2s).month == 2);
}

TEST_CASE("of a month that the clock comes to nothing is allowed before its use is counted") {
  Ledger ledger({.per_month = 3});
  ledger.start_month();
  const auto answer = ledger.may_begin(1, 0ms);
  CHECK(reason(answer) == "month");
  CHECK(until(answer) == std::nullopt);
  CHECK(ledger.left(0ms).month == 0);
  ledger.month_used(2);  // it has been there before
  CHECK(ledger.left(0ms).month == 1);
  CHECK(allowed(ledger.may_begin(1, 0ms)));
  CHECK_FALSE(allowed(ledger.may_begin(2, 0ms)));
}

TEST_CASE("a part in doubt counts from the moment its modem answers again") {
  Ledger ledger({.per_minute = 1, .min_interval = 10s});
  ledger.doubt_lasted(0ms);  // of nothing
  ledger.reserve(1);
  ledger.begin();
  ledger.end(1s);
  ledger.doubt_lasted(31s);
  CHECK(until(ledger.may_begin(1, 40s)) == BootTime{91s});
  CHECK(allowed(ledger.may_begin(1, 91s)));
}

TEST_CASE("of several reasons the one that lasts longest is told") {
  Ledger ledger({.per_minute = 1, .per_hour = 1, .min_interval = 5s});
  send(ledger, 0ms);
  const auto answer = ledger.may_begin(1, 1s);
  CHECK(reason(answer) == "hour");
  CHECK(until(answer) == BootTime{1h});
}

TEST_CASE("after a restart the ledger knows what was used, also of an earlier boot") {
  Ledger ledger({.per_minute = 2, .per_day = 4, .per_month = 9});
  ledger.restore(uses_at({-20h, 59s, -30h, 30s}), 7);
  CHECK(ledger.left(1min) == Ledger::Left{.minute = 0, .hour = {}, .day = 1, .month = 2});
  CHECK(until(ledger.may_begin(1, 1min)) == BootTime{90s});
  CHECK(until(ledger.may_begin(2, 1min)) == BootTime{4h});
}

TEST_CASE("lowered limits hold for reserved parts too") {
  Ledger ledger({.per_hour = 2});
  ledger.restore(uses_at({0s, 1s, 2s}), 3);
  ledger.reserve(2);
  CHECK(reason(ledger.may_continue(3s)) == "hour");
  CHECK(ledger.left(3s).hour == 0);
  CHECK_FALSE(allowed(ledger.may_continue(3600s)));
  CHECK(allowed(ledger.may_continue(3601s)));
}

TEST_CASE("a clock that steps back frees nothing") {
  Ledger ledger({.per_minute = 1});
  send(ledger, 10min);
  CHECK(until(ledger.may_begin(1, 5min)) == BootTime{11min});
  send(ledger, 5min);  // stamped as the last one was
  CHECK_FALSE(allowed(ledger.may_begin(1, 11min - 1ms)));
  CHECK(allowed(ledger.may_begin(1, 11min)));
}

TEST_CASE("more ends, releases and gifts back than there were begins do no harm") {
  Ledger ledger({.per_hour = 2});
  ledger.release(5);
  ledger.give_back();
  ledger.begin();
  ledger.end(0ms);
  CHECK(ledger.left(0ms).hour == 1);
}

TEST_CASE("used today counts a day of parts without a limit, in flight ones included") {
  Ledger ledger({});
  for (BootTime at{0}; at < 48h; at += 1min) send(ledger, at);
  CHECK(ledger.used_today(48h - 1min) == 1440 + 1);  // coarse: a minute too many
  ledger.begin();
  CHECK(ledger.used_today(48h) == 1440 + 1);
  ledger.end(48h);
  CHECK(ledger.used_today(72h) == 1);  // coarse: it was a day old just now
  CHECK(ledger.used_today(72h + 1min) == 0);
}

TEST_CASE("the largest message is what the smallest of hour, day and month allows") {
  CHECK(Ledger({}).largest_message() == std::nullopt);
  CHECK(Ledger({.per_minute = 1}).largest_message() == std::nullopt);
  CHECK(Ledger({.per_minute = 0}).largest_message() == 0);
  CHECK(Ledger({.per_hour = 5, .per_day = 3, .per_month = 4}).largest_message() == 3);
  CHECK(Ledger({.per_day = 9, .per_month = 4}).largest_message() == 4);
}

TEST_CASE("a window that reaches back behind what is known counts as used") {
  Limits limits;
  limits.per_minute = 5;
  limits.per_hour = 10;
  limits.per_day = 20;
  limits.per_month = 30;
  Ledger ledger(limits);
  ledger.known_from(BootTime{100h});
  ledger.restore({}, 0);
  const auto asked = ledger.may_begin(1, 100h);
  CHECK(reason(asked) == "restored");
  CHECK(until(asked) == BootTime{124h});
  CHECK(ledger.left(100h) == Ledger::Left{0, 0, 0, 30});
  CHECK(ledger.left(100h + 1min) == Ledger::Left{5, 0, 0, 30});
  CHECK(ledger.left(101h) == Ledger::Left{5, 10, 0, 30});
  CHECK_FALSE(allowed(ledger.may_continue(124h - 1ms)));
  CHECK(allowed(ledger.may_begin(1, 124h)));
  CHECK(ledger.left(124h) == Ledger::Left{5, 10, 20, 30});
  CHECK(ledger.largest_message() == 10);

  ledger.known_from(std::nullopt);
  CHECK(allowed(ledger.may_begin(1, 100h)));

  Ledger unlimited{Limits{}};
  unlimited.known_from(BootTime{100h});
  CHECK(allowed(unlimited.may_begin(1, 100h)));
}
