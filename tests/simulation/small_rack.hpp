#pragma once

#include <fmt/format.h>

#include <array>
#include <catch2/catch.hpp>
#include <memory>

#include "firmware-host/log.hpp"
#include "scheduler/schema.hpp"
#include "store/migrations.hpp"
#include "tests/firmware-host/temporary.hpp"
#include "tests/simulation/program.hpp"

namespace bank::simulation {

using namespace std::chrono_literals;

/// One modem or a few, a program and people who write: for what a world would come to by chance
/// alone.
struct SmallRack {
  explicit SmallRack(unsigned modems = 1, const std::string& maker = {},
                     const std::string& model = {})
      : air(timeline, facts, {modems, modem_with(origin, maker, model), {}}, Chance(1)) {
    host::log::open(host::log::Level::none);
    config.store.path = folder / "modembank.db";
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

  void post(int number, int parts = 1) {
    web::AcceptRequest request;
    request.to = {fmt::format("+{}{:07}", number_begins, number)};
    request.key = key;
    constexpr int words_of_a_part = 16;
    for (int i = 0; i <= (parts - 1) * words_of_a_part; ++i) {
      request.prototype.text += fmt::format("<{}> {} ", number, word_of_texts);
    }
    request.prototype.parts = parts;
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

  /// Of the book.
  [[nodiscard]] std::int64_t count(const std::string& rows) const {
    const auto book = store::Database::open(config.store.path, store::Database::Mode::read_only);
    return book.integer("SELECT count(*) FROM " + rows);
  }

  static modem::virt::ModemOptions modem_with(scheduler::WallTime origin, const std::string& maker,
                                              const std::string& model) {
    modem::virt::ModemOptions options;
    if (!maker.empty()) options.maker = maker;
    if (!model.empty()) options.model = model;
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
  Air air;
  host::Config config;
  scheduler::KeyId key{};
  Timeline::Owner lives = 0;
  std::unique_ptr<Program> program;
};

}  // namespace bank::simulation
