#include "web/webhook_filter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace bank::web {

namespace {

/// What `data` of one type or another has as a word or a name. Texts of people are not among them.
constexpr std::array<std::string_view, 15> known{
    "batch",     "class",    "from", "from_type", "kind",    "modem", "number", "pool",
    "reference", "severity", "sim",  "state",     "subject", "to",    "topic"};

}  // namespace

WebhookFilter WebhookFilter::read(const nlohmann::json& value, std::vector<FieldError>& errors) {
  WebhookFilter filter;
  if (!value.is_object()) {
    errors.push_back({"/filter", R"(write an object, like {"class":["service"]}, or {} for all)"});
    return filter;
  }
  for (const auto& [name, values] : value.items()) {
    const auto pointer = "/filter" + pointer_step(name);
    if (errors.size() > most_field_errors) break;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      errors.push_back(
          {pointer, fmt::format("unknown field; write one of {}", fmt::join(known, ", "))});
      continue;
    }
    const bool is_list =
        values.is_array() && !values.empty() && values.size() <= most_filter_values;
    auto& kept = filter.values_[name];
    for (const auto& one : is_list ? values : nlohmann::json::array()) {
      const auto text = one.is_string() ? one.get<std::string>() : std::string();
      if (!text.empty() && text.size() <= longest_filter_value) kept.push_back(text);
    }
    if (!is_list || kept.size() != values.size()) {
      errors.push_back({pointer, fmt::format("write an array of 1 to {} texts of 1 to {} octets",
                                             most_filter_values, longest_filter_value)});
    }
  }
  return filter;
}

bool WebhookFilter::fits(const nlohmann::json& data) const {
  return std::all_of(values_.begin(), values_.end(), [&](const auto& field) {
    const auto& [name, values] = field;
    const auto found = data.find(name);
    return found != data.end() && found->is_string() &&
           std::find(values.begin(), values.end(), found->template get<std::string>()) !=
               values.end();
  });
}

std::string WebhookFilter::text() const {
  return nlohmann::json(values_).dump();
}

}  // namespace bank::web
