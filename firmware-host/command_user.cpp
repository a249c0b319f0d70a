#include <fmt/format.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <string>

#include "firmware-host/admin_access.hpp"
#include "web/password.hpp"

namespace bank::host {
namespace {

/// What is typed is not seen, for as long as this lives. One at a time: who presses Ctrl-C
/// meanwhile gets a terminal back that shows what he types.
class Unseen {
 public:
  Unseen() : changed_(::tcgetattr(STDIN_FILENO, &before) == 0) {
    if (!changed_) return;
    struct sigaction ends {};
    ends.sa_handler = show_and_end;
    ends.sa_flags = static_cast<int>(SA_RESETHAND);  // raised again, it ends the program
    for (std::size_t i = 0; i < ending.size(); ++i) ::sigaction(ending[i], &ends, &handlers_[i]);
    termios hidden = before;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~Unseen() {
    if (!changed_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    for (std::size_t i = 0; i < ending.size(); ++i) {
      ::sigaction(ending[i], &handlers_[i], nullptr);
    }
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;

 private:
  static constexpr std::array ending{SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  static void show_and_end(int signal) {
    ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
    ::raise(signal);
  }
  static inline termios before{};
  std::array<struct sigaction, ending.size()> handlers_{};
  bool changed_;
};

/// Nothing: there was no line.
std::optional<std::string> line_after(std::string_view question) {
  const bool is_terminal = ::isatty(STDIN_FILENO) != 0;
  std::string line;
  bool is_read = false;
  {
    const Unseen unseen;
    if (is_terminal) fmt::print(stderr, "{}", question);
    is_read = static_cast<bool>(std::getline(std::cin, line));
  }
  if (is_terminal) fmt::print(stderr, "\n");
  return is_read ? std::optional(line) : std::nullopt;
}

}  // namespace

int command_user_add(const UserAddOptions& options) {
  const auto role = web::role_named(options.role);
  if (!role) return complain(exit_usage, "--role: write admin, operator, technician or viewer");
  if (!web::is_account_name(options.name)) {
    return complain(exit_usage, "NAME: " + std::string(web::account_name_rule));
  }
  const auto password = line_after("Password: ");
  if (!password) return complain(exit_usage, "no password on standard input; write it on a line");
  if (::isatty(STDIN_FILENO) != 0 && line_after("Once more: ") != password) {
    return complain(exit_usage, "the two are not the same; nobody was added");
  }
  if (const auto flaw = web::flaw_of_password(*password, options.name)) {
    return complain(exit_usage, "password: " + *flaw);
  }
  const UserAdd add{options.name, *role, web::hash_of_password(*password)};
  return with_answer<UserKnown>(options.config, NoDatabase::made, add, [&](const UserKnown& user) {
    fmt::print("{} may sign in as {}\n", user.name, options.role);
    return exit_done;
  });
}

int command_user_link(const UserLinkOptions& options) {
  const auto token = web::make_token();
  const UserLink link{options.name, web::sha256(token)};
  return with_answer<UserKnown>(
      options.config, NoDatabase::is_trouble, link, [&](const UserKnown& user) {
        fmt::print("/#/setup/{}\n", token);
        fmt::print(stderr,
                   "open this behind the console's address; {} chooses a password there, once, "
                   "within 24 hours\n",
                   user.name);
        return exit_done;
      });
}

}  // namespace bank::host
