#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// How a receiver knows that it is us: Standard Webhooks, "Webhook signatures" (symmetric, v1).
namespace bank::web {

inline constexpr std::size_t least_webhook_secret = 24;    // octets
inline constexpr std::size_t longest_webhook_secret = 64;  // octets

/// 32 random octets.
[[nodiscard]] std::string make_webhook_secret();
/// "whsec_" and the octets in base64 (RFC 4648 §4, padded): as people and libraries hand it on.
[[nodiscard]] std::string shown_webhook_secret(std::string_view octets);
/// The octets of such; nothing: the prefix is missing, it is not base64, or too short or long.
[[nodiscard]] std::optional<std::string> read_webhook_secret(std::string_view text);

/// "v1," and HMAC-SHA256 of "ID.TIMESTAMP.BODY" in base64. `timestamp` in seconds since 1970.
[[nodiscard]] std::string webhook_signature(std::string_view secret, std::string_view id,
                                            std::int64_t timestamp, std::string_view body);

}  // namespace bank::web
