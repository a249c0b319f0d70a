#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "web/problem.hpp"

namespace bank::web {

inline constexpr std::size_t most_filter_values = 32;     // of one field
inline constexpr std::size_t longest_filter_value = 160;  // octets

/// What a happening has to be about: each field of its `data` that is named here has one of the
/// values. Without fields everything fits.
class WebhookFilter {
 public:
  /// Of `{"sim":["8998110000000000001"],"class":["service","otp"]}`, as clients write it and rows
  /// have it.
  /// What cannot be used is said by `errors`, with pointers from "/filter" on.
  static WebhookFilter read(const nlohmann::json& value, std::vector<FieldError>& errors);

  [[nodiscard]] bool is_empty() const { return values_.empty(); }
  [[nodiscard]] bool fits(const nlohmann::json& data) const;
  [[nodiscard]] std::string text() const;  // one line of JSON, "{}" without fields

 private:
  std::map<std::string, std::vector<std::string>> values_;  // by field
};

}  // namespace bank::web
