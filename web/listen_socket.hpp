#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "at/result.hpp"

namespace bank::web {

/// A socket that listens; closed with this object unless it was released.
class ListenSocket {
 public:
  /// "127.0.0.1:8080", "[::1]:8080", "localhost:8080"; port 0 takes any free one.
  ///
  /// Errors  one line: the address, what is wrong, what to do.
  [[nodiscard]] static Result<ListenSocket, std::string> open(std::string_view address);

  ListenSocket(ListenSocket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        ipv6_(other.ipv6_),
        address_(std::move(other.address_)) {}
  ListenSocket& operator=(ListenSocket&&) = delete;
  ~ListenSocket();

  [[nodiscard]] int fd() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }
  [[nodiscard]] bool ipv6() const noexcept { return ipv6_; }
  /// With the port it got.
  [[nodiscard]] const std::string& address() const noexcept { return address_; }

 private:
  ListenSocket(int fd, bool ipv6, std::string address)
      : fd_(fd), ipv6_(ipv6), address_(std::move(address)) {}
  int fd_;
  bool ipv6_;
  std::string address_;
};

}  // namespace bank::web
