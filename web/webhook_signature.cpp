#include "web/webhook_signature.hpp"

#include <sodium.h>

#include <array>
#include <stdexcept>

namespace bank::web {

namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::size_t made_octets = 32;

const unsigned char* octets_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64(const unsigned char* octets, std::size_t size) {
  std::string text(sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), octets, size, sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // the closing zero
  return text;
}

}  // namespace

std::string make_webhook_secret() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium has no source of randomness");
  std::string octets(made_octets, '\0');
  randombytes_buf(octets.data(), octets.size());
  return octets;
}

std::string shown_webhook_secret(std::string_view octets) {
  return std::string(secret_prefix) + base64(octets_of(octets), octets.size());
}

std::optional<std::string> read_webhook_secret(std::string_view text) {
  if (!text.starts_with(secret_prefix)) return std::nullopt;
  text.remove_prefix(secret_prefix.size());
  if (text.size() >
      sodium_base64_ENCODED_LEN(longest_webhook_secret, sodium_base64_VARIANT_ORIGINAL)) {
    return std::nullopt;
  }
  std::string octets(longest_webhook_secret, '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(octets.data()), octets.size(), text.data(),
                        text.size(), nullptr, &size, &end, sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != text.data() + text.size() || size < least_webhook_secret) {
    return std::nullopt;
  }
  octets.resize(size);
  return octets;
}

std::string webhook_signature(std::string_view secret, std::string_view id, std::int64_t timestamp,
                              std::string_view body) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, octets_of(secret), secret.size());
  const auto add = [&](std::string_view text) {
    crypto_auth_hmacsha256_update(&state, octets_of(text), text.size());
  };
  add(id);
  add(".");
  add(std::to_string(timestamp));
  add(".");
  add(body);
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> code{};
  crypto_auth_hmacsha256_final(&state, code.data());
  return "v1," + base64(code.data(), code.size());
}

}  // namespace bank::web
