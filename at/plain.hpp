#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bank::at {

/// Something in a text that was replaced.
struct Change {
  std::size_t offset;  // octets from the start of the original
  std::string before;
  std::string after;  // empty where it was taken out

  friend bool operator==(const Change&, const Change&) = default;
};

inline constexpr std::size_t most_changes = 1000;  // listed; what is changed further is not

/// A text as it is written in the default alphabet, and what was changed for that, in order.
struct Plain {
  std::string text;
  std::vector<Change> changes{};
};

/// Writes a text with the characters of the GSM 7-bit default alphabet: typographic signs as a
/// typewriter has them, Latin letters without the diacritics that the alphabet lacks ("ế" is "e",
/// while "é" stays), composed or not. The text is untouched where it is in the alphabet already,
/// where one of its characters has no such form (another script, an emoji), and where it is not
/// UTF-8.
[[nodiscard]] Plain plain(std::string_view utf8);

}  // namespace bank::at
