#include "modem/port_open.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <libserialport.h>
#include <linux/serial.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "modem/port_holder.hpp"
#include "modem/usb.hpp"

namespace bank::modem {
namespace {

using Kind = PortError::Kind;

/// A descriptor that closes itself, until it is released.
class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

using Freed = std::unique_ptr<char, decltype(&std::free)>;

std::string text_of(int error) {
  return std::system_category().message(error);
}

/// What is being opened, as it was when we began.
struct Place {
  std::string path;      // as the configuration names it
  std::string device;    // links resolved
  struct stat node {};   // of the device
  std::string usb_path;  // empty when not on USB

  [[nodiscard]] bool is_pty() const {  // Documentation/admin-guide/devices.txt: Unix98 PTY slaves
    const auto number = major(node.st_rdev);
    return number >= 136 && number <= 143;
  }
  [[nodiscard]] std::string name() const {
    return path == device ? path : fmt::format("{} ({})", path, device);
  }
};

std::string sysfs_of(dev_t number, std::string_view what = "") {
  const std::string link = fmt::format("/sys/dev/char/{}:{}{}", major(number), minor(number), what);
  const Freed real(::realpath(link.c_str(), nullptr), &std::free);
  return real ? real.get() : "";
}

std::string_view kind_of_file(mode_t mode) {
  if (S_ISREG(mode)) return "a regular file";
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISBLK(mode)) return "a block device";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "another kind of device";
}

PortError not_a_tty(const Place& place, std::string_view what) {
  return {Kind::not_a_tty,
          fmt::format("{} is {}, not a serial line; write the device of a modem, such as "
                      "/dev/ttyUSB0",
                      place.name(), what)};
}

PortError busy(const Place& place) {
  const auto holder = holder_of(place.node);
  if (!holder) {
    return {Kind::busy,
            fmt::format("{} is in use by a program of another user; `fuser -v {}` as root names "
                        "it: stop it, or keep it off this port",
                        place.name(), place.device)};
  }
  if (holder->pid == ::getpid()) {
    return {Kind::busy, fmt::format("{} is in use by this program itself ({}, pid {}); let only "
                                    "one name of the configuration lead to it",
                                    place.name(), holder->program, holder->pid)};
  }
  return {Kind::busy,
          fmt::format("{} is in use by {} (pid {}); stop that program, or keep it off this port",
                      place.name(), holder->program, holder->pid)};
}

/// What a failed system call on the device means for a person.
PortError trouble(const Place& place, std::string_view doing, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return {Kind::missing, fmt::format("{} does not exist; plug the modem in, or correct the "
                                         "path",
                                         place.name())};
    case ELOOP:
    case ENAMETOOLONG:
      return {Kind::failed,
              fmt::format("{} is no usable path ({}); correct it", place.name(), text_of(error))};
    case ENXIO:
    case ENODEV:
    case EIO:  // a pseudo-terminal whose other side is closed, a modem that was just unplugged
      return {Kind::missing,
              fmt::format("{} has no device behind it any more ({}: {}); plug the modem in again",
                          place.name(), doing, text_of(error))};
    case EACCES:
    case EPERM:
      return {Kind::no_permission,
              fmt::format("{} may not be opened by this user (owner {}, group {}, mode {:o}); add "
                          "the user to the device's group, often dialout",
                          place.name(), place.node.st_uid, place.node.st_gid,
                          place.node.st_mode & 07777U)};
    case EBUSY: return busy(place);
    case ENOTTY: return not_a_tty(place, kind_of_file(place.node.st_mode));
    case ETIMEDOUT:
      return {Kind::failed, fmt::format("{}: {}: the modem does not answer its USB port; unplug "
                                        "it and plug it in again",
                                        place.name(), doing)};
    default:
      return {Kind::failed, fmt::format("{}: {}: {}; plug the modem in again, and see the kernel's "
                                        "log (dmesg) if it stays so",
                                        place.name(), doing, text_of(error))};
  }
}

Result<Place, PortError> find(const std::string& path) {
  Place place;
  place.path = place.device = path;
  if (::stat(path.c_str(), &place.node) != 0) {
    return unexpected(trouble(place, "looking for it", errno));
  }
  // Looked at before it is opened: to open some devices (a watchdog, a tape) is to set them going.
  if (!S_ISCHR(place.node.st_mode)) {
    return unexpected(not_a_tty(place, kind_of_file(place.node.st_mode)));
  }
  const Freed real(::realpath(path.c_str(), nullptr), &std::free);
  if (!real) return unexpected(trouble(place, "resolving its links", errno));
  place.device = real.get();
  if (!place.is_pty()) {
    const std::string subsystem = sysfs_of(place.node.st_rdev, "/subsystem");
    if (!subsystem.empty() && !subsystem.ends_with("/tty")) {
      return unexpected(not_a_tty(place, "another kind of device"));
    }
    place.usb_path = usb_path_in(sysfs_of(place.node.st_rdev));
  }
  return place;
}

/// Device numbers are used again before links and nodes follow: what we have open must still be
/// what the name means, at the same place on the bus.
std::optional<PortError> moved(const Place& place, int fd) {
  struct stat opened {};
  struct stat named {};
  const bool same = ::fstat(fd, &opened) == 0 && ::stat(place.path.c_str(), &named) == 0 &&
                    opened.st_rdev == place.node.st_rdev && named.st_rdev == opened.st_rdev &&
                    named.st_ino == opened.st_ino &&
                    (place.is_pty() || usb_path_in(sysfs_of(opened.st_rdev)) == place.usb_path);
  if (same) return std::nullopt;
  return PortError{Kind::failed, fmt::format("{} became another device while it was being opened; "
                                             "open it again",
                                             place.name())};
}

/// Takes the advisory lock; between programs that know it, it holds for root too, whom TIOCEXCL
/// does not stop.
bool take_lock(int fd) {
  return ::flock(fd, LOCK_EX | LOCK_NB) == 0;
}

/// What both kinds of line need: a read that waits for a first octet (with VMIN = 0 an idle line
/// reads as ended), no carrier asked for, and DTR left alone at close.
bool set_line_discipline(int fd, bool raw) {
  termios line{};
  if (::tcgetattr(fd, &line) != 0) return false;
  if (raw) ::cfmakeraw(&line);
  line.c_cc[VMIN] = 1;
  line.c_cc[VTIME] = 0;
  line.c_cflag |= CLOCAL | CREAD;
  line.c_cflag &= ~static_cast<tcflag_t>(HUPCL);
  return ::tcsetattr(fd, TCSANOW, &line) == 0 && ::tcflush(fd, TCIOFLUSH) == 0;
}

struct FreesPort {
  void operator()(sp_port* port) const { sp_free_port(port); }  // frees the words, closes nothing
};
using SerialPort = std::unique_ptr<sp_port, FreesPort>;

int error_of(sp_return result) {
  switch (result) {
    case SP_ERR_FAIL: return sp_last_error_code();
    case SP_ERR_ARG: return EINVAL;
    case SP_ERR_SUPP: return ENOTSUP;
    case SP_ERR_MEM: return ENOMEM;
    case SP_OK: break;
  }
  return 0;
}

/// Closing would otherwise wait for octets that a dead modem never takes, 30 s by default.
void do_not_wait_at_close(int fd) {
  serial_struct settings{};
  if (::ioctl(fd, TIOCGSERIAL, &settings) != 0) return;  // not every driver has it
  settings.closing_wait = ASYNC_CLOSING_WAIT_NONE;
  ::ioctl(fd, TIOCSSERIAL, &settings);
}

std::optional<PortError> set_speed_and_frame(const Place& place, sp_port* port, int baud) {
  if (const auto result = sp_set_baudrate(port, baud); result != SP_OK) {
    return PortError{Kind::failed, fmt::format("{} cannot run at {} bit/s ({}); write another "
                                               "baud, such as 115200",
                                               place.name(), baud, text_of(error_of(result)))};
  }
  for (const auto result :
       {sp_set_bits(port, 8), sp_set_parity(port, SP_PARITY_NONE), sp_set_stopbits(port, 1),
        sp_set_flowcontrol(port, SP_FLOWCONTROL_NONE)}) {
    if (result != SP_OK) return trouble(place, "setting 8N1", error_of(result));
  }
  // Many adapters and pure USB modems have no such wires.
  (void)sp_set_rts(port, SP_RTS_ON);
  (void)sp_set_dtr(port, SP_DTR_ON);
  return std::nullopt;
}

/// libserialport opens by name only; `probe` holds the lock until its own descriptor can take it.
Result<Descriptor, PortError> open_serial(const Place& place, const Descriptor& probe, int baud) {
  int exclusive = 0;  // root's open passes through the other's TIOCEXCL: ask
  if (::ioctl(probe.get(), TIOCGEXCL, &exclusive) == 0 && exclusive != 0) {
    return unexpected(busy(place));
  }
  sp_port* found = nullptr;
  if (const auto result = sp_get_port_by_name(place.device.c_str(), &found); result != SP_OK) {
    return unexpected(trouble(place, "looking it up", error_of(result)));
  }
  const SerialPort port(found);
  if (const auto result = sp_open(port.get(), SP_MODE_READ_WRITE); result != SP_OK) {
    return unexpected(trouble(place, "opening it", error_of(result)));
  }
  int handle = -1;
  (void)sp_get_port_handle(port.get(), &handle);
  Descriptor fd(handle);
  ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);  // libserialport leaves it open to children
  ::flock(probe.get(), LOCK_UN);
  if (!take_lock(fd.get())) return unexpected(busy(place));
  if (::ioctl(fd.get(), TIOCEXCL) != 0) {
    return unexpected(trouble(place, "claiming it (TIOCEXCL)", errno));
  }
  if (auto error = set_speed_and_frame(place, port.get(), baud)) return unexpected(*error);
  do_not_wait_at_close(fd.get());
  if (!set_line_discipline(fd.get(), /*raw=*/false)) {
    return unexpected(trouble(place, "setting the line", errno));
  }
  return fd;
}

/// No TIOCEXCL on a pseudo-terminal: it outlives its holder for as long as the other side is open,
/// and would lock out a restarted program.
Result<Descriptor, PortError> open_pty(const Place& place, Descriptor probe) {
  if (!set_line_discipline(probe.get(), /*raw=*/true)) {
    return unexpected(trouble(place, "setting the line", errno));
  }
  return probe;
}

}  // namespace

OpenedPort::OpenedPort(OpenedPort&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      device_(std::move(other.device_)),
      usb_path_(std::move(other.usb_path_)),
      is_pty_(other.is_pty_) {}

OpenedPort& OpenedPort::operator=(OpenedPort&& other) noexcept {
  if (this == &other) return *this;
  close();
  fd_ = std::exchange(other.fd_, -1);
  device_ = std::move(other.device_);
  usb_path_ = std::move(other.usb_path_);
  is_pty_ = other.is_pty_;
  return *this;
}

void OpenedPort::close() noexcept {
  if (fd_ < 0) return;
  ::tcflush(fd_, TCIOFLUSH);
  if (!is_pty_) ::ioctl(fd_, TIOCNXCL);
  ::close(std::exchange(fd_, -1));
}

Result<OpenedPort, PortError> open_port(const std::string& path, int baud) {
  auto place = find(path);
  if (!place) return unexpected(std::move(place.error()));
  Descriptor probe(::open(place->device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (probe.get() < 0) return unexpected(trouble(*place, "opening it", errno));
  if (termios line{}; ::tcgetattr(probe.get(), &line) != 0) {
    return unexpected(trouble(*place, "asking for its settings", errno));
  }
  if (auto error = moved(*place, probe.get())) return unexpected(std::move(*error));
  if (!take_lock(probe.get())) {
    return unexpected(errno == EWOULDBLOCK ? busy(*place) : trouble(*place, "locking it", errno));
  }
  auto opened =
      place->is_pty() ? open_pty(*place, std::move(probe)) : open_serial(*place, probe, baud);
  if (!opened) return unexpected(std::move(opened.error()));
  if (auto error = moved(*place, opened->get())) return unexpected(std::move(*error));
  return OpenedPort(opened->release(), place->device, place->usb_path, place->is_pty());
}

}  // namespace bank::modem
