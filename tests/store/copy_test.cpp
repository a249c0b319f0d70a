#include "store/copy.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <vector>

#include "store/statement.hpp"
#include "tests/store/temporary.hpp"

using namespace bank::store;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;

Database open(const fs::path& path) {
  return Database::open(path, Database::Mode::read_write);
}

/// A database of some MiB, so that it is copied in several pieces.
Database large(const fs::path& path) {
  Database database = open(path);
  database.execute("CREATE TABLE t (i INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT");
  database.execute(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 4000) "
      "INSERT INTO t SELECT i, hex(zeroblob(512)) FROM n");
  return database;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

/// Overwrites octets in the middle of a file.
void spoil(const fs::path& path, long at) {
  std::FILE* file = std::fopen(path.c_str(), "r+");
  REQUIRE(file != nullptr);
  const std::vector<unsigned char> garbage(4096 * 3, 0xA5);
  REQUIRE(std::fseek(file, at, SEEK_SET) == 0);
  REQUIRE(std::fwrite(garbage.data(), 1, garbage.size(), file) == garbage.size());
  std::fclose(file);
}

/// No file may become larger, as on a full disk.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

}  // namespace

TEST_CASE("a copy is of one moment, whatever is written while it is made") {
  const TemporaryFolder folder;
  Database database = large(folder / "a.db");
  int pieces = 0;
  copy_pages(folder / "a.db", folder / "b.db", [&] {
    ++pieces;
    database.execute("UPDATE t SET body = 'later'; INSERT INTO t (body) VALUES ('new')");
    return false;
  });
  CHECK(pieces > 3);
  Database copy = open(folder / "b.db");
  CHECK(copy.integer("SELECT count(*) FROM t") == 4000);
  CHECK(copy.integer("SELECT count(*) FROM t WHERE body = 'later'") == 0);
  CHECK_FALSE(damage_in(copy, Check::full));
  CHECK(database.integer("SELECT count(*) FROM t WHERE body = 'new'") == 1);
}

TEST_CASE("a copy that is given up leaves nothing") {
  const TemporaryFolder folder;
  const Database database = large(folder / "a.db");
  const auto before = names_in(folder / "");
  int pieces = 0;
  try {
    const Partial partial(folder / "b.db");
    copy_pages(folder / "a.db", partial.path(), [&] { return ++pieces == 3; });
    FAIL("it went on");
  } catch (const DatabaseError& error) {
    CHECK(error.interrupted());
  }
  CHECK(pieces == 3);
  CHECK(names_in(folder / "") == before);
}

TEST_CASE("a copy that the disk has no room for leaves nothing and says so") {
  const TemporaryFolder folder;
  const Database database = large(folder / "a.db");
  const auto before = names_in(folder / "");
  const SmallDisk disk(1 << 20);
  const auto copy = [&] {
    const Partial partial(folder / "b.db");
    copy_pages(folder / "a.db", partial.path());
  };
  CHECK_THROWS_AS(copy(), DatabaseError);
  CHECK(names_in(folder / "") == before);
}

TEST_CASE("a partial file gets its name when it is whole, and replaces another only when told") {
  const TemporaryFolder folder;
  const auto write = [](const fs::path& path, const char* text) { std::ofstream(path) << text; };
  const auto text_of = [](const fs::path& path) {
    std::string text;
    std::ifstream(path) >> text;
    return text;
  };
  write(folder / "a", "old");
  write(folder / "a.partial", "left-over");
  {
    Partial partial(folder / "a");
    CHECK_FALSE(fs::exists(folder / "a.partial"));
    write(partial.path(), "new");
    CHECK_THROWS_WITH(partial.becomes_final(Existing::kept), Contains("is there already"));
    CHECK(text_of(folder / "a") == "old");
    partial.becomes_final(Existing::replaced);
    CHECK(text_of(folder / "a") == "new");
  }
  CHECK(names_in(folder / "") == std::vector<std::string>{"a"});
  Partial other(folder / "b");
  write(other.path(), "b");
  other.becomes_final(Existing::kept);
  CHECK(text_of(folder / "b") == "b");
}

TEST_CASE("a copy is its owner's alone") {
  const TemporaryFolder folder;
  const Database database = large(folder / "a.db");
  copy_pages(folder / "a.db", folder / "b.db");
  struct stat about {};
  REQUIRE(::stat((folder / "b.db").c_str(), &about) == 0);
  CHECK((about.st_mode & 07777U) == 0600U);
  CHECK_THROWS_WITH(copy_pages(folder / "a.db", folder / "b.db"), Contains("is there already"));
}

TEST_CASE("damage is found, and told") {
  const TemporaryFolder folder;
  { const Database database = large(folder / "a.db"); }
  spoil(folder / "a.db", 4096L * 40);
  Database database = open(folder / "a.db");
  CHECK(damage_in(database, Check::quick));
  CHECK(damage_in(database, Check::full));
}
