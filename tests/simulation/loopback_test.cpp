// What the rack sends to itself, with the program's own switchboard.
#include <variant>

#include "tests/simulation/small_rack.hpp"

namespace bank::simulation {

namespace {

using State = scheduler::Loopback::State;
using By = scheduler::Proof::By;
using Why = web::ModemRefusal::Why;
using Asked = web::ByModem<web::LoopbackAsked>;

/// Numbers and ICCIDs of the virtual SIMs begin so, and end in their place, from 1.
host::SimConfig sim_of(int place) {
  host::SimConfig sim;
  sim.iccid = fmt::format("{:019}", 8998110000000000000 + place);
  sim.number = fmt::format("+98912{:07}", place);
  return sim;
}

struct Loops : SmallRack {
  using Outcome = web::Outcome<Asked>;

  explicit Loops(int modems = 2) : SmallRack(static_cast<unsigned>(modems)) {
    for (int i = 1; i <= modems; ++i) config.sims.push_back(sim_of(i));
    air.connect(4s);
  }
  [[nodiscard]] web::ModemView modem(std::size_t place) const {
    return program->switchboard().snapshot()->modems.at(place);
  }
  Asked ask(std::size_t place, std::optional<std::string> to = {}) {
    std::optional<Asked> told;
    program->door().loop_back({Air::name_of(place), std::move(to), "a test"},
                              [&](const Outcome& outcome) {
                                REQUIRE(outcome);
                                told = *outcome;
                              });
    run(1s);
    REQUIRE(told);
    return *told;
  }
  Why refusal(std::size_t place, std::optional<std::string> to = {}) {
    const auto told = ask(place, std::move(to));
    REQUIRE(std::holds_alternative<web::ModemRefusal>(told));
    const auto& refused = std::get<web::ModemRefusal>(told);
    CHECK(refused.detail.empty() == (refused.why == Why::unknown));
    return refused.why;
  }
  [[nodiscard]] std::int64_t asked() const {
    return count(
        "message m JOIN text t ON t.id = m.text WHERE t.body LIKE 'modembank loop-back %'");
  }
  [[nodiscard]] std::int64_t events(const std::string& what) const {
    return count("modem_event WHERE kind = 'sim' AND what LIKE '%" + what + "%'");
  }
};

}  // namespace

TEST_CASE("a loop-back on request goes out by its own SIM, arrives, and proves") {
  Loops it;
  it.start();
  it.run(1min);
  CHECK_FALSE(it.modem(0).proven);
  const auto told = it.ask(0);
  REQUIRE(std::holds_alternative<web::LoopbackAsked>(told));
  const auto& asked = std::get<web::LoopbackAsked>(told);
  CHECK(asked.to == "+989120000002");
  CHECK(asked.to_modem == Air::name_of(1));
  CHECK(it.modem(0).loopback->state == State::open);
  CHECK(it.refusal(0) == Why::under_way);
  it.run(30s);
  const auto modem = it.modem(0);
  CHECK(modem.loopback->state == State::arrived);
  CHECK(modem.loopback->message == asked.message);
  REQUIRE(modem.loopback->took);
  CHECK(*modem.loopback->took > 4s);
  CHECK(*modem.loopback->took < 20s);
  CHECK(modem.proven->by == By::loopback);
  CHECK(modem.verdict.level == "good");
  CHECK(it.events("loop-back to +989120000002 arrived after ") == 1);
  CHECK(it.count("submission WHERE sim = 1") == 1);  // of its limits
  CHECK(it.count("submission WHERE sim = 2") == 0);
  CHECK(it.program->door().inbox({}, 10, {}).empty());
  CHECK(it.program->door().inbox({}, 10, {.loopbacks = true}).size() == 1);

  it.program.reset();
  it.start();
  it.run(1min);
  CHECK(it.modem(0).proven->by == By::loopback);
  CHECK(it.modem(0).proven->at == modem.proven->at);
  CHECK(it.modem(0).loopback == modem.loopback);
  it.run(10min);  // its status report is a proof, too
  CHECK(it.modem(0).proven->by == By::delivered);
  CHECK_FALSE(it.modem(1).proven);  // to receive is not to send
}

TEST_CASE("a rack of one SIM writes to that") {
  Loops it(1);
  it.start();
  it.run(1min);
  const auto told = it.ask(0);
  REQUIRE(std::holds_alternative<web::LoopbackAsked>(told));
  CHECK(std::get<web::LoopbackAsked>(told).to_modem == Air::name_of(0));
  it.run(1min);
  CHECK(it.modem(0).loopback->state == State::arrived);
}

TEST_CASE("why no loop-back is sent is told") {
  Loops it(3);
  SECTION("nobody has a number") {
    for (auto& sim : it.config.sims) sim.use = host::SimConfig::Use::send;
    it.start();
    it.run(1min);
    CHECK(it.refusal(0) == Why::no_number);
  }
  SECTION("it receives only") {
    it.config.sims[0].use = host::SimConfig::Use::receive;
    it.start();
    it.run(1min);
    CHECK(it.refusal(0) == Why::receive_only);
    CHECK(std::holds_alternative<web::LoopbackAsked>(it.ask(1, "+989120000001")));
  }
  SECTION("its limit is reached") {
    it.config.sims[0].limits.per_day = 1;
    it.start();
    it.run(1min);
    CHECK(std::holds_alternative<web::LoopbackAsked>(it.ask(0)));
    it.run(1min);
    CHECK(it.refusal(0) == Why::at_limit);
  }
  SECTION("the number is a stranger's, or of a SIM that is away or reads nothing") {
    it.config.sims[1].use = host::SimConfig::Use::send;
    it.start();
    it.run(1min);
    it.air.unplug(2);
    it.run(10s);
    CHECK(it.refusal(0, "+989121234567") == Why::unfit);
    CHECK(it.refusal(0, "+989120000002") == Why::unfit);
    CHECK(it.refusal(0, "+989120000003") == Why::unfit);
    CHECK(it.refusal(2) == Why::wrong_state);
  }
  SECTION("nobody knows the modem, or a person has paused it") {
    it.start();
    it.run(1min);
    CHECK(it.refusal(3) == Why::unknown);
    it.program->door().modem_action(Air::name_of(0), web::ModemAction::pause, "the test",
                                    [](const auto&) {});
    it.run(1s);
    CHECK(it.refusal(0) == Why::wrong_state);
  }
  CHECK(it.count("message WHERE state = 'queued'") == 0);
}

TEST_CASE("the number that a person wrote counts, whatever the SIM tells") {
  Loops it;
  it.config.sims[1].number = "+989120000077";
  it.start();
  it.run(1min);
  const auto told = it.ask(0);
  REQUIRE(std::holds_alternative<web::LoopbackAsked>(told));
  CHECK(std::get<web::LoopbackAsked>(told).to == "+989120000077");
  CHECK(it.count("sim WHERE number = '+989120000077'") == 1);
}

TEST_CASE("a number that only the SIM tells is written to on request, never by itself") {
  Loops it;
  for (auto& sim : it.config.sims) sim.number.clear();
  it.config.health.loopback = 1h;
  it.start();
  it.run(8h);
  CHECK(it.asked() == 0);
  const auto told = it.ask(0);
  REQUIRE(std::holds_alternative<web::LoopbackAsked>(told));
  CHECK(std::get<web::LoopbackAsked>(told).to == "+989120000002");
}

TEST_CASE("no loop-back goes where nothing else may go") {
  Loops it;
  it.config.sending.countries = {"DE"};
  it.config.health.loopback = 1h;
  it.start();
  it.run(3h);
  CHECK(it.refusal(0) == Why::no_number);
  CHECK(it.refusal(0, "+989120000002") == Why::unfit);
  CHECK(it.asked() == 0);
}

TEST_CASE("of many loop-backs that are asked for at once one goes out") {
  Loops it;
  it.start();
  it.run(1min);
  int taken = 0, under_way = 0;
  for (int i = 0; i < 50; ++i) {
    it.program->door().loop_back(
        {Air::name_of(0), {}, "a test"}, [&](const Loops::Outcome& outcome) {
          REQUIRE(outcome);
          const auto* refused = std::get_if<web::ModemRefusal>(&*outcome);
          taken += refused == nullptr ? 1 : 0;
          under_way += refused != nullptr && refused->why == Why::under_way;
        });
  }
  it.run(1min);
  CHECK(taken == 1);
  CHECK(under_way == 49);
  CHECK(it.asked() == 1);
  CHECK(std::holds_alternative<web::LoopbackAsked>(it.ask(0)));  // the next, after it
}

TEST_CASE("a loop-back of which the book knows nothing any more is not waited for") {
  Loops it;
  it.air.connect({});
  it.start();
  it.run(1min);
  (void)it.ask(0);
  store::Database::open(it.config.store.path, store::Database::Mode::read_write)
      .execute("DELETE FROM loopback");
  it.run(1min);
  CHECK_FALSE(it.modem(0).loopback);
  CHECK(std::holds_alternative<web::LoopbackAsked>(it.ask(0)));
}

TEST_CASE("a loop-back that does not arrive is told, until one does") {
  Loops it;
  it.air.connect({});
  it.air.modem(0).set_report_delay(20h);
  it.start();
  it.run(1min);
  (void)it.ask(0);
  it.run(9min);
  CHECK(it.modem(0).loopback->state == State::open);
  CHECK(it.modem(0).proven->by == By::sent);
  CHECK(it.modem(0).verdict.level == "good");
  it.run(3min);
  CHECK(it.modem(0).loopback->state == State::missing);
  CHECK(it.modem(0).verdict.level == "poor");
  CHECK(it.modem(0).verdict.because ==
        "its loop-back to +989120000002 did not arrive within 10 min");
  CHECK_FALSE(it.modem(0).verdict.do_next.empty());
  CHECK(it.events("did not arrive within 10 min; try POST") == 1);
  it.post(1);  // that the network takes more says nothing new
  it.run(1min);
  it.program.reset();
  it.start();
  it.run(1min);
  CHECK(it.modem(0).verdict.level == "poor");
  it.air.connect(4s);
  (void)it.ask(0);
  it.run(1min);
  CHECK(it.modem(0).verdict.level == "good");
}

TEST_CASE("a loop-back that is delivered and not read points to the modem that has the number") {
  Loops it;
  it.air.connect({});
  it.start();
  it.run(1min);
  (void)it.ask(0);
  it.run(20min);
  CHECK(it.modem(0).loopback->state == State::missing);
  CHECK(it.modem(0).proven->by == By::delivered);
  CHECK(it.modem(0).verdict.level == "good");
  CHECK(it.events("look at the modem that has that number") == 1);
}

TEST_CASE("a report of an older text does not hide that a loop-back is lost") {
  Loops it;
  it.config.sims[1].use = host::SimConfig::Use::receive;
  it.air.connect({});
  it.air.modem(0).set_report_delay(15min);
  it.start();
  it.run(1min);
  it.post(1);
  it.run(1min);
  it.air.modem(0).set_report_delay(20h);
  it.run(4min);
  (void)it.ask(0);
  it.run(12min);
  CHECK(it.count("message WHERE state = 'delivered'") == 1);
  CHECK(it.modem(0).loopback->state == State::missing);
  CHECK(it.modem(0).proven->by == By::sent);
  CHECK(it.modem(0).verdict.level == "poor");
}

TEST_CASE("a report proves nothing of a modem that has not sent what it is of") {
  Loops it;
  it.config.sims[1].use = host::SimConfig::Use::receive;
  it.air.modem(0).set_report_delay(15min);
  it.start();
  it.run(1min);
  it.post(1);
  it.run(1min);
  it.air.swap_sims(0, 1, 20s);
  it.run(30min);
  REQUIRE(it.count("message WHERE state = 'delivered'") == 1);
  CHECK_FALSE(it.modem(1).proven);
}

TEST_CASE("a loop-back that the network does not take is told as such, until it takes something") {
  Loops it;
  it.start();
  it.run(1min);
  using Fault = modem::virt::FaultKind;
  for (int i = 0; i < 4; ++i) {
    REQUIRE(it.air.modem(0).inject({.kind = Fault::refuse, .code = 38}));
  }
  (void)it.ask(0);
  it.run(10min);
  CHECK(it.modem(0).loopback->state == State::not_sent);
  CHECK_FALSE(it.modem(0).proven);
  CHECK(it.modem(0).verdict.level == "poor");
  CHECK(it.modem(0).verdict.because ==
        "its loop-back to +989120000002 was not taken by the network");
  CHECK(it.events("was not taken by the network; see its message") == 1);
  CHECK(it.count("submission WHERE sim = 2") == 0);  // no other has sent it
  for (int i = 1; i <= 4; ++i) it.post(i);
  it.run(5min);
  CHECK(it.modem(0).proven);
  CHECK(it.modem(0).verdict.level == "good");
}

TEST_CASE("loop-backs go out by themselves where nothing else did, once in their time") {
  Loops it;
  it.config.health.loopback = 6h;
  it.start();
  it.run(5h);
  CHECK(it.asked() == 0);
  it.run(1h + 10min);
  CHECK(it.asked() == 2);
  CHECK(it.events("(by itself)") == 2);
  CHECK(it.modem(0).proven->by == By::delivered);
  for (int hour = 0; hour < 5; ++hour) {  // and crashes now and then
    it.run(1h);
    it.program.reset();
    it.start();
  }
  CHECK(it.asked() == 2);
  it.run(2h);
  CHECK(it.asked() == 4);
  CHECK(it.count("inbound WHERE loopback = 1") == 4);
}

TEST_CASE("a loop-back and a text that keeps the SIM alive are not sent for the same time") {
  Loops it(1);
  it.config.health.loopback = 24h;
  it.config.sims[0].keep_alive = {24h, "+989120000001"};
  it.start();
  it.run(23h + 59min);
  it.program.reset();
  it.start();  // both are due at its first look
  it.run(3h);
  CHECK(it.asked() == 1);
  CHECK(it.count("message") == 1);
}

TEST_CASE("a rack that works sends itself nothing") {
  Loops it(1);
  it.config.health.loopback = 1h;
  it.start();
  for (int i = 1; i <= 24; ++i) {
    it.run(30min);
    it.post(i);
  }
  CHECK(it.asked() == 0);
}

TEST_CASE("loop-backs are lost by themselves no oftener than they are sent") {
  Loops it(1);
  it.config.health.loopback = 1h;
  it.air.connect({});
  it.air.modem(0).set_report_delay(40h);
  it.start();
  it.run(24h);
  CHECK(it.asked() >= 20);
  CHECK(it.asked() <= 24);
  CHECK(it.modem(0).verdict.level == "poor");
}

TEST_CASE("nothing is sent by itself unless that is asked for, nor by a SIM that may not send") {
  Loops it(1);
  SECTION("not asked for") {}
  SECTION("roaming") {
    it.config.health.loopback = 1h;
    it.air.modem(0).set_registration(5, it.timeline.now());
    it.air.settle(0);
  }
  it.start();
  it.run(8h);
  CHECK(it.count("message") == 0);
}

}  // namespace bank::simulation
