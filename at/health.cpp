#include "at/health.hpp"

#include <algorithm>
#include <cstddef>

#include "at/fields.hpp"

namespace bank::at {
namespace {

constexpr int highest_millivolts = 20000;
constexpr double coldest = -60;
constexpr double hottest = 150;

/// A decimal number with up to three digits behind its point, in thousandths.
std::optional<int> thousandths_in(std::string_view field) {
  field = unquoted(field);
  const auto point = field.find('.');
  const auto whole = signed_number_in(field.substr(0, point), 99999);
  if (!whole) return std::nullopt;
  int fraction = 0;
  if (point != std::string_view::npos) {
    const auto digits = field.substr(point + 1);
    if (digits.size() > 3 || !number_in(digits)) return std::nullopt;
    fraction = *number_in(digits);
    for (auto size = digits.size(); size < 3; ++size) fraction *= 10;
  }
  return *whole * 1000 + (field.starts_with('-') ? -fraction : fraction);
}

std::optional<int> volts_in(std::string_view field) {
  if (!field.ends_with('V')) return std::nullopt;
  const auto millivolts = thousandths_in(field.substr(0, field.size() - 1));
  const bool is_voltage = millivolts && *millivolts > 0 && *millivolts <= highest_millivolts;
  return is_voltage ? millivolts : std::nullopt;
}

std::optional<double> celsius(std::string_view field, int units = 1) {
  const auto value = thousandths_in(field);
  if (!value) return std::nullopt;
  const double degrees = *value / 1000.0 / units;
  return degrees >= coldest && degrees <= hottest ? std::optional(degrees) : std::nullopt;
}

std::optional<double> warmest(const Fields& fields, int units = 1) {
  std::optional<double> found;
  for (const auto field : fields) {
    if (const auto degrees = celsius(field, units)) found = std::max(degrees, found);
  }
  return found;
}

/// Sierra's lines have words and units: "32.50 C", "3755 mV (0 cnt)".
std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find(' '));
}

}  // namespace

std::optional<Battery> battery(std::string_view line) {
  if (const auto siemens = after("^SBV:", line)) {
    const auto millivolts = number_in(*siemens, highest_millivolts);
    return millivolts ? std::optional(Battery{.millivolts = millivolts}) : std::nullopt;
  }
  if (const auto sierra = after("Power supply voltage:", line)) {
    const auto millivolts = number_in(first_word(*sierra), highest_millivolts);
    return millivolts ? std::optional(Battery{.millivolts = millivolts}) : std::nullopt;
  }
  const auto values = after("+CBC:", line);
  if (!values) return std::nullopt;
  const auto fields = plain_fields_of(*values);
  if (const auto volts = volts_in(fields[0])) return Battery{.millivolts = volts};
  const Battery found{.status = number_in(fields[0], 3),
                      .percent = number_in(fields[1], 100),
                      .millivolts = number_in(fields[2], highest_millivolts)};
  const bool is_nothing = !found.status || (!found.percent && !found.millivolts) ||
                          (found.status == 0 && found.percent == 0 && !found.millivolts);
  return is_nothing ? std::nullopt : std::optional(found);
}

std::optional<double> temperature(std::string_view line) {
  if (const auto module = after("+CPMUTEMP:", line)) return celsius(*module);
  if (const auto tenths = after("+UTEMP:", line)) return celsius(*tenths, 10);
  if (const auto several = after("+QTEMP:", line)) return warmest(plain_fields_of(*several));
  if (const auto sierra = after("Temperature:", line)) return celsius(first_word(*sierra));
  if (const auto huawei = after("^CHIPTEMP:", line)) return warmest(plain_fields_of(*huawei), 10);
  for (const auto prefix : {"+CMTE:", "#TEMPMON:", "^SCTM:"}) {  // a mode or level comes first
    const auto values = after(prefix, line);
    if (!values) continue;
    const auto fields = plain_fields_of(*values);
    const bool is_level_only = prefix[0] == '^' && fields.size() < 3;
    return fields.size() < 2 || is_level_only ? std::nullopt : celsius(fields[fields.size() - 1]);
  }
  return std::nullopt;
}

}  // namespace bank::at
