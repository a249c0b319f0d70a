#include "scheduler/calendar.hpp"

#include <fmt/format.h>
#include <unicode/ucal.h>

#include <stdexcept>
#include <string_view>
#include <utility>

namespace bank::scheduler {
namespace {

/// ICU's calls fail only for want of memory or by a mistake of ours.
void require(UErrorCode status, std::string_view what) {
  if (U_FAILURE(status)) {
    throw std::runtime_error(fmt::format("ICU cannot {}: {}", what, u_errorName(status)));
  }
}

std::u16string utf16(std::string_view ascii) {
  return {ascii.begin(), ascii.end()};
}

/// ICU opens a calendar in any zone, and takes one it does not know for Greenwich.
bool is_known(const std::u16string& timezone) {
  constexpr int longest = 64;  // names of zones have at most 32 characters
  UChar canonical[longest];
  UErrorCode status = U_ZERO_ERROR;
  ucal_getCanonicalTimeZoneID(timezone.data(), static_cast<std::int32_t>(timezone.size()),
                              canonical, longest, nullptr, &status);
  return U_SUCCESS(status) && timezone != u"Etc/Unknown";
}

WallTime wall(UDate milliseconds) {
  return WallTime{std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)}};
}

/// The first midnight of day 1 of the month `months` after the one that the calendar's time shows.
WallTime first_midnight(UCalendar* calendar, int months) {
  UErrorCode status = U_ZERO_ERROR;
  const std::int32_t year = ucal_get(calendar, UCAL_EXTENDED_YEAR, &status);
  const std::int32_t month =
      ucal_get(calendar, UCAL_MONTH, &status) + months;  // lenient: 12 = next
  ucal_clear(calendar);
  ucal_set(calendar, UCAL_EXTENDED_YEAR, year);
  ucal_set(calendar, UCAL_MONTH, month);
  ucal_set(calendar, UCAL_DATE, 1);
  const UDate found = ucal_getMillis(calendar, &status);
  require(status, "find the begin of a month");
  return wall(found);
}

}  // namespace

void MonthClock::Close::operator()(void* calendar) const {
  ucal_close(static_cast<UCalendar*>(calendar));
}

MonthClock::MonthClock(std::string timezone) : timezone_(std::move(timezone)) {
  const std::u16string zone = utf16(timezone_);
  if (!is_known(zone)) {
    throw std::invalid_argument(fmt::format(
        "\"{}\" is no time zone; write an IANA name such as \"Asia/Tehran\"", timezone_));
  }
  UErrorCode status = U_ZERO_ERROR;
  calendar_.reset(ucal_open(zone.data(), static_cast<std::int32_t>(zone.size()), "en_US_POSIX",
                            UCAL_GREGORIAN, &status));
  require(status, "open a calendar");
  // Clocks put back from 1:00 to 0:00 show two midnights; put forward, none: then the hour after.
  auto* calendar = static_cast<UCalendar*>(calendar_.get());
  ucal_setAttribute(calendar, UCAL_REPEATED_WALL_TIME, UCAL_WALLTIME_FIRST);
  ucal_setAttribute(calendar, UCAL_SKIPPED_WALL_TIME, UCAL_WALLTIME_LAST);
}

MonthClock::Calendar MonthClock::copy() const {
  UErrorCode status = U_ZERO_ERROR;
  Calendar copied(ucal_clone(static_cast<UCalendar*>(calendar_.get()), &status));
  require(status, "copy a calendar");
  return copied;
}

MonthClock::Month MonthClock::month_of(WallTime time) const {
  const Calendar copied = copy();
  auto* calendar = static_cast<UCalendar*>(copied.get());
  const auto midnight = [&](int months) {
    UErrorCode status = U_ZERO_ERROR;
    ucal_setMillis(calendar, static_cast<UDate>(time.time_since_epoch().count()), &status);
    require(status, "set a time");
    return first_midnight(calendar, months);
  };
  const Month shown{midnight(0), midnight(1)};
  // Put back over midnight, the clock shows the old month's last minutes once more.
  if (time >= shown.to) return {shown.to, midnight(2)};
  return shown;
}

std::string MonthClock::minute_of(WallTime time) const {
  const Calendar copied = copy();
  auto* calendar = static_cast<UCalendar*>(copied.get());
  UErrorCode status = U_ZERO_ERROR;
  ucal_setMillis(calendar, static_cast<UDate>(time.time_since_epoch().count()), &status);
  const auto field = [&](UCalendarDateFields which) { return ucal_get(calendar, which, &status); };
  const std::string shown =
      fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", field(UCAL_EXTENDED_YEAR), field(UCAL_MONTH) + 1,
                  field(UCAL_DATE), field(UCAL_HOUR_OF_DAY), field(UCAL_MINUTE));
  require(status, "read a clock");
  return shown;
}

LocalMinute MonthClock::local_minute(WallTime time) const {
  const Calendar copied = copy();
  auto* calendar = static_cast<UCalendar*>(copied.get());
  UErrorCode status = U_ZERO_ERROR;
  ucal_setMillis(calendar, static_cast<UDate>(time.time_since_epoch().count()), &status);
  const int weekday = ucal_get(calendar, UCAL_DAY_OF_WEEK, &status);  // 1: Sunday
  const int minute =
      ucal_get(calendar, UCAL_HOUR_OF_DAY, &status) * 60 + ucal_get(calendar, UCAL_MINUTE, &status);
  require(status, "read a clock");
  return {(weekday + 5) % 7, minute};
}

WallTime MonthClock::day_of(WallTime time) const {
  const Calendar copied = copy();
  auto* calendar = static_cast<UCalendar*>(copied.get());
  UErrorCode status = U_ZERO_ERROR;
  ucal_setMillis(calendar, static_cast<UDate>(time.time_since_epoch().count()), &status);
  for (const auto field : {UCAL_HOUR_OF_DAY, UCAL_MINUTE, UCAL_SECOND, UCAL_MILLISECOND}) {
    ucal_set(calendar, field, 0);
  }
  const UDate found = ucal_getMillis(calendar, &status);
  require(status, "find the begin of a day");
  return wall(found);
}

}  // namespace bank::scheduler
