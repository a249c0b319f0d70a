// The daily life of SIMs, with the program's own switchboard.
#include "tests/simulation/small_rack.hpp"

namespace bank::simulation {

namespace {

constexpr auto first = "8998110000000000001";
constexpr auto second = "8998110000000000002";

host::SimConfig sim_of(const std::string& iccid) {
  host::SimConfig sim;
  sim.iccid = iccid;
  return sim;
}

const web::SimView& sim_in(const SmallRack& it, const std::string& iccid) {
  static std::shared_ptr<const host::RackSnapshot> kept;
  kept = it.program->switchboard().snapshot();
  const auto found = std::find_if(kept->sims.begin(), kept->sims.end(),
                                  [&](const auto& sim) { return sim.iccid == iccid; });
  REQUIRE(found != kept->sims.end());
  return *found;
}

web::ModemView::Verdict verdict_of(const SmallRack& it, std::size_t modem) {
  return it.program->switchboard().snapshot()->modems.at(modem).verdict;
}

std::string hold_of(const SmallRack& it, const std::string& iccid) {
  const auto snapshot = it.program->switchboard().snapshot();
  const auto found = snapshot->hold_of_sim.find(iccid);
  return found == snapshot->hold_of_sim.end() ? "" : found->second.reason;
}

/// Messages that the SIM sent, by its place in the configuration.
std::int64_t sent_by(const SmallRack& it, int sim) {
  return it.count(fmt::format("submission WHERE sim = {} AND ended_at IS NOT NULL", sim));
}

struct Balances : SmallRack {
  Balances() : SmallRack(2) {
    config.sims = {sim_of(first), sim_of(second)};
    host::BalanceConfig balance;
    balance.sims = {first};
    balance.code = "*140*1#";
    balance.pattern = "([0-9,.]+) Rial";
    balance.every = 1h;
    balance.low = 20'000;
    balance.stop = 5'000;
    config.balances = {balance};
  }
  void network_says(const std::string& text) { air.modem(0).set_ussd("*140*1#", {text}); }
  [[nodiscard]] std::int64_t events(const std::string& what) const {
    return count("modem_event WHERE kind <> 'verdict' AND what LIKE '%" + what + "%'");
  }
};

}  // namespace

TEST_CASE("a SIM that is for receiving sends nothing, and receives") {
  SmallRack it(2);
  it.config.sims = {sim_of(first), sim_of(second)};
  it.config.sims[0].use = host::SimConfig::Use::receive;
  it.start();
  it.run(1min);
  for (int i = 1; i <= 6; ++i) it.post(i);
  it.air.deliver(0, "+989121112233", "hello");
  it.run(5min);
  CHECK(sent_by(it, 1) == 0);
  CHECK(sent_by(it, 2) == 6);
  CHECK(it.count("inbound WHERE sim = 1") == 1);
  CHECK(sim_in(it, first).state == "ready");
  CHECK(hold_of(it, first) == "receive_only");
  CHECK(verdict_of(it, 0).level == "good");
  CHECK(verdict_of(it, 0).because == "the SIM is for receiving only");
  CHECK(it.program->switchboard().snapshot()->hold_of_pool.empty());
}

TEST_CASE("a pool of SIMs that only receive holds its messages, and none is lost") {
  SmallRack it;
  it.config.sims = {sim_of(first)};
  it.start();
  it.run(1min);
  REQUIRE(it.air.modem(0).inject({.kind = modem::virt::FaultKind::late_result, .time = 30s}));
  it.post(1, 2);  // its first part is on the air
  it.program.reset();
  it.config.sims[0].use = host::SimConfig::Use::receive;
  it.start();
  it.run(1min);
  it.post(2);
  it.run(10min);
  CHECK(it.count("submission WHERE sim = 1") == 1);
  CHECK(it.count("message WHERE state = 'queued'") == 2);  // the other part of the first, too
  it.program.reset();
  it.config.sims[0].use = host::SimConfig::Use::both;
  it.start();
  it.run(10min);
  CHECK(it.count("message WHERE state = 'queued'") == 0);
}

TEST_CASE("a SIM that only sends leaves what it is sent, and hears of its own") {
  SmallRack it;
  it.config.sims = {sim_of(first)};
  it.config.sims[0].use = host::SimConfig::Use::send;
  it.start();
  it.run(1min);
  it.air.deliver(0, "+989121112233", "hello");
  it.post(1);
  it.run(10min);
  CHECK(it.count("inbound") == 0);
  CHECK(it.air.modem(0).sim()->used() == 1);
  CHECK(it.count("message WHERE state = 'delivered'") == 1);
}

TEST_CASE("a roaming SIM receives, and sends where that is allowed") {
  const int stat = GENERATE(5, 7, 10);
  const bool is_allowed = GENERATE(false, true);
  SmallRack it;
  it.config.sending.roaming = is_allowed;
  it.air.modem(0).set_registration(stat, it.timeline.now());
  it.air.settle(0);
  it.start();
  it.run(1min);
  it.air.deliver(0, "+989121112233", "hello");
  it.post(1);
  it.run(5min);
  CHECK(it.count("inbound") == 1);
  CHECK(it.count("submission") == (is_allowed ? 1 : 0));
  if (!is_allowed) CHECK(verdict_of(it, 0).because == "the SIM is roaming");
}

TEST_CASE("a SIM is tied to the network that its entry names; one that roams is not chosen") {
  SmallRack it;
  it.config.sims = {sim_of(first)};
  it.config.sims[0].network = host::SimConfig::Network::fixed;
  SECTION("its own") {
    it.config.sims[0].plmn = "43211";
    it.start();
    it.run(1min);
    CHECK(it.air.modem(0).selection().network == "43211");
    CHECK(verdict_of(it, 0).level == "good");
  }
  SECTION("another") {
    it.config.sims[0].plmn = "43220";
    it.start();
    it.run(1min);
    CHECK(it.air.modem(0).selection().commands == 0);
    CHECK(verdict_of(it, 0).level == "poor");
    CHECK(verdict_of(it, 0).because.find("43220 is not the SIM's own") != std::string::npos);
  }
}

TEST_CASE("a SIM that sent nothing for long is used once, over restarts") {
  SmallRack it;
  it.config.sims = {sim_of(first)};
  it.config.sims[0].number = "+989120000001";
  it.config.sims[0].keep_alive = {6h, "+989120000001"};
  it.start();
  it.run(5h);
  CHECK(it.count("message") == 0);
  for (int hour = 0; hour < 4; ++hour) {  // and crashes now and then
    it.run(30min);
    it.program.reset();
    it.start();
  }
  CHECK(it.count("message WHERE class = 'system' AND recipient = '+989120000001'") == 1);
  CHECK(it.count("text WHERE body = 'modembank keep-alive'") == 1);
  CHECK(sent_by(it, 1) == 1);
  it.run(4h);
  CHECK(it.count("message") == 1);
  it.run(3h);
  CHECK(it.count("message") == 2);
  CHECK(sent_by(it, 1) == 2);
}

TEST_CASE("a SIM that may send nothing is asked for no use") {
  SmallRack it;
  it.config.sims = {sim_of(first)};
  it.config.sims[0].keep_alive = {6h, "+989120000001"};
  it.air.modem(0).set_registration(5, it.timeline.now());
  it.air.settle(0);
  it.start();
  it.run(8h);
  CHECK(it.count("message") == 0);
}

TEST_CASE("what blocked senders write is in the inbox of who asks for it") {
  SmallRack it;
  it.config.region.country = "IR";
  it.config.inbound.blocked = {"09121112233"};
  it.start();
  it.run(1min);
  it.air.deliver(0, "+989121112233", "buy");
  it.air.deliver(0, "+989121112234", "hello");
  it.run(1min);
  CHECK(it.air.modem(0).sim()->used() == 0);
  const auto shown = it.program->door().inbox({}, 10, {});
  REQUIRE(shown.size() == 1);
  CHECK(shown[0].from == "+989121112234");
  const auto all = it.program->door().inbox({}, 10, {.blocked = true});
  REQUIRE(all.size() == 2);
  CHECK(all[0].is_blocked != all[1].is_blocked);
}

TEST_CASE("a balance is asked for, shown, and kept over restarts") {
  Balances it;
  it.network_says("Your credit is 52,300 Rial");
  it.start();
  it.run(1min);
  REQUIRE(sim_in(it, first).balance);
  CHECK(sim_in(it, first).balance->amount == "52300");
  CHECK(sim_in(it, first).balance->text == "Your credit is 52,300 Rial");
  CHECK_FALSE(sim_in(it, second).balance);
  CHECK(verdict_of(it, 0).level == "good");
  it.network_says("Your credit is 51,000 Rial");
  it.program.reset();
  it.start();
  it.run(10min);  // it is not time yet
  CHECK(sim_in(it, first).balance->amount == "52300");
  it.run(1h);
  CHECK(sim_in(it, first).balance->amount == "51000");
}

TEST_CASE("a SIM with little left is told of; one with less sends nothing until it has more") {
  Balances it;
  it.network_says("12,000 Rial");
  it.start();
  it.run(1min);
  CHECK(verdict_of(it, 0).level == "poor");
  CHECK(verdict_of(it, 0).because == "the balance of the SIM is low: 12000");
  CHECK(sim_in(it, first).state == "ready");
  it.network_says("4,999 Rial");
  it.run(3h);
  CHECK(sim_in(it, first).state == "held");
  CHECK(hold_of(it, first) == "balance");
  CHECK(it.events("low; top it up") == 1);
  CHECK(it.events("sends nothing") == 1);  // not every hour
  for (int i = 1; i <= 6; ++i) it.post(i);
  it.run(5min);
  CHECK(sent_by(it, 1) == 0);
  CHECK(sent_by(it, 2) == 6);
  it.program.reset();
  it.start();
  it.run(1min);
  CHECK(sim_in(it, first).state == "held");  // nor by a restart of the program
  SECTION("topped up") {
    it.network_says("90,000 Rial");
    it.run(1h);
    CHECK(sim_in(it, first).state == "ready");
    CHECK(verdict_of(it, 0).level == "good");
  }
  SECTION("a person has it send all the same") {
    it.program->door().modem_action(Air::name_of(0), web::ModemAction::restart, "the test",
                                    [](const auto&) {});
    it.run(1min);
    CHECK(sim_in(it, first).state == "ready");
    CHECK(verdict_of(it, 0).because == "the balance of the SIM is low: 4999");
    it.run(1h);  // and is told again that it has too little
    CHECK(sim_in(it, first).state == "held");
  }
}

TEST_CASE("an answer that is not understood, or none, changes nothing") {
  Balances it;
  it.network_says("52,300 Rial");
  it.start();
  it.run(1min);
  it.network_says("Win a car! Send 1 to 3000");
  it.run(1h);
  CHECK(sim_in(it, first).balance->amount == "52300");
  CHECK(it.events("does not fit the pattern: Win a car") == 1);
  it.config.balances[0].code = "*999#";
  it.run(1h);
  CHECK(sim_in(it, first).balance->amount == "52300");
  CHECK(it.events("no answer to *999#") == 1);
  CHECK(sim_in(it, first).state == "ready");
}

}  // namespace bank::simulation
