#include "firmware-host/restore.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "firmware-host/admin_socket.hpp"
#include "firmware-host/clocks.hpp"
#include "scheduler/schema.hpp"
#include "store/copy.hpp"
#include "store/migrations.hpp"

namespace bank::host {
namespace {

namespace fs = std::filesystem;

/// Why nothing was restored; caught by `restore_backup`.
struct Flaw {
  std::string detail;
};

void check_source(const std::string& database, const std::string& from) {
  std::error_code ignored;
  if (!fs::is_regular_file(from, ignored)) {
    throw Flaw{fmt::format("{}: there is no such file; write the path of a backup", from)};
  }
  if (fs::equivalent(from, database, ignored)) {
    throw Flaw{fmt::format("{} is the database itself; write the path of a backup", from)};
  }
  const auto source = store::Database::open(from, store::Database::Mode::read_only);
  if (store::version_of(source, scheduler::schema()) == 0) {
    throw Flaw{fmt::format("{} is empty; write the path of a backup", from)};
  }
}

/// Makes the copy of the copy what it is to be as the database.
Restored prepare(const fs::path& path, const std::string& from, const scheduler::Now& now) {
  auto copy = store::Database::open(path, store::Database::Mode::read_write);
  if (const auto damage = store::damage_in(copy, store::Check::full)) {
    throw Flaw{fmt::format("{} is damaged ({}); take another backup", from, *damage)};
  }
  store::migrate(copy, scheduler::schema(), store::Before::overwritten);
  scheduler::Book book(copy, boot_id());
  Restored restored{.uncertain = 0, .taken = book.copied_at(), .aside = {}};
  store::Transaction transaction(copy);
  restored.uncertain = book.restore(now);
  scheduler::AuditLog(copy).note({by_user(::geteuid()), "restore", "",
                                  fmt::format(R"({{"uncertain":{}}})", restored.uncertain)},
                                 now.wall);
  transaction.commit();
  return restored;
}

/// Who may use the old database may use the new one, also when root put it there.
void give_to_owner(const fs::path& path, const fs::path& database) {
  if (::geteuid() != 0) return;
  struct stat about {};
  const fs::path folder = database.has_parent_path() ? database.parent_path() : fs::path(".");
  if (::stat(database.c_str(), &about) != 0 && ::stat(folder.c_str(), &about) != 0) return;
  if (::chown(path.c_str(), about.st_uid, about.st_gid) != 0) {
    throw Flaw{fmt::format("{}: its owner cannot be set ({}); run this as the user of the database",
                           path.string(), std::generic_category().message(errno))};
  }
}

/// Whether it begins as every SQLite database does. What does not is left to itself: SQLite would
/// delete a log beside it.
bool is_database(const fs::path& path) {
  constexpr std::string_view magic("SQLite format 3\0", 16);
  std::string start(magic.size(), '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  return file.gcount() == static_cast<std::streamsize>(magic.size()) && start == magic;
}

void fold_log(const fs::path& database) {
  if (!is_database(database)) return;
  try {
    auto old = store::Database::open(database, store::Database::Mode::read_write);
    (void)old.integer("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (const store::DatabaseError&) {
    // It may be damaged, which is why another is put in its place: its log goes where it goes.
  }
}

std::string set_aside(const fs::path& database, const scheduler::Now& now) {
  if (!fs::exists(database)) return {};
  fold_log(database);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.wall);
  const std::string aside = fmt::format("{}.before-restore-{:%Y%m%dT%H%M%S}.{:03}Z",
                                        database.string(), seconds, (now.wall - seconds).count());
  std::error_code cannot_link;
  fs::create_hard_link(database, aside, cannot_link);
  if (cannot_link) fs::rename(database, aside);
  // A log that stayed would be played into the new file.
  for (const char* beside : {"-wal", "-shm", "-journal"}) {
    const std::string from = database.string() + beside;
    if (fs::exists(from)) fs::rename(from, aside + beside);
  }
  store::sync_folder_of(database);
  return aside;
}

}  // namespace

Result<Restored, std::string> restore_backup(const std::string& database, const std::string& from,
                                             const scheduler::Now& now) {
  try {
    check_source(database, from);
    store::Partial partial(database);
    store::copy_pages(from, partial.path());
    Restored restored = prepare(partial.path(), from, now);
    give_to_owner(partial.path(), database);
    restored.aside = set_aside(database, now);
    partial.becomes_final(store::Existing::replaced);
    return restored;
  } catch (const Flaw& flaw) {
    return unexpected(flaw.detail);
  } catch (const std::exception& error) {
    return unexpected(fmt::format("{}: nothing was restored: {}", from, error.what()));
  }
}

}  // namespace bank::host
