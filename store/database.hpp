#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "store/writer.hpp"

namespace bank::store {

/// The database itself failed: disk full, corrupt file, read-only, locked past the busy timeout.
/// `what()` says in one line where, what was done, what SQLite and the kernel said, and what a
/// person can do about it.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(int code, const std::string& detail) : std::runtime_error(detail), code_(code) {}
  /// Reads the connection's last error. `doing` names the work, never the values in it.
  DatabaseError(sqlite3* connection, std::string_view doing);

  /// SQLite's extended result code; 0 when the file is sound but not one of ours.
  [[nodiscard]] int code() const noexcept { return code_; }
  /// The primary result code: SQLITE_FULL, SQLITE_BUSY, …
  [[nodiscard]] int primary() const noexcept { return code_ & 0xFF; }
  /// Somebody's `Stop` ended it.
  [[nodiscard]] bool interrupted() const noexcept { return primary() == SQLITE_INTERRUPT; }
  /// The file itself is not what it was: no pause heals that.
  [[nodiscard]] bool is_damage() const noexcept {
    return primary() == SQLITE_CORRUPT || primary() == SQLITE_NOTADB;
  }
  [[nodiscard]] Failure failure() const { return {code_, what(), is_damage()}; }

 private:
  int code_;
};

/// What a person can do about a result code of SQLite, and the errno behind it where there is one:
/// a sentence without its full stop.
[[nodiscard]] std::string_view remedy(int code, int kernel = 0) noexcept;

/// Holds back what it would write for each single change, and writes it once for all of them.
class Companion {
 public:
  virtual ~Companion() = default;
  /// Inside the transaction (or savepoint), just before it ends well. May throw DatabaseError.
  virtual void settle() = 0;
  /// It is rolled back: what was held back never happened.
  virtual void forget() noexcept = 0;
  /// A transaction begins. What was settled in an earlier one that was not committed never
  /// happened.
  virtual void begun() noexcept {}
  /// It is on the disk.
  virtual void committed() noexcept {}
};

/// One connection. Moves, never copies; used by one thread at a time.
class Database {
 public:
  enum class Mode { read_write, read_only };

  /// Opens the file; `read_write` makes it when there is none (mode 0600). The journal is WAL, a
  /// commit is synced (synchronous=FULL), foreign keys are enforced, what is in the file cannot run
  /// functions of ours (trusted_schema off). The writer makes no checkpoints by itself.
  ///
  /// Throws DatabaseError: no such directory, not a database, corrupt, locked, not permitted, not
  /// to be written.
  [[nodiscard]] static Database open(const std::filesystem::path& path, Mode mode);
  /// A database that lives as long as this object; for tests and simulation.
  [[nodiscard]] static Database in_memory();

  /// Runs statements that give no rows. Throws DatabaseError.
  void execute(std::string_view sql);
  /// The one integer a query gives; 0 when it gives none.
  [[nodiscard]] std::int64_t integer(std::string_view sql) const;

  /// Goes along with every transaction of this connection from here on; null: nobody does.
  void accompany(Companion* companion) noexcept { companion_ = companion; }
  void settle() {
    if (companion_ != nullptr) companion_->settle();
  }
  void forget() noexcept {
    if (companion_ != nullptr) companion_->forget();
  }

  void begun() noexcept {
    if (companion_ != nullptr) companion_->begun();
  }
  void committed() noexcept {
    if (companion_ != nullptr) companion_->committed();
  }

  [[nodiscard]] sqlite3* handle() const noexcept { return connection_.get(); }
  /// Empty for a database in memory.
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  static constexpr int busy_timeout_ms = 5000;
  static constexpr int writer_cache_kib = 8192;
  static constexpr int reader_cache_kib = 1024;

 private:
  struct Close {
    void operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }
  };
  Database(std::filesystem::path path, int flags);

  std::filesystem::path path_;
  std::unique_ptr<sqlite3, Close> connection_;
  Companion* companion_ = nullptr;
};

/// A transaction that is rolled back unless it is committed. BEGIN IMMEDIATE: it has the write lock
/// from its first moment, so no statement inside can be refused for a stale snapshot.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  /// Synced to disk when it returns. Throws DatabaseError; then nothing was committed.
  void commit();
  /// False when SQLite has rolled it back of itself, as it does after some failures.
  [[nodiscard]] bool is_open() const;

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace bank::store
