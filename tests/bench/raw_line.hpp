#pragma once

#include <fcntl.h>
#include <glob.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

// What the limits have in common: the lines of a rack, opened with nothing around them.
namespace bank::bench {

/// A terminal in raw mode, without blocking; -1: it cannot be opened (errno says why).
inline int open_raw(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  termios settings{};
  if (fd < 0 || ::tcgetattr(fd, &settings) != 0) return -1;
  ::cfmakeraw(&settings);
  settings.c_cc[VMIN] = 1;
  ::tcsetattr(fd, TCSANOW, &settings);
  ::tcflush(fd, TCIOFLUSH);
  return fd;
}

/// A limit is measured on lines that take what they are given; else it ends here.
inline void write_all(int fd, std::string_view bytes) {
  if (::write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    std::perror("a modem does not take its bytes");
    std::exit(1);
  }
}

/// DIR/slot-01 … of a rack.
inline std::vector<std::string> slots_in(const std::string& directory) {
  glob_t found{};
  ::glob((directory + "/slot-*").c_str(), 0, nullptr, &found);
  const std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  return paths;
}

}  // namespace bank::bench
