// The prompt for a password, on a terminal.
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

#include "firmware-host/commands.hpp"

namespace bank::host::test {
namespace {

/// The program, on a terminal of its own, until it ends or is asked to.
struct Prompted {
  Prompted() : pid(::forkpty(&terminal, nullptr, nullptr, nullptr)) {
    if (pid != 0) return;
    ::_exit(command_user_add({.config = "/nonexistent", .name = "maryam", .role = "admin"}));
  }
  ~Prompted() {
    if (!is_over) ::kill(pid, SIGKILL);
    if (!is_over) (void)ended();
    ::close(terminal);
  }
  Prompted(const Prompted&) = delete;
  Prompted& operator=(const Prompted&) = delete;

  /// Reads until it has said so.
  void hear(const std::string& words) {
    std::string heard;
    char octet = 0;
    while (!heard.ends_with(words) && ::read(terminal, &octet, 1) == 1) heard += octet;
    REQUIRE(heard.ends_with(words));
  }
  [[nodiscard]] bool shows_what_is_typed() const {
    termios now{};
    REQUIRE(::tcgetattr(terminal, &now) == 0);
    return (now.c_lflag & static_cast<tcflag_t>(ECHO)) != 0;
  }
  int ended() {
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    is_over = true;
    return status;
  }

  int terminal = -1;
  pid_t pid;
  bool is_over = false;
};

}  // namespace

TEST_CASE("who presses Ctrl-C at the prompt for a password sees again what he types") {
  Prompted program;
  program.hear("Password: ");
  CHECK_FALSE(program.shows_what_is_typed());
  REQUIRE(::write(program.terminal, "\x03", 1) == 1);
  const int status = program.ended();
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGINT);
  CHECK(program.shows_what_is_typed());
}

TEST_CASE("a password that will not do is refused, and the terminal is as it was") {
  Prompted program;
  for (const char* prompt : {"Password: ", "Once more: "}) {
    program.hear(prompt);
    REQUIRE(::write(program.terminal, "short\n", 6) == 6);
  }
  program.hear("at least 10 characters");
  CHECK(WEXITSTATUS(program.ended()) == 2);
  CHECK(program.shows_what_is_typed());
}

}  // namespace bank::host::test
