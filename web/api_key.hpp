#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "web/token.hpp"

namespace bank::web {

/// "mb_" and a token. Shown once, stored never.
[[nodiscard]] std::string make_api_key();

/// Whether this has the shape of an API key; says nothing about whether it exists.
[[nodiscard]] bool looks_like_api_key(std::string_view text);

/// The hash of an API key; nothing when the text does not have the shape of one.
[[nodiscard]] std::optional<KeyHash> hash_of_api_key(std::string_view key);

}  // namespace bank::web
