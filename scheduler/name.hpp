#pragma once

#include <string_view>

namespace bank::scheduler {

/// 1 to 64 of letters, digits, '.', '_', '-': stands in URLs, logs and file names.
[[nodiscard]] constexpr bool is_name(std::string_view text) {
  constexpr std::string_view letters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(letters) == std::string_view::npos && text != "." && text != "..";
}

}  // namespace bank::scheduler
