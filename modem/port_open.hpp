#pragma once

#include <string>
#include <utility>

#include "at/result.hpp"

namespace bank::modem {

/// Why a port could not be opened.
struct PortError {
  enum class Kind { missing, busy, not_a_tty, no_permission, failed };
  Kind kind;
  std::string detail;  // one line for a person: what, where, and what to do
};

/// A serial line that is open, ours alone, raw (8N1, no flow control) and non-blocking. Owns its
/// descriptor. Closing can block for seconds on a real device: let it end on a worker thread.
class OpenedPort {
 public:
  OpenedPort(int fd, std::string device, std::string usb_path, bool is_pty)
      : fd_(fd), device_(std::move(device)), usb_path_(std::move(usb_path)), is_pty_(is_pty) {}
  OpenedPort(OpenedPort&& other) noexcept;
  OpenedPort& operator=(OpenedPort&& other) noexcept;
  ~OpenedPort() { close(); }

  [[nodiscard]] int fd() const noexcept { return fd_; }
  /// The device itself, links resolved: "/dev/ttyUSB3", "/dev/pts/7".
  [[nodiscard]] const std::string& device() const noexcept { return device_; }
  /// The place on the bus, e.g. "1-2.3"; empty when the device is not on USB.
  [[nodiscard]] const std::string& usb_path() const noexcept { return usb_path_; }
  [[nodiscard]] bool is_pty() const noexcept { return is_pty_; }

  /// Throws away what was not sent yet, then closes. Blocks: up to 5 s on a modem that hangs.
  void close() noexcept;

 private:
  int fd_;
  std::string device_;
  std::string usb_path_;
  bool is_pty_;
};

/// Opens the device that `path` names now (links are followed) for this process alone.
///
/// Blocks up to 15 s on a modem that does not answer control requests: never on the I/O thread.
/// `baud` is bits per second; a pseudo-terminal has none and ignores it.
[[nodiscard]] Result<OpenedPort, PortError> open_port(const std::string& path, int baud);

}  // namespace bank::modem
