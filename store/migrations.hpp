#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "store/database.hpp"

namespace bank::store {

/// One step forward of a schema; run once, in one transaction. Never changed after its release.
struct Migration {
  int number;  // 1, 2, 3 … without gaps
  std::string_view what;
  std::string_view sql;
};

/// Whose file it is and how it came to be.
struct Schema {
  std::string_view program;     // for messages: "modembank"
  std::int32_t application_id;  // PRAGMA application_id: says that the file is this program's
  std::span<const Migration> migrations;

  [[nodiscard]] int version() const noexcept {
    return migrations.empty() ? 0 : migrations.back().number;
  }
};

struct Migrated {
  int from;                      // the version found; 0 for a new file
  int to;                        // the version it has now
  std::filesystem::path backup;  // the copy made before; empty when none was needed
};

/// Brings the file to the schema's version. A file that already holds one is copied to
/// `<path>.before-<version>` first, synced, before anything in it changes (`Before::overwritten`:
/// is not, because it is a copy itself).
///
/// Throws DatabaseError: a newer file (says which version and what to do), a file of another
/// program, locked, disk full. Then the file is as it was.
enum class Before { copied, overwritten };
Migrated migrate(Database& database, const Schema& schema, Before before = Before::copied);

/// The version found; 0 for a file with nothing in it. Throws as `migrate`: newer, another
/// program's.
[[nodiscard]] int version_of(const Database& database, const Schema& schema);

/// What a reader checks instead: the file is ours and exactly of this version. Throws as `migrate`.
void require_current(const Database& database, const Schema& schema);

}  // namespace bank::store
