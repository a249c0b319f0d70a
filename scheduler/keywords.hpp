#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bank::scheduler {

/// What a person who writes back wants of us. `command` is an operator's exception: a text that
/// begins with such words is for an application, whatever it looks like ("STOP 12345").
enum class Wish : std::uint8_t { opt_out, opt_in, help, command };

/// Words that mean it, and the language they are of (BCP 47, "zh-Hant"). `is_phrase`: it counts
/// wherever it stands in a text, but never for sure.
struct Keyword {
  std::string language;
  Wish wish;
  std::string words;  // as people write them
  bool is_phrase = false;
  std::string topic{};  // that an opt-out or opt-in is about; empty: everything
};

/// Those that the program begins with; an operator edits them in the book.
[[nodiscard]] std::vector<Keyword> first_keywords();

/// "opt_out", …
[[nodiscard]] std::string_view name_of(Wish wish);
[[nodiscard]] std::optional<Wish> wish_named(std::string_view name);

/// What a text says, by three tiers.
struct Reading {
  enum class Tier : std::uint8_t {
    sure,       // the keyword, and nothing else in the text or in its first line
    invited,    // the same of one letter or up to two digits: only where we have told the person so
    uncertain,  // a few words that begin with it, or a phrase: a person decides
    none
  } tier = Tier::none;
  Wish wish = Wish::opt_out;
  std::string keyword{};                 // folded
  std::vector<std::string> languages{};  // that have it, as they were given
  std::string topic{};                   // that it is about; empty: everything
};

/// Keywords made ready to be looked for.
class Keywords {
 public:
  explicit Keywords(std::span<const Keyword> keywords);
  [[nodiscard]] Reading read(std::string_view text) const;

 private:
  struct Known {
    Wish wish;
    std::vector<std::string> languages;
    std::string topic{};
  };
  [[nodiscard]] const Known* find(std::string_view folded, std::string& as) const;
  [[nodiscard]] Reading by_beginning(std::string_view folded) const;
  [[nodiscard]] Reading by_phrase(std::string_view folded) const;

  std::unordered_map<std::string, Known> known_;  // by folded words, and by those without spaces
  std::vector<std::pair<std::string, Known>> phrases_, commands_;
  std::size_t longest_ = 0;  // octets of a keyword
};

}  // namespace bank::scheduler
