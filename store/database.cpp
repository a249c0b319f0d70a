#include "store/database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "store/statement.hpp"

namespace bank::store {

std::string_view remedy(int code) noexcept {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return "make room on the disk that holds it; nothing is lost and work goes on by itself";
    case SQLITE_IOERR: return "the disk does not read or write: look at `dmesg`, then replace it";
    case SQLITE_CORRUPT: return "the file is damaged: stop the program and restore a backup";
    case SQLITE_NOTADB:
      return "that file is no SQLite database: give another path, or move it away";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program holds it: `fuser` on the file names it; end that one first";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return "the file or its folder cannot be written: check owner, mode and mount";
    case SQLITE_CANTOPEN:
      return "check that its folder exists and that this user may read and write there";
    case SQLITE_NOMEM: return "the machine is out of memory";
    default: return "please report this with the line above";
  }
}

DatabaseError::DatabaseError(sqlite3* connection, std::string_view doing)
    : DatabaseError(sqlite3_extended_errcode(connection),
                    fmt::format("{}: {} (SQLite {}); {}", doing, sqlite3_errmsg(connection),
                                sqlite3_extended_errcode(connection),
                                remedy(sqlite3_extended_errcode(connection)))) {}

namespace {

// SQLite makes files as the umask says, and the log and index take their mode from the database:
// it is made here, for its owner alone. Only a new file is ever opened here: closing a descriptor
// of one that SQLite has open would drop SQLite's locks on it.
void make_private_file(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor >= 0) {
    ::close(descriptor);
  } else if (errno != EEXIST) {
    const int trouble = errno;
    throw DatabaseError(SQLITE_CANTOPEN,
                        fmt::format("open {}: {}; {}", path.string(), std::strerror(trouble),
                                    remedy(SQLITE_CANTOPEN)));
  }
}

// Without its statistics SQLite needs no lock that all its threads share for every piece of memory.
void configure_once() {
  [[maybe_unused]] static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

// Small pieces of memory that a connection keeps for its statements, instead of asking malloc for
// each run of each statement: 128 KiB for a reader, 512 KiB for the writer.
void keep_memory_at_hand(sqlite3* connection, int pieces) {
  constexpr int piece_bytes = 2048;
  sqlite3_db_config(connection, SQLITE_DBCONFIG_LOOKASIDE, nullptr, piece_bytes, pieces);
}

}  // namespace

Database::Database(std::filesystem::path path, int flags) : path_(std::move(path)) {
  configure_once();
  sqlite3* raw = nullptr;
  const std::string name = path_.empty() ? ":memory:" : path_.string();
  const int code = sqlite3_open_v2(name.c_str(), &raw,
                                   flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  connection_.reset(raw);
  if (raw == nullptr) throw DatabaseError(SQLITE_NOMEM, "open " + name + ": out of memory");
  if (code != SQLITE_OK) throw DatabaseError(raw, "open " + name);
  keep_memory_at_hand(raw, (flags & SQLITE_OPEN_READONLY) != 0 ? 64 : 256);
  sqlite3_busy_timeout(raw, busy_timeout_ms);
  for (const int off :
       {SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_TRUSTED_SCHEMA}) {
    sqlite3_db_config(raw, off, 0, nullptr);
  }
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  execute("PRAGMA foreign_keys = ON");
  execute("PRAGMA temp_store = MEMORY");
  execute("PRAGMA cell_size_check = ON");
}

Database Database::open(const std::filesystem::path& path, Mode mode) {
  try {
    if (mode == Mode::read_only) {
      Database database(path, SQLITE_OPEN_READONLY);
      database.execute(fmt::format("PRAGMA cache_size = -{}", reader_cache_kib));
      (void)database.integer("SELECT count(*) FROM sqlite_schema");  // is it a database at all?
      return database;
    }
    make_private_file(path);
    Database database(path, SQLITE_OPEN_READWRITE);
    // What is in the file already may be another program's: it is not touched before
    // store::migrate has looked at it, which makes the journal WAL too.
    if (database.integer("PRAGMA page_count") == 0) database.execute("PRAGMA journal_mode = WAL");
    database.execute("PRAGMA synchronous = FULL");
    database.execute(fmt::format("PRAGMA cache_size = -{}", writer_cache_kib));
    database.execute("PRAGMA wal_autocheckpoint = 0");
    return database;
  } catch (const DatabaseError& error) {
    const std::string_view what = error.what();
    if (what.find(path.string()) != std::string_view::npos) throw;
    throw DatabaseError(error.code(), fmt::format("open {}: {}", path.string(), what));
  }
}

Database Database::in_memory() {
  return Database({}, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

void Database::execute(std::string_view sql) {
  const std::string terminated(sql);
  if (sqlite3_exec(handle(), terminated.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw DatabaseError(handle(),
                        terminated.size() <= 80 ? terminated : terminated.substr(0, 77) + "...");
  }
}

std::int64_t Database::integer(std::string_view sql) const {
  std::int64_t value = 0;
  Statement(*this, sql).first_row([&](Row row) { value = row.integer(0); });
  return value;
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (open_) database_.forget();
  // SQLite itself has rolled back after some failures (full, I/O): then there is nothing to undo.
  if (open_ && sqlite3_get_autocommit(database_.handle()) == 0) {
    sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Transaction::commit() {
  database_.settle();
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace bank::store
