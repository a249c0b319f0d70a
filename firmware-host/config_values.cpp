#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "firmware-host/config.hpp"

namespace bank::host {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  milliseconds length;
};
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
constexpr std::array<Unit, 7> units = {{{"y", days{365}},
                                        {"w", days{7}},
                                        {"d", days{1}},
                                        {"h", hours{1}},
                                        {"m", minutes{1}},
                                        {"s", seconds{1}},
                                        {"ms", milliseconds{1}}}};
constexpr std::int64_t largest_count = 1'000'000;  // of any unit: no product overflows

bool is_address(const std::string& host, int family) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(family, host.c_str(), address.data()) == 1;
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || count < 0 || count > largest_count) return std::nullopt;
  const std::string_view name(rest, static_cast<std::size_t>(end - rest));
  const auto* const unit =
      std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
  if (unit == units.end()) return std::nullopt;
  return count * unit->length;
}

std::string to_string(milliseconds duration) {
  if (duration == milliseconds{0}) return "0s";
  const auto fits = [&](const Unit& unit) { return duration % unit.length == milliseconds{0}; };
  // A week is nobody's word for what was written in days; 48 hours stay hours.
  for (const Unit& unit : units) {
    if (unit.name == "w" || !fits(unit)) continue;
    if (unit.name == "d" && duration < days{3}) continue;
    return fmt::format("{}{}", duration / unit.length, unit.name);
  }
  return fmt::format("{}ms", duration.count());
}

std::string to_string(const Listen& listen) {
  const bool brackets = listen.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", brackets ? "[" : "", listen.host, brackets ? "]" : "",
                     listen.port);
}

Result<Listen, std::string> parse_listen(std::string_view text) {
  const std::string example = "write an address and a port, such as \"127.0.0.1:8080\"";
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return unexpected(example);
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  unsigned port = 0;
  const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || rest != digits.data() + digits.size() || port > 65535) {
    return unexpected(example + "; the port is 1 to 65535");
  }
  if (host.empty() || host == "*") {
    return unexpected(
        fmt::format("write \"0.0.0.0:{}\" to listen on all addresses, \"127.0.0.1:{}\" for this "
                    "machine alone",
                    port, port));
  }
  const bool brackets = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (brackets) host = host.substr(1, host.size() - 2);
  const std::string name(host);
  if (name.find('\0') != std::string::npos) return unexpected(example);
  if (brackets && is_address(name, AF_INET6)) return Listen{name, static_cast<std::uint16_t>(port)};
  if (!brackets && (name == "localhost" || is_address(name, AF_INET))) {
    return Listen{name, static_cast<std::uint16_t>(port)};
  }
  if (!brackets && is_address(name, AF_INET6)) {
    return unexpected(fmt::format("write the address in brackets: \"[{}]:{}\"", name, port));
  }
  return unexpected(example + "; names other than localhost are not looked up");
}

}  // namespace bank::host
