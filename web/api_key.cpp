#include "web/api_key.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace bank::web {

namespace {

constexpr std::string_view prefix = "mb_";
constexpr std::size_t random_octets = 32;
constexpr std::size_t key_length = prefix.size() + 43;  // 32 octets in base64 without padding

bool is_base64url(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

}  // namespace

bool same_hash(const KeyHash& a, const KeyHash& b) noexcept {
  return sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string make_api_key() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium has no source of randomness");
  std::array<unsigned char, random_octets> random{};
  randombytes_buf(random.data(), random.size());
  std::array<char, key_length - prefix.size() + 1> text{};  // with its closing zero
  sodium_bin2base64(text.data(), text.size(), random.data(), random.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  sodium_memzero(random.data(), random.size());
  return std::string(prefix) + text.data();
}

bool looks_like_api_key(std::string_view text) {
  return text.size() == key_length && text.starts_with(prefix) &&
         std::all_of(text.begin() + prefix.size(), text.end(), is_base64url);
}

KeyHash sha256(std::string_view text) {
  KeyHash hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return hash;
}

std::optional<KeyHash> hash_of_api_key(std::string_view key) {
  if (!looks_like_api_key(key)) return std::nullopt;
  return sha256(key);
}

}  // namespace bank::web
