// Backup and restore, on files.
#include "firmware-host/backup.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <future>
#include <set>

#include "firmware-host/restore.hpp"
#include "scheduler/schema.hpp"
#include "store/migrations.hpp"
#include "tests/firmware-host/temporary.hpp"

namespace bank::host::test {
namespace {

using Catch::Contains;
using scheduler::MessageState;
namespace fs = std::filesystem;

constexpr scheduler::Now now{scheduler::WallTime{std::chrono::hours{500'000}},
                             scheduler::BootTime{std::chrono::hours{1}}};

/// A database with its book, open as `serve` has it.
struct House {
  explicit House(const std::string& path)
      : database(store::Database::open(path, store::Database::Mode::read_write)) {
    store::migrate(database, scheduler::schema());
    book.emplace(database, "boot");
    reader.emplace(database);
  }
  void accept(int count) {
    std::vector<scheduler::NewMessage> messages;
    for (int i = 0; i < count; ++i) {
      scheduler::NewMessage message;
      message.to = "+98912000" + std::to_string(1000 + i);
      message.text = "salam";
      message.expires_at = now.wall + std::chrono::hours{24};
      messages.push_back(message);
    }
    store::Transaction transaction(database);
    book->accept(messages, std::nullopt, std::nullopt, now.wall);
    transaction.commit();
  }
  std::int64_t count(MessageState state) {
    for (const auto& [counted, n] : reader->counts()) {
      if (counted == state) return n;
    }
    return -1;
  }
  store::Database database;
  std::optional<scheduler::Book> book;
  std::optional<scheduler::BookReader> reader;
};

AdminAnswer back_up(const std::string& database, const std::string& to, bool force = false) {
  return make_backup(database, {to, force}, now.wall, {});
}
std::string refusal(const AdminAnswer& answer) {
  const auto* error = std::get_if<AdminError>(&answer);
  return error != nullptr ? error->detail : "";
}

std::set<std::string> names_in(const TemporaryFolder& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder / "")) {
    names.insert(entry.path().filename());
  }
  return names;
}

void spoil(const std::string& path, long at, std::size_t octets) {
  std::FILE* file = std::fopen(path.c_str(), "r+");
  REQUIRE(file != nullptr);
  const std::string garbage(octets, '\xA5');
  REQUIRE(std::fseek(file, at, SEEK_SET) == 0);
  REQUIRE(std::fwrite(garbage.data(), 1, garbage.size(), file) == garbage.size());
  std::fclose(file);
}

}  // namespace

TEST_CASE("a backup is one private file, says what is in it, and that it is a copy") {
  const TemporaryFolder folder;
  House house(folder / "a.db");
  house.accept(3);
  const auto answer = back_up(folder / "a.db", folder / "b.db");
  INFO(refusal(answer));
  const auto made = std::get<BackupMade>(answer);
  CHECK(made.queued == 3);
  CHECK(made.sending == 0);
  CHECK(made.bytes == fs::file_size(folder / "b.db"));
  struct stat about {};
  REQUIRE(::stat((folder / "b.db").c_str(), &about) == 0);
  CHECK((about.st_mode & 07777U) == 0600U);
  CHECK(names_in(folder) == std::set<std::string>{"a.db", "a.db-shm", "a.db-wal", "b.db"});
  CHECK_FALSE(house.book->copied_at());
  House copy(folder / "b.db");
  CHECK(copy.book->copied_at() == now.wall);
}

TEST_CASE("a backup never takes the place of something by mistake") {
  const TemporaryFolder folder;
  const House house(folder / "a.db");
  const std::string there = folder.write("there", "x");
  fs::create_symlink(folder / "a.db", folder / "link");
  fs::create_directory(folder / "folder");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  fs::create_directory_symlink(folder / "", folder / "loop");
  const auto before = names_in(folder);
  const std::string database = folder / "a.db";
  for (const char* ending : {"", "-wal", "-shm", "-journal", ".lock", ".sock"}) {
    INFO(ending);
    CHECK_THAT(refusal(back_up(database, database + ending, true)), Contains("belongs to"));
    CHECK_THAT(refusal(back_up(database, folder / ("loop/a.db" + std::string(ending)), true)),
               Contains("belongs to"));
  }
  CHECK_THAT(refusal(back_up(database, folder / "link", true)), Contains("belongs to"));
  CHECK_THAT(refusal(back_up(database, folder / "folder", true)), Contains("is a folder"));
  CHECK_THAT(refusal(back_up(database, folder / "pipe", true)), Contains("no regular file"));
  CHECK(fs::is_fifo(folder / "pipe"));
  CHECK_THAT(refusal(back_up(database, folder / "nowhere/b.db")), Contains("nowhere"));
  CHECK_THAT(refusal(back_up(database, "b.db")), Contains("path of a file"));
  CHECK_THAT(refusal(back_up(database, folder / "")), Contains("path of a file"));
  CHECK_THAT(refusal(back_up(database, there)),
             Contains("is there already") && Contains("--force"));
  CHECK(fs::file_size(there) == 1);
  CHECK(names_in(folder) == before);
  CHECK(refusal(back_up(database, there, true)) == "");
  CHECK(fs::file_size(there) > 1);
}

TEST_CASE("a damaged database is not backed up as if it were whole") {
  const TemporaryFolder folder;
  {
    House house(folder / "a.db");
    house.accept(2000);
  }
  spoil(folder / "a.db", 4096L * 60, 4096 * 3);
  CHECK_THAT(refusal(back_up(folder / "a.db", folder / "b.db")), Contains("damaged"));
  CHECK_FALSE(fs::exists(folder / "b.db"));
  CHECK_FALSE(fs::exists(folder / "b.db.partial"));
}

TEST_CASE("one backup is made at a time, and a stop ends it") {
  const TemporaryFolder folder;
  House house(folder / "a.db");
  house.accept(1);
  BackupThread thread(folder / "a.db");
  std::promise<AdminAnswer> first;
  thread.make({folder / "b.db", false}, [&](AdminAnswer answer) { first.set_value(answer); });
  CHECK(refusal(first.get_future().get()) == "");
  thread.stop();
  std::promise<AdminAnswer> second;
  thread.make({folder / "c.db", false}, [&](AdminAnswer answer) { second.set_value(answer); });
  CHECK_THAT(refusal(second.get_future().get()), Contains("stopping"));
  CHECK_FALSE(fs::exists(folder / "c.db"));
}

TEST_CASE("a restore keeps what was there, and makes uncertain what had been queued") {
  const TemporaryFolder folder;
  {
    House house(folder / "a.db");
    house.accept(3);
    REQUIRE(refusal(back_up(folder / "a.db", folder / "b.db")) == "");
    house.accept(4);  // still in the log when it is set aside
  }
  const auto restored = restore_backup(folder / "a.db", folder / "b.db", now);
  INFO((restored ? "" : restored.error()));
  REQUIRE(restored);
  CHECK(restored->uncertain == 3);
  CHECK(restored->taken == now.wall);
  CHECK(restored->aside == folder / "a.db.before-restore-20270115T080000.000Z");
  CHECK(names_in(folder) ==
        std::set<std::string>{"a.db", "a.db.before-restore-20270115T080000.000Z", "b.db"});
  {
    House house(folder / "a.db");
    CHECK(house.count(MessageState::uncertain) == 3);
    CHECK(house.count(MessageState::queued) == 0);
    CHECK_FALSE(house.book->copied_at());
    House aside(restored->aside);
    CHECK(aside.count(MessageState::queued) == 7);
    house.accept(1);
  }
  // Once more the same: the copy is as it was.
  const scheduler::Now later{now.wall + std::chrono::milliseconds{1}, now.boot};
  const auto again = restore_backup(folder / "a.db", folder / "b.db", later);
  REQUIRE(again);
  CHECK(again->uncertain == 3);
  House house(folder / "a.db");
  CHECK(house.count(MessageState::uncertain) == 3);
  CHECK(house.count(MessageState::queued) == 0);
}

TEST_CASE("the log of the database that is replaced is not played into the new one") {
  const TemporaryFolder folder;
  {
    House house(folder / "a.db");
    house.accept(1);
    REQUIRE(refusal(back_up(folder / "a.db", folder / "b.db")) == "");
    house.accept(5);
    // As after a crash: the log is there, and nobody who would fold it.
    fs::copy_file(folder / "a.db", folder / "c.db");
    fs::copy_file(folder / "a.db-wal", folder / "c.db-wal");
  }
  const auto restored = restore_backup(folder / "c.db", folder / "b.db", now);
  REQUIRE(restored);
  CHECK_FALSE(fs::exists(folder / "c.db-wal"));
  House house(folder / "c.db");
  CHECK(house.count(MessageState::uncertain) == 1);
  CHECK(house.count(MessageState::queued) == 0);
  House aside(restored->aside);
  CHECK(aside.count(MessageState::queued) == 6);
}

TEST_CASE("a database that cannot even be read is set aside with all that belongs to it") {
  const TemporaryFolder folder;
  {
    const House house(folder / "x.db");
    REQUIRE(refusal(back_up(folder / "x.db", folder / "b.db")) == "");
  }
  folder.write("a.db", "this was a database once");
  folder.write("a.db-wal", "and this its log");
  const auto restored = restore_backup(folder / "a.db", folder / "b.db", now);
  REQUIRE(restored);
  CHECK(fs::file_size(restored->aside) == 24);
  CHECK(fs::file_size(restored->aside + "-wal") == 16);
  House house(folder / "a.db");
  CHECK(house.count(MessageState::queued) == 0);
}

TEST_CASE("what is no backup is refused, and nothing has changed") {
  const TemporaryFolder folder;
  {
    House house(folder / "a.db");
    house.accept(2000);
    REQUIRE(refusal(back_up(folder / "a.db", folder / "good.db")) == "");
  }
  const auto copy = [&](const char* name) {
    fs::copy_file(folder / "good.db", folder / name);
    return folder / name;
  };
  spoil(copy("flipped.db"), 4096L * 60, 4096 * 3);
  spoil(copy("headless.db"), 0, 100);
  fs::resize_file(copy("short.db"), fs::file_size(folder / "good.db") / 2);
  folder.write("empty.db", "");
  folder.write("text.db", std::string(5000, 'x'));
  store::Database::open(copy("newer.db"), store::Database::Mode::read_write)
      .execute("PRAGMA user_version = 4711");
  store::Database::open(copy("theirs.db"), store::Database::Mode::read_write)
      .execute("PRAGMA application_id = 4711");

  struct Bad {
    const char* file;
    const char* says;
  };
  const auto before = names_in(folder);
  for (const auto& [file, says] :
       {Bad{"flipped.db", "damaged"}, Bad{"headless.db", "no SQLite database"},
        Bad{"short.db", "short.db"}, Bad{"empty.db", "is empty"},
        Bad{"text.db", "no SQLite database"}, Bad{"newer.db", "schema 4711"},
        Bad{"theirs.db", "another program"}, Bad{"missing.db", "no such file"},
        Bad{"a.db", "the database itself"}}) {
    INFO(file);
    const auto restored = restore_backup(folder / "a.db", folder / file, now);
    REQUIRE_FALSE(restored);
    INFO(restored.error());
    CHECK_THAT(restored.error(), Contains(says));
    CHECK(names_in(folder) == before);
  }
  House house(folder / "a.db");
  CHECK(house.count(MessageState::queued) == 2000);
}

TEST_CASE("a backup of an older version is brought up to date, and itself stays as it is") {
  const TemporaryFolder folder;
  {
    const auto all = scheduler::schema().migrations;
    const store::Schema old{"modembank", scheduler::schema().application_id, all.first(1)};
    auto database = store::Database::open(folder / "old.db", store::Database::Mode::read_write);
    store::migrate(database, old);
  }
  const auto restored = restore_backup(folder / "a.db", folder / "old.db", now);
  INFO((restored ? "" : restored.error()));
  REQUIRE(restored);
  CHECK_FALSE(restored->taken);
  CHECK(restored->aside.empty());
  const House house(folder / "a.db");
  const auto old = store::Database::open(folder / "old.db", store::Database::Mode::read_only);
  CHECK(old.integer("PRAGMA user_version") == 1);
  CHECK_FALSE(fs::exists(folder / "a.db.partial.before-2"));
}

}  // namespace bank::host::test
