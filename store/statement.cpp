#include "store/statement.hpp"

#include <fmt/format.h>

namespace bank::store {

Statement::Statement(const Database& database, std::string_view sql)
    : connection_(database.handle()) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &raw, nullptr) != SQLITE_OK) {
    throw DatabaseError(connection_, sql);
  }
  handle_.reset(raw);
}

}  // namespace bank::store
