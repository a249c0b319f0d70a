// The link that a modem keeps between parts where more are ready (+CMMS).
#include <catch2/catch.hpp>
#include <string>

#include "at/errors.hpp"
#include "tests/modem/session_wire.hpp"

using namespace bank::modem;
using namespace bank::modem::test;
using Kind = PartResult::Kind;

namespace {

constexpr auto latency = 2s;
constexpr auto opening = 3s;  // of a link

struct Ready : Wire {
  explicit Ready(virt::ModemOptions options = {.latency = latency, .link = opening})
      : Wire(std::move(options)) {
    open();
    REQUIRE(becomes(SessionState::ready));
    run(1s);
    written.clear();
  }
  /// One after the other, as a dispatcher with so many parts ready does it.
  void burst(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t token = first; token <= last; ++token) {
      REQUIRE(can_submit());
      submit(token, token < last);
      REQUIRE(run_until([&] { return ended.contains(token); }, 5min));
    }
  }
  std::size_t asked() const { return times_written("AT+CMMS"); }
};

}  // namespace

TEST_CASE("parts that follow one another share a link, which is asked for once") {
  Ready wire;
  const auto begin = wire.now;
  wire.burst(1, 5);
  CHECK(wire.now - begin == opening + 5 * latency);
  CHECK(wire.asked() == 1);
  CHECK(wire.written.front() == "AT+CMMS=1\r");
  CHECK(wire.modem.counters().links == 1);
  CHECK(wire.modem.counters().violations == 0);
  CHECK(wire.offences.empty());
  SECTION("and is asked for again where it has ended meanwhile") {
    wire.run(1500ms);
    wire.burst(6, 8);
    CHECK(wire.asked() == 2);
    CHECK(wire.modem.counters().links == 2);
  }
  SECTION("and not where it has not") {
    wire.run(500ms);
    wire.burst(6, 8);
    CHECK(wire.asked() == 1);
    CHECK(wire.modem.counters().links == 1);
  }
}

TEST_CASE("a part that nothing follows asks for no link") {
  Ready wire;
  for (std::uint64_t token = 1; token <= 3; ++token) {
    wire.burst(token, token);
    wire.run(3s);
  }
  CHECK(wire.asked() == 0);
  CHECK(wire.written.front().starts_with("AT+CMGS="));
}

TEST_CASE("a modem that keeps no link is asked once, and sends without") {
  virt::ModemOptions options{.latency = latency};
  SECTION("it refuses") {
    options.keeps_link = false;
    Ready wire(options);
    wire.burst(1, 5);
    wire.run(2s);
    wire.burst(6, 9);
    CHECK(wire.asked() == 1);
    for (const auto& [token, result] : wire.ended) CHECK(result.kind == Kind::sent);
    CHECK(wire.ended.size() == 9);
  }
  SECTION("it says nothing") {
    Ready wire(options);
    wire.instead["AT+CMMS=1"] = "";
    wire.burst(1, 1);
    wire.submit(2, true);
    wire.run(20s);
    REQUIRE(wire.ended.contains(2));
    CHECK(wire.ended[2].kind == Kind::not_sent);
    CHECK(wire.ended[2].why == "no_prompt");
    CHECK_FALSE(wire.taken(2));
    wire.burst(3, 6);
    CHECK(wire.asked() == 1);
  }
  SECTION("its family is known for it") {
    options.maker = "huawei";
    options.model = "E1752";
    Ready wire(options);
    wire.burst(1, 5);
    CHECK(wire.asked() == 0);
    CHECK(wire.ended.size() == 5);
  }
}

TEST_CASE("a part that a kept link spoils is refused as any other, and the link is left") {
  Ready wire;
  REQUIRE(wire.modem.inject({.kind = virt::FaultKind::refuse, .code = 500}));
  wire.burst(1, 5);
  int refused = 0;
  for (const auto& [token, result] : wire.ended) {
    if (result.kind != Kind::refused) continue;
    ++refused;
    REQUIRE(result.failure);
    CHECK(bank::at::code_of(*result.failure) == "cms_500");
    CHECK(result.pdu_written);
  }
  CHECK(refused == 1);
  wire.run(5s);
  wire.burst(6, 9);
  CHECK(wire.asked() == 1);
}

TEST_CASE("a part that is withdrawn while its link is asked for is not sent") {
  Ready wire;
  wire.commits_at_once = false;
  wire.instead["AT+CMMS=1"] = "";
  wire.submit(1, true);
  wire.withdraw(1);
  CHECK(wire.ended.empty());
  wire.modem.noise("\r\nOK\r\n", wire.now);
  wire.exchange();
  REQUIRE(wire.ended.contains(1));
  CHECK(wire.ended[1].kind == Kind::not_sent);
  CHECK(wire.ended[1].why == "withdrawn");
  CHECK(wire.times_written("AT+CMGS=") == 0);
  wire.commits_at_once = true;
  const auto next = wire.send(2);
  REQUIRE(next);
  CHECK(next->kind == Kind::sent);
}
