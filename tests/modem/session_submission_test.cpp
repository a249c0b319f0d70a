#include <catch2/catch.hpp>
#include <string>

#include "tests/modem/session_wire.hpp"

using namespace bank::modem;
using namespace bank::modem::test;
using Kind = PartResult::Kind;
using LateResults = decltype(Wire::late);

namespace {

void inject(Wire& wire, std::string_view words) {
  const auto fault = virt::parse_fault(words);
  REQUIRE(fault);
  REQUIRE(wire.modem.inject(*fault));
}

/// Brought up, with network time, and nothing committed unless the test does.
struct Ready : Wire {
  explicit Ready(virt::ModemOptions options = {.latency = 2s}) : Wire(std::move(options)) {
    open();
    REQUIRE(becomes(SessionState::ready));
    run(1s);  // what lies in its stores is looked through
  }
};

void check_well(const Wire& wire) {
  CHECK(wire.offences.empty());
  CHECK(wire.modem.counters().violations == 0);
  CHECK(wire.modem.counters().bad_pdus == 0);
}

}  // namespace

TEST_CASE("a part goes out when the prompt and the commit are there, in either order") {
  Ready wire({.latency = 2s, .prompt_delay = 50ms});
  SECTION("the commit first") {
    wire.submit(1);
    CHECK(wire.times_written(Wire::pdu_of(1)) == 0);
    wire.run(50ms);
  }
  SECTION("the prompt first") {
    wire.commits_at_once = false;
    wire.submit(1);
    CHECK(wire.commits_wanted == std::vector<std::uint64_t>{1});
    wire.run(1s);
    CHECK(wire.times_written(Wire::pdu_of(1)) == 0);
    wire.commit(1);
  }
  CHECK(wire.times_written(Wire::pdu_of(1)) == 1);
  CHECK(wire.ended.empty());
  wire.run(2s);
  REQUIRE(wire.ended.size() == 1);
  CHECK(wire.ended[1].kind == Kind::sent);
  CHECK(wire.ended[1].tp_mr == 0);
  CHECK(wire.ended[1].pdu_written);
  CHECK(wire.taken(1));
  CHECK(wire.session.can_submit());
  check_well(wire);
}

TEST_CASE("a prompt that is taken back in the same read gets no PDU") {
  Ready wire;
  const std::string question = "AT+CMGS=" + std::to_string(Wire::length_of(1));
  wire.instead[question] = "\r\n> \r\n+CMS ERROR: 304\r\n";
  wire.submit(1);
  REQUIRE(wire.ended.contains(1));
  CHECK(wire.ended[1].kind == Kind::refused);
  CHECK_FALSE(wire.ended[1].pdu_written);
  CHECK(wire.times_written(Wire::pdu_of(1)) == 0);

  wire.instead.clear();
  const auto next = wire.send(2);
  REQUIRE(next);
  CHECK(next->kind == Kind::sent);
  check_well(wire);
}

TEST_CASE("after OK the next AT+CMGS is written in the same call") {
  Ready wire;
  wire.on_end = [&](std::uint64_t token, const PartResult&) {
    REQUIRE(wire.session.can_submit());
    if (token < 5) wire.submit(token + 1);
  };
  wire.submit(1);
  wire.run(2s);
  CHECK(wire.ended.size() == 1);
  CHECK(wire.times_written("AT+CMGS=") == 2);  // at the very moment of the first result
  wire.run(8s);
  CHECK(wire.ended.size() == 5);
  check_well(wire);
}

TEST_CASE("it does not matter how the bytes of a submission are chopped") {
  for (std::size_t piece = 0; piece < 12; ++piece) {
    Ready wire;
    wire.piece = piece;
    for (std::uint64_t token = 1; token <= 3; ++token) {
      const auto result = wire.send(token);
      REQUIRE(result);
      CHECK(result->kind == Kind::sent);
      CHECK(result->tp_mr == static_cast<int>(token) - 1);
    }
    check_well(wire);
  }
}

TEST_CASE("a withdrawn part is not sent, unless it is too late") {
  struct Row {
    const char* when;
    std::function<void(Wire&)> until;
    bool too_late;
  };
  const Row rows[] = {
      {"before the prompt", [](Wire&) {}, false},
      {"before the prompt, committed", [](Wire& wire) { wire.commit(1); }, false},
      {"at the prompt", [](Wire& wire) { wire.run(100ms); }, false},
      {"on the air",
       [](Wire& wire) {
         wire.commit(1);
         wire.run(100ms);
       },
       true},
      {"afterwards",
       [](Wire& wire) {
         wire.commit(1);
         wire.run(10s);
       },
       true},
  };
  for (const auto& row : rows) {
    for (const std::size_t piece : {std::size_t{1}, std::string::npos}) {
      DYNAMIC_SECTION(row.when << ", read by " << piece) {
        Ready wire({.latency = 2s, .prompt_delay = 50ms});
        wire.piece = piece;
        wire.commits_at_once = false;
        wire.submit(1);
        row.until(wire);
        wire.withdraw(1);
        wire.commit(1);  // a commit that comes late is not for it
        wire.run(3s);
        REQUIRE(wire.ended.size() == 1);
        CHECK(wire.ended[1].kind == (row.too_late ? Kind::sent : Kind::not_sent));
        if (!row.too_late) CHECK(wire.ended[1].why == "withdrawn");
        CHECK(wire.taken(1) == row.too_late);
        wire.commits_at_once = true;
        const auto next = wire.send(2);
        REQUIRE(next);
        CHECK(next->kind == Kind::sent);
        check_well(wire);
      }
    }
  }
}

TEST_CASE("a withdrawal of another part does nothing") {
  Ready wire;
  wire.commits_at_once = false;
  wire.submit(7);
  wire.withdraw(6);
  wire.commit(7);
  wire.run(3s);
  CHECK(wire.ended[7].kind == Kind::sent);
  check_well(wire);
}

TEST_CASE("a lost result is slow at 30 s and uncertain at 120 s") {
  Ready wire(virt::ModemOptions{});
  inject(wire, "lost");
  wire.submit(1);
  wire.run(29'999ms);
  CHECK(wire.slow.empty());
  wire.run(1ms);
  CHECK(wire.slow == std::vector<std::uint64_t>{1});
  wire.run(89'999ms);
  CHECK(wire.ended.empty());
  wire.run(1ms);
  REQUIRE(wire.ended.size() == 1);
  CHECK(wire.ended[1].kind == Kind::uncertain);
  CHECK(wire.ended[1].why == "no_result");
  CHECK(wire.ended[1].pdu_written);
  CHECK(wire.taken(1));
  const auto next = wire.send(2);
  REQUIRE(next);
  CHECK(next->kind == Kind::sent);
  CHECK(wire.slow.size() == 1);
  check_well(wire);
}

TEST_CASE("a result that comes after the part was given up is told as late") {
  for (const char* late : {"late 120100ms", "late 121s", "late 125s", "late 140s", "late 200s"}) {
    DYNAMIC_SECTION(late) {
      Ready wire(virt::ModemOptions{});
      inject(wire, late);
      wire.submit(1);
      REQUIRE(wire.run_until([&] { return !wire.ended.empty(); }, 130s));
      CHECK(wire.ended[1].kind == Kind::uncertain);
      REQUIRE(wire.run_until([&] { return !wire.late.empty(); }, 130s));
      CHECK(wire.late == LateResults{{1, 0}});
      const auto next = wire.send(2);
      REQUIRE(next);
      CHECK(next->kind == Kind::sent);
      CHECK(next->tp_mr == 1);
      check_well(wire);
    }
  }
}

TEST_CASE("errors of the network end a part, and the next can go at once") {
  struct Row {
    const char* fault;
    Kind kind;
    int code;
    bool taken;
  };
  const Row rows[] = {
      {"cms 38", Kind::refused, 38, false},     {"cms 500", Kind::refused, 500, false},
      {"cme 14", Kind::refused, 14, false},     {"error", Kind::refused, -1, false},
      {"cms 332", Kind::uncertain, 332, false}, {"taken-cms 332", Kind::uncertain, 332, true},
      {"cms 197", Kind::uncertain, 197, false}, {"taken-cms 38", Kind::refused, 38, true},
  };
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.fault) {
      Ready wire;
      inject(wire, row.fault);
      const auto result = wire.send(1);
      REQUIRE(result);
      CHECK(result->kind == row.kind);
      REQUIRE(result->failure);
      CHECK(result->failure->code == row.code);
      CHECK(result->pdu_written);
      CHECK(wire.taken(1) == row.taken);
      CHECK(wire.session.can_submit());
      const auto next = wire.send(2);
      REQUIRE(next);
      CHECK(next->kind == Kind::sent);
      check_well(wire);
    }
  }
}

TEST_CASE("an error instead of the prompt ends a part that was not written") {
  Ready wire;
  wire.instead["AT+CMGS=" + std::to_string(Wire::length_of(1))] = "\r\n+CMS ERROR: 331\r\n";
  const auto result = wire.send(1);
  REQUIRE(result);
  CHECK(result->kind == Kind::refused);
  CHECK_FALSE(result->pdu_written);
  wire.instead.clear();
  const auto next = wire.send(2);
  REQUIRE(next);
  CHECK(next->kind == Kind::sent);
  CHECK_FALSE(wire.taken(1));
  check_well(wire);
}

TEST_CASE("no prompt ends a part after 10 s, and three in a row make the modem start anew") {
  Ready wire;
  inject(wire, "no-prompt count=3");
  for (std::uint64_t token = 1; token <= 3; ++token) {
    const TimePoint begun = wire.now;
    const auto result = wire.send(token);
    REQUIRE(result);
    CHECK(result->kind == Kind::not_sent);
    CHECK(result->why == "no_prompt");
    CHECK_FALSE(result->pdu_written);
    CHECK(wire.now - begun <= 12s);
  }
  REQUIRE(wire.gave_up_because.size() == 1);
  CHECK_THAT(wire.gave_up_because[0], Catch::StartsWith("the modem gives no prompt"));
  const auto next = wire.send(4);
  REQUIRE(next);
  CHECK(next->kind == Kind::sent);
  check_well(wire);
}

TEST_CASE("two lost prompts between good ones are forgiven") {
  Ready wire;
  for (std::uint64_t token = 1; token <= 8; token += 2) {
    inject(wire, "no-prompt");
    CHECK(wire.send(token)->why == "no_prompt");
    CHECK(wire.send(token + 1)->kind == Kind::sent);
  }
  CHECK(wire.gave_up_because.empty());
}

TEST_CASE("a part of a SIM that is taken out before its PDU is written goes out by no other") {
  Ready wire({.latency = 2s});
  wire.commits_at_once = false;
  wire.submit(1);
  SECTION("while it waits for its commit") {
    wire.run(1s);
  }
  SECTION("before its prompt") {}
  REQUIRE(wire.modem.remove_sim(wire.now));
  wire.run(1s);
  wire.modem.insert_sim(virt::sim_of(6), wire.now);
  wire.run(1s);
  wire.commit(1);
  wire.modem.set_registration(1, wire.now);
  wire.run(10s);
  CHECK_FALSE(wire.taken(1));
  REQUIRE(wire.ended.size() == 1);
  CHECK(wire.ended[1].kind == Kind::not_sent);
  CHECK(wire.ended[1].why == "sim_changed");
  CHECK(wire.can_submit(60s));
  check_well(wire);
}

TEST_CASE("a restart in mid-send leaves a part unsent before its PDU and in doubt after it") {
  struct Row {
    const char* when;
    std::function<void(Wire&)> until;
    Kind kind;
  };
  const Row rows[] = {
      {"at the prompt", [](Wire&) {}, Kind::not_sent},
      {"at the prompt, before its PDU was due", [](Wire& wire) { wire.run(1s); }, Kind::not_sent},
      {"on the air", [](Wire& wire) { wire.commit(1); }, Kind::uncertain},
  };
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.when) {
      Ready wire({.latency = 2s, .boot = 4s});
      wire.commits_at_once = false;
      wire.submit(1);
      row.until(wire);
      wire.modem.restart(wire.now);
      REQUIRE(wire.run_until([&] { return !wire.ended.empty(); }, 30s));
      CHECK(wire.ended[1].kind == row.kind);
      CHECK(wire.ended[1].why == "restarted");
      wire.commit(1);
      CHECK(wire.can_submit(60s));
      if (row.kind == Kind::not_sent) CHECK_FALSE(wire.taken(1));
      check_well(wire);
    }
  }
  for (const char* fault : {"restart-before", "restart-after"}) {
    DYNAMIC_SECTION(fault) {
      Ready wire({.latency = 2s, .boot = 4s});
      inject(wire, fault);
      const auto result = wire.send(1);
      REQUIRE(result);
      CHECK(result->kind == Kind::uncertain);
      CHECK(wire.send(2)->kind == Kind::sent);
      check_well(wire);
    }
  }
}

TEST_CASE("a restart that nobody heard of shows by the echo, before a part is written") {
  Wire wire;
  wire.open();
  REQUIRE(wire.becomes(SessionState::ready));
  REQUIRE(wire.session.facts().iccid == virt::sim_of(0).iccid);
  wire.modem.restart(wire.now);
  (void)wire.modem.remove_sim(wire.now);
  wire.modem.insert_sim(virt::sim_of(1), wire.now);
  wire.modem.due(wire.now);
  wire.modem.consume(wire.modem.output().size());  // the lines that would tell it
  wire.submit(1);
  wire.run(30s);
  REQUIRE(wire.ended.contains(1));
  CHECK(wire.ended.at(1).kind == PartResult::Kind::not_sent);
  CHECK(wire.ended.at(1).why == "restarted");
  CHECK(wire.record.empty());
  REQUIRE(wire.becomes(SessionState::ready));
  CHECK(wire.session.facts().iccid == virt::sim_of(1).iccid);
  wire.submit(2);
  wire.run(30s);
  CHECK(wire.ended.at(2).kind == PartResult::Kind::sent);
}

TEST_CASE("a modem torn out in mid-send leaves a part unsent before its PDU, in doubt after it") {
  Ready wire({.latency = 2s});
  SECTION("before") {
    wire.commits_at_once = false;
    wire.submit(1);
    wire.unplug();
    CHECK(wire.ended[1].kind == Kind::not_sent);
  }
  SECTION("after") {
    wire.submit(1);
    wire.unplug();
    CHECK(wire.ended[1].kind == Kind::uncertain);
  }
  CHECK(wire.ended[1].why == "vanished");
  CHECK(wire.session.state() == SessionState::closed);
  wire.run(10s);
  wire.commits_at_once = true;
  wire.replug();
  CHECK(wire.can_submit(3s));
  CHECK(wire.send(2)->kind == Kind::sent);
  check_well(wire);
}

TEST_CASE("a modem whose port broke in mid-send is heard before it is spoken to") {
  Ready wire({.latency = 3s});
  wire.submit(1);
  wire.run(1s);
  wire.hang_up();
  CHECK(wire.ended[1].kind == Kind::uncertain);
  wire.written.clear();
  wire.open();
  wire.run(1s);
  CHECK(wire.written.empty());
  wire.run(1s);
  CHECK(wire.late == LateResults{{1, 0}});
  REQUIRE(wire.can_submit(10s));
  CHECK(wire.send(2)->kind == Kind::sent);
  check_well(wire);
}

TEST_CASE("a modem that an earlier run of the program left with a part tells its result") {
  Ready wire({.latency = 3s, .boot = 4s});
  wire.submit(1);
  wire.run(1s);
  wire.hang_up();
  wire.session = Session{};  // knows nothing of that part
  wire.written.clear();
  SECTION("while it is listened to, and then it is spoken to") {
    wire.open(5s);
    wire.run(1999ms);
    CHECK(wire.written.empty());
    wire.run(1ms);
    CHECK(wire.late == LateResults{{std::nullopt, 0}});
    CHECK_FALSE(wire.written.empty());
    SECTION("once") {
      wire.modem.noise("\r\n+CMGS: 9\r\n", wire.now);
      wire.run(10s);
      CHECK(wire.late.size() == 1);
    }
  }
  SECTION("after that too, before the first part of this run") {
    wire.open(1s);
    wire.run(10s);
    CHECK(wire.late == LateResults{{std::nullopt, 0}});
  }
  SECTION("not when nobody said that there may be one") {
    wire.open();
    wire.run(10s);
    CHECK(wire.late.empty());
  }
  SECTION("not after it has booted: that part is over") {
    wire.open(5s);
    wire.modem.restart(wire.now);
    wire.run(30s);
    wire.modem.noise("\r\n+CMGS: 9\r\n", wire.now);
    wire.run(10s);
    CHECK(wire.late.empty());
  }
  REQUIRE(wire.can_submit(30s));
  CHECK(wire.send(2)->kind == Kind::sent);
  CHECK(wire.offences.empty());  // where it was not listened to for long, it was disturbed
}

TEST_CASE("a result that comes after a part of this run is not one of an earlier run") {
  Wire wire({.latency = 2s});
  wire.open(5s);
  CHECK(wire.send(1)->kind == Kind::sent);
  wire.modem.noise("\r\n+CMGS: 9\r\n", wire.now);
  wire.run(10s);
  CHECK(wire.late.empty());
  REQUIRE(wire.can_submit());
  check_well(wire);
}

TEST_CASE("a result without a reference that can be read ends no listening and no doubt") {
  Wire wire({.latency = 2s});
  wire.open(5s);
  for (const char* line : {"+CMGS:", "+CMGS: x", "+CMGS: 256"}) {
    wire.modem.noise("\r\n" + std::string(line) + "\r\n", wire.now);
  }
  wire.run(4s);
  CHECK(wire.written.empty());
  CHECK(wire.late.empty());
  wire.modem.noise("\r\n+CMGS: 9\r\n", wire.now);
  wire.exchange();
  CHECK(wire.late == LateResults{{std::nullopt, 9}});
}

TEST_CASE("a session that has a part in doubt itself means that one") {
  Ready wire({.latency = 3s});
  wire.submit(1);
  wire.run(1s);
  wire.hang_up();
  wire.open(5s);
  wire.run(2s);
  wire.modem.noise("\r\n+CMGS: 9\r\n", wire.now);
  wire.run(10s);
  CHECK(wire.late == LateResults{{1, 0}});
}

TEST_CASE("noise anywhere in a submission does no harm") {
  Ready wire;
  inject(wire, "garbage count=always");
  for (std::uint64_t token = 1; token <= 20; ++token) {
    const auto result = wire.send(token);
    REQUIRE(result);
    CHECK(result->kind == Kind::sent);
  }
  check_well(wire);
}

TEST_CASE("an answer that nobody asked for makes the session get in step and go on") {
  struct Row {
    const char* when;
    std::function<void(Wire&)> until;
  };
  const Row rows[] = {
      {"idle", [](Wire&) {}},
      {"searching",
       [](Wire& wire) {
         wire.modem.set_registration(2, wire.now);
         wire.exchange();
       }},
      {"without SIM",
       [](Wire& wire) {
         (void)wire.modem.remove_sim(wire.now);
         wire.run(1s);
       }},
  };
  for (const char* answer : {"\r\nOK\r\n", "\r\nERROR\r\n"}) {
    for (const auto& row : rows) {
      DYNAMIC_SECTION(row.when << " " << (answer + 2)) {
        Ready wire;
        row.until(wire);
        wire.modem.noise(answer, wire.now);
        wire.exchange();
        wire.run(2min);
        wire.modem.noise(answer, wire.now);
        wire.exchange();
        if (!wire.modem.sim()) wire.modem.insert_sim(virt::sim_of(0), wire.now);
        wire.modem.set_registration(1, wire.now);
        REQUIRE(wire.can_submit(5s));
        CHECK(wire.send(1)->kind == Kind::sent);
        check_well(wire);
      }
    }
  }
  SECTION("before a PIN") {
    Wire wire({}, virt::sim_of(0, "1234"));
    wire.pin = "1234";
    wire.instead["AT+CPINR"] = "\r\n+CPINR: SIM PIN,3,3\r\n\r\nOK\r\n\r\nOK\r\n";
    wire.open();
    REQUIRE(wire.becomes(SessionState::ready, 60s));
    CHECK(wire.times_written("AT+CPIN=") == 1);
  }
}

TEST_CASE("status reports are handed on, whatever the session does") {
  Ready wire({.latency = 1s, .report_delay = 500ms});
  wire.on_end = [&](std::uint64_t token, const PartResult&) {
    if (token < 10) wire.submit(token + 1);
  };
  wire.submit(1);
  wire.run(1min);
  CHECK(wire.received.size() == 10);
  CHECK(wire.session.knows_its_sim());
  for (const auto& report : wire.received) CHECK(report.insertion == wire.session.insertion());
  check_well(wire);
}
