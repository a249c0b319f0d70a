#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bank::tidy {

struct Complaint {
  std::string file;
  int line;          // from 1
  std::string what;  // what is wrong and what would be right

  /// "at/hex.cpp:12: …"
  [[nodiscard]] std::string sentence() const;
};

inline constexpr std::size_t longest_line = 100;  // characters; code and scripts, not prose
inline constexpr std::size_t most_lines = 700;    // of one file of code

/// Whether the rules read this file at all. Paths are written from the root: "at/hex.cpp".
[[nodiscard]] bool is_subject(std::string_view path);

/// Everything in one file that the house does not allow. Pure; `path` decides which rules hold.
[[nodiscard]] std::vector<Complaint> check(std::string_view path, std::string_view text);

}  // namespace bank::tidy
