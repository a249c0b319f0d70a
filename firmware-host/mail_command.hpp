#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace bank::host {

/// A mail for the machine's own mail command.
struct Mail {
  std::string command;          // absolute path
  std::vector<std::string> to;  // as `is_mail_address` allows
  std::string text;             // headers and body
};

/// After it the command and all that it has started are killed.
inline constexpr std::chrono::milliseconds longest_mail_command{30'000};

/// Runs `command -i -- TO…` with the text on its standard input: without a shell, with a small
/// environment of its own and no descriptor of the program. Blocks until it has ended, `stop` is
/// true or the time is over.
///
/// Gives  empty when it ended with 0; else one line that says what went wrong, with the beginning
/// of
///        what the command wrote to its standard error.
[[nodiscard]] std::string run_mail_command(
    const Mail& mail, const std::atomic<bool>& stop,
    std::chrono::milliseconds longest = longest_mail_command);

/// Sends mails on a thread of its own, one at a time.
class MailThread {
 public:
  MailThread() = default;
  /// Kills a command that runs.
  ~MailThread();
  MailThread(const MailThread&) = delete;
  MailThread& operator=(const MailThread&) = delete;

  /// `done` is called once, on that thread, with what run_mail_command gives; or now, where one is
  /// being sent. On one thread only.
  void send(Mail mail, std::function<void(std::string)> done);

 private:
  std::atomic<bool> stopping_{false};
  std::atomic<bool> busy_{false};
  std::thread thread_;
};

}  // namespace bank::host
