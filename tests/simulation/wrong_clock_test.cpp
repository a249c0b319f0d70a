// A machine that does not know the time when it starts, as one without a clock of its own.
#include <fmt/format.h>

#include <array>
#include <catch2/catch.hpp>

#include "firmware-host/log.hpp"
#include "scheduler/schema.hpp"
#include "store/migrations.hpp"
#include "tests/firmware-host/temporary.hpp"
#include "tests/simulation/program.hpp"

namespace bank::simulation {
namespace {

using namespace std::chrono_literals;

/// One modem, whose SIM may send two parts a day.
struct Machinery {
  Machinery() {
    host::log::open(host::log::Level::none);
    config.store.path = folder / "modembank.db";
    config.limits.per_day = 2;
    config.region.timezone = "UTC";
    config.discovery.paths = {"/dev/modembank/*"};
    auto database = store::Database::open(config.store.path, store::Database::Mode::read_write);
    store::migrate(database, scheduler::schema());
    scheduler::Book book(database, machine.boot_id());
    store::Transaction transaction(database);
    key = book.create_key("shop", {"admin"}, {"transactional"}, std::array<unsigned char, 32>{},
                          machine.now().wall);
    transaction.commit();
  }

  void start() {
    program = std::make_unique<Program>(timeline, ++lives, machine, air, disk, config, Chance(1));
  }
  void run(std::chrono::microseconds time) { timeline.run_until(timeline.now() + time); }

  void post(int number) {
    web::AcceptRequest request;
    request.to = {fmt::format("+{}{:07}", number_begins, number)};
    request.key = key;
    request.prototype.text = fmt::format("<{}> {}", number, word_of_texts);
    request.prototype.parts = 1;
    request.prototype.report = true;
    request.prototype.expires_at = machine.now().wall + 24h;
    request.render = [](const web::AcceptRequest&, auto, auto) { return web::Rendered{202, {}}; };
    bool accepted = false;
    program->door().accept(std::move(request), [&](const web::Outcome<web::Acceptance>& outcome) {
      accepted = outcome.has_value();
    });
    run(1s);
    REQUIRE(accepted);
  }

  std::int64_t delivered() const {
    const auto book = store::Database::open(config.store.path, store::Database::Mode::read_only);
    return book.integer("SELECT count(*) FROM message WHERE state = 'delivered'");
  }

  static modem::virt::ModemOptions modem_with(scheduler::WallTime origin) {
    modem::virt::ModemOptions options;
    options.latency = 5s;
    options.report_delay = 3min;
    options.wall_origin = std::chrono::floor<std::chrono::seconds>(origin);
    return options;
  }

  host::test::TemporaryFolder folder;
  scheduler::WallTime origin = std::chrono::sys_days{std::chrono::year{2040} / 3 / 1};
  Timeline timeline;
  Facts facts;
  Machine machine{timeline, origin};
  Disk disk;
  Air air{timeline, facts, {1, modem_with(origin), {}}, Chance(1)};
  host::Config config;
  scheduler::KeyId key{};
  Timeline::Owner lives = 0;
  std::unique_ptr<Program> program;
};

}  // namespace

TEST_CASE("what a SIM has used is counted when the machine knows the time") {
  Machinery it;
  it.start();
  it.run(1min);
  it.post(1);
  it.run(1min);
  REQUIRE(it.facts.taken.size() == 1);
  std::size_t left = 2;
  SECTION("it was stopped") {}
  SECTION("it went off with a part on the air") {
    it.post(2);
    REQUIRE(it.facts.written.size() == 2);
    REQUIRE(it.facts.taken.size() == 1);
    left = 1;  // that one may have gone out as late as now
  }
  it.program.reset();

  it.run(30h);
  const auto before = it.facts.taken.size();
  it.machine.reboot();
  it.machine.set_wall(-it.machine.now().wall.time_since_epoch());  // 1970
  it.start();
  it.run(2min);
  it.machine.set_wall(0ms);
  it.run(1min);
  it.post(3);
  it.post(4);
  it.run(1min);
  CHECK(it.facts.taken.size() == before + left);  // yesterday's count no more
  it.post(5);
  it.run(1min);
  CHECK(it.facts.taken.size() == before + left);
}

TEST_CASE("a report that comes while the machine does not know the time is booked") {
  Machinery it;
  it.start();
  it.run(1min);
  it.post(1);
  it.run(1min);
  REQUIRE(it.facts.taken.size() == 1);
  it.program.reset();
  it.machine.reboot();
  it.machine.set_wall(-it.machine.now().wall.time_since_epoch());  // 1970
  it.start();
  it.run(10min);
  CHECK(it.delivered() == 1);
}

}  // namespace bank::simulation
