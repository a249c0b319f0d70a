#include "at/clock.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "at/fields.hpp"

namespace bank::at {
namespace {

using namespace std::chrono;

constexpr int most_quarters = 96;  // TS 27.007 §8.15

/// Where the zone stands, and whether the time is that of the zone.
enum class Form { local_time, universal_time, zone_first };
struct ClockPrefix {
  std::string_view prefix;
  Form form;
};
constexpr ClockPrefix prefixes[] = {
    {"+CCLK:", Form::local_time}, {"^NWTIME:", Form::local_time},
    {"^TIME:", Form::local_time}, {"+QNITZ:", Form::local_time},
    {"+NITZ:", Form::local_time}, {"*PSUTTZ:", Form::universal_time},
    {"+CTZE:", Form::zone_first}};

/// A number of at most four digits at the front, which it takes away.
std::optional<int> take_number(std::string_view& text) {
  const auto size = std::min(text.find_first_not_of("0123456789"), text.size());
  constexpr std::size_t longest = 4;
  const auto value = size <= longest ? number_in(text.substr(0, size)) : std::nullopt;
  text.remove_prefix(size);
  return value;
}

void skip(std::string_view& text, std::string_view separators) {
  text.remove_prefix(std::min(text.find_first_not_of(separators), text.size()));
}

/// Year, month, day, hour, minute and second, which it takes away.
std::optional<local_seconds> take_time(std::string_view& text) {
  std::array<int, 6> part{};
  for (int& value : part) {
    skip(text, "/,:-\" ");
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    value = *number;
  }
  const auto [y, mo, d, h, mi, s] = part;
  const int century = y >= 100 ? 0 : y >= 70 ? 1900 : 2000;
  const auto date = year{century + y} / mo / d;
  if (!date.ok() || int{date.year()} < 1970 || h > 23 || mi > 59 || s > 59) return std::nullopt;
  return local_days{date} + hours{h} + minutes{mi} + seconds{s};
}

std::optional<minutes> zone_in(std::string_view text) {
  skip(text, "\", ");
  if (!text.starts_with('+') && !text.starts_with('-')) return std::nullopt;
  const auto end = text.find_first_not_of("0123456789", 1);
  const auto quarters = signed_number_in(text.substr(0, end), most_quarters);
  return quarters ? std::optional(*quarters * minutes{15}) : std::nullopt;
}

std::optional<ModemClock> read(std::string_view values, Form form) {
  std::optional<minutes> zone;
  if (form == Form::zone_first) {
    zone = zone_in(values);
    const auto fields = fields_of(values);
    if (fields.size() < 3) return std::nullopt;
    values = fields[2];
  }
  const auto time = take_time(values);
  if (!time) return std::nullopt;
  if (form != Form::zone_first) zone = zone_in(values);
  if (form != Form::universal_time) return ModemClock{*time, zone};
  const auto offset = zone.value_or(minutes{0});
  return ModemClock{*time + offset, offset};
}

}  // namespace

std::optional<ModemClock> modem_clock(std::string_view line) {
  for (const auto& [prefix, form] : prefixes) {
    if (const auto values = after(prefix, line)) return read(*values, form);
  }
  return std::nullopt;
}

bool is_set(const ModemClock& clock) {
  return clock.local >= local_days{year{2005} / 1 / 1};
}

std::optional<minutes> time_zone(std::string_view line) {
  for (const auto prefix : {"+CTZV:", "+CTZE:", "*ETZV:"}) {
    if (const auto values = after(prefix, line)) return zone_in(*values);
  }
  return std::nullopt;
}

}  // namespace bank::at
