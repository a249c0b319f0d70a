#include <fmt/format.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

#include <fstream>

#include "modem/port_open.hpp"
#include "tests/pty/pty_pair.hpp"

using bank::modem::open_port;
using bank::modem::OpenedPort;
using bank::modem::PortError;
using bank::test::Folder;
using bank::test::PtyPair;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

TEST_CASE("a pseudo-terminal is opened raw, unblocking, and closed to children") {
  const PtyPair pty;
  const auto port = open_port(pty.slave(), 115200);
  REQUIRE(port.has_value());
  CHECK(port->device() == pty.slave());
  CHECK(port->is_pty());
  CHECK(port->usb_path().empty());
  CHECK((::fcntl(port->fd(), F_GETFL) & O_NONBLOCK) != 0);
  CHECK((::fcntl(port->fd(), F_GETFD) & FD_CLOEXEC) != 0);
  termios line{};
  REQUIRE(::tcgetattr(port->fd(), &line) == 0);
  CHECK(line.c_cc[VMIN] == 1);
  CHECK((line.c_lflag & (ICANON | ECHO)) == 0U);
  CHECK((line.c_cflag & CLOCAL) != 0U);
  CHECK((line.c_cflag & HUPCL) == 0U);
}

TEST_CASE("a link is followed to the device it names") {
  const PtyPair pty;
  const Folder folder;
  fs::create_symlink(pty.slave(), folder / "slot-01");
  const auto port = open_port((folder / "slot-01").string(), 115200);
  REQUIRE(port.has_value());
  CHECK(port->device() == pty.slave());
}

TEST_CASE("a port that this program has open is busy, and the error names its pid") {
  const PtyPair pty;
  const auto first = open_port(pty.slave(), 115200);
  REQUIRE(first.has_value());
  const auto second = open_port(pty.slave(), 115200);
  REQUIRE_FALSE(second.has_value());
  CHECK(second.error().kind == PortError::Kind::busy);
  CHECK_THAT(second.error().detail, Contains(pty.slave()) &&
                                        Contains(fmt::format("pid {}", ::getpid())) &&
                                        Contains("only one name"));
}

TEST_CASE("a port that another process has locked is busy, and the error names that process") {
  const PtyPair pty;
  int ready[2] = {};
  REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {  // only async-signal-safe calls here
    const int fd = ::open(pty.slave().c_str(), O_RDWR | O_NOCTTY);
    const bool locked = fd >= 0 && ::flock(fd, LOCK_EX) == 0;
    (void)!::write(ready[1], locked ? "y" : "n", 1);
    ::pause();
    ::_exit(0);
  }
  char locked = 'n';
  CHECK(::read(ready[0], &locked, 1) == 1);
  CHECK(locked == 'y');
  const auto port = open_port(pty.slave(), 115200);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  REQUIRE_FALSE(port.has_value());
  CHECK(port.error().kind == PortError::Kind::busy);
  CHECK_THAT(port.error().detail,
             Contains(fmt::format("pid {}", child)) && Contains("stop that program"));
  CHECK(open_port(pty.slave(), 115200).has_value());  // its holder was killed
}

TEST_CASE("a closed port can be opened again") {
  const PtyPair pty;
  auto first = open_port(pty.slave(), 115200);
  REQUIRE(first.has_value());
  first->close();
  CHECK(open_port(pty.slave(), 115200).has_value());
}

TEST_CASE("octets from before the port was opened are not read") {
  const PtyPair pty;
  const int other = ::open(pty.slave().c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(other >= 0);
  pty.say("OK\r\n");
  const auto port = open_port(pty.slave(), 115200);
  ::close(other);
  REQUIRE(port.has_value());
  char octet = 0;
  CHECK(::read(port->fd(), &octet, 1) == -1);
  CHECK(errno == EAGAIN);
}

TEST_CASE("what is not a serial line is refused with its name, its kind and what to write") {
  const Folder folder;
  std::ofstream(folder / "notes.txt") << "not a modem";
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  fs::create_symlink(folder / "nowhere", folder / "dangling");
  struct Case {
    std::string path;
    PortError::Kind kind;
    const char* says;
  };
  const Case cases[] = {
      {"/dev/null", PortError::Kind::not_a_tty, "not a serial line"},
      {"/dev/ptmx", PortError::Kind::not_a_tty, "not a serial line"},
      {(folder / "notes.txt").string(), PortError::Kind::not_a_tty, "a regular file"},
      {(folder / "pipe").string(), PortError::Kind::not_a_tty, "a pipe"},
      {(folder / ".").string(), PortError::Kind::not_a_tty, "a directory"},
      {(folder / "absent").string(), PortError::Kind::missing, "does not exist"},
      {(folder / "dangling").string(), PortError::Kind::missing, "does not exist"},
      {(folder / "notes.txt" / "below").string(), PortError::Kind::missing, "does not exist"},
      {"", PortError::Kind::missing, "does not exist"},
  };
  for (const auto& c : cases) {
    DYNAMIC_SECTION("\"" << fs::path(c.path).filename().string() << "\"") {
      const auto port = open_port(c.path, 115200);
      REQUIRE_FALSE(port.has_value());
      INFO(port.error().detail);
      CHECK(port.error().kind == c.kind);
      CHECK_THAT(port.error().detail, Contains(c.path) && Contains(c.says));
    }
  }
}

TEST_CASE("a pseudo-terminal whose other side is gone is missing") {
  PtyPair pty;
  const Folder folder;
  const int kept = ::open(pty.slave().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  pty.hang_up();
  const auto port = open_port(pty.slave(), 115200);
  ::close(kept);
  REQUIRE_FALSE(port.has_value());
  CHECK(port.error().kind == PortError::Kind::missing);
}

TEST_CASE("a plain user who may not open the device is told of its group") {
  if (::geteuid() != 0) return;  // only root can become another user
  const PtyPair pty;
  REQUIRE(::chmod(pty.slave().c_str(), 0600) == 0);
  REQUIRE(::seteuid(65534) == 0);
  const auto port = open_port(pty.slave(), 115200);
  REQUIRE(::seteuid(0) == 0);
  REQUIRE_FALSE(port.has_value());
  CHECK(port.error().kind == PortError::Kind::no_permission);
  CHECK_THAT(port.error().detail, Contains("group") && Contains("mode 600"));
}
