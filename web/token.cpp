#include "web/token.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace bank::web {

namespace {

constexpr std::size_t random_octets = 32;
constexpr std::size_t token_length = 43;  // 32 octets in base64 without padding

bool is_base64url(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

using Octets = std::array<unsigned char, random_octets>;

std::string base64url(const Octets& octets) {
  std::array<char, token_length + 1> text{};  // with its closing zero
  sodium_bin2base64(text.data(), text.size(), octets.data(), octets.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return text.data();
}

}  // namespace

bool same_hash(const KeyHash& a, const KeyHash& b) noexcept {
  return sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

KeyHash sha256(std::string_view text) {
  KeyHash hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return hash;
}

std::string make_token() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium has no source of randomness");
  Octets random{};
  randombytes_buf(random.data(), random.size());
  auto text = base64url(random);
  sodium_memzero(random.data(), random.size());
  return text;
}

bool looks_like_token(std::string_view text) {
  return text.size() == token_length && std::all_of(text.begin(), text.end(), is_base64url);
}

std::optional<KeyHash> hash_of_token(std::string_view token) {
  if (!looks_like_token(token)) return std::nullopt;
  return sha256(token);
}

std::string signature_of(std::string_view text, std::string_view secret) {
  Octets signature{};
  const auto key = secret.substr(0, crypto_generichash_KEYBYTES_MAX);
  crypto_generichash(signature.data(), signature.size(),
                     reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     reinterpret_cast<const unsigned char*>(key.data()), key.size());
  return base64url(signature);
}

}  // namespace bank::web
