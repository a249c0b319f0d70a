#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "at/result.hpp"
#include "web/http.hpp"

namespace bank::web {

/// Bounds of a JSON body, checked before a tree is built of it (a mebibyte of "[" would be a tree
/// of a million nodes).
inline constexpr int deepest_json = 8;
inline constexpr std::size_t most_json_values = 50'000;

/// The object in a body.
///
/// Errors  the 400 to answer with: empty, not UTF-8, not JSON (and where), too deep, too many
///         values, not an object.
[[nodiscard]] Result<nlohmann::json, Response> read_json_object(std::string_view body);

}  // namespace bank::web
