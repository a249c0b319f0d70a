#include "web/one_time_code.hpp"

#include <fmt/format.h>
#include <liboath/oath.h>
#include <sodium.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace bank::web {

namespace {

constexpr unsigned seconds_of_a_step = 30;
constexpr std::size_t digits = 6;
constexpr std::size_t steps_beside = 1;

/// RFC 3986 §2.1, all but the unreserved.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                               (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (is_unreserved) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace

std::string make_one_time_secret() {
  std::string octets(one_time_secret_octets, '\0');
  randombytes_buf(octets.data(), octets.size());
  return octets;
}

std::string shown_one_time_secret(std::string_view octets) {
  char* text = nullptr;
  std::size_t length = 0;
  if (oath_base32_encode(octets.data(), octets.size(), &text, &length) != OATH_OK) {
    throw std::bad_alloc();
  }
  const std::unique_ptr<char, decltype(&std::free)> owned(text, &std::free);
  std::string shown(text, length);
  while (shown.ends_with('=')) shown.pop_back();
  return shown;
}

std::optional<std::string> read_one_time_secret(std::string_view text) {
  char* octets = nullptr;
  std::size_t length = 0;
  if (oath_base32_decode(text.data(), text.size(), &octets, &length) != OATH_OK) {
    return std::nullopt;
  }
  const std::unique_ptr<char, decltype(&std::free)> owned(octets, &std::free);
  if (length != one_time_secret_octets) return std::nullopt;
  return std::string(octets, length);
}

std::string one_time_uri(std::string_view octets, std::string_view issuer,
                         std::string_view account) {
  return fmt::format("otpauth://totp/{0}:{1}?secret={2}&issuer={0}", escaped(issuer),
                     escaped(account), shown_one_time_secret(octets));
}

std::optional<std::int64_t> step_of_code(std::string_view octets, std::string_view code,
                                         std::int64_t last_step, scheduler::WallTime now) {
  std::string plain;
  for (const char c : code) {
    if (c == ' ') continue;
    if (c < '0' || c > '9' || plain.size() == digits) return std::nullopt;
    plain += c;
  }
  if (plain.size() != digits || oath_init() != OATH_OK) return std::nullopt;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  int beside = 0;
  if (oath_totp_validate2(octets.data(), octets.size(), static_cast<time_t>(seconds),
                          seconds_of_a_step, OATH_TOTP_DEFAULT_START_TIME, steps_beside, &beside,
                          plain.c_str()) < 0) {
    return std::nullopt;
  }
  const std::int64_t step = seconds / seconds_of_a_step + beside;
  return step > last_step ? std::optional(step) : std::nullopt;
}

}  // namespace bank::web
