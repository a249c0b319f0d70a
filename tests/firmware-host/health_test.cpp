#include "firmware-host/health.hpp"

#include <catch2/catch.hpp>

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
      {"both threads slow", {9999ms, 9999ms, "", ""}, true, true, ""},
      {"rack stuck",
       {12'345ms, 0ms, "", ""},
       false,
       true,
       "the thread of the rack has not moved "
       "for 12 s"},
      {"store stuck", {0ms, 10s, "", ""}, false, false, "the thread of the database has not moved"},
      {"disk full", {0ms, 0ms, "the disk is full", ""}, true, false, "the disk is full"},
      {"clock behind", {0ms, 0ms, "", "clock"}, true, true, "the clock is behind"},
      {"stopping", {0ms, 0ms, "", "stopping"}, true, false, "the program is stopping"},
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

}  // namespace bank::host
