#include "modem/virtual/terminal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bank::modem::virt {

Handle::~Handle() {
  if (fd_ >= 0) ::close(fd_);
}

std::string system_error(const char* what, const std::string& where) {
  const int number = errno;
  return fmt::format("{} {}: {}", what, where, std::strerror(number));
}

Result<Terminal, std::string> open_terminal() {
  Terminal terminal;
  terminal.master = Handle(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
  if (!terminal.master || ::grantpt(terminal.master.get()) != 0 ||
      ::unlockpt(terminal.master.get()) != 0) {
    return unexpected(system_error("no pseudo-terminal from", "/dev/ptmx") +
                      " (the bound is in /proc/sys/kernel/pty/max)");
  }
  char name[64];
  if (::ptsname_r(terminal.master.get(), name, sizeof name) != 0) {
    return unexpected(system_error("no name for", "a pseudo-terminal"));
  }
  terminal.path = name;
  terminal.slave = Handle(::open(name, O_RDWR | O_NOCTTY | O_CLOEXEC));
  termios settings{};
  if (!terminal.slave || ::tcgetattr(terminal.slave.get(), &settings) != 0) {
    return unexpected(system_error("cannot open", terminal.path));
  }
  ::cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL | CREAD;
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
  if (::tcsetattr(terminal.slave.get(), TCSANOW, &settings) != 0) {
    return unexpected(system_error("cannot set raw mode on", terminal.path));
  }
  return terminal;
}

Result<void, std::string> point_link(const std::string& link, const std::string& target) {
  struct stat found {};
  if (::lstat(link.c_str(), &found) == 0 && !S_ISLNK(found.st_mode)) {
    return unexpected(fmt::format("{} is there and is no link: move it away", link));
  }
  const std::string fresh = link + ".new";
  ::unlink(fresh.c_str());
  if (::symlink(target.c_str(), fresh.c_str()) != 0 || ::rename(fresh.c_str(), link.c_str()) != 0) {
    return unexpected(system_error("cannot make the link", link));
  }
  return {};
}

Result<void, std::string> allow_files(unsigned wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  if (limit.rlim_cur >= wanted) return {};
  if (limit.rlim_max < wanted) {
    return unexpected(fmt::format("needs {} open files, {} are allowed: raise 'ulimit -Hn'", wanted,
                                  limit.rlim_max));
  }
  limit.rlim_cur = wanted;
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return unexpected(system_error("cannot raise", "the limit of open files"));
  }
  return {};
}

}  // namespace bank::modem::virt
