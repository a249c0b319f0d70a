#include <catch2/catch.hpp>

#include "store/database.hpp"
#include "store/log_space.hpp"
#include "store/statement.hpp"
#include "store/thread_writer.hpp"
#include "tests/store/temporary.hpp"

using namespace bank::store;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t room = 3 << 20;

fs::path log_of(const fs::path& database) {
  return database.string() + "-wal";
}

/// What a crash would leave of the database at this moment, in files of its own.
fs::path image_of(const fs::path& database, const fs::path& image) {
  fs::copy_file(database, image);
  fs::copy_file(log_of(database), log_of(image));
  return image;
}

std::int64_t rows_in(const fs::path& path) {
  Database database = Database::open(path, Database::Mode::read_write);
  CHECK(database.integer("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> "
                         "'ok'") == 0);
  return database.integer("SELECT count(*) FROM t");
}

void insert(Database& database, int count) {
  for (int i = 0; i < count; ++i) database.execute("INSERT INTO t (s) VALUES ('salam')");
}

}  // namespace

TEST_CASE("what a log holds is all there after room was written behind it") {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.db";
  Database database = Database::open(path, Database::Mode::read_write);
  database.execute("CREATE TABLE t (i INTEGER PRIMARY KEY, s TEXT NOT NULL) STRICT");
  SECTION("before the first row") {
    write_log_ahead(path, room);
    insert(database, 100);
  }
  SECTION("after some rows, and more follow") {
    insert(database, 50);
    write_log_ahead(path, room);
    insert(database, 50);
  }
  SECTION("twice") {
    write_log_ahead(path, room);
    insert(database, 100);
    write_log_ahead(path, room);
    write_log_ahead(path, room / 2);
  }
  CHECK(fs::file_size(log_of(path)) == room);
  CHECK(rows_in(image_of(path, folder / "image.db")) == 100);
}

TEST_CASE("a log that a crash left is read, and given room again") {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.db";
  Database database = Database::open(path, Database::Mode::read_write);
  database.execute("CREATE TABLE t (i INTEGER PRIMARY KEY, s TEXT NOT NULL) STRICT");
  insert(database, 100);
  const fs::path image = image_of(path, folder / "image.db");
  write_log_ahead(image, room);
  {
    Database again = Database::open(image, Database::Mode::read_write);
    CHECK(again.integer("SELECT count(*) FROM t") == 100);
    insert(again, 20);
    CHECK(rows_in(image_of(image, folder / "second.db")) == 120);
  }
  CHECK_FALSE(fs::exists(log_of(image)));  // closed in peace: nothing is left to be played
  CHECK(rows_in(image) == 120);
}

TEST_CASE("the writer's log has its room before the first commit, and ends within it") {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.db";
  Database database = Database::open(path, Database::Mode::read_write);
  database.execute("CREATE TABLE t (i INTEGER PRIMARY KEY, s TEXT NOT NULL) STRICT");
  ThreadWriter writer(database);
  const auto size = fs::file_size(log_of(path));
  CHECK(size > (32U << 20));
  writer.stop();
  CHECK(fs::file_size(log_of(path)) == size);
}

TEST_CASE("where there is no such folder, nothing is written and nobody is told") {
  const TemporaryFolder folder;
  write_log_ahead(folder / "missing" / "a.db", room);
  CHECK_FALSE(fs::exists(folder / "missing"));
}
