// What a part is in whose result never came, until something settles it.
#include <catch2/catch.hpp>

#include "scheduler/reaction.hpp"
#include "tests/scheduler/book_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;

namespace {

class DoubtFixture : public BookFixture {
 public:
  static constexpr int max_attempts = 4;

  std::optional<Settled> late(SubmissionId submission, int tp_mr) {
    std::optional<Settled> settled;
    commit([&] { settled = book->late_result(submission, tp_mr, now()); });
    return settled;
  }
  std::vector<MessageId> resend(std::size_t limit = 100) {
    std::vector<MessageId> ids;
    commit([&] {
      for (const auto& one :
           book->resend_uncertain(wall - uncertain_patience, max_attempts, limit, wall)) {
        ids.push_back(one.id);
      }
    });
    return ids;
  }
  void wait_in_doubt() { pass(uncertain_patience + 1ms); }
  void crash() {
    reboot("boot-2");
    commit([&] { recovered = book->recover(now()); });
  }
  MessageId doubtful(const std::string& number, int parts = 1) {
    const MessageId id = accept(to(number, parts));
    uncertain(begin(id).value().submission);
    return id;
  }
  std::vector<bool> resends(MessageId id) {
    std::vector<bool> marks;
    for (const auto& one : reader->submissions(id)) marks.push_back(one.resend);
    return marks;
  }

  Recovered recovered{};
};

using Ids = std::vector<MessageId>;

}  // namespace

// --- after a crash ------------------------------------------------------------------------------

TEST_CASE_METHOD(DoubtFixture, "after a crash the book says which parts are in doubt, and where") {
  (void)accept(to("+1000"));
  const MessageId one = accept(to("+1001"));
  const MessageId cancelled = accept(to("+1002", 2));
  const SubmissionId first = begin(one).value().submission;
  const SubmissionId second = begin(cancelled, 1, other).value().submission;
  commit([&] { book->cancel(cancelled, wall); });
  crash();
  CHECK(recovered.messages == 1);  // what was cancelled stays so
  REQUIRE(recovered.parts.size() == 2);
  for (const InDoubt& part : recovered.parts) {
    const bool is_first = part.submission == first;
    CHECK((is_first || part.submission == second));
    CHECK(part.message == (is_first ? one : cancelled));
    CHECK(part.sim == (is_first ? sim : other));
    CHECK(part.modem == "slot-01");
  }
  SECTION("again, where the program ends before the modem has answered") {
    pass(2s);
    crash();
    CHECK(recovered.messages == 0);
    REQUIRE(recovered.parts.size() == 2);
    CHECK(recovered.parts[0].submission == second);  // of a modem the last comes first
    CHECK(recovered.parts[0].since == boot - 2s);
    reboot("boot-3");
    commit([&] { recovered = book->recover(now()); });
    REQUIRE(recovered.parts.size() == 2);
    CHECK_FALSE(recovered.parts[0].since.has_value());
  }
  SECTION("no more when it has") {
    commit([&] { book->doubt_lasted(first, now()); });
    (void)late(second, 7);
    crash();
    CHECK(recovered.parts.empty());
  }
  SECTION("nor where a status report has settled it") {
    commit([&] { (void)book->status_report({other, 3, "+1002", wall, 0}, now()); });
    crash();
    CHECK(recovered.parts.size() == 1);
  }
}

TEST_CASE_METHOD(DoubtFixture, "a part in doubt is one that the program's end finds so, too") {
  const MessageId id = accept(to("+1000"));
  uncertain(begin(id).value().submission);
  crash();
  CHECK(recovered.messages == 0);
  REQUIRE(recovered.parts.size() == 1);
  SECTION("until its SIM was given another") {
    const MessageId next = accept(to("+1001"));
    const SubmissionId part = begin(next).value().submission;
    crash();
    REQUIRE(recovered.parts.size() == 1);
    CHECK(recovered.parts[0].submission == part);
  }
}

// --- the modem tells its result after all -------------------------------------------------------

TEST_CASE_METHOD(DoubtFixture,
                 "a late result makes an uncertain message sent, with its reference") {
  const MessageId id = accept(to("+1000"));
  const SubmissionId part = begin(id).value().submission;
  SECTION("after a crash") {
    crash();
  }
  SECTION("after the deadline") {
    uncertain(part);
  }
  REQUIRE(state(id) == MessageState::uncertain);
  const Settled settled = late(part, 42).value();
  CHECK(settled.message == id);
  CHECK(settled.state == MessageState::sent);
  CHECK_FALSE(settled.requeued);
  CHECK(state(id) == MessageState::sent);
  CHECK_FALSE(reader->message(id).value().error.has_value());
  CHECK(outcome(id) == "sent");
  CHECK(reader->submissions(id).at(0).tp_mr == 42);
  CHECK_FALSE(report(41, "+1000").has_value());
  CHECK(report(42, "+1000").value().state == MessageState::delivered);
}

TEST_CASE_METHOD(DoubtFixture, "after a late result the rest goes on where it stopped") {
  const MessageId id = accept(to("+1000", 3));
  const Begun first = begin(id).value();
  sent(first.submission, 1, MessageState::sending);
  const SubmissionId second = begin(id, 2).value().submission;
  crash();
  const Settled settled = late(second, 2).value();
  CHECK(settled.requeued);
  CHECK(settled.state == MessageState::queued);
  const Candidate rest = book->candidate(id).value();
  CHECK(rest.parts_sent == 2);
  CHECK(rest.bound_sim == sim);
  CHECK(begin(id, 3, other).error() == Refusal::not_wanted);
  const Begun third = begin(id, 3).value();
  CHECK(third.concat_ref == first.concat_ref);
  CHECK_FALSE(third.resend);
  sent(third.submission, 3);
  CHECK(state(id) == MessageState::sent);
}

TEST_CASE_METHOD(DoubtFixture, "a report that came before the late result settles both") {
  const MessageId id = accept(to("+1000"));
  const SubmissionId part = begin(id).value().submission;
  CHECK_FALSE(report(42, "+1000").has_value());
  crash();
  pass(5s);
  CHECK(late(part, 42).value().state == MessageState::delivered);
  CHECK(state(id) == MessageState::delivered);
}

TEST_CASE_METHOD(DoubtFixture, "a message that wanted no report is sent by a late result") {
  NewMessage message = to("+1000");
  message.report = false;
  const MessageId id = accept(message);
  const SubmissionId part = begin(id).value().submission;
  CHECK_FALSE(report(42, "+1000").has_value());
  uncertain(part);
  CHECK(late(part, 42).value().state == MessageState::sent);
  CHECK_FALSE(report(42, "+1000").has_value());
}

TEST_CASE_METHOD(DoubtFixture, "a late result changes nothing of what is settled already") {
  const MessageId id = accept(to("+1000"));
  const SubmissionId part = begin(id).value().submission;
  SECTION("it is still awaited") {
    CHECK_FALSE(late(part, 42).has_value());
    CHECK(state(id) == MessageState::sending);
  }
  SECTION("by its result") {
    sent(part, 7);
    CHECK_FALSE(late(part, 42).has_value());
    CHECK(reader->submissions(id).at(0).tp_mr == 7);
  }
  SECTION("by a report") {
    uncertain(part);
    report(7, "+1000", 0x46);
    CHECK_FALSE(late(part, 42).has_value());
    CHECK(state(id) == MessageState::undelivered);
  }
  SECTION("by a late result") {
    uncertain(part);
    CHECK(late(part, 42).has_value());
    CHECK_FALSE(late(part, 43).has_value());
    CHECK(reader->submissions(id).at(0).tp_mr == 42);
  }
  CHECK_FALSE(late(SubmissionId{999}, 42).has_value());
}

TEST_CASE_METHOD(DoubtFixture, "a late result is kept, and stops nothing that has started over") {
  const MessageId id = accept(to("+1000", 2));
  const SubmissionId part = begin(id).value().submission;
  uncertain(part);
  commit([&] { book->requeue(id, wall + 1h, wall); });
  const Settled settled = late(part, 42).value();
  CHECK(settled.state == MessageState::queued);
  CHECK_FALSE(settled.requeued);
  CHECK(book->candidate(id).value().parts_sent == 0);
  CHECK(outcome(id) == "sent");
}

TEST_CASE_METHOD(DoubtFixture, "a late result while the same part is on its way again") {
  const MessageId id = accept(to("+1000"));
  const SubmissionId first = begin(id).value().submission;
  uncertain(first);
  wait_in_doubt();
  REQUIRE(resend() == Ids{id});
  SECTION("takes it out of the queue before it is begun") {
    CHECK(late(first, 42).value().state == MessageState::sent);
    CHECK(begin(id).error() == Refusal::not_wanted);
  }
  SECTION("leaves alone what a modem has") {
    const SubmissionId second = begin(id).value().submission;
    CHECK(late(first, 42).value().state == MessageState::sending);
    sent(second, 43);
    CHECK(state(id) == MessageState::sent);
    CHECK(reader->message(id).value().parts_sent == 1);
  }
  SECTION("settles it when that is in doubt too") {
    uncertain(begin(id).value().submission);
    CHECK(late(first, 42).value().state == MessageState::sent);
  }
}

// --- sent again ---------------------------------------------------------------------------------

TEST_CASE_METHOD(DoubtFixture, "what is in doubt is sent again when its time is over, by any SIM") {
  const MessageId id = doubtful("+1000");
  pass(uncertain_patience);
  CHECK(resend().empty());
  pass(1ms);
  CHECK(resend() == Ids{id});
  CHECK(resend().empty());
  CHECK(state(id) == MessageState::queued);
  CHECK_FALSE(reader->message(id).value().error.has_value());
  const Candidate again = book->candidate(id).value();
  CHECK_FALSE(again.bound_sim.has_value());
  CHECK(again.attempts == 1);
  sent(begin(id, 1, other).value().submission, 5);
  CHECK(state(id) == MessageState::sent);
}

TEST_CASE_METHOD(DoubtFixture, "of several parts exactly the one in doubt is sent again") {
  const int in_doubt = GENERATE(1, 2, 3);
  CAPTURE(in_doubt);
  const MessageId id = accept(to("+1000", 3));
  int reference = -1;
  for (int part = 1; part <= in_doubt; ++part) {
    const Begun begun = begin(id, part).value();
    reference = begun.concat_ref;
    if (part < in_doubt) {
      sent(begun.submission, part, MessageState::sending);
    } else {
      uncertain(begun.submission);
    }
  }
  wait_in_doubt();
  send(accept(to("+1000", 2)), 1, 77, MessageState::sending);  // takes the next reference
  REQUIRE(resend() == Ids{id});
  const Candidate again = book->candidate(id).value();
  CHECK(again.parts_sent == in_doubt - 1);
  CHECK(again.bound_sim == sim);
  CHECK(again.concat_ref == reference);
  CHECK(reader->message(id).value().sim == "8998110000000000001");
  const Lane lane{sim, {}};
  const auto waiting = book->ready(lane, {}, 10);
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].id == id);
  CHECK(begin(id, in_doubt, other).error() == Refusal::not_wanted);
  for (int part = in_doubt; part <= 3; ++part) {
    const Begun begun = begin(id, part).value();
    CHECK(begun.concat_ref == reference);
    CHECK(begun.resend == (part == in_doubt));
    sent(begun.submission, part, MessageState::sending);
  }
  CHECK(state(id) == MessageState::sent);
  CHECK(reader->submissions(id).size() == 4);
}

TEST_CASE_METHOD(DoubtFixture, "a first part in doubt keeps its SIM and reference over a new try") {
  const MessageId id = doubtful("+1000", 2);
  const int reference = 0;
  wait_in_doubt();
  REQUIRE(resend() == Ids{id});
  const SubmissionId again = begin(id).value().submission;
  SECTION("that never reached the modem") {
    end(again, {PartEnd::Kind::not_sent, {}, Trouble{"vanished", ""}, false},
        {.state = MessageState::queued});
    CHECK(book->candidate(id).value().bound_sim == sim);
    CHECK(begin(id).value().concat_ref == reference);
  }
  SECTION("until it is given up: then all of it starts over elsewhere") {
    end(again, {PartEnd::Kind::refused, {}, Trouble{"cms_10", ""}, true},
        {.state = MessageState::queued, .start_over = true, .avoid = sim, .attempt = true});
    CHECK_FALSE(book->candidate(id).value().bound_sim.has_value());
    const Begun elsewhere = begin(id, 1, other).value();
    CHECK(elsewhere.resend);
  }
  SECTION("or its SIM stays away") {
    end(again, {PartEnd::Kind::not_sent, {}, Trouble{"vanished", ""}, false},
        {.state = MessageState::queued});
    std::vector<Candidate> unbound;
    commit([&] { unbound = book->unbind(sim, "default", 10, wall); });
    REQUIRE(unbound.size() == 1);
    CHECK_FALSE(unbound[0].bound_sim.has_value());
    CHECK(begin(id, 1, other).has_value());
  }
}

TEST_CASE_METHOD(DoubtFixture, "a first part that was only refused binds its message to no SIM") {
  const MessageId id = accept(to("+1000", 2));
  end(begin(id).value().submission, {PartEnd::Kind::refused, {}, Trouble{"cms_38", ""}, true},
      {.state = MessageState::queued, .attempt = true});
  CHECK_FALSE(book->candidate(id).value().bound_sim.has_value());
  CHECK_FALSE(begin(id, 1, other).value().resend);
}

TEST_CASE_METHOD(DoubtFixture, "a doubt about an earlier round binds a first part to no SIM") {
  const MessageId id = doubtful("+1000", 2);
  commit([&] { book->requeue(id, wall + 1h, wall); });
  end(begin(id).value().submission, {PartEnd::Kind::refused, {}, Trouble{"cms_38", ""}, true},
      {.state = MessageState::queued, .attempt = true});
  CHECK_FALSE(book->candidate(id).value().bound_sim.has_value());
}

TEST_CASE_METHOD(DoubtFixture, "a message that must not be sent again stays uncertain") {
  const MessageId id = doubtful("+1000");
  wait_in_doubt();
  SECTION("its life is over") {
    pass(24h);
  }
  SECTION("a restore made it so") {
    commit(
        [&] { database.execute("UPDATE message SET error_code = 'restored', error_detail = ''"); });
  }
  SECTION("its text is gone") {
    commit([&] { database.execute("DELETE FROM text"); });
  }
  SECTION("its attempts are used up") {
    for (int attempt = 2; attempt <= max_attempts; ++attempt) {
      REQUIRE(resend() == Ids{id});
      uncertain(begin(id).value().submission);
      wait_in_doubt();
    }
  }
  CHECK(resend().empty());
  CHECK(state(id) == MessageState::uncertain);
}

TEST_CASE_METHOD(DoubtFixture, "crash after crash does not send a message for ever") {
  const MessageId id = accept(to("+1000"));
  for (int attempt = 1; attempt <= max_attempts; ++attempt) {
    CAPTURE(attempt);
    REQUIRE(begin(id).has_value());
    crash();
    wait_in_doubt();
    CHECK(resend().size() == (attempt < max_attempts ? 1 : 0));
  }
  CHECK(state(id) == MessageState::uncertain);
}

TEST_CASE_METHOD(DoubtFixture, "a message in doubt follows its batch") {
  BatchId batch{};
  commit([&] { batch = book->new_batch({}, wall); });
  const MessageId id = accept_all({to("+1000"), to("+1001")}, batch).front().id;
  uncertain(begin(id).value().submission);
  wait_in_doubt();
  SECTION("which is cancelled") {
    commit([&] { CHECK(book->cancel_batch(batch, wall) == Book::BatchChange::done); });
    CHECK(resend().empty());
    SECTION("unless a person has sent it again since") {
      commit([&] { book->requeue(id, wall + 1h, wall); });
      uncertain(begin(id).value().submission);
      wait_in_doubt();
      CHECK(resend() == Ids{id});
    }
  }
  SECTION("which is held back, until it is resumed") {
    commit([&] { CHECK(book->pause_batch(batch) == Book::BatchChange::done); });
    CHECK(resend().empty());
    std::vector<Lane> lanes;
    commit([&] { CHECK(book->resume_batch(batch, lanes) == Book::BatchChange::done); });
    CHECK(resend() == Ids{id});
  }
}

TEST_CASE_METHOD(DoubtFixture, "a bound message whose batch is paused meanwhile is finished") {
  BatchId batch{};
  commit([&] { batch = book->new_batch({}, wall); });
  const MessageId id = accept_all({to("+1000", 2), to("+1001")}, batch).front().id;
  uncertain(begin(id).value().submission);
  wait_in_doubt();
  REQUIRE(resend() == Ids{id});
  commit([&] { CHECK(book->pause_batch(batch) == Book::BatchChange::done); });
  CHECK_FALSE(reader->message(id).value().held_by_batch.has_value());
  CHECK(book->ready({sim, {}}, {}, 10).size() == 1);
  CHECK(begin(id).has_value());
}

TEST_CASE_METHOD(DoubtFixture, "a recipient who is suppressed meanwhile gets no second one") {
  const MessageId id = doubtful("+1000");
  commit([&] { book->suppress({"+1000", wall, "all", "opt_out", ""}, 10); });
  wait_in_doubt();
  REQUIRE(resend() == Ids{id});
  CHECK(begin(id).error() == Refusal::suppressed);
  CHECK(state(id) == MessageState::suppressed);
}

TEST_CASE_METHOD(DoubtFixture, "many in doubt are looked through in steps, round after round") {
  Ids held;
  for (int i = 0; i < 5; ++i) held.push_back(doubtful("+1000"));
  commit(
      [&] { database.execute("UPDATE message SET error_code = 'restored', error_detail = ''"); });
  Ids due;
  for (int i = 0; i < 5; ++i) due.push_back(doubtful("+1001"));
  wait_in_doubt();
  CHECK(resend(3).empty());
  CHECK(resend(3) == Ids{due[0]});
  CHECK(resend(3) == Ids{due[1], due[2], due[3]});
  const MessageId late_comer = accept(to("+1002"));
  CHECK(resend(3) == Ids{due[4]});
  CHECK(resend(6).empty());
  uncertain(begin(late_comer).value().submission);
  wait_in_doubt();
  Ids found;
  for (int step = 0; step < 2; ++step) {
    for (const MessageId id : resend(6)) found.push_back(id);
  }
  CHECK(found == Ids{late_comer});
}

// --- the record ---------------------------------------------------------------------------------

TEST_CASE_METHOD(DoubtFixture, "the record says which submissions were sent again in doubt") {
  const MessageId id = accept(to("+1000", 2));
  const Begun first = begin(id).value();
  CHECK_FALSE(first.resend);
  sent(first.submission, 1, MessageState::sending);
  const SubmissionId second = begin(id, 2).value().submission;
  crash();
  SECTION("by the program") {
    wait_in_doubt();
    REQUIRE(resend() == Ids{id});
    CHECK(begin(id, 2).value().resend);
    CHECK(resends(id) == std::vector{false, false, true});
    SECTION("also when the first is settled afterwards") {
      late(second, 9);
      CHECK(resends(id) == std::vector{false, false, true});
    }
  }
  SECTION("by a person, in whole") {
    commit([&] { book->requeue(id, wall + 1h, wall); });
    const Begun again = begin(id, 1, other).value();
    CHECK_FALSE(again.resend);  // it is known to be out
    sent(again.submission, 3, MessageState::sending);
    CHECK(begin(id, 2, other).value().resend);
    CHECK(resends(id) == std::vector{false, false, false, true});
  }
}

TEST_CASE_METHOD(DoubtFixture, "what was refused or never written is no doubt") {
  const MessageId id = accept(to("+1000"));
  const auto kind = GENERATE(PartEnd::Kind::refused, PartEnd::Kind::not_sent);
  end(begin(id).value().submission, {kind, {}, Trouble{"cms_38", ""}, false},
      {.state = MessageState::queued, .attempt = true});
  CHECK_FALSE(begin(id).value().resend);
  CHECK(resends(id) == std::vector{false, false});
}

TEST_CASE_METHOD(DoubtFixture, "of a part that went out twice the better report holds") {
  const MessageId id = accept(to("+1000"));
  const SubmissionId first = begin(id).value().submission;
  uncertain(first);
  wait_in_doubt();
  REQUIRE(resend() == Ids{id});
  sent(begin(id).value().submission, 6);
  late(first, 5);
  SECTION("the first was lost: the second may still come") {
    CHECK(report(5, "+1000", 0x46).value().state == MessageState::sent);
    CHECK(report(6, "+1000").value().state == MessageState::delivered);
  }
  SECTION("the second was refused as a double of the first") {
    CHECK(report(6, "+1000", 0x46).value().state == MessageState::sent);
    CHECK(report(5, "+1000").value().state == MessageState::delivered);
  }
  SECTION("both were lost") {
    report(5, "+1000", 0x46);
    CHECK(report(6, "+1000", 0x46).value().state == MessageState::undelivered);
  }
}
