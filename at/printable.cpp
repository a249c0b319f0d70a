#include "at/printable.hpp"

namespace bank::at {
namespace {

constexpr bool continues(unsigned char octet) {
  return (octet & 0xC0) == 0x80;
}

}  // namespace

std::size_t printable_length(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = octet(0);
  if (first < 0x20 || first == 0x7F) return 0;
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF5   ? 0
                             : first >= 0xF0 ? 4
                             : first >= 0xE0 ? 3
                             : first >= 0xC2 ? 2
                                             : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues(octet(i))) return 0;
  }
  const bool c1 = first == 0xC2 && octet(1) < 0xA0;
  const bool separator =
      first == 0xE2 && octet(1) == 0x80 && (octet(2) == 0xA8 || octet(2) == 0xA9);
  const bool turns =
      first == 0xE2 && ((octet(1) == 0x80 && (octet(2) == 0x8E || octet(2) == 0x8F ||
                                              (octet(2) >= 0xAA && octet(2) <= 0xAE))) ||
                        (octet(1) == 0x81 && octet(2) >= 0xA6 && octet(2) <= 0xA9));
  const bool surrogate = first == 0xED && octet(1) >= 0xA0;
  const bool overlong = (first == 0xE0 && octet(1) < 0xA0) || (first == 0xF0 && octet(1) < 0x90);
  const bool beyond = first == 0xF4 && octet(1) >= 0x90;
  return c1 || separator || turns || surrogate || overlong || beyond ? 0 : length;
}

}  // namespace bank::at
