#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

/// How the commands print JSON: one object a line, absent values null.
namespace bank::host {

using nlohmann::ordered_json;

[[nodiscard]] inline ordered_json text_or_null(std::string_view text) {
  return text.empty() ? ordered_json() : ordered_json(text);
}

/// What is no UTF-8 in it becomes U+FFFD, whoever said it.
[[nodiscard]] inline std::string json_line(const ordered_json& object) {
  return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace bank::host
