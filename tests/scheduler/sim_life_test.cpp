// Prepaid SIMs: kept in use, and what is left on them; senders that nobody wants to see.
#include <catch2/catch.hpp>

#include "scheduler/balance.hpp"
#include "scheduler/blocked_senders.hpp"
#include "scheduler/keep_alive.hpp"
#include "scheduler/text_pattern.hpp"
#include "tests/scheduler/inbound_fixture.hpp"

using namespace bank::scheduler;

namespace {

std::optional<std::string> found(std::string_view pattern, std::string_view text) {
  const auto parsed = TextPattern::parse(pattern);
  REQUIRE(parsed);
  return parsed->find(text);
}

constexpr WallTime begin{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

}  // namespace

TEST_CASE("what is wanted of a text is found as a pattern says") {
  struct Row {
    const char* pattern;
    const char* text;
    std::optional<std::string> wanted;
  };
  const Row rows[] = {
      {"([0-9,.]+) Rial", "Your credit is 52,300 Rial. Bye", "52,300"},
      {"([0-9,.]+) Rial", "You have 3 SMS and 52,300 Rial", "52,300"},
      {"([0-9]+)", "a 1 b 2", "1"},
      {"credit.*?(\\d+)", "credit: 520 till 12", "520"},
      {"credit.*(\\d+)", "credit: 520 till 12", "2"},
      {"^(\\d+)", "x 5", std::nullopt},
      {"(\\d+)$", "5 x 77", "77"},
      {"[Bb]alance:?\\s*(-?\\d+)", "balance -40", "-40"},
      {"(\\d+)\\.", "a 5 b 12.", "12"},
      {"([^ ]+) IRR", "left: 1.200 IRR", "1.200"},
      {"(\\d+)", "nothing", std::nullopt},
      {"(\\d+)", "", std::nullopt},
      // In Persian, with Persian digits and separator; the pattern's letters may be Persian too.
      {"([0-9,]+) ریال", "اعتبار شما ۵۲٬۳۰۰ ریال است", "52,300"},
  };
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.pattern << " in " << row.text) {
      CHECK(found(row.pattern, row.text) == row.wanted);
    }
  }
}

TEST_CASE("a pattern that is none, or could take for ever, is refused with what to write") {
  const char* const rows[] = {"",      "Rial",  "()",    "(a",    "a)",     "(a)(b)", "((a)b)",
                              "(a)*",  "(a+)+", "*(a)",  "a|(b)", "(a{3})", "([a-)",  "([z-a])",
                              "(?:a)", "(a)\\", "a^(b)", "(a)$b", "(\xFF)"};
  for (const auto* const pattern : rows) {
    DYNAMIC_SECTION(pattern) {
      CHECK_FALSE(TextPattern::parse(pattern));
    }
  }
  CHECK_FALSE(TextPattern::parse("(" + std::string(TextPattern::longest, 'a') + ")"));
}

TEST_CASE("no pattern takes longer than it has places in the text") {
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += ".*";
  pattern += "(x)";
  CHECK_FALSE(found(pattern, std::string(100'000, 'a')));  // done with a search tree, never
  CHECK(found("(b)", std::string(TextPattern::longest_text, 'a') + "b") == std::nullopt);
}

TEST_CASE("amounts are read as operators write them") {
  struct Row {
    const char* text;
    std::optional<Amount> amount;
  };
  const Row rows[] = {{"52000", 5'200'000},
                      {"52,300", 5'230'000},
                      {"52.300", 5'230'000},
                      {"12,345.67", 1'234'567},
                      {"12.345,6", 1'234'560},
                      {"1 200", 120'000},
                      {"-5", -500},
                      {"20.", 2'000},
                      {"0.05", 5},
                      {"", std::nullopt},
                      {".,", std::nullopt},
                      {"12a", std::nullopt},
                      {"1234567890123456", std::nullopt}};
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.text) {
      CHECK(amount_in(row.text) == row.amount);
    }
  }
  CHECK(text_of(5'230'000) == "52300");
  CHECK(text_of(-1'234'567) == "-12345.67");
}

TEST_CASE("a balance below its bounds is low, or stops the SIM unless a person says otherwise") {
  const BalanceBounds bounds{.low = 2'000, .stop = 500};
  Balance balance{SimId{1}, 2'000, begin, ""};
  CHECK(level_of(balance, bounds) == BalanceLevel::enough);
  balance.amount = 1'999;
  CHECK(level_of(balance, bounds) == BalanceLevel::low);
  balance.amount = 499;
  CHECK(level_of(balance, bounds) == BalanceLevel::stopped);
  balance.is_released = true;
  CHECK(level_of(balance, bounds) == BalanceLevel::low);
  CHECK(level_of(balance, {}) == BalanceLevel::enough);
}

TEST_CASE("a SIM is used when it was not for long, and once") {
  using std::chrono::days;
  struct Row {
    const char* name;
    SimActivity activity;
    bool is_due;  // 100 days after the begin, every 60
  };
  const WallTime now = begin + days{100};
  const auto asked = [&](std::chrono::hours before, bool is_open) {
    return SimActivity{begin, {}, false, SimActivity::Asked{now - before, is_open}};
  };
  const Row rows[] = {
      {"never used, known for long", {begin}, true},
      {"never used, new", {now - days{59}}, false},
      {"used lately", {begin, now - days{59}}, false},
      {"used exactly so long ago", {begin, now - days{60}}, true},
      {"on the air now", {begin, {}, true}, false},
      {"a message waits", asked(24h * 30, true), false},
      {"one has just failed", asked(23h, false), false},
      {"one failed yesterday", asked(24h, false), true},
      {"a stamp ahead of the clock", {begin, now + days{1}}, false},
  };
  for (const auto& row : rows) {
    DYNAMIC_SECTION(row.name) {
      CHECK(keep_alive_is_due(row.activity, days{60}, now) == row.is_due);
    }
  }
}

TEST_CASE("the book knows what a SIM was used for, over restarts") {
  BookFixture it;
  CHECK_FALSE(it.book->activity(SimId{99}));
  auto activity = it.book->activity(it.sim).value();
  CHECK(activity.known_since == it.wall);
  CHECK_FALSE(activity.last_use);
  CHECK_FALSE(activity.asked);

  it.pass(1h);
  std::optional<Book::Accepted> accepted;
  it.commit([&] { accepted = it.book->keep_alive(it.sim, it.to("+989120000001"), it.wall); });
  const auto view = it.reader->message(accepted->id).value();
  CHECK(view.message_class == MessageClass::system);
  CHECK(view.wanted_sim == "8998110000000000001");
  it.reboot("boot-2");
  CHECK(it.book->activity(it.sim)->asked->is_open);
  CHECK_FALSE(it.book->activity(it.other)->asked);

  const auto submission = it.begin(accepted->id).value().submission;
  CHECK(it.book->activity(it.sim)->is_in_flight);
  it.pass(1min);
  it.sent(submission, 1);
  activity = it.book->activity(it.sim).value();
  CHECK_FALSE(activity.is_in_flight);
  CHECK_FALSE(activity.asked->is_open);
  CHECK(activity.last_use == it.wall);
}

TEST_CASE("a balance stays known, and a release of it until it is told anew") {
  BookFixture it;
  const Balance told{it.sim, 400, it.wall, "4 left"};
  it.commit([&] { it.book->note_balance(told); });
  it.commit([&] { it.book->release_balance(it.sim); });
  it.reboot("boot-2");
  REQUIRE(it.book->balances().size() == 1);
  CHECK(it.book->balances()[0].is_released);
  it.commit([&] { it.book->note_balance(told); });
  CHECK(it.book->balances() == std::vector<Balance>{told});
}

TEST_CASE("a blocked sender is known in any spelling") {
  const BlockedSenders blocked({"0912 111 2233", "Shop*", "3000", "+98935*"}, "IR");
  for (const auto* const sender :
       {"+989121112233", "09121112233", "SHOP", "shop24", "3000", "+989351234567", "09351234567"}) {
    CHECK(blocked.has(sender));
  }
  for (const auto* const sender : {"", "+989121112234", "Sho", "30001", "Ashop"}) {
    CHECK_FALSE(blocked.has(sender));
  }
  CHECK_FALSE(BlockedSenders().has("Shop"));
}

TEST_CASE("messages of blocked senders are kept, marked, and shown to who asks") {
  InboundFixture it;
  it.commit([&] { it.book->block_senders(BlockedSenders({"Shop*"}, "IR")); });
  REQUIRE(it.hear({.from = "Shop24"}).complete.size() == 1);
  it.pass(1s);
  REQUIRE(it.hear({.from = "+989121234567"}).complete.size() == 1);
  CHECK(it.hear({.from = "+989121234567"}).is_duplicate);
  const auto shown = it.reader->inbox({}, 10);
  REQUIRE(shown.size() == 1);
  CHECK(shown[0].from == "+989121234567");
  CHECK_FALSE(shown[0].is_blocked);
  const auto all = it.reader->inbox({}, 10, {.blocked = true});
  REQUIRE(all.size() == 2);
  CHECK(all[0].is_blocked);
  CHECK(it.reader->inbound(all[0].id)->is_blocked);
  CHECK(it.reader->inbox(shown[0].id, 10, {.blocked = true}).empty());
}
