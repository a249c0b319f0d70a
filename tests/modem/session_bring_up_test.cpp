#include <catch2/catch.hpp>
#include <string>

#include "tests/modem/session_wire.hpp"

using namespace bank::modem;
using namespace bank::modem::test;
using bank::at::Registration;
using bank::at::SimState;

TEST_CASE("a modem is brought up to ready and known") {
  Wire wire;
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 2s));
  const Facts& facts = wire.session.facts();
  CHECK(facts.maker == "MODEMBANK");
  CHECK(facts.model == "VM64");
  CHECK(facts.firmware == "VM64-1.0");
  CHECK(facts.imei == "354209000000017");
  CHECK(facts.iccid == "8998110000000000001");
  CHECK(facts.imsi == "432110000000001");
  CHECK(facts.number == "+989120000001");
  CHECK(facts.operator_name == "MODEMBANK");
  CHECK(facts.smsc == "+989110000001");
  CHECK(facts.sim == SimState::ready);
  CHECK(facts.registration == Registration::home);
  CHECK(facts.signal_dbm == -73);
  CHECK(facts.problems.empty());
  CHECK(wire.session.trouble().empty());
  CHECK(wire.session.can_submit());
  CHECK(wire.modem.counters().violations == 0);
}

TEST_CASE("echo, boot lines and any chopping make no difference to bring-up") {
  for (std::size_t piece = 0; piece < 20; ++piece) {
    Wire wire({.boot = 2s});
    wire.piece = piece;
    wire.modem.restart(wire.now);
    wire.open();
    REQUIRE(wire.becomes(SessionState::ready, 10s));
    CHECK(wire.session.facts().iccid == "8998110000000000001");
    wire.written.clear();
    wire.modem.receive("AT\r", wire.now);
    CHECK(wire.modem.take_output() == "\r\nOK\r\n");  // the echo is off
  }
}

TEST_CASE("bring-up gives up a modem that does not answer or is none") {
  SECTION("silent") {
    Wire wire;
    wire.modem.silence(TimePoint::max());
    wire.open();
    CHECK(wire.run_until([&] { return !wire.gave_up_because.empty(); }, 20s));
    wire.modem.heal(wire.now);
    CHECK(wire.becomes(SessionState::ready, 20s));
  }
  SECTION("it refuses PDU mode") {
    Wire wire;
    wire.instead["AT+CMGF=0"] = "\r\nERROR\r\n";
    wire.open();
    REQUIRE(wire.run_until([&] { return !wire.gave_up_because.empty(); }, 20s));
    CHECK_THAT(wire.gave_up_because.front(), Catch::StartsWith("the modem refuses AT+CMGF=0;"));
  }
}

TEST_CASE("what a modem refuses and can be done without is told as a problem") {
  Wire wire;
  wire.instead = {{"AT+CCID", "\r\nERROR\r\n"},   {"AT+ICCID", "\r\nERROR\r\n"},
                  {"AT+CICCID", "\r\nERROR\r\n"}, {"AT+QCCID", "\r\nERROR\r\n"},
                  {"AT^ICCID?", "\r\nERROR\r\n"}, {"AT^SCID", "\r\n+CME ERROR: 3\r\n"}};
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 10s));
  CHECK(wire.session.facts().iccid.empty());
  CHECK(wire.session.facts().imsi == "432110000000001");
  REQUIRE(wire.session.facts().problems.size() == 1);
  CHECK_THAT(wire.session.facts().problems[0], Catch::Contains("known by its IMSI alone"));
}

TEST_CASE("what is answered when the SIM is there again is no problem any more") {
  Wire wire;
  wire.instead["AT+CSCA?"] = "\r\n+CMS ERROR: 330\r\n";
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 10s));
  REQUIRE(wire.session.facts().problems.size() == 1);
  wire.instead.clear();
  const auto sim = wire.modem.remove_sim(wire.now);
  wire.run(10s);
  wire.modem.insert_sim(*sim, wire.now);
  REQUIRE(wire.becomes(SessionState::ready, 60s));
  CHECK(wire.session.facts().problems.empty());
}

TEST_CASE("a SIM that holds no number of its own is no reason to ask again") {
  Wire wire;
  wire.instead["AT+CNUM"] = "\r\nOK\r\n";
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 10s));
  CHECK(wire.session.facts().number.empty());
  CHECK(wire.times_written("AT+CNUM") == 1);
}

TEST_CASE("a modem of a family that starts slowly is waited for, once it is known") {
  virt::ModemOptions options{.boot = 40s};
  const bool is_slow = GENERATE(true, false);
  if (is_slow) options.maker = "Telit";
  Wire wire(options);
  wire.reopens = false;
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready));
  wire.unplug();
  wire.replug();
  CHECK(wire.becomes(SessionState::ready, 60s) == is_slow);
  CHECK(wire.gave_up_because.size() == (is_slow ? 0 : 1));
}

TEST_CASE("a modem that starts slowly and never answers is given up all the same") {
  virt::ModemOptions options;
  options.maker = "Telit";
  Wire wire(options);
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready));
  const bool has_appeared = GENERATE(true, false);
  wire.hang_up();
  wire.modem.silence(TimePoint::max());
  wire.open({}, has_appeared);
  // Where its port was there all the time, nothing tells that it starts.
  CHECK(wire.run_until([&] { return !wire.gave_up_because.empty(); }, has_appeared ? 80s : 15s));
}

TEST_CASE("a family whose OK to the radio comes too early is left alone for a while after it") {
  virt::ModemOptions options;
  const bool is_early = GENERATE(true, false);
  if (is_early) options.maker = "Sierra Wireless, Incorporated";
  Wire wire(options);
  wire.at_first["AT+CFUN?"] = {"\r\n+CFUN: 4\r\n\r\nOK\r\n"};
  wire.open();
  REQUIRE(wire.run_until([&] { return wire.times_written("AT+CFUN=1") == 1; }, 20s));
  wire.run(9s);
  CHECK((wire.written.back() == "AT+CFUN=1\r") == is_early);
  CHECK(wire.becomes(SessionState::ready, 20s));
}

// --- the SIM ------------------------------------------------------------------------------------

TEST_CASE("the right PIN opens the SIM, and again after each restart") {
  Wire wire({.boot = 1s}, virt::sim_of(0, "1234"));
  wire.pin = "1234";
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 20s));
  CHECK(wire.pins_tried == std::vector{true});
  wire.modem.restart(wire.now);
  wire.run(5s);
  REQUIRE(wire.becomes(SessionState::ready, 20s));
  CHECK(wire.pins_tried == std::vector{true, true});
  CHECK(wire.session.can_submit());
}

TEST_CASE("a wrong PIN is never entered twice") {
  Wire wire({.boot = 1s}, virt::sim_of(0, "1234"));
  wire.pin = "0000";
  wire.open();
  REQUIRE(wire.becomes(SessionState::locked, 20s));
  CHECK(wire.pins_tried == std::vector{false});
  CHECK_THAT(wire.session.trouble(), Catch::Contains("refused its PIN"));
  wire.run(1h);
  wire.modem.restart(wire.now);
  wire.run(1h);
  CHECK(wire.session.state() == SessionState::locked);
  CHECK(wire.times_written("AT+CPIN=") == 1);
  CHECK(wire.modem.sim()->pin_tries == 2);
}

TEST_CASE("a PIN whose answer is lost is judged by what the SIM says next") {
  Wire wire({}, virt::sim_of(0, "1234"));
  SECTION("it was right") {
    wire.pin = "1234";
    wire.unanswered.insert("AT+CPIN=\"1234\"");
    wire.open();
    REQUIRE(wire.becomes(SessionState::ready, 60s));
    CHECK(wire.pins_tried == std::vector{true});
  }
  SECTION("it was wrong") {
    wire.pin = "0000";
    wire.unanswered.insert("AT+CPIN=\"0000\"");
    wire.open();
    REQUIRE(wire.becomes(SessionState::locked, 60s));
    CHECK(wire.pins_tried == std::vector{false});
  }
  CHECK(wire.times_written("AT+CPIN=") == 1);
}

TEST_CASE("a PIN that its modem took into a restart is entered again") {
  Wire wire({}, virt::sim_of(0, "1234"));
  wire.pin = "1234";
  wire.instead["AT+CPIN=\"1234\""] = "";
  wire.open();
  REQUIRE(wire.run_until([&] { return wire.times_written("AT+CPIN=") == 1; }, 60s));
  SECTION("where the SIM tells that it has all its tries") {
    wire.instead.clear();
    REQUIRE(wire.becomes(SessionState::ready, 60s));
    CHECK(wire.pins_tried == std::vector{true});
    CHECK(wire.times_written("AT+CPIN=") == 2);
  }
  SECTION("but not where it does not") {
    wire.instead.clear();
    wire.instead["AT+CPINR"] = "\r\nERROR\r\n";
    REQUIRE(wire.becomes(SessionState::locked, 60s));
    CHECK(wire.pins_tried == std::vector{false});
    CHECK(wire.times_written("AT+CPIN=") == 1);
  }
}

TEST_CASE("a PIN waits until the answers are in step, also where one comes twice in a read") {
  Wire wire({}, virt::sim_of(0, "1234"));
  wire.pin = "1234";
  wire.instead["AT+CPINR"] = "\r\n+CPINR: SIM PIN,3,3\r\n\r\nOK\r\n\r\nOK\r\n";
  wire.open();
  REQUIRE(wire.run_until([&] { return wire.pins_wanted == 1; }, 20s));
  CHECK(wire.times_written("AT+CPIN=") == 0);
  wire.instead["AT+CMEE?"] = "\r\n+CMEE: 1\r\n\r\nOK\r\n\r\nOK\r\n";
  wire.run(500ms);
  CHECK(wire.times_written("AT+CPIN=") == 0);
  wire.instead.clear();
  REQUIRE(wire.becomes(SessionState::ready, 20s));
  CHECK(wire.pins_tried == std::vector{true});
}

TEST_CASE("a SIM with one PIN try left is left alone") {
  virt::Sim sim = virt::sim_of(0, "1234");
  sim.pin_tries = 1;
  Wire wire({}, sim);
  wire.pin = "1234";
  wire.open();
  REQUIRE(wire.becomes(SessionState::locked, 20s));
  CHECK_THAT(wire.session.trouble(), Catch::Contains("one PIN try is left"));
  wire.run(10min);
  CHECK(wire.pins_wanted == 0);
  CHECK(wire.modem.sim()->pin_tries == 1);
}

TEST_CASE("the tries of a PIN are asked for as its maker has it") {
  struct Maker {
    const char *maker, *model, *question, *one_left, *three_left;
  };
  const Maker makers[] = {
      {"huawei", "E173", "AT^CPIN?", "^CPIN: SIM PIN,1,10,1,10,3", "^CPIN: SIM PIN,3,10,3,10,3"},
      {"ZTE CORPORATION", "MF180", "AT+ZPINPUK=?", "+ZPINPUK: 1,10", "+ZPINPUK: 3,10"},
      {"SIMCOM INCORPORATED", "SIM7600E", "AT+SPIC", "+SPIC: 1,10,3,10", "+SPIC: 3,10,3,10"},
      {"Quectel", "EC25", "AT+QPINC?", "+QPINC: \"SC\",1,10", "+QPINC: \"SC\",3,10"},
      {"Quectel_Ltd", "Quectel_M95", "AT+QTRPIN", "+QTRPIN: 1,3,10,10", "+QTRPIN: 3,3,10,10"},
      {"Telit", "HE910-D", "AT#PCT", "#PCT: 1", "#PCT: 3"},
      {"u-blox", "SARA-U201", "AT+UPINCNT", "+UPINCNT: 1,3,10,10", "+UPINCNT: 3,3,10,10"},
      {"Cinterion", "BGS2-W", "AT^SPIC", "^SPIC: 1", "^SPIC: 3"},
      {"Option N.V.", "GTM382", "AT_OERCN?", "_OERCN: 1,10", "_OERCN: 3,10"},
      {"Ericsson", "F3507g", "AT*EPIN?", "*EPIN: 1,10,3,10", "*EPIN: 3,10,3,10"},
      {"Icera", "K3805-Z", "AT%PINNUM?", "%PINNUM: 1,10,3,10", "%PINNUM: 3,10,3,10"},
  };
  for (const auto& maker : makers) {
    for (const bool is_last : {true, false}) {
      DYNAMIC_SECTION(maker.model << (is_last ? ", one left" : ", three left")) {
        virt::ModemOptions options;
        options.maker = maker.maker;
        options.model = maker.model;
        Wire wire(options, virt::sim_of(0, "1234"));
        wire.pin = "1234";
        wire.instead["AT+CPINR"] = "\r\nERROR\r\n";
        wire.instead[maker.question] =
            std::string("\r\n") + (is_last ? maker.one_left : maker.three_left) + "\r\n\r\nOK\r\n";
        wire.open();
        REQUIRE(wire.becomes(is_last ? SessionState::locked : SessionState::ready, 90s));
        CHECK(wire.times_written("AT+CPIN=") == (is_last ? 0 : 1));
        if (!is_last) return;
        CHECK(wire.pins_wanted == 0);
        CHECK(wire.session.trouble() == "one PIN try is left on the SIM; unlock it in a phone");
      }
    }
  }
}

TEST_CASE("where the maker's question for the tries is refused, the standard's is asked") {
  virt::ModemOptions options;
  options.maker = "Quectel";
  options.model = "EC25";
  virt::Sim sim = virt::sim_of(0, "1234");
  sim.pin_tries = 1;
  Wire wire(options, sim);
  wire.pin = "1234";
  SECTION("with an error") {}
  SECTION("with nothing but OK") {
    wire.instead["AT+QPINC?"] = "\r\nOK\r\n";
  }
  SECTION("with silence") {
    wire.instead["AT+QPINC?"] = "";
  }
  SECTION("with other words") {
    wire.instead["AT+QPINC?"] = "\r\n+QPINC: \"P2\",3,10\r\n\r\nOK\r\n";
  }
  wire.open();
  REQUIRE(wire.becomes(SessionState::locked, 60s));
  CHECK(wire.times_written("AT+CPIN=") == 0);
  CHECK_THAT(wire.session.trouble(), Catch::StartsWith("one PIN try is left"));
}

TEST_CASE("a SIM that wants its PUK, or a PIN that nobody knows, is told and looked at again") {
  SECTION("PUK") {
    virt::Sim sim = virt::sim_of(0, "1234");
    sim.pin_tries = 0;
    Wire wire({}, sim);
    wire.open();
    REQUIRE(wire.becomes(SessionState::locked, 20s));
    CHECK_THAT(wire.session.trouble(), Catch::Contains("PUK"));
    wire.modem.receive("AT+CPIN=\"12345678\",\"1111\"\r", wire.now);  // a technician elsewhere
    CHECK(wire.becomes(SessionState::ready, 60s));
  }
  SECTION("no PIN") {
    Wire wire({}, virt::sim_of(0, "1234"));
    wire.open();
    REQUIRE(wire.becomes(SessionState::locked, 20s));
    CHECK(wire.session.trouble() == "no PIN is known");
    wire.run(2min);
    CHECK(wire.times_written("AT+CPIN=") == 0);
    wire.pin = "1234";
    CHECK(wire.becomes(SessionState::ready, 60s));
  }
}

TEST_CASE("a modem without SIM waits for one") {
  Wire wire;
  REQUIRE(wire.modem.remove_sim(wire.now));
  wire.open();
  REQUIRE(wire.becomes(SessionState::locked, 20s));
  CHECK_THAT(wire.session.trouble(), Catch::Contains("there is no SIM"));
  wire.run(10min);
  CHECK(wire.gave_up_because.empty());
  wire.modem.insert_sim(virt::sim_of(4), wire.now);
  REQUIRE(wire.becomes(SessionState::ready, 5s));
  CHECK(wire.session.facts().iccid == "8998110000000000005");
}

TEST_CASE("a SIM that is busy is asked until it is not, or given up") {
  Wire wire;
  wire.instead["AT+CPIN?"] = "\r\n+CME ERROR: 14\r\n";
  wire.open();
  wire.run(10s);
  CHECK(wire.session.state() == SessionState::starting);
  SECTION("it becomes ready") {
    wire.instead.clear();
    CHECK(wire.becomes(SessionState::ready, 10s));
  }
  SECTION("it never does") {
    REQUIRE(wire.run_until([&] { return !wire.gave_up_because.empty(); }, 2min));
    CHECK_THAT(wire.gave_up_because[0], Catch::StartsWith("the SIM does not become ready;"));
  }
}

TEST_CASE("another SIM is known before anything is sent through it") {
  struct Row {
    const char* when;
    std::function<void(Wire&)> until;
  };
  const Row rows[] = {
      {"while it is idle", [](Wire&) {}},
      {"while a part is on the air", [](Wire& wire) { wire.submit(1); }},
      {"while it searches",
       [](Wire& wire) {
         wire.modem.set_registration(2, wire.now);
         wire.run(3s);
       }},
      {"while a health question is out",
       [](Wire& wire) {
         wire.instead["AT+CREG?"] = "";
         wire.instead["AT+CSQ"] = "";
         wire.run(31s);
         wire.instead.clear();
       }},
      {"while it gets in step",
       [](Wire& wire) {
         wire.commits_at_once = false;
         wire.submit(1);
         wire.withdraw(1);
       }},
      {"while it gets in step, just when it is asked for its PIN",
       [](Wire& wire) {
         wire.commits_at_once = false;
         for (const char* question : {"AT+CMEE?", "AT+CMGF?", "AT+CPIN?"}) {
           wire.instead[question] = "";
         }
         const auto asked = wire.times_written("AT+CPIN?");
         wire.submit(1);
         wire.withdraw(1);
         REQUIRE(wire.run_until([&] { return wire.times_written("AT+CPIN?") > asked; }, 20s));
         wire.instead.clear();
       }},
  };
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.when) {
      Wire wire({.latency = 5s});
      wire.open();
      REQUIRE(wire.becomes(SessionState::ready));
      row.until(wire);
      auto first = wire.modem.remove_sim(wire.now);
      REQUIRE(first);
      wire.exchange();
      wire.modem.insert_sim(virt::sim_of(6), wire.now);
      wire.exchange();
      wire.modem.set_registration(1, wire.now);
      REQUIRE(wire.run_until(
          [&] { return wire.session.can_submit() || (wire.run(10ms), wire.session.can_submit()); },
          2min));
      CHECK(wire.session.facts().iccid == "8998110000000000007");
    }
  }
}

TEST_CASE("that its SIM was taken out a modem may tell in its maker's words alone") {
  const std::string told = GENERATE(as<std::string>{}, "#QSS: 0", "^SIMST:255,1", "+CSMINS: 1,0",
                                    "+SIMCARD: NOT AVAILABLE", "^SCKS: 0", "+WIND: 0");
  CAPTURE(told);
  Wire wire({.latency = 5s});
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready));
  const auto before = wire.session.insertion();
  const auto asked = wire.times_written("AT+CCID");
  SECTION("while it is idle") {}
  SECTION("while a part is on the air") {
    wire.submit(1);
  }
  wire.modem.noise("\r\n" + told + "\r\n", wire.now);
  wire.exchange();
  CHECK(wire.session.insertion() != before);
  REQUIRE(wire.run_until([&] { return wire.times_written("AT+CCID") > asked; }, 20s));
  CHECK(wire.can_submit());
}

TEST_CASE("a report after a SIM was exchanged is the new one's, who is not known yet") {
  constexpr const char* report = "\r\n+CDS: 4\r\n0006\r\n";
  Wire wire({.latency = 5s});
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready));
  const auto before = wire.session.insertion();
  SECTION("while a part of the old one is on the air") {
    wire.submit(1);
    REQUIRE(wire.modem.remove_sim(wire.now));
    wire.modem.insert_sim(virt::sim_of(6), wire.now);
    wire.exchange();
    CHECK_FALSE(wire.session.knows_its_sim());
  }
  SECTION("while it is idle") {
    REQUIRE(wire.modem.remove_sim(wire.now));
    wire.modem.insert_sim(virt::sim_of(6), wire.now);
  }
  SECTION("in a restart") {
    for (const char* question : {"AT+CPIN?", "AT+CCID"}) wire.unanswered.insert(question);
    wire.modem.noise("\r\nRDY\r\n", wire.now);
    wire.exchange();
    CHECK_FALSE(wire.session.knows_its_sim());
  }
  wire.modem.noise(report, wire.now);
  wire.exchange();
  REQUIRE(wire.received.size() == 1);
  CHECK(wire.received.front().insertion != before);
  wire.unanswered.clear();
  wire.modem.set_registration(1, wire.now);
  REQUIRE(wire.run_until([&] { return wire.session.knows_its_sim(); }, 2min));
  CHECK(wire.received.front().insertion == wire.session.insertion());
}

TEST_CASE("an ICCID counts when it is told twice alike") {
  Wire wire;
  const std::string garbled =
      "\r\n+CCID: \"89981100000000000001\"\r\n\r\nOK\r\n";  // an octet twice
  SECTION("the first was garbled") {
    wire.at_first["AT+CCID"] = {garbled};
  }
  SECTION("the second was") {
    wire.at_first["AT+CCID"] = {"", garbled};
  }
  SECTION("nothing could be read of the first, and the second was garbled") {
    wire.at_first["AT+CCID"] = {"\r\nERROR\r\n", garbled};
  }
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready, 60s));
  CHECK(wire.session.facts().iccid == virt::sim_of(0).iccid);
}

TEST_CASE("a SIM that is pulled out in mid-send is missed afterwards") {
  Wire wire({.latency = 5s});
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready));
  wire.submit(1);
  REQUIRE(wire.modem.remove_sim(wire.now));
  REQUIRE(wire.becomes(SessionState::locked, 20s));
  CHECK_THAT(wire.session.trouble(), Catch::Contains("there is no SIM"));
}

// --- the network --------------------------------------------------------------------------------

TEST_CASE("without a network it searches, and is ready as soon as there is one") {
  Wire wire;
  wire.modem.set_registration(2, wire.now);
  wire.open();
  REQUIRE(wire.becomes(SessionState::searching, 10s));
  wire.run(10min);
  CHECK(wire.session.state() == SessionState::searching);
  CHECK_FALSE(wire.session.can_submit());
  wire.modem.set_registration(5, wire.now);
  REQUIRE(wire.becomes(SessionState::ready, 3s));
  CHECK(wire.session.facts().registration == Registration::roaming);
}

TEST_CASE("registration that is lost and comes back is followed, whatever goes on") {
  Wire wire({.latency = 2s});
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready));
  SECTION("idle") {
    wire.modem.set_registration(0, wire.now);
    REQUIRE(wire.becomes(SessionState::searching, 1ms));
  }
  SECTION("in mid-send") {
    wire.submit(1);
    wire.modem.set_registration(0, wire.now);
    wire.exchange();
    REQUIRE(wire.becomes(SessionState::searching, 5s));  // not ready first, with a part refused
    CHECK(wire.ended.size() == 1);
  }
  SECTION("while it looks at its SIM") {
    wire.instead["AT+CPIN?"] = "";
    auto sim = wire.modem.remove_sim(wire.now);
    wire.exchange();
    wire.modem.set_registration(0, wire.now);
    wire.exchange();
    wire.modem.insert_sim(*sim, wire.now);
    wire.modem.set_registration(2, wire.now);
    wire.run(5s);
    wire.instead.clear();
    REQUIRE(wire.becomes(SessionState::searching, 60s));
  }
  wire.modem.set_registration(1, wire.now);
  CHECK(wire.becomes(SessionState::ready, 3s));
  CHECK(wire.can_submit(3s));
}

// --- restarts -----------------------------------------------------------------------------------

TEST_CASE("a modem that restarts by itself is brought up anew, whatever it was doing") {
  struct Row {
    const char* when;
    std::function<void(Wire&)> until;
  };
  const Row rows[] = {
      {"idle", [](Wire&) {}},
      {"searching",
       [](Wire& wire) {
         wire.modem.set_registration(0, wire.now);
         wire.run(3s);
       }},
      {"with a prompt open",
       [](Wire& wire) {
         wire.commits_at_once = false;
         wire.submit(1);
       }},
      {"with a part on the air", [](Wire& wire) { wire.submit(1); }},
      {"getting in step",
       [](Wire& wire) {
         wire.commits_at_once = false;
         wire.submit(1);
         wire.withdraw(1);
       }},
      {"with a health question out",
       [](Wire& wire) {
         wire.instead["AT+CREG?"] = "";
         wire.instead["AT+CSQ"] = "";
         wire.run(31s);
         wire.instead.clear();
       }},
  };
  for (const auto boot : {0ms, 300ms, 5000ms, 25'000ms}) {
    for (const auto& row : rows) {
      DYNAMIC_SECTION(row.when << ", silent for " << boot.count() << " ms") {
        Wire wire({.latency = 5s, .boot = boot});
        wire.open();
        REQUIRE(wire.becomes(SessionState::ready));
        row.until(wire);
        wire.modem.set_registration(1, wire.now);
        wire.modem.restart(wire.now);
        wire.run(boot + 3s);
        REQUIRE(wire.can_submit(60s));
        wire.modem.receive("AT+CNMI?\r", wire.now);  // its settings are there again
        CHECK(wire.modem.take_output() == "\r\n+CNMI: 2,1,0,1,0\r\n\r\nOK\r\n");
        CHECK(wire.offences.empty());
        CHECK(wire.modem.counters().violations == 0);
        wire.commits_at_once = true;
        const auto result = wire.send(99);
        REQUIRE(result);
        CHECK(result->kind == PartResult::Kind::sent);
      }
    }
  }
}
