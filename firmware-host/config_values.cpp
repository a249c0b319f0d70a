#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "firmware-host/config.hpp"

namespace bank::host {
namespace {

bool is_address(const std::string& host, int family) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(family, host.c_str(), address.data()) == 1;
}

}  // namespace

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
