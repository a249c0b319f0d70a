#include "scheduler/text_pattern.hpp"

#include <algorithm>

#include "at/utf.hpp"

namespace bank::scheduler {
namespace {

constexpr char32_t last_character = 0x10FFFF;

std::u32string characters_of(std::string_view utf8, std::size_t most) {
  std::u32string text;
  while (!utf8.empty() && text.size() < most) {
    const auto next = at::first_code_point(utf8);
    text.push_back(next ? next->value : U'\uFFFD');
    utf8.remove_prefix(next ? next->octets : 1);
  }
  return text;
}

/// Operators answer in the language of the subscriber, and people write their pattern in ASCII.
char32_t in_ascii(char32_t c) {
  if (c >= U'\u0660' && c <= U'\u0669') return U'0' + (c - U'\u0660');
  if (c >= U'\u06F0' && c <= U'\u06F9') return U'0' + (c - U'\u06F0');
  if (c == U'\u066B') return U'.';
  if (c == U'\u066C') return U',';
  return c;
}

constexpr bool is_repetition(char32_t c) {
  return c == U'*' || c == U'+' || c == U'?';
}

}  // namespace

bool TextPattern::Set::has(char32_t c) const {
  const bool is_in = std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
    return range.first <= c && c <= range.second;
  });
  return is_in != is_negated;
}

void TextPattern::add_escaped(char32_t letter, Set& set) {
  const auto add = [&](char32_t first, char32_t last) { set.ranges.emplace_back(first, last); };
  switch (letter) {
    case U'd': return add(U'0', U'9');
    case U'w': return add(U'0', U'9'), add(U'A', U'Z'), add(U'a', U'z'), add(U'_', U'_');
    case U's': return add(U'\t', U'\r'), add(U' ', U' '), add(U'\u00A0', U'\u00A0');
    case U'n': return add(U'\n', U'\n');
    case U'r': return add(U'\r', U'\r');
    case U't': return add(U'\t', U'\t');
    default: add(letter, letter);
  }
}

/// From behind '[' to behind ']'. Gives what is wrong.
std::optional<std::string> TextPattern::read_class(const Text& text, std::size_t& at, Set& set) {
  if (at < text.size() && text[at] == U'^') {
    set.is_negated = true;
    ++at;
  }
  bool is_first = true;
  while (at < text.size() && (text[at] != U']' || is_first)) {
    is_first = false;
    const bool is_escaped = text[at] == U'\\';
    if (is_escaped && ++at == text.size()) break;
    const char32_t from = text[at++];
    const bool is_range = at + 1 < text.size() && text[at] == U'-' && text[at + 1] != U']';
    if (is_escaped && !is_range) {
      add_escaped(from, set);
    } else if (!is_range) {
      set.ranges.emplace_back(from, from);
    } else {
      const char32_t to = text[at + 1];
      if (to < from || to == U'\\')
        return "a range in [ ] that ends before it begins; turn it round";
      set.ranges.emplace_back(from, to);
      at += 2;
    }
  }
  if (at >= text.size()) return "a [ without its ]; write \\[ for the sign itself";
  ++at;
  return std::nullopt;
}

/// One character, or a set of them, from `at` on. Gives what is wrong.
std::optional<std::string> TextPattern::read_set(const Text& text, std::size_t& at, Set& set) {
  const char32_t c = text[at++];
  switch (c) {
    case U'.': set.ranges = {{0, last_character}}; return std::nullopt;
    case U'[': return read_class(text, at, set);
    case U'\\':
      if (at == text.size()) return "a \\ at the end; write \\\\";
      add_escaped(text[at++], set);
      return std::nullopt;
    case U'*':
    case U'+':
    case U'?': return "a repetition of nothing; write \\ before the sign";
    case U'|': return "a choice by |; write [ ] of single characters, or \\|";
    case U'{': return "a count by { }; write * or +, or \\{";
    default: set.ranges = {{c, c}}; return std::nullopt;
  }
}

/// How often it may stand there.
void TextPattern::add(const Text& text, std::size_t& at, Item item) {
  const char32_t times = at < text.size() ? text[at] : U'\0';
  if (is_repetition(times)) {
    ++at;
    if (times == U'+') items_.push_back(item);
    item.times = times == U'?' ? Times::maybe : Times::any;
    item.is_lazy = at < text.size() && text[at] == U'?';
    if (item.is_lazy) ++at;
  }
  items_.push_back(std::move(item));
}

/// Brackets and anchors, which stand for no character; false: there is none at `at`. `wrong` says
/// what is.
bool TextPattern::read_mark(const Text& text, std::size_t& at, Marks& marks, std::string& wrong) {
  const char32_t c = text[at];
  switch (c) {
    case U'^':
      if (at != 0) wrong = "a ^ that is not the first; write \\^";
      at_begin_ = true;
      break;
    case U'$':
      if (at + 1 != text.size()) wrong = "a $ that is not the last; write \\$";
      at_end_ = true;
      break;
    case U'(':
      if (++marks.opened > 1 || text.substr(at + 1).starts_with(U"?")) {
        wrong = "more than the one ( ) around what is wanted; write one";
      }
      open_ = items_.size();
      break;
    case U')':
      if (++marks.closed > marks.opened) wrong = "a ) without its (; write \\)";
      if (at + 1 < text.size() && is_repetition(text[at + 1])) {
        wrong = "the ( ) repeated; repeat what stands in it";
      }
      close_ = items_.size();
      break;
    default: return false;
  }
  ++at;
  return true;
}

Result<TextPattern, std::string> TextPattern::parse(std::string_view pattern) {
  if (pattern.size() > longest) {
    return unexpected("more than " + std::to_string(longest) +
                      " octets; write what stands nearest");
  }
  if (at::first_not_utf8(pattern)) return unexpected(std::string("no UTF-8; write it in UTF-8"));
  Text text = characters_of(pattern, longest);
  std::transform(text.begin(), text.end(), text.begin(), in_ascii);
  TextPattern parsed;
  Marks marks;
  for (std::size_t at = 0; at < text.size();) {
    std::string wrong;
    const bool is_mark = parsed.read_mark(text, at, marks, wrong);
    if (!wrong.empty()) return unexpected(std::move(wrong));
    if (is_mark) continue;
    Item item;
    if (auto flaw = read_set(text, at, item.set)) return unexpected(std::move(*flaw));
    parsed.add(text, at, std::move(item));
  }
  if (marks.opened != 1 || marks.closed != 1 || parsed.open_ == parsed.close_) {
    return unexpected(
        std::string("no ( ) around what is wanted, such as \"([0-9,.]+) Rial\"; write it"));
  }
  return parsed;
}

/// Each place of the pattern is tried at each place of the text once: what has failed fails again.
struct TextPattern::Search {
  const TextPattern& pattern;
  const Text& text;
  std::vector<bool> has_failed = std::vector<bool>((pattern.items_.size() + 1) * (text.size() + 1));
  std::size_t begin = 0, end = 0;  // of what stands in the brackets

  /// No deeper than pattern and text are long.
  bool fits(std::size_t item, std::size_t at) {
    const std::size_t place = item * (text.size() + 1) + at;
    if (has_failed[place]) return false;
    if (item == pattern.items_.size()) {
      if (pattern.at_end_ && at != text.size()) return has_failed[place] = true, false;
      if (item == pattern.close_) end = at;
      return true;
    }
    const Item& one = pattern.items_[item];
    const bool takes = at < text.size() && one.set.has(text[at]);
    const auto take = [&] {
      return takes && fits(one.times == Times::any ? item : item + 1, at + 1);
    };
    const auto pass = [&] { return one.times != Times::once && fits(item + 1, at); };
    const bool does = one.is_lazy ? pass() || take() : take() || pass();
    if (!does) return has_failed[place] = true, false;
    // Unwound from the end: the earliest place of an item is noted last.
    if (item == pattern.close_) end = at;
    if (item == pattern.open_) begin = at;
    return true;
  }
};

std::optional<std::string> TextPattern::find(std::string_view utf8) const {
  Text text = characters_of(utf8, longest_text);
  std::transform(text.begin(), text.end(), text.begin(), in_ascii);
  Search search{*this, text};
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (search.fits(0, at)) {
      std::string found;
      for (std::size_t i = search.begin; i < search.end; ++i) at::append_utf8(found, text[i]);
      return found;
    }
    if (at_begin_) break;
  }
  return std::nullopt;
}

}  // namespace bank::scheduler
