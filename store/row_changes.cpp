// Debian's SQLite is built with it; the header shows it only when asked.
#define SQLITE_ENABLE_PREUPDATE_HOOK
#include <sqlite3.h>

#include <fmt/format.h>

#include "store/row_changes.hpp"
#include "store/statement.hpp"

namespace bank::store {
namespace {

std::string_view text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

std::optional<std::int64_t> integer_of(sqlite3_value* value) {
  if (sqlite3_value_type(value) == SQLITE_NULL) return std::nullopt;
  return sqlite3_value_int64(value);
}

sqlite3_value* before(sqlite3* connection, int column) {
  sqlite3_value* value = nullptr;
  return sqlite3_preupdate_old(connection, column, &value) == SQLITE_OK ? value : nullptr;
}

sqlite3_value* after(sqlite3* connection, int column) {
  sqlite3_value* value = nullptr;
  return sqlite3_preupdate_new(connection, column, &value) == SQLITE_OK ? value : nullptr;
}

}  // namespace

std::string_view RowChange::text_before(int column) const {
  return text_of(before(connection_, column));
}
std::string_view RowChange::text_after(int column) const {
  return text_of(after(connection_, column));
}
std::optional<std::int64_t> RowChange::integer_before(int column) const {
  return integer_of(before(connection_, column));
}
std::optional<std::int64_t> RowChange::integer_after(int column) const {
  return integer_of(after(connection_, column));
}

RowChanges::RowChanges(Database& database) : database_(database) {
  sqlite3_preupdate_hook(
      database.handle(),
      [](void* self, sqlite3* connection, int operation, const char*, const char* changed,
         sqlite3_int64, sqlite3_int64) {
        const auto* changes = static_cast<const RowChanges*>(self);
        for (const auto& [table, tell] : changes->tables_) {
          if (table == changed) return tell(RowChange(connection, operation));
        }
      },
      this);
}

RowChanges::~RowChanges() {
  sqlite3_preupdate_hook(database_.handle(), nullptr, nullptr);
}

int RowChanges::column(const Database& database, std::string_view table, std::string_view name) {
  int place = -1;
  Statement(database, "SELECT cid FROM pragma_table_info(?) WHERE name = ?")
      .first_row([&](Row row) { place = row.small(0); }, table, name);
  if (place < 0) {
    throw DatabaseError(SQLITE_ERROR, fmt::format("{} has no column {}", table, name));
  }
  return place;
}

}  // namespace bank::store
