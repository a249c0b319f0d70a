#include "modem/usb_reset.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

namespace bank::modem {
namespace {

namespace fs = std::filesystem;

/// "1-1.4.2", and nothing that leads elsewhere.
bool is_usb_path(std::string_view path) {
  return !path.empty() && path.size() < 64 &&
         path.find_first_not_of("0123456789-.") == std::string_view::npos &&
         path.find("..") == std::string_view::npos && path.front() != '.';
}

std::string not_known() {
  return "the modem's place on USB is not known; pull its plug and put it in again";
}

Result<void, std::string> write(const fs::path& file, std::string_view value) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  const bool is_written =
      fd >= 0 && ::write(fd, value.data(), value.size()) == static_cast<ssize_t>(value.size());
  const int problem = errno;
  if (fd >= 0) ::close(fd);
  if (is_written) return {};
  const std::string advice =
      problem == EACCES || problem == EPERM ? "let the program write it (docs/hardware.md)"
      : problem == ENOENT ? "this kernel or hub has no such switch; pull the plug instead"
                          : "pull the plug and put it in again";
  return unexpected(file.string() + ": " + std::strerror(problem) + "; " + advice);
}

}  // namespace

Result<void, std::string> reauthorise(const std::string& sys, const std::string& usb_path) {
  if (!is_usb_path(usb_path)) return unexpected(not_known());
  const fs::path file = fs::path(sys) / "bus/usb/devices" / usb_path / "authorized";
  if (auto off = write(file, "0"); !off) return off;
  auto on = write(file, "1");
  return on ? on : write(file, "1");  // else it would stay without its drivers
}

/// Found by its name, so that it is there while the device is gone (Linux,
/// drivers/usb/core/port.c).
Result<std::string, std::string> switch_of_port(const std::string& sys,
                                                const std::string& usb_path) {
  if (!is_usb_path(usb_path)) return unexpected(not_known());
  const auto dash = usb_path.find('-');
  const auto dot = usb_path.rfind('.');
  if (dash == std::string::npos) return unexpected(not_known());
  const bool at_root = dot == std::string::npos;
  const std::string bus = usb_path.substr(0, dash);
  const std::string port = usb_path.substr((at_root ? dash : dot) + 1);
  const std::string hub = at_root ? "usb" + bus : usb_path.substr(0, dot);
  const std::string interface = at_root ? bus + "-0:1.0" : hub + ":1.0";
  const fs::path file =
      fs::path(sys) / "bus/usb/devices" / interface / (hub + "-port" + port) / "disable";
  std::error_code error;
  if (!fs::exists(file, error)) {
    return unexpected(file.string() +
                      " does not exist; this kernel or hub has no such switch, pull the plug");
  }
  return file.string();
}

Result<void, std::string> set_port_power(const std::string& port_switch, bool is_on) {
  return write(port_switch, is_on ? "0" : "1");
}

}  // namespace bank::modem
