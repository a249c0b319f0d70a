// What the rack sends to itself: when it is due, how it is known again, what it proves.
#include "scheduler/loopback.hpp"

#include <catch2/catch.hpp>

#include "tests/scheduler/inbound_fixture.hpp"

namespace bank::scheduler {

namespace {

using State = Loopback::State;

constexpr WallTime begin{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
constexpr std::string_view second_number = "+989120000002";

Loopback asked(State state, WallTime at = begin) {
  return {SimId{1}, MessageId{1}, "slot-01", "+989120000002", at, state};
}

/// A book in which SIM one has sent itself nothing yet, and SIM two has a number.
struct Loops : InboundFixture {
  Loops() {
    commit([&] {
      (void)book->configure_sim("8998110000000000002", "two", second_number, {"default"}, wall);
    });
  }
  Loopback ask() {
    std::optional<Loopback> loopback;
    commit([&] { loopback = book->loop_back(sim, "slot-01", second_number, true, wall); });
    return *loopback;
  }
  std::string text() {
    std::string text;
    for (const auto& one : reader->messages({}, {}, 1)) text = one.text.value_or("");
    return text;
  }
  Hearing arrives(const std::string& body, const std::string& from = "+989120000001") {
    return hear(pdu({.text = body, .from = from}), other);
  }
  std::vector<Loopback> settle() {
    std::vector<Loopback> ended;
    commit([&] { ended = book->settle_loopbacks(wall); });
    return ended;
  }
};

}  // namespace

TEST_CASE("a token is its SIM's and its moment's, and is found in its text alone") {
  const auto token = loopback_token(SimId{1}, begin);
  CHECK(token.size() == 13);
  CHECK(token == loopback_token(SimId{1}, begin));
  CHECK(token != loopback_token(SimId{2}, begin));
  CHECK(token != loopback_token(SimId{1}, begin + 1ms));
  const auto text = loopback_text(token);
  CHECK(loopback_token_in(text) == token);
  CHECK_FALSE(loopback_token_in(text + "."));
  CHECK_FALSE(loopback_token_in(" " + text));
  CHECK_FALSE(loopback_token_in("modembank keep-alive"));
  CHECK_FALSE(loopback_token_in(""));
}

TEST_CASE("one is due when nothing has shown for long that the SIM works, and not while it works") {
  struct Row {
    const char* name;
    SimActivity activity;
    Proofs proofs;
    std::optional<Loopback> last;
    bool is_due;  // 10 hours after the begin, every 6
  };
  const WallTime now = begin + 10h;
  const SimActivity old{begin};
  const Row rows[] = {
      {"never shown, known for long", old, {}, {}, true},
      {"never shown, new", {now - 5h}, {}, {}, false},
      {"it sent lately", old, {.sent = now - 5h}, {}, false},
      {"one was delivered lately", old, {.sent = begin, .delivered = now - 1h}, {}, false},
      {"shown exactly so long ago", old, {.sent = now - 6h, .loopback = begin}, {}, true},
      {"one is on its way", old, {}, asked(State::open), false},
      {"one was lost lately", old, {}, asked(State::missing, now - 5h), false},
      {"one was lost before", old, {}, asked(State::not_sent, now - 6h), true},
      {"a part is on the air", {begin, {}, true}, {}, {}, false},
      {"a part has just been refused", {begin, now - 9min}, {}, {}, false},
      {"it waits to be kept in use", {begin, {}, false, {{begin, true}}}, {}, {}, false},
      {"a proof ahead of the clock", old, {.sent = now + 24h}, {}, false},
  };
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.name) {
      CHECK(loopback_is_due(row.activity, row.proofs, row.last, 6h, now) == row.is_due);
    }
  }
}

TEST_CASE("what a lost one tells holds until the SIM shows what it could not then") {
  const auto later = begin + 1h;
  for (const State state : {State::not_sent, State::undelivered, State::missing}) {
    CAPTURE(name_of(state));
    CHECK(is_in_force(asked(state), {}));
    CHECK(is_in_force(asked(state), {.sent = begin, .delivered = begin - 1h}));
    CHECK_FALSE(is_in_force(asked(state), {.delivered = later}));
    CHECK_FALSE(is_in_force(asked(state), {.loopback = later}));
    // That the network takes parts is no news where it took the one that is lost.
    CHECK(is_in_force(asked(state), {.sent = later}) == (state != State::not_sent));
  }
  CHECK_FALSE(is_in_force(asked(State::open), {}));
  CHECK_FALSE(is_in_force(asked(State::arrived), {}));
}

TEST_CASE("the last proof is the latest, whatever its kind") {
  CHECK_FALSE(Proofs{}.last());
  Proofs proofs;
  proofs.add({begin + 2h, Proof::By::delivered});
  proofs.add({begin + 1h, Proof::By::sent});
  CHECK(proofs.last()->by == Proof::By::delivered);
  proofs.add({begin + 2h, Proof::By::loopback});
  CHECK(proofs.last()->by == Proof::By::loopback);
  proofs.add({begin, Proof::By::loopback});  // told late
  CHECK(proofs.last()->at == begin + 2h);
}

TEST_CASE("one goes out by its own SIM alone, for minutes, and comes back to be known again") {
  Loops it;
  const auto loopback = it.ask();
  const auto message = it.reader->message(loopback.message).value();
  CHECK(message.message_class == MessageClass::system);
  CHECK(message.wanted_sim == "8998110000000000001");
  CHECK(message.to == second_number);
  CHECK(message.expires_at == it.wall + loopback_life);
  CHECK(message.report);
  CHECK(message.parts == 1);

  const auto submission = it.begin(loopback.message).value().submission;
  it.pass(2s);
  it.sent(submission, 1);
  it.pass(3s);
  const auto hearing = it.arrives(it.text());
  REQUIRE(hearing.loopback);
  CHECK(hearing.loopback->sim == it.sim);
  CHECK(hearing.loopback->message == loopback.message);
  CHECK(hearing.loopback->state == State::arrived);
  CHECK(hearing.loopback->took == 5s);
  it.reboot("boot-2");
  REQUIRE(it.book->loopbacks().size() == 1);
  CHECK(it.book->loopbacks().front() == *hearing.loopback);
  CHECK(it.book->proofs(it.sim, "slot-01").last()->by == Proof::By::loopback);
  CHECK_FALSE(it.book->proofs(it.sim, "slot-02").last());  // another modem is not proved
}

TEST_CASE("what the rack wrote to itself is kept, and in the inbox of who asks for it") {
  Loops it;
  (void)it.ask();
  (void)it.arrives(it.text());
  it.pass(1s);
  (void)it.arrives("hello", "+989121234567");
  const auto shown = it.reader->inbox({}, 10);
  REQUIRE(shown.size() == 1);
  CHECK(shown[0].text == "hello");
  CHECK_FALSE(shown[0].is_loopback);
  CHECK(it.reader->inbox({}, 10, {.blocked = true}).size() == 1);
  for (const bool blocked : {false, true}) {
    const auto all = it.reader->inbox({}, 10, {.blocked = blocked, .loopbacks = true});
    REQUIRE(all.size() == 2);
    CHECK(all[0].is_loopback);
  }
}

TEST_CASE("a text of a stranger is no loop-back, and an older one of ours proves nothing") {
  Loops it;
  (void)it.ask();
  const auto first = it.text();
  SECTION("from a stranger") {
    const auto hearing = it.arrives(first, "+989121234567");
    CHECK_FALSE(hearing.loopback);
    CHECK_FALSE(it.only(hearing).is_loopback);
  }
  SECTION("with a number as the country writes it") {
    CHECK(it.arrives(first, "09120000001").loopback);
  }
  SECTION("twice") {
    CHECK(it.arrives(first).loopback);
    it.pass(1h);
    const auto again = it.arrives(first);
    CHECK_FALSE(again.loopback);
    CHECK(it.only(again).is_loopback);
  }
  SECTION("after the next one was asked for") {
    it.pass(1h);
    (void)it.ask();
    const auto hearing = it.arrives(first);
    CHECK_FALSE(hearing.loopback);
    CHECK(it.only(hearing).is_loopback);
    CHECK(it.book->loopbacks().front().state == State::open);
  }
}

TEST_CASE("one that does not come is lost in time, by what became of its message") {
  Loops it;
  const auto loopback = it.ask();
  CHECK(it.settle().empty());
  SECTION("it never left") {
    it.pass(loopback_life + 1s);
    it.commit([&] { (void)it.book->expire(it.wall, 10); });
    const auto ended = it.settle();
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].state == State::not_sent);
    CHECK(ended[0].ended_at == it.wall);
  }
  SECTION("it was taken, and delivered as the network says, and is not there") {
    it.send(loopback.message, 1, 7);
    it.pass(1min);
    it.report(7, std::string(second_number));
    it.pass(loopback_patience - 1s);
    CHECK(it.settle().empty());
    it.pass(1s);
    const auto ended = it.settle();
    REQUIRE(ended.size() == 1);
    CHECK(ended[0].state == State::missing);
    CHECK(it.book->proofs(it.sim, "slot-01").last()->by == Proof::By::delivered);
    it.pass(1h);  // it comes late
    CHECK(it.arrives(it.text()).loopback->state == State::arrived);
  }
  SECTION("it was taken, and is lost as the network says") {
    it.send(loopback.message, 1, 7);
    it.report(7, std::string(second_number), 0x46);
    REQUIRE(it.settle().size() == 1);
    CHECK(it.book->loopbacks().front().state == State::undelivered);
  }
  CHECK(it.settle().empty());  // told once
}

TEST_CASE("what a SIM sent shows that it works, over restarts; what was refused does not") {
  Loops it;
  CHECK_FALSE(it.book->proofs(it.sim, "slot-01").last());
  const auto refused = it.begin(it.accept(it.to("+989121234567"))).value().submission;
  it.end(refused, {PartEnd::Kind::refused, {}, Trouble{"cms_38", ""}, true},
         {.state = MessageState::failed, .error = Trouble{"cms_38", ""}, .attempt = true});
  CHECK_FALSE(it.book->proofs(it.sim, "slot-01").last());
  it.pass(1h);
  it.send(it.accept(it.to("+989121234567")), 1, 7);
  const auto sent_at = it.wall;
  CHECK(it.book->proofs(it.sim, "slot-01").last()->at == sent_at);
  it.pass(1min);
  it.report(7, "+989121234567");
  it.reboot("boot-2");
  const auto proofs = it.book->proofs(it.sim, "slot-01");
  CHECK(proofs.sent == sent_at);
  CHECK(proofs.delivered == it.wall);
}

TEST_CASE("a report of what was sent before a loop-back does not show why that is lost") {
  Loops it;
  it.send(it.accept(it.to("+989121234567")), 1, 7);
  it.pass(1h);
  const auto loopback = it.ask();
  it.send(loopback.message, 1, 8);
  it.pass(loopback_patience);
  REQUIRE(it.settle().size() == 1);
  it.report(7, "+989121234567");
  CHECK(is_in_force(it.book->loopbacks().front(), it.book->proofs(it.sim, "slot-01")));
  it.pass(1min);
  SECTION("what is sent after it does") {
    it.send(it.accept(it.to("+989121234568")), 1, 9);
    it.report(9, "+989121234568");
  }
  SECTION("so does its own") {
    it.report(8, std::string(second_number));
  }
  CHECK_FALSE(is_in_force(it.book->loopbacks().front(), it.book->proofs(it.sim, "slot-01")));
}

}  // namespace bank::scheduler
