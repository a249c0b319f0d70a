#include "web/password.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <new>

namespace bank::web {

std::optional<std::string> flaw_of_password(std::string_view password, std::string_view account) {
  const auto characters = std::count_if(password.begin(), password.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // not the rest of one
  });
  if (characters < static_cast<std::ptrdiff_t>(least_password)) {
    return fmt::format(
        "write at least {} characters; a sentence is easier to keep in mind than a "
        "word with digits in it",
        least_password);
  }
  if (password.size() > longest_password) {
    return fmt::format("write at most {} octets", longest_password);
  }
  if (std::all_of(password.begin(), password.end(),
                  [&](char c) { return c == password.front(); }) ||
      password.find(account) != std::string_view::npos) {
    return "write something that is not one character again and again, and not your name";
  }
  return std::nullopt;
}

std::string hash_of_password(std::string_view password) {
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(),
                            crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::bad_alloc();
  }
  return hash.data();
}

bool is_password(std::string_view password, const std::string& hash) {
  // Who asks for an account that there is not, waits as long.
  static const std::string nobody = hash_of_password("of nobody");
  const auto& against = hash.empty() ? nobody : hash;
  const bool is_right =
      crypto_pwhash_str_verify(against.c_str(), password.data(), password.size()) == 0;
  return is_right && !hash.empty();
}

}  // namespace bank::web
