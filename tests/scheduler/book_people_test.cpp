#include <catch2/catch.hpp>

#include "scheduler/suppressions.hpp"
#include "tests/scheduler/book_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;

TEST_CASE_METHOD(BookFixture, "a cancel stops what is unsent and says when nothing is") {
  const auto cancel = [&](MessageId id) {
    Book::CancelResult result{};
    commit([&] { result = book->cancel(id, wall); });
    return result;
  };
  using enum Book::CancelResult;
  const MessageId one = accept(to("+1000"));
  const SubmissionId part = begin(one).value().submission;
  CHECK(cancel(one) == nothing_left);
  CHECK(state(one) == MessageState::sending);
  sent(part, 1);
  CHECK(cancel(one) == nothing_left);
  CHECK(cancel(MessageId{99}) == unknown);
  NewMessage later = to("+1000");
  later.send_at = wall + 1h;
  const MessageId waiting = accept(later);
  CHECK(cancel(waiting) == cancelled);
  CHECK(cancel(waiting) == nothing_left);
  commit([&] { CHECK(book->wake(wall + 2h, 10).empty()); });
  const MessageId two = accept(to("+1000", 2));
  sent(begin(two).value().submission, 2, MessageState::sending);
  const SubmissionId last = begin(two, 2).value().submission;
  CHECK(cancel(two) == nothing_left);
  sent(last, 3);
  CHECK(state(two) == MessageState::sent);
}

TEST_CASE_METHOD(BookFixture, "a person can send again what failed, expired or is in doubt") {
  const auto requeue = [&](MessageId id) {
    Book::RequeueResult result{};
    commit([&] { result = book->requeue(id, wall + 2h, wall); });
    return result;
  };
  using enum Book::RequeueResult;
  CHECK(requeue(MessageId{99}) == unknown);
  const MessageId id = accept(to("+1000", 2));
  CHECK(requeue(id) == not_possible);
  send(id, 1, 1, MessageState::sending);
  const SubmissionId part = begin(id, 2).value().submission;
  SECTION("failed") {
    end(part, {PartEnd::Kind::refused, {}, {}, true},
        {.state = MessageState::failed,
         .avoid = sim,
         .error = Trouble{"cms_1", ""},
         .attempt = true});
  }
  SECTION("in doubt") {
    uncertain(part);
  }
  SECTION("expired") {
    end(part, {PartEnd::Kind::not_sent, {}, {}, false}, {.state = MessageState::expired});
  }
  CHECK(requeue(id) == queued);
  const Candidate again = book->candidate(id).value();
  CHECK(again.parts_sent == 0);
  CHECK(again.attempts == 0);
  CHECK(again.avoid.empty());
  CHECK(again.expires_at == wall + 2h);
  CHECK_FALSE(again.bound_sim.has_value());
  CHECK_FALSE(reader->message(id).value().error.has_value());
  CHECK(begin(id, 1, other).has_value());
  CHECK(requeue(id) == not_possible);
}

TEST_CASE_METHOD(BookFixture, "a suppression covers the classes that its reason and scope say") {
  struct Case {
    const char* scope;
    const char* reason;
    bool transactional, promotional, service, otp, system;
  };
  const Case cases[] = {
      {"all", "opt_out", true, true, true, false, false},
      {"promotional", "opt_out", false, true, false, false, false},
      {"all", "operator", true, true, true, true, true},
      {"all", "erasure", true, true, true, true, true},
      {"all", "invalid_number", true, true, true, true, true},
      {"promotional", "operator", true, true, true, true, true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.scope, c.reason);
    BookFixture fresh;
    const std::pair<MessageClass, bool> expected[] = {
        {MessageClass::transactional, c.transactional},
        {MessageClass::promotional, c.promotional},
        {MessageClass::service, c.service},
        {MessageClass::otp, c.otp},
        {MessageClass::system, c.system}};
    std::vector<MessageId> before;
    for (const auto& [value, covered] : expected) {
      NewMessage message = fresh.to("+1000");
      message.message_class = value;
      before.push_back(fresh.accept(message));
    }
    fresh.commit([&] { fresh.book->suppress({"+1000", fresh.wall, c.scope, c.reason, ""}, 100); });
    for (std::size_t i = 0; i < before.size(); ++i) {
      const auto& [value, covered] = expected[i];
      CAPTURE(name_of(value));
      const auto state = covered ? MessageState::suppressed : MessageState::queued;
      CHECK(fresh.state(before[i]) == state);
      NewMessage message = fresh.to("+1000");
      message.message_class = value;
      CHECK(fresh.accept_all({message}).front().state == state);
      const auto begun = fresh.begin(before[i]);
      CHECK(begun.has_value() == !covered);
      if (begun) fresh.sent(begun->submission, 1);
    }
  }
}

TEST_CASE_METHOD(BookFixture, "a suppression is widened by a stronger one and narrowed by none") {
  struct Kind {
    const char* scope;
    const char* reason;
  };
  const Kind kinds[] = {{"promotional", "opt_out"},  // the weakest first
                        {"all", "opt_out"},
                        {"all", "invalid_number"},
                        {"promotional", "operator"},
                        {"all", "erasure"}};
  for (std::size_t first = 0; first < std::size(kinds); ++first) {
    for (std::size_t second = 0; second < std::size(kinds); ++second) {
      CAPTURE(kinds[first].reason, kinds[second].reason);
      BookFixture fresh;
      const auto suppress = [&](const Kind& kind, WallTime since, const char* evidence) {
        fresh.commit([&] {
          fresh.book->suppress({"+1000", since, kind.scope, kind.reason, evidence}, 100);
        });
      };
      suppress(kinds[first], fresh.wall, "first");
      suppress(kinds[second], fresh.wall + 1h, "second");
      const bool widens = second > first;
      const Suppression stored = fresh.reader->suppression("+1000").value();
      CHECK(stored.scope == kinds[widens ? second : first].scope);
      CHECK(stored.reason == kinds[widens ? second : first].reason);
      CHECK(stored.evidence == (widens ? "second" : "first"));
      CHECK(stored.since == fresh.wall + (widens ? 1h : 0h));
    }
  }
}

TEST_CASE_METHOD(BookFixture, "an opt-out after an erasure lets nothing through") {
  const auto code = [&] {
    NewMessage message = to("+1000");
    message.message_class = MessageClass::otp;
    return message;
  };
  const MessageId waiting = accept(code());
  commit([&] {
    book->suppress({"+1000", wall, "all", "erasure", ""}, 100);
    book->suppress({"+1000", wall, "promotional", "opt_out", ""}, 100);
  });
  CHECK(state(waiting) == MessageState::suppressed);
  CHECK(accept_all({code()}).front().state == MessageState::suppressed);
  commit([&] {
    CHECK(book->unsuppress("+1000", {wall}));
    book->suppress({"+1000", wall, "promotional", "opt_out", ""}, 100);
  });
  CHECK(accept_all({code()}).front().state == MessageState::queued);
}

TEST_CASE_METHOD(BookFixture, "a suppression is worked off in steps, and only for its number") {
  std::vector<NewMessage> many(25, to("+1000"));
  many[3].send_at = wall + 1h;
  accept_all(many);
  accept(to("+1001"));
  const Suppression suppression{"+1000", wall, "all", "operator", "asked by telephone"};
  const auto step = [&] {
    std::size_t stopped = 0;
    commit([&] { stopped = book->suppress(suppression, 10); });
    return stopped;
  };
  CHECK(step() == 10);
  CHECK(step() == 10);
  CHECK(step() == 5);
  CHECK(count(MessageState::suppressed) == 25);
  CHECK(count(MessageState::queued) == 1);
  const Suppression stored = reader->suppression("+1000").value();
  CHECK(stored.scope == "all");
  CHECK(stored.reason == "operator");
  CHECK(stored.since == wall);
  CHECK(stored.evidence == "asked by telephone");
  CHECK(all_suppressions(database, {}, 10, false).size() == 1);
  CHECK(all_suppressions(database, {"+1000", {}}, 10, false).empty());
  commit([&] {
    CHECK(book->unsuppress("+1000", {wall}));
    CHECK_FALSE(book->unsuppress("+1000", {wall}));
  });
  CHECK(accept_all({to("+1000")}).front().state == MessageState::queued);
}
