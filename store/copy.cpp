#include "store/copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "store/statement.hpp"

namespace bank::store {
namespace {

constexpr int pages_in_a_piece = 256;
constexpr int steps_between_questions = 100'000;  // of SQLite's virtual machine

DatabaseError trouble(int code, std::string_view doing, const std::filesystem::path& path,
                      int error) {
  return {code, fmt::format("{} {}: {}; {}", doing, path.string(), std::strerror(error),
                            remedy(code, error))};
}

void sync(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  const bool cannot = (flags & O_DIRECTORY) != 0 && error == EINVAL;  // folders of some networks
  if (!synced && !cannot) throw trouble(SQLITE_IOERR, "sync", path, error);
}

std::uint64_t bytes_of(const Database& database) {
  return static_cast<std::uint64_t>(database.integer("PRAGMA page_count")) *
         static_cast<std::uint64_t>(database.integer("PRAGMA page_size"));
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

/// A copy that fills the disk to the brim takes the room of whoever else writes there.
void require_room(std::uint64_t bytes, const std::filesystem::path& file) {
  const auto folder = folder_of(file);
  struct statvfs disk {};
  if (::statvfs(folder.c_str(), &disk) != 0) {
    throw trouble(SQLITE_CANTOPEN, "open", folder, errno);
  }
  const auto room = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (room >= bytes) return;
  throw DatabaseError(
      SQLITE_FULL, fmt::format("{}: the copy needs {} MiB and its disk has {} MiB left; make room "
                               "there, or give another path",
                               file.string(), (bytes >> 20) + 1, room >> 20));
}

int rename_if_free(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  std::error_code ignored;  // a disk that does not know the flag: looked at, then renamed
  if (std::filesystem::exists(std::filesystem::symlink_status(to, ignored))) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

/// Lets `stop` end what a connection is doing.
class Interruption {
 public:
  Interruption(const Database& database, const Stop& stop) : handle_(database.handle()) {
    if (!stop) return;
    sqlite3_progress_handler(
        handle_, steps_between_questions,
        [](void* ask) { return (*static_cast<const Stop*>(ask))() ? 1 : 0; },
        const_cast<Stop*>(&stop));
  }
  ~Interruption() { sqlite3_progress_handler(handle_, 0, nullptr, nullptr); }
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

 private:
  sqlite3* handle_;
};

}  // namespace

void copy_pages(const std::filesystem::path& from, const std::filesystem::path& to,
                const Stop& stop) {
  Database source = Database::open(from, Database::Mode::read_only);
  source.execute("BEGIN");
  (void)source.integer("SELECT count(*) FROM sqlite_schema");  // from here on it is this moment
  require_room(bytes_of(source), to);
  if (std::filesystem::exists(to)) {
    throw DatabaseError(SQLITE_CANTOPEN,
                        fmt::format("{} is there already; move it away", to.string()));
  }
  Database copy = Database::open(to, Database::Mode::read_write);
  copy.execute("PRAGMA journal_mode = MEMORY");  // one that fails is thrown away
  copy.execute("PRAGMA synchronous = OFF");
  const std::unique_ptr<sqlite3_backup, int (*)(sqlite3_backup*)> backup(
      sqlite3_backup_init(copy.handle(), "main", source.handle(), "main"), sqlite3_backup_finish);
  if (!backup) throw DatabaseError(copy.handle(), "copy " + from.string());
  int code = SQLITE_OK;
  while (code == SQLITE_OK) {
    if (stop && stop()) code = SQLITE_INTERRUPT;
    if (code == SQLITE_OK) code = sqlite3_backup_step(backup.get(), pages_in_a_piece);
  }
  if (code != SQLITE_DONE) {
    throw DatabaseError(code, fmt::format("copy {} to {}: {}; {}", from.string(), to.string(),
                                          sqlite3_errstr(code), remedy(code)));
  }
}

std::optional<std::string> damage_in(Database& database, Check check, const Stop& stop) {
  const Interruption interruption(database, stop);
  std::optional<std::string> damage = "the check gave no answer";
  try {
    Statement(database,
              check == Check::full ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)")
        .first_row([&](Row row) {
          damage = row.view(0) == "ok" ? std::nullopt : std::optional(row.text(0));
        });
  } catch (const DatabaseError& error) {
    if (error.primary() != SQLITE_CORRUPT && error.primary() != SQLITE_NOTADB) throw;
    damage = sqlite3_errstr(error.primary());
  }
  return damage;
}

Partial::Partial(std::filesystem::path name)
    : name_(std::move(name)), path_(name_.string() + ".partial") {
  remove();
}

Partial::~Partial() {
  remove();
}

void Partial::remove() const {
  std::error_code ignored;
  for (const char* beside : {"", "-wal", "-shm", "-journal"}) {
    std::filesystem::remove(path_.string() + beside, ignored);
  }
}

void Partial::becomes_final(Existing existing) {
  sync(path_, O_RDWR);
  const int error = existing == Existing::kept                    ? rename_if_free(path_, name_)
                    : ::rename(path_.c_str(), name_.c_str()) == 0 ? 0
                                                                  : errno;
  if (error == EEXIST) {
    throw DatabaseError(SQLITE_CANTOPEN,
                        fmt::format("{} is there already; give another name", name_.string()));
  }
  if (error != 0) throw trouble(SQLITE_CANTOPEN, "rename to", name_, error);
  sync_folder_of(name_);
}

void sync_folder_of(const std::filesystem::path& file) {
  sync(folder_of(file), O_RDONLY | O_DIRECTORY);
}

}  // namespace bank::store
