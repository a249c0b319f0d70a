#include "at/validity.hpp"

#include <algorithm>

namespace bank::at {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// The four ranges of a relative TP-VP, TS 23.040 §9.2.3.12.1: the greatest value of each and how
// the time follows from it.
constexpr int last_of_5_minutes = 143;   // (v + 1) · 5 min, to 12 h
constexpr int last_of_30_minutes = 167;  // 12 h + (v − 143) · 30 min, to 24 h
constexpr int last_of_days = 196;        // (v − 166) · 1 day, to 30 days
constexpr int last_of_weeks = 255;       // (v − 192) · 1 week, to 63 weeks
constexpr minutes half_day{12 * 60};
constexpr minutes day{24 * 60};
constexpr minutes week = 7 * day;

constexpr int rounded_up(minutes time, minutes step) {
  return static_cast<int>((time + step - minutes{1}) / step);
}

// The enhanced form: an octet that says how to read the six that follow.
constexpr std::size_t enhanced_octets = 7;
constexpr int single_shot_bit = 0x40;
constexpr int form_mask = 0x07;
constexpr int form_relative = 0x01;
constexpr int form_seconds = 0x02;
constexpr int form_clock = 0x03;  // hours, minutes and seconds as semi-octets
constexpr seconds most_seconds{255};
constexpr seconds most_on_clock{99 * 3600 + 59 * 60 + 59};

/// Two decimal digits, the tens in the low semi-octet; -1 where they are none.
int swapped_digits(std::uint8_t octet) {
  const int tens = octet & 0x0F;
  const int units = octet >> 4;
  return tens <= 9 && units <= 9 ? tens * 10 + units : -1;
}

std::uint8_t as_swapped_digits(std::int64_t number) {
  return static_cast<std::uint8_t>(number % 10 << 4 | number / 10);
}

std::optional<Validity> enhanced_from(Octets octets) {
  EnhancedValidity validity{seconds{0}, (octets[0] & single_shot_bit) != 0};
  switch (octets[0] & form_mask) {
    case form_relative: validity.time = validity_of(octets[1]); break;
    case form_seconds: validity.time = seconds{octets[1]}; break;
    case form_clock: {
      const int h = swapped_digits(octets[1]);
      const int m = swapped_digits(octets[2]);
      const int s = swapped_digits(octets[3]);
      if (h < 0 || m < 0 || m > 59 || s < 0 || s > 59) return std::nullopt;
      validity.time = std::chrono::hours{h} + minutes{m} + seconds{s};
      break;
    }
    default: break;  // none, or reserved
  }
  return validity;
}

bool append_enhanced(std::vector<std::uint8_t>& octets, const EnhancedValidity& validity) {
  const seconds time = validity.time;
  if (time < seconds{0}) return false;
  const std::size_t end = octets.size() + enhanced_octets;
  const auto begin = [&](int form) {
    octets.push_back(
        static_cast<std::uint8_t>((validity.single_shot ? single_shot_bit : 0) | form));
  };
  if (time == seconds{0}) {
    begin(0);
  } else if (time <= most_seconds) {
    begin(form_seconds);
    octets.push_back(static_cast<std::uint8_t>(time.count()));
  } else if (time <= most_on_clock) {
    const std::chrono::hh_mm_ss clock{time};
    begin(form_clock);
    octets.push_back(as_swapped_digits(clock.hours().count()));
    octets.push_back(as_swapped_digits(clock.minutes().count()));
    octets.push_back(as_swapped_digits(clock.seconds().count()));
  } else {
    begin(form_relative);
    octets.push_back(relative_validity(std::chrono::ceil<minutes>(time)));
  }
  octets.resize(end, 0);
  return true;
}

}  // namespace

int validity_format(const std::optional<Validity>& validity) {
  if (!validity) return 0;
  if (std::holds_alternative<minutes>(*validity)) return first_octet::validity_relative;
  return std::holds_alternative<ServiceCentreTime>(*validity) ? first_octet::validity_absolute
                                                              : first_octet::validity_enhanced;
}

std::optional<Validity> read_validity(PduReader& reader, int format) {
  constexpr std::string_view field = "TP-VP";
  switch (format) {
    case first_octet::validity_relative: return validity_of(reader.octet(field));
    case first_octet::validity_absolute: return reader.time(field);
    case first_octet::validity_enhanced: {
      const Octets octets = reader.octets(enhanced_octets, field);
      return octets.empty() ? std::nullopt : enhanced_from(octets);
    }
    default: return std::nullopt;
  }
}

bool append_validity(std::vector<std::uint8_t>& octets, const Validity& validity) {
  if (const auto* const time = std::get_if<ServiceCentreTime>(&validity)) {
    const auto stamp = encode_scts(*time);
    octets.insert(octets.end(), stamp.begin(), stamp.end());
    return true;
  }
  if (const auto* const enhanced = std::get_if<EnhancedValidity>(&validity)) {
    return append_enhanced(octets, *enhanced);
  }
  const auto relative = std::get<minutes>(validity);
  if (relative < minutes{0}) return false;
  octets.push_back(relative_validity(relative));
  return true;
}

std::uint8_t relative_validity(minutes validity) {
  const minutes time = std::max(validity, minutes{1});
  int value = last_of_weeks;
  if (time <= half_day) {
    value = rounded_up(time, minutes{5}) - 1;
  } else if (time <= day) {
    value = last_of_5_minutes + rounded_up(time - half_day, minutes{30});
  } else if (time <= 30 * day) {
    value = 166 + rounded_up(time, day);
  } else if (time <= 63 * week) {
    value = 192 + rounded_up(time, week);
  }
  return static_cast<std::uint8_t>(value);
}

minutes validity_of(std::uint8_t tp_vp) {
  const int v = tp_vp;
  if (v <= last_of_5_minutes) return (v + 1) * minutes{5};
  if (v <= last_of_30_minutes) return half_day + (v - last_of_5_minutes) * minutes{30};
  if (v <= last_of_days) return (v - 166) * day;
  return (v - 192) * week;
}

}  // namespace bank::at
