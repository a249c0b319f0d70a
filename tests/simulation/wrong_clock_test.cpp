// A machine that does not know the time when it starts, as one without a clock of its own.
#include "tests/simulation/small_rack.hpp"

namespace bank::simulation {

TEST_CASE("what a SIM has used is counted when the machine knows the time") {
  SmallRack it;
  it.config.limits.per_day = 2;
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

TEST_CASE("of a SIM whose use is not counted yet nothing is shown as left") {
  SmallRack it;
  it.config.limits.per_day = 2;
  it.start();
  it.run(1min);
  it.post(1);
  it.run(1min);
  const auto left = [&] { return it.program->switchboard().snapshot()->sims.at(0).left.per_day; };
  CHECK(left() == 1);
  it.program.reset();
  it.machine.reboot();
  it.machine.set_wall(-it.machine.now().wall.time_since_epoch());  // 1970
  it.start();
  it.run(2min);
  CHECK(left() == 0);
  it.machine.set_wall(0ms);
  it.run(1min);
  CHECK(left() == 1);
}

TEST_CASE("a report that comes while the machine does not know the time is booked") {
  SmallRack it;
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
  CHECK(it.count("message WHERE state = 'delivered'") == 1);
}

}  // namespace bank::simulation
