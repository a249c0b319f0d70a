#include "at/timestamp.hpp"

#include <cstdlib>

namespace bank::at {

Result<ServiceCentreTime, DecodeError> decode_scts(std::span<const std::uint8_t, 7> octets) {
  using namespace std::chrono;
  const auto refuse = [](std::size_t at) {
    return unexpected(DecodeError{DecodeError::Fault::out_of_range, "TP-SCTS", at});
  };

  constexpr std::array<int, 7> highest{99, 12, 31, 23, 59, 59, 79};
  std::array<int, 7> value{};
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const bool is_zone = i == 6;
    const int tens = octets[i] & (is_zone ? 0x07 : 0x0F);
    const int units = octets[i] >> 4;
    value[i] = tens * 10 + units;
    if (tens > 9 || units > 9 || value[i] > highest[i]) return refuse(i);
  }

  const auto date = year{2000 + value[0]} / value[1] / value[2];
  if (!date.ok()) return refuse(0);
  const minutes zone = minutes{15} * value[6] * ((octets[6] & 0x08) != 0 ? -1 : 1);
  const auto local = sys_days{date} + hours{value[3]} + minutes{value[4]} + seconds{value[5]};
  return ServiceCentreTime{local - zone, zone};
}

std::array<std::uint8_t, 7> encode_scts(const ServiceCentreTime& time) {
  using namespace std::chrono;
  const auto swapped = [](auto number) {
    const auto n = static_cast<unsigned>(number) % 100;
    return static_cast<std::uint8_t>(n % 10 << 4 | n / 10);
  };
  const auto quarters = static_cast<int>(time.offset_from_utc / minutes{15});
  const auto local = time.instant + minutes{15} * quarters;
  const auto day = floor<days>(local);
  const year_month_day date{day};
  const hh_mm_ss clock{local - day};
  const std::uint8_t sign = quarters < 0 ? 0x08 : 0;
  return {swapped(static_cast<int>(date.year()) + 100 * 400),  // no remainder below zero
          swapped(static_cast<unsigned>(date.month())),
          swapped(static_cast<unsigned>(date.day())),
          swapped(clock.hours().count()),
          swapped(clock.minutes().count()),
          swapped(clock.seconds().count()),
          static_cast<std::uint8_t>(swapped(std::abs(quarters)) | sign)};
}

}  // namespace bank::at
