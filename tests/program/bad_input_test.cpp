// What makes the program refuse to start, or to write: each says what, where and what to do.
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>

#include "tests/program/harness.hpp"

namespace bank::program::test {
namespace {

using Catch::Contains;

/// The database as another program has it.
class Sqlite {
 public:
  explicit Sqlite(const std::string& path) {
    sqlite3* opened = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &opened) == SQLITE_OK);
    connection_.reset(opened);
    sqlite3_busy_timeout(opened, static_cast<int>(patience.count()));  // the program writes too
  }
  void execute(const std::string& sql) {
    INFO(sql);
    REQUIRE(sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  [[nodiscard]] int version() {
    int version = 0;
    const auto take = [](void* into, int, char** columns, char**) {
      *static_cast<int*>(into) = std::stoi(columns[0]);
      return 0;
    };
    REQUIRE(sqlite3_exec(connection_.get(), "PRAGMA user_version", take, &version, nullptr) ==
            SQLITE_OK);
    return version;
  }

 private:
  std::unique_ptr<sqlite3, int (*)(sqlite3*)> connection_{nullptr, sqlite3_close};
};

Ran serve(const Folder& folder, const std::string& config) {
  return run({program(), "serve", "--config", config}, folder / "refused");
}

/// What it said for people: not the log.
std::vector<std::string> complaints(const Ran& ran) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < ran.err.size();) {
    const auto end = std::min(ran.err.find('\n', at), ran.err.size());
    const auto line = ran.err.substr(at, end - at);
    if (line.find(" event=") == std::string::npos) lines.push_back(line);
    at = end + 1;
  }
  return lines;
}

}  // namespace

TEST_CASE("a second serve on the same database exits 2 and names the first", "[bad_input]") {
  const Folder folder;
  const auto config = write_config(folder);
  Serve first(folder, config);
  (void)first.address();
  const Ran second = serve(folder, config);
  CHECK(second.status == 2);
  REQUIRE(complaints(second).size() == 1);
  const std::string line = complaints(second).front();
  CHECK_THAT(line, Contains(folder / "modembank.db") && Contains("end it first"));
  CHECK_THAT(line, Contains(fmt::format("process {};", first.child().pid())));
  first.child().signal(SIGTERM);
  CHECK(first.child().wait() == 0);
}

TEST_CASE("a database of a newer version is refused and left as it is", "[bad_input]") {
  const Folder folder;
  const auto config = write_config(folder);
  (void)make_key(folder, config);
  int newer = 0;
  {
    Sqlite database(folder / "modembank.db");
    newer = database.version() + 1;
    database.execute(fmt::format("PRAGMA user_version = {}", newer));
  }
  const Ran refused = serve(folder, config);
  CHECK(refused.status == 1);
  REQUIRE(complaints(refused).size() == 1);
  CHECK_THAT(complaints(refused).front(), Contains(folder / "modembank.db") &&
                                              Contains(fmt::format("schema {}", newer)) &&
                                              Contains("install that version again"));
  CHECK(Sqlite(folder / "modembank.db").version() == newer);
}

TEST_CASE("a database that another program holds is refused, with how to find that program",
          "[bad_input]") {
  const Folder folder;
  const auto config = write_config(folder);
  (void)make_key(folder, config);
  Sqlite other(folder / "modembank.db");
  other.execute("PRAGMA locking_mode = EXCLUSIVE");
  other.execute("BEGIN EXCLUSIVE");
  const Ran refused = serve(folder, config);
  CHECK(refused.status == 1);
  REQUIRE(complaints(refused).size() == 1);
  CHECK_THAT(complaints(refused).front(), Contains(folder / "modembank.db") &&
                                              Contains("another program holds it") &&
                                              Contains("fuser"));
}

TEST_CASE("while another program writes into the database, posting is refused and goes on after",
          "[bad_input]") {
  const Folder folder;
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve running(folder, config);
  const Api api(running.address(), key);
  const nlohmann::json message{{"to", "+989120000000"}, {"text", "hello"}};
  {
    Sqlite other(folder / "modembank.db");
    other.execute("BEGIN IMMEDIATE");
    const auto answer = api.try_post(message);
    INFO(answer.body);
    CHECK(answer.status == 503);
    CHECK(answer.headers.contains("retry-after"));
    CHECK_THAT(answer.body, Contains("another program holds it"));
    CHECK(api.ask_for("/readyz").status == 503);
    other.execute("COMMIT");
  }
  // Nobody posts while /readyz says no: that it is over must be found out without that.
  CHECK(holds_within(patience, [&] { return api.ask_for("/readyz").status == 200; }));
  CHECK(api.post(message).at("state") == "queued");
  CHECK(api.ask_for("/readyz").status == 200);
}

TEST_CASE("a file that is no database is refused and left as it is", "[bad_input]") {
  const Folder folder;
  const auto config = write_config(folder);
  const std::string text(5000, 'x');
  folder.write("modembank.db", text);
  const Ran refused = serve(folder, config);
  CHECK(refused.status == 1);
  REQUIRE(complaints(refused).size() == 1);
  CHECK_THAT(complaints(refused).front(), Contains(folder / "modembank.db") &&
                                              Contains("no SQLite database") &&
                                              Contains("give another path"));
  CHECK(run({"cat", folder / "modembank.db"}, folder / "cat").out == text);
}

TEST_CASE("another program's database is refused and left as it is", "[bad_input]") {
  const Folder folder;
  const auto config = write_config(folder);
  Sqlite(folder / "modembank.db").execute("CREATE TABLE theirs (x); PRAGMA user_version = 3");
  const Ran refused = serve(folder, config);
  CHECK(refused.status == 1);
  REQUIRE(complaints(refused).size() == 1);
  CHECK_THAT(complaints(refused).front(),
             Contains(folder / "modembank.db") && Contains("another program"));
  CHECK(Sqlite(folder / "modembank.db").version() == 3);
}

TEST_CASE("a database in a folder that is not there is refused", "[bad_input]") {
  const Folder folder;
  const auto config = folder.write(
      "modembank.toml", fmt::format("[store]\npath = \"{}\"\n", folder / "nowhere/bank.db"));
  const Ran refused = serve(folder, config);
  CHECK(refused.status == 1);
  REQUIRE(complaints(refused).size() == 1);
  CHECK_THAT(complaints(refused).front(),
             Contains(folder / "nowhere/bank.db") && Contains("check that its folder exists"));
}

TEST_CASE("an address that is in use is refused by name", "[bad_input]") {
  const Folder one;
  const Folder other;
  Serve first(one, write_config(one));
  const auto config =
      other.write("modembank.toml", fmt::format("[store]\npath = \"{}\"\n[http]\nlisten = \"{}\"\n",
                                                other / "modembank.db", first.address()));
  const Ran refused = serve(other, config);
  CHECK(refused.status == 1);
  REQUIRE(complaints(refused).size() == 1);
  CHECK_THAT(complaints(refused).front(), Contains(first.address()) && Contains("in use"));
}

TEST_CASE("a configuration with ten mistakes is refused with ten lines, each with its place",
          "[bad_input]") {
  const Folder folder;
  const auto config = folder.write("modembank.toml", R"([store]
path = 7
[http]
listen = "127.0.0.1:80800"
[region]
country = "Iran"
timezone = "Asia/Teheran2"
[discovery]
unknown_sims = "sell"
[limits]
per_hour = -1
per_week = 5
[[modem]]
name = "slot 1"
device = "/dev/ttyUSB0"
baud = 110
[sending]
max_attempts = "four"
)");
  std::vector<std::vector<std::string>> said;
  for (const char* const command : {"serve", "check-config"}) {
    const bool serves = std::string(command) == "serve";
    const Ran refused =
        serves ? serve(folder, config) : run({program(), command, config}, folder / "checked");
    INFO(command << " said:\n" << refused.err);
    CHECK(refused.status == 2);
    const auto lines = complaints(refused);
    CHECK(lines.size() == 10);
    said.push_back(lines);
    for (const int line : {2, 4, 6, 7, 9, 11, 12, 14, 16, 18}) {
      CHECK(std::count_if(lines.begin(), lines.end(), [&](const std::string& one) {
              return one.starts_with(fmt::format("{}:{}: ", config, line)) &&
                     one.find("; ") != std::string::npos;
            }) == 1);
    }
  }
  CHECK(said.front() == said.back());
}

}  // namespace bank::program::test
