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

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// Without what modems put around a PDU.
std::string_view bare(std::string_view digits) {
  constexpr std::string_view around = " \t\r\n\x1A\"";
  const auto first = digits.find_first_not_of(around);
  if (first == std::string_view::npos) return {};
  return digits.substr(first, digits.find_last_not_of(around) - first + 1);
}

}  // namespace

Result<std::vector<std::uint8_t>, DecodeError> from_hex(std::string_view digits) {
  digits = bare(digits);
  std::vector<std::uint8_t> octets;
  octets.reserve(std::min(digits.size() / 2, longest_pdu));
  const auto refuse = [&](DecodeError::Fault fault) {
    return unexpected(DecodeError{fault, "hex", octets.size()});
  };
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    while (is_blank(digits[i])) ++i;  // the last character is none
    if (octets.size() == longest_pdu) return refuse(DecodeError::Fault::out_of_range);
    const std::uint8_t high = value_of(digits[i]);
    if (high == no_digit) return refuse(DecodeError::Fault::reserved_value);
    if (i + 1 == digits.size()) return refuse(DecodeError::Fault::truncated);
    const std::uint8_t low = value_of(digits[i + 1]);
    if (low == no_digit) return refuse(DecodeError::Fault::reserved_value);
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
