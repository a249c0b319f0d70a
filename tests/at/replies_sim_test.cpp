#include <catch2/catch.hpp>

#include "at/errors.hpp"
#include "at/sim.hpp"

using namespace bank::at;
using Kind = DialogueFailure::Kind;

TEST_CASE("the state of the SIM is read from every answer to +CPIN?") {
  struct Case {
    const char* line;
    std::optional<SimState> state;
  };
  const Case cases[] = {
      {"+CPIN: READY", SimState::ready},
      {"+CPIN:READY", SimState::ready},
      {"+CPIN: \"SIM PIN\"", SimState::pin},
      {"+CPIN: SIM PIN,3", SimState::pin},
      {"+CPIN: SIM PUK", SimState::puk},
      {"+CPIN: SIM PIN2", SimState::ready},
      {"+CPIN: PH-NETSUB PIN", SimState::blocked},
      {"+CPIN: NOT INSERTED", SimState::absent},
      {"+CPIN: SIM REMOVED", SimState::absent},
      {"+CPIN: NOT READY", SimState::busy},
      {"+CPIN: UNDEFINED", SimState::unknown},
      {"+CPIN: something new", SimState::unknown},
      {"+CPIN:", SimState::unknown},
      {"READY", SimState::ready},
      {"RING", std::nullopt},
      {"+CPINR: SIM PIN,3,3", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& c : cases) {
    CAPTURE(c.line);
    CHECK(sim_state(c.line) == c.state);
  }
}

TEST_CASE("an error to +CPIN? is a state of the SIM") {
  struct Case {
    DialogueFailure failure;
    SimState state;
  };
  const Case cases[] = {
      {{Kind::cme, 10}, SimState::absent},
      {{Kind::cme, 11}, SimState::pin},
      {{Kind::cme, 12}, SimState::puk},
      {{Kind::cme, 13}, SimState::unknown},
      {{Kind::cme, 14}, SimState::busy},
      {{Kind::cme, 15}, SimState::blocked},
      {{Kind::cme, 17}, SimState::ready},
      {{Kind::cme, 40}, SimState::blocked},
      {{Kind::cme, 262}, SimState::blocked},
      {{Kind::cme, 264}, SimState::busy},
      {{Kind::cme, 515}, SimState::busy},
      {{Kind::cme, 100}, SimState::unknown},
      {{Kind::cms, 310}, SimState::absent},
      {{Kind::cms, 314}, SimState::busy},
      {{Kind::error}, SimState::unknown},
      {{Kind::timeout}, SimState::unknown},
      {{Kind::cme, -1, "SIM not inserted"}, SimState::absent},
      {{Kind::cme, -1, "sim busy"}, SimState::busy},
  };
  for (const auto& c : cases) {
    CAPTURE(code_of(c.failure), c.failure.text);
    CHECK(sim_state(c.failure) == c.state);
  }
}

TEST_CASE("every lock has its name, in an answer and in an error") {
  struct Case {
    const char* line;
    const char* lock;
  };
  const Case cases[] = {
      {"+CPIN: READY", "none"},
      {"+CPIN: SIM PIN", "sim_pin"},
      {"+CPIN: SIM PUK,10", "sim_puk"},
      {"+CPIN: SIM PIN2", "sim_pin2"},
      {"+CPIN: \"SIM PUK2\"", "sim_puk2"},
      {"+CPIN: PH-SIM PIN", "ph_sim_pin"},
      {"+CPIN: PH-FSIM PIN", "ph_fsim_pin"},
      {"+CPIN: PH-FSIM PUK", "ph_fsim_puk"},
      {"+CPIN: PH-NET PIN", "ph_net_pin"},
      {"+CPIN: PH-NET PUK", "ph_net_puk"},
      {"+CPIN: PH-NETSUB PIN", "ph_netsub_pin"},
      {"+CPIN: PH-SP PUK", "ph_sp_puk"},
      {"+CPIN: PH-CORP PIN", "ph_corp_pin"},
      {"+CPIN: PH-SOMETHING NEW", "unknown"},
      {"+CPIN: NOT INSERTED", "unknown"},
      {"+CPIN:", "unknown"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.line);
    const auto lock = sim_lock(c.line);
    REQUIRE(lock.has_value());
    CHECK(name_of(*lock) == c.lock);
  }
  CHECK_FALSE(sim_lock("RING").has_value());
  CHECK(sim_lock(DialogueFailure{Kind::cme, 5}) == SimLock::ph_sim_pin);
  CHECK(sim_lock(DialogueFailure{Kind::cme, 12}) == SimLock::sim_puk);
  CHECK(sim_lock(DialogueFailure{Kind::cme, 44}) == SimLock::ph_sp_pin);
  CHECK(sim_lock(DialogueFailure{Kind::cms, 318}) == SimLock::sim_puk2);
  CHECK(sim_lock(DialogueFailure{Kind::cme, -1, "SIM PIN2 required"}) == SimLock::sim_pin2);
  CHECK(sim_lock(DialogueFailure{Kind::cme, 10}) == SimLock::unknown);
}

TEST_CASE("the tries of every maker are read into the same four counters") {
  struct Case {
    std::vector<const char*> lines;
    CodeTries tries;
  };
  const Case cases[] = {
      {{"+CPINR: SIM PIN,3,3", "+CPINR: SIM PUK,10,10", "+CPINR: SIM PIN2,2,3"},
       {.pin = 3, .puk = 10, .pin2 = 2}},
      {{"+CPINR: \"SIM PUK2\",9"}, {.puk2 = 9}},
      {{"+CPIN: SIM PIN,2"}, {.pin = 2}},
      {{"^CPIN: READY,,10,3,10,3"}, {.pin = 3, .puk = 10, .pin2 = 3, .puk2 = 10}},
      {{"^CPIN: SIM PIN,2,10,2,10,3"}, {.pin = 2, .puk = 10, .pin2 = 3, .puk2 = 10}},
      {{"+ZPINPUK: 3,10"}, {.pin = 3, .puk = 10}},
      {{"+SPIC: 3,10,0,9"}, {.pin = 3, .puk = 10, .pin2 = 0, .puk2 = 9}},
      {{"+SPIC: 3,0,10,9"}, {.pin = 3, .puk = 10, .pin2 = 0, .puk2 = 9}},
      {{"+SPIC: 3,3,3,3"}, {.pin = 3}},  // either order
      {{"#PCT: 3"}, {.asked = 3}},
      {{"+QPINC: \"SC\",3,10", "+QPINC: \"P2\",2,9"}, {.pin = 3, .puk = 10, .pin2 = 2, .puk2 = 9}},
      {{"+QTRPIN: 3,2,10,9"}, {.pin = 3, .puk = 10, .pin2 = 2, .puk2 = 9}},
      {{"+UPINCNT: 3,2,10,9"}, {.pin = 3, .puk = 10, .pin2 = 2, .puk2 = 9}},
      {{"+XPINCNT: 3, 2, 10, 9"}, {.pin = 3, .puk = 10, .pin2 = 2, .puk2 = 9}},
      {{"^SPIC: 2"}, {.asked = 2}},
      {{"_OERCN: 3, 10"}, {.pin = 3, .puk = 10}},
      {{"*EPIN: 3,10,2,9"}, {.pin = 3, .puk = 10, .pin2 = 2, .puk2 = 9}},
      {{"%PINNUM: 3,10,2,9"}, {.pin = 3, .puk = 10, .pin2 = 2, .puk2 = 9}},
      {{"PIN1=3; PUK1=10; PIN2=2; PUK2=9"}, {.pin = 3, .puk = 10, .pin2 = 2, .puk2 = 9}},
      {{"+CPNNUM: PIN1=3; PUK1=10"}, {.pin = 3, .puk = 10}},
      {{"+PNNM: 3,10"}, {.pin = 3, .puk = 10}},
      {{"+CPINR: SIM PIN,many", "+ZPINPUK:", "^CPIN: READY", "RING", ""}, {}},
      {{"+PNNM: 3,100"}, {.pin = 3}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.lines.front());
    Reply reply;
    for (const auto* const line : c.lines) reply.push_back({line});
    CHECK(code_tries(reply) == c.tries);
  }
}

TEST_CASE("a facility is locked, not locked, or nothing is said") {
  CHECK(facility_locked("+CLCK: 1") == true);
  CHECK(facility_locked("+CLCK:0") == false);
  CHECK(facility_locked("+CLCK: 1,7") == true);
  CHECK(facility_locked("+CLCK: \"SC\",0") == false);
  for (const auto* const none : {"+CLCK: (\"SC\",\"PN\")", "+CLCK: 2", "+CLCK:", "CLCK: 1", ""}) {
    CAPTURE(none);
    CHECK_FALSE(facility_locked(none).has_value());
  }
}
