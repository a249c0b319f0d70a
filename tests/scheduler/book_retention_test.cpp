#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "store/statement.hpp"
#include "tests/scheduler/book_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;

namespace {

using std::chrono::days;

class Kept : public BookFixture {
 public:
  /// A whole round; returns what went.
  std::size_t round(std::size_t limit = 100) {
    std::size_t gone = 0;
    for (const auto& step : steps(limit)) gone += step.gone;
    bool more = true;
    while (more) commit([&] { more = book->sweep(limit, wall); });
    return gone;
  }
  std::vector<Book::Retained> steps(std::size_t limit) {
    std::vector<Book::Retained> done;
    std::optional<Book::RetainFrom> from{std::in_place};
    while (from && done.size() < 10'000) {
      commit([&] { done.push_back(book->retain(retention, *from, limit, now())); });
      from = done.back().next;
    }
    CHECK_FALSE(from);
    return done;
  }

  MessageId delivered(const std::string& number, int parts = 1) {
    const MessageId id = accept(to(number, parts));
    for (int part = 1; part <= parts; ++part) {
      send(id, part, part, part == parts ? MessageState::sent : MessageState::sending);
      report(part, number);
    }
    return id;
  }
  MessageId failed(const std::string& number) {
    const MessageId id = accept(to(number));
    commit([&] { book->fail(id, Trouble{"no_such", "number"}, wall); });
    return id;
  }
  /// Waits for its time, long.
  NewMessage later(const std::string& number, std::chrono::milliseconds after) {
    NewMessage message = to(number);
    message.send_at = wall + after;
    message.expires_at = wall + after + 24h;
    return message;
  }
  void cancel(MessageId id) {
    commit([&] { CHECK(book->cancel(id, wall) == Book::CancelResult::cancelled); });
  }
  [[nodiscard]] std::optional<std::string> text(MessageId id) {
    return reader->message(id).value().text;
  }
  [[nodiscard]] std::int64_t rows(std::string_view table) {
    return database.integer(fmt::format("SELECT count(*) FROM {}", table));
  }
  [[nodiscard]] std::int64_t pages_in_use() {
    return database.integer("PRAGMA page_count") - database.integer("PRAGMA freelist_count");
  }

  Retention retention{days{30}, days{100}};
};

}  // namespace

// --- texts --------------------------------------------------------------------------------------

TEST_CASE_METHOD(Kept,
                 "a text goes when its message has ended for long enough, whatever it became") {
  std::vector<MessageId> all;
  all.push_back(delivered("+1000"));
  all.push_back(accept(to("+1001")));
  send(all.back(), 1, 40);
  all.push_back(accept(to("+1002")));
  send(all.back(), 1, 41);
  report(41, "+1002", 0x40);
  all.push_back(failed("+1003"));
  all.push_back(accept(to("+1004")));
  cancel(all.back());
  commit([&] { book->suppress({"+1005", wall, "all", "operator", ""}, 10); });
  all.push_back(accept(to("+1005")));
  all.push_back(accept(to("+1006")));
  uncertain(begin(all.back()).value().submission);
  NewMessage short_life = to("+1007");
  short_life.expires_at = wall;
  all.push_back(accept(short_life));
  commit([&] { CHECK(book->expire(wall, 10).size() == 1); });
  using enum MessageState;
  const std::vector<MessageState> states{MessageState::delivered, sent,      undelivered,
                                         MessageState::failed,    cancelled, suppressed,
                                         MessageState::uncertain, expired};
  const auto are_as_they_were = [&] {
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(state(all[i]) == states[i]);
  };
  are_as_they_were();

  pass(retention.texts);
  CHECK(round() == 0);
  for (const MessageId id : all) CHECK(text(id) == "salam");
  pass(1ms);
  CHECK(round() == all.size());
  for (const MessageId id : all) CHECK_FALSE(text(id));
  CHECK(rows("text") == 0);
  are_as_they_were();
  CHECK(round() == 0);
}

TEST_CASE_METHOD(Kept, "what is not over keeps its text, and loses it when it is") {
  const MessageId scheduled = accept(later("+1000", days{60}));
  const MessageId failed_late = accept(later("+1001", days{20}));
  const MessageId before = failed("+1002");
  pass(days{20});
  commit([&] { book->fail(failed_late, Trouble{"no_such", "number"}, wall); });
  pass(days{11});
  round();
  CHECK(text(scheduled) == "salam");
  CHECK(text(failed_late) == "salam");
  CHECK_FALSE(text(before));

  pass(days{20});
  CHECK(round() == 1);
  CHECK_FALSE(text(failed_late));
  pass(days{9});
  commit([&] {
    REQUIRE(book->wake(wall, 10).size() == 1);
    CHECK(book->candidate(scheduled).value().text == "salam");
  });
  send(scheduled, 1, 7);
  pass(days{31});
  CHECK(round() == 1);
  CHECK_FALSE(text(scheduled));
}

TEST_CASE_METHOD(Kept, "what a report can still put back into the queue keeps its text") {
  NewMessage two_parts = to("+1000", 2);
  two_parts.expires_at = wall + days{60};
  const MessageId id = accept(two_parts);
  uncertain(begin(id).value().submission);
  const MessageId other_way = accept(two_parts);
  uncertain(begin(other_way).value().submission);
  pass(days{61});
  CHECK(round() == 0);
  commit([&] {
    const auto settled = book->status_report({sim, 7, "+1000", wall - days{61}, 0}, now());
    REQUIRE(settled);
    CHECK(settled->requeued);
    CHECK(book->candidate(settled->message).value().text == "salam");
  });
  pass(1ms);
  CHECK(round() == 1);  // the life of the other is over for a day, and nothing settles it
}

TEST_CASE_METHOD(Kept, "a life beyond any validity does not keep a doubt for ever") {
  NewMessage message = to("+1000");
  message.expires_at = wall + days{365 * 1000};
  const MessageId id = accept(message);
  uncertain(begin(id).value().submission);
  pass(days{63 * 7 + 2});
  round();
  CHECK_FALSE(reader->message(id));
}

TEST_CASE_METHOD(Kept, "a text that messages share goes with the last of them") {
  const auto limit = GENERATE(as<std::size_t>{}, 1, 2, 100);
  const auto last = GENERATE(as<std::size_t>{}, 0, 1, 2, 3);
  CAPTURE(limit, last);
  std::vector<NewMessage> messages;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string number = fmt::format("+100{}", i);
    messages.push_back(i == last ? later(number, days{50}) : to(number));
  }
  BatchId batch{};
  commit([&] { batch = book->new_batch(std::nullopt, wall); });
  std::vector<MessageId> ids;
  for (const auto& one : accept_all(messages, batch)) ids.push_back(one.id);
  accept(to("+1999"));  // its text comes behind
  REQUIRE(rows("text") == 2);
  for (std::size_t i = 0; i < 4; ++i) {
    if (i != last) cancel(ids[i]);
  }
  pass(days{31});
  CHECK(round(limit) == 3);
  CHECK(rows("text") == 2);
  for (std::size_t i = 0; i < 4; ++i) CHECK(text(ids[i]).has_value() == (i == last));
  cancel(ids[last]);
  pass(days{31});
  round(limit);
  CHECK(rows("text") == 1);
  CHECK_FALSE(text(ids[last]));
}

TEST_CASE_METHOD(Kept, "no message gets the text of one that came later") {
  const MessageId old = failed("+1000");
  pass(days{31});
  CHECK(round() == 1);
  NewMessage newer = to("+1001");
  newer.text = "for somebody else";
  accept(newer);
  CHECK_FALSE(text(old));
  commit([&] { CHECK(book->requeue(old, wall + 24h, wall) == Book::RequeueResult::not_possible); });
}

TEST_CASE_METHOD(Kept, "what is uncertain and has lost its text is not sent again by itself") {
  const MessageId id = accept(to("+1000"));
  uncertain(begin(id).value().submission);
  pass(days{31});
  CHECK(round() == 1);
  commit([&] { CHECK(book->resend_uncertain(wall, 4, 10, wall).empty()); });
  CHECK(state(id) == MessageState::uncertain);
}

TEST_CASE_METHOD(Kept, "the texts in stored answers go, too") {
  KeyId key{};
  const std::array<unsigned char, 32> hash{};
  commit([&] {
    key = book->create_key("till", {"send"}, {"otp"}, hash, wall);
    book->remember_answer({key, "order-7", hash}, 202, R"({"text":"salam"})", wall);
  });
  pass(days{30} - 1ms);
  round();
  CHECK(rows("idempotency") == 1);
  pass(1ms);
  round();
  CHECK(rows("idempotency") == 0);
}

// --- history ------------------------------------------------------------------------------------

TEST_CASE_METHOD(Kept, "a message goes after its time, and everything of it") {
  const MessageId old = delivered("+1000", 2);
  const MessageId to_the_same = delivered("+1001", 2);
  const MessageId queued = accept(later("+1002", days{300}));
  report(99, "+1003");  // matches nothing
  pass(days{50});
  const MessageId newer = delivered("+1001", 2);
  pass(days{50});
  round();
  CHECK(reader->message(old));
  CHECK(rows("unmatched_report") == 1);

  pass(1ms);
  round();
  CHECK_FALSE(reader->message(old));
  CHECK_FALSE(reader->message(to_the_same));
  CHECK(reader->submissions(old).empty());
  CHECK(state(newer) == MessageState::delivered);
  CHECK(text(queued) == "salam");
  CHECK(count(MessageState::delivered) == 1);
  CHECK(count(MessageState::queued) == 1);
  CHECK(rows("submission") == 2);
  CHECK(rows("unmatched_report") == 0);
  CHECK(rows("concat_reference") == 1);  // that of the number which was written to since
  commit([&] { CHECK(book->cancel(old, wall) == Book::CancelResult::unknown); });
}

TEST_CASE_METHOD(Kept, "what a SIM sent this month counts to its end, however short history is") {
  retention = {days{1}, days{1}};
  pass(std::chrono::sys_days{std::chrono::year{2026} / 12 / 1} - wall);
  const WallTime month = wall;
  const MessageId id = accept(to("+1000"));
  send(id, 1, 7);
  pass(days{31} - 1ms);
  round();
  CHECK_FALSE(text(id));
  commit([&] { CHECK(book->uses_between(sim, month, wall) == 1); });
  pass(days{1} + 2ms);
  round();
  CHECK_FALSE(reader->message(id));
}

TEST_CASE_METHOD(Kept, "a wall clock that jumps ahead makes nothing old") {
  retention = {days{1}, days{1}};
  const MessageId id = accept(to("+1000"));
  send(id, 1, 7);
  wall += days{400};
  pass(1h);
  CHECK(round() == 0);
  CHECK(text(id) == "salam");
  commit([&] { CHECK(book->uses_since(sim, 24h, now()).size() == 1); });
  reboot("boot-2");  // nothing says any more that it jumped
  round();
  CHECK_FALSE(reader->message(id));
}

TEST_CASE_METHOD(Kept, "a message from a clock that was ahead holds up nobody") {
  const WallTime right = wall;
  wall += days{3650};
  const MessageId odd = failed("+1000");
  wall = right;
  const MessageId id = failed("+1001");
  pass(days{101});
  round();
  CHECK_FALSE(reader->message(id));
  CHECK(reader->message(odd));
}

TEST_CASE_METHOD(Kept, "a report that comes as late as it may finds its message") {
  retention = {days{1}, days{1}};
  NewMessage message = to("+1000");
  message.expires_at = wall + days{60};
  const MessageId id = accept(message);
  send(id, 1, 7);
  pass(days{61});
  round();
  CHECK_FALSE(text(id));
  report(7, "+1000", 0, wall - days{61});
  CHECK(state(id) == MessageState::delivered);
  pass(days{32});
  round();
  CHECK(reader->message(id));
  pass(1ms);
  round();
  CHECK_FALSE(reader->message(id));
}

TEST_CASE_METHOD(Kept, "a batch keeps its counts until its last message goes, and goes with it") {
  KeyId key{};
  const std::array<unsigned char, 32> hash{};
  BatchId batch{};
  BatchId refused{};
  commit([&] {
    key = book->create_key("shop", {"send"}, {"transactional"}, hash, wall);
    batch = book->receive_batch(key, wall);
    const std::vector<Book::ReceivedLine> lines{
        {1, to("+1000")}, {2, to("+1001")}, {3, later("+1002", days{150})}};
    book->receive(batch, lines, key, wall);
    const std::vector<Book::RejectedLine> bad{{4, "/to", "nobody", "no number"}};
    book->reject(batch, bad);
    book->open_batch(batch, 10);
    refused = book->receive_batch(key, wall);
    book->reject(refused, bad);
    book->open_batch(refused, 10);
  });
  const auto ids = reader->messages({.batch = batch}, {}, 10);
  REQUIRE(ids.size() == 3);
  send(ids[2].id, 1, 7);
  report(7, "+1000");
  send(ids[1].id, 1, 8);
  report(8, "+1001");
  using Counts = std::vector<std::pair<MessageState, std::int64_t>>;
  const Counts counts{{MessageState::queued, 1}, {MessageState::delivered, 2}};
  CHECK(reader->batch(batch).value().counts == counts);

  pass(days{101});
  round();
  CHECK(reader->messages({.batch = batch}, {}, 10).size() == 1);
  CHECK(reader->batch(batch).value().counts == counts);
  CHECK(count(MessageState::delivered) == 0);
  CHECK(reader->rejections(batch, 0, 10).size() == 1);
  CHECK_FALSE(reader->batch(refused));

  cancel(ids[0].id);
  pass(days{101});
  round();
  CHECK_FALSE(reader->batch(batch));
  for (const char* table : {"batch", "batch_count", "batch_rejection", "lane", "kept_text"}) {
    CAPTURE(table);
    CHECK(rows(table) == 0);
  }
}

// --- what it costs ------------------------------------------------------------------------------

TEST_CASE_METHOD(Kept, "a step is bounded, and the round goes on where it stopped") {
  constexpr std::size_t limit = 10;
  for (int i = 0; i < 50; ++i) delivered(fmt::format("+1{}", 100 + i), 3);
  pass(days{31});
  std::size_t texts = 0;
  for (const auto& step : steps(limit)) {
    CHECK(step.gone <= limit);
    texts += step.gone;
  }
  CHECK(texts == 50);
  pass(days{70});
  std::size_t rows_gone = 0;
  for (const auto& step : steps(limit)) {
    CHECK(step.gone <= limit + 3);  // all submissions of the last
    rows_gone += step.gone;
  }
  CHECK(rows_gone == 50 * (1 + 3));
}

TEST_CASE_METHOD(Kept, "where nothing is due nothing is written") {
  for (int i = 0; i < 50; ++i) accept(later(fmt::format("+1{}", 100 + i), days{300}));
  for (int i = 0; i < 50; ++i) failed(fmt::format("+2{}", 100 + i));
  pass(days{101});
  round();
  for (int i = 0; i < 50; ++i) failed(fmt::format("+3{}", 100 + i));
  const auto changes = sqlite3_total_changes(database.handle());
  CHECK(round(10) == 0);
  CHECK(sqlite3_total_changes(database.handle()) == changes);
}

TEST_CASE_METHOD(Kept, "the database does not grow with the days") {
  retention = {days{5}, days{32}};
  std::mt19937 random(20261126);
  const auto number = [&] { return fmt::format("+98912{:07}", random() % 10'000'000); };
  const std::array<unsigned char, 32> hash{};
  KeyId key{};
  commit([&] { key = book->create_key("till", {"send"}, {"otp"}, hash, wall); });
  const auto day = [&](int today) {
    for (int i = 0; i < 10; ++i) {
      delivered(number(), 2);
      commit([&] {
        book->remember_answer({key, fmt::format("{}-{}", today, i), hash}, 202, "{}", wall);
      });
      report(99, number());  // matches nothing
      if (i == 0) cancel(accept(later(number(), days{10})));
      if (i == 1) accept(later(number(), days{20}));
    }
    BatchId batch{};
    commit([&] {
      batch = book->receive_batch(key, wall);
      std::vector<Book::ReceivedLine> lines;
      for (int i = 1; i <= 10; ++i) lines.push_back({i, to(number())});
      book->receive(batch, lines, key, wall);
      const std::vector<Book::RejectedLine> bad{{11, "/to", "nobody", "no number"}};
      book->reject(batch, bad);
      book->open_batch(batch, 0);
      book->cancel_batch(batch, wall);
    });
    pass(24h);
    commit([&] {
      book->wake(wall, 100);
      book->expire(wall, 100);
    });
    round();
  };
  std::int64_t most_first = 0;
  std::int64_t most_later = 0;
  for (int today = 0; today < 300; ++today) {
    day(today);
    if (today >= 60 && today < 100) most_first = std::max(most_first, pages_in_use());
    if (today >= 200) most_later = std::max(most_later, pages_in_use());
  }
  CHECK(most_first > 50);
  CHECK(most_later <= most_first + most_first / 20);  // trees are never equally full
}
