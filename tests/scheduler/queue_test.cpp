#include "scheduler/queue.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>

using namespace bank::scheduler;

namespace {

Candidate message(std::int64_t id, std::string to, int priority = 5, std::string pool = "default") {
  Candidate candidate{};
  candidate.id = MessageId{id};
  candidate.to = std::move(to);
  candidate.text = "text";
  candidate.priority = priority;
  candidate.pool = std::move(pool);
  candidate.parts = 1;
  candidate.concat_ref = -1;
  return candidate;
}

const Lane pool{std::nullopt, "default"};
const auto any = [](const Candidate&) { return true; };

/// The book, in its simplest form: all ready messages in order.
struct FakeBook {
  std::map<QueueKey, Candidate> ready;
  /// Answers what the queue asks; false when it asks for nothing.
  bool answer(Queue& queue) {
    const auto loads = queue.take_loads();
    for (const auto& load : loads) {
      std::vector<Candidate> found;
      for (const auto& [key, candidate] : ready) {
        if (found.size() == load.limit) break;
        const bool fits = load.recipient ? candidate.to == load.recipient->first &&
                                               candidate.priority == load.recipient->second
                                         : !load.after || *load.after < key;
        if (fits) found.push_back(candidate);
      }
      queue.loaded(load, std::move(found));
    }
    return !loads.empty();
  }
  void accept(Queue& queue, const Candidate& candidate) {
    ready.emplace(QueueKey{candidate.priority, candidate.id}, candidate);
    queue.arrived(candidate);
  }
  void sent(const Candidate& candidate) { ready.erase({candidate.priority, candidate.id}); }
};

}  // namespace

TEST_CASE("higher priority leaves first, then the older") {
  Queue queue;
  queue.arrived(message(1, "+1", 5));
  queue.arrived(message(2, "+2", 9));
  queue.arrived(message(3, "+3", 5));
  CHECK(queue.take({&pool, 1}, any)->id == MessageId{2});
  CHECK(queue.take({&pool, 1}, any)->id == MessageId{1});
  CHECK(queue.take({&pool, 1}, any)->id == MessageId{3});
  CHECK_FALSE(queue.take({&pool, 1}, any));
}

TEST_CASE("one recipient has one message out at a time, in the order of acceptance") {
  Queue queue;
  const auto first = message(1, "+1");
  queue.arrived(first);
  queue.arrived(message(2, "+1"));
  queue.arrived(message(3, "+2"));
  REQUIRE(queue.take({&pool, 1}, any)->id == MessageId{1});
  CHECK(queue.take({&pool, 1}, any)->id == MessageId{3});
  CHECK_FALSE(queue.take({&pool, 1}, any));
  queue.released(first);
  CHECK(queue.take({&pool, 1}, any)->id == MessageId{2});
}

TEST_CASE("what is cancelled or suppressed is not given") {
  Queue queue;
  queue.arrived(message(1, "+1"));
  queue.arrived(message(2, "+2"));
  queue.arrived(message(3, "+1"));
  queue.remove(MessageId{2});
  queue.remove_recipient("+1", [](MessageClass) { return true; });
  CHECK_FALSE(queue.take({&pool, 1}, any));
  CHECK(queue.size() == 0);
  CHECK(queue.octets() == 0);
}

TEST_CASE("a queue of any length leaves whole and in order through a bounded front") {
  Queue queue;
  FakeBook book;
  for (std::int64_t id = 1; id <= 20'000; ++id) {
    book.accept(queue, message(id, "+" + std::to_string(id), static_cast<int>(id % 3)));
    REQUIRE(queue.size() <= Queue::most_in_lane);
  }
  std::optional<QueueKey> last;
  std::size_t left = 0;
  for (;;) {
    const bool asked = book.answer(queue);
    const auto taken = queue.take({&pool, 1}, any);
    if (!taken && !asked) break;
    if (!taken) continue;
    const QueueKey key{taken->priority, taken->id};
    if (last) CHECK(*last < key);
    last = key;
    book.sent(*taken);
    queue.released(*taken);
    ++left;
  }
  CHECK(left == 20'000);
}

TEST_CASE("queues of any number of batches take bounded memory, and leave whole") {
  Queue queue;
  std::vector<FakeBook> books(120);
  std::int64_t id = 0;
  const auto answer = [&] {
    for (const auto& load : queue.take_loads()) {
      REQUIRE(load.lane.batch);
      CHECK(load.limit <= Queue::most_in_lane);
      std::vector<Candidate> found;
      for (const auto& [key, one] : books[static_cast<std::size_t>(*load.lane.batch)].ready) {
        if (found.size() == load.limit) break;
        if (!load.after || *load.after < key) found.push_back(one);
      }
      queue.loaded(load, std::move(found));
    }
  };
  std::vector<Lane> lanes;
  for (std::size_t batch = 0; batch < books.size(); ++batch) {
    lanes.push_back({std::nullopt, "default", BatchId{static_cast<std::int64_t>(batch)}});
    for (int i = 0; i < 1000; ++i) {
      ++id;
      Candidate one = message(id, "+" + std::to_string(id));
      one.batch = lanes.back().batch;
      one.own_lane = true;
      books[batch].ready.emplace(QueueKey{one.priority, one.id}, one);
    }
  }
  queue.open_lanes(lanes);
  std::int64_t left = 0;
  for (;;) {
    answer();
    REQUIRE(queue.octets() <= Queue::most_octets);
    REQUIRE(queue.size() * sizeof(Candidate) <= queue.octets());
    const auto taken = queue.take({&pool, 1}, any);
    if (!taken) break;
    REQUIRE(taken->id == MessageId{++left});
    books[static_cast<std::size_t>(*taken->batch)].ready.erase({taken->priority, taken->id});
    queue.released(*taken);
  }
  CHECK(left == id);
}

TEST_CASE(
    "whatever comes and goes, every message leaves once and none to one recipient overtakes") {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    Queue queue;
    FakeBook book;
    std::vector<Candidate> out;
    std::map<std::pair<std::string, int>, MessageId> newest;
    std::int64_t next_id = 1;
    std::size_t left = 0;
    const std::size_t recipients = seed % 2 == 0 ? 3 : 5000;  // one number may fill the queue
    for (int step = 0; step < 16'000; ++step) {
      const bool accepting = step < 8'000;
      if (accepting && random() % 3 != 0) {
        book.accept(queue, message(next_id++, "+" + std::to_string(random() % recipients),
                                   static_cast<int>(random() % 2)));
      } else if (!out.empty() && random() % 2 == 0) {
        const std::size_t at = random() % out.size();
        const Candidate ended = out[at];
        out.erase(out.begin() + static_cast<std::ptrdiff_t>(at));
        book.sent(ended);
        queue.released(ended);
      } else if (const auto taken = queue.take({&pool, 1}, any)) {
        auto& latest = newest[{taken->to, taken->priority}];
        CHECK(latest < taken->id);
        latest = taken->id;
        out.push_back(*taken);
        ++left;
      }
      if (random() % 4 == 0) (void)book.answer(queue);
    }
    for (;;) {  // drain
      for (const auto& ended : out) book.sent(ended), queue.released(ended);
      out.clear();
      const bool asked = book.answer(queue);
      const auto taken = queue.take({&pool, 1}, any);
      if (!taken && !asked) break;
      if (!taken) continue;
      out.push_back(*taken);
      ++left;
    }
    CHECK(left == static_cast<std::size_t>(next_id - 1));
    CHECK(book.ready.empty());
  }
}

TEST_CASE("what waits behind its recipient's own has its bound, also where it is read again") {
  Queue queue;
  FakeBook book;
  std::int64_t id = 0;
  book.accept(queue, message(++id, "+1"));
  book.accept(queue, message(++id, "+2"));
  const auto two = message(++id, "+2");
  book.accept(queue, two);
  const auto first = queue.take({&pool, 1}, any).value();
  const auto second = queue.take({&pool, 1}, any).value();
  REQUIRE(second.to == "+2");
  while (queue.blocked() < Queue::most_blocked) book.accept(queue, message(++id, "+1"));
  for (int i = 0; i < 20; ++i) book.accept(queue, message(++id, "+2"));
  queue.remove(two.id);  // what is left for that number is read
  book.sent(two);
  while (book.answer(queue)) CHECK(queue.blocked() <= Queue::most_blocked);
  int left = 2;
  for (std::optional<Candidate> out = second; out;) {
    book.sent(*out);
    queue.released(*out);
    while (book.answer(queue)) {
    }
    out = queue.take({&pool, 1}, any);
    if (out) ++left;
  }
  CHECK(left == 2 + 20);
  (void)first;
}
