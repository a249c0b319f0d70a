#include <catch2/catch.hpp>

#include "store/statement.hpp"
#include "scheduler/reaction.hpp"
#include "tests/scheduler/book_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;
using Change = Book::BatchChange;

namespace {

const Lane pool_lane{std::nullopt, "default"};

class Upload : public BookFixture {
 public:
  Upload() {
    commit([&] { key = book->create_key("shop", {"send"}, {"transactional"}, hash, wall); });
  }

  BatchId receive(int messages, const std::string& first = "+10") {
    BatchId batch{};
    commit([&] { batch = book->receive_batch(key, wall); });
    add(batch, messages, first);
    return batch;
  }
  std::size_t add(BatchId batch, int messages, const std::string& first = "+10") {
    std::vector<Book::ReceivedLine> lines;
    for (int i = 0; i < messages; ++i) {
      lines.push_back({i + 1, to(first + std::to_string(100 + i))});
    }
    std::size_t accepted = 0;
    commit([&] { accepted = book->receive(batch, lines, key, wall); });
    return accepted;
  }
  /// Open, of a long upload or of one call.
  BatchId three_of(bool uploaded) {
    BatchId batch{};
    if (uploaded) {
      batch = receive(3);
      open(batch);
    } else {
      commit([&] { batch = book->new_batch(key, wall); });
      accept_all({to("+1100"), to("+1101"), to("+1102")}, batch);
    }
    return batch;
  }
  Book::Opened open(BatchId batch, std::size_t shown = 10) {
    Book::Opened opened{};
    commit([&] { opened = book->open_batch(batch, shown); });
    return opened;
  }
  Change change(Change (Book::*what)(BatchId), BatchId batch) {
    Change done{};
    commit([&] { done = ((*book).*what)(batch); });
    return done;
  }
  Change resume(BatchId batch) {
    Change done{};
    commit([&] { done = book->resume_batch(batch, resumed); });
    return done;
  }
  Change cancel(BatchId batch) {
    Change done{};
    commit([&] { done = book->cancel_batch(batch, wall); });
    return done;
  }
  /// Returns the number of steps that it took.
  int sweep(std::size_t limit = 10) {
    int steps = 0;
    bool more = true;
    for (; more && steps < 1000; ++steps) commit([&] { more = book->sweep(limit, wall); });
    return steps;
  }
  std::vector<Candidate> ready(const Lane& lane) {
    std::vector<Candidate> found;
    commit([&] { found = book->ready(lane, {}, 1000); });
    return found;
  }
  std::vector<Lane> lanes() {
    std::vector<Lane> found;
    commit([&] { found = book->lanes(); });
    return found;
  }
  [[nodiscard]] std::int64_t in_batch(BatchId batch, MessageState state) {
    const auto view = reader->batch(batch).value();
    for (const auto& [counted, n] : view.counts) {
      if (counted == state) return n;
    }
    return 0;
  }
  std::vector<MessageId> messages_of(BatchId batch) {
    std::vector<MessageId> ids;
    for (const auto& view : reader->messages({.batch = batch}, {}, 1000)) ids.push_back(view.id);
    return ids;
  }

  std::array<unsigned char, 32> hash{};
  KeyId key{};
  std::vector<Lane> resumed;
};

}  // namespace

TEST_CASE_METHOD(Upload, "nothing of a batch can be sent before it is open") {
  const BatchId batch = receive(3);
  const Lane lane{std::nullopt, "default", batch};
  CHECK(reader->batch(batch).value().state == BatchState::receiving);
  CHECK(in_batch(batch, MessageState::queued) == 3);
  CHECK(ready(lane).empty());
  CHECK(ready(pool_lane).empty());
  CHECK(lanes().empty());
  const auto ids = messages_of(batch);
  CHECK(begin(ids.back()).error() == Refusal::not_wanted);
  CHECK(reader->message(ids.back()).value().held_by_batch == BatchState::receiving);

  const auto opened = open(batch);
  CHECK(opened.accepted == 3);
  CHECK(opened.lanes == std::vector{lane});
  CHECK(lanes() == std::vector{lane});
  CHECK(ready(lane).size() == 3);
  CHECK(begin(ids.back()).has_value());
  CHECK_FALSE(reader->message(ids.front()).value().held_by_batch);
}

TEST_CASE_METHOD(Upload, "a short batch that comes as a whole waits in the common lanes") {
  BatchId batch{};
  commit([&] {
    batch = book->receive_batch(key, wall);
    const std::vector<Book::ReceivedLine> lines{{1, to("+1001")}, {2, to("+1002")}};
    book->receive(batch, lines, key, wall, true);
    CHECK(book->open_batch(batch, 10).lanes.empty());
  });
  CHECK(lanes() == std::vector{pool_lane});
  CHECK(ready(pool_lane).size() == 2);
  CHECK(change(&Book::pause_batch, batch) == Change::done);
  CHECK(ready(pool_lane).empty());
}

TEST_CASE_METHOD(Upload, "what is left of a dropped batch takes no text of another with it") {
  const BatchId batch = receive(25);
  commit([&] {
    book->drop_batch(batch);
    CHECK(book->sweep(10, wall));
  });
  const MessageId newer = accept(to("+1999"));
  sweep();
  CHECK(reader->message(newer).value().text == "salam");
  CHECK(database.integer("SELECT count(*) FROM text") == 1);
}

TEST_CASE_METHOD(Upload, "a crash in the middle of an upload leaves nothing of it") {
  const BatchId batch = receive(25);
  commit([&] { book->reject(batch, std::vector<Book::RejectedLine>{{26, "/to", "x", "no"}}); });
  const auto single = accept(to("+1999"));
  reboot("boot-2");
  commit([&] { book->recover(now()); });
  CHECK_FALSE(reader->batch(batch).has_value());
  CHECK(sweep() > 2);
  CHECK(count(MessageState::queued) == 1);
  CHECK(state(single) == MessageState::queued);
  for (const char* table : {"batch", "lane", "batch_rejection", "batch_count"}) {
    CAPTURE(table);
    CHECK(database.integer(std::string("SELECT count(*) FROM ") + table) == 0);
  }
  CHECK(database.integer("SELECT count(*) FROM text") == 1);
  CHECK(sweep() == 1);
}

TEST_CASE_METHOD(Upload, "refused lines are kept in order of line, and the first are told") {
  const BatchId batch = receive(2);
  commit([&] {
    book->suppress({"+10103", wall, "all", "operator", ""}, 10);
    book->reject(batch, std::vector<Book::RejectedLine>{{9, "/to", "abc", "no number"}});
    book->reject(batch, std::vector<Book::RejectedLine>{{4, "/text", "", "empty"}});
  });
  CHECK(add(batch, 1, "+10103") == 1);  // +10103100
  std::vector<Book::ReceivedLine> lines{{7, to("+10103")}};
  std::size_t accepted = 9;
  commit([&] { accepted = book->receive(batch, lines, key, wall); });
  CHECK(accepted == 0);
  const auto opened = open(batch, 2);
  CHECK(opened.rejected == 3);
  REQUIRE(opened.first_rejected.size() == 2);
  CHECK(opened.first_rejected[0].line == 4);
  CHECK(opened.first_rejected[1].line == 7);
  CHECK(opened.first_rejected[1].reason == "suppressed");
  CHECK(opened.first_rejected[1].to == "+10103");
  CHECK(reader->batch(batch).value().rejected == 3);
  CHECK(reader->rejections(batch, 4, 10).size() == 2);
  CHECK(reader->rejections(batch, 4, 1).front().line == 7);
}

TEST_CASE_METHOD(Upload, "a text that a batch shares is stored once, over all its commits") {
  const BatchId batch = receive(3);
  add(batch, 3, "+20");
  CHECK(database.integer("SELECT count(*) FROM text") == 1);
}

TEST_CASE_METHOD(Upload, "a batch that is paused holds its messages back until it is resumed") {
  const bool uploaded = GENERATE(true, false);
  CAPTURE(uploaded);
  const BatchId batch = three_of(uploaded);
  const auto other_message = accept(to("+1999"));
  const auto ids = messages_of(batch);
  const auto taken = begin(ids[2]).value();  // the oldest

  REQUIRE(change(&Book::pause_batch, batch) == Change::done);
  CHECK(change(&Book::pause_batch, batch) == Change::not_possible);
  CHECK(reader->batch(batch).value().state == BatchState::paused);
  CHECK(begin(ids[1]).error() == Refusal::not_wanted);
  CHECK(state(ids[1]) == MessageState::queued);
  CHECK(reader->message(ids[1]).value().held_by_batch == BatchState::paused);
  CHECK(ready(Lane{std::nullopt, "default", batch}).empty());
  REQUIRE(ready(pool_lane).size() == 1);
  CHECK(ready(pool_lane).front().id == other_message);

  // What was on its way ends as it ends, and what is to be tried again waits with the others.
  end(taken.submission, {PartEnd::Kind::refused, {}, Trouble{"cms_500", ""}, true},
      {.state = MessageState::queued});
  CHECK(state(ids[2]) == MessageState::queued);
  CHECK(begin(ids[2]).error() == Refusal::not_wanted);

  REQUIRE(resume(batch) == Change::done);
  CHECK(resume(batch) == Change::not_possible);
  REQUIRE(resumed.size() == 1);
  CHECK(ready(resumed.front()).size() == 3);
  CHECK(begin(ids[1]).has_value());
}

TEST_CASE_METHOD(Upload, "what is in doubt when its batch is paused is held back by every pause") {
  const bool uploaded = GENERATE(true, false);
  CAPTURE(uploaded);
  const BatchId batch = three_of(uploaded);
  const auto ids = messages_of(batch);
  const auto resent = [&] {
    std::vector<Candidate> found;
    commit([&] { found = book->resend_uncertain(wall - uncertain_patience, 4, 100, wall); });
    return found.size();
  };
  uncertain(begin(ids[2]).value().submission);
  pass(uncertain_patience + 1s);
  REQUIRE(change(&Book::pause_batch, batch) == Change::done);
  CHECK(resent() == 0);
  REQUIRE(resume(batch) == Change::done);
  REQUIRE(resent() == 1);
  REQUIRE(change(&Book::pause_batch, batch) == Change::done);
  CHECK(begin(ids[2]).error() == Refusal::not_wanted);
  REQUIRE(resume(batch) == Change::done);
  CHECK(begin(ids[2]).has_value());
}

TEST_CASE_METHOD(Upload, "a batch that is cancelled sends nothing more, and its counts follow") {
  const bool uploaded = GENERATE(true, false);
  CAPTURE(uploaded);
  BatchId batch{};
  if (uploaded) {
    batch = receive(25);
    open(batch);
  } else {
    commit([&] { batch = book->new_batch(key, wall); });
    std::vector<NewMessage> all;
    for (int i = 0; i < 25; ++i) all.push_back(to("+1" + std::to_string(100 + i)));
    accept_all(all, batch);
  }
  const auto ids = messages_of(batch);
  const auto taken = begin(ids[24]).value();
  REQUIRE(cancel(batch) == Change::done);
  CHECK(begin(ids[0]).error() == Refusal::not_wanted);
  if (uploaded) CHECK(in_batch(batch, MessageState::queued) == 24);  // in steps, and exact
  sweep();
  CHECK(in_batch(batch, MessageState::cancelled) == 24);
  CHECK(in_batch(batch, MessageState::sending) == 1);
  sent(taken.submission, 1);
  CHECK(in_batch(batch, MessageState::sent) == 1);
  CHECK(cancel(batch) == Change::not_possible);
  CHECK(resume(batch) == Change::not_possible);
  CHECK(cancel(BatchId{99}) == Change::unknown);
}

TEST_CASE_METHOD(Upload, "parts are not begun after a cancel, also before their message is swept") {
  const BatchId batch = receive(0);
  std::vector<Book::ReceivedLine> lines{{1, to("+1000", 3)}};
  commit([&] { book->receive(batch, lines, key, wall); });
  open(batch);
  const MessageId id = reader->messages({.batch = batch}, {}, 9).at(0).id;
  send(id, 1, 1, MessageState::sending);
  SECTION("a pause lets it be finished") {
    change(&Book::pause_batch, batch);
    CHECK(begin(id, 2).has_value());
  }
  SECTION("a cancel does not") {
    cancel(batch);
    REQUIRE_FALSE(begin(id, 2).has_value());
    CHECK(begin(id, 2).error() == Refusal::not_wanted);
    CHECK(state(id) == MessageState::sending);
    sweep();
    CHECK(state(id) == MessageState::cancelled);
  }
}

TEST_CASE_METHOD(Upload,
                 "a part that was with a modem at the cancel of its batch is not tried again") {
  const bool uploaded = GENERATE(true, false);
  BatchId batch{};
  if (uploaded) {
    batch = receive(0);
    std::vector<Book::ReceivedLine> lines{{1, to("+1000", 2)}, {2, to("+1001")}};
    commit([&] { book->receive(batch, lines, key, wall); });
    open(batch);
  } else {
    commit([&] { batch = book->new_batch(key, wall); });
    accept_all({to("+1000", 2), to("+1001")}, batch);
  }
  MessageId id{};
  for (const auto& one : reader->messages({.batch = batch}, {}, 9)) {
    if (one.to == "+1000") id = one.id;
  }
  SECTION("withdrawn, or refused for now") {
    send(id, 1, 1, MessageState::sending);
    const auto part = begin(id, 2).value();
    REQUIRE(cancel(batch) == Change::done);
    sweep();
    CHECK(state(id) == MessageState::sending);
    end(part.submission, {PartEnd::Kind::not_sent, {}, Trouble{"withdrawn", ""}, false},
        {.state = MessageState::queued});
  }
  SECTION("in doubt, until a report came") {
    uncertain(begin(id, 1).value().submission);
    REQUIRE(cancel(batch) == Change::done);
    sweep();
    CHECK(state(id) == MessageState::uncertain);
    CHECK_FALSE(report(1, "+1000").value().requeued);
  }
  CHECK(state(id) == MessageState::cancelled);
  CHECK_FALSE(begin(id, 2).has_value());
}

TEST_CASE_METHOD(Upload, "what a person sends again of a cancelled batch leaves by itself") {
  const BatchId batch = receive(1);
  open(batch);
  const auto id = messages_of(batch).front();
  wall += 25h;
  commit([&] { CHECK(book->expire(wall, 10).size() == 1); });
  add(batch, 1, "+30");
  cancel(batch);
  commit([&] { CHECK(book->requeue(id, wall + 1h, wall) == Book::RequeueResult::queued); });
  REQUIRE(ready(pool_lane).size() == 1);
  CHECK(begin(id).has_value());
}

TEST_CASE_METHOD(Upload, "what a person sends again is not stopped by the batch that it left") {
  const bool uploaded = GENERATE(true, false);
  const bool before = GENERATE(true, false);  // sent again before the batch is stopped
  const bool cancelled = GENERATE(true, false);
  CAPTURE(uploaded, before, cancelled);
  const BatchId batch = three_of(uploaded);
  const auto again = messages_of(batch).front();
  commit([&] { book->fail(again, {"cms_500", ""}, wall); });
  const auto send_again = [&] {
    commit([&] { CHECK(book->requeue(again, wall + 1h, wall) == Book::RequeueResult::queued); });
  };
  if (before) send_again();
  REQUIRE((cancelled ? cancel(batch) : change(&Book::pause_batch, batch)) == Change::done);
  if (!before) send_again();
  sweep();

  CHECK(in_batch(batch, MessageState::cancelled) == (cancelled ? 2 : 0));
  CHECK(state(again) == MessageState::queued);
  CHECK_FALSE(reader->message(again).value().held_by_batch);
  REQUIRE(ready(pool_lane).size() == 1);
  const Candidate candidate = ready(pool_lane).front();
  CHECK(candidate.id == again);
  CHECK_FALSE(candidate.batch);  // or the queue would drop it with the batch
  CHECK(reader->message(again).value().batch == batch);
  CHECK(begin(again).has_value());
}

TEST_CASE_METHOD(Upload, "a batch of which all that is unsent was sent again has nothing to stop") {
  const BatchId batch = three_of(false);
  for (const auto id : messages_of(batch)) {
    commit([&] { book->fail(id, {"cms_500", ""}, wall); });
    commit([&] { CHECK(book->requeue(id, wall + 1h, wall) == Book::RequeueResult::queued); });
  }
  CHECK(change(&Book::pause_batch, batch) == Change::not_possible);
  CHECK(cancel(batch) == Change::not_possible);
  CHECK(reader->batch(batch).value().state == BatchState::open);
}

TEST_CASE_METHOD(Upload, "what was sent again by a SIM waits for it also under its other name") {
  SimId subscriber{};
  commit([&] { subscriber = book->sim_seen("", "432110000000001", "", "", wall).id; });
  auto by_subscriber = to("+1001");
  by_subscriber.sim = subscriber;
  const auto id = accept(by_subscriber);
  commit([&] { book->fail(id, {"cms_500", ""}, wall); });
  commit([&] { CHECK(book->requeue(id, wall + 1h, wall) == Book::RequeueResult::queued); });
  commit([&] { (void)book->sim_seen("8998110000000000001", "432110000000001", "", "", wall); });
  const auto begun = begin(id, 1, sim).value();
  end(begun.submission, {PartEnd::Kind::refused, {}, Trouble{"cms_500", ""}, true},
      {.state = MessageState::queued});
  CHECK(lanes() == std::vector{Lane{sim, {}}});
}

TEST_CASE_METHOD(Upload, "messages of a paused batch that wait for their time stay held after it") {
  const BatchId batch = receive(0);
  auto later = to("+1777");
  later.send_at = wall + 1h;
  std::vector<Book::ReceivedLine> lines{{1, later}};
  commit([&] { book->receive(batch, lines, key, wall); });
  open(batch);
  change(&Book::pause_batch, batch);
  pass(2h);
  std::vector<Candidate> woken;
  commit([&] { woken = book->wake(wall, 10); });
  CHECK(woken.empty());
  resume(batch);
  CHECK(ready(resumed.front()).size() == 1);
}

TEST_CASE_METHOD(Upload, "batches are listed newest first, and those that were dropped are not") {
  const BatchId first = receive(1);
  open(first);
  const BatchId second = receive(1, "+20");
  const BatchId third = receive(1, "+30");
  commit([&] { book->drop_batch(second); });
  const auto all = reader->batches({}, 10);
  REQUIRE(all.size() == 2);
  CHECK(all[0].id == third);
  CHECK(all[1].id == first);
  CHECK(reader->batches(third, 10).size() == 1);
  commit([&] { book->drop_batch(first); });  // open: people may have seen it
  CHECK(reader->batch(first).value().state == BatchState::open);
}

TEST_CASE_METHOD(Upload, "a transaction that fails leaves the counts as they were") {
  const auto id = accept(to("+1001"));
  {
    store::Transaction transaction(database);
    (void)book->accept(std::vector{to("+1002"), to("+1003")}, {}, key, wall);
    (void)book->cancel(id, wall);
  }
  CHECK(count(MessageState::queued) == 1);
  CHECK(count(MessageState::cancelled) == 0);
  accept(to("+1004"));
  CHECK(count(MessageState::queued) == 2);
}

TEST_CASE_METHOD(Upload, "the lanes of two rows that are one SIM become one") {
  SimId subscriber{};
  commit([&] { subscriber = book->sim_seen("", "432110000000001", "", "", wall).id; });
  const BatchId batch = receive(0);
  auto by_subscriber = to("+1001");
  by_subscriber.sim = subscriber;
  auto by_card = to("+1002");
  by_card.sim = sim;
  std::vector<Book::ReceivedLine> lines{{1, by_subscriber}, {2, by_card}};
  commit([&] { book->receive(batch, lines, key, wall); });
  open(batch);
  commit([&] { (void)book->sim_seen("8998110000000000001", "432110000000001", "", "", wall); });
  const std::vector<Lane> one{{sim, "", batch}};
  CHECK(lanes() == one);
  CHECK(ready(one.front()).size() == 2);
}
