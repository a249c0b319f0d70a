#include "at/storage.hpp"

#include <cstddef>
#include <utility>

#include "at/character_set.hpp"
#include "at/errors.hpp"
#include "at/fields.hpp"

namespace bank::at {
namespace {

constexpr std::size_t most_stores = 3;

std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  for (const auto word : words_of(list)) names.push_back(name_in(word, std::nullopt));
  return names;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

std::optional<StorageChoices> storage_choices(std::string_view cpms_line) {
  const auto values = after("+CPMS:", cpms_line);
  if (!values) return std::nullopt;
  const auto lists = lists_of(*values);
  StorageChoices choices{.mem1 = names_in(lists[0]), .mem2 = {}, .mem3 = {}};
  const bool has_none = lists.size() == 0;
  if (has_none || lists.size() > 1) choices.mem2 = names_in(lists[1]);
  if (has_none || lists.size() > 2) choices.mem3 = names_in(lists[2]);
  return choices;
}

std::vector<StorageUse> storage_use(std::string_view cpms_line) {
  constexpr int not_told = -1;
  std::vector<StorageUse> stores;
  const auto values = after("+CPMS:", cpms_line);
  if (!values || values->starts_with('(')) return stores;
  const auto fields = plain_fields_of(*values);
  std::optional<std::string> name;
  int used = not_told;
  for (const auto field : fields) {
    const auto number = is_quoted(field) ? std::nullopt : number_in(field);
    if (!number) {
      used = not_told;
      auto text = name_in(unquoted(field), std::nullopt);
      name = text.empty() ? std::nullopt : std::optional(std::move(text));
    } else if (used == not_told) {
      used = *number;
    } else if (stores.size() < most_stores) {
      stores.push_back({std::exchange(name, std::nullopt), used, *number});
      used = not_told;
    }
  }
  return stores;
}

std::optional<bool> storage_full(std::string_view line) {
  if (const auto cinterion = after("^SMGO:", line)) {  // the answer is "n,mode"
    const auto fields = plain_fields_of(*cinterion);
    const auto mode = number_in(fields[fields.size() - 1], 2);
    return mode ? std::optional(*mode > 0) : std::nullopt;
  }
  if (after("^SMMEMFULL:", line)) return true;
  if (const auto indicator = after("+CIEV:", line)) {
    const auto fields = plain_fields_of(*indicator);
    if (lower_case(unquoted(fields[0])) != "smsfull") return std::nullopt;
    const auto value = number_in(fields[1]);
    return value ? std::optional(*value > 0) : std::nullopt;
  }
  if (const auto quectel = after("+QIND:", line)) {
    const auto what = lower_case(unquoted(plain_fields_of(*quectel)[0]));
    if (what == "smsfull" || what == "sms full") return true;
  }
  return std::nullopt;
}

bool says_storage_full(const DialogueFailure& failure) {
  const auto code = code_of(failure);
  return code == "cms_322" || code == "cms_208" || code == "cme_20";
}

}  // namespace bank::at
