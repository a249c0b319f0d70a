// What happens is told once it is on the disk, and costs nothing where nobody wants it.
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "firmware-host/announcer.hpp"
#include "modem/asio_loop.hpp"
#include "scheduler/schema.hpp"
#include "store/inline_writer.hpp"
#include "store/migrations.hpp"
#include "tests/firmware-host/temporary.hpp"

namespace bank::host::test {
namespace {

constexpr const char* ali = "+989121234567";

store::Database migrated(const std::filesystem::path& path) {
  auto database = store::Database::open(path, store::Database::Mode::read_write);
  store::migrate(database, scheduler::schema());
  return database;
}

struct Told {
  TemporaryFolder folder;
  store::Database database = migrated(folder / "modembank.db");
  boost::asio::io_context io;
  modem::AsioLoop loop{io};
  MachineClock clock;
  scheduler::Book book{database, "boot"};
  store::InlineWriter writer{database};
  Desk desk{loop, writer, book};
  Readers readers{folder / "modembank.db"};
  BookCalls calls{desk, writer, book, readers};
  bool is_live = true, is_wanted = true;
  std::vector<web::Happening> booked, published;
  int wakes = 0;
  Announcer announcer{
      clock, book, calls,
      Announcer::To{[this] { return is_wanted; }, [this](std::string_view) { return is_wanted; },
                    [this](std::span<const web::Happening> happened) {
                      booked.insert(booked.end(), happened.begin(), happened.end());
                    },
                    [this] { ++wakes; }, [this] { return is_live; },
                    [this](std::vector<web::Happening> happened) {
                      for (auto& one : happened) published.push_back(std::move(one));
                    }}};

  template <class Work>
  void commit(Work work, bool is_well = true) {
    store::Transaction transaction(database);
    work();
    if (is_well) transaction.commit();
  }
  scheduler::MessageId accept() {
    scheduler::NewMessage message;
    message.to = ali;
    message.text = "salam";
    message.expires_at = clock.now().wall + std::chrono::hours{1};
    scheduler::MessageId id{};
    commit([&] {
      id = book.accept(std::span(&message, 1), std::nullopt, std::nullopt, clock.now().wall)
               .front()
               .id;
    });
    return id;
  }
  void cancel(scheduler::MessageId id, bool is_well = true) {
    commit([&] { (void)book.cancel(id, clock.now().wall); }, is_well);
  }
  [[nodiscard]] std::vector<std::string> types() const {
    std::vector<std::string> all;
    for (const auto& one : published) all.push_back(one.type);
    return all;
  }
};

}  // namespace

TEST_CASE_METHOD(Told, "a message is told of with each state that is on the disk") {
  const auto id = accept();
  CHECK(published.empty());  // who posted it knows
  cancel(id, false);
  CHECK(published.empty());
  booked.clear();
  cancel(id);
  REQUIRE(types() == std::vector<std::string>{"message.cancelled"});
  CHECK(published[0].conversation == ali);
  const auto data = nlohmann::json::parse(published[0].data);
  CHECK(data["state"] == "cancelled");
  CHECK(data["to"] == ali);
  CHECK(booked.size() == 1);
  CHECK(wakes == 1);
}

TEST_CASE_METHOD(Told, "who left, and what came in, is told of in order") {
  const auto id = accept();
  commit([&] {
    (void)book.suppress({ali, clock.now().wall, "all", "opt_out", "letter", "api", "clerk"}, 10);
    (void)book.call({book.sim_seen("8998110000000000001", "", "", "", clock.now().wall).id,
                     "slot-01", clock.now().wall, ali});
  });
  CHECK(types() ==
        std::vector<std::string>{"suppression.changed", "message.suppressed", "inbound.call"});
  const auto data = nlohmann::json::parse(published[0].data);
  CHECK(data["number"] == ali);
  CHECK(data["event"]["by"] == "clerk");
  CHECK(nlohmann::json::parse(published[1].data)["id"] == scheduler::outside(id));
  CHECK(nlohmann::json::parse(published[2].data)["from"] == ali);
}

TEST_CASE_METHOD(Told, "where nobody wants it nothing is made of it") {
  const auto id = accept();
  is_live = is_wanted = false;
  cancel(id);
  CHECK(published.empty());
  CHECK(booked.empty());
  CHECK(wakes == 0);
}

TEST_CASE_METHOD(Told, "what is of modems and SIMs is told at once, and booked for webhooks") {
  announcer.announce(happening_of(scheduler::ModemEvent{
      "slot-01", clock.now().wall, scheduler::ModemEvent::Kind::state, "ready"}));
  REQUIRE(published.size() == 1);
  CHECK(published[0].conversation == "modem slot-01");
  CHECK(nlohmann::json::parse(published[0].data)["what"] == "ready");
  CHECK(booked.size() == 1);
  web::SimView sim{};
  sim.iccid = "8998110000000000001";
  sim.state = "resting";
  announcer.announce(happening_of(sim, clock.now().wall));
  CHECK(nlohmann::json::parse(published[1].data)["state"] == "resting");
  is_wanted = false;
  announcer.announce(happening_of(sim, clock.now().wall));
  CHECK(booked.size() == 2);
}

}  // namespace bank::host::test
