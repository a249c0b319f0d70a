// What is told of a modem that is cured, with the program's own switchboard.
#include "tests/simulation/explained.hpp"
#include "tests/simulation/small_rack.hpp"

namespace bank::simulation {

namespace {

std::int64_t told(const SmallRack& it, const std::string& begins) {
  return it.count("modem_event WHERE kind = 'recovery' AND what LIKE '" + begins + "%'");
}

std::size_t seen(const SmallRack& it, modem::Rung rung) {
  return static_cast<std::size_t>(
      std::count_if(it.facts.rungs.begin(), it.facts.rungs.end(),
                    [&](const SeenRung& one) { return one.rung == rung; }));
}

std::string state_of(const SmallRack& it) {
  return it.program->switchboard().snapshot()->modems.at(0).state;
}

/// Silent for all but its power: the ladder is climbed as far as it goes.
struct Hung : SmallRack {
  Hung() {
    config.recovery.power = {Air::usb_path_of(0)};
    start();
    run(1min);
    air.modem(0).hang(modem::virt::Cure::power);
  }
};

}  // namespace

TEST_CASE("a modem is cured by the rung that it needs, and each is told once it is done") {
  Hung it;
  const auto run_until_ready = [&] {
    for (int i = 0; i < 60 && it.air.modem(0).hangs_until() != modem::virt::Cure::none; ++i) {
      it.run(30s);
    }
    it.run(1min);
  };
  run_until_ready();
  CHECK(state_of(it) == "ready");
  CHECK(seen(it, modem::Rung::power) >= 1);
  const WallOfWorld wall(it.facts, it.origin);
  it.facts.lives = {{TimePoint{}, TimePoint::max()}};
  const auto book = store::Database::open(it.config.store.path, store::Database::Mode::read_only);
  CHECK(rungs_are_told(it.facts, wall, events_of(book)).empty());
  CHECK(it.count("modem_event WHERE kind = 'state' AND what = 'ready'") >= 2);
}

TEST_CASE("a reset that was meant, and that nobody waited for, is not told") {
  Hung it;
  bool is_meant = false;
  host::log::open(host::log::Level::debug, [&](std::string_view line) {
    is_meant |= line.find("rung=usb_reset") != std::string_view::npos;
  });
  for (int second = 0; second < 1800 && !is_meant; ++second) it.run(1s);
  host::log::open(host::log::Level::none);
  REQUIRE(is_meant);
  it.air.unplug(0);  // somebody is quicker
  it.run(1s);
  it.air.plug_in(0);
  it.run(5min);
  CHECK(state_of(it) == "ready");
  CHECK(seen(it, modem::Rung::usb_reset) == 0);
  CHECK(told(it, "usb_reset") == 0);
}

TEST_CASE("modems that go with their hub are told so, and one that goes alone is not") {
  SmallRack it(4);
  it.start();
  it.run(1min);
  it.air.unplug(3);
  it.run(10s);
  CHECK(told(it, "gone with all of the hub") == 0);
  it.air.plug_in(3);
  it.run(1min);
  it.air.lose_hub(Air::hub_of(0), 30s);
  it.run(10s);
  CHECK(told(it, "gone with all of the hub 1-1") == 4);
  it.run(2min);
  for (const auto& modem : it.program->switchboard().snapshot()->modems) {
    CHECK(modem.state == "ready");
  }
}

}  // namespace bank::simulation
