#include "store/database.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <optional>

#include "store/statement.hpp"
#include "tests/store/temporary.hpp"

using namespace bank::store;
using Catch::Contains;

TEST_CASE("a new database is for its owner alone, and so are its log and index") {
  const TemporaryFolder folder;
  Database database = Database::open(folder / "a.db", Database::Mode::read_write);
  database.execute("CREATE TABLE t (a INTEGER) STRICT");
  for (const char* name : {"a.db", "a.db-wal", "a.db-shm"}) {
    struct stat status {};
    CAPTURE(name);
    REQUIRE(::stat((folder / name).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
}

TEST_CASE("a commit is synced, foreign keys hold, and the writer makes no checkpoints by itself") {
  const TemporaryFolder folder;
  Database database = Database::open(folder / "a.db", Database::Mode::read_write);
  CHECK(database.integer("PRAGMA synchronous") == 2);
  CHECK(database.integer("PRAGMA foreign_keys") == 1);
  CHECK(database.integer("PRAGMA wal_autocheckpoint") == 0);
  CHECK(database.integer("PRAGMA trusted_schema") == 0);
}

TEST_CASE("every kind of value comes back as it went in") {
  Database database = Database::in_memory();
  database.execute("CREATE TABLE t (i INTEGER, s TEXT, b BLOB, n INTEGER) STRICT");
  const unsigned char octets[] = {0, 1, 255};
  Statement insert(database, "INSERT INTO t VALUES (?, ?, ?, ?)");
  CHECK(insert.run(INT64_MIN, std::string("a\0b", 3), std::span<const unsigned char>(octets),
                   std::optional<int>()) == 1);
  CHECK(insert.run(true, "", std::span<const unsigned char>(), std::optional(7)) == 1);
  Statement select(database, "SELECT i, s, b, n FROM t ORDER BY rowid");
  int rows = 0;
  select.each([&](Row row) {
    if (rows++ == 0) {
      CHECK(row.integer(0) == INT64_MIN);
      CHECK(row.text(1) == std::string("a\0b", 3));
      CHECK(row.blob(2).size() == 3);
      CHECK(row.blob(2)[2] == 255);
      CHECK_FALSE(row.optional_integer(3).has_value());
    } else {
      CHECK(row.flag(0));
      CHECK_FALSE(row.is_null(1));
      CHECK(row.text(1).empty());
      CHECK_FALSE(row.is_null(2));
      CHECK(row.optional_integer(3) == 7);
    }
  });
  CHECK(rows == 2);
  CHECK(Statement(database, "UPDATE t SET n = 1").run() == 2);
}

TEST_CASE("a transaction that is not committed leaves nothing") {
  Database database = Database::in_memory();
  database.execute("CREATE TABLE t (i INTEGER) STRICT");
  {
    const Transaction transaction(database);
    database.execute("INSERT INTO t VALUES (1)");
  }
  CHECK(database.integer("SELECT count(*) FROM t") == 0);
  Transaction transaction(database);
  database.execute("INSERT INTO t VALUES (1)");
  transaction.commit();
  CHECK(database.integer("SELECT count(*) FROM t") == 1);
}

TEST_CASE("what cannot be opened says which file and what to do") {
  const TemporaryFolder folder;
  SECTION("no such folder") {
    CHECK_THROWS_WITH(Database::open(folder / "no" / "a.db", Database::Mode::read_write),
                      Contains("a.db") && Contains("check that its folder exists"));
  }
  SECTION("no such file, for a reader") {
    CHECK_THROWS_WITH(Database::open(folder / "a.db", Database::Mode::read_only), Contains("a.db"));
  }
  SECTION("not a database") {
    std::ofstream(folder / "a.db") << std::string(8192, 'x');
    for (const auto mode : {Database::Mode::read_write, Database::Mode::read_only}) {
      CHECK_THROWS_WITH(Database::open(folder / "a.db", mode),
                        Contains("a.db") && Contains("no SQLite database"));
    }
  }
}

TEST_CASE("a reader cannot write and sees what was committed") {
  const TemporaryFolder folder;
  Database writer = Database::open(folder / "a.db", Database::Mode::read_write);
  writer.execute("CREATE TABLE t (i INTEGER) STRICT");
  Database reader = Database::open(folder / "a.db", Database::Mode::read_only);
  writer.execute("INSERT INTO t VALUES (1)");
  CHECK(reader.integer("SELECT count(*) FROM t") == 1);
  try {
    reader.execute("INSERT INTO t VALUES (2)");
    FAIL("a reader wrote");
  } catch (const DatabaseError& error) {
    CHECK(error.primary() == SQLITE_READONLY);
    CHECK_THAT(error.what(), Contains("check owner, mode and mount"));
  }
}

TEST_CASE("a full disk is told as such, and nothing of the transaction stays") {
  const TemporaryFolder folder;
  Database database = Database::open(folder / "a.db", Database::Mode::read_write);
  database.execute("CREATE TABLE t (s TEXT) STRICT");
  database.execute("PRAGMA max_page_count = 3");
  try {
    Transaction transaction(database);
    database.execute("INSERT INTO t VALUES (hex(zeroblob(100000)))");
    FAIL("it fitted");
  } catch (const DatabaseError& error) {
    CHECK(error.primary() == SQLITE_FULL);
    CHECK_THAT(error.what(), Contains("make room"));
  }
  CHECK(database.integer("SELECT count(*) FROM t") == 0);
}
