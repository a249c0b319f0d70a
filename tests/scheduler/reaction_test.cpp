#include "scheduler/reaction.hpp"

#include <catch2/catch.hpp>

using namespace bank::scheduler;
using namespace std::chrono_literals;
using bank::at::Reaction;

namespace {

constexpr WallTime now{std::chrono::milliseconds{1'795'000'000'000}};
constexpr SimId sim{7};
constexpr Policy policy{.max_attempts = 4};

Candidate message(int parts, int attempts) {
  Candidate candidate{};
  candidate.id = MessageId{1};
  candidate.to = "+989120000001";
  candidate.parts = parts;
  candidate.concat_ref = -1;
  candidate.expires_at = now + 24h;
  candidate.attempts = attempts;
  return candidate;
}

Failed failed(Reaction reaction, std::chrono::seconds pause = 10s) {
  return {.meaning = {.reaction = reaction,
                      .pause = pause,
                      .meaning = "network out of order",
                      .do_next = "wait"},
          .code = "cms_38",
          .detail = "+CMS ERROR: 38",
          .sim = sim};
}

enum class Then { waits, fails, moves, starts_over };

Then what(const Sequel& sequel) {
  CHECK(sequel.attempt);
  CHECK(sequel.error.has_value() == (sequel.state == MessageState::failed));
  if (sequel.state == MessageState::failed) {
    CHECK_FALSE(sequel.wait_until);
    CHECK_FALSE(sequel.avoid);
    CHECK_FALSE(sequel.start_over);
    return Then::fails;
  }
  CHECK(sequel.state == MessageState::queued);
  CHECK(sequel.avoid.has_value() != sequel.wait_until.has_value());
  if (sequel.wait_until) {
    CHECK_FALSE(sequel.start_over);
    return Then::waits;
  }
  CHECK(sequel.avoid == sim);
  return sequel.start_over ? Then::starts_over : Then::moves;
}

}  // namespace

TEST_CASE("each reaction has its sequel, with and without parts out and other SIMs") {
  struct Row {
    Reaction reaction;
    int part;
    int attempts;  // before this refusal
    std::size_t other_sims;
    Then then;
  };
  const Row rows[] = {
      {Reaction::never, 1, 0, 5, Then::fails},
      {Reaction::never, 2, 0, 5, Then::fails},

      {Reaction::again, 1, 0, 5, Then::waits},
      {Reaction::again, 1, 2, 5, Then::waits},
      {Reaction::again, 2, 2, 5, Then::waits},
      {Reaction::again, 1, 3, 5, Then::fails},

      {Reaction::wait, 1, 0, 5, Then::waits},
      {Reaction::wait, 2, 2, 5, Then::waits},
      {Reaction::wait, 2, 3, 5, Then::fails},

      {Reaction::unknown, 1, 0, 5, Then::waits},
      {Reaction::unknown, 1, 1, 5, Then::moves},
      {Reaction::unknown, 1, 1, 0, Then::waits},
      {Reaction::unknown, 2, 0, 5, Then::waits},
      {Reaction::unknown, 2, 1, 5, Then::starts_over},
      {Reaction::unknown, 2, 1, 0, Then::waits},
      {Reaction::unknown, 2, 3, 5, Then::fails},

      {Reaction::elsewhere, 1, 0, 1, Then::moves},
      {Reaction::elsewhere, 1, 0, 0, Then::waits},
      {Reaction::elsewhere, 2, 0, 1, Then::waits},
      {Reaction::elsewhere, 2, 1, 1, Then::starts_over},
      {Reaction::elsewhere, 2, 1, 0, Then::waits},
      {Reaction::elsewhere, 1, 3, 1, Then::fails},

      {Reaction::modem, 1, 0, 1, Then::moves},
      {Reaction::modem, 1, 0, 0, Then::waits},
      {Reaction::modem, 3, 0, 1, Then::waits},
      {Reaction::modem, 3, 1, 1, Then::starts_over},

      {Reaction::sim, 1, 0, 1, Then::moves},
      {Reaction::sim, 1, 0, 0, Then::waits},
      {Reaction::sim, 3, 0, 1, Then::starts_over},
      {Reaction::sim, 3, 0, 0, Then::waits},
      {Reaction::sim, 3, 3, 1, Then::fails},
  };
  for (const Row& row : rows) {
    INFO("reaction " << static_cast<int>(row.reaction) << ", part " << row.part << ", after "
                     << row.attempts << " attempts, " << row.other_sims << " other SIMs");
    CHECK(what(react(message(3, row.attempts), row.part, failed(row.reaction), row.other_sims, now,
                     policy)) == row.then);
  }
}

TEST_CASE("a first part that is bound to its SIM is given up by it as a later part is") {
  for (const int attempts : {0, 1}) {
    CAPTURE(attempts);
    Candidate bound = message(2, attempts);
    bound.bound_sim = sim;  // it was in doubt
    CHECK(what(react(bound, 1, failed(Reaction::sim), 1, now, policy)) == Then::starts_over);
    CHECK(what(react(bound, 1, failed(Reaction::elsewhere), 1, now, policy)) ==
          (attempts == 0 ? Then::waits : Then::starts_over));
    CHECK(after_not_sent(bound, 1, NotSent::no_prompt, sim, 1, policy).start_over ==
          (attempts > 0));
  }
}

TEST_CASE("a pause doubles with each attempt and has bounds") {
  struct Row {
    std::chrono::seconds pause;
    int attempts;
    std::chrono::seconds waited;
  };
  const Row rows[] = {
      {10s, 0, 10s},
      {10s, 1, 20s},
      {10s, 3, 80s},
      {10s, 20, 900s},
      {60s, 2, 240s},
      {600s, 1, 900s},
      {1800s, 0, 1800s},
      {3600s, 3, 3600s},
      {86400s, 0, 3600s},
      {0s, 0, 1s},
      {0s, 2, 4s},
      {-5s, 0, 1s},
      {10s, 2'000'000'000, 900s},
      {std::chrono::seconds::max(), 50, 3600s},
  };
  for (const Row& row : rows) {
    INFO(row.pause.count() << " s after " << row.attempts << " attempts");
    const auto sequel = react(message(1, row.attempts), 1, failed(Reaction::again, row.pause), 0,
                              now, {.max_attempts = 2'000'000'002});
    CHECK(sequel.wait_until == now + row.waited);
  }
}

TEST_CASE("a pause that outlasts the message is left to its expiry") {
  Candidate dying = message(1, 0);
  dying.expires_at = now + 1s;
  const auto sequel = react(dying, 1, failed(Reaction::wait, 60s), 0, now, policy);
  CHECK(sequel.state == MessageState::queued);
  CHECK(sequel.wait_until == now + 60s);
}

TEST_CASE("a failure says which part, what was said and what to do") {
  struct Row {
    const char* name;
    Reaction reaction;
    int part, parts, attempts;
    const char* detail;
  };
  const Row rows[] = {
      {"for good", Reaction::never, 1, 1, 0, "network out of order (+CMS ERROR: 38); wait"},
      {"a part, for good", Reaction::never, 2, 3, 0,
       "part 2 of 3: network out of order (+CMS ERROR: 38); wait"},
      {"for good at the last attempt", Reaction::never, 1, 1, 3,
       "network out of order (+CMS ERROR: 38); wait"},
      {"given up", Reaction::again, 1, 1, 3,
       "given up after 4 attempts; last: network out of order (+CMS ERROR: 38); wait"},
      {"a part given up", Reaction::sim, 3, 3, 3,
       "given up after 4 attempts; last: part 3 of 3: network out of order (+CMS ERROR: 38); "
       "wait"},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.name) {
      const auto sequel =
          react(message(row.parts, row.attempts), row.part, failed(row.reaction), 2, now, policy);
      CHECK(sequel.error == Trouble{"cms_38", row.detail});
    }
  }
}

TEST_CASE("an error without meaning or detail is still told") {
  const auto told = [](Failed error) {
    return react(message(1, 0), 1, error, 0, now, {.max_attempts = 1}).error->detail;
  };
  Failed bare = failed(Reaction::unknown);
  bare.meaning.meaning = {};
  bare.meaning.do_next = {};
  CHECK(told(bare) == "given up after 1 attempt; last: +CMS ERROR: 38");
  bare.detail.clear();
  CHECK(told(bare) == "given up after 1 attempt; last: cms_38");
}

TEST_CASE("whatever the errors, a message is failed after as many attempts as allowed") {
  for (const auto reaction : {Reaction::again, Reaction::wait, Reaction::elsewhere, Reaction::sim,
                              Reaction::modem, Reaction::unknown}) {
    for (const std::size_t other_sims : {0U, 1U, 9U}) {
      for (const int part : {1, 2}) {
        int refused = 0;
        Candidate candidate = message(2, 0);
        for (bool queued = true; queued && refused < 100; ++refused) {
          const auto sequel = react(candidate, part, failed(reaction), other_sims, now, policy);
          queued = sequel.state == MessageState::queued;
          candidate.attempts += sequel.attempt ? 1 : 0;
        }
        CHECK(refused == policy.max_attempts);
      }
    }
  }
}

TEST_CASE("a message is sent with its last part, and on its way before") {
  CHECK(after_sent(message(1, 0), 1).state == MessageState::sent);
  CHECK(after_sent(message(3, 0), 1).state == MessageState::sending);
  CHECK(after_sent(message(3, 0), 2).state == MessageState::sending);
  CHECK(after_sent(message(3, 2), 3).state == MessageState::sent);
  CHECK_FALSE(after_sent(message(3, 2), 3).attempt);
}

TEST_CASE("a part whose result never came makes the message uncertain, and says so") {
  const auto sequel = after_uncertain(message(2, 0), 2, {"timeout", "120 s without an answer"});
  CHECK(sequel.state == MessageState::uncertain);
  CHECK_FALSE(sequel.start_over);
  CHECK(sequel.attempt);
  CHECK(sequel.error ==
        Trouble{"timeout",
                "part 2 of 2: it was handed over and its result never came (120 s without an "
                "answer); a status report can settle it, or requeue it"});
}

TEST_CASE("what was not written is queued at once; a prompt that never came is an attempt") {
  struct Row {
    const char* name;
    NotSent why;
    int part;
    int attempts;
    std::size_t other_sims;
    Sequel sequel;
  };
  const auto queued = MessageState::queued;
  const Row rows[] = {
      {"the modem vanished", NotSent::vanished, 1, 0, 5, {.state = queued}},
      {"the modem vanished at the last attempt", NotSent::vanished, 1, 3, 5, {.state = queued}},
      {"the modem vanished between parts", NotSent::vanished, 2, 0, 5, {.state = queued}},
      {"no prompt", NotSent::no_prompt, 1, 0, 5, {.state = queued, .attempt = true}},
      {"no prompt again", NotSent::no_prompt, 1, 2, 5, {.state = queued, .attempt = true}},
      {"no prompt for a later part",
       NotSent::no_prompt,
       2,
       0,
       5,
       {.state = queued, .attempt = true}},
      {"no prompt for a later part, again",
       NotSent::no_prompt,
       2,
       1,
       5,
       {.state = queued, .start_over = true, .avoid = sim, .attempt = true}},
      {"no prompt for a later part, and no other SIM",
       NotSent::no_prompt,
       2,
       1,
       0,
       {.state = queued, .attempt = true}},
      {"no prompt at the last attempt",
       NotSent::no_prompt,
       2,
       3,
       5,
       {.state = MessageState::failed,
        .error = Trouble{"no_prompt",
                         "given up after 4 attempts; last: part 2 of 2: the modem did not ask for "
                         "the message; restart it, and look at its verdict"},
        .attempt = true}},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.name) {
      const auto sequel =
          after_not_sent(message(2, row.attempts), row.part, row.why, sim, row.other_sims, policy);
      CHECK(sequel.state == row.sequel.state);
      CHECK(sequel.wait_until == row.sequel.wait_until);
      CHECK(sequel.start_over == row.sequel.start_over);
      CHECK(sequel.avoid == row.sequel.avoid);
      CHECK(sequel.error == row.sequel.error);
      CHECK(sequel.attempt == row.sequel.attempt);
    }
  }
}
