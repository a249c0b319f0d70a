#include "at/notification.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "at/fields.hpp"

namespace bank::at {
namespace {

/// The first of those wanted that the modem offers; nullopt where it offers none of them.
std::optional<int> first_of(std::initializer_list<int> wanted, const std::vector<int>& offered) {
  for (const int value : wanted) {
    if (std::find(offered.begin(), offered.end(), value) != offered.end()) return value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<NotificationChoices> notification_choices(std::string_view cnmi_line) {
  const auto values = after("+CNMI:", cnmi_line);
  if (!values) return std::nullopt;
  const auto lists = lists_of(*values);
  return NotificationChoices{.mode = numbers_of(lists[0]),
                             .mt = numbers_of(lists[1]),
                             .bm = numbers_of(lists[2]),
                             .ds = numbers_of(lists[3]),
                             .bfr = numbers_of(lists[4])};
}

std::string best_notification(const NotificationChoices& choices) {
  const auto mode = first_of({2, 1, 3}, choices.mode);
  const auto mt = first_of({1}, choices.mt);
  if (!mode || !mt) return {};
  std::string setting = std::to_string(*mode) + "," + std::to_string(*mt);
  // Lists may be missing at the end, and the parameters with them.
  struct Parameter {
    const std::vector<int>* offered;
    std::optional<int> value;
  };
  for (const auto& [offered, value] : {Parameter{&choices.bm, first_of({0}, choices.bm)},
                                       Parameter{&choices.ds, first_of({1, 2, 0}, choices.ds)},
                                       Parameter{&choices.bfr, first_of({0, 1}, choices.bfr)}}) {
    if (offered->empty()) break;
    setting += "," + std::to_string(value.value_or(offered->front()));
  }
  return setting;
}

std::vector<std::vector<int>> number_lists(std::string_view prefix, std::string_view line) {
  std::vector<std::vector<int>> found;
  if (const auto values = after(prefix, line)) {
    for (const auto list : lists_of(*values)) found.push_back(numbers_of(list));
  }
  return found;
}

}  // namespace bank::at
