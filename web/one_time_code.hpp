#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "scheduler/message.hpp"

/// The second factor of a person who signs in: time-based one-time passwords (RFC 6238) of six
/// digits and 30 s with HMAC-SHA-1, which is what the programs on telephones know.
namespace bank::web {

inline constexpr std::size_t one_time_secret_octets = 20;  // RFC 4226 §4, R6

/// Random octets.
[[nodiscard]] std::string make_one_time_secret();
/// In base32 (RFC 4648 §6), no padding: for people who type it.
[[nodiscard]] std::string shown_one_time_secret(std::string_view octets);
/// The octets of such; nothing: it is none.
[[nodiscard]] std::optional<std::string> read_one_time_secret(std::string_view text);
/// "otpauth://totp/…", for a QR code. `account` and `issuer` are escaped.
[[nodiscard]] std::string one_time_uri(std::string_view octets, std::string_view issuer,
                                       std::string_view account);

/// The step of `code` (spaces in it do not count): the present one, or one beside it, for clocks
/// differ; nothing: it is none of theirs, or not later than `last_step`, for a code counts once.
[[nodiscard]] std::optional<std::int64_t> step_of_code(std::string_view octets,
                                                       std::string_view code,
                                                       std::int64_t last_step,
                                                       scheduler::WallTime now);

}  // namespace bank::web
