#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Passwords of people. What is stored is Argon2id with its own salt, as one line ("$argon2id$…",
/// the PHC string format); it costs 64 MiB and some tens of milliseconds, so it belongs on a thread
/// that nobody waits for. Hashed is the composed form (NFC, UAX #15): telephones and computers
/// write "é" with one character or with two, and to a person it is the same.
namespace bank::web {

inline constexpr std::size_t least_password = 10;     // characters
inline constexpr std::size_t longest_password = 256;  // octets

/// What is wrong with a new one, and what to write; nothing: it will do.
[[nodiscard]] std::optional<std::string> flaw_of_password(std::string_view password,
                                                          std::string_view account);

/// Both throw std::bad_alloc where the machine has not that much memory.
[[nodiscard]] std::string hash_of_password(std::string_view password);
/// Takes as long for an empty `hash`, which is of nobody and never right.
[[nodiscard]] bool is_password(std::string_view password, const std::string& hash);

}  // namespace bank::web
