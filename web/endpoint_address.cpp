#include "web/endpoint_address.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>

#include "web/webhook.hpp"

namespace bank::web {

namespace {

struct Net4 {
  std::uint32_t net;
  int bits;
  std::string_view what;
};
// IANA IPv4 Special-Purpose Address Registry, and multicast.
constexpr std::array nets4{
    Net4{0x00000000, 8, "an unspecified address"},
    Net4{0x0A000000, 8, "a private address"},
    Net4{0x64400000, 10, "an address of a carrier's own network"},
    Net4{0x7F000000, 8, "a loopback address"},
    Net4{0xA83F8110, 32, "the metadata service of a cloud"},
    Net4{0xA9FE0000, 16, "a link-local address"},
    Net4{0xAC100000, 12, "a private address"},
    Net4{0xC0000000, 24, "a reserved address"},
    Net4{0xC0000200, 24, "an address for documentation"},
    Net4{0xC0586300, 24, "a relay for 6to4"},
    Net4{0xC0A80000, 16, "a private address"},
    Net4{0xC6120000, 15, "an address for benchmarks"},
    Net4{0xC6336400, 24, "an address for documentation"},
    Net4{0xCB007100, 24, "an address for documentation"},
    Net4{0xE0000000, 4, "a multicast address"},
    Net4{0xF0000000, 4, "a reserved address"},
};

using Octets = std::array<std::uint8_t, 16>;
struct Net6 {
  Octets net;
  int bits;
  std::string_view what;
};
// IANA IPv6 Special-Purpose Address Registry. What is not in 2000::/3 is no global unicast.
constexpr std::array nets6{
    Net6{{}, 128, "an unspecified address"},
    Net6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, "a loopback address"},
    Net6{{0xFC}, 7, "a private address"},
    Net6{{0xFE, 0x80}, 10, "a link-local address"},
    Net6{{0xFE, 0xC0}, 10, "a private address"},
    Net6{{0xFF}, 8, "a multicast address"},
    Net6{{0x20, 0x01, 0, 0}, 23, "a reserved address"},  // Teredo among them
    Net6{{0x20, 0x01, 0x0D, 0xB8}, 32, "an address for documentation"},
    Net6{{0x3F, 0xFF}, 20, "an address for documentation"},
};

struct Carrier6 {
  Octets net;
  int bits;
  std::size_t at;  // where the IPv4 address stands in it
};
constexpr std::array carriers6{
    Carrier6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96, 12},  // mapped
    Carrier6{{0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}, 96, 12},        // translated (SIIT)
    Carrier6{{0, 0x64, 0xFF, 0x9B}, 96, 12},                       // NAT64
    Carrier6{{0x20, 0x02}, 16, 2},                                 // 6to4
};
constexpr Octets global_unicast{0x20};
constexpr int global_unicast_bits = 3;

bool is_in(const Octets& address, const Octets& net, int bits) {
  for (std::size_t i = 0; i < address.size() && bits > 0; ++i, bits -= 8) {
    const int kept = std::min(bits, 8);
    const auto mask = static_cast<std::uint8_t>(0xFFU << static_cast<unsigned>(8 - kept));
    if ((address[i] & mask) != (net[i] & mask)) return false;
  }
  return true;
}

std::string_view kind_of(std::uint32_t address) {
  for (const auto& net : nets4) {
    if ((address ^ net.net) >> static_cast<unsigned>(32 - net.bits) == 0) return net.what;
  }
  return {};
}

std::uint32_t inner(const Octets& address, std::size_t at) {
  std::uint32_t result = 0;
  for (std::size_t i = at; i < at + 4; ++i) result = result << 8U | address.at(i);
  return result;
}

std::string_view kind_of(const Octets& address) {
  for (const auto& net : nets6) {
    if (is_in(address, net.net, net.bits)) return net.what;
  }
  for (const auto& carrier : carriers6) {
    if (is_in(address, carrier.net, carrier.bits)) return kind_of(inner(address, carrier.at));
  }
  const bool isatap = (address[8] & 0xFDU) == 0 && address[9] == 0 && address[10] == 0x5E &&
                      address[11] == 0xFE;  // RFC 5214 §6.1
  if (isatap) return kind_of(inner(address, 12));
  return is_in(address, global_unicast, global_unicast_bits) ? "" : "a reserved address";
}

struct Endpoint {
  std::string text;       // "[::1]:8080"
  std::string_view kind;  // empty: everybody may be told
};

Endpoint endpoint4(const in_addr& address, in_port_t port) {
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &address, text.data(), text.size());
  return {fmt::format("{}:{}", text.data(), ntohs(port)), kind_of(ntohl(address.s_addr))};
}

Endpoint endpoint6(const in6_addr& address, in_port_t port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(AF_INET6, &address, text.data(), text.size());
  Octets octets{};
  std::memcpy(octets.data(), &address, octets.size());
  return {fmt::format("[{}]:{}", text.data(), ntohs(port)), kind_of(octets)};
}

std::optional<std::string> flaw_of(const Endpoint& endpoint, const AddressPolicy& policy) {
  const auto& allowed = policy.allowed;
  if (endpoint.kind.empty() || policy.allow_private ||
      std::find(allowed.begin(), allowed.end(), endpoint.text) != allowed.end()) {
    return std::nullopt;
  }
  return fmt::format(
      "{} is {}, and nothing is sent there; name it in [webhooks] allow of the "
      "configuration if it shall be",
      endpoint.text, endpoint.kind);
}

/// An address without its port, IPv6 without brackets.
std::optional<Endpoint> read_address(const std::string& host, std::uint16_t port) {
  in_addr four{};
  if (inet_pton(AF_INET, host.c_str(), &four) == 1) return endpoint4(four, htons(port));
  in6_addr six{};
  if (inet_pton(AF_INET6, host.c_str(), &six) == 1) return endpoint6(six, htons(port));
  return std::nullopt;
}

struct CloseUrl {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, CloseUrl>;

/// One part of a URL; empty when it has none.
std::string part(const Url& url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) return {};
  std::string result(text);
  curl_free(text);
  return result;
}

}  // namespace

std::optional<std::string> canonical_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto digits = text.substr(colon + 1);
  auto host = text.substr(0, colon);
  std::uint16_t port = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() || port == 0) {
    return std::nullopt;
  }
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (bracketed != (host.find(':') != std::string_view::npos)) return std::nullopt;
  const auto endpoint = read_address(std::string(host), port);
  return endpoint ? std::optional(endpoint->text) : std::nullopt;
}

std::optional<std::string> flaw_of_address(const sockaddr& address, const AddressPolicy& policy) {
  if (address.sa_family == AF_INET) {
    sockaddr_in four{};
    std::memcpy(&four, &address, sizeof four);
    return flaw_of(endpoint4(four.sin_addr, four.sin_port), policy);
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 six{};
    std::memcpy(&six, &address, sizeof six);
    return flaw_of(endpoint6(six.sin6_addr, six.sin6_port), policy);
  }
  return "neither IPv4 nor IPv6";
}

std::optional<std::string> flaw_of_webhook_url(const std::string& url,
                                               const AddressPolicy& policy) {
  if (url.size() > longest_webhook_url) {
    return fmt::format("longer than {} octets", longest_webhook_url);
  }
  const bool printable =
      std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < '\x7F'; });
  if (!printable) return "write it in ASCII without spaces: percent-encode what is neither";
  const Url parsed(curl_url());
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    return "not a URL; write one like https://example.com/sms";
  }
  const auto scheme = part(parsed, CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http") return "write https:// (or http://)";
  if (!part(parsed, CURLUPART_USER).empty() || !part(parsed, CURLUPART_PASSWORD).empty()) {
    return "no user and password in it, as it is shown and logged; deliveries are signed";
  }
  if (url.find('#') != std::string::npos) return "nothing after # is sent; leave it out";
  auto host = part(parsed, CURLUPART_HOST);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  std::uint16_t port = 0;
  const auto digits = part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (port == 0) return "port 0 is none";
  const auto literal = read_address(host, port);
  return literal ? flaw_of(*literal, policy) : std::nullopt;
}

}  // namespace bank::web
