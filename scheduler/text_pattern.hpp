#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "at/result.hpp"

namespace bank::scheduler {

/// What to look for in a text of the network, as a person writes it: the part of ECMAScript's
/// regular expressions that can be matched in time proportional to pattern times text, whatever
/// both say.
///
///   characters, . , [0-9,.], [^a-z], \d \w \s, and \ before any other sign for itself
///   * + ? after one of these, and another ? for as few as can be
///   ( ) once, around what is wanted; ^ at the begin and $ at the end
class TextPattern {
 public:
  static constexpr std::size_t longest = 128;       // octets of a pattern
  static constexpr std::size_t longest_text = 512;  // characters of a text; the rest is not read

  /// Errors  one line: what stands there, and what to write instead.
  [[nodiscard]] static Result<TextPattern, std::string> parse(std::string_view pattern);

  /// What stands in the brackets, of the first place where the pattern fits. Digits of Persian and
  /// Arabic, and their separators, are read as those of ASCII, and are given so.
  [[nodiscard]] std::optional<std::string> find(std::string_view utf8) const;

 private:
  using Text = std::u32string;
  struct Set {
    std::vector<std::pair<char32_t, char32_t>> ranges;
    bool is_negated = false;
    [[nodiscard]] bool has(char32_t c) const;
  };
  enum class Times { once, maybe, any };
  struct Item {
    Set set;
    Times times = Times::once;
    bool is_lazy = false;
  };
  struct Search;

  struct Marks {
    int opened = 0, closed = 0;
  };

  static std::optional<std::string> read_set(const Text& text, std::size_t& at, Set& set);
  static std::optional<std::string> read_class(const Text& text, std::size_t& at, Set& set);
  static void add_escaped(char32_t letter, Set& set);
  bool read_mark(const Text& text, std::size_t& at, Marks& marks, std::string& wrong);
  void add(const Text& text, std::size_t& at, Item item);

  std::vector<Item> items_;
  std::size_t open_ = 0, close_ = 0;  // before which items the brackets stand
  bool at_begin_ = false, at_end_ = false;
};

}  // namespace bank::scheduler
