#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace bank::web {

/// SHA-256 of a key's text: all that is stored of it.
using KeyHash = std::array<unsigned char, 32>;

/// In a time that says nothing about where they differ.
[[nodiscard]] bool same_hash(const KeyHash& a, const KeyHash& b) noexcept;

/// "mb_" and 256 random bits as 43 characters of base64url (RFC 4648 §5, no padding). Shown once,
/// stored never.
[[nodiscard]] std::string make_api_key();

/// Whether this has the shape of an API key; says nothing about whether it exists.
[[nodiscard]] bool looks_like_api_key(std::string_view text);

/// SHA-256 of any text.
[[nodiscard]] KeyHash sha256(std::string_view text);

/// The hash of an API key; nothing when the text does not have the shape of one.
[[nodiscard]] std::optional<KeyHash> hash_of_api_key(std::string_view key);

}  // namespace bank::web
