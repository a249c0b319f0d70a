#include "tests/program/child.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace bank::program::test {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

int open_log(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  REQUIRE(fd >= 0);
  return fd;
}

}  // namespace

Child::Child(const std::vector<std::string>& argv, std::string log) : log_(std::move(log)) {
  std::vector<char*> words;
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const int out = open_log(log_ + ".out");
  const int err = open_log(log_ + ".err");
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {  // other threads may hold any lock: only calls that need none
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, 0);
    ::dup2(out, 1);
    ::dup2(err, 2);
    ::close_range(3, ~0U, 0);
    ::execvp(words.front(), words.data());
    ::_exit(127);
  }
  ::close(out);
  ::close(err);
  REQUIRE(pid_ > 0);
}

Child::~Child() {
  kill();
}

void Child::signal(int number) const {
  if (!status_) ::kill(pid_, number);
}

void Child::kill() {
  if (pid_ <= 0 || ended()) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  status_ = -SIGKILL;
}

std::optional<int> Child::ended() {
  int status = 0;
  if (!status_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  return status_;
}

int Child::wait(std::chrono::milliseconds time) {
  const bool has_ended = holds_within(time, [&] { return ended().has_value(); });
  INFO(log_ << " said:\n" << err());
  REQUIRE(has_ended);
  return *status_;
}

std::string Child::out() const {
  return content_of(log_ + ".out");
}
std::string Child::err() const {
  return content_of(log_ + ".err");
}

std::string program() {
  const char* const named = std::getenv("MODEMBANK_PROGRAM");  // NOLINT(concurrency-mt-unsafe)
  return named != nullptr ? named : MODEMBANK_PROGRAM;
}

Ran run(const std::vector<std::string>& argv, const std::string& log) {
  Child child(argv, log);
  const int status = child.wait();
  return {status, child.out(), child.err()};
}

}  // namespace bank::program::test
