#include "at/masked_number.hpp"

namespace bank::at {

std::string masked_number(std::string_view number) {
  constexpr std::size_t longest_short_code = 6;
  constexpr std::size_t shortest_maskable = 8;
  const bool international = number.starts_with('+');
  if (!international && number.size() <= longest_short_code) return std::string(number);
  if (number.size() < shortest_maskable) return international ? "+***" : "***";
  return std::string(number.substr(0, 5)) + "***" + std::string(number.substr(number.size() - 2));
}

}  // namespace bank::at
