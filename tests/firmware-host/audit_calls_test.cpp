// Each change through the door is noted once, in its own transaction, in a database that is a file.
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "firmware-host/api_door.hpp"
#include "modem/asio_loop.hpp"
#include "scheduler/schema.hpp"
#include "store/inline_writer.hpp"
#include "store/migrations.hpp"
#include "tests/firmware-host/temporary.hpp"

namespace bank::host::test {
namespace {

constexpr const char* number = "+989120000001";

struct NoPorts final : modem::Ports {
  void open(const std::string&, int, Opened) override {}
  void watch(std::vector<std::string>, modem::PortNews) override {}
  void silent(const std::string&) override {}
  void reset_usb(const std::string&, UsbReset,
                 std::function<void(Result<void, std::string>)>) override {}
};

/// Does each job at once, and rolls it back where the disk is said to fail.
class FailingWriter final : public store::Writer {
 public:
  explicit FailingWriter(store::Database& database) : database_(database) {}
  [[nodiscard]] bool submit(store::Job job) override {
    std::optional<store::Failure> failure;
    {
      store::Transaction transaction(database_);
      job.work();
      if (is_failing) {
        failure = store::Failure{13, "database or disk is full"};
      } else {
        transaction.commit();
      }
    }
    if (job.done) job.done(failure);
    if (after_) after_();
    return true;
  }
  [[nodiscard]] bool submit_all(std::vector<store::Job> jobs) override {
    for (auto& job : jobs) (void)submit(std::move(job));
    return true;
  }
  void after_rounds(std::function<void()> then) override { after_ = std::move(then); }
  bool is_failing = false;

 private:
  store::Database& database_;
  std::function<void()> after_;
};

struct House {
  void lift() {
    door.replies().lift(number, "all", {{}, "api", "API key shop"}, [](const auto&) {});
  }
  explicit House(const TemporaryFolder& in) : folder(in) {}
  using Action = web::BatchAction;

  scheduler::MessageId message() {
    scheduler::MessageId id{};
    commit([&] {
      const scheduler::NewMessage one = a_message();
      id = book.accept(std::span(&one, 1), std::nullopt, std::nullopt, clock.now().wall).front().id;
    });
    return id;
  }
  scheduler::BatchId batch() {
    scheduler::BatchId id{};
    commit([&] {
      const scheduler::NewMessage one = a_message();
      id = book.new_batch(std::nullopt, clock.now().wall);
      (void)book.accept(std::span(&one, 1), id, std::nullopt, clock.now().wall);
    });
    return id;
  }
  template <class Work>
  void commit(Work work) {
    store::Transaction transaction(database);
    work();
    transaction.commit();
  }
  scheduler::NewMessage a_message() {
    scheduler::NewMessage one{};
    one.to = number;
    one.text = "a text that is nobody's business";
    one.expires_at = clock.now().wall + std::chrono::hours{1};
    return one;
  }
  void run() {
    io.restart();
    io.poll();
  }
  std::vector<scheduler::AuditRow> rows() { return scheduler::audit_after(database, 0, 1000); }
  /// How each change that the door offers without a modem is asked for.
  std::vector<std::pair<std::string, std::function<void()>>> changes() {
    const auto id = message();
    const auto requeued = message();
    database.execute("UPDATE message SET state = 'failed' WHERE id = " +
                     std::to_string(static_cast<std::int64_t>(requeued)));
    const auto of_batch = batch();
    const auto change = [this, of_batch](Action action) {
      return [this, of_batch, action] {
        door.change(of_batch, action, "API key shop", [](const auto&) {});
      };
    };
    return {{"message.cancel", [this, id] { door.cancel(id, "API key shop", [](const auto&) {}); }},
            {"message.requeue",
             [this, requeued] { door.requeue(requeued, "API key shop", [](const auto&) {}); }},
            {"batch.pause", change(Action::pause)},
            {"batch.resume", change(Action::resume)},
            {"batch.cancel", change(Action::cancel)},
            {"suppression.put",
             [this] {
               door.replies().suppress(
                   {{number, clock.now().wall, "all", "operator", "letter", "api", "API key shop"}},
                   [](const auto&) {});
             }},
            {"suppression.delete", [this] { lift(); }}};
  }

  const TemporaryFolder& folder;
  Config config;
  store::Database database =
      store::Database::open(folder / "modembank.db", store::Database::Mode::read_write);
  boost::asio::io_context io;
  modem::AsioLoop loop{io};
  NoPorts ports;
  MachineClock clock;
  std::optional<scheduler::Book> book_;
  scheduler::Book& book = made();
  scheduler::Records records{database};
  FailingWriter writer{database};
  Desk desk{loop, writer, book, &records};
  Switchboard switchboard{loop, clock, ports, desk, config};
  Readers readers{folder / "modembank.db"};
  BookCalls calls{desk, writer, book, readers};
  ApiDoor door{loop,        clock, desk, calls, [] { return store::ThreadWriter::Figures{}; },
               switchboard, config};

 private:
  scheduler::Book& made() {
    store::migrate(database, scheduler::schema());
    return book_.emplace(database, "boot");
  }
};

}  // namespace

TEST_CASE("each change is noted once, by whom and of what, and no text stands there") {
  const TemporaryFolder folder;
  House house(folder);
  std::size_t before = 0;
  for (const auto& [action, ask] : house.changes()) {
    INFO(action);
    ask();
    house.run();
    const auto rows = house.rows();
    REQUIRE(rows.size() == ++before);
    CHECK(rows.back().entry.action == action);
    CHECK(rows.back().entry.by == "API key shop");
    CHECK_FALSE(rows.back().entry.object.empty());
    CHECK_THAT(rows.back().entry.detail, !Catch::Contains("business"));
    ask();  // again: there is nothing to do any more, or it is done again
    house.run();
    before = house.rows().size();
    CHECK(before <= rows.size() + 1);
  }
  CHECK_FALSE(house.door.audit().walk(0, 1000).first_broken);
  CHECK(house.door.audit().page({.action = "message.cancel"}, std::nullopt, 10).size() == 1);
}

TEST_CASE("what is not committed is not noted") {
  const TemporaryFolder folder;
  House house(folder);
  const auto changes = house.changes();
  house.writer.is_failing = true;
  for (const auto& [action, ask] : changes) {
    ask();
    house.run();
  }
  CHECK(house.rows().empty());
  house.writer.is_failing = false;
  changes.front().second();
  house.run();
  REQUIRE(house.rows().size() == 1);
  CHECK_FALSE(house.door.audit().walk(0, 1000).first_broken);
}

TEST_CASE("what changes nothing is not noted") {
  const TemporaryFolder folder;
  House house(folder);
  const scheduler::MessageId nobody{4711};
  house.door.cancel(nobody, "API key shop", [](const auto&) {});
  house.door.requeue(nobody, "API key shop", [](const auto&) {});
  house.door.change(scheduler::BatchId{4711}, House::Action::pause, "API key shop",
                    [](const auto&) {});
  house.lift();
  house.door.modem_action("nobody", web::ModemAction::restart, "API key shop", [](const auto&) {});
  house.door.ussd("nobody", "*140#", "API key shop", [](const auto&) {});
  house.run();
  CHECK(house.rows().empty());
}

TEST_CASE("what a key with limits had accepted is in the file when the program starts again") {
  const TemporaryFolder folder;
  scheduler::KeyId key{};
  const auto request = [&](House& house, bool is_counted) {
    web::AcceptRequest one{};
    one.prototype = house.a_message();
    one.prototype.to.clear();
    one.to = {number, "+989120000002"};
    one.batch = true;
    one.line = {1, 2};
    one.key = key;
    one.is_counted = is_counted;
    one.now = house.clock.now().wall;
    one.render = [](const auto&, auto, auto) { return web::Rendered{202, "{}"}; };
    return one;
  };
  {
    House house(folder);
    const std::array<unsigned char, 32> hash{1};
    house.commit([&] {
      key = house.book.create_key("shop", {"send"}, {"service"}, hash, house.clock.now().wall, {},
                                  {}, {}, {.per_day = 10});
    });
    house.door.accept(request(house, true), [](const auto&) {});
    house.door.accept(request(house, false), [](const auto&) {});
    house.writer.is_failing = true;
    house.door.accept(request(house, true), [](const auto&) {});
    house.run();
  }
  House house(folder);
  const auto uses = house.door.key_uses(key, house.clock.now().wall - std::chrono::hours{24});
  std::int64_t sum = 0;
  for (const auto& use : uses) sum += use.accepted;
  CHECK(sum == 2);
}

}  // namespace bank::host::test
