#include "at/telephone_number.hpp"

#include <algorithm>

#include "at/character_set.hpp"
#include "at/fields.hpp"

namespace bank::at {
namespace {

bool is_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && text.size() <= longest_number &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_digit(c) || c == '*' || c == '#'; });
}

}  // namespace

std::optional<std::string> telephone_number(std::string_view number, std::string_view type) {
  std::string digits(unquoted(number));
  // Sixteen digits may be a number as they stand and four more in UCS-2: only that one looks so.
  if (const auto text = plausible_ucs2(digits); text && is_number(*text)) digits = *text;
  if (!is_number(digits)) return std::nullopt;
  constexpr int international = 145;
  if (!digits.starts_with('+') && number_in(type) == international) digits.insert(0, 1, '+');
  return digits;
}

}  // namespace bank::at
