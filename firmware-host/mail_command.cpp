#include "firmware-host/mail_command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "firmware-host/descriptor.hpp"
#include "scheduler/alarms.hpp"

namespace bank::host {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_complaint = 4096;  // octets that a command may write
constexpr std::size_t longest_shown = 200;       // of them
constexpr int look_ms = 200;                     // how soon it is seen that all has to stop

/// Of memory: whoever reads it does not keep us waiting, and nobody is killed by SIGPIPE.
bool fill(const Descriptor& file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t wrote = ::write(file.get(), text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return ::lseek(file.get(), 0, SEEK_SET) == 0;
}

/// A file that does not grow.
bool bound(const Descriptor& file) {
  return ::ftruncate(file.get(), longest_complaint) == 0 &&
         ::fcntl(file.get(), F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0;
}

std::string complaint_in(const Descriptor& file) {
  std::array<char, longest_complaint> text{};
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
  const auto end = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
  const std::size_t size = ::strnlen(text.data(), end);
  std::string line = scheduler::plain_line({text.data(), size}, longest_shown);
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

class SpawnSettings {
 public:
  SpawnSettings(const Descriptor& in, const Descriptor& complaints) {
    ::posix_spawn_file_actions_init(&files_);
    ::posix_spawn_file_actions_adddup2(&files_, in.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_addopen(&files_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&files_, complaints.get(), STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&files_, STDERR_FILENO + 1);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);  // so that all of it can be killed
    ::posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&files_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  /// The errno.
  int spawn(pid_t& pid, const Mail& mail) const {
    std::vector<std::string> words{mail.command, "-i", "--"};
    words.insert(words.end(), mail.to.begin(), mail.to.end());
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::string path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    std::string language = "LANG=C.UTF-8";
    std::array<char*, 3> environment{path.data(), language.data(), nullptr};
    return ::posix_spawn(&pid, mail.command.c_str(), &files_, &attributes_, arguments.data(),
                         environment.data());
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

/// Whether it ended by itself in time.
bool wait_for(const Descriptor& process, const std::atomic<bool>& stop, Clock::time_point end) {
  while (!stop && Clock::now() < end) {
    pollfd one{process.get(), POLLIN, 0};
    if (::poll(&one, 1, look_ms) > 0) return true;
  }
  return false;
}

int reap(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

std::string run_mail_command(const Mail& mail, const std::atomic<bool>& stop,
                             std::chrono::milliseconds longest) {
  const Descriptor in(::memfd_create("mail", MFD_CLOEXEC));
  const Descriptor complaints(::memfd_create("complaints", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (in.get() < 0 || complaints.get() < 0 || !fill(in, mail.text) || !bound(complaints)) {
    return fmt::format("there is no memory for the mail ({})", reason_of(errno));
  }
  pid_t pid = 0;
  if (const int error = SpawnSettings(in, complaints).spawn(pid, mail); error != 0) {
    return fmt::format("{} cannot be run ({}); see [alarms] mail_command", mail.command,
                       reason_of(error));
  }
  // glibc 2.36 declares pidfd_open, but not for C++.
  const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  const bool ended = wait_for(process, stop, Clock::now() + longest);
  if (!ended) ::kill(-pid, SIGKILL);
  const int status = reap(pid);
  if (!ended && stop) return "the program stopped before the mail was sent";
  if (!ended) {
    return fmt::format("{} did not end within {} s and was killed", mail.command,
                       std::chrono::ceil<std::chrono::seconds>(longest).count());
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  const std::string said = complaint_in(complaints);
  const std::string how = WIFEXITED(status) ? fmt::format("exit code {}", WEXITSTATUS(status))
                                            : fmt::format("signal {}", WTERMSIG(status));
  return fmt::format("{} failed: {}{}{}", mail.command, how, said.empty() ? "" : ": ", said);
}

MailThread::~MailThread() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void MailThread::send(Mail mail, std::function<void(std::string)> done) {
  if (busy_.exchange(true)) return done("another mail is being sent");
  if (thread_.joinable()) thread_.join();
  thread_ = std::thread([this, mail = std::move(mail), done = std::move(done)] {
    auto failure = run_mail_command(mail, stopping_);
    busy_ = false;
    done(std::move(failure));
  });
}

}  // namespace bank::host
