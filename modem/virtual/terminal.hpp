#pragma once

#include <string>
#include <utility>

#include "at/result.hpp"

namespace bank::modem::virt {

/// A file descriptor that is closed with its owner.
class Handle {
 public:
  Handle() = default;
  explicit Handle(int fd) noexcept : fd_(fd) {}
  Handle(Handle&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Handle();

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// A pseudo-terminal in raw mode, the modem at its master.
struct Terminal {
  Handle master;  // non-blocking
  // Held open, or the master would read EIO whenever no host has the port open, and what the host
  // set would be lost with it.
  Handle slave;
  std::string path;  // of the slave: /dev/pts/N
};

[[nodiscard]] Result<Terminal, std::string> open_terminal();

/// Makes `link` point at `target`, replacing an older link in one step; refuses to replace a file.
[[nodiscard]] Result<void, std::string> point_link(const std::string& link,
                                                   const std::string& target);

/// Raises the soft limit of open files to `wanted` where the hard limit allows it.
[[nodiscard]] Result<void, std::string> allow_files(unsigned wanted);

/// "what path: reason", from errno.
[[nodiscard]] std::string system_error(const char* what, const std::string& where);

}  // namespace bank::modem::virt
