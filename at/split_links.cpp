#include "at/split_links.hpp"

#include <algorithm>
#include <optional>

#include "at/text.hpp"
#include "at/utf.hpp"

namespace bank::at {
namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr bool is_ascii_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
/// Of ASCII, or any other: hosts are written in all scripts.
constexpr bool is_letter(char c) {
  return is_ascii_letter(c) || static_cast<unsigned char>(c) >= 0x80;
}
constexpr bool is_in_label(char c) {
  return is_letter(c) || is_digit(c) || c == '-';
}

constexpr bool is_in_host(char c) {
  return is_in_label(c) || c == '.';
}

/// What cannot have a link, which most texts can be told by.
bool has_no_link(std::string_view utf8) {
  constexpr auto none = std::string_view::npos;
  return utf8.find('/') == none && utf8.find("ww.") == none && utf8.find("WW.") == none;
}

/// Where `what`, in small letters, stands in a word that may have capitals.
std::optional<std::size_t> find_in(std::string_view word, std::string_view what) {
  const auto found = std::search(word.begin(), word.end(), what.begin(), what.end(),
                                 [](char in_word, char c) { return lower(in_word) == c; });
  if (found == word.end()) return std::nullopt;
  return static_cast<std::size_t>(found - word.begin());
}

/// Whether a word begins with a host of at least two labels, the last of letters, and a path.
bool begins_with_host_and_path(std::string_view word) {
  std::size_t labels = 0;
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t begin = at;
    while (at < word.size() && is_in_label(word[at])) ++at;
    const auto label = word.substr(begin, at - begin);
    if (label.empty() || at == word.size()) return false;
    ++labels;
    if (word[at] == '/') {
      return labels > 1 && label.size() > 1 && std::all_of(label.begin(), label.end(), is_letter);
    }
    if (word[at] != '.') return false;
    ++at;
  }
  return false;
}

std::optional<std::size_t> link_in(std::string_view word) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (const auto at = find_in(word, scheme)) return at;
  }
  for (std::size_t at = 0; at < word.size(); ++at) {
    const bool begins = is_in_label(word[at]) && (at == 0 || !is_in_host(word[at - 1]));
    if (!begins) continue;
    const auto rest = word.substr(at);
    if (find_in(rest.substr(0, 4), "www.") || begins_with_host_and_path(rest)) return at;
  }
  return std::nullopt;
}

/// Octets of the blank that stands at a place; 0 where none does.
std::size_t blank_at(std::string_view utf8, std::size_t at) {
  const auto octet = static_cast<unsigned char>(utf8[at]);
  if (octet < 0x80) return octet <= ' ' ? 1 : 0;
  const auto c = first_code_point(utf8.substr(at));  // none within a character
  return c && is_blank(c->value) ? c->octets : 0;
}

}  // namespace

std::vector<Link> links_of(std::string_view utf8) {
  std::vector<Link> links;
  if (has_no_link(utf8)) return links;
  std::size_t begin = 0;  // of the word
  const auto end_word = [&](std::size_t end) {
    const auto link = link_in(utf8.substr(begin, end - begin));
    if (link) links.push_back({begin + *link, end});
  };
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t blank = blank_at(utf8, at);
    if (blank > 0) {
      end_word(at);
      begin = at + blank;
    }
    at += std::max(blank, std::size_t{1});
  }
  end_word(utf8.size());
  return links;
}

}  // namespace bank::at
