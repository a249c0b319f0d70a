#include <fmt/format.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

// The limit "rows": how many rows a second SQLite takes in WAL with synchronous=FULL, in
// transactions of 1,000. A number and a text of the usual length a row, and no index but the key.
// Plain SQLite with its own defaults, so that nothing of ours is in the limit.
namespace {

using Clock = std::chrono::steady_clock;

constexpr int rows_a_transaction = 1000;

void must(int code, sqlite3* database) {
  if (code == SQLITE_OK || code == SQLITE_DONE) return;
  std::fprintf(stderr, "bench_rows: %s\n", sqlite3_errmsg(database));
  std::exit(1);
}

void execute(sqlite3* database, const char* sql) {
  must(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), database);
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 2 ? std::atof(argv[2]) : 0;
  if (seconds <= 0) {
    std::fprintf(stderr, "usage: bench_rows DIR SECONDS\n");
    return 2;
  }
  const std::string path = (std::filesystem::path(argv[1]) / "rows.bench.db").string();
  sqlite3* database = nullptr;
  must(sqlite3_open(path.c_str(), &database), database);
  execute(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  execute(database, "CREATE TABLE row (id INTEGER PRIMARY KEY, recipient TEXT, text TEXT)");
  sqlite3_stmt* insert = nullptr;
  must(sqlite3_prepare_v2(database, "INSERT INTO row (recipient, text) VALUES (?, ?)", -1, &insert,
                          nullptr),
       database);

  const std::string text(80, 'x');
  std::int64_t rows = 0;
  double elapsed = 0;
  for (const auto begin = Clock::now(); elapsed < seconds;) {
    execute(database, "BEGIN IMMEDIATE");
    for (int i = 0; i < rows_a_transaction; ++i, ++rows) {
      const std::string recipient = fmt::format("+{}", 989'100'000'000 + rows);
      sqlite3_bind_text(insert, 1, recipient.data(), static_cast<int>(recipient.size()),
                        SQLITE_STATIC);
      sqlite3_bind_text(insert, 2, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
      must(sqlite3_step(insert), database);
      sqlite3_reset(insert);
    }
    execute(database, "COMMIT");
    elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  sqlite3_finalize(insert);
  sqlite3_close(database);
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
  fmt::print("{{\"bench\":\"rows\",\"seconds\":{:.2f},\"per_second\":{:.1f}}}\n", elapsed,
             static_cast<double>(rows) / elapsed);
}
