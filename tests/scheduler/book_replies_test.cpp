// What people write back is done in the transaction that keeps it.
#include <algorithm>
#include <catch2/catch.hpp>

#include "scheduler/suppressions.hpp"
#include "tests/scheduler/inbound_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;
using namespace std::chrono_literals;

namespace {

struct Replies : InboundFixture {
  std::optional<Book::Obeyed> hears(const Incoming& text) {
    std::optional<Book::Obeyed> done;
    pass(1s);  // each is a text of its own
    const auto arrived = arrival(pdu(text), sim, "slot-01");
    commit([&] {
      const Hearing hearing = book->hear(arrived);
      for (const auto id : hearing.complete) done = book->obey(id, rules, limit, wall);
    });
    return done;
  }
  std::optional<Book::Obeyed> writes(const std::string& text, const std::string& from = {}) {
    const std::string who = from.empty() ? std::string(ali) : from;
    return hears({.text = text, .from = who, .alphabet = at::Alphabet::ucs2});
  }
  [[nodiscard]] MessageView answer(const std::optional<Book::Obeyed>& done) {
    return reader->message(done.value().answer.value()).value();
  }
  [[nodiscard]] std::optional<std::string> scope(std::string_view number = ali) {
    const auto found = reader->suppression(number);
    return found ? std::optional(found->scope) : std::nullopt;
  }
  void sends(const std::string& text) {
    NewMessage message = to(std::string(ali));
    message.text = text;
    const MessageId id = accept(message);
    database.execute("UPDATE message SET state = 'sent', via = " +
                     std::to_string(static_cast<std::int64_t>(sim)) +
                     " WHERE id = " + std::to_string(static_cast<std::int64_t>(id)));
  }

  ReplyRules rules{{"all", "IR", {"IR"}, "Asia/Tehran"}};
  std::size_t limit = 1000;
};

}  // namespace

TEST_CASE_METHOD(Replies,
                 "who writes stop is written to no more, and told so once by the same SIM") {
  accept(to(std::string(ali)));
  accept(to("+989120000077"));
  const auto done = writes("لغو");
  REQUIRE(done);
  CHECK(done->suppressed->number == ali);
  CHECK(done->is_done);
  const auto view = reader->suppression(ali).value();
  CHECK(view.scope == "all");
  CHECK(view.reason == "opt_out");
  CHECK(view.since == wall);
  CHECK(view.evidence == "in_0000000000001 \"لغو\"");
  CHECK(count(MessageState::suppressed) == 1);
  const auto told = answer(done);
  CHECK(told.message_class == MessageClass::system);
  CHECK(told.to == ali);
  CHECK(told.wanted_sim == "8998110000000000001");
  CHECK(told.state == MessageState::queued);
  CHECK(told.text->find("شروع") != std::string::npos);
  CHECK(told.text->find(rules.local_minute(wall)) != std::string::npos);
  CHECK(told.expires_at == wall + 1h);
  CHECK(count(MessageState::queued) == 2);

  for (int again = 0; again < 1000; ++again) {
    const auto known = writes("STOP");
    REQUIRE(known);
    CHECK_FALSE(known->answer);
  }
  CHECK(count(MessageState::queued) == 2);
}

TEST_CASE_METHOD(Replies, "start takes back what the person said, and nothing else") {
  CHECK_FALSE(writes("START"));
  (void)writes("STOP");
  const auto back = writes("start");
  REQUIRE(back);
  CHECK_FALSE(scope());
  CHECK(answer(back).text->find("STOP") != std::string::npos);

  commit([&] { (void)book->suppress({std::string(ali), wall, "all", "operator", ""}, 10); });
  CHECK_FALSE(writes("START"));
  CHECK(scope() == "all");
  const auto stopped = writes("STOP");
  CHECK_FALSE(stopped.value().answer);
  CHECK(reader->suppression(ali)->reason == "operator");
}

TEST_CASE_METHOD(Replies, "somebody who plays with stop and start is answered five times") {
  int answers = 0;
  for (int i = 0; i < 20; ++i) {
    const auto done = writes(i % 2 == 0 ? "STOP" : "START");
    REQUIRE(done);
    answers += done->answer ? 1 : 0;
  }
  CHECK(answers == 5);
  pass(11min);
  CHECK(writes("STOP").value().answer);
}

TEST_CASE_METHOD(Replies, "what may mean it holds promotion until a person has looked") {
  const auto done = writes("stop sending me this please");
  REQUIRE(done);
  CHECK(scope() == "promotional");
  CHECK_FALSE(done->answer);
  CHECK(reader->suppression(ali)->evidence.find(", which may mean it") != std::string::npos);
  CHECK(writes("STOP").value().answer);
  CHECK(scope() == "all");
}

TEST_CASE_METHOD(Replies, "a digit is an opt-out only for who was told so, by that SIM, lately") {
  CHECK_FALSE(writes("11"));
  sends("Sale! لغو11");
  pass(24h);
  CHECK(writes("11"));
  CHECK(scope() == "all");
}

TEST_CASE_METHOD(Replies, "an invitation of long ago, or before another text, is none") {
  sends("Sale! لغو11");
  pass(31 * 24h);
  CHECK_FALSE(writes("11"));
  sends("Sale! لغو11");
  sends("See you at noon");
  pass(1h);
  CHECK_FALSE(writes("11"));
  CHECK_FALSE(scope());
}

TEST_CASE_METHOD(Replies, "the parts of a long text are read when all are there") {
  CHECK_FALSE(hears({.text = "STOP\nbecause ", .seq = 1, .total = 2}));
  CHECK_FALSE(scope());
  CHECK(hears({.text = "I have moved", .seq = 2, .total = 2}));
  CHECK(scope() == "all");
}

TEST_CASE_METHOD(Replies, "names and short codes have nobody behind them") {
  CHECK_FALSE(writes("STOP", "Bank Melli"));
  CHECK_FALSE(writes("STOP", "20001"));
  CHECK(writes("STOP", "09121234567"));  // as some service centres write it
  CHECK(scope() == "all");
}

TEST_CASE_METHOD(Replies,
                 "one from where nothing may be sent to opts out all the same, unanswered") {
  const auto done = writes("STOP", "+14155550100");
  REQUIRE(done);
  CHECK(scope("+14155550100") == "all");
  CHECK_FALSE(done->answer);
}

TEST_CASE_METHOD(Replies, "a long queue is stopped in steps") {
  for (int i = 0; i < 5; ++i) accept(to(std::string(ali)));
  limit = 2;
  const auto done = writes("STOP");
  REQUIRE(done);
  CHECK_FALSE(done->is_done);
  CHECK(count(MessageState::suppressed) == 2);
}

TEST_CASE_METHOD(Replies, "a stop of promotion leaves the rest") {
  rules = ReplyRules{{"promotional", "IR", {"IR"}, "Asia/Tehran"}};
  NewMessage sale = to(std::string(ali));
  sale.message_class = MessageClass::promotional;
  accept(sale);
  accept(to(std::string(ali)));
  const auto done = writes("STOP");
  CHECK(scope() == "promotional");
  CHECK(count(MessageState::suppressed) == 1);
  CHECK(done.value().answer);
}

TEST_CASE_METHOD(Replies, "a topic is left and come back to by its own words") {
  rules = ReplyRules({"all", "IR", {"IR"}, "Asia/Tehran"},
                     {{"en", Wish::opt_out, "stop news", false, "news"},
                      {"en", Wish::opt_in, "start news", false, "news"},
                      {"en", Wish::opt_in, "start", false, ""}});
  NewMessage news = to(std::string(ali)), orders = to(std::string(ali));
  news.topic = "news";
  news.message_class = MessageClass::transactional;
  orders.topic = "orders";
  NewMessage code = news;
  code.message_class = MessageClass::otp;
  const auto first = accept(news);
  const auto second = accept(orders);
  const auto third = accept(code);
  const auto done = writes("Stop news!");
  REQUIRE(done);
  CHECK(answer(done).text->starts_with("[news] "));
  CHECK(reader->message(first)->state == MessageState::suppressed);
  CHECK(reader->message(second)->state == MessageState::queued);
  CHECK(reader->message(third)->state == MessageState::queued);
  CHECK_FALSE(scope());
  CHECK_FALSE(writes("stop news").value().answer);  // he knows
  CHECK(reader->message(accept(news))->state == MessageState::suppressed);
  CHECK(reader->message(accept(orders))->state == MessageState::queued);
  CHECK(reader->message(accept(news))->topic == "news");

  CHECK(writes("START news").value().answer);
  CHECK(reader->message(accept(news))->state == MessageState::queued);
  (void)writes("stop news");
  CHECK(writes("start").value().answer);  // to all that he left
  CHECK(reader->message(accept(news))->state == MessageState::queued);
  CHECK_FALSE(writes("start"));
}

TEST_CASE_METHOD(Replies, "a person's words end no block of a topic by an operator") {
  rules =
      ReplyRules({"all", "IR", {"IR"}, "Asia/Tehran"}, {{"en", Wish::opt_in, "start", false, ""}});
  commit([&] {
    (void)book->suppress({std::string(ali), wall, "topic:news", "operator", "", "api", "clerk"},
                         10);
  });
  CHECK_FALSE(writes("start"));
  NewMessage news = to(std::string(ali));
  news.topic = "news";
  CHECK(reader->message(accept(news))->state == MessageState::suppressed);
}

TEST_CASE_METHOD(Replies, "who asks for help is told what the owner has written, five times") {
  CHECK_FALSE(writes("help"));
  rules = ReplyRules({"all", "IR", {"IR"}, "Asia/Tehran", "Shop, tel. 021 1234"});
  CHECK(answer(writes("راهنما")).text == "Shop, tel. 021 1234");
  int answers = 1;
  for (int i = 0; i < 20; ++i) answers += writes("help").value().answer ? 1 : 0;
  CHECK(answers == 5);
}

TEST_CASE_METHOD(Replies, "a stop lets its own confirmation through, and no answer that waits") {
  rules = ReplyRules({"all", "IR", {"IR"}, "Asia/Tehran", "Shop, tel. 021 1234"});
  const auto help = writes("help").value().answer.value();
  const auto stopped = writes("STOP").value().answer.value();
  CHECK(reader->message(help)->state == MessageState::suppressed);
  CHECK(reader->message(stopped)->state == MessageState::queued);
  // Who has left is told all the same when he asks for it.
  CHECK(answer(writes("help")).state == MessageState::queued);
  const auto back = writes("START").value().answer.value();
  CHECK(reader->message(back)->state == MessageState::queued);
  (void)writes("STOP");
  CHECK(reader->message(back)->state == MessageState::suppressed);
}

TEST_CASE_METHOD(Replies, "of a number that comes and goes the last thousand changes are kept") {
  commit([&] {
    for (int i = 0; i < 600; ++i) {
      (void)book->suppress({std::string(ali), wall, "all", "operator", ""}, 10);
      (void)book->unsuppress(ali, {wall, "api", "clerk", std::to_string(i)});
    }
    (void)book->suppress({"+989121234568", wall, "all", "operator", ""}, 10);
  });
  const auto history = suppression_history(database, ali, std::nullopt, 2000);
  CHECK(history.size() == 1000);
  CHECK(history.front().evidence == "599");
  CHECK(suppression_history(database, "+989121234568", std::nullopt, 10).size() == 1);
}

TEST_CASE_METHOD(Replies, "a stop in a text with a missing part holds promotion, and no more") {
  std::optional<InboundId> text;
  CHECK_FALSE(hears({.text = "STOP\nbecause ", .seq = 1, .total = 2}));
  pass(80h);
  commit([&] {
    for (const auto id : book->give_up_gaps(wall, 10)) {
      CHECK_FALSE(book->obey(id, rules, limit, wall));
      book->keep_gap(id, rules);
    }
  });
  // It is kept until it is looked after, whatever happens in between.
  commit([&] {
    const auto kept = book->gap_wishes(10);
    REQUIRE(kept.size() == 1);
    CHECK(kept.front().number == ali);
    const auto done = book->obey_gap(kept.front().text, rules, limit, wall);
    REQUIRE(done);
    CHECK_FALSE(done->answer);
    CHECK(book->gap_wishes(10).empty());
    CHECK_FALSE(book->obey_gap(kept.front().text, rules, limit, wall));
  });
  CHECK(scope() == "promotional");
  CHECK(reader->suppression(ali)->is_held);
}

TEST_CASE_METHOD(Replies, "a person confirms what was meant, or dismisses it") {
  (void)writes("stop sending me this please");
  CHECK(reader->suppression(ali)->is_held);
  std::optional<Book::Obeyed> decided;
  const auto decides = [&](bool is_opt_out) {
    commit([&] { decided = book->decide(ali, is_opt_out, rules, {wall, "api", "clerk"}, limit); });
  };
  accept(to(std::string(ali)));
  decides(true);
  REQUIRE(decided);
  CHECK(scope() == "all");
  CHECK_FALSE(reader->suppression(ali)->is_held);
  CHECK(reader->suppression(ali)->by == "clerk");
  CHECK(count(MessageState::suppressed) == 1);
  CHECK(answer(decided).wanted_sim == "8998110000000000001");
  decides(true);
  CHECK_FALSE(decided);

  (void)writes("stop sending me this please", "+989121234568");
  commit([&] {
    decided = book->decide("+989121234568", false, rules, {wall, "api", "clerk"}, limit);
  });
  REQUIRE(decided);
  CHECK_FALSE(decided->answer);
  CHECK_FALSE(scope("+989121234568"));
  const auto history = suppression_history(database, "+989121234568", std::nullopt, 10);
  REQUIRE(history.size() == 2);
  CHECK(history[0].action == "dismissed");
  CHECK(history[1].action == "held");
}

TEST_CASE_METHOD(Replies, "who is held and then says stop is answered, whatever the scope") {
  rules = ReplyRules{{"promotional", "IR", {"IR"}, "Asia/Tehran"}};
  (void)writes("stop sending me this please");
  CHECK(writes("STOP").value().answer);
  CHECK_FALSE(reader->suppression(ali)->is_held);
}

TEST_CASE_METHOD(Replies, "an operator's answer goes out by itself, by the same SIM, with an end") {
  AutoAnswer hours{.name = "hours", .is_enabled = true, .keywords = {"ساعت", "open"}};
  hours.text = "We are open from 9 to 17.";
  AutoAnswer off{.name = "off", .keywords = {"price"}};
  off.text = "?";
  rules = ReplyRules({"all", "IR", {"IR"}, "Asia/Tehran"}, first_keywords(), {hours, off});
  const auto told = answer(writes("Open?"));
  CHECK(told.text == "We are open from 9 to 17.");
  CHECK(told.message_class == MessageClass::service);
  CHECK(told.reference == "answer:hours");
  CHECK(told.wanted_sim == "8998110000000000001");
  CHECK_FALSE(writes("price"));  // off by default
  CHECK_FALSE(writes("are you open"));
  CHECK_FALSE(writes("open", "Bank Melli"));
  int answers = 1;
  for (int i = 0; i < 20; ++i) answers += writes("open") ? 1 : 0;
  CHECK(answers == 5);
  pass(11min);
  CHECK(writes("open"));
  // Who has left is not answered, and what waits for him does not go.
  const auto stopped = writes("STOP");
  CHECK(count(MessageState::queued) == 1);
  pass(11min);
  CHECK_FALSE(writes("open"));
  CHECK(stopped.value().answer);
}
