// A modem vanishes and comes back: that is one alarm, and people hear of it by another SIM.
#include "tests/simulation/small_rack.hpp"

namespace bank::simulation {

TEST_CASE("a modem that vanishes is one alarm until it is back, told by the other's SIM") {
  SmallRack it(2);
  it.config.alarms.mail_to = {"root"};
  it.config.alarms.sms_to = {{"Sara", "+989121111111"}};
  it.start();
  it.run(5min);
  CHECK(it.count("alarm") == 0);
  it.air.unplug(0);
  it.run(10min);
  CHECK(it.count("alarm WHERE kind = 'modem_down' AND cleared_at IS NULL") == 1);
  CHECK(it.count("alarm") == 1);
  CHECK(it.program->mails.size() == 1);
  REQUIRE(it.program->happenings.size() == 1);
  CHECK(it.program->happenings[0].type == "alarm.raised");
  CHECK(it.count("message WHERE class = 'system' AND recipient = '+989121111111'") == 1);
  CHECK(it.count("message WHERE class = 'system' AND state IN ('sent', 'delivered')") == 1);

  it.program.reset();  // a crash: it stays open, and nobody is told again
  it.start();
  it.run(10min);
  CHECK(it.count("alarm WHERE cleared_at IS NULL") == 1);
  CHECK(it.program->mails.empty());

  it.air.plug_in(0);
  it.run(10min);
  CHECK(it.count("alarm WHERE cleared_at IS NOT NULL") == 1);
  CHECK(it.count("alarm") == 1);
  CHECK(it.program->mails.size() == 1);
  REQUIRE(it.program->happenings.size() == 1);
  CHECK(it.program->happenings[0].type == "alarm.cleared");
}

TEST_CASE("alarms that come while the disk fails are written and told afterwards, once") {
  SmallRack it(2);
  it.start();
  it.run(5min);
  it.disk.fails = true;
  it.air.unplug(0);
  it.run(10min);
  CHECK(it.count("alarm") == 0);
  it.disk.fails = false;
  it.run(10min);
  CHECK(it.count("alarm WHERE kind = 'modem_down' AND cleared_at IS NULL") == 1);
  CHECK(it.count("alarm WHERE kind = 'disk' AND cleared_at IS NOT NULL") == 1);
  CHECK(it.count("alarm") == 2);
}

}  // namespace bank::simulation
