#include "store/log_space.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

namespace bank::store {
namespace {

constexpr std::uint64_t step = 1 << 20;
constexpr std::uint64_t spare_factor = 4;  // of the room that is left

/// Only the log itself is opened: closing a descriptor of the database would drop SQLite's locks.
class Log {
 public:
  explicit Log(const std::string& path)
      : fd_(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) {}
  ~Log() {
    if (fd_ >= 0) ::close(fd_);
  }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

void write_log_ahead(const std::filesystem::path& database, std::uint64_t bytes) {
  const Log log(database.string() + "-wal");
  struct stat node {};
  struct statvfs disk {};
  if (log.fd() < 0 || ::fstat(log.fd(), &node) != 0 || ::fstatvfs(log.fd(), &disk) != 0) return;
  auto at = static_cast<std::uint64_t>(node.st_size);
  if (at >= bytes) return;
  if (static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize < spare_factor * (bytes - at))
    return;
  const std::vector<char> zeros(step);
  while (at < bytes) {
    const auto size = std::min(step, bytes - at);
    const auto written = ::pwrite(log.fd(), zeros.data(), size, static_cast<off_t>(at));
    if (written <= 0) break;
    at += static_cast<std::uint64_t>(written);
  }
  (void)::fdatasync(log.fd());
}

}  // namespace bank::store
