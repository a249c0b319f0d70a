#include <catch2/catch.hpp>
#include <set>

#include "tests/scheduler/book_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;

TEST_CASE_METHOD(BookFixture, "a part is begun once, and its message is sent when it is taken") {
  const MessageId id = accept(to("+1000"));
  const Begun begun = begin(id).value();
  CHECK(begun.concat_ref == 0);
  CHECK(state(id) == MessageState::sending);
  CHECK(begin(id).error() == Refusal::not_wanted);
  CHECK(begin(id, 2).error() == Refusal::not_wanted);
  sent(begun.submission, 7);
  CHECK(state(id) == MessageState::sent);
  const auto view = reader->message(id).value();
  CHECK(view.parts_sent == 1);
  CHECK(view.sim == "8998110000000000001");
  CHECK(view.modem == "slot-01");
  CHECK(view.from == "+989120000001");
  const auto submission = reader->submissions(id).at(0);
  CHECK(submission.outcome == "sent");
  CHECK(submission.tp_mr == 7);
  CHECK(begin(id).error() == Refusal::not_wanted);
  CHECK(begin(MessageId{999}).error() == Refusal::gone);
}

TEST_CASE_METHOD(BookFixture, "parts go out in order, over one SIM, with one reference") {
  const MessageId id = accept(to("+1000", 3));
  CHECK(begin(id, 2).error() == Refusal::not_wanted);
  const Begun first = begin(id, 1).value();
  sent(first.submission, 1, MessageState::sending);
  CHECK(state(id) == MessageState::sending);
  CHECK(begin(id, 2, other).error() == Refusal::not_wanted);
  CHECK(begin(id, 1).error() == Refusal::not_wanted);
  const Begun second = begin(id, 2).value();
  CHECK(second.concat_ref == first.concat_ref);
  sent(second.submission, 2, MessageState::sent);  // too early: one is left
  CHECK(state(id) == MessageState::sending);
  sent(begin(id, 3).value().submission, 3);
  CHECK(state(id) == MessageState::sent);
  CHECK(reader->message(id).value().parts_sent == 3);
}

TEST_CASE_METHOD(BookFixture, "no two open messages of a SIM to a recipient share a reference") {
  std::set<int> used;
  for (int i = 0; i < 256; ++i) {
    const Begun begun = begin(accept(to("+1000", 2))).value();
    CHECK(used.insert(begun.concat_ref).second);
    uncertain(begun.submission);
  }
  CHECK(begin(accept(to("+2000", 2))).value().concat_ref == 0);
}

TEST_CASE_METHOD(BookFixture, "a reference that is still open is stepped over, over restarts too") {
  const MessageId open = accept(to("+1000", 2));
  const Begun first = begin(open).value();
  CHECK(first.concat_ref == 0);
  sent(first.submission, 0, MessageState::sending);
  for (int i = 1; i < 256; ++i) {
    const MessageId id = accept(to("+1000", 2));
    send(id, 1, i, MessageState::sending);
    send(id, 2, i);
    if (i == 100) reboot("boot-2");
  }
  CHECK(begin(accept(to("+1000", 2))).value().concat_ref == 1);
}

TEST_CASE_METHOD(BookFixture, "a message that must not go out any more is refused and says why") {
  SECTION("expired") {
    const MessageId id = accept(to("+1000"));
    pass(24h);
    CHECK(begin(id).error() == Refusal::expired);
    CHECK(state(id) == MessageState::expired);
  }
  SECTION("suppressed between two parts") {
    const MessageId id = accept(to("+1000", 2));
    send(id, 1, 1, MessageState::sending);
    commit([&] { CHECK(book->suppress({"+1000", wall, "all", "opt_out", ""}, 10) == 0); });
    CHECK(begin(id, 2).error() == Refusal::suppressed);
    CHECK(state(id) == MessageState::suppressed);
    CHECK(reader->message(id).value().parts_sent == 1);
  }
  SECTION("cancelled") {
    const MessageId id = accept(to("+1000"));
    commit([&] { CHECK(book->cancel(id, wall) == Book::CancelResult::cancelled); });
    CHECK(begin(id).error() == Refusal::not_wanted);
  }
  SECTION("for another SIM") {
    NewMessage message = to("+1000");
    message.sim = other;
    const MessageId id = accept(message);
    CHECK(begin(id).error() == Refusal::not_wanted);
    CHECK(begin(id, 1, other).has_value());
  }
}

TEST_CASE_METHOD(BookFixture,
                 "a refusal for a while puts the message back, later and with its part") {
  const MessageId id = accept(to("+1000", 2));
  send(id, 1, 1, MessageState::sending);
  const int reference = begin(id, 2).value().concat_ref;
  const auto in_flight = book->uses_since(sim, 24h, now()).back().submission;
  end(in_flight, {PartEnd::Kind::refused, {}, Trouble{"cms_38", "network out of order"}, true},
      {.state = MessageState::queued, .wait_until = wall + 30s, .attempt = true});
  CHECK(state(id) == MessageState::queued);
  CHECK(reader->message(id).value().attempts == 1);
  CHECK(outcome(id, 1) == "refused");
  pass(30s);
  commit([&] {
    const auto awake = book->wake(wall, 10);
    REQUIRE(awake.size() == 1);
    CHECK(awake[0].bound_sim == sim);
    CHECK(awake[0].parts_sent == 1);
    CHECK(awake[0].concat_ref == reference);
    CHECK(awake[0].attempts == 1);
  });
  CHECK(begin(id, 2).value().concat_ref == reference);
}

TEST_CASE_METHOD(BookFixture, "a message given up by its SIM starts over, elsewhere, anew") {
  const MessageId id = accept(to("+1000", 2));
  send(id, 1, 1, MessageState::sending);
  end(begin(id, 2).value().submission,
      {PartEnd::Kind::refused, {}, Trouble{"cms_10", "barred"}, true},
      {.state = MessageState::queued, .start_over = true, .avoid = sim, .attempt = true});
  const Candidate again = book->candidate(id).value();
  CHECK(again.parts_sent == 0);
  CHECK_FALSE(again.bound_sim.has_value());
  CHECK(again.concat_ref == -1);
  CHECK(again.avoid == std::vector{sim});
  // What was out before is reported still, and no longer counts for the message.
  CHECK(report(1, "+1000").value().state == MessageState::queued);
  sent(begin(id, 1, other).value().submission, 5, MessageState::sending);
  sent(begin(id, 2, other).value().submission, 6);
  CHECK(state(id) == MessageState::sent);
}

TEST_CASE_METHOD(BookFixture, "a failure is final and names its reason") {
  const MessageId id = accept(to("+1000"));
  end(begin(id).value().submission,
      {PartEnd::Kind::refused, {}, Trouble{"cms_1", "unassigned"}, true},
      {.state = MessageState::failed, .error = Trouble{"cms_1", "no such number"}});
  CHECK(state(id) == MessageState::failed);
  CHECK(reader->message(id).value().error == Trouble{"cms_1", "no such number"});
  const MessageId never = accept(to("+1000"));
  commit([&] { book->fail(never, {"larger_than_plan", "no SIM"}, wall); });
  CHECK(state(never) == MessageState::failed);
}

TEST_CASE_METHOD(BookFixture, "the end of a part does not bring back what was stopped meanwhile") {
  const MessageId id = accept(to("+1000", 3));
  const SubmissionId part = begin(id).value().submission;
  commit([&] { CHECK(book->cancel(id, wall) == Book::CancelResult::cancelled); });
  SECTION("taken") {
    sent(part, 1, MessageState::sending);
    CHECK(reader->message(id).value().parts_sent == 1);
  }
  SECTION("to be tried again") {
    end(part, {PartEnd::Kind::refused, {}, {}, true},
        {.state = MessageState::queued, .start_over = true});
    CHECK(reader->message(id).value().parts_sent == 0);
  }
  SECTION("in doubt") {
    uncertain(part);
  }
  CHECK(state(id) == MessageState::cancelled);
  CHECK(begin(id, 2).error() == Refusal::not_wanted);
}

TEST_CASE_METHOD(BookFixture, "an end that is told twice counts once") {
  const MessageId id = accept(to("+1000"));
  const SubmissionId part = begin(id).value().submission;
  sent(part, 1);
  end(part, {PartEnd::Kind::refused, {}, {}, true}, {.state = MessageState::failed});
  CHECK(state(id) == MessageState::sent);
  CHECK(outcome(id) == "sent");
}

TEST_CASE_METHOD(BookFixture, "after a crash exactly what was in a modem is in doubt") {
  const MessageId queued = accept(to("+1000"));
  const MessageId on_air = accept(to("+1001"));
  const MessageId between = accept(to("+1002", 2));
  const MessageId done = accept(to("+1003"));
  const MessageId cancelled = accept(to("+1004", 2));
  send(done, 1, 1);
  send(between, 1, 2, MessageState::sending);
  (void)begin(on_air).value();
  (void)begin(cancelled, 1, other).value();
  commit([&] { book->cancel(cancelled, wall); });
  pass(1h);
  boot = 5min;
  reboot("boot-2");
  commit([&] { CHECK(book->recover(now()).messages == 1); });
  CHECK(state(queued) == MessageState::queued);
  CHECK(state(on_air) == MessageState::uncertain);
  CHECK(outcome(on_air) == "uncertain");
  const auto error = reader->message(on_air).value().error;
  REQUIRE(error);
  CHECK(error->code == "crash");
  CHECK_THAT(error->detail, Catch::Contains("the program ended while a modem had it"));
  CHECK(state(between) == MessageState::queued);
  CHECK(book->candidate(between).value().bound_sim == sim);
  CHECK(begin(between, 2).has_value());
  CHECK(state(done) == MessageState::sent);
  CHECK(state(cancelled) == MessageState::cancelled);
  commit([&] { CHECK(book->recover(now()).messages == 1); });  // `between`, begun above
  CHECK(book->last_stamp() == wall);
}

TEST_CASE_METHOD(BookFixture, "until the end of its last part is written a SIM begins no other") {
  const SubmissionId flying = begin(accept(to("+1000"))).value().submission;
  const MessageId next = accept(to("+1001"));
  CHECK(begin(next).error() == Refusal::sim_in_flight);
  CHECK(state(next) == MessageState::queued);
  CHECK(begin(accept(to("+1002")), 1, other).has_value());
  sent(flying, 1);
  CHECK(begin(next).has_value());
}
