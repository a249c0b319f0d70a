// People who write stop, start and other things, by chance: nobody who left is written to, and
// everybody who writes is heard (promises 2, 5 and 9).
#include <algorithm>
#include <cstdlib>

#include "scheduler/reply_lists.hpp"
#include "scheduler/suppressions.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/small_rack.hpp"

namespace bank::simulation {
namespace {

constexpr unsigned modems = 3;
constexpr int people = 8;
constexpr auto on_the_air = 6s;  // from the last look at the book to the network's taking it

const std::vector<std::string> words{"STOP",
                                     "لغو",
                                     "退订",
                                     "Từ chối",
                                     "stop.",
                                     "START",
                                     "شروع",
                                     "start",
                                     "stop sending me this please",
                                     "open",
                                     "thank you",
                                     "11",
                                     std::string(300, 'x'),
                                     "STOP\n" + std::string(200, 'y')};

struct Chatting : SmallRack {
  explicit Chatting(std::uint64_t seed) : SmallRack(modems), chance(seed) {
    config.region.country = "IR";
    auto database = store::Database::open(config.store.path, store::Database::Mode::read_write);
    scheduler::AutoAnswer hours{.name = "hours", .is_enabled = true, .keywords = {"open"}};
    hours.text = "We are open from 9 to 17.";
    store::Transaction transaction(database);
    scheduler::ReplyLists(database).put(hours);
    transaction.commit();
    start();
    run(1min);
  }
  static std::string number(int who) { return fmt::format("+{}{:07}", number_begins, who); }

  void live(int steps) {
    for (int i = 0; i < steps; ++i) {
      const int who = static_cast<int>(chance.below(people));
      switch (chance.below(8)) {
        case 0:
        case 1: post(who, 1 + static_cast<int>(chance.below(4))); break;
        case 2:
        case 3:
        case 4: hear(who); break;
        case 5:
          program.reset();  // a crash
          start();
          break;
        case 6:  // a disk that takes nothing for a while, and people do not know
          disk.fails = true;
          hear(who);
          run(std::chrono::milliseconds{chance.below(20'000)});
          disk.fails = false;
          run(5s);
          break;
        default: {
          const auto slot = chance.below(modems);
          air.unplug(slot);
          hear(who);
          run(std::chrono::milliseconds{chance.below(20'000)});
          air.plug_in(slot);
          break;
        }
      }
      run(std::chrono::milliseconds{chance.below(20'000)});
    }
    run(30min);
  }

  void hear(int who) {
    air.deliver(chance.below(modems), number(who), words[chance.below(words.size())]);
    ++written;
    run(1s);  // the same text of the same second is the same text, told once more
  }

  /// A part went to somebody who had left.
  [[nodiscard]] std::optional<std::string> broken() const {
    const auto book = store::Database::open(config.store.path, store::Database::Mode::read_only);
    for (const auto& part : facts.taken) {
      if (part.token.empty()) continue;  // a text of the program's own
      const auto wall =
          origin + std::chrono::duration_cast<std::chrono::milliseconds>(part.at - TimePoint{});
      auto events = scheduler::suppression_history(book, part.to, std::nullopt, 1000);
      std::reverse(events.begin(), events.end());
      bool has_left = false;
      for (const auto& event : events) {
        if (event.at > wall - on_the_air) break;
        if (event.scope == "all") has_left = event.action == "suppressed";
      }
      // He may have come back while it was on the air.
      const bool came_back = std::any_of(events.begin(), events.end(), [&](const auto& event) {
        return event.action == "lifted" && event.at > wall - on_the_air && event.at <= wall;
      });
      if (has_left && !came_back)
        return fmt::format("{} at {}", part.to, wall.time_since_epoch().count());
    }
    return std::nullopt;
  }

  Chance chance;
  std::int64_t written = 0;
};

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

}  // namespace

TEST_CASE("nobody who left is written to, and everybody who writes is heard") {
  const auto first = from_environment("MODEMBANK_SEED", 1);
  const auto seeds = from_environment("MODEMBANK_SEEDS", 12);
  for (auto seed = first; seed < first + seeds; ++seed) {
    CAPTURE(seed);
    Chatting it(seed);
    it.live(150);
    CHECK(it.count("suppression_event WHERE action = 'suppressed' AND how = 'text'") > 0);
    CHECK(it.count("message WHERE class = 'system' AND state IN ('sent', 'delivered')") > 0);
    CHECK_FALSE(it.broken());
    // All of it is in the inbox, and each text is of one conversation.
    CHECK(it.count("inbound WHERE kind = 'text'") == it.written);
    CHECK(it.count("inbound WHERE kind = 'text' AND conversation IS NULL") == 0);
    // Nobody was stopped or answered without a text that tells why.
    CHECK(it.count("suppression_event WHERE how = 'text' AND evidence NOT LIKE 'in\\_%' ESCAPE "
                   "'\\'") == 0);
    CHECK(it.count("suppression s WHERE s.how = 'text' AND NOT EXISTS (SELECT 1 FROM inbound i "
                   "WHERE i.id = s.inbound AND '+' || ltrim(i.sender, '+') = s.number)") == 0);
    CHECK(it.count("message m WHERE (m.class = 'system' OR m.reference LIKE 'answer:%') AND NOT "
                   "EXISTS (SELECT 1 FROM inbound i WHERE i.sim = m.wanted_sim "
                   "AND '+' || ltrim(i.sender, '+') = m.recipient "
                   "AND i.received_at BETWEEN m.created_at - 60000 AND m.created_at)") == 0);
    // Nobody is answered more than five times in ten minutes.
    CHECK(it.count("message a WHERE (a.class = 'system' OR a.reference LIKE 'answer:%') AND 5 < "
                   "(SELECT count(*) FROM message b WHERE b.recipient = a.recipient "
                   "AND (b.class = 'system' OR b.reference LIKE 'answer:%') "
                   "AND b.created_at BETWEEN a.created_at - 600000 AND a.created_at)") == 0);
    // What waited for somebody who left waits no more.
    CHECK(it.count("message m JOIN suppression s ON s.number = m.recipient WHERE s.scope = 'all' "
                   "AND m.state = 'queued' AND m.class NOT IN ('otp', 'system')") == 0);
  }
}

}  // namespace bank::simulation
