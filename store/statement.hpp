#pragma once

#include <sqlite3.h>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "store/database.hpp"

namespace bank::store {

/// One row of a result, valid only inside the callback that receives it.
class Row {
 public:
  explicit Row(sqlite3_stmt* statement) noexcept : statement_(statement) {}

  [[nodiscard]] bool is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  [[nodiscard]] std::int64_t integer(int column) const {
    return sqlite3_column_int64(statement_, column);
  }
  [[nodiscard]] int small(int column) const { return sqlite3_column_int(statement_, column); }
  [[nodiscard]] bool flag(int column) const { return integer(column) != 0; }
  /// Gone when the callback returns; NULL reads as empty.
  [[nodiscard]] std::string_view view(int column) const {
    const auto* chars = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (chars == nullptr) return {};
    return {chars, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  [[nodiscard]] std::string text(int column) const { return std::string(view(column)); }
  /// Gone when the callback returns; NULL reads as empty.
  [[nodiscard]] std::span<const unsigned char> blob(int column) const {
    const auto* bytes = static_cast<const unsigned char*>(sqlite3_column_blob(statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
  }
  [[nodiscard]] std::optional<std::string> optional_text(int column) const {
    return is_null(column) ? std::nullopt : std::optional(text(column));
  }

 private:
  sqlite3_stmt* statement_;
};

template <class Value>
concept Enumeration = std::is_enum_v<Value>;

/// A prepared statement, and the only file that says sqlite3_stmt. Parameters are bound in order:
/// integers, enumerations, times and durations (their count), text, octets, nullptr and optionals
/// of these. Each call begins from a clean slate. A failing one throws DatabaseError.
class Statement {
 public:
  /// `sql` is one statement.
  Statement(const Database& database, std::string_view sql);

  /// Runs to the end; returns how many rows it changed (0 for a query).
  template <class... Values>
  std::int64_t run(const Values&... values) {
    const Rewind rewind{handle_.get()};
    bind_all(values...);
    while (step()) {
    }
    return sqlite3_stmt_readonly(handle_.get()) != 0 ? 0 : sqlite3_changes64(connection_);
  }

  /// `read` receives the first Row, if there is one. Whatever a statement changes is changed before
  /// its first RETURNING row is given.
  template <class Read, class... Values>
  bool first_row(Read read, const Values&... values) {
    const Rewind rewind{handle_.get()};
    bind_all(values...);
    if (!step()) return false;
    read(Row{handle_.get()});
    return true;
  }

  /// `read` receives every Row in turn; it must not run this same statement again.
  template <class Read, class... Values>
  void each(Read read, const Values&... values) {
    const Rewind rewind{handle_.get()};
    bind_all(values...);
    while (step()) read(Row{handle_.get()});
  }

  [[nodiscard]] std::int64_t last_row_id() const noexcept {
    return sqlite3_last_insert_rowid(connection_);
  }
  [[nodiscard]] std::string_view sql() const noexcept { return sqlite3_sql(handle_.get()); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* s) const noexcept { sqlite3_finalize(s); }
  };
  // Bindings point into the caller's values, which die after the call: they are cleared with it.
  struct Rewind {
    sqlite3_stmt* statement;
    ~Rewind() {
      sqlite3_reset(statement);
      sqlite3_clear_bindings(statement);
    }
  };

  template <class... Values>
  void bind_all(const Values&... values) {
    [[maybe_unused]] int index = 0;
    (check(bind(++index, values)), ...);
  }
  int bind(int index, std::integral auto value) {
    return sqlite3_bind_int64(handle_.get(), index, static_cast<sqlite3_int64>(value));
  }
  int bind(int index, Enumeration auto value) {
    return sqlite3_bind_int64(handle_.get(), index, static_cast<sqlite3_int64>(value));
  }
  template <class Rep, class Period>
  int bind(int index, std::chrono::duration<Rep, Period> value) {
    return sqlite3_bind_int64(handle_.get(), index, static_cast<sqlite3_int64>(value.count()));
  }
  template <class Clock, class Duration>
  int bind(int index, std::chrono::time_point<Clock, Duration> value) {
    return bind(index, value.time_since_epoch());
  }
  int bind(int index, std::string_view text) {
    // A null pointer would bind NULL; an empty text is a text.
    const char* chars = text.data() == nullptr ? "" : text.data();
    return sqlite3_bind_text(handle_.get(), index, chars, static_cast<int>(text.size()),
                             SQLITE_STATIC);
  }
  int bind(int index, const std::string& text) { return bind(index, std::string_view(text)); }
  int bind(int index, const char* text) { return bind(index, std::string_view(text)); }
  int bind(int index, std::span<const unsigned char> octets) {
    return sqlite3_bind_blob64(handle_.get(), index,
                               octets.empty() ? "" : static_cast<const void*>(octets.data()),
                               octets.size(), SQLITE_STATIC);
  }
  int bind(int index, std::nullptr_t) { return sqlite3_bind_null(handle_.get(), index); }
  template <class Value>
  int bind(int index, const std::optional<Value>& value) {
    return value ? bind(index, *value) : bind(index, nullptr);
  }
  void check(int code) const {
    if (code != SQLITE_OK) throw DatabaseError(connection_, sql());
  }
  bool step() {
    const int code = sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    throw DatabaseError(connection_, sql());
  }

  sqlite3* connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace bank::store
