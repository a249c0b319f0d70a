#include "scheduler/spreadsheet_cell.hpp"

#include <algorithm>

namespace bank::scheduler {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::size_t fewest_before_fraction = 3;  // of a short code; no number has fewer

/// "9121234567.0", "3000.0"
bool has_fraction_of_zero(std::string_view text) {
  if (!text.ends_with(".0")) return false;
  text.remove_suffix(2);
  if (text.starts_with('+')) text.remove_prefix(1);
  return text.size() >= fewest_before_fraction &&
         text.find_first_not_of(digits) == std::string_view::npos;
}

std::size_t count_digits(std::string_view text) {
  return std::min(text.find_first_not_of(digits), text.size());
}

}  // namespace

CellContent content_of_cell(std::string_view cell) {
  const std::size_t begin = std::min(cell.find_first_not_of(" \t"), cell.size());
  const std::size_t end = cell.find_last_not_of(" \t") + 1;  // 0 when there is nothing else
  if (begin >= end) return {0, cell.size()};
  CellContent content{begin, end};
  const auto rest = [&] { return cell.substr(content.begin, content.end - content.begin); };
  if (rest().starts_with('=')) ++content.begin;
  if (rest().starts_with('\'')) {
    ++content.begin;
  } else if (rest().size() > 2 && rest().starts_with('"') && rest().ends_with('"')) {
    ++content.begin, --content.end;
  }
  if (has_fraction_of_zero(rest())) content.end -= 2;
  return content;
}

std::optional<Scientific> read_scientific(std::string_view text) {
  const std::size_t mark = text.find_first_of("eE");
  if (mark == std::string_view::npos) return std::nullopt;
  const std::string_view mantissa = text.substr(0, mark);
  std::string_view exponent = text.substr(mark + 1);
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  if (exponent.empty() || exponent.size() > 2 || count_digits(exponent) != exponent.size()) {
    return std::nullopt;
  }
  if (count_digits(mantissa) != 1) return std::nullopt;  // always one before the point
  std::string found(mantissa.substr(0, 1));
  if (mantissa.size() > 1) {
    const std::string_view fraction = mantissa.substr(2);
    const bool has_point = mantissa[1] == '.' || mantissa[1] == ',';
    if (!has_point || fraction.empty() || count_digits(fraction) != fraction.size()) {
      return std::nullopt;
    }
    found += fraction;
  }
  const auto places = static_cast<std::size_t>(std::stoi(std::string(exponent)));
  if (found.size() != places + 1) found.clear();
  return Scientific{std::move(found), mark};
}

bool is_cell_error(std::string_view text) {
  if (text.size() < 2 || text.front() != '#') return false;
  return text[1] == '#' || (text[1] >= 'A' && text[1] <= 'Z');
}

}  // namespace bank::scheduler
