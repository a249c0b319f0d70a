#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace bank::scheduler {

/// Where in an exported cell the number stands.
struct CellContent {
  std::size_t begin, end;  // octets into the cell
};

/// Leaves out what says that a number is text, '0912… or "0912…" or ="0912…", and the .0 of a
/// number that was kept as a fraction.
[[nodiscard]] CellContent content_of_cell(std::string_view cell);

/// A number that a spreadsheet took for a quantity: 9.89121E+11.
struct Scientific {
  std::string digits;  // the number; empty when the last digits are lost
  std::size_t mark;    // octets up to the E
};

/// Nothing when the text has not that form.
[[nodiscard]] std::optional<Scientific> read_scientific(std::string_view text);

/// "#NAME?", "#VALUE!", "####".
[[nodiscard]] bool is_cell_error(std::string_view text);

}  // namespace bank::scheduler
