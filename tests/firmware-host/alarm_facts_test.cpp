// What alarms are judged by, out of what is shown of the rack; and by which SIM they are told.
#include "firmware-host/alarm_facts.hpp"

#include <catch2/catch.hpp>

namespace bank::host {
namespace {

using Catch::Contains;
using namespace std::chrono_literals;
using scheduler::AlarmFact;
using scheduler::AlarmKind;
using scheduler::SimId;

constexpr scheduler::WallTime test_now{1'795'341'600'000ms};

web::ModemView a_modem(const std::string& name, const std::string& state) {
  web::ModemView modem{};
  modem.name = modem.slot = name;
  modem.state = state;
  modem.verdict = {"bad", "it does not answer", "reseat it"};
  return modem;
}

void add_sim(RackSnapshot& rack, int number, const std::string& modem) {
  web::SimView sim{};
  sim.iccid = "899811000000000000" + std::to_string(number);
  sim.modem = modem;
  sim.state = "ready";
  sim.left.per_day = 100 + number;
  rack.sim_ids[*sim.iccid] = SimId{number};
  rack.sims.push_back(std::move(sim));
}

AlarmFact the(const std::vector<AlarmFact>& facts, AlarmKind kind, std::string_view subject) {
  for (const auto& fact : facts) {
    if (fact.kind == kind && fact.subject == subject) return fact;
  }
  FAIL("no fact about " << subject);
  return {};
}

bool has(const std::vector<AlarmFact>& facts, AlarmKind kind) {
  return std::any_of(facts.begin(), facts.end(),
                     [&](const AlarmFact& fact) { return fact.kind == kind; });
}

scheduler::AlarmBook::Due about(const std::string& subject, bool is_over = false) {
  scheduler::AlarmBook::Due due{};
  due.alarm.subject = subject;
  if (is_over) due.alarm.cleared_at = test_now;
  return due;
}

}  // namespace

TEST_CASE("a modem is down in every state but ready, and paused by a person") {
  RackSnapshot rack;
  const std::vector<std::pair<std::string, bool>> states{
      {"ready", false}, {"paused", false}, {"absent", true},   {"starting", true},
      {"locked", true}, {"resting", true}, {"searching", true}};
  for (const auto& [state, is_down] : states) {
    CAPTURE(state);
    rack.modems = {a_modem("slot-01", state)};
    const auto facts = alarm_facts({.rack = rack}, {});
    CHECK((the(facts, AlarmKind::modem_down, "slot-01").level == 1) == is_down);
  }
  const auto fact = the(alarm_facts({.rack = rack}, {}), AlarmKind::modem_down, "slot-01");
  CHECK(fact.detail == "searching: it does not answer");
  CHECK(fact.do_next == "reseat it");
}

TEST_CASE("of a modem's stores the fullest counts") {
  RackSnapshot rack;
  rack.modems = {a_modem("slot-01", "ready"), a_modem("slot-02", "ready")};
  rack.modems[0].storage = {{"ME", 10, 100}, {"SM", 19, 20}, {"SR", 0, 0}};
  const auto facts = alarm_facts({.rack = rack}, {});
  const auto fact = the(facts, AlarmKind::storage_nearly_full, "slot-01");
  CHECK(fact.level == 95);
  CHECK_THAT(fact.detail, Contains("19 of 20") && Contains("SM"));
  CHECK(std::count_if(facts.begin(), facts.end(), [](const AlarmFact& one) {
          return one.kind == AlarmKind::storage_nearly_full;
        }) == 1);
}

TEST_CASE("a SIM rests when refusals blame it, not when it is at its limit") {
  RackSnapshot rack;
  add_sim(rack, 1, "slot-01");
  add_sim(rack, 2, "slot-02");
  rack.sims[1].label = "MCI 2";
  rack.hold_of_sim["8998110000000000001"] = {"limit", {}};
  rack.hold_of_sim["8998110000000000002"] = {"resting", {}};
  const auto facts = alarm_facts({.rack = rack}, {});
  CHECK(the(facts, AlarmKind::sim_rests, "8998110000000000001").level == 0);
  const auto fact = the(facts, AlarmKind::sim_rests, "8998110000000000002");
  CHECK(fact.level == 1);
  CHECK_THAT(fact.detail, Contains("MCI 2") && Contains("slot-02"));
}

TEST_CASE("a balance is low below what its rule says, and unknown where nobody asks") {
  RackSnapshot rack;
  add_sim(rack, 1, "slot-01");
  rack.sims[0].operator_name = "MCI";
  Config config;
  CHECK_FALSE(has(alarm_facts({.rack = rack}, config), AlarmKind::low_balance));
  BalanceConfig balance;
  balance.operator_name = "mci";
  balance.low = 50000;
  config.balances = {balance};
  CHECK_FALSE(has(alarm_facts({.rack = rack}, config), AlarmKind::low_balance));
  rack.sims[0].balance = web::BalanceView{"49999.99", test_now, ""};
  const auto fact =
      the(alarm_facts({.rack = rack}, config), AlarmKind::low_balance, "8998110000000000001");
  CHECK(fact.level == 1);
  CHECK_THAT(fact.detail, Contains("49999.99"));
  rack.sims[0].balance->amount = "50000";
  CHECK(the(alarm_facts({.rack = rack}, config), AlarmKind::low_balance, "8998110000000000001")
            .level == 0);
}

TEST_CASE("the queue is late by what waits longest, and why is told") {
  RackSnapshot rack;
  rack.hold_of_pool["default"] = {"limit", {}};
  RackState state{.rack = rack, .now = test_now};
  CHECK_FALSE(has(alarm_facts(state, {}), AlarmKind::queue_late));  // the book was not asked
  state.queue_is_known = true;
  CHECK(the(alarm_facts(state, {}), AlarmKind::queue_late, "queue").level == 0);
  state.oldest_waiting =
      scheduler::OldestWaiting{scheduler::MessageId{1}, test_now - 20min, "default", {}};
  const auto fact = the(alarm_facts(state, {}), AlarmKind::queue_late, "queue");
  CHECK(fact.level == 1200);
  CHECK_THAT(fact.detail, Contains("msg_0000000000001") && Contains("20 min") &&
                              Contains("pool default") && Contains("limit"));
  state.oldest_waiting->since = test_now + 1h;  // the clock was set back
  CHECK(the(alarm_facts(state, {}), AlarmKind::queue_late, "queue").level == 0);
}

TEST_CASE("a disk is in trouble, or nearly full, or its log is") {
  RackSnapshot rack;
  const auto level_of = [&](const DiskState& disk, std::optional<DiskSpace> space) {
    return the(alarm_facts({.rack = rack, .disk = disk, .space = space}, {}), AlarmKind::disk,
               "database")
        .level;
  };
  constexpr std::uint64_t gib = 1ULL << 30U;
  CHECK(level_of({}, {}) == 0);
  CHECK(level_of({"disk is full", 0}, {}) == 100);
  CHECK(level_of({"", 97}, {}) == 97);
  CHECK(level_of({}, DiskSpace{0, 0}) == 0);  // not known
  CHECK(level_of({}, DiskSpace{gib, 20 * gib}) == 95);
  CHECK(level_of({}, DiskSpace{gib / 2, 4000 * gib}) == 97.5);
  CHECK(level_of({}, DiskSpace{40 * gib, 4000 * gib}) == 0);  // a hundredth of much
  CHECK(space_at("/").total > 0);
  CHECK(space_at("/no/such/file").total == 0);
}

TEST_CASE("a clock that holds everything back is an alarm") {
  RackSnapshot rack;
  CHECK(the(alarm_facts({.rack = rack}, {}), AlarmKind::clock, "machine").level == 0);
  rack.held = "clock";
  CHECK(the(alarm_facts({.rack = rack}, {}), AlarmKind::clock, "machine").level == 1);
}

TEST_CASE("people are told by the SIM that may send most and is not ill itself") {
  RackSnapshot rack;
  for (int i = 1; i <= 3; ++i) add_sim(rack, i, "slot-0" + std::to_string(i));
  CHECK(sim_to_tell_by(ready_sims(rack), {about("queue")})->id == SimId{3});
  CHECK(sim_to_tell_by(ready_sims(rack), {about("8998110000000000003")})->id == SimId{2});
  CHECK(sim_to_tell_by(ready_sims(rack), {about("slot-03"), about("slot-02")})->id == SimId{1});
  CHECK(sim_to_tell_by(ready_sims(rack), {about("slot-03", true)})->id == SimId{3});
  CHECK_FALSE(
      sim_to_tell_by(ready_sims(rack), {about("slot-03"), about("slot-02"), about("slot-01")}));
  rack.hold_of_sim["8998110000000000003"] = {"limit", {}};
  rack.sims[1].state = "searching";
  CHECK(sim_to_tell_by(ready_sims(rack), {about("queue")})->id == SimId{1});
  rack.held = "clock";
  CHECK(ready_sims(rack).empty());
}

TEST_CASE("what the configuration says of times holds for its kind alone") {
  AlarmsConfig config;
  config.after = {{"modem_down", 10min}, {"queue_late", 1h}};
  config.clear_after = {{"modem_down", 5min}};
  const auto rules = alarm_rules_of(config);
  const auto& down = rules.at(static_cast<std::size_t>(AlarmKind::modem_down));
  CHECK(down.after == 10min);
  CHECK(down.clear_after == 5min);
  const auto& late = rules.at(static_cast<std::size_t>(AlarmKind::queue_late));
  CHECK(late.enter == 3600);
  CHECK(late.leave == 1200);
  CHECK(rules.at(static_cast<std::size_t>(AlarmKind::clock)).after == 10s);
}

}  // namespace bank::host
