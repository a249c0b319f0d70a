#include "store/migrations.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "store/statement.hpp"
#include "tests/store/temporary.hpp"

using namespace bank::store;
using Catch::Contains;

namespace {

constexpr Migration one[] = {{1, "a table", "CREATE TABLE t (i INTEGER) STRICT"}};
constexpr Migration two[] = {one[0], {2, "a row", "INSERT INTO t VALUES (42)"}};
constexpr Migration broken[] = {
    one[0], {2, "half", "INSERT INTO t VALUES (1); INSERT INTO nowhere VALUES (2)"}};

Schema schema_of(std::span<const Migration> migrations) {
  return {"modembank", 0x1234, migrations};
}

Database open(const std::filesystem::path& path) {
  return Database::open(path, Database::Mode::read_write);
}

}  // namespace

TEST_CASE("a new file gets every migration and no backup") {
  const TemporaryFolder folder;
  Database database = open(folder / "a.db");
  const Migrated done = migrate(database, schema_of(two));
  CHECK(done.from == 0);
  CHECK(done.to == 2);
  CHECK(done.backup.empty());
  CHECK(database.integer("SELECT i FROM t") == 42);
  CHECK(database.integer("PRAGMA application_id") == 0x1234);
  CHECK_NOTHROW(require_current(database, schema_of(two)));
}

TEST_CASE("a file that is up to date is left alone") {
  const TemporaryFolder folder;
  Database database = open(folder / "a.db");
  migrate(database, schema_of(two));
  CHECK(migrate(database, schema_of(two)).from == 2);
  CHECK(database.integer("SELECT count(*) FROM t") == 1);
}

TEST_CASE("an older file is copied, whole, before it is changed") {
  const TemporaryFolder folder;
  Database database = open(folder / "a.db");
  migrate(database, schema_of(one));
  database.execute("INSERT INTO t VALUES (7)");
  CHECK_THROWS_WITH(require_current(database, schema_of(two)), Contains("needs 2"));
  const Migrated done = migrate(database, schema_of(two));
  CHECK(done.from == 1);
  CHECK(done.backup == folder / "a.db.before-2");
  CHECK(database.integer("SELECT count(*) FROM t") == 2);
  Database backup = Database::open(done.backup, Database::Mode::read_write);
  CHECK(backup.integer("SELECT count(*) FROM t") == 1);
  CHECK(backup.integer("PRAGMA user_version") == 1);
}

TEST_CASE("a migration that fails half way leaves the file as it was") {
  const TemporaryFolder folder;
  Database database = open(folder / "a.db");
  migrate(database, schema_of(one));
  CHECK_THROWS_WITH(migrate(database, schema_of(broken)), Contains("a.db"));
  CHECK(database.integer("SELECT count(*) FROM t") == 0);
  CHECK(database.integer("PRAGMA user_version") == 1);
}

TEST_CASE("a newer file is refused, saying which version and what to do") {
  const TemporaryFolder folder;
  {
    Database database = open(folder / "a.db");
    migrate(database, schema_of(two));
  }
  Database database = open(folder / "a.db");
  CHECK_THROWS_WITH(migrate(database, schema_of(one)),
                    Contains("a.db") && Contains("newer modembank") && Contains("schema 2") &&
                        Contains("knows 1") && Contains("install that version again"));
  CHECK(database.integer("PRAGMA user_version") == 2);
}

TEST_CASE("another program's file is refused and not touched") {
  const TemporaryFolder folder;
  {
    Database theirs = open(folder / "a.db");
    theirs.execute("PRAGMA journal_mode = DELETE");
    theirs.execute("CREATE TABLE theirs (i INTEGER)");
  }
  Database database = open(folder / "a.db");
  CHECK_THROWS_WITH(migrate(database, schema_of(one)),
                    Contains("another program") && Contains("a path of its own"));
  std::string journal;
  Statement(database, "PRAGMA journal_mode").first_row([&](Row row) { journal = row.text(0); });
  CHECK(journal == "delete");
}

TEST_CASE("a file that somebody holds locked is refused, saying what to do") {
  const TemporaryFolder folder;
  Database holder = open(folder / "a.db");
  migrate(holder, schema_of(one));
  const Transaction held(holder);
  Database database = open(folder / "a.db");
  sqlite3_busy_timeout(database.handle(), 0);
  CHECK_THROWS_WITH(migrate(database, schema_of(two)),
                    Contains("a.db") && Contains("another program holds it"));
}

TEST_CASE("a damaged file is told as such") {
  const TemporaryFolder folder;
  {
    Database database = open(folder / "a.db");
    migrate(database, schema_of(one));
    database.execute(
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000) "
        "SELECT i FROM n");
  }
  {
    std::FILE* file = std::fopen((folder / "a.db").c_str(), "r+");
    REQUIRE(file != nullptr);
    const std::vector<unsigned char> garbage(4096 * 3, 0xA5);
    REQUIRE(std::fseek(file, 4096, SEEK_SET) == 0);
    REQUIRE(std::fwrite(garbage.data(), 1, garbage.size(), file) == garbage.size());
    std::fclose(file);
  }
  Database database = open(folder / "a.db");
  CHECK_THROWS_WITH(database.integer("SELECT sum(i) FROM t"), Contains("restore a backup"));
}
