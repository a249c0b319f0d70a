#pragma once

#include <unistd.h>

#include <string>
#include <system_error>
#include <utility>

namespace bank::host {

/// A file that is open, and closed with this; below 0: it could not be opened.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  /// Whoever asks closes it.
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// What an errno means, in words.
[[nodiscard]] inline std::string reason_of(int error) {
  return std::generic_category().message(error);
}

}  // namespace bank::host
