// What waits between the threads has a bound, and what comes when it is full is refused or left.
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

struct NoPorts final : modem::Ports {
  void open(const std::string&, int, Opened) override {}
  void watch(std::vector<std::string>, modem::PortNews) override {}
  void silent(const std::string&) override {}
  void reset_usb(const std::string&, UsbReset,
                 std::function<void(Result<void, std::string>)>) override {}
};

/// Does each job at once, unless it is too busy for any.
class BusyWriter final : public store::Writer {
 public:
  explicit BusyWriter(store::Database& database) : inner_(database) {}
  [[nodiscard]] bool submit(store::Job job) override {
    return !is_busy && inner_.submit(std::move(job));
  }
  [[nodiscard]] bool submit_all(std::vector<store::Job> jobs) override {
    return !is_busy && inner_.submit_all(std::move(jobs));
  }
  void after_rounds(std::function<void()> then) override { inner_.after_rounds(std::move(then)); }
  bool is_busy = false;

 private:
  store::InlineWriter inner_;
};

/// The door of a program without modems, whose I/O thread runs when it is told to.
struct House {
  std::uint64_t entries(std::string_view name) {
    for (const auto& queue : door.queues()) {
      if (queue.name == name) return queue.entries;
    }
    FAIL(name << " is not shown");
    return 0;
  }
  bool takes_a_change() {
    std::optional<bool> took;
    door.replies().lift("+989120000001", "all", {},
                        [&](const web::Outcome<bool>& outcome) { took = outcome.has_value(); });
    REQUIRE(took);
    return *took;
  }

  TemporaryFolder folder;
  Config config;
  store::Database database =
      store::Database::open(folder / "modembank.db", store::Database::Mode::read_write);
  boost::asio::io_context io;
  modem::AsioLoop loop{io};
  NoPorts ports;
  MachineClock clock;
  std::optional<scheduler::Book> book_;
  scheduler::Book& book = made();
  BusyWriter writer{database};
  Desk desk{loop, writer, book};
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

TEST_CASE("while the rack's thread does not hear what was written, no more is") {
  House house;
  CHECK(house.takes_a_change());
  std::size_t told = 0;
  for (std::size_t i = 0; i < Desk::most_untold; ++i) house.desk.tell([&] { ++told; });
  CHECK(house.entries("store_answers") == Desk::most_untold);
  CHECK_FALSE(house.takes_a_change());
  CHECK(house.entries("store_answers") == Desk::most_untold);

  REQUIRE(house.writer.submit({[] {}, nullptr}));  // with the next round it hears all of it
  house.io.poll();
  CHECK(told == Desk::most_untold);
  CHECK(house.entries("store_answers") == 0);
  CHECK(house.takes_a_change());
}

TEST_CASE("batches that broke off while nothing is written are few in memory") {
  House house;
  house.writer.is_busy = true;
  for (int i = 0; i < 5000; ++i) house.door.drop(std::make_shared<web::ReceivedBatch>());
  const auto waiting = house.entries("broken_off_batches");
  CHECK(waiting > 0);
  CHECK(waiting < 5000);
  for (const auto& queue : house.door.queues()) CHECK(queue.entries <= queue.limit);

  house.writer.is_busy = false;
  house.door.drop(std::make_shared<web::ReceivedBatch>());
  CHECK(house.entries("broken_off_batches") == waiting);  // those wait for their next attempt
}

}  // namespace bank::host::test
