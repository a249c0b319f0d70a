#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bank::tidy {

/// One line of C++ taken apart: what the compiler sees, without what stands in literals, and what
/// only people see.
struct SourceLine {
  std::string code;     // literals emptied, comments gone; directives as they are
  std::string comment;  // the comments on this line
};

/// Knows comments, character and string literals, raw ones too. Escaped line ends are not joined.
[[nodiscard]] std::vector<SourceLine> lines_of_cpp(std::string_view text);

/// The lines of any text, without their ends.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

/// Where `word` stands by itself, not inside a longer name; npos where it does not.
[[nodiscard]] std::size_t find_word(std::string_view line, std::string_view word,
                                    std::size_t from = 0);

}  // namespace bank::tidy
