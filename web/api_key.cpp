#include "web/api_key.hpp"

namespace bank::web {

namespace {

constexpr std::string_view prefix = "mb_";

}  // namespace

std::string make_api_key() {
  return std::string(prefix) + make_token();
}

bool looks_like_api_key(std::string_view text) {
  return text.starts_with(prefix) && looks_like_token(text.substr(prefix.size()));
}

std::optional<KeyHash> hash_of_api_key(std::string_view key) {
  if (!looks_like_api_key(key)) return std::nullopt;
  return sha256(key);
}

}  // namespace bank::web
