#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace bank::web {

/// SHA-256 of a secret's text: all that is stored of it.
using KeyHash = std::array<unsigned char, 32>;

/// In a time that says nothing about where they differ.
[[nodiscard]] bool same_hash(const KeyHash& a, const KeyHash& b) noexcept;
/// SHA-256 of any text.
[[nodiscard]] KeyHash sha256(std::string_view text);

/// 256 random bits as 43 characters of base64url (RFC 4648 §5, no padding). Shown once, stored
/// never.
[[nodiscard]] std::string make_token();
/// Whether this has the shape of one; says nothing about whether it exists.
[[nodiscard]] bool looks_like_token(std::string_view text);
/// Nothing when the text does not have that shape.
[[nodiscard]] std::optional<KeyHash> hash_of_token(std::string_view token);

/// A text's signature that nobody makes without the secret (keyed BLAKE2b), as 43 characters of
/// base64url. Of the secret the first 64 octets count; it has at least 16.
[[nodiscard]] std::string signature_of(std::string_view text, std::string_view secret);

}  // namespace bank::web
