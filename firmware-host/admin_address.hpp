#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>

namespace bank::host {

/// A path as the address of a UNIX socket. sun_path holds 107 octets; a longer path is reached
/// through its folder, kept open here, as /proc/self/fd/N/name. Must live until bind or connect
/// is done.
class AdminAddress {
 public:
  explicit AdminAddress(const std::string& path);
  ~AdminAddress();
  AdminAddress(const AdminAddress&) = delete;
  AdminAddress& operator=(const AdminAddress&) = delete;

  [[nodiscard]] const sockaddr* get() const {
    return reinterpret_cast<const sockaddr*>(&address_);  // NOLINT: the sockets API
  }
  [[nodiscard]] socklen_t size() const { return sizeof address_; }
  /// 0, or the errno of a folder that cannot be opened or a name that is too long in itself.
  [[nodiscard]] int error() const { return error_; }

 private:
  sockaddr_un address_{};
  int folder_ = -1;
  int error_ = 0;
};

}  // namespace bank::host
