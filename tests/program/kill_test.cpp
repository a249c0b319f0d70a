// Promise 4: after a crash at any instruction nothing accepted is lost, nothing is sent twice, and
// at most one part of each modem is in doubt.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>
#include <set>

#include "tests/program/harness.hpp"
#include "tests/program/record.hpp"
#include "tests/program/steady_poster.hpp"
#include "tests/program/texts.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;

constexpr int kills = 10;
constexpr int modem_count = 8;
constexpr std::size_t message_count = 400;
constexpr int parts_a_sim = 50;  // by the hour or by the day: together less than is posted

std::string text_for(std::size_t number, int parts) {
  std::string ascii;
  while (ascii.size() < (parts == 1 ? 80U : static_cast<std::size_t>(parts) * 153 - 70)) {
    ascii += fmt::format("message {} after the storm; ", number);
  }
  return ascii;
}

std::vector<SteadyPoster::Message> some_messages() {
  std::vector<SteadyPoster::Message> messages;
  for (std::size_t i = 0; i < message_count; ++i) {
    const int parts = i % 8 == 7 ? 3 : i % 4 == 3 ? 2 : 1;
    messages.push_back({fmt::format("+98912{:07}", i), text_for(i, parts), parts});
  }
  return messages;
}

/// Half of the SIMs may send so many in an hour, the others in a day.
std::string config_with_limits(const Folder& folder) {
  std::string sims;
  for (int i = modem_count / 2 + 1; i <= modem_count; ++i) {
    sims += fmt::format(
        "[[sim]]\niccid = \"8998110000000{:06}\"\nlimits = {{ per_hour = 1000, per_day = {} }}\n",
        i, parts_a_sim);
  }
  return write_config(folder, {.limits = fmt::format("per_hour = {}\nper_day = 1000", parts_a_sim),
                               .sending = "on_uncertain = \"hold\"",
                               .more = sims});
}

unsigned chosen_seed() {
  const char* const wanted = std::getenv("MODEMBANK_SEED");  // NOLINT(concurrency-mt-unsafe)
  return wanted != nullptr ? static_cast<unsigned>(std::stoul(wanted)) : std::random_device{}();
}

/// Parts in doubt: message and part, and the modem that had it.
using Doubts = std::map<std::pair<std::string, int>, std::string>;

Doubts doubts_in(const Api& api) {
  Doubts doubts;
  for (const json& listed : api.all("/v1/messages?state=uncertain")) {
    const std::string id = listed.at("id");
    const json message = api.get("/v1/messages/" + id);
    for (const json& submission : message.at("submissions")) {
      if (submission.at("outcome") != "uncertain") continue;
      doubts[{id, submission.at("part").get<int>()}] = submission.at("modem");
    }
  }
  return doubts;
}

/// At most one part of each modem was in doubt after this kill; returns how many were.
int check_new_doubts(const Doubts& before, const Doubts& now) {
  std::map<std::string, int> of_modem;
  for (const auto& [part, modem] : now) {
    if (!before.contains(part)) ++of_modem[modem];
  }
  int sum = 0;
  for (const auto& [modem, count] : of_modem) {
    INFO(modem);
    CHECK(count == 1);
    sum += count;
  }
  return sum;
}

/// Nothing moves any more: what is queued waits for the SIMs' limits.
bool is_settled(const Api& api) {
  if (api.counts()["sending"] != 0) return false;
  const auto queued = api.get("/v1/messages?state=queued&limit=1").at("items");
  return queued.empty() ||
         (!queued[0].at("hold").is_null() && queued[0].at("hold").at("reason") == "limit");
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

}  // namespace

TEST_CASE(
    "killed ten times under load the program loses nothing unsaid, sends nothing twice and "
    "keeps the SIMs' limits",
    "[kill]") {
  const unsigned seed = chosen_seed();
  WARN("seed: MODEMBANK_SEED=" << seed);
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> short_life_ms(0, 60);  // while it accepts
  std::uniform_int_distribution<int> life_ms(300, 1500);    // while all modems have parts

  const Folder folder;
  Rack rack(folder, modem_count, {"--latency-ms", "300", "--report-delay-ms", "50"});
  const std::string config = config_with_limits(folder);
  const std::string key = make_key(folder, config);
  SteadyPoster poster(some_messages(), key);

  Doubts doubts;
  std::string told;
  std::unique_ptr<Serve> serve;
  for (int round = 0; round <= kills; ++round) {
    if (serve) {
      const int life = round % 3 == 2 ? short_life_ms(random) : life_ms(random);
      std::this_thread::sleep_for(std::chrono::milliseconds(life));
      REQUIRE_FALSE(serve->child().ended());
      serve->child().kill();
    }
    serve = std::make_unique<Serve>(folder, config, round);
    const Api api(serve->address(), key);
    // It listens before it has looked what its former life left over; modems are for after that.
    REQUIRE(holds_within(patience, [&] { return !api.all("/v1/modems").empty(); }));
    const auto now = doubts_in(api);
    if (round > 0) told += fmt::format(" {}", check_new_doubts(doubts, now));
    doubts.insert(now.begin(), now.end());
    REQUIRE(rack.is_running());
    poster.go_on(serve->address(), message_count * static_cast<std::size_t>(round + 1) / kills);
  }
  const Api api(serve->address(), key);
  INFO("parts in doubt after each kill:" << told << "\nserve said:\n" << serve->child().err());
  REQUIRE(holds_within(patience, [&] { return poster.is_done(); }));
  const bool settled = holds_within(patience, [&] { return is_settled(api); });
  INFO("messages by state: " << json(api.counts()));
  REQUIRE(settled);

  std::map<std::string, json> by_id;
  for (json& message : api.all("/v1/messages")) by_id.emplace(message.at("id"), message);
  serve->child().signal(SIGTERM);
  CHECK(serve->child().wait() == 0);
  (void)rack.ask("record");

  const auto record = read_record(rack.record());
  auto taken = by_recipient(record);
  std::set<std::string> ids;
  int answered_later = 0;
  for (const auto& message : poster.messages()) {
    INFO("message to " << message.to << ", accepted as " << message.id);
    REQUIRE(message.status == 202);
    REQUIRE(by_id.contains(message.id));
    CHECK(ids.insert(message.id).second);
    check(by_id.at(message.id), taken[message.to]);
    if (message.replayed) ++answered_later;
  }
  CHECK(by_id.size() == message_count);  // what was posted again was not accepted twice

  std::map<std::string, int> of_sim;
  for (const auto& line : record) ++of_sim[line.iccid];
  for (const auto& [sim, count] : of_sim) {
    INFO(sim);
    CHECK(count <= parts_a_sim);
    CHECK(count >=
          parts_a_sim - kills - 2);  // in doubt counts as sent; three may find room for two
  }
  CHECK(of_sim.size() == modem_count);
  std::map<std::string, int> states;
  for (const auto& [id, message] : by_id) ++states[message.at("state").get<std::string>()];
  WARN("parts in doubt after each kill:" << told
                                         << "; answered only by a later life: " << answered_later
                                         << "; messages by state: " << json(states));
}

}  // namespace bank::program::test
