#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <latch>
#include <thread>
#include <vector>

#include "store/inline_writer.hpp"
#include "store/statement.hpp"
#include "store/thread_writer.hpp"
#include "tests/store/temporary.hpp"

using namespace bank::store;

namespace {

Database with_table(const std::filesystem::path& path) {
  Database database = Database::open(path, Database::Mode::read_write);
  database.execute("CREATE TABLE t (i INTEGER PRIMARY KEY, s TEXT NOT NULL) STRICT");
  return database;
}

using Outcome = std::optional<Failure>;

/// Holds the writer's thread inside a round until it is let go, so that what is submitted meanwhile
/// waits together.
class Gate {
 public:
  explicit Gate(Writer& writer) {
    REQUIRE(writer.submit({[] {},
                           [this](const Outcome&) {
                             entered_.count_down();
                             open_.wait();
                             left_.count_down();
                           }}));
    entered_.wait();
  }
  ~Gate() {  // a failed REQUIRE must not leave the thread standing
    if (!opened_) open();
  }
  void open() {
    opened_ = true;
    open_.count_down();
    left_.wait();
  }

 private:
  bool opened_ = false;
  std::latch entered_{1};
  std::latch open_{1};
  std::latch left_{1};
};

}  // namespace

TEST_CASE(
    "jobs of many threads are all committed, each answered once, each thread's in its order") {
  constexpr int threads = 8;
  constexpr int each = 500;
  const TemporaryFolder folder;
  Database database = with_table(folder / "a.db");
  Statement insert(database, "INSERT INTO t (s) VALUES (?)");
  ThreadWriter writer(database);
  std::atomic<int> failures{0};
  std::atomic<int> out_of_order{0};
  std::latch answered(threads * each);
  std::vector<int> last(threads, -1);  // touched by the store's thread alone
  {
    std::vector<std::jthread> callers;
    for (int t = 0; t < threads; ++t) {
      callers.emplace_back([&, t] {
        for (int i = 0; i < each; ++i) {
          const bool taken = writer.submit({[&] { insert.run("x"); },
                                            [&, t, i](const Outcome& failure) {
                                              if (failure) ++failures;
                                              auto& before = last[static_cast<std::size_t>(t)];
                                              if (before != i - 1) ++out_of_order;
                                              before = i;
                                              answered.count_down();
                                            }});
          if (!taken) ++failures;
        }
      });
    }
  }
  answered.wait();
  writer.stop();
  CHECK(failures == 0);
  CHECK(out_of_order == 0);
  CHECK(database.integer("SELECT count(*) FROM t") == threads * each);
  CHECK(writer.figures().jobs == threads * each);
  CHECK(writer.figures().rounds <= threads * each);
}

TEST_CASE("what waits together is committed together") {
  const TemporaryFolder folder;
  Database database = with_table(folder / "a.db");
  Statement insert(database, "INSERT INTO t (s) VALUES ('x')");
  ThreadWriter writer(database);
  Gate gate(writer);
  const auto before = writer.figures().rounds;
  for (int i = 0; i < 100; ++i) REQUIRE(writer.submit({[&] { insert.run(); }, {}}));
  CHECK(writer.figures().waiting == 100);
  gate.open();
  writer.stop();
  CHECK(writer.figures().rounds == before + 1);
  CHECK(database.integer("SELECT count(*) FROM t") == 100);
}

TEST_CASE("what follows a round follows once, when all of its jobs are answered") {
  const TemporaryFolder folder;
  Database database = with_table(folder / "a.db");
  Statement insert(database, "INSERT INTO t (s) VALUES (?)");
  std::vector<int> order;  // answers, and a 0 after each round; the store's thread alone
  {
    ThreadWriter writer(database);
    writer.after_rounds([&] { order.push_back(0); });
    Gate gate(writer);
    for (const int i : {1, 2, 3}) {
      REQUIRE(writer.submit({[&, i] {
                               if (i == 2) throw std::runtime_error("its own fault");
                               insert.run("x");
                             },
                             [&, i](const Outcome& /*failure*/) { order.push_back(i); }}));
    }
    gate.open();
  }
  CHECK(order == std::vector<int>{0, 1, 2, 3, 0});
}

TEST_CASE("a job that throws harms only itself") {
  const TemporaryFolder folder;
  Database database = with_table(folder / "a.db");
  Statement insert(database, "INSERT INTO t (i, s) VALUES (?, 'x')");
  ThreadWriter writer(database);
  std::vector<Outcome> outcomes(4);
  {
    Gate gate(writer);
    const auto keep = [&](std::size_t i) {
      return [&outcomes, i](const Outcome& failure) { outcomes[i] = failure; };
    };
    CHECK(writer.submit({[&] { insert.run(1); }, keep(0)}));
    CHECK(writer.submit({[&] {
                           insert.run(2);
                           throw std::runtime_error("changed its mind");
                         },
                         keep(1)}));
    CHECK(writer.submit({[&] { insert.run(1); }, keep(2)}));  // the key is taken
    CHECK(writer.submit({[&] { insert.run(3); }, keep(3)}));
    gate.open();
  }
  writer.stop();
  CHECK_FALSE(outcomes[0].has_value());
  REQUIRE(outcomes[1].has_value());
  CHECK(outcomes[1]->code == 0);
  CHECK(outcomes[1]->detail == "changed its mind");
  REQUIRE(outcomes[2].has_value());
  CHECK((outcomes[2]->code & 0xFF) == SQLITE_CONSTRAINT);
  CHECK_FALSE(outcomes[3].has_value());
  CHECK(database.integer("SELECT group_concat(i, '') FROM t") == 13);
}

TEST_CASE("a full disk fails the round and is forgotten when there is room again") {
  const TemporaryFolder folder;
  Database database = with_table(folder / "a.db");
  Statement insert(database, "INSERT INTO t (s) VALUES (?)");
  const std::string large(100'000, 'x');
  ThreadWriter writer(database);
  const auto ask = [&](std::function<void()> work) {
    std::promise<Outcome> answer;
    REQUIRE(writer.submit({std::move(work), [&](const Outcome& f) { answer.set_value(f); }}));
    return answer.get_future().get();
  };
  const std::int64_t most = database.integer("PRAGMA max_page_count");
  CHECK_FALSE(ask([&] { database.execute("PRAGMA max_page_count = 4"); }));
  const Outcome full = ask([&] { insert.run(large); });
  REQUIRE(full.has_value());
  CHECK((full->code & 0xFF) == SQLITE_FULL);
  CHECK(full->detail.find("make room") != std::string::npos);
  CHECK_FALSE(ask([&] { database.execute("PRAGMA max_page_count = " + std::to_string(most)); }));
  CHECK_FALSE(ask([&] { insert.run(large); }));
  writer.stop();
  CHECK(database.integer("SELECT count(*) FROM t") == 1);
}

TEST_CASE("a queue that is full says no and neither works nor answers") {
  const TemporaryFolder folder;
  Database database = with_table(folder / "a.db");
  ThreadWriter writer(database);
  std::atomic<int> answered{0};
  bool touched = false;
  {
    Gate gate(writer);
    for (std::size_t i = 0; i < ThreadWriter::most_waiting; ++i) {
      REQUIRE(writer.submit({[] {}, [&](const Outcome&) { ++answered; }}));
    }
    CHECK_FALSE(writer.submit({[&] { touched = true; }, [&](const Outcome&) { touched = true; }}));
    CHECK(writer.figures().refused == 1);
    gate.open();
  }
  writer.stop();
  CHECK(answered == static_cast<int>(ThreadWriter::most_waiting));
  CHECK_FALSE(touched);
}

TEST_CASE("stopping answers what waits and takes nothing new") {
  const TemporaryFolder folder;
  Database database = with_table(folder / "a.db");
  ThreadWriter writer(database);
  std::atomic<int> answered{0};
  for (int i = 0; i < 2000; ++i)
    REQUIRE(writer.submit({[] {}, [&](const Outcome&) { ++answered; }}));
  writer.stop();
  CHECK(answered == 2000);
  CHECK_FALSE(writer.submit({[] {}, {}}));
  writer.stop();
}

TEST_CASE("an answer may submit the next job") {
  const TemporaryFolder folder;
  Database database = with_table(folder / "a.db");
  ThreadWriter writer(database);
  std::promise<void> second;
  REQUIRE(
      writer.submit({[] {},
                     [&](const Outcome&) {
                       CHECK(writer.submit({[] {}, [&](const Outcome&) { second.set_value(); }}));
                     }}));
  second.get_future().get();
}

TEST_CASE("the log is worked off aside, and what was answered is there after reopening") {
  const TemporaryFolder folder;
  constexpr int rows = 3000;
  {
    Database database = with_table(folder / "a.db");
    Statement insert(database, "INSERT INTO t (s) VALUES (?)");
    const std::string large(8192, 'x');
    ThreadWriter writer(database);
    for (int i = 0; i < rows; ++i) REQUIRE(writer.submit({[&] { insert.run(large); }, {}}));
    while (writer.figures().checkpoints == 0) {  // it comes: more than its threshold is written
      std::promise<void> answered;
      REQUIRE(writer.submit({[] {}, [&](const Outcome&) { answered.set_value(); }}));
      answered.get_future().get();
    }
    CHECK(writer.figures().wal_bytes > 0);
    writer.stop();
    CHECK(database.integer("SELECT count(*) FROM t") == rows);
  }
  Database database = Database::open(folder / "a.db", Database::Mode::read_only);
  CHECK(database.integer("SELECT count(*) FROM t") == rows);
}

TEST_CASE("the inline writer commits at once, and a job that fails leaves nothing") {
  Database database = Database::in_memory();
  database.execute("CREATE TABLE t (i INTEGER) STRICT");
  InlineWriter writer(database);
  Outcome outcome;
  CHECK(writer.submit({[&] { database.execute("INSERT INTO t VALUES (1)"); },
                       [&](const Outcome& failure) { outcome = failure; }}));
  CHECK_FALSE(outcome.has_value());
  CHECK(writer.submit({[&] {
                         database.execute("INSERT INTO t VALUES (2)");
                         throw std::runtime_error("no");
                       },
                       [&](const Outcome& failure) { outcome = failure; }}));
  REQUIRE(outcome.has_value());
  CHECK(outcome->detail == "no");
  CHECK(database.integer("SELECT count(*) FROM t") == 1);
}
