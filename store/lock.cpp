#include "store/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "store/database.hpp"

namespace bank::store {
namespace {

int holder_of(int descriptor) {
  std::array<char, 24> text{};
  const auto size = ::pread(descriptor, text.data(), text.size(), 0);
  int pid = 0;
  if (size > 0) std::from_chars(text.data(), text.data() + size, pid);
  return pid;
}

Lock::Refused trouble(const std::filesystem::path& path, int code, int kernel) {
  return {0, false,
          fmt::format("{}: {}; {}", path.string(), std::strerror(kernel), remedy(code, kernel))};
}

}  // namespace

std::filesystem::path Lock::path_for(const std::filesystem::path& database) {
  return database.string() + ".lock";
}

tl::expected<Lock, Lock::Refused> Lock::take(const std::filesystem::path& database) {
  const auto path = path_for(database);
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return tl::unexpected(trouble(path, SQLITE_CANTOPEN, errno));
  }
  Lock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return tl::unexpected(Refused{0, false,
                                    fmt::format("{}: {}; put the database on a local disk",
                                                path.string(), std::strerror(errno))});
    }
    const int pid = holder_of(descriptor);
    return tl::unexpected(
        Refused{pid, true,
                fmt::format("{} is in use by process {}; end it first, or give this one another "
                            "database",
                            database.string(), pid)});
  }
  const std::string text = fmt::format("{}\n", ::getpid());
  errno = ENOSPC;  // a write that is short says nothing else
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return tl::unexpected(trouble(path, SQLITE_IOERR, errno));
  }
  return lock;
}

Lock::~Lock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace bank::store
