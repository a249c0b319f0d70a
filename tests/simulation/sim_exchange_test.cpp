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

}  // namespace bank::simulation
