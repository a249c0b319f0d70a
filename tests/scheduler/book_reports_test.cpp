#include <catch2/catch.hpp>

#include "tests/scheduler/book_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;

TEST_CASE_METHOD(BookFixture, "a status report settles its message") {
  struct Case {
    int tp_status;
    MessageState state;
  };
  const Case cases[] = {{0x00, MessageState::delivered},   {0x01, MessageState::delivered},
                        {0x20, MessageState::sent},        {0x3F, MessageState::sent},
                        {0x40, MessageState::undelivered}, {0x46, MessageState::undelivered},
                        {0x60, MessageState::undelivered}, {0xFF, MessageState::undelivered}};
  for (const Case& c : cases) {
    CAPTURE(c.tp_status);
    const MessageId id = accept(to("+989121234567"));
    send(id, 1, 9);
    const Settled settled = report(9, "+989121234567", c.tp_status).value();
    CHECK(settled.message == id);
    CHECK(settled.state == c.state);
    CHECK(state(id) == c.state);
    if (c.state == MessageState::sent) {  // it is still waited for
      CHECK(report(9, "+989121234567", 0).value().state == MessageState::delivered);
    }
  }
}

TEST_CASE_METHOD(BookFixture, "the recipient is recognised by its last eight digits") {
  const MessageId id = accept(to("+989121234567"));
  send(id, 1, 9);
  CHECK_FALSE(report(9, "+989121234568").has_value());
  CHECK_FALSE(report(8, "+989121234567").has_value());
  CHECK(report(9, "09121234567").value().message == id);
}

TEST_CASE_METHOD(BookFixture, "a message of several parts is delivered when every part is") {
  const MessageId id = accept(to("+1000", 2));
  send(id, 1, 1, MessageState::sending);
  SECTION("the first report comes while the second part is still to go") {
    CHECK(report(1, "+1000").value().state == MessageState::sending);
    send(id, 2, 2);
    CHECK(state(id) == MessageState::sent);
    CHECK(report(2, "+1000").value().state == MessageState::delivered);
  }
  SECTION("both come afterwards, the second first") {
    send(id, 2, 2);
    CHECK(report(2, "+1000").value().state == MessageState::sent);
    CHECK(report(1, "+1000").value().state == MessageState::delivered);
  }
  SECTION("one is lost for good before the last part is out") {
    CHECK(report(1, "+1000", 0x46).value().state == MessageState::sending);
    send(id, 2, 2);
    CHECK(state(id) == MessageState::undelivered);
    CHECK(report(2, "+1000").value().state == MessageState::undelivered);
  }
}

TEST_CASE_METHOD(BookFixture, "a report that comes twice settles once, and no later message") {
  const MessageId first = accept(to("+1000"));
  send(first, 1, 1);
  CHECK(report(1, "+1000").value().state == MessageState::delivered);
  pass(1s);
  CHECK_FALSE(report(1, "+1000", 0x46).has_value());
  CHECK(state(first) == MessageState::delivered);
  pass(1s);
  const MessageId second = accept(to("+1000"));
  send(second, 1, 1);
  CHECK(state(second) == MessageState::sent);
}

TEST_CASE_METHOD(BookFixture, "a report may come before the result of its part") {
  const MessageId id = accept(to("+1000"));
  const SubmissionId part = begin(id).value().submission;
  CHECK_FALSE(report(4, "+1000").has_value());
  pass(2s);
  SECTION("which then finds it") {
    const auto settled = sent(part, 4);
    REQUIRE(settled.has_value());
    CHECK(settled->state == MessageState::delivered);
    CHECK(state(id) == MessageState::delivered);
  }
  SECTION("but not under another reference") {
    CHECK_FALSE(sent(part, 5).has_value());
    CHECK(state(id) == MessageState::sent);
  }
  SECTION("nor after ten minutes") {
    pass(10min);
    CHECK_FALSE(sent(part, 4).has_value());
  }
  SECTION("and a result that never comes is no doubt then") {
    CHECK(uncertain(part).value().state == MessageState::delivered);
    CHECK(state(id) == MessageState::delivered);
  }
}

TEST_CASE_METHOD(BookFixture, "references come round: the one nearest in time is meant") {
  const MessageId old = accept(to("+1000"));
  send(old, 1, 1);
  const WallTime old_time = wall;
  pass(2h);
  const MessageId recent = accept(to("+1000"));
  send(recent, 1, 1);
  CHECK(report(1, "+1000", 0, old_time + 3s).value().message == old);
  CHECK(report(1, "+1000", 0, wall - 3s).value().message == recent);
}

TEST_CASE_METHOD(BookFixture, "a report that is a day past the message's life fits nothing") {
  send(accept(to("+1000")), 1, 1);
  const MessageId second = accept(to("+1001"));
  send(second, 1, 2);
  pass(48h);
  CHECK(report(2, "+1001").value().message == second);
  pass(1ms);
  CHECK_FALSE(report(1, "+1000").has_value());
}

TEST_CASE_METHOD(BookFixture, "a modem without references is matched by recipient and time") {
  const MessageId first = accept(to("+1000"));
  send(first, 1, std::nullopt);
  const WallTime first_time = wall;
  pass(10min);
  const MessageId second = accept(to("+1000"));
  send(second, 1, std::nullopt);
  CHECK(report(200, "+1000", 0, wall + 1s).value().message == second);
  CHECK(report(199, "+1000", 0, first_time + 1s).value().message == first);
}

TEST_CASE_METHOD(BookFixture, "a report for another SIM settles nothing") {
  send(accept(to("+1000")), 1, 1);
  commit([&] {
    CHECK_FALSE(book->status_report({other, 1, "+1000", wall, 0}, now()).has_value());
    CHECK_FALSE(book->status_report({sim, 1, "", std::nullopt, 0}, now()).has_value());
  });
}

TEST_CASE_METHOD(BookFixture, "a report settles a part that was in doubt") {
  const MessageId id = accept(to("+1000", 2));
  SECTION("the rest goes out through the same SIM, with the same reference") {
    const Begun first = begin(id).value();
    uncertain(first.submission);
    CHECK(state(id) == MessageState::uncertain);
    const Settled settled = report(77, "+1000").value();
    CHECK(settled.requeued);
    CHECK(settled.state == MessageState::queued);
    const Candidate again = book->candidate(id).value();
    CHECK(again.bound_sim == sim);
    CHECK(again.parts_sent == 1);
    const Begun second = begin(id, 2).value();
    CHECK(second.concat_ref == first.concat_ref);
    sent(second.submission, 78);
    CHECK(report(78, "+1000").value().state == MessageState::delivered);
  }
  SECTION("the last part makes it sent, or more") {
    send(id, 1, 1, MessageState::sending);
    uncertain(begin(id, 2).value().submission);
    CHECK(report(2, "+1000", 0x30).value().state == MessageState::sent);
    CHECK(report(2, "+1000", 0x00).value().state == MessageState::sent);
    CHECK(report(1, "+1000", 0x00).value().state == MessageState::delivered);
  }
  SECTION("one that was lost ends it") {
    uncertain(begin(id).value().submission);
    CHECK(report(3, "+1000", 0x41).value().state == MessageState::undelivered);
  }
  SECTION("not one that a person has sent again") {
    uncertain(begin(id).value().submission);
    commit([&] { CHECK(book->requeue(id, wall + 1h, wall) == Book::RequeueResult::queued); });
    const Settled settled = report(3, "+1000").value();
    CHECK(settled.state == MessageState::queued);
    CHECK_FALSE(settled.requeued);
    CHECK(book->candidate(id).value().parts_sent == 0);
  }
  SECTION("also after a crash") {
    (void)begin(id).value();
    pass(3h);
    reboot("boot-2");
    commit([&] { book->recover(now()); });
    CHECK(report(3, "+1000", 0, wall - 3h + 2s).value().requeued);
  }
}

TEST_CASE_METHOD(BookFixture, "the double of a report settles no part without a reference") {
  send(accept(to("+989121234567")), 1, 9);
  const MessageId doubtful = accept(to("+989121234567"));
  pass(5s);
  const WallTime first = wall;
  CHECK(report(9, "+989121234567").has_value());
  const SubmissionId submission = begin(doubtful).value().submission;
  SECTION("before the part ends") {
    CHECK_FALSE(report(9, "+989121234567", 0, first).has_value());
    CHECK_FALSE(uncertain(submission).has_value());
  }
  SECTION("when it has ended in doubt") {
    uncertain(submission);
    pass(10s);
    CHECK_FALSE(report(9, "+989121234567", 0, first).has_value());
  }
  CHECK(state(doubtful) == MessageState::uncertain);
  CHECK(report(10, "+989121234567").value().message == doubtful);  // its own
}

TEST_CASE_METHOD(BookFixture, "of two parts in doubt the one is meant that had begun by then") {
  const MessageId first = accept(to("+1000"));
  const SubmissionId one = begin(first).value().submission;
  const WallTime taken = wall + 30s;
  pass(33s);
  uncertain(one);
  pass(2s);
  const MessageId second = accept(to("+1000"));
  const SubmissionId two = begin(second).value().submission;
  pass(1min);
  uncertain(two);
  SECTION("its report comes") {
    CHECK(report(9, "+1000", 0, taken).value().message == first);
    CHECK(state(second) == MessageState::uncertain);
  }
  SECTION("the double of it settles nothing more") {
    CHECK(report(9, "+1000", 0, taken).value().message == first);
    pass(10s);
    CHECK_FALSE(report(9, "+1000", 0, taken).has_value());
    CHECK(state(second) == MessageState::uncertain);
    CHECK(report(10, "+1000", 0, taken + 10s).value().message == second);
  }
}

TEST_CASE_METHOD(BookFixture, "a clock that was set meanwhile turns no report to another part") {
  const WallTime right = wall;
  const auto set = [&](std::chrono::milliseconds off) { wall = right + 1min + off; };
  const MessageId doubtful = accept(to("+1000"));
  uncertain(begin(doubtful).value().submission);
  pass(1min);
  const MessageId known = accept(to("+1000"));
  SECTION("while the part was on the air") {
    const SubmissionId part = begin(known).value().submission;
    set(-8h);
    sent(part, 9);
  }
  SECTION("and is wrong all the while") {
    set(-8h);
    send(known, 1, 9);
  }
  CHECK(report(9, "+1000", 0, right + 1min).value().message == known);
  CHECK_FALSE(report(9, "+1000", 0, right + 1min).has_value());  // its double
  CHECK(state(doubtful) == MessageState::uncertain);
}

TEST_CASE_METHOD(BookFixture,
                 "a part in doubt with a wrong stamp may be meant as well as another") {
  const MessageId first = accept(to("+1000"));
  uncertain(begin(first).value().submission);
  pass(1min);
  const MessageId second = accept(to("+1000"));
  SECTION("the clock was set while it was on the air") {
    const SubmissionId part = begin(second).value().submission;
    wall -= 20h;
    uncertain(part);
  }
  SECTION("the clock was wrong all the while") {
    wall -= 20h;
    uncertain(begin(second).value().submission);
  }
  SECTION("the clock was wrong all the while, and the machine restarted since") {
    wall -= 20h;
    uncertain(begin(second).value().submission);
    reboot("boot-2");
    boot = 10s;
  }
  wall += 20h;
  CHECK_FALSE(report(9, "+1000").has_value());
  CHECK(state(first) == MessageState::uncertain);
  CHECK(state(second) == MessageState::uncertain);
}

TEST_CASE_METHOD(BookFixture, "a part in doubt is not meant where another has the reference") {
  const WallTime right = wall;
  wall -= 5h;  // known wrong later
  const MessageId known = accept(to("+1000"));
  send(known, 1, 9);
  wall = right + 1min;
  boot += 1min;
  const MessageId doubtful = accept(to("+1000"));
  uncertain(begin(doubtful).value().submission);
  reboot("boot-2");
  boot = 10s;
  pass(1min);
  CHECK_FALSE(report(9, "+1000", 0, right).has_value());
  CHECK(state(known) == MessageState::sent);
  CHECK(state(doubtful) == MessageState::uncertain);
}

TEST_CASE_METHOD(BookFixture, "of two parts that seem on the air at a stamp the later is meant") {
  const MessageId first = accept(to("+1000"));
  const SubmissionId one = begin(first).value().submission;
  pass(20s + 700ms);
  uncertain(one);
  const MessageId second = accept(to("+1000"));
  const SubmissionId two = begin(second).value().submission;
  const WallTime stamp = wall + 300ms;  // a whole second
  SECTION("when its end is told at once") {
    pass(5s);
    uncertain(two);
    CHECK(report(9, "+1000", 0, stamp).value().message == second);
  }
  SECTION("when its end is told after the machine was off") {
    pass(11min);
    uncertain(two);
    CHECK(report(9, "+1000", 0, stamp).value().message == second);
  }
  SECTION("and where the clock was set back meanwhile nobody knows") {
    wall -= 6h;
    uncertain(two);
    wall += 6h;
    CHECK_FALSE(report(9, "+1000", 0, stamp).has_value());
    CHECK(state(second) == MessageState::uncertain);
  }
  CHECK(state(first) == MessageState::uncertain);
}

TEST_CASE_METHOD(BookFixture, "a clock that runs ahead makes no report another part's") {
  const MessageId first = accept(to("+1000"));
  uncertain(begin(first).value().submission);
  pass(1min);
  wall += 6h;
  const MessageId second = accept(to("+1000"));
  const SubmissionId part = begin(second).value().submission;
  SECTION("on the air") {}
  SECTION("in doubt") {
    uncertain(part);
  }
  CHECK_FALSE(report(9, "+1000", 0, wall - 6h).has_value());
  CHECK(state(first) == MessageState::uncertain);
}

TEST_CASE_METHOD(BookFixture, "a clock that was set ahead makes no part last for hours") {
  const WallTime right = wall;
  wall -= 6h;
  const MessageId first = accept(to("+1000"));
  uncertain(begin(first).value().submission);
  pass(2min);
  const MessageId second = accept(to("+1000"));
  const SubmissionId part = begin(second).value().submission;
  wall += 6h;
  SECTION("in doubt") {
    pass(1min);
    uncertain(part);
  }
  SECTION("on the air") {}
  CHECK_FALSE(report(9, "+1000", 0, right).has_value());
  CHECK(state(first) == MessageState::uncertain);
}

TEST_CASE_METHOD(BookFixture, "a crash and a clock set ahead make no part last for hours") {
  const MessageId first = accept(to("+1000"));
  (void)begin(first);
  commit([&] { book->note_clock(now()); });
  pass(1min);
  wall += 20h;
  reboot("boot-1");  // the program alone
  commit([&] { (void)book->recover(now()); });
  const MessageId second = accept(to("+1000"));
  const SubmissionId part = begin(second).value().submission;
  CHECK_FALSE(report(9, "+1000", 0, wall - 20h).has_value());
  CHECK(state(first) == MessageState::uncertain);
  CHECK(sent(part, 9).value().message == second);
  CHECK(state(second) == MessageState::delivered);
}

TEST_CASE_METHOD(BookFixture, "a late report settles no part that was on the air when it came") {
  const MessageId first = accept(to("+1000"));
  const SubmissionId one = begin(first).value().submission;
  pass(1min);
  const WallTime stamp = wall;
  pass(1min);
  uncertain(one);
  pass(20min);
  wall -= 17h;
  const MessageId second = accept(to("+1000"));
  const SubmissionId two = begin(second).value().submission;
  CHECK_FALSE(report(9, "+1000", 0, stamp).has_value());
  const WallTime received = wall;
  pass(8s);
  uncertain(two);
  CHECK(database.integer("SELECT count(*) FROM unmatched_report WHERE recipient = '+1000' AND "
                         "received_at = " +
                         std::to_string(received.time_since_epoch().count())) == 1);
  CHECK(state(first) == MessageState::uncertain);
  CHECK(state(second) == MessageState::uncertain);
}

TEST_CASE_METHOD(BookFixture, "a report is no other part's that was sent without a reference") {
  const MessageId sent_before = accept(to("+1000"));
  send(sent_before, 1, std::nullopt);
  pass(1h);
  const MessageId doubtful = accept(to("+1000"));
  const SubmissionId part = begin(doubtful).value().submission;
  pass(10s);
  const WallTime stamp = wall;
  pass(2min);
  uncertain(part);
  wall += 6h;
  CHECK(report(9, "+1000", 0, stamp).value().message == doubtful);
  CHECK(state(sent_before) == MessageState::sent);
}

TEST_CASE_METHOD(BookFixture, "which of two parts in doubt is meant is not guessed") {
  const MessageId first = accept(to("+1000"));
  uncertain(begin(first).value().submission);
  pass(20s);
  const WallTime between = wall;
  pass(20s);
  const MessageId second = accept(to("+1000"));
  uncertain(begin(second).value().submission);
  CHECK_FALSE(report(9, "+1000", 0, between).has_value());
  CHECK(state(first) == MessageState::uncertain);
  CHECK(state(second) == MessageState::uncertain);
}

TEST_CASE_METHOD(BookFixture, "a part that began long after a report's stamp is not meant by it") {
  const MessageId id = accept(to("+1000"));
  const WallTime before = wall;
  pass(10min);
  uncertain(begin(id).value().submission);
  CHECK_FALSE(report(9, "+1000", 0, before).has_value());
  CHECK(state(id) == MessageState::uncertain);
  CHECK(report(10, "+1000", 0, wall - 1min).value().message == id);  // clocks differ
}

TEST_CASE_METHOD(BookFixture, "the early report of one part settles no other that is in doubt") {
  const MessageId doubtful = accept(to("+1000"));
  uncertain(begin(doubtful).value().submission);
  pass(10s);
  const MessageId next = accept(to("+1000"));
  const SubmissionId part = begin(next).value().submission;
  pass(1s);
  CHECK_FALSE(report(9, "+1000").has_value());
  CHECK(state(doubtful) == MessageState::uncertain);
  CHECK(sent(part, 9).value().state == MessageState::delivered);
  CHECK(report(8, "+1000", 0, wall - 8s).value().message == doubtful);
}

TEST_CASE_METHOD(BookFixture, "a message that asked for no report is settled by none") {
  NewMessage message = to("+1000");
  message.report = false;
  const MessageId id = accept(message);
  send(id, 1, 1);
  CHECK_FALSE(report(1, "+1000").has_value());
  CHECK(state(id) == MessageState::sent);
}

// --- the clock is set meanwhile -----------------------------------------------------------------

TEST_CASE_METHOD(BookFixture,
                 "a report means the part of its reference, however the clock was set") {
  // In doubt from before the clock was set back until after: any stamp lies within.
  const MessageId doubted = accept(to("+1000"));
  const SubmissionId doubt = begin(doubted).value().submission;
  wall += 10h;
  uncertain(doubt);
  const MessageId meant = accept(to("+1000"));
  send(meant, 1, 39);
  wall -= 7h;
  pass(20s);
  SECTION("once") {
    CHECK(report(39, "+1000").value().message == meant);
  }
  SECTION("twice") {
    const WallTime stamp = wall;
    CHECK(report(39, "+1000", 0, stamp).value().message == meant);
    wall += 2h;
    CHECK_FALSE(report(39, "+1000", 0, stamp).has_value());
  }
  CHECK(state(meant) == MessageState::delivered);
  CHECK(state(doubted) == MessageState::uncertain);
}

TEST_CASE_METHOD(BookFixture, "a part in doubt is not settled by a reference it cannot have had") {
  send(accept(to("+1001")), 1, 254);
  const MessageId id = accept(to("+1000"));
  uncertain(begin(id).value().submission);
  const int next = GENERATE(0, 1, 3);
  send(accept(to("+1002")), 1, next);
  CAPTURE(next);
  const WallTime stamp = wall;
  CHECK_FALSE(report(7, "+1000", 0, stamp).has_value());
  CHECK_FALSE(report(254, "+1000", 0, stamp).has_value());
  CHECK(report(255, "+1000", 0, stamp).has_value());
  CHECK(state(id) == MessageState::delivered);
}
