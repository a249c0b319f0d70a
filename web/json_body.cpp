#include "web/json_body.hpp"

#include <fmt/format.h>

#include "web/problem.hpp"

namespace bank::web {

namespace {

Response not_json(std::string_view detail) {
  return problem(400, "not_json", detail, {{"", std::string(detail)}});
}

/// Counts what stands outside strings: enough to bound the tree, whatever else is wrong.
std::optional<Response> too_much(std::string_view body) {
  int depth = 0;
  std::size_t values = 1;
  bool in_string = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
      continue;
    }
    switch (c) {
      case '"': in_string = true; break;
      case '[':
      case '{':
        ++values;
        if (++depth > deepest_json) {
          return not_json(
              fmt::format("octet {}: nested deeper than {} levels; a message is one "
                          "flat object",
                          i, deepest_json));
        }
        break;
      case ']':
      case '}': --depth; break;
      case ',': ++values; break;
      default: break;
    }
    if (values > most_json_values) {
      return not_json(fmt::format("more than {} values; send at most 10,000 recipients in one call",
                                  most_json_values));
    }
  }
  return std::nullopt;
}

/// What nlohmann says, without its own error number in front.
std::string_view plain(std::string_view what) {
  const auto end = what.find("] ");
  what = end == std::string_view::npos ? what : what.substr(end + 2);
  return what.substr(0, 300);
}

std::string_view kind_of(const nlohmann::json& json) {
  if (json.is_null()) return "null";
  return json.type_name();
}

}  // namespace

Result<nlohmann::json, Response> read_json_object(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return unexpected(not_json("the body is empty; send a JSON object"));
  }
  if (auto refusal = too_much(body)) return unexpected(std::move(*refusal));
  try {
    auto json = nlohmann::json::parse(body);
    if (!json.is_object()) {
      return unexpected(not_json(fmt::format("the body is {}; send a JSON object", kind_of(json))));
    }
    return json;
  } catch (const nlohmann::json::exception& error) {
    return unexpected(
        not_json(fmt::format("the body is not JSON in UTF-8: {}", plain(error.what()))));
  }
}

}  // namespace bank::web
