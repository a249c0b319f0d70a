// Promise 4: after a crash at any instruction nothing accepted is lost, nothing is sent twice, and
// at most one part of each modem is in doubt.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>
#include <set>
#include <utility>

#include "tests/program/harness.hpp"
#include "tests/program/record.hpp"
#include "tests/program/steady_poster.hpp"
#include "tests/program/texts.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;

constexpr int kills = 100;
constexpr int modem_count = 8;
constexpr int looked_ahead = 5;  // lives: so much more is posted than was sent
constexpr std::chrono::milliseconds longest_life = 1500ms;  // while nearly all modems listen

/// What the virtual network asks of the program.
struct Network {
  int time_ms;       // for a part, and half of it more or less
  int parts_a_life;  // taken of it before the program is killed, on the average
  /// Between two parts of a SIM. So some modems have a part at any moment and some have none: were
  /// all killed with one, all would be listened to in the next life, and that would do nothing.
  [[nodiscard]] int interval_ms() const { return time_ms; }
};

/// By the hour for half of the SIMs, by the day for the others: together it is met when most of
/// the kills, or all, are over, and is less than what is posted.
int parts_a_sim(const Network& network) {
  return kills * network.parts_a_life / modem_count;
}

std::string text_for(std::size_t number, int parts) {
  std::string ascii;
  while (ascii.size() < (parts == 1 ? 80U : static_cast<std::size_t>(parts) * 153 - 70)) {
    ascii += fmt::format("message {} after the storm; ", number);
  }
  return ascii;
}

std::vector<SteadyPoster::Message> some_messages(int parts_in_all) {
  std::vector<SteadyPoster::Message> messages;
  for (int sum = 0; sum < parts_in_all;) {
    const std::size_t i = messages.size();
    const int parts = i % 8 == 7 ? 3 : i % 4 == 3 ? 2 : 1;
    messages.push_back({fmt::format("+98912{:07}", i), text_for(i, parts), parts});
    sum += parts;
  }
  return messages;
}

std::string iccid_of(int slot) {
  return fmt::format("8998110000000{:06}", slot);
}

std::string config_with_limits(const Folder& folder, int limit, int interval_ms) {
  std::string sims;
  for (int i = modem_count / 2 + 1; i <= modem_count; ++i) {
    sims += fmt::format("[[sim]]\niccid = \"{}\"\nlimits = {{ per_hour = 100000, per_day = {} }}\n",
                        iccid_of(i), limit);
  }
  return write_config(folder, {.limits = fmt::format("per_hour = {}\nper_day = 100000\n"
                                                     "min_interval = \"{}ms\"",
                                                     limit, interval_ms),
                               .sending = "on_uncertain = \"hold\"",
                               .more = sims});
}

unsigned chosen_seed() {
  const char* const wanted = std::getenv("MODEMBANK_SEED");  // NOLINT(concurrency-mt-unsafe)
  return wanted != nullptr ? static_cast<unsigned>(std::stoul(wanted)) : std::random_device{}();
}

/// Parts in doubt, as the API tells them.
class Doubts {
 public:
  /// No more than `most` parts of any modem have come into doubt since the last look.
  void look(const Api& api, int most) {
    std::map<std::string, int> of_modem;
    for (const json& listed : api.all("/v1/messages?state=uncertain")) {
      const std::string id = listed.at("id");
      if (std::exchange(updated_[id], listed.at("updated_at")) == listed.at("updated_at")) continue;
      const json message = api.get("/v1/messages/" + id);
      for (const json& submission : message.at("submissions")) {
        if (submission.at("outcome") != "uncertain") continue;
        const bool is_new = known_.emplace(id, submission.at("part").get<int>()).second;
        if (is_new) ++of_modem[submission.at("modem")];
      }
    }
    for (const auto& [modem, count] : of_modem) {
      INFO(modem);
      CHECK(count <= most);
    }
  }

 private:
  std::map<std::string, std::string> updated_;     // messages, and when they changed last
  std::set<std::pair<std::string, int>> known_{};  // message and part
};

/// How many messages this life found in doubt.
int left_in_doubt(const std::string& log) {
  constexpr std::string_view mark = "event=start.uncertain messages=";
  const auto at = log.find(mark);
  return at == std::string::npos ? 0 : std::stoi(log.substr(at + mark.size()));
}

/// All modems could send, and what is queued waits for the SIMs' limits, or for an interval.
bool only_limits_hold(const Api& api) {
  for (const json& modem : api.all("/v1/modems")) {
    if (modem.at("state") != "ready") return false;
  }
  if (api.counts()["sending"] != 0) return false;
  const auto queued = api.get("/v1/messages?state=queued&limit=1").at("items");
  return !queued.empty() && !queued[0].at("hold").is_null() &&
         queued[0].at("hold").at("reason") == "limit";
}

/// What the API says of a message against what the network took of it.
void check(const json& message, const std::vector<Taken>& taken) {
  const std::string state = message.at("state");
  INFO(message << ", on the network: " << taken.size());
  std::set<int> seen;
  for (const auto& line : taken) CHECK(seen.insert(line.part.part).second);  // none twice
  for (std::size_t i = 0; i < taken.size(); ++i) {
    CHECK(taken[i].part.part == static_cast<int>(i) + 1);
    CHECK(taken[i].slot == taken.front().slot);
    CHECK(taken[i].part.reference == taken.front().part.reference);
  }
  const int count = static_cast<int>(taken.size());
  const int parts = message.at("parts");
  const int parts_sent = message.at("parts_sent");
  if (state == "sent" || state == "delivered") {
    CHECK(count == parts);
  } else if (state == "uncertain") {
    CHECK(count >= parts_sent);
    CHECK(count <= parts_sent + 1);
  } else {
    CHECK(state == "queued");
    CHECK(count == parts_sent);
    CHECK(message.at("hold").at("reason") == "limit");
  }
}

/// The pace, over lives too: the network takes a part between its PDU and its result.
void check_intervals(const std::vector<Taken>& record, int interval_ms) {
  std::map<std::string, double> last;
  for (const auto& line : record) {
    const auto [before, is_first] = last.try_emplace(line.iccid, line.at);
    INFO(line.iccid << ": " << before->second << " and " << line.at);
    if (!is_first) CHECK(line.at - before->second >= (interval_ms - 1) / 1e3);
    before->second = line.at;
  }
}

/// The SIM's whole allowance is used, by what the network took and what it may have taken.
void check_limit(const json& sim, int limit, int taken, int in_doubt) {
  INFO(sim << "\non the network: " << taken << ", in doubt and not there: " << in_doubt);
  const json& left = sim.at("left");
  const int room = std::min(left.at("per_hour").get<int>(), left.at("per_day").get<int>());
  CHECK(taken <= limit);
  CHECK(room <= 2);  // a message of three parts finds none there
  CHECK(taken + in_doubt == limit - room);
}

/// A program that is killed again and again under load.
class Storm {
 public:
  explicit Storm(const Network& network)
      : network_(network),
        limit_(parts_a_sim(network)),
        rack_(folder_, modem_count,
              {"--latency-ms", std::to_string(network.time_ms), "--jitter-ms",
               std::to_string(network.time_ms / 2), "--report-delay-ms", "50"}),
        config_(config_with_limits(folder_, limit_, network.interval_ms())),
        key_(make_key(folder_, config_)),
        // A message in doubt keeps its other parts.
        poster_(some_messages((limit_ + kills) * modem_count), key_),
        message_count_(poster_.messages().size()) {
    WARN("seed: MODEMBANK_SEED=" << seed_);
  }

  /// One life, and its end at some moment: while it begins, while it accepts, while it sends.
  void live_and_die() {
    const int kind = killed_ == 0 ? 9 : between(0, 9);
    begin();
    if (kind > 0) arrive();
    if (kind == 0) {
      pass(between(0, start_ms_ * 3 / 2));
    } else if (kind < 4) {
      pass(between(0, 60));
    } else {
      send(between(0, 2 * network_.parts_a_life));
      CHECK(api().counts()["queued"] > 0);
    }
    die();
  }

  /// One life until no SIM may send any more.
  void settle() {
    begin();
    arrive();
    INFO("parts in doubt after each kill:" << told_ << "\nserve said:\n" << serve_->child().err());
    REQUIRE(holds_within(patience, [&] { return poster_.is_done(); }));
    const bool settled = holds_within(patience, [&] { return is_settled(); });
    INFO("messages by state: " << json(api().counts()));
    REQUIRE(settled);
  }

  void die() {
    REQUIRE_FALSE(serve_->child().ended());
    serve_->child().kill();
    ++killed_;
    ++unlooked_;
  }

  /// What it says, then what the network and the clients have to say to that.
  void judge() {
    std::map<std::string, json> by_id;
    for (json& message : api().all("/v1/messages")) by_id.emplace(message.at("id"), message);
    const auto sims = api().all("/v1/sims");
    serve_->child().signal(SIGTERM);
    CHECK(serve_->child().wait() == 0);

    const auto record = rack_.taken();
    check_intervals(record, network_.interval_ms());
    std::map<std::string, int> taken_of;
    for (const auto& line : record) ++taken_of[line.iccid];
    auto taken = by_recipient(record);
    std::set<std::string> ids;
    std::map<std::string, int> states;
    std::map<std::string, int> doubted_of;  // in doubt, and not taken
    int answered_later = 0;
    for (const auto& posted : poster_.messages()) {
      INFO("message to " << posted.to << ", accepted as " << posted.id);
      REQUIRE(posted.status == 202);
      REQUIRE(by_id.contains(posted.id));
      CHECK(ids.insert(posted.id).second);
      const json& message = by_id.at(posted.id);
      check(message, taken[posted.to]);
      const std::string state = message.at("state");
      ++states[state];
      if (state == "uncertain" &&
          static_cast<int>(taken[posted.to].size()) == message.at("parts_sent")) {
        ++doubted_of[message.at("sim")];
      }
      if (posted.replayed) ++answered_later;
    }
    // Else the rack had nothing to do. A modem with a part in doubt is heard for five seconds,
    // which are several lives, before it is given another.
    CHECK(in_doubt_ >= kills / 2);
    CHECK(by_id.size() == message_count_);  // what was posted again was not accepted twice
    CHECK(sims.size() == modem_count);
    for (const json& sim : sims) {
      check_limit(sim, limit_, taken_of[sim.at("iccid")], doubted_of[sim.at("iccid")]);
    }
    WARN("parts in doubt after each kill:" << told_
                                           << "; answered only by a later life: " << answered_later
                                           << "; messages by state: " << json(states));
  }

  [[nodiscard]] int killed() const { return killed_; }

 private:
  int between(int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(random_);
  }

  static void pass(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

  [[nodiscard]] Api api() { return {serve_->address(), key_}; }

  /// Nothing moves any more: no interval lasts so long.
  bool is_settled() {
    const int before = taken();
    if (!only_limits_hold(api())) return false;
    pass(500 + 4 * network_.time_ms);
    return taken() == before && only_limits_hold(api());
  }

  void begin() {
    REQUIRE(rack_.is_running());
    serve_ = std::make_unique<Serve>(folder_, config_, killed_);
  }

  /// It lives, and the clients hear of it.
  void arrive() {
    const auto before = std::chrono::steady_clock::now();
    // It listens before it has looked what its former life left over; modems are for after that.
    REQUIRE(holds_within(patience, [&] { return !api().all("/v1/modems").empty(); }));
    if (start_ms_ == 0) {
      start_ms_ = static_cast<int>((std::chrono::steady_clock::now() - before) / 1ms);
    }
    doubts_.look(api(), unlooked_);
    unlooked_ = 0;
    const int in_doubt = left_in_doubt(serve_->child().err());
    CHECK(in_doubt <= modem_count);
    in_doubt_ += in_doubt;
    told_ += fmt::format(" {}", in_doubt);
    const auto due = static_cast<std::size_t>(killed_ + looked_ahead);
    poster_.go_on(serve_->address(), message_count_ * due / kills);
  }

  /// Until the network has taken so many parts, and at some moment of the next.
  void send(int parts) {
    const auto before = taken();
    (void)holds_within(longest_life, [&] { return taken() >= before + parts; });
    pass(between(0, network_.time_ms));
  }

  /// By the network, in all.
  [[nodiscard]] int taken() const {
    constexpr std::string_view mark = "accepted=";
    const std::string stats = rack_.ask("stats");
    return std::stoi(stats.substr(stats.find(mark) + mark.size()));
  }

  Network network_;
  int limit_;
  unsigned seed_ = chosen_seed();
  std::mt19937 random_{seed_};
  Folder folder_;
  Rack rack_;
  std::string config_;
  std::string key_;
  SteadyPoster poster_;
  std::size_t message_count_;
  std::unique_ptr<Serve> serve_;
  Doubts doubts_;
  std::string told_;
  int in_doubt_ = 0;  // messages, after all kills
  int start_ms_ = 0;
  int killed_ = 0;
  int unlooked_ = 0;  // kills since the doubts were looked at
};

void rage(const Network& network) {
  Storm storm(network);
  while (storm.killed() < kills - 1) storm.live_and_die();
  storm.settle();
  storm.die();  // and once more when no SIM may send
  storm.settle();
  storm.judge();
}

}  // namespace

TEST_CASE(
    "killed a hundred times under load the program loses nothing unsaid, sends nothing twice and "
    "keeps the SIMs' limits",
    "[kill_300ms]") {
  rage({.time_ms = 300, .parts_a_life = 5});
}

TEST_CASE("so it does where the network takes 20 ms", "[kill_20ms]") {
  rage({.time_ms = 20, .parts_a_life = 30});
}

}  // namespace bank::program::test
