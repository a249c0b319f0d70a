#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>

namespace bank::scheduler {

/// A number from which on numbers have another name than before.
struct PrefixStart {
  static constexpr std::size_t most_digits = 9;

  std::uint32_t from;  // the leading digits, filled up with zeros to most_digits
  std::uint32_t name;  // octets into the names
};

/// What the leading digits of numbers say. A view of data that script/numbering-plan generates.
struct PrefixTable {
  std::span<const PrefixStart> starts;  // ascending; below the first there is no name
  std::string_view names;               // each ends with '\n'

  /// Empty when the digits say nothing. `digits` are E.164 without '+'; fewer than most_digits
  /// count as if zeros followed.
  [[nodiscard]] std::string_view name_of(std::string_view digits) const {
    std::uint32_t key = 0;
    for (std::size_t i = 0; i < PrefixStart::most_digits; ++i) {
      key = key * 10 + (i < digits.size() ? static_cast<std::uint32_t>(digits[i] - '0') : 0);
    }
    const auto next = std::ranges::upper_bound(starts, key, {}, &PrefixStart::from);
    if (next == starts.begin()) return {};
    const std::string_view from = names.substr(std::prev(next)->name);
    return from.substr(0, from.find('\n'));
  }
};

}  // namespace bank::scheduler
