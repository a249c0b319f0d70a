#include "firmware-host/health.hpp"

#include <catch2/catch.hpp>

#include "firmware-host/complaint.hpp"

namespace bank::host {

using namespace std::chrono_literals;

TEST_CASE("health says which thread stands still, and what cannot be written") {
  struct Case {
    const char* name;
    Vitals vitals;
    bool alive;
    bool ready;
    std::string problem;  // the beginning of the only one; empty: none
  };
  const Case cases[] = {
      {"well", {}, true, true, ""},
      {"both threads slow", {.rack_still = 9999ms, .store_still = 9999ms}, true, true, ""},
      {"rack stuck",
       {.rack_still = 12'345ms},
       false,
       true,
       "the thread of the rack has not moved for 12 s; restart"},
      {"a write takes long",
       {.store_still = 10s},
       true,
       false,
       "the thread of the database has not moved for 10 s; the disk does not answer"},
      {"store stuck",
       {.store_still = 180s},
       false,
       false,
       "the thread of the database has not moved for 180 s; look at `dmesg`, then restart"},
      {"disk full", {.disk_trouble = "the disk is full"}, true, false, "the disk is full"},
      {"file damaged", {.damage = "the file is damaged"}, true, false, "the file is damaged"},
      {"log not worked off", {.log_trouble = "no checkpoint"}, true, true, "no checkpoint"},
      {"clock behind", {.held = "clock"}, true, true, "the clock is behind"},
      {"stopping", {.held = "stopping"}, true, false, "the program is stopping"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    const auto health = health_of(c.vitals);
    CHECK(health.alive == c.alive);
    CHECK(health.ready == c.ready);
    REQUIRE(health.problems.size() == (c.problem.empty() ? 0 : 1));
    if (!c.problem.empty()) CHECK(health.problems.front().starts_with(c.problem));
  }
}

TEST_CASE(
    "a trouble met a thousand times is logged once a minute, and shown until it is long ago") {
  Complaint complaint;
  const Complaint::TimePoint start{};
  CHECK(complaint.shown(start).empty());
  int logged = 0;
  for (int i = 0; i < 1000; ++i) {
    if (complaint.note("bad page", start + i * 100ms)) ++logged;
  }
  CHECK(logged == 2);
  CHECK(complaint.shown(start + 5min) == "bad page");
  CHECK(complaint.shown(start + 12min).empty());
}

}  // namespace bank::host
