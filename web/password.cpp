#include "web/password.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>
#include <string>

#include "at/text.hpp"
#include "at/utf.hpp"
#include "web/account.hpp"

namespace bank::web {

namespace {

/// The characters of its composed form; nothing: it is no UTF-8.
std::optional<std::u32string> composed(std::string_view password) {
  std::u32string characters;
  while (!password.empty()) {
    const auto first = at::first_code_point(password);
    if (!first) return std::nullopt;
    characters += first->value;
    password.remove_prefix(first->octets);
  }
  auto composed = at::nfc(characters);
  // All passwords would be the same one.
  if (composed.empty() != characters.empty()) throw std::runtime_error("ICU has no data for NFC");
  return composed;
}

/// What is hashed of it. What is no UTF-8 is no password of anybody: `flaw_of_password` saw to
/// that.
std::string hashed_form(std::string_view password) {
  const auto characters = composed(password);
  if (!characters) return std::string(password);
  std::string text;
  for (const char32_t c : *characters) at::append_utf8(text, c);
  return text;
}

bool is_control(char32_t c) {
  return c < 0x20 || c == 0x7F;
}

bool holds_name(std::string_view password, std::string_view account) {
  return small_letters(password).find(small_letters(account)) != std::string::npos;
}

}  // namespace

std::optional<std::string> flaw_of_password(std::string_view password, std::string_view account) {
  const auto characters = composed(password);
  if (!characters || std::any_of(characters->begin(), characters->end(), is_control)) {
    return "write UTF-8 without control characters; is the terminal set to UTF-8?";
  }
  if (characters->size() < least_password) {
    return fmt::format(
        "write at least {} characters; a sentence is easier to keep in mind than a "
        "word with digits in it",
        least_password);
  }
  if (password.size() > longest_password) {
    return fmt::format("write at most {} octets", longest_password);
  }
  const bool is_one_again = characters->find_first_not_of(characters->front()) == characters->npos;
  if (is_one_again || holds_name(password, account)) {
    return "write something that is not one character again and again, and not your name";
  }
  return std::nullopt;
}

std::string hash_of_password(std::string_view password) {
  const auto text = hashed_form(password);
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), text.data(), text.size(),
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
  const auto text = hashed_form(password);
  const bool is_right = crypto_pwhash_str_verify(against.c_str(), text.data(), text.size()) == 0;
  return is_right && !hash.empty();
}

}  // namespace bank::web
