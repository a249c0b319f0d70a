// A copy of the book, and what a restore makes of it.
#include <array>
#include <catch2/catch.hpp>

#include "tests/scheduler/book_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;

namespace {

class CopiesFixture : public BookFixture {
 public:
  std::int64_t restore() {
    std::int64_t uncertain = -1;
    commit([&] { uncertain = book->restore(now()); });
    return uncertain;
  }
  Book::Unsent mark() {
    Book::Unsent unsent{};
    commit([&] { unsent = book->mark_copy(wall); });
    return unsent;
  }
  /// An upload that is still running.
  BatchId receive(int messages) {
    BatchId batch{};
    const std::array<unsigned char, 32> hash{};
    commit([&] {
      if (!key) key = book->create_key("shop", {"send"}, {"transactional"}, hash, wall);
      batch = book->receive_batch(*key, wall);
      std::vector<Book::ReceivedLine> lines;
      for (int i = 0; i < messages; ++i) lines.push_back({i + 1, to("+1" + std::to_string(i))});
      book->receive(batch, lines, *key, wall);
    });
    return batch;
  }
  std::optional<BootTime> known_from(SimId id) {
    std::optional<BootTime> from;
    commit([&] { from = book->uses_known_from(id, now()); });
    return from;
  }
  std::optional<std::vector<SimId>> release(const std::vector<std::string>& names) {
    std::optional<std::vector<SimId>> released;
    commit([&] { released = book->release_sims(names); });
    return released;
  }
  bool nothing_is_ready() {
    bool none = false;
    commit([&] {
      none = book->lanes().empty() && book->wake(wall + 24h * 365, 10).empty() && !book->next_due();
    });
    return none;
  }

  std::optional<KeyId> key;
};

}  // namespace

TEST_CASE_METHOD(CopiesFixture, "a copy says that it is one until it is restored") {
  CHECK_FALSE(book->copied_at());
  accept_all({to("+1000"), to("+1001")});
  REQUIRE(begin(MessageId{1}));
  const Book::Unsent unsent = mark();
  CHECK(unsent.queued == 1);
  CHECK(unsent.sending == 1);
  CHECK(book->copied_at() == wall);
  pass(1h);
  CHECK(restore() == 2);
  CHECK_FALSE(book->copied_at());
}

TEST_CASE_METHOD(CopiesFixture, "what was queued or sending is uncertain after a restore") {
  NewMessage later = to("+1003");
  later.send_at = wall + 2h;
  accept_all({to("+1000"), to("+1001"), to("+1002", 3), later, to("+1004")});
  send(MessageId{1}, 1, 7);
  send(MessageId{3}, 1, 8, MessageState::sending);
  const auto in_hand = begin(MessageId{2});
  REQUIRE(begin(MessageId{5}, 1, other));
  commit([&] { CHECK(book->cancel(MessageId{5}, wall) == Book::CancelResult::nothing_left); });
  reboot("boot-2");
  pass(10min);
  CHECK(restore() == 4);

  CHECK(state(MessageId{1}) == MessageState::sent);
  for (const int id : {2, 3, 4, 5}) {
    INFO(id);
    const auto message = reader->message(MessageId{id}).value();
    CHECK(message.state == MessageState::uncertain);
    REQUIRE(message.error);
    CHECK(message.error->code == "restored");
    CHECK_THAT(message.error->detail, Catch::Contains("requeue"));
    CHECK_FALSE(message.wait_until);
    CHECK(begin(MessageId{id}).error() == Refusal::not_wanted);
  }
  CHECK(outcome(MessageId{2}) == "uncertain");
  CHECK(count(MessageState::uncertain) == 4);
  CHECK(count(MessageState::queued) == 0);
  CHECK(count(MessageState::sending) == 0);
  CHECK(nothing_is_ready());
  commit([&] { CHECK(book->recover(now()).messages == 0); });
  commit([&] { CHECK(book->uses_since(sim, 24h, now()).size() == 3); });
  commit([&] { CHECK(book->uses_since(other, 24h, now()).size() == 1); });

  // A person may send one again, a second restore of the same copy changes nothing more.
  commit(
      [&] { CHECK(book->requeue(MessageId{2}, wall + 1h, wall) == Book::RequeueResult::queued); });
  CHECK(begin(MessageId{2}));
  CHECK(restore() == 1);
  (void)in_hand;
}

TEST_CASE_METHOD(
    CopiesFixture,
    "what a cancelled batch had stopped before the backup stays stopped after a restore") {
  const BatchId batch = receive(4);
  commit([&] { book->open_batch(batch, 0); });
  accept(to("+2000"));
  REQUIRE(begin(MessageId{4}));
  commit([&] { CHECK(book->cancel_batch(batch, wall) == Book::BatchChange::done); });
  commit([&] { book->sweep(1, wall); });
  CHECK(count(MessageState::cancelled) == 1);
  const bool marked = GENERATE(true, false);  // not, in a backup of an earlier version
  if (marked) {
    const auto unsent = mark();
    CHECK(unsent.queued == 1);
    CHECK(unsent.sending == 1);
  }
  CHECK(restore() == 2);
  CHECK(count(MessageState::cancelled) == 3);
  CHECK(state(MessageId{4}) == MessageState::uncertain);  // a modem had it
  CHECK(state(MessageId{5}) == MessageState::uncertain);
}

TEST_CASE_METHOD(CopiesFixture, "a backup and its restore count nothing of an upload that runs") {
  const BatchId running = receive(30);
  const BatchId broken_off = receive(20);
  commit([&] { book->drop_batch(broken_off); });
  accept(to("+2000"));
  const bool marked = GENERATE(true, false);  // not, in a backup of an earlier version
  if (marked) CHECK(mark().queued == 1);
  CHECK(restore() == 1);
  CHECK(count(MessageState::uncertain) == 1);
  CHECK(count(MessageState::queued) == 0);
  CHECK_FALSE(reader->batch(running));
  CHECK(database.integer("SELECT count(*) FROM message") == 1);
}

TEST_CASE_METHOD(CopiesFixture,
                 "a status report settles a restored message, and sends none of it") {
  accept_all({to("+98912000001"), to("+98912000002", 3)});
  const auto first = begin(MessageId{1});
  uncertain(first.value().submission);
  REQUIRE(begin(MessageId{2}));
  pass(1min);
  restore();
  report(3, "+98912000001");
  CHECK(state(MessageId{1}) == MessageState::delivered);
  CHECK_FALSE(reader->message(MessageId{1})->error);
  const auto settled = report(4, "+98912000002");
  REQUIRE(settled);
  CHECK_FALSE(settled->requeued);
  const auto message = reader->message(MessageId{2}).value();
  CHECK(message.state == MessageState::uncertain);
  CHECK(message.parts_sent == 1);
  CHECK(message.error->code == "restored");
  CHECK(nothing_is_ready());
}

TEST_CASE_METHOD(CopiesFixture,
                 "what SIMs sent before a restore is not known until they are released") {
  CHECK_FALSE(known_from(sim));
  restore();
  const BootTime restored = boot;
  pass(5min);
  CHECK(known_from(sim) == restored);
  CHECK(known_from(other) == restored);
  SimRow stranger;
  commit([&] { stranger = book->sim_seen("8998110000000000009", "", "", "", wall); });
  CHECK(known_from(stranger.id) == restored);

  CHECK_FALSE(release({"8998110000000000001", "8998110000000000777"}));
  CHECK(known_from(sim));
  CHECK(release({"8998110000000000001"}) == std::vector<SimId>{sim});
  CHECK_FALSE(known_from(sim));
  CHECK(known_from(other) == restored);
  CHECK(release({}) == std::vector<SimId>{other, stranger.id});
  CHECK_FALSE(known_from(other));
  commit([&] { stranger = book->sim_seen("8998110000000000010", "", "", "", wall); });
  CHECK_FALSE(known_from(stranger.id));
}

TEST_CASE_METHOD(CopiesFixture, "the moment of a restore does not move with the wall clock") {
  restore();
  const BootTime restored = boot;
  pass(1h);
  wall += 48h;  // set ahead
  CHECK(known_from(sim) == restored);
  wall -= 48h;
  reboot("boot-2");
  boot = 1min;
  pass(1h);
  CHECK(known_from(sim) == boot - 2h);
  commit([&] { book->note_clock(now()); });
  wall += 48h;  // set ahead in this boot: the restore is no longer ago
  CHECK(known_from(sim) == boot - 2h);
  wall -= 48h;
  wall -= 72h;  // behind the restore: it cannot be ahead of now
  CHECK(known_from(sim) == boot);
}

TEST_CASE_METHOD(CopiesFixture,
                 "a SIM that is known by two names stays held when they become one") {
  SimRow by_imsi;
  SimRow by_iccid;
  commit([&] { by_iccid = book->sim_seen("8998110000000000005", "", "", "", wall); });
  restore();
  commit([&] { by_imsi = book->sim_seen("", "432110000000005", "", "", wall); });
  CHECK(release({"8998110000000000005"}));
  SimRow both;
  commit([&] { both = book->sim_seen("8998110000000000005", "432110000000005", "", "", wall); });
  CHECK(both.id == by_iccid.id);
  CHECK(known_from(both.id));
}

TEST_CASE_METHOD(BookFixture, "a key remembers its pools and when it was used") {
  const std::array<unsigned char, 32> hash{1};
  const std::array<unsigned char, 32> other_hash{2};
  KeyId id{};
  commit([&] {
    id = book->create_key("shop", {"send"}, {"service"}, hash, wall, {"bulk", "vip"});
    book->create_key("all", {"send"}, {"service"}, other_hash, wall);
  });
  auto key = reader->key(hash).value();
  CHECK(key.pools == std::vector<std::string>{"bulk", "vip"});
  CHECK(key.may_use_pool("vip"));
  CHECK_FALSE(key.may_use_pool("default"));
  CHECK_FALSE(key.last_used_at);
  CHECK(reader->key(other_hash)->may_use_pool("anything"));
  commit([&] { book->key_used(id, wall + 1h); });
  CHECK(reader->key(hash)->last_used_at == wall + 1h);
  CHECK_FALSE(reader->key(other_hash)->last_used_at);
}
