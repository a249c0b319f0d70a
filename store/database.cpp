#include "store/database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "store/statement.hpp"

namespace bank::store {

namespace {

/// What SQLite calls an I/O error the kernel may have a better word for.
int cause_of(int code, int kernel) noexcept {
  const int primary = code & 0xFF;
  if (primary != SQLITE_IOERR && primary != SQLITE_CANTOPEN) return code;
  switch (kernel) {
    case ENOSPC:
    case EDQUOT: return SQLITE_FULL;
    case EROFS:
    case EACCES:
    case EPERM: return SQLITE_READONLY;
    case EIO: return SQLITE_IOERR;
    default: return code;
  }
}

}  // namespace

std::string_view remedy(int code, int kernel) noexcept {
  switch (cause_of(code, kernel) & 0xFF) {
    case SQLITE_FULL:
      return "make room on the disk that holds it; nothing is lost, and what runs goes on by "
             "itself";
    case SQLITE_IOERR: return "the disk does not read or write: look at `dmesg`, then replace it";
    case SQLITE_CORRUPT: return "the file is damaged: stop the program and restore a backup";
    case SQLITE_NOTADB:
      return "that file is no SQLite database: give another path, or move it away";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return "another program holds it: `fuser` on the file names it; end that one first";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return "the file or its folder cannot be written: check owner, mode and mount";
    case SQLITE_CANTOPEN:
      return "check that its folder exists, that this user may read and write there, and that its "
             "disk has room";
    case SQLITE_NOMEM: return "the machine is out of memory";
    default: return "please report this with the line above";
  }
}

namespace {

constexpr std::size_t longest_doing = 60;  // octets of a statement that an error repeats

/// A statement as the part of a line.
std::string in_one_line(std::string_view sql) {
  std::string line;
  for (const char c : sql) {
    const bool is_blank = c == ' ' || c == '\n';
    if (!is_blank) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  return line.size() <= longest_doing ? line : line.substr(0, longest_doing - 3) + "...";
}

std::string sentence(sqlite3* connection, std::string_view doing) {
  // As the call that failed has left it: sqlite3_system_errno knows nothing of a COMMIT.
  const int kernel = errno;
  const int code = sqlite3_extended_errcode(connection);
  const char* const file = sqlite3_db_filename(connection, "main");
  const std::string where = file != nullptr && *file != '\0' ? fmt::format("{}: ", file) : "";
  const std::string said =
      cause_of(code, kernel) == code ? "" : fmt::format(", {}", std::strerror(kernel));
  return fmt::format("{}{}: {} (SQLite {}{}); {}", where, in_one_line(doing),
                     sqlite3_errmsg(connection), code, said, remedy(code, kernel));
}

}  // namespace

DatabaseError::DatabaseError(sqlite3* connection, std::string_view doing)
    : DatabaseError(sqlite3_extended_errcode(connection), sentence(connection, doing)) {}

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
                                    remedy(SQLITE_CANTOPEN, trouble)));
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
  if (code != SQLITE_OK) throw DatabaseError(raw, "open");
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
  if (std::error_code ignored; std::filesystem::is_directory(path, ignored)) {
    throw DatabaseError(
        SQLITE_CANTOPEN,
        fmt::format("open {}: that is a folder; give the path of a file in it", path.string()));
  }
  try {
    if (mode == Mode::read_only) {
      Database database(path, SQLITE_OPEN_READONLY);
      database.execute(fmt::format("PRAGMA cache_size = -{}", reader_cache_kib));
      (void)database.integer("SELECT count(*) FROM sqlite_schema");  // is it a database at all?
      return database;
    }
    make_private_file(path);
    Database database(path, SQLITE_OPEN_READWRITE);
    // What may not be written SQLite opens for reading, and tells when it is too late.
    if (sqlite3_db_readonly(database.handle(), "main") == 1) {
      throw DatabaseError(SQLITE_READONLY,
                          fmt::format("open {}: it can be read but not written; {}", path.string(),
                                      remedy(SQLITE_READONLY)));
    }
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
    throw DatabaseError(error.code(), fmt::format("{}: {}", path.string(), what));
  }
}

Database Database::in_memory() {
  return Database({}, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

void Database::execute(std::string_view sql) {
  const std::string terminated(sql);
  if (sqlite3_exec(handle(), terminated.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw DatabaseError(handle(), sql);
  }
}

std::int64_t Database::integer(std::string_view sql) const {
  std::int64_t value = 0;
  Statement(*this, sql).first_row([&](Row row) { value = row.integer(0); });
  return value;
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
  database_.begun();
}

Transaction::~Transaction() {
  if (open_) database_.forget();
  // SQLite itself has rolled back after some failures (full, I/O): then there is nothing to undo.
  if (is_open()) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Transaction::is_open() const {
  return open_ && sqlite3_get_autocommit(database_.handle()) == 0;
}

void Transaction::commit() {
  database_.settle();
  database_.execute("COMMIT");
  open_ = false;
  database_.committed();
}

}  // namespace bank::store
