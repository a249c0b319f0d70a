#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>

#include "tests/scheduler/book_fixture.hpp"
#include "store/thread_writer.hpp"

using namespace bank;
using namespace bank::scheduler;

namespace {

/// A process that accepts three messages, begins two, ends one, and is killed in the middle of the
/// next transaction.
void live_and_die(const std::filesystem::path& path) {
  BookFixture fixture(store::Database::open(path, store::Database::Mode::read_write));
  fixture.accept_all({fixture.to("+1000"), fixture.to("+1001"), fixture.to("+1002")});
  fixture.send(MessageId{1}, 1, 1);
  (void)fixture.begin(MessageId{2});
  const store::Transaction never_committed(fixture.database);
  (void)fixture.book->begin_sending({MessageId{3}, 1, fixture.sim, "slot-01"}, fixture.now());
  ::raise(SIGKILL);
}

}  // namespace

TEST_CASE("the disk is tried by a page that is really written") {
  const auto path =
      std::filesystem::temp_directory_path() / ("book-disk-" + std::to_string(::getpid()) + ".db");
  {
    BookFixture fixture(store::Database::open(path, store::Database::Mode::read_write));
    const auto version = fixture.database.integer("PRAGMA user_version");
    const auto log_size = [&] { return std::filesystem::file_size(path.string() + "-wal"); };
    const auto before = log_size();
    fixture.commit([] {});
    CHECK(log_size() == before);
    fixture.commit([&] { fixture.book->try_disk(); });
    CHECK(log_size() > before);
    CHECK(fixture.database.integer("PRAGMA user_version") == version);
  }
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + end);
}

TEST_CASE("a killed program finds its book again: nothing lost, one part in doubt") {
  const auto path =
      std::filesystem::temp_directory_path() / ("book-crash-" + std::to_string(::getpid()) + ".db");
  const pid_t child = ::fork();
  if (child == 0) {
    live_and_die(path);
    ::_exit(1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  {
    BookFixture fixture(store::Database::open(path, store::Database::Mode::read_write));
    fixture.reboot("boot-2");
    std::size_t in_doubt = 0;
    fixture.commit([&] { in_doubt = fixture.book->recover(fixture.now()).messages; });
    CHECK(in_doubt == 1);
    CHECK(fixture.state(MessageId{1}) == MessageState::sent);
    CHECK(fixture.state(MessageId{2}) == MessageState::uncertain);
    CHECK(fixture.state(MessageId{3}) == MessageState::queued);
    CHECK(fixture.begin(MessageId{2}).error() == Refusal::not_wanted);
    CHECK(fixture.begin(MessageId{3}).has_value());
    CHECK(fixture.book->uses_since(fixture.sim, 24h, fixture.now()).size() == 3);
    CHECK(fixture.database.integer("SELECT count(*) FROM pragma_integrity_check "
                                   "WHERE integrity_check <> 'ok'") == 0);
  }
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
}

TEST_CASE("readers see what the writer's thread has answered") {
  const auto path =
      std::filesystem::temp_directory_path() / ("book-read-" + std::to_string(::getpid()) + ".db");
  {
    store::Database database = store::Database::open(path, store::Database::Mode::read_write);
    store::migrate(database, schema());
    Book book(database, "boot-1");
    store::Database reading = store::Database::open(path, store::Database::Mode::read_only);
    store::require_current(reading, schema());
    BookReader reader(reading);
    const WallTime now{std::chrono::hours{500'000}};
    int missing = 0;
    store::ThreadWriter writer(database);
    std::array<MessageId, 50> ids{};
    for (MessageId& id : ids) {
      NewMessage message;
      message.to = "+1000";
      message.text = "x";
      message.expires_at = now + 1h;
      REQUIRE(writer.submit(
          {[&book, &id, message, now] {
             id = book.accept({&message, 1}, std::nullopt, std::nullopt, now).front().id;
           },
           [&](const std::optional<store::Failure>& failure) {
             if (failure || !reader.message(id)) ++missing;
           }}));
    }
    writer.stop();
    CHECK(missing == 0);
  }
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path.string() + suffix);
}
