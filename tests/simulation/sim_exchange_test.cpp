// A SIM that is exchanged while something goes on.
#include "tests/simulation/small_rack.hpp"

namespace bank::simulation {

TEST_CASE("nothing of a SIM that left goes out by the next one while that is looked up") {
  SmallRack it;
  it.start();
  it.run(1min);
  auto& modem = it.air.modem(0);
  REQUIRE(modem.inject({.kind = modem::virt::FaultKind::late_result, .time = 30s}));
  it.post(1, 2);
  it.run(10s);
  REQUIRE(it.facts.taken.size() == 1);
  REQUIRE(modem.remove_sim(it.timeline.now()));
  it.air.settle(0);
  modem.insert_sim(modem::virt::sim_of(7), it.timeline.now());
  it.air.settle(0);
  it.disk.least = it.disk.most = 2s;
  for (int i = 0; i < 600; ++i) {  // the modem goes on talking
    modem.noise("\r\n+CREG: 1\r\n", it.timeline.now());
    it.air.settle(0);
    it.run(100ms);
  }
  CHECK(it.count("submission WHERE sim = 1") == 1);  // ids are in order of appearance
}

namespace {

/// Puts the SIM of one modem into another, and that modem's own away.
void put_into(SmallRack& it, const modem::virt::Sim& sim, std::size_t slot) {
  (void)it.air.modem(slot).remove_sim(it.timeline.now());
  it.air.settle(slot);
  it.run(3s);
  it.air.modem(slot).insert_sim(sim, it.timeline.now());
  it.air.settle(slot);
}

std::string because(const SmallRack& it, std::size_t modem) {
  return it.program->switchboard().snapshot()->modems.at(modem).verdict.because;
}

}  // namespace

TEST_CASE("a SIM that moved while its modem hung is used where it is now, within moments") {
  SmallRack it(2);
  it.start();
  it.run(1min);
  it.air.modem(0).silence(it.timeline.now() + 1h);
  put_into(it, modem::virt::sim_of(0), 1);
  it.run(30s);
  it.post(1);
  it.run(30s);
  CHECK(it.count("submission JOIN sim ON sim.id = sim WHERE iccid = '8998110000000000001' AND "
                 "modem = '" +
                 it.air.name_of(1) + "'") == 1);
  it.run(10min);
  CHECK(because(it, 1).empty());
  CHECK_FALSE(because(it, 0).empty());
}

TEST_CASE("of a SIM that is in two modems, the one that had it first sends") {
  SmallRack it(2);
  it.start();
  it.run(1min);
  put_into(it, modem::virt::sim_of(0), 1);
  it.run(1min);
  for (int i = 1; i <= 4; ++i) it.post(i);
  it.run(5min);
  CHECK(it.count("submission WHERE modem = '" + it.air.name_of(0) + "'") == 4);
  CHECK(it.count("submission WHERE modem = '" + it.air.name_of(1) + "'") == 0);
  CHECK(because(it, 1).find("the same SIM is known in") != std::string::npos);
  SECTION("when that is gone, the other does") {
    it.air.unplug(0);
    it.run(1min);
    it.post(5);
    it.run(1min);
    CHECK(it.count("submission WHERE modem = '" + it.air.name_of(1) + "'") == 1);
  }
}

TEST_CASE("a modem that is busy when another shows its SIM is asked when it is free") {
  SmallRack it(2);
  it.start();
  it.run(1min);
  REQUIRE(it.air.modem(0).inject({.kind = modem::virt::FaultKind::slow, .time = 60s}));
  it.post(1);
  it.post(2);
  it.run(3s);
  put_into(it, modem::virt::sim_of(0), 1);
  it.run(5min);
  CHECK(because(it, 1).find("the same SIM is known in") != std::string::npos);
  it.post(3);
  it.run(1min);
  CHECK(it.count("submission WHERE modem = '" + it.air.name_of(1) + "'") <= 1);
}

TEST_CASE("while two modems show a SIM and it is not known which has it, neither sends") {
  SmallRack it(2);
  it.start();
  it.run(1min);
  it.air.modem(0).silence(it.timeline.now() + 1h);
  put_into(it, modem::virt::sim_of(0), 1);
  const auto is_contested = [&] {
    return because(it, 0).find("another modem shows the same SIM") != std::string::npos;
  };
  for (int i = 0; i < 30 && !is_contested(); ++i) it.run(1s);
  REQUIRE(is_contested());
  it.post(1);
  it.run(5s);
  CHECK(it.count("submission") == 0);
  SECTION("it answers in time, and keeps it") {
    it.air.modem(0).silence(it.timeline.now());
    it.air.settle(0);
    it.run(1min);
    CHECK(it.count("submission WHERE modem = '" + it.air.name_of(0) + "'") == 1);
  }
  SECTION("the other one goes meanwhile") {
    it.air.unplug(1);
    it.air.modem(0).silence(it.timeline.now());
    it.air.settle(0);
    it.run(1min);
    CHECK(it.count("submission WHERE modem = '" + it.air.name_of(0) + "'") == 1);
  }
}

}  // namespace bank::simulation
