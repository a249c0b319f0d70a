#include <catch2/catch.hpp>

#include "tests/scheduler/book_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;

TEST_CASE_METHOD(BookFixture, "a SIM is the same by its ICCID and by its IMSI") {
  const auto seen = [&](const char* iccid, const char* imsi) {
    SimRow row;
    commit([&] { row = book->sim_seen(iccid, imsi, "", "", wall); });
    return row;
  };
  const SimRow by_iccid = seen("8998110000000000009", "");
  CHECK(by_iccid.pools.empty());
  CHECK(seen("8998110000000000009", "432110000000009").id == by_iccid.id);
  CHECK(seen("", "432110000000009").id == by_iccid.id);
  const SimRow by_imsi = seen("", "432110000000010");
  CHECK(by_imsi.id != by_iccid.id);
  CHECK(by_imsi.outside() == "imsi:432110000000010");
  CHECK(seen("8998110000000000010", "432110000000010").id == by_imsi.id);
  CHECK(reader->sims().size() == 4);
  CHECK(book->sims().size() == 4);
}

TEST_CASE_METHOD(BookFixture, "what a SIM did under its IMSI is its ICCID's when both are known") {
  SimRow nameless;
  commit([&] { nameless = book->sim_seen("", "432110000000001", "+989120000009", "MCI", wall); });
  const MessageId done = accept(to("+1000"));
  sent(begin(done, 1, nameless.id).value().submission, 1);
  const MessageId half = accept(to("+1001", 2));
  end(begin(half, 1, nameless.id).value().submission, {PartEnd::Kind::sent, 2, {}, true},
      {.state = MessageState::queued});
  SimRow known;
  commit([&] { known = book->sim_seen("8998110000000000001", "432110000000001", "", "", wall); });
  CHECK(known.id == sim);
  CHECK(known.imsi == "432110000000001");
  CHECK(known.number == "+989120000001");
  CHECK(known.pools == std::vector<std::string>{"default"});
  CHECK(book->uses_since(sim, 24h, now()).size() == 2);
  CHECK(book->candidate(half).value().bound_sim == sim);
  CHECK(book->ready({sim, ""}, {}, 9).size() == 1);
  CHECK(report(1, "+1000").value().message == done);
  CHECK(reader->sims().size() == 2);
}

TEST_CASE_METHOD(BookFixture, "a new card for the same subscription is another SIM") {
  SimRow first;
  SimRow second;
  commit([&] {
    first = book->sim_seen("8998110000000000007", "432110000000007", "", "", wall);
    second = book->sim_seen("8998110000000000008", "432110000000007", "", "", wall);
  });
  CHECK(first.id != second.id);
  CHECK(second.imsi == "432110000000007");
  CHECK(reader->sims().at(2).imsi.empty());
}

TEST_CASE_METHOD(BookFixture, "the configuration names a SIM and sets its pools") {
  commit([&] {
    const SimRow row = book->configure_sim("8998110000000000001", "MCI 1", "", {"a", "b"}, wall);
    CHECK(row.id == sim);
    CHECK(row.label == "MCI 1");
    CHECK(row.number == "+989120000001");
    CHECK(row.pools == std::vector<std::string>{"a", "b"});
  });
}

TEST_CASE_METHOD(BookFixture,
                 "a part uses its SIM from its begin, and is given back only if unsent") {
  const SubmissionId flying = begin(accept(to("+1000"))).value().submission;
  auto uses = book->uses_since(sim, 1h, now());
  REQUIRE(uses.size() == 1);
  CHECK_FALSE(uses[0].ended.has_value());
  pass(5s);
  SECTION("sent") {
    sent(flying, 1);
    uses = book->uses_since(sim, 1h, now());
    REQUIRE(uses.size() == 1);
    CHECK(uses[0].ended == boot);
    pass(1h - 1ms);
    CHECK(book->uses_since(sim, 1h, now()).size() == 1);
    pass(1ms);
    CHECK(book->uses_since(sim, 1h, now()).empty());
  }
  SECTION("in doubt") {
    uncertain(flying);
    CHECK(book->uses_since(sim, 1h, now()).size() == 1);
  }
  SECTION("refused by the modem itself") {
    end(flying, {PartEnd::Kind::refused, {}, {}, false}, {.state = MessageState::queued});
    CHECK(book->uses_since(sim, 1h, now()).empty());
    CHECK_FALSE(book->last_stamp().has_value());
  }
  SECTION("no PDU written") {
    end(flying, {PartEnd::Kind::not_sent, {}, {}, true}, {.state = MessageState::queued});
    CHECK(book->uses_since(sim, 1h, now()).empty());
  }
  CHECK(book->uses_since(other, 1h, now()).empty());
}

TEST_CASE_METHOD(BookFixture,
                 "a stamp of an earlier boot counts by the wall clock, never ahead of now") {
  send(accept(to("+1000")), 1, 1);
  reboot("boot-2");
  boot = 1min;
  wall += 10min;
  auto uses = book->uses_since(sim, 1h, now());
  REQUIRE(uses.size() == 1);
  CHECK(uses[0].ended == boot - 10min);
  wall -= 2h;  // the clock was set back
  uses = book->uses_since(sim, 1h, now());
  REQUIRE(uses.size() == 1);
  CHECK(uses[0].ended == boot);
}

TEST_CASE_METHOD(BookFixture, "a clock set ahead makes the stamps of an earlier boot no older") {
  send(accept(to("+1000")), 1, 1);
  pass(10min);
  reboot("boot-2");
  boot = 1min;
  commit([&] { book->note_clock(now()); });
  pass(10min);
  wall += 14h;
  reboot("boot-2");  // the program starts once more
  commit([&] { book->note_clock(now()); });
  CHECK(book->uses_since(sim, 1h, now()).size() == 1);
  pass(41min);
  CHECK(book->uses_since(sim, 1h, now()).empty());
}

TEST_CASE_METHOD(BookFixture,
                 "a clock that was behind in an earlier boot makes its stamps no older") {
  wall -= 24h * 40;
  send(accept(to("+1000")), 1, 1);
  pass(1min);
  wall += 24h * 40;  // it is set right
  commit([&] { book->note_clock(now()); });
  reboot("boot-2");
  boot = 1min;
  wall += 10min;
  commit([&] { book->note_clock(now()); });
  const auto uses = book->uses_since(sim, 1h, now());
  REQUIRE(uses.size() == 1);
  CHECK(uses[0].ended == boot - 11min);
  pass(50min);
  CHECK(book->uses_since(sim, 1h, now()).empty());
}

TEST_CASE_METHOD(BookFixture, "within a boot a jump of the wall clock frees nothing") {
  send(accept(to("+1000")), 1, 1);
  wall += 24h * 365;
  send(accept(to("+1000")), 1, 2);
  pass(30min);
  CHECK(book->uses_since(sim, 1h, now()).size() == 2);
  wall -= 24h * 700;
  CHECK(book->uses_since(sim, 1h, now()).size() == 2);
  pass(1h);
  CHECK(book->uses_since(sim, 1h, now()).empty());
}

TEST_CASE_METHOD(BookFixture, "a month counts what ended in it") {
  send(accept(to("+1000")), 1, 1);
  const WallTime first = wall;
  pass(1h);
  send(accept(to("+1000")), 1, 2);
  CHECK(book->uses_between(sim, first, wall) == 1);
  CHECK(book->uses_between(sim, first, wall + 1ms) == 2);
  CHECK(book->uses_between(other, first, wall + 1ms) == 0);
  CHECK(book->last_stamp() == wall);
}

TEST_CASE_METHOD(BookFixture, "a PIN that was refused, or twice never answered, is tried no more") {
  const std::array<unsigned char, 32> right{1};
  const std::array<unsigned char, 32> wrong{2};
  const auto try_pin = [&](const std::array<unsigned char, 32>& hash) {
    auto verdict = PinTry::refused;
    commit([&] { verdict = book->try_pin("slot-01", hash, wall); });
    return verdict;
  };
  const auto accepted = [&] { commit([&] { book->pin_accepted("slot-01"); }); };
  CHECK(try_pin(wrong) == PinTry::allowed);
  commit([&] { book->pin_refused("slot-01"); });
  CHECK(try_pin(wrong) == PinTry::refused);
  accepted();  // by somebody else's PIN
  reboot("boot-2");
  CHECK(try_pin(wrong) == PinTry::refused);
  pass(1s);
  for (int round = 0; round < 2; ++round) {
    CHECK(try_pin(right) == PinTry::allowed);
    accepted();
  }
  CHECK(try_pin(right) == PinTry::allowed);
  CHECK(try_pin(right) == PinTry::allowed);
  CHECK(try_pin(right) == PinTry::unanswered);
  accepted();  // which the next run found out
  CHECK(try_pin(right) == PinTry::allowed);
  CHECK(try_pin(wrong) == PinTry::refused);
}
