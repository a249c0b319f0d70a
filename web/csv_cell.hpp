#pragma once

#include <string>
#include <string_view>

namespace bank::web {

/// Appends one cell of CSV (RFC 4180), quoted where it must be. What a spreadsheet would take for a
/// formula gets an apostrophe in front, by which it says that a cell is text; numbers with their
/// plus are among these, and are read back (scheduler/spreadsheet_cell).
inline void append_cell(std::string& out, std::string_view text) {
  constexpr std::string_view begins_formula = "=+-@\t\r";
  const bool is_formula =
      !text.empty() && begins_formula.find(text.front()) != std::string_view::npos;
  const bool is_quoted = text.find_first_of("\",;\r\n\t") != std::string_view::npos;
  if (is_quoted) out += '"';
  if (is_formula) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  if (is_quoted) out += '"';
}

}  // namespace bank::web
