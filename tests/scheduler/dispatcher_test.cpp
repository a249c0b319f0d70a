// Which message leaves through which SIM, and when: against the real book, on a virtual clock.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/scheduler/dispatcher_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;

namespace {

PartOutcome refused(int cms) {
  return {
      PartOutcome::Kind::refused, {}, at::DialogueFailure{at::DialogueFailure::Kind::cms, cms}, {}};
}

std::string number(int n) {
  return "+98912" + std::to_string(1'000'000 + n);
}

}  // namespace

TEST_CASE_METHOD(DispatcherFixture, "messages spread over the SIMs, the least used first") {
  const auto a = add("a");
  const auto b = add("b");
  const auto c = add("c");
  for (int i = 0; i < 30; ++i) post(number(i));
  run(1min);
  REQUIRE(air.size() == 30);
  std::map<SimId, int> by_sim;
  for (const auto& taken : air) ++by_sim[taken.sim];
  CHECK(by_sim == std::map<SimId, int>{{a, 10}, {b, 10}, {c, 10}});
  CHECK(air.back().at - air.front().at == 9s);  // no SIM was ever idle
}

TEST_CASE_METHOD(DispatcherFixture, "a SIM goes on the moment its part has ended") {
  add("a");
  latency = 700ms;
  for (int i = 0; i < 5; ++i) post(number(i));
  run(1min);
  REQUIRE(air.size() == 5);
  for (std::size_t i = 1; i < air.size(); ++i) CHECK(air[i].at - air[i - 1].at == 700ms);
}

TEST_CASE_METHOD(DispatcherFixture, "a modem is told of a part whether another follows at once") {
  using Followed = std::vector<bool>;
  SECTION("messages that wait") {
    for (int i = 0; i < 3; ++i) post(number(i));
    add("a");
    run(1min);
    CHECK(followed == Followed{true, true, false});
  }
  SECTION("the parts of one") {
    add("a");
    auto message = to(number(0));
    message.text = std::string(3 * 153, 'x');
    post(message);
    run(1min);
    CHECK(followed == Followed{true, true, false});
  }
  SECTION("and not where its limits make the next wait") {
    Limits limits;
    SECTION("a minute") {
      limits.per_minute = 2;
      for (int i = 0; i < 3; ++i) post(number(i));
      add("a", limits);
      run(2min);
      CHECK(followed == Followed{true, false, false});
    }
    SECTION("an hour") {
      limits.per_hour = 2;
      for (int i = 0; i < 3; ++i) post(number(i));
      add("a", limits);
      run(2h);
      CHECK(followed == Followed{true, false, false});
    }
    SECTION("from part to part") {
      limits.min_interval = 5s;
      for (int i = 0; i < 3; ++i) post(number(i));
      add("a", limits);
      run(1min);
      CHECK(followed == Followed{false, false, false});
    }
  }
}

TEST_CASE_METHOD(DispatcherFixture, "no SIM exceeds its minute, hour and day in any window") {
  Limits limits;
  limits.per_minute = 5;
  limits.per_hour = 60;
  limits.per_day = 200;
  add("a", limits);
  add("b", limits);
  latency = 300ms;
  for (int i = 0; i < 600; ++i) {
    auto message = to(number(i));
    message.text = std::string(static_cast<std::size_t>(1 + i % 3) * 153, 'x');
    message.expires_at = wall + 72h;
    post(message);
  }
  run(30h);
  std::map<SimId, std::vector<BootTime>> ended;
  for (const auto& taken : air) ended[taken.sim].push_back(taken.at + latency);
  for (const auto& [sim_id, stamps] : ended) {
    CHECK(stamps.size() > 200);
    for (std::size_t i = 0; i < stamps.size(); ++i) {
      const auto within = [&](BootTime window) {
        return std::count_if(stamps.begin(), stamps.end(), [&](BootTime at) {
          return at > stamps[i] - window && at <= stamps[i];
        });
      };
      CHECK(within(1min) <= 5);
      CHECK(within(1h) <= 60);
      CHECK(within(24h) <= 200);
    }
  }
}

TEST_CASE_METHOD(DispatcherFixture, "an urgent message passes all that wait") {
  add("a");
  for (int i = 0; i < 2000; ++i) post(number(i));
  run(10s);
  auto urgent = to("+989351234567");
  urgent.priority = 9;
  const auto before = air.size();
  const MessageId id = post(urgent);
  run(2s);
  REQUIRE(air.size() >= before + 1);
  CHECK((air[before].message == id || air[before + 1].message == id));
}

TEST_CASE_METHOD(DispatcherFixture, "one recipient gets its messages one at a time, in order") {
  add("a");
  add("b");
  add("c");
  std::vector<MessageId> sent_in_order;
  for (int i = 0; i < 8; ++i) sent_in_order.push_back(post(number(1), 1 + i % 2));
  run(1min);
  std::vector<MessageId> seen;
  BootTime free_from{0};
  for (const auto& taken : air) {
    if (seen.empty() || seen.back() != taken.message) seen.push_back(taken.message);
    CHECK(taken.at >= free_from);
    free_from = taken.at + latency;
  }
  CHECK(seen == sent_in_order);
}

TEST_CASE_METHOD(DispatcherFixture, "parts go out in order over one SIM, at its pace") {
  Limits slow;
  slow.min_interval = 10s;
  add("a", slow);
  add("b", slow);
  const MessageId id = post(number(1), 4);
  run(2min);
  REQUIRE(air.size() == 4);
  std::set<std::string> references;
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(air[i].part == static_cast<int>(i) + 1);
    CHECK(air[i].sim == air[0].sim);
    if (i > 0) CHECK(air[i].at - air[i - 1].at == latency + 10s);
    const auto submit = at::decode_submit(air[i].pdu);
    REQUIRE(submit);
    REQUIRE(submit->header.concat);
    references.insert(std::to_string(submit->header.concat->ref));
  }
  CHECK(references.size() == 1);
  CHECK(state(id) == MessageState::sent);
}

TEST_CASE_METHOD(DispatcherFixture,
                 "a plain message leaves as it was counted, without diacritics") {
  add("1");
  NewMessage message = to(number(1));
  message.encoding = at::Encoding::plain;
  message.text.clear();
  for (int i = 0; i < 20; ++i) message.text += "Tiếng Việt ";  // 220 characters
  const MessageId id = post(message);
  run(1min);
  REQUIRE(air.size() == 2);
  std::string sent;
  for (const auto& taken : air) sent += at::decode_submit(taken.pdu)->text;
  CHECK(sent.starts_with("Tieng Viet Tieng Viet "));
  CHECK(sent.size() == message.text.size() - 20 * 4);
  CHECK(state(id) == MessageState::sent);
}

TEST_CASE_METHOD(DispatcherFixture, "errors are answered by what they mean") {
  const auto a = add("a");
  const auto b = add("b");
  SECTION("never: failed, and nobody else is asked") {
    fate = [](const Taken&) { return refused(1); };  // unassigned number
    const MessageId id = post(number(1));
    run(1h);
    CHECK(state(id) == MessageState::failed);
    CHECK(reader->submissions(id).size() == 1);
  }
  SECTION("another SIM: at once") {
    fate = [a](const Taken& taken) {
      return taken.sim == a ? std::optional(refused(10)) : std::nullopt;  // call barred
    };
    const MessageId id = post(number(1));
    run(5s);
    CHECK(state(id) == MessageState::sent);
    CHECK(sims_of(id) == std::vector{b});
  }
  SECTION("again: after a pause, and not for ever") {
    fate = [](const Taken&) { return refused(38); };  // network out of order
    const MessageId id = post(number(1));
    run(2h);
    for (int i = 0; i < 100 && state(id) == MessageState::queued; ++i) {
      commit([&] { (void)book->wake(wall, 100); });
      bring(id);
      run(15min);
    }
    CHECK(state(id) == MessageState::failed);
    CHECK(reader->submissions(id).size() == 4);  // max_attempts
  }
}

TEST_CASE_METHOD(DispatcherFixture, "a SIM that is refused again and again rests, others send on") {
  const auto a = add("a");
  add("b");
  fate = [a](const Taken& taken) {
    return taken.sim == a ? std::optional(refused(500)) : std::nullopt;
  };
  std::vector<MessageId> ids;
  for (int i = 0; i < 40; ++i) ids.push_back(post(number(i)));
  run(45s);
  CHECK(dispatcher.status(a, now())->resting);
  CHECK(air.size() >= 30);
}

TEST_CASE_METHOD(DispatcherFixture, "a message larger than a SIM's plan goes by another") {
  Limits small;
  small.per_day = 2;
  add("a", small);
  const auto b = add("b");
  const MessageId id = post(number(1), 3);
  run(10s);
  CHECK(sims_of(id) == std::vector{b, b, b});
}

TEST_CASE_METHOD(DispatcherFixture, "when the disk refuses, no PDU is written, and later all go") {
  add("a");
  disk_is_well = false;
  for (int i = 0; i < 5; ++i) post(number(i));
  run(10s);
  CHECK(air.empty());
  CHECK(withdrawals > 0);
  disk_is_well = true;
  run(10s);
  CHECK(air.size() == 5);
}

TEST_CASE_METHOD(DispatcherFixture,
                 "while the disk stays ill modems are disturbed ever less often, and go on at once "
                 "when it is well") {
  add("a");
  add("b");
  disk_is_well = false;
  post(number(1));
  post(number(2));
  run(1s);
  CHECK(dispatcher.store_rests(now()));
  const int at_first = withdrawals;
  run(10min);
  CHECK(withdrawals > at_first);
  CHECK(withdrawals <= 2 * 60);
  run(10s);
  disk_is_well = true;
  perform(dispatcher.store_is_well(now()));
  run(100ms);
  CHECK(air.size() == 2);
  CHECK_FALSE(dispatcher.store_rests(now()));
}

TEST_CASE_METHOD(
    DispatcherFixture,
    "a message that the disk stopped between two parts starts over by another SIM when "
    "its own does not come back") {
  const SimId a = add("a");
  const SimId b = add("b");
  dispatcher.sim_away(b, now());
  const MessageId id = post(number(1), 2);
  CHECK(sims_of(id) == std::vector{a});
  disk_is_well = false;
  run(1500ms);
  CHECK(sims_of(id) == std::vector{a});
  leave(a);
  disk_is_well = true;
  arrive(b);
  run(3min);
  CHECK(sims_of(id) == std::vector{a, b, b});
  CHECK(state(id) == MessageState::sent);
}

TEST_CASE_METHOD(DispatcherFixture, "what is held goes out when it is released, and not before") {
  add("a");
  dispatcher.hold_all("clock");
  post(number(1));
  run(1min);
  CHECK(air.empty());
  perform(dispatcher.release_all(now()));
  run(1s);
  CHECK(air.size() == 1);
}

TEST_CASE_METHOD(DispatcherFixture, "what cannot be done yet wakes nobody") {
  Limits slow;
  slow.min_interval = 1s;
  add("a", slow);
  dispatcher.sim_away(add("b"), now());
  post(number(1), 3);
  SECTION("while all is held") {
    dispatcher.hold_all("clock");
    pass(Dispatcher::patience + 1min);
    CHECK_FALSE(dispatcher.next_wake().has_value());
    perform(dispatcher.release_all(now()));
  }
  SECTION("while the disk is left alone") {
    disk_is_well = false;
    run(2s);
    REQUIRE(dispatcher.store_rests(now()));
    pass(dispatcher.next_wake().value() - boot - 1ms);
    CHECK(dispatcher.next_wake().value() == boot + 1ms);
    disk_is_well = true;
  }
  run(5s);
  CHECK(air.size() == 3);
}

// --- a SIM that goes away between two parts ------------------------------------------------------

TEST_CASE_METHOD(DispatcherFixture, "a message whose SIM is back soon goes on where it stopped") {
  Limits slow;
  slow.min_interval = 10s;
  const auto a = add("a", slow);
  const MessageId id = post(number(1), 3);
  add("b", slow);
  run(3s);
  REQUIRE(sims_of(id) == std::vector{a});
  leave(a);
  run(30s);
  arrive(a);
  run(2min);
  CHECK(sims_of(id) == std::vector{a, a, a});
  CHECK(state(id) == MessageState::sent);
}

TEST_CASE_METHOD(DispatcherFixture,
                 "a message whose SIM stays away starts over by another, with a new reference") {
  Limits slow;
  slow.min_interval = 10s;
  slow.per_day = 100;
  const auto a = add("a", slow);
  const MessageId id = post(number(1), 3);
  const MessageId next = post(number(1));  // to the same recipient, behind it
  run(3s);
  REQUIRE(sims_of(id) == std::vector{a});
  const auto b = add("b", slow);
  leave(a);
  run(Dispatcher::patience + 1min);
  CHECK(sims_of(id) == std::vector{a, b, b, b});
  CHECK(state(id) == MessageState::sent);
  run(1min);
  CHECK(sims_of(next) == std::vector{b});
  CHECK(dispatcher.parts_in_hand() == 0);
  // What the first SIM had reserved for it is free again.
  arrive(a);
  CHECK(dispatcher.status(a, now())->left.day == 99);
}

TEST_CASE_METHOD(DispatcherFixture, "with no other SIM it waits as queued, until its own is back") {
  Limits slow;
  slow.min_interval = 10s;
  const auto a = add("a", slow);
  const MessageId id = post(number(1), 3);
  run(3s);
  leave(a);
  run(10min);
  CHECK(state(id) == MessageState::queued);
  SECTION("back") {
    arrive(a);
    run(1min);
    CHECK(sims_of(id) == std::vector{a, a, a});
    CHECK(state(id) == MessageState::sent);
  }
  SECTION("another comes first") {
    const auto b = add("b");
    run(Dispatcher::patience + 10s);
    CHECK(sims_of(id) == std::vector{a, b, b, b});
  }
  SECTION("too late") {
    pass(25h);
    std::vector<MessageId> expired;
    commit([&] { expired = book->expire(wall, 100); });
    CHECK(expired == std::vector{id});
  }
}

TEST_CASE_METHOD(DispatcherFixture,
                 "a message bound to a SIM that was never seen since the start starts over") {
  MessageId id{};
  {
    NewMessage message = to(number(1));
    message.text = std::string(400, 'x');
    message.parts = 3;
    id = accept(message);
    sent(begin(id, 1, sim).value().submission, 1, MessageState::sending);
    commit([&] { (void)book->recover(now()); });
    REQUIRE(state(id) == MessageState::queued);
  }
  const auto b = add("b");
  std::vector<Lane> lanes;
  commit([&] { lanes = book->lanes(); });
  perform(dispatcher.open_lanes(lanes, now()));
  run(30s);
  CHECK(air.empty());
  run(Dispatcher::patience);
  CHECK(sims_of(id) == std::vector{b, b, b});
}

TEST_CASE_METHOD(DispatcherFixture, "a part in doubt is not started over by another SIM") {
  const auto a = add("a");
  const MessageId id = post(number(1), 3);
  run(1500ms);
  add("b");
  leave(a);  // with part 2 on the air
  run(10min);
  CHECK(state(id) == MessageState::uncertain);
  CHECK(sims_of(id) == std::vector{a, a});
}

// --- people --------------------------------------------------------------------------------------

TEST_CASE_METHOD(DispatcherFixture, "after a suppression no part of that number is written") {
  Limits slow;
  slow.min_interval = 10s;
  add("a", slow);
  const MessageId open = post(number(1), 3);
  const MessageId waiting = post(number(1));
  const MessageId foreign = post(number(2));
  run(3s);
  REQUIRE(sims_of(open).size() == 1);
  perform(dispatcher.withdraw_number(number(1), "all", "opt_out"));
  commit([&] { (void)book->suppress({number(1), wall, "all", "opt_out", ""}, 100); });
  perform(dispatcher.lift_number(number(1), "all", "opt_out", true, now()));
  run(5min);
  CHECK(sims_of(open).size() == 1);
  CHECK(sims_of(waiting).empty());
  CHECK(sims_of(foreign).size() == 1);
  CHECK(state(open) == MessageState::suppressed);
  CHECK(state(waiting) == MessageState::suppressed);
}

TEST_CASE_METHOD(DispatcherFixture, "a suppression that comes while the prompt is open is obeyed") {
  add("a");
  before_pdu = [this](MessageId, int) {
    perform(dispatcher.withdraw_number(number(1), "all", "operator"));
  };
  const MessageId id = post(number(1));
  run(1min);
  CHECK(air.empty());
  CHECK(reader->submissions(id).at(0).outcome == "not_sent");
}

TEST_CASE_METHOD(DispatcherFixture, "a suppression that could not be committed stops nothing") {
  add("a");
  dispatcher.hold_all("test");
  const MessageId id = post(number(1));
  perform(dispatcher.withdraw_number(number(1), "all", "opt_out"));
  perform(dispatcher.release_all(now()));
  run(10s);
  CHECK(air.empty());
  perform(dispatcher.lift_number(number(1), "all", "opt_out", false, now()));
  run(10s);
  CHECK(sims_of(id).size() == 1);
}

TEST_CASE_METHOD(DispatcherFixture,
                 "of two suppressions on their way the weaker lifts only itself") {
  add("a");
  dispatcher.hold_all("test");
  const MessageId id = post(number(1));
  perform(dispatcher.withdraw_number(number(1), "all", "erasure"));
  perform(dispatcher.withdraw_number(number(1), "promotional", "opt_out"));
  perform(dispatcher.lift_number(number(1), "promotional", "opt_out", true, now()));
  perform(dispatcher.release_all(now()));
  run(10s);
  CHECK(sims_of(id).empty());
  perform(dispatcher.lift_number(number(1), "all", "erasure", false, now()));
  run(10s);
  CHECK(sims_of(id).size() == 1);
}

TEST_CASE_METHOD(DispatcherFixture, "a cancel stops what is unsent, and the next one goes") {
  Limits slow;
  slow.min_interval = 10s;
  add("a", slow);
  const MessageId open = post(number(1), 3);
  const MessageId next = post(number(2));
  run(3s);
  perform(dispatcher.withdraw_message(open));
  commit([&] { CHECK(book->cancel(open, wall) == Book::CancelResult::cancelled); });
  dispatcher.forget(open);
  run(2min);
  CHECK(sims_of(open).size() == 1);
  CHECK(state(open) == MessageState::cancelled);
  CHECK(sims_of(next).size() == 1);
}

TEST_CASE_METHOD(DispatcherFixture,
                 "after a restore a SIM with a daily limit sends nothing until it is released") {
  commit([&] { book->restore(now()); });
  Limits limits;
  limits.per_day = 10;
  const auto held = add("a", limits);
  post(number(1));
  run(23h);
  CHECK(air.empty());
  const auto status = dispatcher.status(held, now()).value();
  CHECK(status.waits_for == "restored");
  CHECK(status.until == boot + 1h);
  CHECK(status.left.day == 0);

  std::optional<std::vector<SimId>> released;
  commit([&] { released = book->release_sims({"a"}); });
  REQUIRE(released == std::vector<SimId>{held});
  perform(dispatcher.release_sim(held, now()));
  REQUIRE(air.size() == 1);
  CHECK(air[0].at == boot);
  run(1min);
  CHECK(dispatcher.status(held, now())->left.day == 9);
}

TEST_CASE_METHOD(DispatcherFixture, "a day after a restore a SIM sends again by itself") {
  commit([&] { book->restore(now()); });
  Limits limits;
  limits.per_day = 10;
  add("a", limits);
  auto message = to(number(1));
  message.expires_at = wall + 48h;
  const BootTime restored = boot;
  post(message);
  run(25h);
  REQUIRE(air.size() == 1);
  CHECK(air[0].at == restored + 24h);
}

TEST_CASE_METHOD(DispatcherFixture, "a SIM without limits has no day that a restore could use up") {
  commit([&] { book->restore(now()); });
  add("a");
  post(number(1));
  CHECK(air.size() == 1);
}

TEST_CASE_METHOD(DispatcherFixture,
                 "other limits and pools of a SIM hold for what it sent before") {
  const Limits few{.per_hour = 3};
  const auto a = add("a", few);
  for (int i = 0; i < 20; ++i) post(number(i));
  run(10min);
  REQUIRE(air.size() == 3);
  const auto change = [&](const Limits& limits, std::vector<std::string> pools) {
    leave(a);
    SimRow row;
    std::vector<Use> uses;
    commit([&] {
      row = book->configure_sim("a", "a", "", pools, wall);
      uses = book->uses_since(a, 24h, now());
    });
    CHECK(dispatcher.change_sim(row, limits, uses, 0));
    arrive(a);
  };
  change({.per_hour = 7}, {"default"});
  run(10min);
  CHECK(air.size() == 7);  // the three that went before count
  change({.per_hour = 20}, {"other"});
  run(10min);
  CHECK(air.size() == 7);
  change({.per_hour = 5}, {"default"});
  run(10min);
  CHECK(air.size() == 7);
  run(1h);
  CHECK(air.size() == 12);
}

TEST_CASE_METHOD(DispatcherFixture,
                 "a message between two parts goes on when its SIM's limits change") {
  const auto a = add("a", {.per_minute = 1});
  post(number(1), 3);
  run(10s);
  REQUIRE(air.size() == 1);
  leave(a);
  SimRow row;
  std::vector<Use> uses;
  commit([&] {
    row = book->configure_sim("a", "a", "", {"default"}, wall);
    uses = book->uses_since(a, 24h, now());
  });
  CHECK(dispatcher.change_sim(row, {.per_day = 3}, uses, 0));
  CHECK(dispatcher.status(a, now())->left.day == 0);  // the two that are to come are reserved
  arrive(a);
  run(10s);
  CHECK(air.size() == 3);
}

TEST_CASE_METHOD(DispatcherFixture, "a SIM that has something in hand is not changed under it") {
  latency = 700ms;
  add("a");
  post(number(1));
  run(100ms);
  SimRow row;
  commit([&] { row = book->configure_sim("a", "a", "", {"other"}, wall); });
  CHECK_FALSE(dispatcher.change_sim(row, {.per_day = 3}, {}, 0));
  run(1min);
  CHECK_FALSE(dispatcher.change_sim(row, {.per_day = 3}, {}, 0));  // it is there
  post(number(2));
  run(1min);
  CHECK(air.size() == 2);
}
