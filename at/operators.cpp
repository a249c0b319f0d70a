#include "at/operators.hpp"

#include <algorithm>
#include <utility>

#include "at/fields.hpp"

namespace bank::at {
namespace {

/// No name: nothing, filling (E220) or what a modem says that does not know (Novatel).
std::optional<std::string> known_name(std::string_view field, std::optional<CharacterSet> set) {
  const auto text = unquoted(field);
  const bool is_filling = text.find_first_not_of("Ff") == std::string_view::npos;
  if (is_filling) return std::nullopt;
  auto name = name_in(text, set);
  return name.empty() || name == "Unknown" ? std::nullopt : std::optional(std::move(name));
}

/// MCC and MNC have five or six digits; seven were seen, and are the modem's to know.
bool is_plmn(std::string_view text) {
  return text.size() >= 5 && text.size() <= 7 && std::all_of(text.begin(), text.end(), is_digit);
}

std::optional<std::string> plmn_in(std::string_view field) {
  field = unquoted(field);
  if (is_plmn(field)) return std::string(field);
  const auto digits = plausible_ucs2(field);
  return digits && is_plmn(*digits) ? digits : std::nullopt;
}

/// The closing bracket outside quotes, from a place inside a pair; the text's end where it is cut.
std::size_t closing_bracket(std::string_view text, std::size_t at) {
  bool is_inside = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '"') is_inside = !is_inside;
    if (text[at] == ')' && !is_inside) break;
  }
  return at;
}

/// <AcT> where the bracket was closed before it: `"310260"),2),(1,…`.
std::string_view technology_behind(std::string_view rest) {
  if (!rest.starts_with(',')) return {};
  const auto end = rest.find_first_not_of("0123456789", 1);
  const bool is_closed = end != std::string_view::npos && rest[end] == ')';
  return is_closed ? rest.substr(1, end - 1) : std::string_view{};
}

std::optional<ListedOperator> listed_operator(const Fields& fields, std::string_view behind,
                                              std::optional<CharacterSet> set) {
  const auto availability = number_in(fields[0], 3);
  if (!availability) return std::nullopt;
  // The last field that can be the number: a name may look like one as well.
  std::size_t at = fields.size() - 1;
  while (at > 0 && !plmn_in(fields[at])) --at;
  if (at == 0) return std::nullopt;
  ListedOperator found{.availability = static_cast<ListedOperator::Availability>(*availability)};
  found.plmn = *plmn_in(fields[at]);
  if (at > 1) found.long_name = known_name(fields[1], set);
  if (at > 2) found.short_name = known_name(fields[2], set);
  const auto technology = fields.size() > at + 1 ? fields[at + 1] : behind;
  found.technology = access_technology(technology).value_or(AccessTechnology::gsm);
  return found;
}

}  // namespace

std::vector<ListedOperator> listed_operators(std::string_view cops_line,
                                             std::optional<CharacterSet> set) {
  std::vector<ListedOperator> found;
  const auto values = after("+COPS:", cops_line);
  if (!values) return found;
  for (auto open = values->find('('); open < values->size() && found.size() < most_operators;) {
    const auto close = closing_bracket(*values, open + 1);
    const auto fields = fields_of(values->substr(open + 1, close - open - 1));
    const auto behind = close < values->size() ? values->substr(close + 1) : std::string_view{};
    auto one = listed_operator(fields, technology_behind(behind), set);
    if (one) found.push_back(std::move(*one));
    open = values->find('(', close);
  }
  return found;
}

std::optional<SelectedOperator> selected_operator(std::string_view cops_line,
                                                  std::optional<CharacterSet> set) {
  const auto values = after("+COPS:", cops_line);
  if (!values) return std::nullopt;
  const auto fields = fields_of(*values);
  const auto mode = number_in(fields[0], 9);
  if (!mode) return std::nullopt;  // a test answer
  SelectedOperator found{.mode = *mode};
  const auto* const quoted =
      std::find_if(fields.begin() + 1, fields.end(),
                   [](std::string_view field) { return field.starts_with('"'); });
  const auto index = quoted != fields.end() ? static_cast<std::size_t>(quoted - fields.begin()) : 2;
  if (index > 1) found.format = number_in(fields[1], 2);
  found.name = known_name(fields[index], set);
  if (found.name) found.technology = access_technology(fields[index + 1]);
  return found;
}

std::optional<std::string> operator_name(std::string_view cops_line) {
  auto selected = selected_operator(cops_line);
  return selected ? std::move(selected->name) : std::nullopt;
}

}  // namespace bank::at
