#include "at/notification.hpp"

#include "at/fields.hpp"

namespace bank::at {

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

std::vector<std::vector<int>> number_lists(std::string_view prefix, std::string_view line) {
  std::vector<std::vector<int>> found;
  if (const auto values = after(prefix, line)) {
    for (const auto list : lists_of(*values)) found.push_back(numbers_of(list));
  }
  return found;
}

}  // namespace bank::at
