// The store on a disk that fails, and then is well again.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <future>
#include <vector>

#include "store/migrations.hpp"
#include "store/statement.hpp"
#include "store/thread_writer.hpp"
#include "tests/store/failing_vfs.hpp"
#include "tests/store/temporary.hpp"

using namespace bank::store;
namespace fs = std::filesystem;

namespace {

using namespace std::chrono_literals;
using Kind = FailingVfs::Kind;
using Outcome = std::optional<Failure>;

constexpr LogLimits small{
    .begin_at = 32 << 10, .pause_at = 128 << 10, .most = 1 << 20, .retry = 1ms};

Database opened(const fs::path& path) {
  return Database::open(path, Database::Mode::read_write);
}

void remove_database(const fs::path& path) {
  for (const char* const suffix : {"", "-wal", "-shm"}) fs::remove(path.string() + suffix);
}

bool is_sound(const Database& database) {
  return database.integer(
             "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'") == 0;
}

Outcome ask(Writer& writer, std::function<void()> work) {
  std::promise<Outcome> answer;
  REQUIRE(
      writer.submit({std::move(work), [&](const Outcome& failure) { answer.set_value(failure); }}));
  return answer.get_future().get();
}

std::vector<Outcome> ask_together(Writer& writer, std::vector<std::function<void()>> works) {
  std::vector<std::promise<Outcome>> answers(works.size());
  std::vector<Job> jobs;
  for (std::size_t i = 0; i < works.size(); ++i) {
    jobs.push_back({std::move(works[i]),
                    [&answers, i](const Outcome& failure) { answers[i].set_value(failure); }});
  }
  REQUIRE(writer.submit_all(std::move(jobs)));
  std::vector<Outcome> outcomes;
  for (auto& answer : answers) outcomes.push_back(answer.get_future().get());
  return outcomes;
}

/// The first outcome that is wanted, of many; fails the test when it does not come.
template <class Wanted>
Outcome first_of(Writer& writer, const std::function<void()>& work, Wanted wanted) {
  const auto end = std::chrono::steady_clock::now() + 60s;
  while (true) {
    Outcome outcome = ask(writer, work);
    if (wanted(outcome)) return outcome;
    REQUIRE(std::chrono::steady_clock::now() < end);
  }
}

constexpr Migration steps[] = {
    {1, "one table", "CREATE TABLE t (i INTEGER PRIMARY KEY, s TEXT NOT NULL) STRICT"},
    {2, "one column more", "ALTER TABLE t ADD COLUMN n INTEGER NOT NULL DEFAULT 7"},
};
constexpr Schema first{"test", 0x74657374, {steps, 1}};
constexpr Schema second{"test", 0x74657374, steps};

constexpr std::int64_t page = 4096;

/// Tables `a` and `b`, of several pages each; gives the number, from 1, of the page where the last
/// row of `a` is.
std::int64_t make_two_tables(const fs::path& path) {
  Database database = opened(path);
  for (const char* const table : {"a", "b"}) {
    database.execute(fmt::format("CREATE TABLE {} (i INTEGER PRIMARY KEY, s TEXT) STRICT", table));
    Statement insert(database, fmt::format("INSERT INTO {} (s) VALUES (?)", table));
    Transaction transaction(database);
    for (int i = 0; i < 100; ++i) insert.run(fmt::format("{}{:0500}", table, i));
    transaction.commit();
  }
  database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  std::ifstream file(path, std::ios::binary);
  std::string content(fs::file_size(path), '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  return static_cast<std::int64_t>(content.find(fmt::format("a{:0500}", 99))) / page + 1;
}

/// Two jobs on `b` with one between them that needs the last row of `a`.
std::vector<Outcome> ask_around(Writer& writer, Database& database) {
  return ask_together(writer, {[&] { database.execute("INSERT INTO b (s) VALUES ('first')"); },
                               [&] { database.execute("UPDATE a SET s = 'new' WHERE i = 100"); },
                               [&] { database.execute("INSERT INTO b (s) VALUES ('third')"); }});
}

}  // namespace

TEST_CASE("wherever the disk fails while a schema goes forward, the file is before or after it") {
  const TemporaryFolder folder;
  const fs::path path = folder / "a.db";
  for (const auto& [kind, lasts] :
       {std::pair{Kind::io, false}, {Kind::io, true}, {Kind::full, true}, {Kind::busy, true}}) {
    for (std::int64_t call = 1;; ++call) {
      remove_database(path);
      fs::remove(folder / "a.db.before-2");
      FailingVfs disk;
      {
        Database database = opened(path);
        migrate(database, first);
        database.execute("INSERT INTO t (s) VALUES ('kept')");
      }
      disk.fail_at(call, kind, lasts);
      const auto go_forward = [&] {
        Database database = opened(path);
        return migrate(database, second).to;
      };
      CAPTURE(static_cast<int>(kind), lasts, call);
      bool is_forward = false;
      try {
        is_forward = go_forward() == 2;
      } catch (const DatabaseError& error) {
        INFO(error.what());
        REQUIRE(std::string(error.what()).find(path.string()) != std::string::npos);
      }
      const auto calls = disk.calls();
      disk.heal();
      if (fs::exists(folder / "a.db.before-2")) {  // a copy that bears the name is whole
        Database copy = opened(folder / "a.db.before-2");
        REQUIRE(copy.integer("PRAGMA user_version") == 1);
        REQUIRE(copy.integer("SELECT count(*) FROM t WHERE s = 'kept'") == 1);
      }
      if (is_forward) {
        REQUIRE(opened(path).integer("PRAGMA user_version") == 2);
        REQUIRE(fs::exists(folder / "a.db.before-2"));
      }
      REQUIRE(go_forward() == 2);
      const Database database = opened(path);
      REQUIRE(database.integer("SELECT n FROM t WHERE s = 'kept'") == 7);
      REQUIRE(is_sound(database));
      if (call > calls) break;
    }
  }
}

TEST_CASE("wherever the disk fails under the writer and its checkpoints, what it answered holds") {
  const TemporaryFolder folder;
  FailingVfs disk;
  Database database = opened(folder / "a.db");
  database.execute("CREATE TABLE t (i INTEGER PRIMARY KEY, s TEXT NOT NULL) STRICT");
  Statement insert(database, "INSERT INTO t (i, s) VALUES (?, ?)");
  ThreadWriter writer(database, small);
  const std::string large(9000, 'x');
  int next = 0;
  std::int64_t done = 0;
  std::int64_t failures = 0;
  // The writer and the checkpoints share the disk: which of them a call is of is not always the
  // same, so there are more runs than calls in one.
  for (const auto& [kind, lasts] : {std::pair{Kind::io, false},
                                    {Kind::io, true},
                                    {Kind::torn, false},
                                    {Kind::full, true},
                                    {Kind::busy, true}}) {
    for (std::int64_t call = 1; call <= 120; ++call) {
      disk.fail_at(call, kind, lasts);
      for (int i = 0; i < 6; ++i) {
        const auto outcome = ask(writer, [&] { insert.run(next, large); });
        ++next;
        ++(outcome ? failures : done);
      }
      disk.heal();
      // Within the retries of a checkpoint it goes on by itself.
      (void)first_of(
          writer, [&] { insert.run(next, "healed"); },
          [](const Outcome& outcome) { return !outcome; });
      ++next;
      ++done;
    }
  }
  CHECK(writer.figures().checkpoints > 10);
  writer.stop();
  CHECK(failures > 100);
  CHECK(database.integer("SELECT count(*) FROM t") == done);
  CHECK(is_sound(database));
}

TEST_CASE("a database that cannot grow stops the writer at the log's bound, and not before") {
  const TemporaryFolder folder;
  FailingVfs disk;
  Database database = opened(folder / "a.db");
  database.execute("CREATE TABLE t (s TEXT NOT NULL) STRICT");
  Statement insert(database, "INSERT INTO t (s) VALUES (?)");
  const std::string large(8000, 'x');
  ThreadWriter writer(database, small);
  disk.fail_at(1, Kind::grow, true);
  const auto failed = [](const Outcome& outcome) { return outcome.has_value(); };
  const auto refused = first_of(
      writer, [&] { insert.run(large); }, failed);
  CHECK((refused->code & 0xFF) == SQLITE_FULL);
  CHECK(refused->detail.find((folder / "a.db").string()) != std::string::npos);
  CHECK(refused->detail.find("make room") != std::string::npos);
  CHECK(writer.figures().checkpoint_trouble == refused->detail);
  CHECK(writer.figures().wal_bytes >= small.most);
  CHECK(writer.figures().wal_bytes < 8 * small.most);
  disk.heal();
  (void)first_of(
      writer, [&] { insert.run(large); }, [&](const auto& o) { return !failed(o); });
  CHECK(writer.figures().checkpoint_trouble.empty());
  writer.stop();
  CHECK(is_sound(database));
}

TEST_CASE("a reader without end stops the writer at the log's bound, and is named") {
  const TemporaryFolder folder;
  Database database = opened(folder / "a.db");
  database.execute("CREATE TABLE t (s TEXT NOT NULL) STRICT");
  Statement insert(database, "INSERT INTO t (s) VALUES (?)");
  const std::string large(8000, 'x');
  Database other = Database::open(folder / "a.db", Database::Mode::read_only);
  other.execute("BEGIN");
  CHECK(other.integer("SELECT count(*) FROM t") == 0);
  ThreadWriter writer(database, small);
  const auto failed = [](const Outcome& outcome) { return outcome.has_value(); };
  const auto refused = first_of(
      writer, [&] { insert.run(large); }, failed);
  CHECK((refused->code & 0xFF) == SQLITE_BUSY);
  CHECK(refused->detail.find("fuser") != std::string::npos);
  other.execute("COMMIT");
  (void)first_of(
      writer, [&] { insert.run(large); }, [&](const auto& o) { return !failed(o); });
}

TEST_CASE("a damaged page fails the job that needs it, and no other of its round") {
  const TemporaryFolder folder;
  const auto number = make_two_tables(folder / "a.db");
  REQUIRE(number > 1);
  {
    std::fstream file(folder / "a.db", std::ios::binary | std::ios::in | std::ios::out);
    file.seekp((number - 1) * page);
    file << std::string(page, 'z');
  }
  Database database = opened(folder / "a.db");
  ThreadWriter writer(database);
  const auto outcomes = ask_around(writer, database);
  INFO((outcomes[0] ? outcomes[0]->detail : "well"));
  CHECK_FALSE(outcomes[0]);
  REQUIRE(outcomes[1]);
  CHECK(outcomes[1]->damage);
  CHECK(outcomes[1]->detail.find("restore a backup") != std::string::npos);
  CHECK_FALSE(outcomes[2]);
  writer.stop();
  CHECK(database.integer("SELECT count(*) FROM b") == 102);
}

TEST_CASE("a page that cannot be read fails the job that needs it, and no other of its round") {
  const TemporaryFolder folder;
  const auto number = make_two_tables(folder / "a.db");
  FailingVfs disk;
  Database database = opened(folder / "a.db");
  ThreadWriter writer(database);
  disk.spoil((number - 1) * page);
  const auto outcomes = ask_around(writer, database);
  CHECK_FALSE(outcomes[0]);
  REQUIRE(outcomes[1]);
  CHECK(outcomes[1]->code == SQLITE_IOERR_READ);
  CHECK_FALSE(outcomes[2]);
  CHECK_FALSE(ask(writer, [&] { database.execute("INSERT INTO b (s) VALUES ('next')"); }));
  disk.heal();
  CHECK_FALSE(ask(writer, [&] { database.execute("UPDATE a SET s = '' WHERE i = 100"); }));
  writer.stop();
  CHECK(database.integer("SELECT count(*) FROM b") == 103);
}

TEST_CASE("what cannot be a database is refused with what to do") {
  const TemporaryFolder folder;
  const auto refused = [&](const fs::path& path) {
    try {
      (void)opened(path);
    } catch (const DatabaseError& error) {
      CHECK(std::string(error.what()).find(path.string()) != std::string::npos);
      return std::string(error.what());
    }
    return std::string();
  };
  fs::create_directories(folder / "folder.db");
  CHECK(refused(folder / "folder.db").find("give the path of a file") != std::string::npos);
  CHECK(refused(folder / "missing/a.db").find("check that its folder exists") != std::string::npos);
}

TEST_CASE("whichever call the disk refuses, the kernel's reason decides what is to be done") {
  const TemporaryFolder folder;
  const std::pair<Kind, std::string> kinds[] = {{Kind::io, "look at `dmesg`"},
                                                {Kind::full, "make room"},
                                                {Kind::readonly, "check owner, mode and mount"}};
  for (const auto& [kind, what_to_do] : kinds) {
    std::int64_t told = 0;
    for (std::int64_t call = 1;; ++call) {
      CAPTURE(what_to_do, call);
      remove_database(folder / "a.db");
      FailingVfs disk;
      Database database = opened(folder / "a.db");
      database.execute("CREATE TABLE t (i INTEGER PRIMARY KEY, s TEXT) STRICT");
      disk.fail_at(call, kind, false);
      try {
        Transaction transaction(database);
        database.execute("INSERT INTO t (s) VALUES ('new')");
        transaction.commit();
        database.execute("PRAGMA wal_checkpoint(PASSIVE)");
      } catch (const DatabaseError& error) {
        INFO(error.what());
        REQUIRE(std::string(error.what()).find(what_to_do) != std::string::npos);
        ++told;
      }
      if (call > disk.calls()) break;
    }
    CHECK(told > 0);
  }
}
