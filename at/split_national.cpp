#include "at/split_national.hpp"

#include <algorithm>
#include <bit>
#include <optional>

#include "at/national_tables.hpp"
#include "at/utf.hpp"

namespace bank::at {
namespace {

/// A character and the languages whose tables have it, one bit each.
struct Entry {
  char32_t character;
  std::uint16_t locking;
  std::uint16_t single;
};

/// Every character of GSM 7-bit, in order.
class Index {
 public:
  Index() {
    for (std::size_t i = 0; i < languages::names.size(); ++i) {
      const auto bit = static_cast<std::uint16_t>(1U << i);
      const auto language = static_cast<Language>(i);
      for (std::size_t code = 0; code < code_count; ++code) {
        if (code == escape) continue;
        entries_.push_back({locking_table(language)[code], bit, 0});
        entries_.push_back({single_shift_table(language)[code], 0, bit});
      }
    }
    std::sort(entries_.begin(), entries_.end(), before);
    join();
  }

  [[nodiscard]] Entry operator[](char32_t c) const {
    const auto found = std::lower_bound(entries_.begin(), entries_.end(), Entry{c, 0, 0}, before);
    return found != entries_.end() && found->character == c ? *found : Entry{c, 0, 0};
  }

 private:
  static bool before(const Entry& a, const Entry& b) { return a.character < b.character; }

  void join() {
    std::vector<Entry> joined;
    for (const Entry& entry : entries_) {
      if (entry.character == 0) continue;  // a place without a character
      if (joined.empty() || joined.back().character != entry.character) joined.push_back(entry);
      joined.back().locking = static_cast<std::uint16_t>(joined.back().locking | entry.locking);
      joined.back().single = static_cast<std::uint16_t>(joined.back().single | entry.single);
    }
    entries_ = std::move(joined);
  }

  std::vector<Entry> entries_;
};

struct Character {
  std::size_t at;
  Entry tables;
};

std::vector<Character> characters_of(std::string_view utf8) {
  static const Index index;
  std::vector<Character> characters;
  characters.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const CodePoint c = first_code_point(utf8.substr(at)).value_or(CodePoint{0, 1});
    characters.push_back({at, index[c.value]});
    at += c.octets;
  }
  return characters;
}

}  // namespace

Spellings spellings_of(std::string_view utf8, Languages allowed) {
  const auto characters = characters_of(utf8);
  Spellings spellings;
  for (unsigned locking = 0; locking < languages::names.size(); ++locking) {
    if ((allowed.bits() >> locking & 1U) == 0) continue;
    unsigned singles = allowed.bits();
    Sizes sizes(utf8.size(), 0);
    std::size_t length = 0;
    for (const auto& [at, tables] : characters) {
      const bool in_one = (tables.locking >> locking & 1U) != 0;
      if (!in_one) singles &= tables.single;
      if (singles == 0) {
        spellings.first_lacking = std::max(spellings.first_lacking, at);
        break;
      }
      sizes[at] = in_one ? 1 : 2;
      length += sizes[at];
    }
    if (singles == 0) continue;
    const auto single = static_cast<Language>(std::countr_zero(singles));
    spellings.found.push_back({{static_cast<Language>(locking), single}, std::move(sizes), length});
  }
  return spellings;
}

}  // namespace bank::at
