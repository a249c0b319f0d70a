// What a person sets for a SIM while the rack sends, with the program's own switchboard.
#include "scheduler/sim_settings.hpp"
#include "tests/simulation/small_rack.hpp"

namespace bank::simulation {

namespace {

using scheduler::SimSettings;

std::string iccid_of(int sim) {
  return fmt::format("899811000000000000{}", sim);
}

/// Rows are numbered in the order in which SIMs were seen.
std::string parts_of(int sim) {
  return fmt::format("submission WHERE sim = (SELECT id FROM sim WHERE iccid = '{}')",
                     iccid_of(sim));
}

struct Terms : SmallRack {
  explicit Terms(unsigned modems = 1) : SmallRack(modems) {}

  /// What the API is told.
  web::SimChanged change(std::vector<std::string> fields, SimSettings values,
                         const std::string& sim = iccid_of(1)) {
    std::optional<web::SimChanged> changed;
    program->door().change_sim({sim, std::move(fields), std::move(values), "{}"}, "user ali",
                               [&](const web::Outcome<web::SimChanged>& outcome) {
                                 REQUIRE(outcome);
                                 changed = *outcome;
                               });
    run(1s);
    REQUIRE(changed);
    return *changed;
  }
  [[nodiscard]] std::int64_t sent() const { return count("submission WHERE ended_at IS NOT NULL"); }
  [[nodiscard]] const web::SimView& sim(std::size_t index = 0) {
    kept_ = program->switchboard().snapshot();
    return kept_->sims.at(index);
  }
  void post_many(int count) {
    for (int i = 0; i < count; ++i) post(++posted_);
  }

 private:
  std::shared_ptr<const host::RackSnapshot> kept_;
  int posted_ = 0;
};

}  // namespace

TEST_CASE("a limit that is set while a SIM sends holds from then on, over a crash") {
  Terms it;
  it.start();
  it.run(1min);
  it.post_many(5);
  it.run(5min);
  REQUIRE(it.sent() == 5);
  it.change({"limits.per_day"}, {.per_day = 8});
  CHECK(it.sim().limits.per_day == 8);
  it.post_many(10);
  it.run(30min);
  CHECK(it.sent() == 8);  // those before count, too
  CHECK(it.sim().left.per_day == 0);
  it.program.reset();
  it.start();
  it.run(30min);
  CHECK(it.sent() == 8);
  CHECK(it.sim().limits.per_day == 8);
  it.change({"limits.per_day"}, {.per_day = 12});
  it.run(30min);
  CHECK(it.sent() == 12);
  it.change({"limits.per_day"}, {});  // taken back: there is none
  it.run(30min);
  CHECK(it.sent() == 15);
  CHECK(it.count("audit WHERE action = 'sim.change'") == 3);
}

TEST_CASE("a limit that is set while a part is on the air counts that part") {
  Terms it;
  it.start();
  it.run(1min);
  REQUIRE(it.air.modem(0).inject({.kind = modem::virt::FaultKind::late_result, .time = 30s}));
  it.post_many(6);
  REQUIRE(it.sent() == 0);
  it.change({"limits.per_hour"}, {.per_hour = 2});
  it.run(40min);
  CHECK(it.sent() == 2);
}

TEST_CASE("a SIM that is put into another pool sends for that one, and no more for the old") {
  Terms it(2);
  it.start();
  it.run(1min);
  it.change({"pools"}, {.pools = std::vector<std::string>{"vip"}});
  CHECK(it.sim(0).pools == std::vector<std::string>{"vip"});
  CHECK(it.program->door().pool_known("vip"));
  it.post_many(6);
  it.run(10min);
  CHECK(it.count(parts_of(1)) == 0);
  CHECK(it.count(parts_of(2)) == 6);
  it.change({"pools"}, {.pools = std::vector<std::string>{}}, iccid_of(2));
  it.post_many(2);
  it.run(10min);
  CHECK(it.sent() == 6);  // nobody sends for it
  it.change({"pools"}, {});
  it.run(10min);
  CHECK(it.count(parts_of(1)) == 2);
}

TEST_CASE("a SIM that waits for a person is used once it is given a pool") {
  Terms it;
  it.config.discovery.unknown_sims = host::DiscoveryConfig::UnknownSims::hold;
  it.start();
  it.run(1min);
  it.post_many(2);
  it.run(10min);
  REQUIRE(it.sent() == 0);
  REQUIRE(it.sim().state == "held");
  it.change({"pools"}, {.pools = std::vector<std::string>{"default"}});
  it.run(10min);
  CHECK(it.sent() == 2);
  CHECK(it.sim().state == "ready");
}

TEST_CASE("what the file sets of a SIM stays; what it does not is a person's") {
  Terms it;
  host::SimConfig sim;
  sim.iccid = iccid_of(1);
  sim.label = "MCI 1";
  sim.limits.per_day = 5;
  it.config.sims = {sim};
  it.config.limits.per_hour = 3;
  it.start();
  it.run(1min);
  CHECK(std::get<web::SetByFile>(it.change({"limits.per_day"}, {.per_day = 9})).field ==
        "limits.per_day");
  CHECK(std::get<web::SetByFile>(it.change({"label"}, {.label = "x"})).field == "label");
  CHECK(it.sim().from_file == std::vector<std::string>{"label", "limits.per_day"});
  it.change({"limits.per_hour", "pools"},
            {.pools = std::vector<std::string>{"vip"}, .per_hour = 4});
  CHECK(it.sim().limits.per_hour == 4);
  CHECK(it.sim().limits.per_day == 5);
  // What the file sets later holds; a SIM that is not known has nothing to change.
  it.program.reset();
  it.config.sims[0].limits.per_hour = 2;
  it.start();
  it.run(1min);
  CHECK(it.sim().limits.per_hour == 2);
  CHECK(it.sim().pools == std::vector<std::string>{"vip"});
  CHECK(std::holds_alternative<web::NoSuchSim>(it.change({"label"}, {.label = "x"}, iccid_of(9))));
}

TEST_CASE("changes that come together all hold, and the SIM goes on") {
  Terms it;
  it.start();
  it.run(1min);
  it.post_many(3);
  int told = 0;
  for (const int per_hour : {4, 9, 5}) {
    it.program->door().change_sim(
        {iccid_of(1), {"limits.per_hour"}, {.per_hour = per_hour}, "{}"}, "user ali",
        [&](const web::Outcome<web::SimChanged>& outcome) { told += outcome.has_value() ? 1 : 0; });
  }
  it.run(10s);
  CHECK(told == 3);
  it.post_many(10);
  it.run(20min);
  CHECK(it.sent() == 5);
  it.change({"label"}, {.label = "x"});
  it.change({"label"}, {.label = "x"});  // changes nothing: nothing is noted
  CHECK(it.count("audit WHERE action = 'sim.change'") == 4);
  it.run(1h);
  CHECK(it.sent() == 10);
}

TEST_CASE("while a SIM is counted anew it is shown as what it is") {
  Terms it;
  it.start();
  it.run(1min);
  REQUIRE(it.air.modem(0).inject({.kind = modem::virt::FaultKind::late_result, .time = 30s}));
  it.post_many(2);  // the first is on the air
  it.program->door().change_sim({iccid_of(1), {"limits.per_hour"}, {.per_hour = 9}, "{}"},
                                "user ali", [](const web::Outcome<web::SimChanged>&) {});
  for (int i = 0; i < 200; ++i) {
    it.run(250ms);
    REQUIRE(it.sim().state == "ready");
  }
  CHECK(it.sent() == 2);
  CHECK(it.sim().limits.per_hour == 9);
}

TEST_CASE("limits that change again and again are never passed, and nothing is sent twice") {
  const auto seed = GENERATE(range(1, 9));
  Terms it(2);
  Chance chance(static_cast<std::uint64_t>(seed));
  it.start();
  it.run(1min);
  for (int step = 0; step < 40; ++step) {
    it.post(1000 + step, 1 + static_cast<int>(chance.below(3)));
    const int sim = 1 + static_cast<int>(chance.below(2));
    const int per_hour = 3 + static_cast<int>(chance.below(12));
    it.change({"limits.per_hour"}, {.per_hour = per_hour}, iccid_of(sim));
    const auto of_sim = parts_of(sim) + " AND counts = 1";
    const auto before = it.count(of_sim);
    // So much of what went stays within the hour while the next minutes run.
    const auto from = (it.machine.now().wall - 40min).time_since_epoch().count();
    const auto recent = it.count(of_sim + fmt::format(" AND ended_at > {}", from));
    it.run(std::chrono::minutes(1 + chance.below(20)));
    CAPTURE(seed, step, sim, per_hour, recent);
    CHECK(it.count(of_sim) - before <= std::max<std::int64_t>(per_hour - recent, 0));
    if (chance.below(8) == 0) {
      it.program.reset();
      it.start();
      it.run(1min);
    }
  }
  for (const int sim : {1, 2}) {
    it.change({"limits.per_hour"}, {}, iccid_of(sim));
  }
  it.run(2h);
  CHECK(it.count("message WHERE state NOT IN ('sent', 'delivered')") == 0);
  CHECK(it.count("(SELECT message, part FROM submission WHERE outcome = 'sent' "
                 "GROUP BY 1, 2 HAVING count(*) > 1)") == 0);
}

}  // namespace bank::simulation
