#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace bank::at {

/// What a text takes of its parts, by octets of its UTF-8: the size (1 or 2) of the character that
/// begins there, 0 within a character.
using Sizes = std::vector<std::uint8_t>;

/// Where the second part and those after it begin, in octets.
using Cuts = std::vector<std::size_t>;

/// Fills each part as far as whole characters go, which gives the fewest parts there can be. Stops
/// at `most_parts` cuts, one more than may be. `capacity` is at least 2.
[[nodiscard]] Cuts fill(const Sizes& sizes, std::size_t capacity);

/// As many cuts as `filled`, which `fill` made, but placed so that the fewest grapheme clusters and
/// then the fewest links are cut; each as late as that allows.
[[nodiscard]] Cuts keep_whole(std::string_view utf8, const Sizes& sizes, std::size_t capacity,
                              Cuts filled);

}  // namespace bank::at
