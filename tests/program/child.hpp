#pragma once

#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace bank::program::test {

using namespace std::chrono_literals;

/// Long, because the machine may be busy and the program slow under its sanitizers: a test that
/// waits so long has failed.
inline constexpr std::chrono::milliseconds patience = 60s;

/// Looks again and again whether it holds; false when the time is over.
template <class Condition>
[[nodiscard]] bool holds_within(std::chrono::milliseconds time, Condition holds) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

/// Another process. What it prints goes into two files; it ends with this object, or with the test.
class Child {
 public:
  /// `argv[0]` is looked for in PATH. The output goes to `log` + ".out" and `log` + ".err".
  Child(const std::vector<std::string>& argv, std::string log);
  ~Child();  // killed if it still runs
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;
  /// SIGKILL, and it is gone when this returns.
  void kill();
  /// Its exit status, or minus the signal that ended it; nothing when it still runs.
  [[nodiscard]] std::optional<int> ended();
  /// Waits for that; fails the test when it does not come.
  int wait(std::chrono::milliseconds time = patience);

  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

 private:
  std::string log_;
  pid_t pid_ = -1;
  std::optional<int> status_;
};

/// The program under test: MODEMBANK_PROGRAM in the environment, else the one built with the test.
[[nodiscard]] std::string program();

/// A command that comes to its end by itself.
struct Ran {
  int status;
  std::string out;
  std::string err;
};
[[nodiscard]] Ran run(const std::vector<std::string>& argv, const std::string& log);

}  // namespace bank::program::test
