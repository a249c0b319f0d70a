#include "web/time_text.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

namespace bank::web {

namespace {

using namespace std::chrono;

/// Takes exactly `digits` decimal digits off the front; -1 when they are not there.
int take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return -1;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char upper, char lower) {
  if (text.empty() || (text.front() != upper && text.front() != lower)) return false;
  text.remove_prefix(1);
  return true;
}
bool take(std::string_view& text, char c) {
  return take(text, c, c);
}

std::optional<milliseconds> take_fraction(std::string_view& text) {
  if (!take(text, '.')) return milliseconds{0};
  int value = 0;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    if (digits++ < 3) value = value * 10 + (text.front() - '0');
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 3; ++digits) value *= 10;
  return milliseconds{value};
}

std::optional<minutes> take_offset(std::string_view& text) {
  if (take(text, 'Z', 'z')) return minutes{0};
  const bool west = !text.empty() && text.front() == '-';
  if (!take(text, '+', '-')) return std::nullopt;
  const int hour = take_number(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ':')) return std::nullopt;
  const int minute = take_number(text, 2);
  if (minute < 0 || minute > 59) return std::nullopt;
  return (west ? -1 : 1) * (hours{hour} + minutes{minute});
}

}  // namespace

std::string rfc3339(scheduler::WallTime time) {
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  // Every answer has several of them: the format is read when this is compiled.
  return fmt::format(FMT_COMPILE("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z"),
                     static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::optional<scheduler::WallTime> read_rfc3339(std::string_view text) {
  const int y = take_number(text, 4);
  if (y < 1970 || !take(text, '-')) return std::nullopt;
  const int m = take_number(text, 2);
  if (m < 1 || !take(text, '-')) return std::nullopt;
  const int d = take_number(text, 2);
  const auto date = year{y} / month{static_cast<unsigned>(m)} / day{static_cast<unsigned>(d)};
  if (d < 1 || !date.ok() || !take(text, 'T', 't')) return std::nullopt;
  const int hour = take_number(text, 2);
  if (hour < 0 || hour > 23 || !take(text, ':')) return std::nullopt;
  const int minute = take_number(text, 2);
  if (minute < 0 || minute > 59 || !take(text, ':')) return std::nullopt;
  const int second = take_number(text, 2);
  if (second < 0 || second > 60) return std::nullopt;
  const auto fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return std::nullopt;
  const scheduler::WallTime time =
      sys_days{date} + hours{hour} + minutes{minute} + seconds{second} + *fraction - *offset;
  if (time < scheduler::WallTime{} || time > latest_time) return std::nullopt;
  return time;
}

}  // namespace bank::web
