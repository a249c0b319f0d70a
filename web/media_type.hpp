#pragma once

#include <string>
#include <string_view>

namespace bank::web {

/// "text/csv" of `Text/CSV; charset=utf-8`: without its parameters, in small letters (RFC 9110
/// §8.3.1).
[[nodiscard]] inline std::string media_type(std::string_view content_type) {
  auto type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  std::string small(type);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return small;
}

}  // namespace bank::web
