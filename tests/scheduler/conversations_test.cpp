// What came in, by who wrote it; and found again however it is spelt.
#include <catch2/catch.hpp>

#include "scheduler/blocked_senders.hpp"
#include "scheduler/conversations.hpp"
#include "tests/scheduler/inbound_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;
using namespace std::chrono_literals;

namespace {

struct Talks : InboundFixture {
  InboundId writes(const std::string& text, const std::string& from = std::string(ali)) {
    pass(1s);
    const auto heard = hear({.text = text, .from = from, .alphabet = at::Alphabet::ucs2});
    return heard.complete.at(0);
  }
  std::size_t adopts(std::size_t most = 1000) {
    std::size_t count = 0;
    commit([&] { count = talks.adopt(rules, most); });
    return count;
  }
  ConversationView of(std::string_view party = ali) { return talks.with(party).value(); }
  MessageId sends(const std::string& text, SimId via) {
    pass(1s);
    NewMessage message = to(std::string(ali));
    message.text = text;
    const MessageId id = accept(message);
    database.execute("UPDATE message SET state = 'sent', parts_sent = 1, via = " +
                     std::to_string(static_cast<std::int64_t>(via)) +
                     " WHERE id = " + std::to_string(static_cast<std::int64_t>(id)));
    return id;
  }
  std::vector<InboundId> finds(std::string_view query) {
    std::vector<InboundId> ids;
    for (const auto& hit : talks.search(query, std::nullopt, 100)) ids.push_back(hit.inbound);
    return ids;
  }

  ReplyRules rules{{"all", "IR", {"IR"}, "Asia/Tehran"}};
  Conversations talks{database};
};

}  // namespace

TEST_CASE_METHOD(Talks, "what comes in joins the conversation of who wrote it, once") {
  writes("salam");
  writes("salam", "09121234567");  // as some service centres write the same number
  writes("kod 5", "Bank Melli");
  writes("hi", "20001");
  CHECK(adopts(2) == 2);
  CHECK(of().unread == 2);
  CHECK(adopts() == 2);
  CHECK(adopts() == 0);
  CHECK(of().unread == 2);
  CHECK(of().kind == "number");
  CHECK(of().sim == "8998110000000000001");
  CHECK(of().last_text == "salam");
  CHECK(of("Bank Melli").kind == "name");
  CHECK(of("20001").kind == "code");
  const auto list = talks.list({}, std::nullopt, 10);
  REQUIRE(list.size() == 3);
  CHECK(list[0].party == "20001");
  const auto rest = talks.list({}, Conversations::After{list[0].last_at, list[0].id}, 10);
  CHECK(rest.size() == 2);
}

TEST_CASE_METHOD(Talks, "a text opens what was done, and is unread until somebody reads") {
  writes("salam");
  adopts();
  const auto id = of().id;
  commit([&] {
    CHECK(talks.set_state(id, "done"));
    CHECK(talks.read(id));
    CHECK_FALSE(talks.read(ConversationId{99}));
  });
  CHECK(talks.list({"open", false}, std::nullopt, 10).empty());
  CHECK(talks.list({{}, true}, std::nullopt, 10).empty());
  CHECK(talks.list({"done", false}, std::nullopt, 10).size() == 1);
  writes("again");
  adopts();
  CHECK(of().state == "open");
  CHECK(of().unread == 1);
  CHECK(talks.list({"open", true}, std::nullopt, 10).size() == 1);
}

TEST_CASE_METHOD(Talks, "blocked senders and what the rack wrote to itself are in none") {
  commit([&] { book->block_senders(BlockedSenders({"+98912*"}, "IR")); });
  writes("buy");
  CHECK(adopts() == 1);
  CHECK_FALSE(talks.with(ali));
}

TEST_CASE_METHOD(Talks, "in and out stand together, with what a text answers, page by page") {
  const auto old = sends("of last week", sim);
  pass(80h);
  const auto alone = writes("who are you?");
  const auto by_same = sends("your code", sim);
  const auto by_other = sends("an offer", other);
  const auto answer = writes("thanks");
  pass(1s);
  accept(to(std::string(ali)));
  adopts();
  const auto id = of().id;
  pass(1s);
  commit([&] {
    CHECK(talks.note(id, "a good customer", "clerk", wall) == Conversations::Noted::noted);
  });
  std::vector<ConversationItem> seen;
  std::optional<BeforeItems> before;
  for (int page = 0; page < 10; ++page) {
    auto items = talks.items(id, before, 2);
    for (auto& item : items.items) seen.push_back(std::move(item));
    before = items.next;
    if (!before) break;
  }
  REQUIRE(seen.size() == 7);
  CHECK(std::get<ConversationItem::In>(seen[2].what).id == answer);
  CHECK(std::get<ConversationItem::In>(seen[2].what).answers == by_same);
  CHECK(std::get<MessageId>(seen[3].what) == by_other);
  CHECK(std::get<ConversationItem::In>(seen[5].what).id == alone);
  CHECK_FALSE(std::get<ConversationItem::In>(seen[5].what).answers);
  CHECK(std::get<MessageId>(seen[6].what) == old);
}

TEST_CASE_METHOD(Talks, "a note has its conversation, and its bound") {
  writes("salam");
  adopts();
  const auto id = of().id;
  commit([&] {
    for (std::size_t i = 0; i < Conversations::most_notes; ++i) {
      (void)talks.note(id, "x", "clerk", wall);
    }
    CHECK(talks.note(id, "x", "clerk", wall) == Conversations::Noted::full);
    CHECK(talks.note(ConversationId{99}, "x", "clerk", wall) == Conversations::Noted::unknown);
  });
}

TEST_CASE_METHOD(Talks, "a search finds every spelling, and nothing in it is anything but words") {
  const auto persian = writes("كتاب‌هاي من کی می‌رسد؟");
  const auto vietnamese = writes("Từ chối quảng cáo");
  const auto turkish = writes("İPTAL edin lütfen");
  const auto chinese = writes("我的快递什么时候到");
  const auto digits = writes("سفارش ۱۲۳۴");
  adopts();
  CHECK(finds("کتاب") == std::vector{persian});
  CHECK(finds("tu CHOI") == std::vector{vietnamese});
  CHECK(finds("quang ca") == std::vector{vietnamese});
  CHECK(finds("iptal") == std::vector{turkish});
  CHECK(finds("快递") == std::vector{chinese});
  CHECK(finds("1234") == std::vector{digits});
  CHECK(finds("١٢٣") == std::vector{digits});
  CHECK(finds("choi tu") == std::vector{vietnamese});
  CHECK(finds("khong").empty());
  CHECK(finds("t").empty());  // one letter is a word, and no beginning
  for (const std::string query : {"\"", "*", "a OR", "NEAR(a b)", "words:x", "-x", "x\"y", "(", "",
                                  "\x01\xFF", "a* AND b*"}) {
    INFO(query);
    CHECK_NOTHROW(finds(query));
  }
  CHECK_NOTHROW(finds(std::string(10'000, 'x') + " " + std::string(10'000, '*')));
}

TEST_CASE_METHOD(Talks, "what retention drops is found no more") {
  const auto text = writes("remember me");
  adopts();
  CHECK(finds("remember") == std::vector{text});
  pass(200 * 24h);
  std::optional<Book::RetainFrom> from = Book::RetainFrom{};
  for (int step = 0; step < 100 && from; ++step) {
    commit([&] { from = book->retain({90 * 24h, 730 * 24h}, *from, 100, now()).next; });
  }
  CHECK(finds("remember").empty());
  CHECK(of().last_text == std::nullopt);
  const auto id = of().id;
  commit([&] { CHECK(talks.note(id, "x", "clerk", wall) == Conversations::Noted::noted); });
  pass(731 * 24h);
  from = Book::RetainFrom{};
  for (int step = 0; step < 100 && from; ++step) {
    commit([&] { from = book->retain({90 * 24h, 730 * 24h}, *from, 100, now()).next; });
  }
  CHECK_FALSE(talks.with(ali));
  CHECK(talks.items(id, std::nullopt, 10).items.empty());
}
