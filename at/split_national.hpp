#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "at/split.hpp"
#include "at/split_cuts.hpp"

namespace bank::at {

/// A pair of tables that has every character of a text, and what the text takes with them.
struct Spelling {
  Shift shift;
  Sizes sizes;
  std::size_t length;  // their sum, septets
};

/// What GSM 7-bit can do with a text.
struct Spellings {
  std::vector<Spelling> found{};  // at most one for each locking table, the default one first
  std::size_t first_lacking = 0;  // where none is found: the first character that no pair has
};

/// For each locking table of the allowed languages the single shift table that goes with it: which
/// one it is changes what the text can say, never how long it is, so the default one is preferred.
[[nodiscard]] Spellings spellings_of(std::string_view utf8, Languages allowed);

}  // namespace bank::at
