#include "at/hex.hpp"

#include <algorithm>
#include <array>

namespace bank::at {
namespace {

constexpr std::uint8_t no_digit = 0xFF;

constexpr std::array<std::uint8_t, 256> digit_values = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::uint8_t i = 0; i < 10; ++i) values[std::size_t{'0'} + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) {
    values[std::size_t{'A'} + i] = values[std::size_t{'a'} + i] = static_cast<std::uint8_t>(10 + i);
  }
  return values;
}();
static_assert(digit_values['f'] == 15 && digit_values['9'] == 9 && digit_values['g'] == no_digit);

constexpr std::uint8_t value_of(char digit) {
  return digit_values[static_cast<unsigned char>(digit)];
}

}  // namespace

Result<std::vector<std::uint8_t>, DecodeError> from_hex(std::string_view digits) {
  const auto refuse = [](DecodeError::Fault fault, std::size_t octet) {
    return unexpected(DecodeError{fault, "hex", octet});
  };
  std::vector<std::uint8_t> octets;
  octets.reserve(std::min(digits.size() / 2, longest_pdu));
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    if (i / 2 == longest_pdu) return refuse(DecodeError::Fault::out_of_range, longest_pdu);
    const std::uint8_t high = value_of(digits[i]);
    if (high == no_digit) return refuse(DecodeError::Fault::reserved_value, i / 2);
    if (i + 1 == digits.size()) return refuse(DecodeError::Fault::truncated, i / 2);
    const std::uint8_t low = value_of(digits[i + 1]);
    if (low == no_digit) return refuse(DecodeError::Fault::reserved_value, i / 2);
    octets.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return octets;
}

std::string to_hex(Octets octets) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string hex;
  hex.reserve(octets.size() * 2);
  for (const std::uint8_t octet : octets) {
    hex += digits[octet >> 4];
    hex += digits[octet & 0x0F];
  }
  return hex;
}

}  // namespace bank::at
