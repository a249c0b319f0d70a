// What a SIM is for, and the network that it is to use.
#include <catch2/catch.hpp>
#include <memory>

#include "modem/sim_plan.hpp"
#include "tests/modem/session_wire.hpp"

using namespace bank::modem;
using namespace bank::modem::test;
using bank::at::Registration;
using bank::at::SelectedOperator;
using Selection = SimPlan::Selection;

namespace {

constexpr std::string_view imsi = "432110000000001";

struct Planned : Wire {
  explicit Planned(const SimPlan& plan,
                   virt::ModemOptions options = {.networks = {"43211", "43220"}})
      : Wire(std::move(options)) {
    session.know(std::make_shared<const SimPlans>(SimPlans{{"8998110000000000001", plan}}));
  }
  [[nodiscard]] const Facts& facts() const { return session.facts(); }
};

}  // namespace

TEST_CASE("a network is chosen only where another is told, and none that roams unasked") {
  struct Row {
    const char* name;
    SimPlan plan;
    std::optional<SelectedOperator> told;
    std::string_view imsi;
    std::string command;
    bool is_trouble;
  };
  const SelectedOperator own{.mode = 0, .format = 2, .name = "43211"};
  const SelectedOperator held{.mode = 1, .format = 2, .name = "43211"};
  const SelectedOperator none{.mode = 0};
  const Row rows[] = {
      {"automatic already", {}, own, imsi, "", false},
      {"automatic, and nobody knows", {}, std::nullopt, imsi, "", false},
      {"automatic, but tied by somebody", {}, held, imsi, "AT+COPS=0", false},
      {"automatic, but off all networks",
       {},
       SelectedOperator{.mode = 2},
       imsi,
       "AT+COPS=0",
       false},
      {"the one, held already", {Selection::only, "43211"}, held, imsi, "", false},
      {"the one, by chance", {Selection::only, "43211"}, own, imsi, "AT+COPS=1,2,\"43211\"", false},
      {"the one, and no network yet",
       {Selection::only, "43211"},
       none,
       imsi,
       "AT+COPS=1,2,\"43211\"",
       false},
      {"the one, and the modem does not tell",
       {Selection::only, "43211"},
       std::nullopt,
       imsi,
       "AT+COPS=1,2,\"43211\"",
       false},
      {"the first, by chance", {Selection::first, "43211"}, own, imsi, "", false},
      {"the first, and another is taken",
       {Selection::first, "43211"},
       SelectedOperator{.mode = 0, .format = 2, .name = "43220"},
       imsi,
       "AT+COPS=4,2,\"43211\"",
       false},
      {"one that roams", {Selection::only, "43220"}, own, imsi, "", true},
      {"one that roams, first", {Selection::first, "43220"}, own, imsi, "", true},
      {"one that may roam",
       {Selection::only, "43220", true},
       own,
       imsi,
       "AT+COPS=1,2,\"43220\"",
       false},
      {"nobody knows whether it roams", {Selection::only, "43211"}, own, "", "", true},
  };
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.name) {
      const auto choice = choose_network(row.plan, row.told, row.imsi);
      CHECK(choice.command == row.command);
      CHECK_FALSE(choice.trouble.empty() == row.is_trouble);
    }
  }
}

TEST_CASE("a SIM without a plan, or with the usual one, is brought up as ever") {
  const bool is_known = GENERATE(false, true);
  Wire wire;
  if (is_known) {
    wire.session.know(std::make_shared<const SimPlans>(SimPlans{{"8998110000000000001", {}}}));
  }
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 2s));
  CHECK(wire.modem.selection().commands == 0);
  CHECK(wire.times_written("AT+COPS?") == 1);
}

TEST_CASE("a modem that somebody tied to a network is let go for a SIM that wants none") {
  Planned wire({});
  wire.modem.tie_to(1, "43220");
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 5s));
  CHECK(wire.modem.selection().mode == 0);
  CHECK(wire.facts().network_trouble.empty());
}

TEST_CASE("a SIM is tied to its network once, and found so the next time") {
  Planned wire({Selection::only, "43211"});
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 5s));
  CHECK(wire.modem.selection().mode == 1);
  CHECK(wire.modem.selection().network == "43211");
  CHECK(wire.facts().registration == Registration::home);
  CHECK(wire.facts().operator_name == "MODEMBANK");  // in words, whatever was asked before
  wire.unplug();
  wire.replug();
  REQUIRE(wire.becomes(SessionState::ready, 10s));
  CHECK(wire.modem.selection().commands == 1);
}

TEST_CASE("a network that refuses the SIM leaves it a problem, and no endless asking") {
  Planned wire({Selection::only, "43299", true});
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 5s));
  CHECK(wire.times_written("AT+COPS=1,2,\"43299\"") == 1);
  CHECK(wire.facts().network_trouble ==
        "AT+COPS=1,2,\"43299\" is refused, so the SIM may be without network; see that this "
        "network is there and takes the SIM, or write another operator in its [[sim]]");
  wire.run(5min);
  CHECK(wire.times_written("AT+COPS=1") == 1);
}

TEST_CASE("a choice that is never answered holds a modem up for three minutes, not for ever") {
  Planned wire({Selection::first, "43299", true});
  wire.unanswered.insert("AT+COPS=4,2,\"43299\"");
  wire.open();
  CHECK_FALSE(wire.becomes(SessionState::ready, 170s));
  REQUIRE(wire.becomes(SessionState::ready, 30s));
  CHECK(wire.facts().network_trouble.find("is not answered") != std::string::npos);
  CHECK(wire.gave_up_because.empty());
}

TEST_CASE("a plan goes with its SIM, not with the modem") {
  Planned wire({Selection::only, "43220", true});
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 5s));
  CHECK(wire.facts().registration == Registration::roaming);
  REQUIRE(wire.modem.remove_sim(wire.now));
  wire.modem.insert_sim(virt::sim_of(1), wire.now);
  wire.exchange();
  wire.run(1min);
  CHECK(wire.facts().iccid == "8998110000000000002");
  CHECK(wire.modem.selection().commands == 1);
  CHECK(wire.facts().network_trouble.empty());
}

TEST_CASE("a SIM that only sends keeps what it receives, and hears what became of its own") {
  Planned wire({.receives = false}, {.latency = 1s, .report_delay = 2s});
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 5s));
  REQUIRE(wire.modem.deliver("+989121112233", "hello", wire.now));
  wire.exchange();
  wire.run(5min);
  CHECK(wire.received.empty());
  CHECK(wire.times_written("AT+CMGL") == 0);
  CHECK(wire.times_written("AT+CPMS=\"") == 0);
  CHECK(wire.times_written("AT+CMGD") == 0);
  CHECK(wire.modem.sim()->used() == 1);
  REQUIRE(wire.send(7));
  wire.run(10s);
  REQUIRE(wire.received.size() == 1);
  CHECK(wire.received[0].is_report);
  CHECK(wire.received[0].token == 0);  // nothing to acknowledge
}

TEST_CASE("a menu that nobody will answer is ended at once") {
  auto sim = virt::sim_of(0);
  sim.ussd["*140#"] = {"1 credit 2 bundles", true};
  Wire wire({}, std::move(sim));
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready));
  wire.run(1s);
  Request request{1, Request::Kind::ussd, "*140#", true};
  wire.perform(wire.session.ask(std::move(request), wire.now));
  wire.exchange();
  REQUIRE(wire.run_until([&] { return !wire.answers.empty(); }, 10s));
  CHECK(wire.answers.back().ussd->text == "1 credit 2 bundles");
  CHECK(wire.can_submit(2s));
  CHECK(wire.times_written("AT+CUSD=2") == 1);
}

TEST_CASE("every registration that roams is known as such, and receives") {
  struct Row {
    int stat;
    bool roams;
  };
  const Row rows[] = {{1, false}, {6, false}, {9, false}, {5, true}, {7, true}, {10, true}};
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.stat) {
      Wire wire;
      wire.instead["AT+CREG?"] = "\r\n+CREG: 1," + std::to_string(row.stat) + "\r\n\r\nOK\r\n";
      wire.open();
      REQUIRE(wire.becomes(SessionState::ready, 5s));
      CHECK(bank::at::is_roaming(wire.session.facts().registration) == row.roams);
      REQUIRE(wire.modem.deliver("+989121112233", "hello", wire.now));
      wire.exchange();
      wire.run(2s);
      CHECK(wire.received.size() == 1);
    }
  }
}

TEST_CASE("a modem that is in LTE alone works, and its network is watched there") {
  virt::ModemOptions options;
  options.is_lte_only = true;
  Wire wire(options);
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 5s));
  CHECK(wire.session.facts().registration == Registration::home);
  CHECK(wire.send(1)->kind == PartResult::Kind::sent);

  SECTION("what the other domain tells does not count") {
    wire.modem.noise("\r\n+CREG: 0\r\n", wire.now);
    wire.run(10min);  // and its polls
    CHECK(wire.session.state() == SessionState::ready);
    CHECK(wire.times_written("AT+CREG?") == 1);
    CHECK(wire.times_written("AT+CEREG?") > 5);
  }
  SECTION("a network that goes is noticed at once, and so is its return") {
    wire.modem.set_registration(2, wire.now);
    REQUIRE(wire.becomes(SessionState::searching, 1s));
    CHECK(wire.session.facts().registration == Registration::searching);
    wire.run(1min);
    wire.modem.set_registration(5, wire.now);
    REQUIRE(wire.becomes(SessionState::ready, 3s));
    CHECK(wire.session.facts().registration == Registration::roaming);
  }
}

TEST_CASE("a modem that leaves one domain for another goes on") {
  Wire wire;
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 5s));
  const bool is_told = GENERATE(false, true);
  CAPTURE(is_told);
  wire.instead["AT+CREG?"] = "\r\n+CREG: 1,2\r\n\r\nOK\r\n";
  if (is_told) wire.modem.noise("\r\n+CREG: 2\r\n", wire.now);
  wire.run(3min);
  CHECK(wire.session.state() == SessionState::ready);
  CHECK(wire.session.facts().registration == Registration::home);
}

TEST_CASE("where no domain takes messages, the one that tells why is told") {
  Wire wire;
  wire.instead["AT+CREG?"] = "\r\n+CREG: 1,0\r\n\r\nOK\r\n";
  wire.instead["AT+CEREG?"] = "\r\n+CEREG: 1,3\r\n\r\nOK\r\n";
  wire.open();
  REQUIRE(wire.becomes(SessionState::searching, 5s));
  wire.run(1min);
  CHECK(wire.session.facts().registration == Registration::denied);
}

TEST_CASE("a modem that is in both domains goes on while one of them comes and goes") {
  Wire wire;
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 5s));
  bool went = false;
  for (int i = 0; i < 5; ++i) {
    for (const auto* line : {"\r\n+CEREG: 0\r\n", "\r\n+CEREG: 1\r\n"}) {
      wire.modem.noise(line, wire.now);
      wire.run(3s);
      went = went || wire.session.state() != SessionState::ready;
    }
  }
  CHECK_FALSE(went);
}

TEST_CASE("a domain that was refused once is asked again") {
  virt::ModemOptions options;
  options.is_lte_only = true;
  Wire wire(options);
  wire.instead["AT+CEREG?"] = "\r\n+CME ERROR: 100\r\n";
  wire.open();
  REQUIRE(wire.becomes(SessionState::searching, 5s));
  wire.instead.clear();
  CHECK(wire.becomes(SessionState::ready, 10s));
}

TEST_CASE("an error where the network is asked for changes nothing that is known") {
  Wire wire;
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 5s));
  wire.instead["AT+CREG?"] = wire.instead["AT+CEREG?"] = "\r\nERROR\r\n";
  wire.run(5min);
  CHECK(wire.session.state() == SessionState::ready);
}
