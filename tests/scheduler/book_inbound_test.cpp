// Received parts become messages: each comes out once, whatever happens between.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "store/statement.hpp"
#include "tests/scheduler/inbound_fixture.hpp"
#include "tests/store/temporary.hpp"

using namespace bank;
using namespace bank::scheduler;

namespace {

using Texts = std::vector<std::string>;
using std::chrono::days;

}  // namespace

TEST_CASE_METHOD(InboundFixture,
                 "a message of one part comes out at once, with all that is known") {
  at::Deliver part = deliver({.text = "salâm"});
  part.alphabet = at::Alphabet::ucs2;
  wall += 1500ms;
  const InboundView message = only(hear(part));
  CHECK(message.kind == InboundKind::text);
  CHECK(message.text == "salâm");
  CHECK_FALSE(message.data);
  CHECK(message.from == ali);
  CHECK(message.from_kind == at::Address::Kind::international);
  CHECK(message.sim == sim);
  CHECK(message.sim_outside == "8998110000000000001");
  CHECK(message.to == "+989120000001");
  CHECK(message.modem == "slot-01");
  CHECK(message.received_at == wall);
  CHECK(message.sent_at == wall - 1500ms);
  CHECK(message.complete);
  CHECK(message.parts == 1);
  CHECK(message.missing.empty());
  CHECK_FALSE(message.message_class);
  CHECK_FALSE(message.waiting);
  CHECK_FALSE(message.destination_port);
  CHECK(message.problem.empty());
  CHECK(reader->waiting_parts() == 0);
}

TEST_CASE_METHOD(InboundFixture, "parts come out as one message in whatever order they come") {
  int ref = 0;
  for (int total = 2; total <= 4; ++total) {
    std::vector<int> order;
    for (int seq = 1; seq <= total; ++seq) order.push_back(seq);
    do {
      ++ref;
      const WallTime first = wall;
      for (int i = 0; i < total; ++i) {
        const int seq = order[static_cast<std::size_t>(i)];
        const auto hearing =
            hear(pdu({.text = fmt::format("{}.", seq), .seq = seq, .total = total, .ref = ref}),
                 i == 0 ? "slot-02" : "slot-01");
        if (i + 1 < total) {
          REQUIRE(waits(hearing));
          CHECK(reader->waiting_parts() == i + 1);
          pass(10s);
          continue;
        }
        const InboundView message = only(hearing);
        CHECK(message.text == std::string("1.2.3.4.").substr(0, std::size_t{2} * total));
        CHECK(message.parts == total);
        CHECK(message.complete);
        CHECK(message.received_at == wall);
        CHECK(message.sent_at == first);
        CHECK(message.modem == "slot-02");
      }
      CHECK(reader->waiting_parts() == 0);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

TEST_CASE_METHOD(InboundFixture, "the longest message comes out whole") {
  for (int seq = 255; seq > 1; --seq) {
    REQUIRE(waits(hear({.text = fmt::format("{};", seq), .seq = seq, .total = 255})));
  }
  std::string whole;
  for (int seq = 1; seq <= 255; ++seq) whole += fmt::format("{};", seq);
  CHECK(only(hear({.text = "1;", .seq = 1, .total = 255})).text == whole);
}

// --- twice --------------------------------------------------------------------------------------

TEST_CASE_METHOD(InboundFixture, "a PDU that is handed over again is the same message") {
  const std::string one = pdu({});
  const std::string part = pdu({.text = "a", .seq = 1, .total = 2});
  const std::string other_part = pdu({.text = "b", .seq = 2, .total = 2});
  CHECK(hear(one).complete.size() == 1);
  CHECK(waits(hear(part)));
  pass(1h);
  SECTION("by the same program") {}
  SECTION("after a restart") {
    reboot("boot-2");
  }
  CHECK(is_duplicate(hear(one)));
  CHECK(is_duplicate(hear(part)));
  CHECK(hear(other_part).complete.size() == 1);
  CHECK(is_duplicate(hear(part)));
  CHECK(is_duplicate(hear(other_part, "slot-09")));  // the SIM was moved
  CHECK(texts() == Texts{"salam", "ab"});
}

TEST_CASE_METHOD(InboundFixture, "it is the same however a modem prints it") {
  const std::string printed = pdu({.text = "hello"});
  REQUIRE(printed.starts_with("07"));
  const std::string tpdu = printed.substr(16);
  REQUIRE(only(hear(printed)).text == "hello");
  std::string lower = printed;
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
  });
  CHECK(is_duplicate(hear("00" + tpdu)));
  CHECK(is_duplicate(hear("06911989000000" + tpdu)));
  CHECK(is_duplicate(hear(lower)));
  CHECK(is_duplicate(hear("\"" + printed + "\"\x1A")));
  CHECK(is_duplicate(hear(printed + "FFFFFFFF")));  // filler of a SIM's record
  // One that prints no service centre at all, as whoever read it found out.
  CHECK(is_duplicate(hear_arrival({.sim = sim,
                                   .modem = "slot-01",
                                   .at = wall,
                                   .pdu = tpdu,
                                   .deliver = at::decode_deliver(tpdu, false).value()})));
  at::Deliver again = at::decode_deliver(printed).value();
  again.more_messages = true;
  CHECK(is_duplicate(hear(again)));
  CHECK(texts() == Texts{"hello"});
}

TEST_CASE_METHOD(InboundFixture, "parts that are printed without a service centre come together") {
  Hearing last;
  for (const int seq : {2, 1}) {
    const std::string tpdu =
        pdu({.text = fmt::format("{}.", seq), .seq = seq, .total = 2}).substr(16);
    last = hear_arrival({.sim = sim,
                         .modem = "slot-01",
                         .at = wall,
                         .pdu = tpdu,
                         .deliver = at::decode_deliver(tpdu, false).value()});
  }
  CHECK(only(last).text == "1.2.");
}

TEST_CASE_METHOD(InboundFixture, "anything else is two messages") {
  at::Deliver one = deliver({});
  CHECK(hear(one).complete.size() == 1);
  SECTION("by another SIM") {
    CHECK(hear(pdu({}), other).complete.size() == 1);
  }
  SECTION("a second later") {
    pass(1s);
    CHECK(hear(Incoming{}).complete.size() == 1);
  }
  SECTION("by another") {
    CHECK(hear({.from = "+989121234568"}).complete.size() == 1);
  }
  SECTION("another text") {
    CHECK(hear({.text = "salan"}).complete.size() == 1);
  }
  SECTION("another class") {
    one.message_class = 0;
    CHECK(hear(one).complete.size() == 1);
  }
  CHECK(reader->inbox({}, 10).size() == 2);
}

TEST_CASE_METHOD(InboundFixture, "what a SIM shows on and on is the same for ever, by its time") {
  at::Deliver stamped = deliver({});
  at::Deliver unstamped = deliver({.text = "no time"});
  unstamped.timestamp.reset();
  CHECK(hear(stamped).complete.size() == 1);
  CHECK(hear(unstamped).complete.size() == 1);
  pass(days{7});
  CHECK(is_duplicate(hear(stamped)));
  CHECK(is_duplicate(hear(unstamped)));
  pass(days{7});
  CHECK(is_duplicate(hear(stamped)));
  CHECK(hear(unstamped).complete.size() == 1);  // nobody can tell that it is not another one
  pass(days{7} + 1ms);
  CHECK(hear(stamped).complete.size() == 1);
}

TEST_CASE_METHOD(InboundFixture, "a part that the service centre sends again later is the same") {
  const Incoming first{.text = "a", .seq = 1, .total = 2};
  const Incoming second{.text = "b", .seq = 2, .total = 2};
  CHECK(waits(hear(second)));
  pass(1h);
  CHECK(is_duplicate(hear(second)));
  CHECK(only(hear(first)).text == "ab");
  pass(1h);
  CHECK(is_duplicate(hear(second)));
  CHECK(is_duplicate(hear(first)));
  pass(4h);
  CHECK(is_duplicate(hear(second)));  // six hours after it was heard first
  pass(1s);
  CHECK(waits(hear(second)));  // another message with the same text
  pass(1h);
  CHECK(only(hear(first)).text == "ab");
  CHECK(texts() == Texts{"ab", "ab"});
}

TEST_CASE("what was received is known again by a program that opens the file anew") {
  const TemporaryFolder folder;
  const auto open = [&] {
    return store::Database::open(folder / "a.db", store::Database::Mode::read_write);
  };
  std::string first;
  std::string second;
  {
    InboundFixture before(open());
    first = before.pdu({.text = "a", .seq = 1, .total = 2});
    second = before.pdu({.text = "b", .seq = 2, .total = 2});
    CHECK(waits(before.hear(second)));
  }
  {
    InboundFixture after(open());
    CHECK(is_duplicate(after.hear(second)));
    CHECK(after.only(after.hear(first)).text == "ab");
  }
  InboundFixture last(open());
  CHECK(is_duplicate(last.hear(first)));
  CHECK(is_duplicate(last.hear(second)));
  CHECK(last.texts() == Texts{"ab"});
}

TEST_CASE_METHOD(InboundFixture, "a commit that fails leaves nothing behind") {
  const std::string first = pdu({.text = "a", .seq = 1, .total = 2});
  const std::string second = pdu({.text = "b", .seq = 2, .total = 2});
  const auto hear_and_fail = [&](const std::string& hex) {
    const store::Transaction never_committed(database);
    (void)book->hear({sim, "slot-01", wall, hex, at::decode_deliver(hex).value()});
  };
  hear_and_fail(first);
  CHECK(reader->waiting_parts() == 0);
  CHECK(waits(hear(first)));
  hear_and_fail(second);
  CHECK(reader->waiting_parts() == 1);
  CHECK(only(hear(second)).text == "ab");
  CHECK(texts() == Texts{"ab"});
}

// --- which parts belong together ----------------------------------------------------------------

TEST_CASE_METHOD(InboundFixture, "parts are never mixed with those of another message") {
  const Incoming base{.text = "base", .seq = 1, .total = 2};
  std::vector<std::pair<Incoming, SimId>> others(5, {base, sim});
  others[0].first.from = "+989121234568";
  others[1].first.ref = 8;
  others[2].first.bits = 16;
  others[3].first.total = 3;
  others[4].second = other;
  REQUIRE(waits(hear(base)));
  for (auto& [incoming, by] : others) {
    incoming.text = "else";
    incoming.seq = 2;
    CHECK(waits(hear(pdu(incoming), by)));
  }
  CHECK(reader->waiting_parts() == 6);
  CHECK(only(hear({.text = " end", .seq = 2, .total = 2})).text == "base end");
}

TEST_CASE_METHOD(InboundFixture, "a reference that is used again begins another message") {
  CHECK(waits(hear({.text = "old 1 ", .seq = 1, .total = 2})));
  SECTION("after the first is whole") {
    CHECK(only(hear({.text = "old 2", .seq = 2, .total = 2})).text == "old 1 old 2");
    pass(10s);
    CHECK(waits(hear({.text = "new 2", .seq = 2, .total = 2})));
    CHECK(only(hear({.text = "new 1 ", .seq = 1, .total = 2})).text == "new 1 new 2");
  }
  SECTION("while the first waits: the nearer in time has the part") {
    pass(1h);
    CHECK(waits(hear({.text = "new 1 ", .seq = 1, .total = 2})));
    CHECK(only(hear({.text = "new 2", .seq = 2, .total = 2})).text == "new 1 new 2");
    CHECK(reader->waiting_parts() == 1);
  }
  SECTION("long after") {
    pass(6h + 1s);
    CHECK(waits(hear({.text = "new 2", .seq = 2, .total = 2})));
    CHECK(only(hear({.text = "new 1 ", .seq = 1, .total = 2})).text == "new 1 new 2");
    CHECK(reader->waiting_parts() == 1);
  }
}

TEST_CASE_METHOD(InboundFixture, "where a part has no time, the time of hearing counts") {
  at::Deliver first = deliver({.text = "a", .seq = 1, .total = 2});
  first.timestamp.reset();
  CHECK(waits(hear(first)));
  pass(5h);
  CHECK(is_duplicate(hear(first)));
  const InboundView message = only(hear({.text = "b", .seq = 2, .total = 2}));
  CHECK(message.text == "ab");
  CHECK(message.sent_at == wall);
  at::Deliver alone = deliver({.text = "alone"});
  alone.timestamp.reset();
  CHECK_FALSE(only(hear(alone)).sent_at);
}

TEST_CASE_METHOD(InboundFixture, "what a SIM received under its IMSI is its ICCID's later") {
  SimRow nameless;
  commit([&] { nameless = book->sim_seen("", "432110000000001", "", "", wall); });
  const std::string first = pdu({.text = "a", .seq = 1, .total = 2});
  CHECK(waits(hear(first, nameless.id)));
  CHECK(waits(hear(first, sim)));
  const InboundId whole = hear(pdu({.text = "x"}), nameless.id).complete.at(0);
  commit([&] {
    CHECK(book->sim_seen("8998110000000000001", "432110000000001", "", "", wall).id == sim);
  });
  CHECK(view(whole).sim == sim);
  CHECK(is_duplicate(hear(pdu({.text = "x"}))));
  CHECK(only(hear({.text = "b", .seq = 2, .total = 2})).text == "ab");
  CHECK(reader->waiting_parts() == 0);
}

// --- gaps ---------------------------------------------------------------------------------------

TEST_CASE_METHOD(InboundFixture, "what does not become whole comes out after three days") {
  const std::string second = pdu({.text = "two ", .seq = 2, .total = 5});
  const std::string fifth = pdu({.text = "five", .seq = 5, .total = 5});
  CHECK(waits(hear(second)));
  pass(70h);
  CHECK(waits(hear(fifth)));  // from then on it waits anew
  const WallTime heard_last = wall;
  pass(72h - 1ms);
  CHECK(give_up().empty());
  pass(1ms);
  const auto out = give_up();
  REQUIRE(out.size() == 1);
  const InboundView message = view(out.front());
  CHECK(message.kind == InboundKind::text);
  CHECK_FALSE(message.complete);
  CHECK(message.missing == std::vector{1, 3, 4});
  CHECK(message.parts == 5);
  CHECK(message.text == "[…]two […]five");
  CHECK(message.received_at == heard_last);
  CHECK(message.sent_at == heard_last - 70h);
  CHECK(reader->waiting_parts() == 0);
  CHECK(give_up().empty());

  CHECK(is_duplicate(hear(second)));  // still on the SIM
  const std::string late = pdu({.text = "one ", .seq = 1, .total = 5});
  CHECK(waits(hear(late)));
  CHECK(is_duplicate(hear(late)));
  pass(72h);
  const auto later = give_up();
  REQUIRE(later.size() == 1);
  CHECK(view(later.front()).text == "one […]");
}

TEST_CASE_METHOD(InboundFixture, "who is heard learns also of others whose time has come") {
  CHECK(waits(hear({.text = "old ", .seq = 1, .total = 2})));
  pass(72h);
  const auto hearing = hear({.text = "new ", .seq = 1, .total = 2});
  CHECK(only(hearing).text == "old […]");
  CHECK(reader->waiting_parts() == 1);
}

TEST_CASE_METHOD(InboundFixture, "what is given up is given up in steps") {
  for (int ref = 0; ref < 5; ++ref) {
    CHECK(waits(hear({.text = fmt::format("{}", ref), .seq = 1, .total = 2, .ref = ref})));
    pass(1min);
  }
  // Three of one sender and reference.
  for (const auto* text : {"x", "y", "z"}) {
    CHECK(waits(hear({.text = text, .seq = 1, .total = 2, .ref = 9})));
  }
  pass(72h);
  CHECK(give_up(2).size() == 2);
  CHECK(give_up(4).size() == 4);
  CHECK(give_up(4).size() == 2);
  CHECK(give_up(4).empty());
  CHECK(texts() == Texts{"0[…]", "1[…]", "2[…]", "3[…]", "4[…]", "x[…]", "y[…]", "z[…]"});
}

// --- bounds -------------------------------------------------------------------------------------

TEST_CASE_METHOD(InboundFixture, "who sends only beginnings puts out his own, one for one") {
  CHECK(waits(hear({.text = "good ", .from = "+989350000000", .seq = 1, .total = 2})));
  const int flood = 2000;
  int came_out = 0;
  for (int i = 0; i < flood; ++i) {
    const auto hearing = hear({.text = "bad", .seq = 1, .total = 255, .ref = i, .bits = 16});
    CHECK_FALSE(hearing.is_duplicate);
    REQUIRE(hearing.complete.size() == (i < 512 ? 0 : 1));
    came_out += static_cast<int>(hearing.complete.size());
    pass(1s);
  }
  CHECK(reader->waiting_parts() == 512 + 1);
  CHECK(came_out == flood - 512);
  const InboundView first = reader->inbox({}, 1).front();
  CHECK(first.text == "bad[…]");
  CHECK(first.missing.size() == 254);
  CHECK(first.sent_at == wall - std::chrono::seconds(flood));
  CHECK(only(hear({.text = "text", .from = "+989350000000", .seq = 2, .total = 2})).text ==
        "good text");
}

TEST_CASE_METHOD(InboundFixture, "of one sender and reference few messages wait at a time") {
  for (int i = 0; i < 100; ++i) {
    const auto hearing = hear({.text = fmt::format("{};", i), .seq = 1, .total = 3});
    CHECK(hearing.complete.size() == (i < 8 ? 0 : 1));
    pass(1s);
  }
  CHECK(reader->waiting_parts() == 8);
  CHECK(view(reader->inbox({}, 1).front().id).text == "0;[…]");
}

TEST_CASE_METHOD(InboundFixture, "when all that may wait is there, the longest without news goes") {
  const auto beginning = [&](int sender, int ref) {
    return hear({.text = "?",
                 .from = fmt::format("+98912{:07}", sender),
                 .seq = 1,
                 .total = 2,
                 .ref = ref,
                 .bits = 16});
  };
  CHECK(waits(hear({.text = "long ", .from = "+989350000000", .seq = 1, .total = 3})));
  pass(1min);
  CHECK(waits(beginning(0, 0)));
  pass(1min);
  CHECK(waits(hear({.text = "wait ", .from = "+989350000000", .seq = 2, .total = 3})));
  for (int i = 1; i < 4094; ++i) REQUIRE(waits(beginning(i / 256, i % 256)));
  CHECK(reader->waiting_parts() == 4096);
  CHECK(only(beginning(1000, 0)).from == "+989120000000");
  CHECK(only(beginning(1000, 1)).text == "long wait […]");
  CHECK(reader->waiting_parts() == 4095);
  CHECK(waits(beginning(1000, 2)));
}
