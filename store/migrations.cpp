#include "store/migrations.hpp"

#include <fmt/format.h>

#include "store/copy.hpp"

namespace bank::store {
namespace {

std::string name_of(const Database& database) {
  return database.path().empty() ? "the database in memory" : database.path().string();
}

}  // namespace

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

namespace {

std::filesystem::path back_up(const Database& database, int version) {
  const std::filesystem::path name =
      fmt::format("{}.before-{}", database.path().string(), version + 1);
  Partial partial(name);
  copy_pages(database.path(), partial.path());
  partial.becomes_final(Existing::replaced);
  return name;
}

}  // namespace

Migrated migrate(Database& database, const Schema& schema, Before before) {
  try {
    const int from = version_of(database, schema);
    Migrated result{from, schema.version(), {}};
    if (!database.path().empty()) database.execute("PRAGMA journal_mode = WAL");
    if (from == schema.version()) return result;
    if (before == Before::copied && from > 0 && !database.path().empty()) {
      result.backup = back_up(database, from);
    }
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
