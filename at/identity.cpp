#include "at/identity.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <utility>

#include "at/character_set.hpp"
#include "at/fields.hpp"
#include "at/readiness.hpp"
#include "at/telephone_number.hpp"

namespace bank::at {
namespace {

constexpr int lowest_type = 128;  // of address: bit 8 is set (TS 23.040 §9.1.2.5)
constexpr std::size_t shortest_iccid = 18;
constexpr std::size_t longest_iccid = 20;

bool is_digit_or_letter(char c) {
  return is_digit(c) || is_letter(c);
}

/// What `read` makes of the first run of `is_part` that it takes, in any line.
std::optional<std::string> first_run(const Reply& reply, bool (*is_part)(char),
                                     std::optional<std::string> (*read)(std::string_view)) {
  for (const auto& line : reply) {
    const std::string_view text = line.text;
    for (auto at = text.begin(); at != text.end();) {
      const auto* const begin = std::find_if(at, text.end(), is_part);
      at = std::find_if_not(begin, text.end(), is_part);
      if (auto found = read(std::string_view(begin, at))) return found;
    }
  }
  return std::nullopt;
}

/// A line such as "^RSSI: 12" or "+QIND: …" that slipped into the answer of another command.
bool is_foreign(std::string_view line) {
  constexpr std::string_view signs = "+^*#%$_!&";
  const bool is_makers = !line.empty() && signs.find(line.front()) != std::string_view::npos &&
                         line.find(':') != std::string_view::npos;
  return is_makers || readiness(line).has_value();
}

std::string without_filling(std::string digits) {
  digits.resize(digits.find_last_not_of('F') + 1);
  return digits;
}

std::optional<std::string> iccid_in(std::string_view run) {
  if (run.size() < shortest_iccid) return std::nullopt;
  std::string digits(run.substr(0, 2 * longest_iccid));
  for (char& c : digits) {
    if (!is_hex_digit(c)) return std::nullopt;
    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
  }
  if (digits.starts_with("98")) {
    digits = without_filling(std::move(digits));
    if (digits.size() % 2 == 1) digits += 'F';
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) std::swap(digits[i], digits[i + 1]);
  }
  digits = without_filling(std::move(digits));
  const bool is_iccid =
      digits.size() >= shortest_iccid && digits.size() <= longest_iccid && digits.starts_with("89");
  return is_iccid ? std::optional(std::move(digits)) : std::nullopt;
}

/// "name",number,type: a name without quotes may bring commas of its own, so the type tells which.
std::optional<std::string> number_of(const Fields& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (number_in(fields[i + 1]).value_or(0) < lowest_type) continue;
    if (auto number = telephone_number(fields[i], fields[i + 1])) return number;
  }
  const bool has_no_type = fields.size() == 2 && fields[1].size() > 3;
  return has_no_type ? telephone_number(fields[1], {}) : std::nullopt;
}

std::string* slot_for(Identification& found, std::string_view& line) {
  const std::pair<std::string_view, std::string*> named[] = {
      {"Manufacturer:", &found.maker}, {"Model:", &found.model}, {"Revision:", &found.revision}};
  for (const auto& [name, slot] : named) {
    if (!line.starts_with(name)) continue;
    line.remove_prefix(name.size());
    return slot;
  }
  return nullptr;
}

}  // namespace

std::string identity_text(const Reply& reply, std::string_view prefix) {
  const std::string_view own_words[] = {prefix, "Manufacturer:", "Model:", "Revision:"};
  std::string text;
  for (const auto& line : reply) {
    std::string_view value = trimmed(line.text);
    const auto* const own = std::find_if(
        std::begin(own_words), std::end(own_words),
        [&](std::string_view word) { return !word.empty() && value.starts_with(word); });
    if (own != std::end(own_words)) {
      value.remove_prefix(own->size());
    } else if (is_foreign(value)) {
      continue;
    }
    value = unquoted(value);
    if (value.empty()) continue;
    if (!text.empty()) text += ' ';
    text += value;
    if (text.size() > longest_name) break;
  }
  return name_in(text, CharacterSet::utf8);
}

Identification identification(const Reply& ati) {
  Identification found;
  std::vector<std::string> bare;
  for (const auto& line : ati) {
    std::string_view value = trimmed(line.text);
    std::string* const slot = slot_for(found, value);
    if (slot == nullptr && (is_foreign(value) || value.find(':') != std::string_view::npos)) {
      continue;
    }
    auto text = name_in(unquoted(value), CharacterSet::utf8);
    if (text.empty()) continue;
    if (slot != nullptr) {
      *slot = std::move(text);
    } else if (bare.size() < 3) {
      bare.push_back(std::move(text));
    }
  }
  if (bare.size() == 1) bare.insert(bare.begin(), std::string());
  const std::array in_order{&found.maker, &found.model, &found.revision};
  for (std::size_t i = 0; i < std::min(bare.size(), in_order.size()); ++i) {
    std::string& slot = *in_order.at(i);
    if (slot.empty()) slot = std::move(bare[i]);
  }
  return found;
}

std::optional<std::string> imei(const Reply& reply) {
  return first_run(reply, is_digit, [](std::string_view run) {
    return run.size() >= 14 && run.size() <= 16 ? std::optional<std::string>(run) : std::nullopt;
  });
}

std::optional<std::string> imsi(const Reply& reply) {
  return first_run(reply, is_digit, [](std::string_view run) {
    return run.size() == 14 || run.size() == 15 ? std::optional<std::string>(run) : std::nullopt;
  });
}

std::optional<std::string> iccid(const Reply& reply) {
  return first_run(reply, is_digit_or_letter, iccid_in);
}

std::vector<std::string> own_numbers(const Reply& cnum) {
  std::vector<std::string> numbers;
  for (const auto& line : cnum) {
    const auto values = after("+CNUM:", line.text);
    auto number = values ? number_of(fields_of(*values)) : std::nullopt;
    if (number && numbers.size() < most_fields) numbers.push_back(std::move(*number));
  }
  return numbers;
}

std::optional<std::string> own_number(const Reply& cnum) {
  auto numbers = own_numbers(cnum);
  return numbers.empty() ? std::nullopt : std::optional(std::move(numbers.front()));
}

}  // namespace bank::at
