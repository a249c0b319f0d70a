#include "web/listen_socket.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <memory>
#include <system_error>

namespace bank::web {

namespace {

std::string_view remedy(int error) {
  switch (error) {
    case EADDRINUSE: return "another program listens there; stop it or choose another port";
    case EACCES: return "ports below 1024 need CAP_NET_BIND_SERVICE; choose a higher one";
    case EADDRNOTAVAIL: return "this machine has no such address; `ip address` lists those it has";
    case EMFILE:
    case ENFILE: return "too many files are open; raise LimitNOFILE";
    default: return "choose another address";
  }
}

std::string refused(std::string_view address, int error) {
  return fmt::format("cannot listen on {}: {}; {}", address, std::generic_category().message(error),
                     remedy(error));
}

std::string not_an_address(std::string_view address) {
  return fmt::format(
      "cannot listen on {}: not an address; write it like 127.0.0.1:8080 or "
      "[::1]:8080",
      address);
}

std::string bound_address(int fd, bool ipv6) {
  sockaddr_storage bound{};
  socklen_t length = sizeof bound;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &length);
  char host[NI_MAXHOST] = "?";
  char port[NI_MAXSERV] = "0";
  ::getnameinfo(reinterpret_cast<sockaddr*>(&bound), length, host, sizeof host, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
  return ipv6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

}  // namespace

ListenSocket::~ListenSocket() {
  if (fd_ >= 0) ::close(fd_);
}

Result<ListenSocket, std::string> ListenSocket::open(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos) return unexpected(not_an_address(address));
  std::string host(address.substr(0, colon));
  const std::string port(address.substr(colon + 1));
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  std::uint16_t number = 0;
  const auto* end = port.data() + port.size();
  const auto read = std::from_chars(port.data(), end, number);
  if (host.empty() || read.ec != std::errc() || read.ptr != end)
    return unexpected(not_an_address(address));

  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_family = bracketed ? AF_INET6 : AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0 || found == nullptr) {
    return unexpected(not_an_address(address));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);

  const int fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return unexpected(refused(address, errno));
  ListenSocket socket(fd, bracketed, std::string(address));
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bracketed) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  if (::bind(fd, found->ai_addr, found->ai_addrlen) != 0 || ::listen(fd, SOMAXCONN) != 0) {
    return unexpected(refused(address, errno));
  }
  socket.address_ = bound_address(fd, bracketed);
  return socket;
}

}  // namespace bank::web
