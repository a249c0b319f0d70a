#pragma once

#include <string_view>

#include "at/printable.hpp"

namespace bank::scheduler {

/// 1 to 64 of letters, digits, '.', '_', '-': stands in URLs, logs and file names.
[[nodiscard]] constexpr bool is_name(std::string_view text) {
  constexpr std::string_view letters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(letters) == std::string_view::npos && text != "." && text != "..";
}

/// At most 128 octets of UTF-8 without control characters, and without what turns the direction of
/// writing: it stands among other words.
[[nodiscard]] inline bool is_label(std::string_view text) {
  if (text.size() > 128) return false;
  while (!text.empty()) {
    const auto length = at::printable_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace bank::scheduler
