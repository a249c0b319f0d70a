// What is old enough goes by itself, from a database of years as well.
#include <fmt/chrono.h>
#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <ctime>

#include "tests/program/harness.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;

/// As if the messages had been accepted, and had ended, that many days earlier.
void make_older(const std::string& database, const std::string& which, int days) {
  sqlite3* opened = nullptr;
  REQUIRE(sqlite3_open(database.c_str(), &opened) == SQLITE_OK);
  const std::string sql = fmt::format(
      "UPDATE message SET created_at = created_at - {0}, updated_at = updated_at - {0}, "
      "expires_at = expires_at - {0} WHERE reference = '{1}'",
      days * 86'400'000LL, which);
  const int done = sqlite3_exec(opened, sql.c_str(), nullptr, nullptr, nullptr);
  const int changed = sqlite3_changes(opened);
  sqlite3_close(opened);
  REQUIRE(done == SQLITE_OK);
  REQUIRE(changed == 1);
}

}  // namespace

TEST_CASE("texts and messages go after their time, and only then", "[retention]") {
  const Folder folder;
  const auto config = write_config(folder, {.more = "[retention]\ntexts = '90d'\nhistory = '1y'"});
  const auto key = make_key(folder, config);
  std::vector<std::string> paths;
  {
    Serve serve(folder, config);
    const Api api(serve.address(), key);
    for (const char* which : {"history", "text", "new"}) {
      const auto soon = fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr) + 2));
      const json message = api.post(
          {{"to", "+989120000001"}, {"text", "salam"}, {"reference", which}, {"expires_at", soon}});
      paths.push_back("/v1/messages/" + message.at("id").get<std::string>());
      REQUIRE(api.wait_for_state(message.at("id"), {"expired"}).at("text") == "salam");
    }
    serve.child().signal(SIGTERM);
    REQUIRE(serve.child().wait() == 0);
  }
  make_older(folder / "modembank.db", "history", 366);
  make_older(folder / "modembank.db", "text", 91);

  Serve serve(folder, config, 2);
  const Api api(serve.address(), key);
  CHECK(holds_within(patience, [&] { return api.ask_for(paths[0]).status == 404; }));
  CHECK(api.counts().at("expired") == 2);
  const json old = api.get(paths[1]);
  CHECK(old.at("text").is_null());
  CHECK(old.at("state") == "expired");
  const auto refused = api.change("POST", paths[1] + "/requeue");
  CHECK(refused.status == 409);
  CHECK_THAT(refused.body, Catch::Contains("lost its text"));
  CHECK(api.get(paths[2]).at("text") == "salam");
  CHECK(api.change("POST", paths[2] + "/requeue").status == 202);
}

}  // namespace bank::program::test
