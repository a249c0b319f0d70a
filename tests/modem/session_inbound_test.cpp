#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>

#include "at/received.hpp"
#include "modem/virtual/pdu.hpp"
#include "tests/modem/session_wire.hpp"

using namespace bank::modem;
using namespace bank::modem::test;

namespace {

void inject(Wire& wire, std::string_view words) {
  const auto fault = virt::parse_fault(words);
  REQUIRE(fault);
  REQUIRE(wire.modem.inject(*fault));
}

std::string text_of(const Received& received) {
  const auto read = bank::at::decode_received(received.pdu);
  REQUIRE(read);
  const auto* const deliver = std::get_if<bank::at::Deliver>(&*read);
  return deliver == nullptr ? "" : deliver->text.value_or("");
}

/// How often each text was handed over.
std::map<std::string, int> texts(const Wire& wire) {
  std::map<std::string, int> times;
  for (const auto& one : wire.received) {
    if (const auto text = text_of(one); !text.empty()) ++times[text];
  }
  return times;
}

struct Ready : Wire {
  explicit Ready(virt::Sim sim = virt::sim_of(0)) : Wire({.latency = 2s}, std::move(sim)) {
    open();
    REQUIRE(becomes(SessionState::ready));
    run(1s);
  }
  void deliver(const std::string& text) {
    REQUIRE(modem.deliver("+989121234567", text, now));
    exchange();
  }
  std::size_t on_sim() const { return modem.sim()->used(); }
};

}  // namespace

TEST_CASE("a text is read when it is announced, and deleted once it is booked, not before") {
  Ready wire;
  wire.books = false;
  wire.deliver("hello");
  wire.run(1s);
  REQUIRE(wire.received.size() == 1);
  CHECK(text_of(wire.received[0]) == "hello");
  CHECK(wire.received[0].insertion == wire.session.insertion());
  CHECK(wire.on_sim() == 1);
  wire.run(5min);
  CHECK(wire.received.size() == 1);  // in hand, sweep after sweep
  CHECK(wire.on_sim() == 1);
  wire.perform(wire.session.booked(wire.received[0].token, wire.now));
  wire.run(1s);
  CHECK(wire.on_sim() == 0);
  CHECK(wire.times_written("AT+CMGD=1") == 1);
}

TEST_CASE("what a SIM holds when it is brought up is read, whoever announced it") {
  virt::Sim sim = virt::sim_of(0);
  {
    Wire before({}, sim);
    for (int i = 0; i < 20; ++i) {
      REQUIRE(before.modem.deliver("+98912", "early " + std::to_string(i), before.now));
    }
    sim = *before.modem.remove_sim(before.now);
  }
  Ready wire(sim);
  wire.run(1s);
  CHECK(texts(wire).size() == 20);
  CHECK(wire.received.size() == 20);
  CHECK(wire.on_sim() == 0);
}

TEST_CASE("an announcement that is lost, doubled or wrong costs time, never a message") {
  Ready wire;
  SECTION("lost") {
    inject(wire, "notice-lost");
    wire.deliver("quiet");
    CHECK(wire.run_until([&] { return wire.received.size() == 1; }, 61s));
  }
  SECTION("twice") {
    inject(wire, "notice-twice count=5");
    for (int i = 0; i < 5; ++i) wire.deliver("loud " + std::to_string(i));
  }
  SECTION("of another place") {
    wire.modem.noise("\r\n+CMTI: \"SM\",29\r\n\r\n+CMTI: \"ME\",0\r\n+CMTI: \"XX\",77\r\n",
                     wire.now);
    wire.deliver("here");
  }
  wire.run(2min);
  for (const auto& [text, times] : texts(wire)) CHECK(times == 1);
  CHECK(wire.on_sim() == 0);
  CHECK(wire.session.state() == SessionState::ready);
}

TEST_CASE("a commit that fails leaves the message with the modem until one succeeds") {
  Ready wire;
  wire.books = false;
  wire.deliver("stay");
  wire.run(1s);
  REQUIRE(wire.received.size() == 1);
  wire.perform(wire.session.not_booked(wire.received[0].token, wire.now));
  CHECK(wire.run_until([&] { return wire.received.size() == 2; }, 20s));
  CHECK(wire.on_sim() == 1);
  wire.perform(wire.session.booked(wire.received[1].token, wire.now));
  wire.run(1s);
  CHECK(wire.on_sim() == 0);
}

TEST_CASE("a deletion whose answer is lost never deletes what came into its place") {
  Ready wire;
  inject(wire, "erase-silent");
  wire.deliver("first");
  wire.run(5s);
  CHECK(wire.on_sim() == 0);
  wire.deliver("second");  // the same place, while the answer is awaited
  wire.run(3min);
  CHECK(texts(wire).at("second") == 1);
  CHECK(wire.on_sim() == 0);
}

TEST_CASE("a modem that does not answer to reading is read all the same") {
  Ready wire;
  SECTION("one that was announced") {
    inject(wire, "read-silent");
    wire.deliver("again");
  }
  SECTION("all of them") {
    inject(wire, "list-silent");
    for (int i = 0; i < 8; ++i) wire.deliver("of many " + std::to_string(i));
  }
  wire.run(6min);
  CHECK_FALSE(texts(wire).empty());
  for (const auto& [text, times] : texts(wire)) CHECK(times == 1);
  CHECK(wire.on_sim() == 0);
  CHECK(wire.gave_up_because.empty());
}

TEST_CASE("texts come in while parts go out, and parts go out while texts come in") {
  Ready wire;
  wire.on_end = [&](std::uint64_t token, const PartResult&) {
    if (token < 100 && wire.session.can_submit()) wire.submit(token + 1);
  };
  std::uint64_t next = 1;
  int delivered = 0;
  while (next <= 20) {
    wire.deliver("text " + std::to_string(delivered++));
    REQUIRE(wire.send(next++));
    wire.run(100ms);
    while (wire.ended.contains(next)) ++next;
  }
  wire.run(10s);
  CHECK(texts(wire).size() == static_cast<std::size_t>(delivered));
  CHECK(wire.on_sim() == 0);
  CHECK(wire.offences.empty());
  CHECK(wire.modem.counters().violations == 0);
}

TEST_CASE("a restart or another SIM in mid-reading deletes nothing that was not read") {
  for (int step = 0; step < 30; ++step) {
    Ready wire;
    wire.books = false;
    for (int i = 0; i < 6; ++i) wire.deliver("old " + std::to_string(i));
    for (int i = 0; i < step; ++i) wire.run(10ms);
    const bool swaps = step % 2 == 0;
    if (swaps) {
      (void)wire.modem.remove_sim(wire.now);
      virt::Sim other = virt::sim_of(1);
      wire.modem.insert_sim(std::move(other), wire.now);
      wire.exchange();
      for (int i = 0; i < 6; ++i) wire.deliver("new " + std::to_string(i));
    } else {
      wire.modem.restart(wire.now);
    }
    // What was handed over before is booked only now.
    const auto late = wire.received;
    for (const auto& one : late) {
      if (one.token != 0) wire.perform(wire.session.booked(one.token, wire.now));
    }
    wire.received.clear();
    wire.books = true;
    wire.run(3min);
    CHECK(wire.on_sim() == 0);
    for (int i = 0; swaps && i < 6; ++i) {
      CHECK(texts(wire).count("new " + std::to_string(i)) == 1);
    }
  }
}

TEST_CASE("a status report that lies in another store than the announced one is found") {
  virt::Sim sim = virt::sim_of(0);
  sim.reports.resize(10);
  Wire wire({}, sim);
  wire.instead["AT+CNMI=2,1,0,1,0"] = "\r\n+CMS ERROR: 303\r\n";
  wire.instead["AT+CNMI=2,1,0,1,1"] = "\r\n+CMS ERROR: 303\r\n";
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready));
  wire.run(1s);
  CHECK(wire.session.mailbox().notification() == "2,1,0,2,0");
  const std::string pdu = "0031000C918919123254760000AA0141";
  REQUIRE(wire.can_submit());
  wire.modem.receive("AT+CMGS=15\r", wire.now);
  wire.modem.receive(pdu + "\x1A", wire.now);
  wire.modem.consume(wire.modem.output().size());  // another program's part
  REQUIRE(wire.modem.sim()->reports.front());
  wire.modem.noise("\r\n+CDSI: \"SM\",1\r\n", wire.now);
  wire.exchange();
  wire.run(30s);
  REQUIRE(wire.received.size() == 1);
  const auto read = bank::at::decode_received(wire.received[0].pdu);
  REQUIRE(read);
  CHECK(std::holds_alternative<bank::at::StatusReport>(*read));
  CHECK_FALSE(wire.modem.sim()->reports.front());
}

TEST_CASE("reports that lie unannounced in a store of their own are found in time") {
  virt::Sim sim = virt::sim_of(0);
  sim.reports.resize(10);
  const auto store = GENERATE("ME", "SR");
  Wire wire({.reports = virt::ReportsGo::unannounced, .report_store = store}, sim);
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready));
  wire.run(5min);
  const std::string pdu = "0031000C918919123254760000AA0141";
  REQUIRE(wire.can_submit());
  wire.modem.receive("AT+CMGS=15\r", wire.now);
  wire.modem.receive(pdu + "\x1A", wire.now);
  wire.modem.consume(wire.modem.output().size());  // another program's part
  REQUIRE(wire.modem.sim()->reports.front());
  wire.run(12min);
  CHECK(wire.received.size() == 1);
  CHECK_FALSE(wire.modem.sim()->reports.front());
}

TEST_CASE("a SIM that fills up is emptied before anything is sent, and says so when it cannot be") {
  virt::Sim sim = virt::sim_of(0, {}, 10);
  Ready wire(sim);
  wire.books = false;
  for (int i = 0; i < 9; ++i) wire.deliver("fill " + std::to_string(i));
  wire.run(61s);
  CHECK(wire.session.mailbox().nearly_full());
  const auto held = wire.received;
  for (const auto& one : held) wire.perform(wire.session.booked(one.token, wire.now));
  wire.books = true;
  wire.run(61s);
  CHECK(wire.on_sim() == 0);
  CHECK_FALSE(wire.session.mailbox().nearly_full());
}

TEST_CASE("a message that cannot be deleted is given up, and said to be so") {
  Ready wire;
  wire.instead["AT+CMGD=1"] = "\r\n+CMS ERROR: 500\r\n";
  wire.deliver("sticky");
  wire.run(2min);
  const auto tries = wire.received.size();  // each time it was read anew, and known by the book
  CHECK(tries <= 3);
  wire.run(1h);
  CHECK(wire.received.size() == tries);
  CHECK_THAT(wire.session.mailbox().trouble(), Catch::Contains("cannot be deleted"));
}

TEST_CASE("what is no inbound message stays on the SIM") {
  Ready wire;
  wire.instead["AT+CMGL=4"] =
      "\r\n+CMGL: 3,2,,15\r\n0031000C918919123254760000AA0141\r\n\r\nOK\r\n";
  inject(wire, "notice-lost");
  wire.deliver("x");  // so that the store is not empty
  wire.run(3min);
  CHECK(wire.received.empty());
  CHECK(wire.times_written("AT+CMGD=3") == 0);
}

TEST_CASE("announcements that never come make the next way of them be tried") {
  Ready wire;
  inject(wire, "notice-lost count=100");
  for (int i = 0; i < 6; ++i) {
    wire.deliver("unseen " + std::to_string(i));
    wire.run(61s);
  }
  CHECK(wire.received.size() == 6);
  CHECK(wire.session.mailbox().notification() != "2,1,0,1,0");
}

TEST_CASE("a caller is told once, and hung up on") {
  Ready wire;
  SECTION("with a number") {
    wire.modem.call("+989121112233", wire.now);
    wire.exchange();
    wire.run(30s);
    CHECK(wire.calls == std::vector<std::string>{"+989121112233"});
  }
  SECTION("without") {
    wire.instead["AT+CLIP=1"] = "\r\nERROR\r\n";
    wire.hang_up();
    wire.modem.restart(wire.now);
    wire.open();
    REQUIRE(wire.becomes(SessionState::ready));
    wire.modem.call("+989121112233", wire.now);
    wire.exchange();
    wire.run(30s);
    CHECK(wire.calls == std::vector<std::string>{""});
  }
  CHECK(wire.modem.counters().hung_up == 1);
  CHECK(wire.session.can_submit());
}

TEST_CASE("a flash message comes directly, and wants nothing afterwards") {
  Ready wire;
  wire.modem.noise("\r\n+CMT: ,23\r\n07919891010000F0040C918919123254760010622111320300410161\r\n",
                   wire.now);
  wire.exchange();
  REQUIRE(wire.received.size() == 1);
  CHECK(wire.received[0].token == 0);
}

TEST_CASE("a SIM that was exchanged without a word is noticed at the next look") {
  Ready wire;
  const auto before = wire.session.insertion();
  wire.instead["AT+CCID"] = "\r\n+CCID: \"8998110000000000099\"\r\n\r\nOK\r\n";
  SECTION("by +CPIN: READY") {
    wire.modem.noise("\r\n+CPIN: READY\r\n", wire.now);
    wire.exchange();
    wire.run(2s);
  }
  SECTION("from time to time") {
    wire.run(6min);
  }
  CHECK(wire.session.facts().iccid == "8998110000000000099");
  CHECK(wire.session.insertion() != before);
  CHECK(wire.becomes(SessionState::ready));
}

TEST_CASE("a PDU that was damaged on its way is read once more") {
  Ready wire;
  wire.books = false;
  const std::string cut = GENERATE(
      "\r\n+CMGL: 1,0,,28\r\n0791891901000010040C9189\r\n\r\nOK\r\n",
      // As many octets as are claimed, for as many are missing as its service centre's field has.
      "\r\n+CMGL: 1,0,,29\r\n0791891901000010040C9189190200006200000430203073CDC3EC701B\r\n\r\n"
      "OK\r\n");
  SECTION("and comes whole") {
    wire.at_first["AT+CMGL=4"] = {cut};
  }
  SECTION("or is the same again, and so is what it is") {
    wire.instead["AT+CMGL=4"] = cut;
  }
  wire.deliver("hello");
  wire.run(2s);
  REQUIRE(wire.received.size() == 1);
  CHECK(wire.times_written("AT+CMGL=4") == 2);
  if (wire.instead.empty()) CHECK(text_of(wire.received[0]) == "hello");
}

TEST_CASE("a list that is out of order is believed when it is the same again") {
  Ready wire;
  wire.books = false;
  inject(wire, "notice-lost count=2");
  wire.deliver("one");
  wire.deliver("two");
  std::string list = "\r\n";
  for (const std::size_t place : {1U, 0U}) {
    const auto& pdu = wire.modem.sim()->slots[place]->pdu;
    list += "+CMGL: " + std::to_string(place + 1) + ",0,," +
            std::to_string(virt::tpdu_octets(pdu)) + "\r\n" + pdu + "\r\n";
  }
  wire.instead["AT+CMGL=4"] = list + "\r\nOK\r\n";
  const auto before = wire.times_written("AT+CMGL=4");
  wire.run(2min);
  CHECK(texts(wire).size() == 2);
  CHECK(wire.times_written("AT+CMGL=4") - before < 20);
}

TEST_CASE("a store that was refused for a moment is looked through later") {
  virt::Sim sim = virt::sim_of(0);
  {
    Wire before({}, sim);
    REQUIRE(before.modem.deliver("+98912", "waiting", before.now));
    sim = *before.modem.remove_sim(before.now);
  }
  Wire wire({.latency = 2s}, sim);
  const std::string refusal = "\r\n+CMS ERROR: 500\r\n";
  for (const std::string set :
       {"AT+CPMS=\"SM\",\"SM\",\"SM\"", "AT+CPMS=\"SM\",\"SM\"", "AT+CPMS=\"SM\""}) {
    wire.at_first[set] = {refusal, refusal};
  }
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready));
  CHECK(wire.run_until([&] { return !wire.received.empty(); }, 5min));
  CHECK(wire.session.can_submit());
}

TEST_CASE("where one part takes the others with it, all are booked before any is deleted") {
  virt::ModemOptions options;
  options.maker = "SIMCOM_Ltd";
  options.model = "SIMCOM_SIM600";
  Wire wire(options);
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready));
  wire.run(1s);
  REQUIRE(wire.session.profile().has(Quirk::deletes_siblings));
  wire.books = false;
  REQUIRE(wire.modem.deliver("+989121234567", std::string(300, 'x'), wire.now));
  wire.exchange();
  wire.run(2s);
  REQUIRE(wire.received.size() == 2);
  wire.perform(wire.session.booked(wire.received[0].token, wire.now));
  wire.run(2s);
  CHECK(wire.times_written("AT+CMGD=") == 0);
  wire.perform(wire.session.booked(wire.received[1].token, wire.now));
  wire.run(2s);
  CHECK(wire.modem.sim()->used() == 0);
}
