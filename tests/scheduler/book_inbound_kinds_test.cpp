// What SIMs receive beside plain text, how it is read, and how long it is kept.
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "scheduler/inbound.hpp"
#include "store/statement.hpp"
#include "tests/scheduler/inbound_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;

namespace {

using Kind = at::MessageWaiting::Kind;
using std::chrono::days;

class KeptInbound : public InboundFixture {
 public:
  std::size_t round(std::size_t limit = 100) {
    std::size_t gone = 0;
    std::optional<Book::RetainFrom> from{std::in_place};
    for (int steps = 0; from && steps < 1000; ++steps) {
      Book::Retained done{};
      commit([&] { done = book->retain(retention, *from, limit, now()); });
      CHECK(done.gone <= limit + 5);
      gone += done.gone;
      from = done.next;
    }
    CHECK_FALSE(from);
    return gone;
  }
  [[nodiscard]] std::int64_t rows(std::string_view of) {
    return database.integer(fmt::format("SELECT count(*) FROM {}", of));
  }

  Retention retention{days{30}, days{100}};
};

}  // namespace

TEST_CASE_METHOD(InboundFixture, "a flash message is a text with its class") {
  at::Deliver part = deliver({.text = "now"});
  part.message_class = 0;
  const InboundView message = only(hear(part));
  CHECK(message.kind == InboundKind::text);
  CHECK(message.text == "now");
  CHECK(message.message_class == 0);
}

TEST_CASE_METHOD(InboundFixture, "a sender may be a name or a short code") {
  const InboundView named = only(hear({.text = "1.", .from = "IR-MCI"}));
  CHECK(named.from == "IR-MCI");
  CHECK(named.from_kind == at::Address::Kind::alphanumeric);
  const InboundView coded = only(hear({.text = "2.", .from = "3000123"}));
  CHECK(coded.from == "3000123");
  CHECK(coded.from_kind == at::Address::Kind::unknown);
  CHECK(waits(hear({.text = "a", .from = "IR-MCI", .seq = 1, .total = 2})));
  CHECK(only(hear({.text = "b", .from = "IR-MCI", .seq = 2, .total = 2})).text == "ab");
}

TEST_CASE_METHOD(InboundFixture, "that something waits is told with its text or without") {
  at::Deliver part = deliver({.text = ""});
  part.waiting = at::MessageWaiting{Kind::voice, true, false};
  const InboundView bare = only(hear(part));
  CHECK(bare.kind == InboundKind::waiting);
  CHECK(bare.text == "");
  CHECK(bare.waiting == at::MessageWaiting{Kind::voice, true, false});

  part.text = "3 new messages";  // to be discarded, but somebody wrote it
  const InboundView told = only(hear(part));
  CHECK(told.kind == InboundKind::waiting);
  CHECK(told.text == "3 new messages");

  part.text = "";
  part.waiting = at::MessageWaiting{Kind::email, false, true};
  CHECK(only(hear(part)).waiting == at::MessageWaiting{Kind::email, false, true});

  part.waiting.reset();
  part.header.waiting = at::MessageWaiting{Kind::video, true, true};
  CHECK(only(hear(part)).waiting == at::MessageWaiting{Kind::video, true, true});
}

TEST_CASE_METHOD(InboundFixture, "what is no text is given in hex") {
  const InboundView message =
      only(hear({.text = "\x01\xAB\xff", .alphabet = at::Alphabet::octets}));
  CHECK(message.kind == InboundKind::binary);
  CHECK_FALSE(message.text);
  CHECK(message.data == "01abff");
  CHECK_FALSE(message.destination_port);

  const auto part = [](const char* octets, int seq) {
    return Incoming{.text = octets, .seq = seq, .total = 3, .alphabet = at::Alphabet::octets};
  };
  CHECK(waits(hear(part("\x03\xCC", 3))));
  CHECK(waits(hear(part("\x01\xAA", 1))));
  SECTION("of all parts") {
    const InboundView whole = only(hear(part("\x02\xBB", 2)));
    CHECK(whole.kind == InboundKind::binary);
    CHECK(whole.data == "01aa02bb03cc");
    CHECK(whole.parts == 3);
  }
  SECTION("or of those that came") {
    pass(72h);
    const InboundView cut = view(give_up().at(0));
    CHECK(cut.data == "01aa03cc");
    CHECK(cut.missing == std::vector{2});
  }
}

TEST_CASE_METHOD(InboundFixture, "what is for a port is binary, whatever it is written in") {
  at::Deliver part = deliver({.text = "\x0A\x0B", .alphabet = at::Alphabet::octets});
  part.header.ports = at::Ports{2948, 9200, 16};
  const InboundView push = only(hear(part));
  CHECK(push.kind == InboundKind::binary);
  CHECK(push.data == "0a0b");
  CHECK(push.destination_port == 2948);
  CHECK(push.source_port == 9200);

  part = deliver({.text = "//AB"});
  part.header.ports = at::Ports{16000, 0, 16};
  const InboundView text = only(hear(part));
  CHECK(text.kind == InboundKind::binary);
  CHECK_FALSE(text.text);
  CHECK(text.data == "2f2f4142");
  CHECK(text.destination_port == 16000);
}

TEST_CASE_METHOD(InboundFixture, "a PDU that cannot be read is kept as it was") {
  const std::string cut = pdu({.text = "a text that a SIM has cut"}).substr(0, 50);
  const InboundView message = only(hear(cut));
  CHECK(message.kind == InboundKind::unreadable);
  CHECK_FALSE(message.text);
  CHECK(message.from == ali);
  CHECK(message.from_kind == at::Address::Kind::international);
  CHECK(message.problem == "TP-SCTS");
  CHECK_FALSE(message.sent_at);
  std::string lower = cut;
  for (char& c : lower) c = c >= 'A' ? static_cast<char>(c + 32) : c;
  CHECK(message.data == lower);
  CHECK(is_duplicate(hear(cut)));
  CHECK(is_duplicate(hear("00" + cut.substr(16))));
  CHECK(hear(cut.substr(0, 48)).complete.size() == 1);

  const InboundView noise = only(hear("+CMGR: \x01\xFF oops"));
  CHECK(noise.kind == InboundKind::unreadable);
  CHECK(noise.data == "+CMGR: ?? oops");
  CHECK(noise.from.empty());
  CHECK(is_duplicate(hear("+CMGR: \x01\xFF oops")));
  CHECK(only(hear("")).data == "");
  CHECK(only(hear(std::string(100'000, 'z'))).data == std::string(2 * at::longest_pdu, 'z'));
}

TEST_CASE_METHOD(InboundFixture, "a call that nobody answered stands among the messages") {
  hear(Incoming{});
  InboundId known{};
  InboundId withheld{};
  commit([&] {
    known = book->call({sim, "slot-03", wall, "+982188888888"});
    withheld = book->call({sim, "slot-03", wall, ""});
  });
  const InboundView call = view(known);
  CHECK(call.kind == InboundKind::call);
  CHECK(call.from == "+982188888888");
  CHECK(call.from_kind == at::Address::Kind::international);
  CHECK(call.modem == "slot-03");
  CHECK(call.received_at == wall);
  CHECK_FALSE(call.text);
  CHECK_FALSE(call.data);
  CHECK(view(withheld).from.empty());
}

// --- reading ------------------------------------------------------------------------------------

TEST_CASE_METHOD(InboundFixture, "the inbox is read oldest first, page by page") {
  for (int i = 0; i < 7; ++i) hear({.text = fmt::format("{}", i)});
  std::string read;
  std::optional<InboundId> after;
  for (int pages = 1;; ++pages) {
    const auto page = reader->inbox(after, 3);
    for (const InboundView& message : page) read += message.text.value_or("");
    if (page.size() < 3) {
      CHECK(pages == 3);
      break;
    }
    after = page.back().id;
  }
  CHECK(read == "0123456");
  const InboundId last = reader->inbox({}, 10).back().id;
  CHECK(reader->inbox(last, 10).empty());
  CHECK_FALSE(reader->inbound(InboundId{static_cast<std::int64_t>(last) + 1}));
}

TEST_CASE("inbound messages have names that sort as they came") {
  CHECK(outside(InboundId{1}) == "in_0000000000001");
  CHECK(outside(InboundId{31}) < outside(InboundId{32}));
  CHECK(inbound_id("in_0000000000010") == InboundId{32});
  for (const auto* wrong : {"", "in_", "in_0000000000000", "in_000000000000U", "msg_0000000000001",
                            "in_00000000000001", "in_z000000000000"}) {
    CHECK_FALSE(inbound_id(wrong));
  }
  for (const auto kind : {InboundKind::text, InboundKind::binary, InboundKind::waiting,
                          InboundKind::call, InboundKind::unreadable}) {
    CHECK(inbound_kind_named(name_of(kind)) == kind);
  }
  CHECK_FALSE(inbound_kind_named("fax"));
}

// --- retention ----------------------------------------------------------------------------------

TEST_CASE_METHOD(KeptInbound, "what was received loses its text, then goes") {
  const auto limit = GENERATE(as<std::size_t>{}, 1, 3, 100);
  const InboundId text = hear(Incoming{}).complete.at(0);
  const InboundId data = hear({.text = "\x01", .alphabet = at::Alphabet::octets}).complete.at(0);
  const InboundId unreadable = hear("0123").complete.at(0);
  InboundId call{};
  commit([&] { call = book->call({sim, "slot-01", wall, "+1000"}); });
  hear({.text = "a", .seq = 1, .total = 2});
  const InboundId parts = hear({.text = "b", .seq = 2, .total = 2}).complete.at(0);
  pass(days{30});
  const InboundId young = hear({.text = "young"}).complete.at(0);
  CHECK(round(limit) == 0);
  CHECK(rows("inbound_part WHERE pdu IS NULL") == 0);

  pass(1ms);
  CHECK(round(limit) == 4 + 5);  // texts, and the PDUs that they were read from
  CHECK(round(limit) == 0);
  for (const InboundId id : {text, data, unreadable, call, parts}) {
    CHECK_FALSE(view(id).text);
    CHECK_FALSE(view(id).data);
  }
  CHECK(view(data).kind == InboundKind::binary);
  CHECK(view(call).from == "+1000");
  CHECK(view(parts).parts == 2);
  CHECK(view(young).text == "young");
  CHECK(rows("inbound_part WHERE pdu IS NOT NULL") == 1);

  pass(days{70} - 1ms);
  round(limit);
  CHECK(reader->inbox({}, 10).size() == 6);
  pass(1ms);
  round(limit);
  const auto left = reader->inbox({}, 10);
  REQUIRE(left.size() == 1);
  CHECK(left.front().id == young);
  CHECK(rows("inbound_part") == 1);
  CHECK(rows("inbound_text") == 0);
}

TEST_CASE_METHOD(KeptInbound, "what waits for its other parts keeps what they are read from") {
  retention = {days{1}, days{1}};
  hear({.text = "a", .seq = 1, .total = 2, .ref = 1});
  pass(71h);
  CHECK(round() == 0);
  at::Deliver second = deliver({.text = "b", .seq = 2, .total = 2, .ref = 1});
  second.timestamp->instant -= 71h;
  CHECK(only(hear(second)).text == "ab");
}

TEST_CASE_METHOD(KeptInbound, "what a SIM still shows is known however old it is") {
  const std::string shown = pdu({});
  hear(shown);
  for (int week = 0; week < 20; ++week) {
    pass(days{7});
    CHECK(is_duplicate(hear(shown)));
    round();
  }
  CHECK(reader->inbox({}, 10).size() == 1);
  CHECK_FALSE(reader->inbox({}, 10).front().text);
  pass(days{101});
  round();
  CHECK(reader->inbox({}, 10).empty());
  CHECK(rows("inbound_part") == 0);
}

TEST_CASE_METHOD(KeptInbound, "numbers of messages do not come again when all are gone") {
  const InboundId before = hear(Incoming{}).complete.at(0);
  pass(days{101});
  CHECK(round() == 4);
  const InboundId after = hear(Incoming{}).complete.at(0);
  CHECK(before < after);
}
