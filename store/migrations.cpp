#include "store/migrations.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

namespace bank::store {
namespace {

std::string name_of(const Database& database) {
  return database.path().empty() ? "the database in memory" : database.path().string();
}

/// The version found; 0 for a file with nothing in it.
int version_of(const Database& database, const Schema& schema) {
  const auto id = database.integer("PRAGMA application_id");
  const auto version = static_cast<int>(database.integer("PRAGMA user_version"));
  if (id == 0 && version == 0 && database.integer("SELECT count(*) FROM sqlite_schema") == 0) {
    return 0;
  }
  if (id != schema.application_id) {
    throw DatabaseError(
        0, fmt::format("{} is the database of another program (application_id {}, not {}); give "
                       "{} a path of its own",
                       name_of(database), id, schema.application_id, schema.program));
  }
  if (version > schema.version()) {
    throw DatabaseError(
        0, fmt::format("{} was written by a newer {} (schema {}, this program knows {}); install "
                       "that version again, or start from the copy {}.before-{} if it is there",
                       name_of(database), schema.program, version, schema.version(),
                       name_of(database), version));
  }
  return version;
}

void sync_path(const std::filesystem::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int trouble = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!synced) {
    throw DatabaseError(SQLITE_IOERR, fmt::format("sync {}: {}; {}", path.string(),
                                                  std::strerror(trouble), remedy(SQLITE_IOERR)));
  }
}

/// A copy under its final name only when it is whole and on disk.
std::filesystem::path back_up(Database& database, int version) {
  const std::filesystem::path final_path =
      fmt::format("{}.before-{}", database.path().string(), version + 1);
  const std::filesystem::path partial = final_path.string() + ".partial";
  std::error_code ignored;
  std::filesystem::remove(partial, ignored);
  try {
    Database copy = Database::open(partial, Database::Mode::read_write);
    const std::unique_ptr<sqlite3_backup, int (*)(sqlite3_backup*)> backup(
        sqlite3_backup_init(copy.handle(), "main", database.handle(), "main"),
        sqlite3_backup_finish);
    if (!backup) throw DatabaseError(copy.handle(), "copy " + database.path().string());
    const int code = sqlite3_backup_step(backup.get(), -1);
    if (code != SQLITE_DONE) {
      throw DatabaseError(code, fmt::format("copy {} to {}: {}; {}", database.path().string(),
                                            partial.string(), sqlite3_errstr(code), remedy(code)));
    }
  } catch (const DatabaseError&) {
    std::filesystem::remove(partial, ignored);
    throw;
  }
  sync_path(partial, O_RDWR);
  std::filesystem::rename(partial, final_path);
  const auto folder = final_path.parent_path();
  sync_path(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
  return final_path;
}

}  // namespace

Migrated migrate(Database& database, const Schema& schema) {
  try {
    const int from = version_of(database, schema);
    Migrated result{from, schema.version(), {}};
    if (!database.path().empty()) database.execute("PRAGMA journal_mode = WAL");
    if (from == schema.version()) return result;
    if (from > 0 && !database.path().empty()) result.backup = back_up(database, from);
    for (const Migration& step : schema.migrations) {
      if (step.number <= from) continue;
      Transaction transaction(database);
      database.execute(step.sql);
      database.execute(fmt::format("PRAGMA application_id = {}", schema.application_id));
      database.execute(fmt::format("PRAGMA user_version = {}", step.number));
      transaction.commit();
    }
    return result;
  } catch (const DatabaseError& error) {
    const std::string_view what = error.what();
    const std::string name = name_of(database);
    if (what.find(name) != std::string_view::npos) throw;
    throw DatabaseError(error.code(), fmt::format("{}: {}", name, what));
  }
}

void require_current(const Database& database, const Schema& schema) {
  const int version = version_of(database, schema);
  if (version < schema.version()) {
    throw DatabaseError(0,
                        fmt::format("{} has schema {}, this program needs {}; start `{} serve` "
                                    "once, which brings it up to date",
                                    name_of(database), version, schema.version(), schema.program));
  }
}

}  // namespace bank::store
