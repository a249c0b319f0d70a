#include "scheduler/calendar.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

using namespace bank::scheduler;
using namespace std::chrono;
using namespace std::chrono_literals;

namespace {

constexpr WallTime utc(int y, unsigned m, unsigned d, hours h = 0h, minutes min = 0min) {
  return sys_days{year{y} / month{m} / day{d}} + h + min;
}

}  // namespace

TEST_CASE("a month runs from its first midnight in the zone to the next one's") {
  struct Row {
    const char* name;
    const char* zone;
    WallTime time;
    WallTime from;
    WallTime to;
  };
  // The instants are those of the IANA data as another reader of it has them (Python's zoneinfo).
  const Row rows[] = {
      {"Greenwich", "UTC", utc(2026, 11, 24), utc(2026, 11, 1), utc(2026, 12, 1)},
      {"a year ends", "UTC", utc(2026, 12, 31, 23h, 59min), utc(2026, 12, 1), utc(2027, 1, 1)},
      {"a leap day", "Asia/Kathmandu", utc(2024, 2, 29, 18h), utc(2024, 1, 31, 18h, 15min),
       utc(2024, 2, 29, 18h, 15min)},
      {"a zone that is an offset", "GMT+3:30", utc(2026, 11, 24), utc(2026, 10, 31, 20h, 30min),
       utc(2026, 11, 30, 20h, 30min)},
      {"Iran now has no summer time", "Asia/Tehran", utc(2026, 11, 24),
       utc(2026, 10, 31, 20h, 30min), utc(2026, 11, 30, 20h, 30min)},
      {"Iran's evening is the next month before Greenwich's", "Asia/Tehran",
       utc(2026, 11, 30, 20h, 30min), utc(2026, 11, 30, 20h, 30min), utc(2026, 12, 31, 20h, 30min)},
      {"Iran's summer time began in March until 2022", "Asia/Tehran", utc(2021, 3, 15),
       utc(2021, 2, 28, 20h, 30min), utc(2021, 3, 31, 19h, 30min)},
      {"and ended in September", "Asia/Tehran", utc(2021, 9, 15), utc(2021, 8, 31, 19h, 30min),
       utc(2021, 9, 30, 20h, 30min)},
      {"a month an hour short", "Europe/Berlin", utc(2026, 3, 29, 1h), utc(2026, 2, 28, 23h),
       utc(2026, 3, 31, 22h)},
      {"a month an hour longer", "Europe/Berlin", utc(2026, 10, 25, 1h), utc(2026, 9, 30, 22h),
       utc(2026, 10, 31, 23h)},
      {"no midnight on day 1: clocks go from 0:00 to 1:00", "America/Asuncion", utc(2017, 10, 20),
       utc(2017, 10, 1, 4h), utc(2017, 11, 1, 3h)},
      {"two midnights on day 1: the month begins with the first", "America/Havana",
       utc(2015, 11, 1, 4h, 30min), utc(2015, 11, 1, 4h), utc(2015, 12, 1, 5h)},
      {"and goes on after the second", "America/Havana", utc(2015, 11, 1, 5h, 30min),
       utc(2015, 11, 1, 4h), utc(2015, 12, 1, 5h)},
      {"put back over midnight: what is lived twice is of the new month", "America/St_Johns",
       utc(2009, 11, 1, 3h), utc(2009, 11, 1, 2h, 30min), utc(2009, 12, 1, 3h, 30min)},
      {"put back over midnight: the old month ends the first time", "America/St_Johns",
       utc(2009, 11, 1, 2h, 29min), utc(2009, 10, 1, 2h, 30min), utc(2009, 11, 1, 2h, 30min)},
      {"a month that lacks a day", "Pacific/Apia", utc(2011, 12, 20), utc(2011, 12, 1, 10h),
       utc(2011, 12, 31, 10h)},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.name) {
      const auto month = MonthClock(row.zone).month_of(row.time);
      CHECK(month.from == row.from);
      CHECK(month.to == row.to);
      CHECK(month.contains(row.time));
    }
  }
}

TEST_CASE("months join without gap or overlap, in zones of every kind") {
  for (const char* zone : {"UTC", "Asia/Tehran", "Europe/Berlin", "America/St_Johns",
                           "America/Havana", "Africa/Casablanca", "Pacific/Apia",
                           "Australia/Lord_Howe", "Asia/Gaza", "Antarctica/Troll"}) {
    const MonthClock clock(zone);
    auto month = clock.month_of(utc(1987, 1, 15));
    for (int n = 0; n < 12 * 60; ++n) {
      INFO(zone << ", month " << n << " from January 1987");
      REQUIRE(month.to - month.from >= 27 * 24h);
      REQUIRE(month.to - month.from <= 31 * 24h + 3h);
      for (const auto inside : {0ms, milliseconds{1h}, milliseconds{26h}}) {
        REQUIRE(clock.month_of(month.from + inside) == month);
      }
      REQUIRE(clock.month_of(month.to - 1ms) == month);
      const auto next = clock.month_of(month.to);
      REQUIRE(next.from == month.to);
      month = next;
    }
  }
}

TEST_CASE("what is no time zone is refused, with what to write instead") {
  for (const char* zone : {"", "Mars", "Asia/Teheran", "Etc/Unknown", "GMT+25", "Asia/Tehran ",
                           "\xD8\xAA\xD9\x87\xD8\xB1\xD8\xA7\xD9\x86"}) {
    INFO(zone);
    CHECK_THROWS_AS(MonthClock(zone), std::invalid_argument);
  }
  CHECK_THROWS_AS(MonthClock(std::string(100'000, 'x')), std::invalid_argument);
  CHECK_THROWS_WITH(MonthClock("Mars"),
                    "\"Mars\" is no time zone; write an IANA name such as \"Asia/Tehran\"");
}
