#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/database.hpp"

namespace bank::store {

/// A row of a watched table that is being inserted, changed or deleted; valid inside the callback
/// that receives it. Columns are counted from 0 as the table has them.
class RowChange {
 public:
  RowChange(sqlite3* connection, int operation) noexcept
      : connection_(connection), operation_(operation) {}

  [[nodiscard]] bool had_before() const noexcept { return operation_ != SQLITE_INSERT; }
  [[nodiscard]] bool has_after() const noexcept { return operation_ != SQLITE_DELETE; }
  /// What NULL is reads as empty, and as nothing.
  [[nodiscard]] std::string_view text_before(int column) const;
  [[nodiscard]] std::string_view text_after(int column) const;
  [[nodiscard]] std::optional<std::int64_t> integer_before(int column) const;
  [[nodiscard]] std::optional<std::int64_t> integer_after(int column) const;

 private:
  sqlite3* connection_;
  int operation_;
};

/// Tells of every row of some tables that any statement of this connection changes. A trigger would
/// do the same inside the database, and doubles the time of an insert. One for each connection.
class RowChanges {
 public:
  using Tell = std::function<void(const RowChange&)>;
  explicit RowChanges(Database& database);
  void watch(std::string table, Tell tell) {
    tables_.emplace_back(std::move(table), std::move(tell));
  }
  ~RowChanges();
  RowChanges(const RowChanges&) = delete;
  RowChanges& operator=(const RowChanges&) = delete;

  /// The place of a column in its table. Throws DatabaseError when there is none.
  [[nodiscard]] static int column(const Database& database, std::string_view table,
                                  std::string_view name);

 private:
  Database& database_;
  std::vector<std::pair<std::string, Tell>> tables_;
};

}  // namespace bank::store
