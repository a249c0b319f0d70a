// Who changed what is written down with the change; and keys do what they were made for, no more.
#include <fmt/format.h>
#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <memory>

#include "tests/program/harness.hpp"

namespace bank::program::test {
namespace {

using Catch::Contains;
using nlohmann::json;

constexpr const char* iccid_of_slot_1 = "8998110000000000001";

Ran modembank(const Folder& folder, const std::vector<std::string>& words) {
  std::vector<std::string> argv{program()};
  argv.insert(argv.end(), words.begin(), words.end());
  return run(argv, folder / "command");
}

json made_key(const Folder& folder, const std::string& config,
              const std::vector<std::string>& options) {
  std::vector<std::string> words{"key",     "create", "--config", config, "--name", "bound",
                                 "--scope", "send",   "--scope",  "read", "--json"};
  words.insert(words.end(), options.begin(), options.end());
  const Ran made = modembank(folder, words);
  INFO(made.err);
  REQUIRE(made.status == 0);
  return json::parse(made.out);
}

std::vector<std::string> actions_of(const Api& api) {
  std::vector<std::string> actions;
  for (const json& entry : api.all("/v1/audit")) actions.push_back(entry.at("action"));
  return {actions.rbegin(), actions.rend()};
}

/// What somebody does who has the file.
void execute(const std::string& database, const std::string& sql) {
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open(database.c_str(), &raw) == SQLITE_OK);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> connection(raw, sqlite3_close);
  INFO(sqlite3_errmsg(raw));
  REQUIRE(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
}

}  // namespace

TEST_CASE("every change is in the audit log once, and who changes the log is found out",
          "[audit]") {
  const Folder folder;
  const Rack rack(folder, 1, {"--latency-ms", "20"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  std::vector<std::string> expected{"key.create"};
  {
    Serve serve(folder, config);
    const Api api(serve.address(), key);
    REQUIRE(api.wait_until_ready({"slot-01"}));
    const auto changed = [&](const std::string& action, int status, int right) {
      INFO(action);
      REQUIRE(status == right);
      expected.push_back(action);
      CHECK(actions_of(api) == expected);
    };
    const auto act = [&](const std::string& what) {
      return api.change("POST", "/v1/modems/slot-01/" + what).status;
    };
    changed("modem.ussd",
            api.post_to("/v1/modems/slot-01/ussd", {{"code", "*140*1234567890123#"}}).status,
            409);  // the network refuses it, and asked it was
    changed("modem.at", api.post_to("/v1/modems/slot-01/at", {{"command", "AT+CSQ"}}).status, 200);
    changed("modem.restart", act("restart"), 202);
    changed("modem.pause", act("pause"), 200);
    const auto later = api.post({{"to", "+989120000001"}, {"text", "secret"}});  // no entry
    const auto batch = api.post({{"to", {"+989120000002"}}, {"text", "secret"}}).at("batch");
    const auto of_batch = "/v1/batches/" + batch.get<std::string>();
    changed("batch.pause", api.change("POST", of_batch + "/pause").status, 200);
    changed("batch.resume", api.change("POST", of_batch + "/resume").status, 200);
    changed("batch.cancel", api.change("DELETE", of_batch).status, 200);
    changed("message.cancel",
            api.change("DELETE", "/v1/messages/" + later.at("id").get<std::string>()).status, 200);
    changed("suppression.put", api.change("PUT", "/v1/suppressions/+989120000001").status, 200);
    changed("suppression.delete", api.change("DELETE", "/v1/suppressions/+989120000001").status,
            204);
    CHECK(api.change("DELETE", "/v1/suppressions/+989120000001").status == 404);
    changed("modem.resume", act("resume"), 200);
    const auto id = made_key(folder, config, {"--sim", iccid_of_slot_1, "--per-hour", "7"});
    changed("key.create", 0, 0);
    const auto revoke = [&] {
      return modembank(folder, {"key", "revoke", "--config", config, id.at("id").dump()}).status;
    };
    changed("key.revoke", revoke(), 0);
    CHECK(revoke() == 1);
    changed("sim.release",
            modembank(folder, {"sim", "release", "--config", config, "--all"}).status, 0);
    changed("backup.make",
            modembank(folder, {"backup", "--config", config, folder / "copy.db"}).status, 0);

    const auto entries = api.all("/v1/audit");
    const auto text = json(entries).dump();
    CHECK_THAT(text, !Contains("secret") && !Contains("1234567890123") &&
                         !Contains(id.at("key").get<std::string>()));
    CHECK(entries.back().at("by") == fmt::format("command line, uid {}", ::geteuid()));
    CHECK(entries.at(entries.size() - 2).at("by") == "API key admin");
    CHECK(entries.at(entries.size() - 2).at("detail") == json{{"service", "*140"}});
    const auto proof = api.get("/v1/audit/verify");
    CHECK(proof.at("ok") == true);
    CHECK(proof.at("entries") == expected.size());
    CHECK(proof.at("last_hash") == entries.front().at("hash"));
    const auto exported = api.ask_for("/v1/audit/export?format=csv").body;
    CHECK_THAT(exported, Contains("suppression.put,'+989120000001"));
    serve.child().signal(SIGTERM);
    CHECK(serve.child().wait() == 0);
  }
  execute(folder / "modembank.db",
          "DROP TRIGGER audit_stays; UPDATE audit SET by = 'nobody' WHERE id = 3");
  Serve serve(folder, config, 2);
  const Api api(serve.address(), key);
  const auto proof = api.get("/v1/audit/verify");
  CHECK(proof.at("ok") == false);
  CHECK(proof.at("first_broken") == 3);
}

TEST_CASE("a key's limit holds over a kill of the program", "[audit]") {
  const Folder folder;
  const auto config = write_config(folder, {.paths = fmt::format("\"{}\"", folder / "none-*")});
  const auto key = made_key(folder, config, {"--per-day", "3"}).at("key").get<std::string>();
  {
    Serve serve(folder, config);
    const Api api(serve.address(), key);
    (void)api.post({{"to", "+989120000001"}, {"text", "x"}});
    (void)api.post({{"to", {"+989120000001"}}, {"text", "x"}});
    serve.child().kill();
  }
  Serve serve(folder, config, 2);
  const Api api(serve.address(), key);
  CHECK(api.try_post({{"to", {"+989120000001", "+989120000002"}}, {"text", "x"}}).status == 429);
  (void)api.post({{"to", "+989120000001"}, {"text", "x"}});
  const auto refused = api.try_post({{"to", "+989120000001"}, {"text", "x"}});
  CHECK(refused.status == 429);
  CHECK_THAT(refused.body, Contains("key_limit") && Contains("per_day"));
}

TEST_CASE("a key is used from its networks, whatever a header says", "[audit]") {
  const Folder folder;
  const auto config = write_config(folder, {.paths = fmt::format("\"{}\"", folder / "none-*")});
  const auto here = made_key(folder, config, {"--network", "127.0.0.0/8"}).at("key");
  const auto elsewhere =
      made_key(folder, config, {"--network", "192.0.2.0/24", "--network", "2001:db8::/32"})
          .at("key")
          .get<std::string>();
  Serve serve(folder, config);
  CHECK(Api(serve.address(), here).ask_for("/v1/messages").status == 200);
  const auto refused = Api(serve.address(), elsewhere).ask_for("/v1/messages");
  CHECK(refused.status == 403);
  CHECK_THAT(refused.body, Contains("network_not_allowed") && Contains("127.0.0.1"));
  const Api forged(serve.address(), elsewhere +
                                        "\r\nX-Forwarded-For: 192.0.2.7\r\n"
                                        "Forwarded: for=192.0.2.7\r\nX-Real-IP: 192.0.2.7");
  CHECK(forged.ask_for("/v1/messages").status == 403);
  const auto listed = modembank(folder, {"key", "list", "--config", config}).out;
  CHECK_THAT(listed, Contains("from 192.0.2.0/24, 2001:db8::/32"));
}

TEST_CASE("more keys are listed than one answer of the running program holds", "[audit]") {
  const Folder folder;
  const auto config = write_config(folder, {.paths = fmt::format("\"{}\"", folder / "none-*")});
  const auto key = make_key(folder, config);
  execute(folder / "modembank.db",
          "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
          "INSERT INTO api_key (name, hash, scopes, classes, created_at) "
          "SELECT printf('%0128d', i), randomblob(32), 'send', 'service', 1 FROM n");
  Serve serve(folder, config);
  (void)serve.address();
  const Ran list = modembank(folder, {"key", "list", "--config", config, "--json"});
  INFO(list.err);
  CHECK(list.status == 0);
  CHECK(std::count(list.out.begin(), list.out.end(), '\n') == 5001);
}

}  // namespace bank::program::test
