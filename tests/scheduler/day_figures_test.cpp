// What the day brought, from its first midnight on.
#include <catch2/catch.hpp>

#include "scheduler/calendar.hpp"
#include "scheduler/day_figures.hpp"
#include "store/statement.hpp"
#include "tests/scheduler/book_fixture.hpp"

namespace bank::scheduler {

TEST_CASE("a day begins at midnight where the clocks are, also where there is none") {
  const auto at = [](const char* zone, std::int64_t seconds) {
    const auto day = MonthClock(zone).day_of(WallTime{std::chrono::seconds{seconds}});
    return std::chrono::duration_cast<std::chrono::seconds>(day.time_since_epoch()).count();
  };
  // 2026-11-27T18:00:00Z is 21:30 in Tehran; its day began 20:30Z the day before.
  CHECK(at("Asia/Tehran", 1'795'802'400) == 1'795'725'000);
  CHECK(at("UTC", 1'795'802'400) == 1'795'737'600);
  CHECK(at("UTC", 1'795'737'600) == 1'795'737'600);
  CHECK(at("UTC", 1'795'737'599) == 1'795'651'200);
  // 2017-10-15: Sao Paulo's clocks went from 0:00 to 1:00.
  CHECK(at("America/Sao_Paulo", 1'508'076'000) == 1'508'036'400);
}

TEST_CASE_METHOD(BookFixture, "figures are those since then, and of nothing before") {
  const auto send = [&](const std::string& number) {
    const auto begun = begin(accept(to(number)));
    REQUIRE(begun);
    (void)sent(begun->submission, 7);
  };
  const auto leaves = [&](const std::string& number, const std::string& how) {
    commit([&] {
      (void)book->suppress({number, wall, "all", how == "text" ? "opt_out" : "operator", "", how},
                           10);
    });
  };
  const auto before = wall;
  send("+989120000001");
  send("+989120000002");
  leaves("+989120000003", "text");
  pass(24h);
  const auto day = wall - 1h;
  send("+989120000004");
  leaves("+989120000005", "text");
  leaves("+989120000006", "text");
  leaves("+989120000007", "api");
  CHECK(figures_since(database, day).parts == 1);
  CHECK(figures_since(database, before).parts == 3);
  CHECK(figures_since(database, day).opt_outs == 2);
  CHECK(figures_since(database, before).opt_outs == 3);
  CHECK(figures_since(database, day).delivered == 0);
  commit([&] { (void)store::Statement(database, "UPDATE message SET state = 'delivered'").run(); });
  CHECK(figures_since(database, day).delivered == 1);
  CHECK(figures_since(database, before).delivered == 3);
  CHECK(figures_since(database, wall + 1h).parts == 0);
  CHECK(figures_since(database, wall + 1h).delivered == 0);
}

}  // namespace bank::scheduler
