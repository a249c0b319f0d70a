// What happened to modems is told, whatever else goes wrong.
#include "tests/simulation/small_rack.hpp"

namespace bank::simulation {

TEST_CASE("what happened to a modem while the disk failed is told afterwards") {
  SmallRack it;
  it.start();
  it.run(1min);
  it.disk.fails = true;
  it.air.unplug(0);
  it.run(1min);
  it.air.plug_in(0);
  it.run(1min);
  const auto before = it.count("modem_event");
  it.disk.fails = false;
  it.run(10s);
  CHECK(it.count("modem_event WHERE what LIKE 'absent%'") == 1);
  CHECK(it.count("modem_event") > before);
  const auto after = it.count("modem_event");
  it.run(1min);
  CHECK(it.count("modem_event") == after);  // once
}

}  // namespace bank::simulation
