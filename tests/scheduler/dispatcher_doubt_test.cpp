// How a message goes on whose part was in doubt: which part, by which SIM, and how it is marked.
#include <catch2/catch.hpp>
#include <set>

#include "scheduler/reaction.hpp"
#include "tests/scheduler/dispatcher_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;

namespace {

const std::string recipient = "+989121000001";

class Fixture : public DispatcherFixture {
 public:
  /// The network takes a part and its result is lost, `times` times.
  void lose_result_of(int part, int times = 1) {
    fate = [this, part, left = times](const Taken& taken) mutable -> std::optional<PartOutcome> {
      if (taken.part != part || left == 0) return std::nullopt;
      --left;
      air.push_back(taken);
      return PartOutcome{PartOutcome::Kind::uncertain, {}, {}, "no_result"};
    };
  }
  /// What the program does about messages in doubt from time to time.
  void decide() {
    std::vector<Candidate> again;
    commit([&] { again = book->resend_uncertain(wall - uncertain_patience, 4, 100, wall); });
    perform(dispatcher.arrived(std::move(again), now()));
  }
  /// A late result or a report has settled something.
  void settled(const std::optional<Settled>& by) {
    if (!by) return;
    dispatcher.forget(by->message);  // it may wait to be sent again
    if (by->requeued) bring(by->message);
  }
  [[nodiscard]] std::vector<int> parts() const {
    std::vector<int> found;
    for (const auto& taken : air) found.push_back(taken.part);
    return found;
  }
  [[nodiscard]] std::vector<bool> marks() const {
    std::vector<bool> found;
    for (const auto& taken : air) found.push_back(at::decode_submit(taken.pdu)->reject_duplicates);
    return found;
  }
  [[nodiscard]] std::set<int> references() const {
    std::set<int> found;
    for (const auto& taken : air) found.insert(at::decode_submit(taken.pdu)->header.concat->ref);
    return found;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a part in doubt is sent again marked, and the rest follows unmarked") {
  const int in_doubt = GENERATE(1, 2, 3);
  CAPTURE(in_doubt);
  const auto a = add("a");
  lose_result_of(in_doubt);
  const MessageId id = post(recipient, 3);
  run(1min);
  REQUIRE(state(id) == MessageState::uncertain);
  add("b");
  const MessageId other_one = post("+989121000002");
  run(uncertain_patience);
  CHECK(sims_of(other_one).size() == 1);  // which was in the way of nothing
  air.erase(std::find_if(air.begin(), air.end(),
                         [&](const Taken& taken) { return taken.message == other_one; }));
  decide();
  run(1min);
  CHECK(state(id) == MessageState::sent);
  std::vector<int> expected_parts;
  std::vector<bool> expected_marks;
  for (int part = 1; part <= 3; ++part) {
    expected_parts.push_back(part);
    expected_marks.push_back(false);
    if (part != in_doubt) continue;
    expected_parts.push_back(part);
    expected_marks.push_back(true);
  }
  CHECK(parts() == expected_parts);
  CHECK(marks() == expected_marks);
  CHECK(references().size() == 1);
  CHECK(sims_of(id) == std::vector(4, a));
}

TEST_CASE_METHOD(Fixture, "a single part in doubt is sent again by any SIM, marked") {
  const auto a = add("a");
  lose_result_of(1);
  const MessageId id = post(recipient);
  run(1min);
  leave(a);
  const auto b = add("b");
  run(uncertain_patience);
  decide();
  run(1min);
  CHECK(sims_of(id) == std::vector{a, b});
  CHECK(marks() == std::vector{false, true});
  CHECK(state(id) == MessageState::sent);
}

TEST_CASE_METHOD(Fixture, "what ends in doubt each time is given up when its attempts are") {
  add("a");
  lose_result_of(1, 100);
  const MessageId id = post(recipient);
  for (int i = 0; i < 10; ++i) {
    run(uncertain_patience + 1min);
    decide();
  }
  CHECK(marks() == std::vector{false, true, true, true});
  CHECK(state(id) == MessageState::uncertain);
}

TEST_CASE_METHOD(Fixture, "after a late result a message goes on with its next part, unmarked") {
  const auto a = add("a");
  lose_result_of(2);
  const MessageId id = post(recipient, 3);
  run(1min);
  add("b");
  const SubmissionId second{2};
  SECTION("while it is in doubt") {
    run(1s);
  }
  SECTION("when it waits already to be sent again") {
    leave(a);
    run(uncertain_patience);
    decide();
  }
  std::optional<Settled> by;
  commit([&] { by = book->late_result(second, 77, now()); });
  REQUIRE(by);
  settled(by);
  arrive(a);
  run(1min);
  CHECK(parts() == std::vector{1, 2, 3});
  CHECK(marks() == std::vector{false, false, false});
  CHECK(references().size() == 1);
  CHECK(sims_of(id) == std::vector{a, a, a});
  CHECK(state(id) == MessageState::sent);
}

TEST_CASE_METHOD(Fixture, "a late result stops a part that waits to be sent again") {
  const auto a = add("a");
  lose_result_of(1);
  const MessageId id = post(recipient);
  run(1min);
  leave(a);
  run(uncertain_patience);
  decide();
  std::optional<Settled> by;
  commit([&] { by = book->late_result(SubmissionId{1}, 77, now()); });
  settled(by);
  arrive(a);
  run(1min);
  CHECK(sims_of(id) == std::vector{a});
  CHECK(state(id) == MessageState::sent);
}

TEST_CASE_METHOD(Fixture, "a message whose SIM is gone with a part in doubt starts over, marked") {
  const int in_doubt = GENERATE(1, 2);
  CAPTURE(in_doubt);
  const auto a = add("a");
  lose_result_of(in_doubt);
  const MessageId id = post(recipient, 2);
  run(1min);
  leave(a);
  run(uncertain_patience);
  decide();
  const auto c = add("c");
  run(3min);
  CHECK(state(id) == MessageState::sent);
  const auto sims = sims_of(id);
  REQUIRE(sims.size() == static_cast<std::size_t>(in_doubt) + 2);
  CHECK(sims.back() == c);
  const auto marked = marks();
  for (int part = 1; part <= 2; ++part) {
    CHECK(marked[static_cast<std::size_t>(in_doubt + part - 1)] == (part == in_doubt));
  }
}

TEST_CASE_METHOD(Fixture, "a first part in doubt whose SIM refuses it goes to another in whole") {
  const auto a = add("a");
  lose_result_of(1);
  const MessageId id = post(recipient, 2);
  run(1min);
  const auto b = add("b");
  fate = [&](const Taken& taken) -> std::optional<PartOutcome> {
    if (taken.sim != a) return std::nullopt;
    return PartOutcome{PartOutcome::Kind::refused,
                       {},
                       at::DialogueFailure{at::DialogueFailure::Kind::cms, 10},
                       {}};
  };
  run(uncertain_patience);
  decide();
  run(10min);
  CHECK(sims_of(id) == std::vector{a, b, b});
  CHECK(marks() == std::vector{false, true, false});
  CHECK(state(id) == MessageState::sent);
}

TEST_CASE_METHOD(Fixture, "a first part in doubt is sent again though its batch is being paused") {
  add("a");
  lose_result_of(1);
  BatchId batch{};
  commit([&] { batch = book->new_batch({}, wall); });
  NewMessage message = to(recipient);
  message.text = std::string(300, 'x');
  message.parts = 2;
  const MessageId id = accept_all({message}, batch).front().id;
  bring(id);
  run(uncertain_patience + 1min);
  int pauses = 0;
  before_pdu = [&](MessageId, int) {
    if (pauses++ == 0) perform(dispatcher.withdraw_batch(batch, false));
  };
  decide();
  run(1min);
  CHECK(parts() == std::vector{1, 1, 2});
  CHECK(withdrawals == 0);
  CHECK(state(id) == MessageState::sent);
}

TEST_CASE_METHOD(Fixture, "what a person sends again after doubt is marked, what failed is not") {
  const bool was_in_doubt = GENERATE(true, false);
  CAPTURE(was_in_doubt);
  add("a");
  if (was_in_doubt) {
    lose_result_of(1);
  } else {
    fate = [](const Taken&) {
      return PartOutcome{PartOutcome::Kind::refused,
                         {},
                         at::DialogueFailure{at::DialogueFailure::Kind::cms, 1},
                         {}};
    };
  }
  const MessageId id = post(recipient);
  run(1min);
  if (!was_in_doubt) fate = nullptr;
  commit([&] { CHECK(book->requeue(id, wall + 1h, wall) == Book::RequeueResult::queued); });
  bring(id);
  run(1min);
  CHECK(marks().back() == was_in_doubt);
  CHECK(state(id) == MessageState::sent);
}

TEST_CASE_METHOD(Fixture, "a part in doubt counts until its modem answers again") {
  Limits limits;
  limits.per_minute = 1;
  const SimId a = add("a", limits);
  post(recipient);
  run(500ms);
  leave(a);
  run(40s);
  arrive(a);  // the network may have taken it just now
  const BootTime answered = boot;
  const MessageId next = post("+989121000002");
  SECTION("in this run") {
    run(59s);
    CHECK(sims_of(next).empty());
    run(2s);
    CHECK(sims_of(next).size() == 1);
  }
  SECTION("and in the next") {
    std::vector<Use> uses;
    commit([&] { uses = book->uses_since(a, 24h, now()); });
    REQUIRE(uses.size() == 1);
    CHECK(uses.front().ended == answered);
  }
}
