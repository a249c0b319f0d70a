#include "at/fields.hpp"

#include <algorithm>
#include <charconv>

namespace bank::at {
namespace {

constexpr std::string_view blanks = " \t\r\n";

Fields split(std::string_view text, bool quotes_protect) {
  Fields fields;
  bool is_inside = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') is_inside = quotes_protect && !is_inside;
    if (text[i] != ',' || is_inside) continue;
    fields.add(text.substr(begin, i - begin));
    begin = i + 1;
  }
  fields.add(text.substr(begin));
  return fields;
}

bool is_word_part(char c) {
  return is_digit(c) || is_letter(c) || c == '_' || c == '-';
}

void append_range(std::vector<int>& numbers, std::string_view item) {
  const auto dash = item.find('-');
  const auto first = number_in(trimmed(item.substr(0, dash)), highest_listed);
  const auto last = dash == std::string_view::npos
                        ? first
                        : number_in(trimmed(item.substr(dash + 1)), highest_listed);
  if (!first || !last) return;
  for (int n = *first; n <= *last && numbers.size() < most_listed; ++n) numbers.push_back(n);
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string_view unquoted(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('"')) text.remove_prefix(1);
  if (text.ends_with('"')) text.remove_suffix(1);
  return trimmed(text);
}

std::optional<std::string_view> after(std::string_view prefix, std::string_view line) {
  line = trimmed(line);
  if (!line.starts_with(prefix)) return std::nullopt;
  return trimmed(line.substr(prefix.size()));
}

Fields fields_of(std::string_view text) {
  return split(text, true);
}

Fields plain_fields_of(std::string_view text) {
  return split(text, false);
}

std::optional<int> number_in(std::string_view field, int highest) {
  field = unquoted(field);
  if (field.empty() || !std::all_of(field.begin(), field.end(), is_digit)) return std::nullopt;
  int value = 0;
  const auto fault = std::from_chars(field.data(), field.data() + field.size(), value).ec;
  return fault == std::errc{} && value <= highest ? std::optional(value) : std::nullopt;
}

std::optional<int> signed_number_in(std::string_view field, int highest) {
  field = unquoted(field);
  const bool is_negative = field.starts_with('-');
  if (is_negative || field.starts_with('+')) field.remove_prefix(1);
  const auto value = number_in(field, highest);
  return value && is_negative ? std::optional(-*value) : value;
}

std::optional<std::uint64_t> hex_number_in(std::string_view field) {
  field = trimmed(field);
  if ((field.starts_with('"') || field.ends_with('"')) && !is_quoted(field)) return std::nullopt;
  field = unquoted(field);
  field = field.substr(0, field.find(' '));
  if (field.empty() || !std::all_of(field.begin(), field.end(), is_hex_digit)) return std::nullopt;
  std::uint64_t value = 0;
  const auto fault = std::from_chars(field.data(), field.data() + field.size(), value, 16).ec;
  return fault == std::errc{} ? std::optional(value) : std::nullopt;
}

Fields lists_of(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('(') && trimmed(text.substr(1)).starts_with('(')) {
    text = trimmed(text.substr(1));
    if (text.ends_with("))")) text.remove_suffix(1);
  }
  Fields lists;
  std::size_t begin = 0;
  bool is_inside = false;
  const auto add = [&](std::string_view list) {
    list = trimmed(list);
    if (list.starts_with('(')) list.remove_prefix(1);
    if (list.ends_with(')')) list.remove_suffix(1);
    lists.add(list);
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') is_inside = true;
    if (text[i] == ')') is_inside = false;
    if (text[i] != ',' || is_inside) continue;
    add(text.substr(begin, i - begin));
    begin = i + 1;
  }
  if (!text.empty()) add(text.substr(begin));
  return lists;
}

std::vector<int> numbers_of(std::string_view list) {
  std::vector<int> numbers;
  while (numbers.size() < most_listed) {
    const auto comma = list.find(',');
    append_range(numbers, trimmed(list.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return numbers;
}

std::vector<std::string_view> words_of(std::string_view list) {
  std::vector<std::string_view> words;
  for (auto at = list.begin(); words.size() < most_listed;) {
    const auto* const begin = std::find_if(at, list.end(), is_word_part);
    if (begin == list.end()) break;
    at = std::find_if_not(begin, list.end(), is_word_part);
    words.emplace_back(begin, at);
  }
  return words;
}

}  // namespace bank::at
