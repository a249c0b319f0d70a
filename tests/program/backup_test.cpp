// A backup taken under load restores to a consistent book, from which nothing is sent twice.
#include <fmt/format.h>
#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <memory>

#include "tests/program/harness.hpp"
#include "tests/program/steady_poster.hpp"

namespace bank::program::test {
namespace {

using Catch::Contains;
using nlohmann::json;

constexpr std::size_t message_count = 300;
constexpr int modem_count = 4;

/// What a query gives, as text: the first column of each row by the others.
std::map<std::string, std::string> rows_of(const std::string& database, const std::string& sql) {
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open_v2(database.c_str(), &raw, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> connection(raw, sqlite3_close);
  std::map<std::string, std::string> rows;
  const auto take = [](void* into, int count, char** values, char**) {
    std::string rest;
    for (int i = 1; i < count; ++i) rest += fmt::format("{} ", values[i] ? values[i] : "NULL");
    static_cast<std::map<std::string, std::string>*>(into)->emplace(values[0], rest);
    return 0;
  };
  INFO(database << ": " << sql);
  REQUIRE(sqlite3_exec(raw, sql.c_str(), take, &rows, nullptr) == SQLITE_OK);
  return rows;
}

std::vector<SteadyPoster::Message> some_messages() {
  std::vector<SteadyPoster::Message> messages;
  for (std::size_t i = 0; i < message_count; ++i) {
    const int parts = i % 5 == 4 ? 2 : 1;
    messages.push_back({fmt::format("+98912{:07}", i),
                        std::string(static_cast<std::size_t>(parts) * 150, 'x'), parts});
  }
  return messages;
}

Ran modembank(const Folder& folder, const std::vector<std::string>& words) {
  std::vector<std::string> argv{program()};
  argv.insert(argv.end(), words.begin(), words.end());
  return run(argv, folder / "command");
}

/// Counters and rows agree, and nothing waits to be sent.
void check_book(const std::string& database) {
  CHECK(rows_of(database, "PRAGMA quick_check").contains("ok"));
  CHECK(rows_of(database, "PRAGMA foreign_key_check").empty());
  const auto counted = rows_of(database, "SELECT state, n FROM message_count WHERE n > 0");
  CHECK(counted == rows_of(database, "SELECT state, count(*) FROM message GROUP BY state"));
  CHECK_FALSE(counted.contains("queued"));
  CHECK_FALSE(counted.contains("sending"));
  CHECK(rows_of(database, "SELECT id FROM submission WHERE ended_at IS NULL").empty());
  CHECK(rows_of(database, "SELECT id FROM message WHERE in_flight = 1").empty());
}

}  // namespace

TEST_CASE("a backup taken under load restores to a book that sends nothing of it again",
          "[backup]") {
  const Folder folder;
  Rack rack(folder, modem_count, {"--latency-ms", "150", "--report-delay-ms", "20"});
  const std::string config = write_config(folder, {.limits = "per_day = 1000"});
  const std::string key = make_key(folder, config);
  const std::string copy = folder / "copy.db";
  {
    Serve serve(folder, config);
    const Api api(serve.address(), key);
    REQUIRE(api.wait_until_ready({"slot-01", "slot-02", "slot-03", "slot-04"}));
    SteadyPoster poster(some_messages(), key);
    poster.go_on(serve.address(), message_count);
    REQUIRE(holds_within(patience, [&] { return api.counts()["delivered"] > 10; }));

    const Ran made = modembank(folder, {"backup", "--config", config, copy, "--json"});
    INFO(made.err);
    REQUIRE(made.status == 0);
    const json told = json::parse(made.out);
    CHECK(told.at("queued").get<int>() + told.at("sending").get<int>() > 0);
    CHECK(told.at("bytes") == std::filesystem::file_size(copy));

    const Ran running = modembank(folder, {"restore", "--config", config, copy});
    CHECK(running.status == 2);
    CHECK_THAT(running.err, Contains(std::to_string(serve.child().pid())));
    CHECK(modembank(folder, {"backup", "--config", config, copy}).status == 1);
    CHECK(modembank(folder, {"backup", "--config", config, folder / "modembank.db"}).status == 1);

    REQUIRE(holds_within(patience, [&] { return poster.is_done(); }));
    REQUIRE(api.wait_for_count("delivered", message_count));
    serve.child().signal(SIGTERM);
    CHECK(serve.child().wait() == 0);
  }

  // The copy is a part of what the source became, and counts what it holds.
  const std::string all = "SELECT id, recipient, parts, created_at FROM message";
  const auto source = rows_of(folder / "modembank.db", all);
  const auto copied = rows_of(copy, all);
  CHECK(source.size() == message_count);
  CHECK(copied.size() > 10);
  CHECK(std::includes(source.begin(), source.end(), copied.begin(), copied.end()));
  CHECK(rows_of(copy, "SELECT state, n FROM message_count WHERE n > 0") ==
        rows_of(copy, "SELECT state, count(*) FROM message GROUP BY state"));

  const Folder other;
  const std::string paths = fmt::format("\"{}\"", folder / "rack/slot-*");
  const std::string there = write_config(other, {.limits = "per_day = 1000", .paths = paths});
  std::filesystem::copy_file(copy, other / "modembank.db");
  Serve hasty(other, there);
  CHECK(hasty.child().wait() == 1);
  CHECK_THAT(hasty.child().err(), Contains("is a backup made") && Contains("modembank restore"));

  const Ran restored = modembank(other, {"restore", "--config", there, copy});
  INFO(restored.err);
  REQUIRE(restored.status == 0);
  CHECK_THAT(restored.out, Contains("uncertain") && Contains("requeue") &&
                               Contains("modembank sim release --config " + there) &&
                               Contains(".before-restore-"));
  check_book(other / "modembank.db");

  const std::size_t before = rack.taken().size();
  Serve serve(other, there, 2);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01", "slot-02", "slot-03", "slot-04"}));
  const json fresh = api.post({{"to", "+989129999999"}, {"text", "after the restore"}});
  REQUIRE(holds_within(patience, [&] {
    const json hold = api.get("/v1/messages/" + fresh.at("id").get<std::string>()).at("hold");
    return !hold.is_null() && hold.at("reason") == "restored" && hold.at("until").is_string();
  }));
  for (const json& sim : api.all("/v1/sims")) CHECK(sim.at("left").at("per_day") == 0);
  CHECK(rack.taken().size() == before);

  const std::string one = api.modem("slot-02").at("iccid");
  CHECK(modembank(other, {"sim", "release", "--config", there, "nobody"}).status == 1);
  CHECK(modembank(other, {"sim", "release", "--config", there}).status == 2);
  const Ran released = modembank(other, {"sim", "release", "--config", there, one});
  CHECK(released.status == 0);
  const json sent = api.wait_for_state(fresh.at("id"), {"delivered"});
  CHECK(sent.at("state") == "delivered");
  CHECK(sent.at("sim") == one);
  CHECK(modembank(other, {"sim", "release", "--config", there, "--all", "--json"}).out ==
        "{\"released\":3}\n");
  const auto uncertain = api.all("/v1/messages?state=uncertain");
  REQUIRE_FALSE(uncertain.empty());
  CHECK(uncertain[0].at("error").at("code") == "restored");
  serve.child().signal(SIGTERM);
  CHECK(serve.child().wait() == 0);
  CHECK(rack.taken().size() == before + 1);

  // Nobody runs: the command does it itself.
  const Ran quiet = modembank(other, {"backup", "--config", there, copy, "--force"});
  INFO(quiet.err);
  CHECK(quiet.status == 0);
  CHECK_THAT(quiet.out, Contains("0 messages queued and 0 sending"));
  CHECK(rows_of(copy, "SELECT taken_at FROM copy").size() == 1);
}

TEST_CASE("a key shows its pools and its last use, and stops at once when it is revoked",
          "[keys]") {
  const Folder folder;
  const std::string config = write_config(
      folder, {.paths = fmt::format("\"{}\"", folder / "none-*"),
               .more = "[[sim]]\niccid = \"8998110000000000001\"\npools = [\"bulk\"]\n"});
  (void)make_key(folder, config);
  Serve serve(folder, config);
  (void)serve.address();
  const auto create = [&](const std::string& pool) {
    return modembank(folder, {"key", "create", "--config", config, "--name", "shop", "--scope",
                              "send", "--scope", "read", "--pool", pool, "--json"});
  };
  const Ran unknown = create("bulc");
  CHECK(unknown.status == 1);
  CHECK_THAT(unknown.err, Contains("no SIM is in bulc") && Contains("bulk"));
  const json made = json::parse(create("bulk").out);
  CHECK(made.at("pools") == json{"bulk"});
  const auto listed = [&] {
    const Ran list = modembank(folder, {"key", "list", "--config", config, "--json"});
    return json::parse(list.out.substr(list.out.rfind("{\"classes\"")));
  };
  CHECK(listed().at("pools") == json{"bulk"});
  CHECK(listed().at("last_used_at").is_null());

  const Api api(serve.address(), made.at("key"));
  CHECK(api.post({{"to", "+989120000001"}, {"text", "x"}}).at("pool") == "bulk");
  const auto refused = api.try_post({{"to", "+989120000001"}, {"text", "x"}, {"pool", "default"}});
  CHECK(refused.status == 403);
  CHECK_THAT(refused.body, Contains("pool_not_allowed"));
  CHECK(holds_within(patience, [&] { return listed().at("last_used_at").is_string(); }));
  CHECK_THAT(modembank(folder, {"key", "list", "--config", config}).out,
             Contains("bulk; used 20") && Contains("all pools; never used"));

  const std::string id = std::to_string(made.at("id").get<int>());
  REQUIRE(modembank(folder, {"key", "revoke", "--config", config, id}).status == 0);
  CHECK(api.ask_for("/v1/messages").status == 401);
}

}  // namespace bank::program::test
