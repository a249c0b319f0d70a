// What modems hand over directly (+CMT, +CDS) under a service that wants it acknowledged.
#include <catch2/catch.hpp>
#include <string>

#include "tests/modem/session_wire.hpp"

using namespace bank::modem;
using namespace bank::modem::test;

namespace {

virt::ModemOptions quectel() {
  virt::ModemOptions options;
  options.latency = 2s;
  options.maker = "Quectel";
  options.model = "EC25";
  return options;
}

/// Each part that it sends brings a status report.
struct Ready : Wire {
  explicit Ready(virt::ModemOptions options = quectel()) : Wire(std::move(options)) {
    open();
    REQUIRE(becomes(SessionState::ready));
    run(1s);
  }
  std::size_t acknowledged() const { return times_written("AT+CNMA"); }
  void book(std::size_t i) { perform(session.booked(received.at(i).token, now)); }
};

constexpr const char* report = "\r\n+CDS: 4\r\n0006\r\n";

}  // namespace

TEST_CASE("reports that wait for an acknowledgement come one after the other") {
  Ready wire;
  CHECK(wire.times_written("AT+CSMS=1") == 1);
  SECTION("while parts follow one another") {
    for (std::uint64_t token = 1; token <= 20; ++token) REQUIRE(wire.send(token));
  }
  SECTION("while it is idle") {
    for (std::uint64_t token = 1; token <= 20; ++token) {
      REQUIRE(wire.send(token));
      wire.run(1s);
    }
  }
  wire.run(2s);
  CHECK(wire.received.size() == 20);
  CHECK(wire.acknowledged() == 20);
  CHECK(wire.times_written("AT+CNMA=1") == 20);
  CHECK(wire.modem.counters().reports == 20);
  CHECK(wire.modem.counters().violations == 0);
  CHECK(wire.offences.empty());
}

TEST_CASE("nothing is acknowledged before it is booked, and so long nothing more comes") {
  Ready wire;
  wire.books = false;
  for (std::uint64_t token = 1; token <= 3; ++token) REQUIRE(wire.send(token));
  wire.run(1s);
  REQUIRE(wire.received.size() == 1);
  CHECK(wire.received[0].is_report);
  CHECK(wire.received[0].token != 0);
  CHECK(wire.acknowledged() == 0);
  wire.book(0);
  wire.run(1s);
  CHECK(wire.acknowledged() == 1);
  REQUIRE(wire.received.size() == 2);
  CHECK(wire.received[1].pdu != wire.received[0].pdu);
  wire.run(5s);
  CHECK(wire.acknowledged() == 1);
}

TEST_CASE("what is not booked in time is not acknowledged, and comes again") {
  Ready wire;
  wire.books = false;
  REQUIRE(wire.send(1));
  wire.run(100ms);
  REQUIRE(wire.received.size() == 1);
  SECTION("the commit failed") {
    wire.perform(wire.session.not_booked(wire.received[0].token, wire.now));
  }
  SECTION("the commit came too late") {
    wire.run(Mailbox::acknowledge_time + 1s);
    wire.book(0);
  }
  SECTION("nobody ever said") {}
  SECTION("the program died, and the modem went on") {
    wire.hang_up();
    wire.run(3s);
    wire.open();
    REQUIRE(wire.becomes(SessionState::ready));
  }
  CHECK(wire.run_until([&] { return wire.received.size() == 2; }, 1min));
  CHECK(wire.acknowledged() == 0);
  CHECK(wire.received[1].pdu == wire.received[0].pdu);
  wire.book(1);
  wire.books = true;
  wire.run(1s);
  CHECK(wire.acknowledged() == 1);
  REQUIRE(wire.send(2));
  wire.run(1s);
  CHECK(wire.received.size() == 3);
  CHECK(wire.acknowledged() == 2);
}

TEST_CASE("a part that takes long makes an acknowledgement too late, and it is left out") {
  virt::ModemOptions options = quectel();
  options.report_delay = 1s;
  Ready wire(options);
  REQUIRE(wire.send(1));
  REQUIRE(wire.modem.inject({.kind = virt::FaultKind::slow, .time = 60s}));
  wire.submit(2);
  wire.run(59s);
  CHECK(wire.received.size() == 1);
  CHECK(wire.acknowledged() == 0);
  wire.run(2min);
  CHECK(wire.received.size() == 3);  // the first of them twice
  CHECK(wire.acknowledged() == 2);
  CHECK(wire.modem.counters().violations == 0);
}

TEST_CASE("two that come at once are acknowledged in the order in which they came") {
  Ready wire;
  wire.books = false;
  wire.modem.noise(std::string(report) + report, wire.now);
  wire.exchange();
  REQUIRE(wire.received.size() == 2);
  SECTION("each when it is booked") {
    wire.book(0);
    wire.run(1s);
    CHECK(wire.acknowledged() == 1);
    wire.book(1);
    wire.run(1s);
    CHECK(wire.acknowledged() == 2);
  }
  SECTION("the second not before the first") {
    wire.book(1);
    wire.run(1s);
    CHECK(wire.acknowledged() == 0);
    wire.book(0);
    wire.run(1s);
    CHECK(wire.acknowledged() == 2);
  }
  SECTION("the second not at all where the first was not booked") {
    wire.book(1);
    wire.perform(wire.session.not_booked(wire.received[0].token, wire.now));
    wire.run(2min);
    CHECK(wire.acknowledged() == 0);
  }
  CHECK(wire.session.can_submit());
}

TEST_CASE("a modem that knows no acknowledgement, or another, goes on handing over") {
  Ready wire;
  const std::string no = "\r\nERROR\r\n";
  std::size_t asked = 0;
  SECTION("another") {
    wire.instead["AT+CNMA=1"] = no;
    asked = 0;
  }
  SECTION("none") {
    wire.instead["AT+CNMA=1"] = wire.instead["AT+CNMA"] = no;
    asked = 1;
  }
  for (std::uint64_t token = 1; token <= 5; ++token) REQUIRE(wire.send(token));
  wire.run(1min);
  const auto received = wire.received.size();
  CHECK(received >= 5);
  CHECK(received <= 6);  // the first came again, where it was given up
  CHECK(wire.times_written("AT+CSMS=0") == asked);
  CHECK(wire.times_written("AT+CNMA=1") == 1);
  REQUIRE(wire.send(6));
  wire.run(1s);
  CHECK(wire.received.size() == received + 1);
  CHECK(wire.session.can_submit());
  CHECK(wire.gave_up_because.empty());
}

TEST_CASE("one that the modem told and that cannot be read stops the others for moments alone") {
  Ready wire;
  REQUIRE(wire.send(1));
  wire.run(1s);
  const auto set = wire.times_written("AT+CNMI=");
  SECTION("its line was lost") {
    wire.modem.noise("\r\n+CDS: 25\r\n\r\n", wire.now);
    wire.run(1min);
  }
  SECTION("its acknowledgement was too late") {
    wire.instead["AT+CNMA=1"] = "\r\n+CMS ERROR: 340\r\n";
    wire.modem.noise(report, wire.now);
    wire.run(5s);
  }
  SECTION("nothing of it was heard") {
    wire.run(3h);
  }
  CHECK(wire.times_written("AT+CNMI=") > set);
}

TEST_CASE("an acknowledgement that nobody expects is harmless") {
  Ready wire;
  for (int i = 0; i < 3; ++i) {  // +CMS ERROR: 340 is what the modem says to it
    wire.modem.noise(report, wire.now);
    wire.run(1s);
  }
  CHECK(wire.acknowledged() == 3);
  CHECK(wire.times_written("AT+CSMS=0") == 0);
  REQUIRE(wire.send(1));
  wire.run(1s);
  CHECK(wire.received.size() == 4);
}

TEST_CASE("a service of another number is set by it, and one that is refused is done without") {
  virt::ModemOptions options = quectel();
  options.model = "M95";
  SECTION("128 is 2+") {
    options.service_2plus = 128;
    Ready wire(options);
    for (std::uint64_t token = 1; token <= 3; ++token) REQUIRE(wire.send(token));
    wire.run(1s);
    CHECK(wire.times_written("AT+CSMS=128") == 1);
    CHECK(wire.received.size() == 3);
    CHECK(wire.acknowledged() == 3);
  }
  SECTION("it is not known") {
    Ready wire(options);
    for (std::uint64_t token = 1; token <= 3; ++token) REQUIRE(wire.send(token));
    wire.run(1s);
    CHECK(wire.times_written("AT+CSMS=0") == 1);
    REQUIRE(wire.received.size() == 3);
    CHECK(wire.received[0].token == 0);
    CHECK(wire.acknowledged() == 0);
  }
}
