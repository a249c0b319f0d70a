// People who write back, and who is told of it, with the whole program.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/program/harness.hpp"
#include "tests/web/raw_endpoint.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;

constexpr const char* ali = "+989121234567";

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("who writes stop is in force, answered, shown and told of", "[replies]") {
  web::test::RawEndpoint endpoint([](const auto&, std::size_t) { return web::test::taken; });
  const Folder folder;
  const Rack rack(folder, 2, {});
  const auto config = write_config(folder, {.more = "[webhooks]\nallow_private = true\n"});
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01", "slot-02"}));
  REQUIRE(api.post_to("/v1/webhooks", {{"url", endpoint.url()}}).status == 201);
  api.post({{"to", ali}, {"text", "hello"}});
  REQUIRE(api.wait_for_count("delivered", 1));
  (void)rack.ask(std::string("deliver slot-02 ") + ali + " STOP");
  REQUIRE(holds_within(
      patience, [&] { return api.ask_for(std::string("/v1/suppressions/") + ali).status == 200; }));
  const auto stopped = api.get(std::string("/v1/suppressions/") + ali);
  CHECK(stopped.at("how") == "text");
  CHECK(stopped.at("evidence").get<std::string>().starts_with("in_"));
  CHECK(api.post({{"to", ali}, {"text", "more"}}).at("state") == "suppressed");
  REQUIRE(api.wait_for_count("delivered", 2));  // the confirmation
  REQUIRE(holds_within(patience, [&] { return api.all("/v1/conversations").size() == 1; }));
  const auto talk = api.all("/v1/conversations").front();
  CHECK(talk.at("party") == ali);
  CHECK(talk.at("unread") == 1);
  const auto items = api.all("/v1/conversations/" + talk.at("id").get<std::string>() + "/items");
  CHECK(items.size() == 4);  // hello, STOP, its confirmation, and what was suppressed
  CHECK(api.get("/v1/conversations/search?q=stop").at("items").size() == 1);

  const auto told = [&] {
    std::set<std::string> types;
    for (const auto& got : endpoint.got()) types.insert(json::parse(got.body).at("type"));
    return types;
  };
  REQUIRE(holds_within(patience, [&] {
    const auto types = told();
    return types.contains("message.delivered") && types.contains("inbound.received") &&
           types.contains("suppression.changed");
  }));
}

TEST_CASE("a modem that is down is told by mail, once, and that it is over", "[replies]") {
  const Folder folder;
  const Rack rack(folder, 2, {});
  const std::string mails = folder / "mails";
  const auto mailer = folder.write("mailer", "#!/bin/sh\ncat >> '" + mails + "'\n");
  REQUIRE(::chmod(mailer.c_str(), 0700) == 0);
  const auto config = write_config(
      folder, {.more = "[alarms]\nmail_to = [\"rack@example.org\"]\nmail_command = \"" + mailer +
                       "\"\nafter = { modem_down = \"0s\" }\nclear_after = { modem_down = \"0s\" "
                       "}\n"});
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01", "slot-02"}));
  (void)rack.ask("unplug slot-02");
  REQUIRE(
      holds_within(patience, [&] { return text_of(mails).find("slot-02") != std::string::npos; }));
  const auto open = api.all("/v1/alarms?state=open&kind=modem_down");
  REQUIRE(open.size() == 1);
  CHECK(open[0].at("subject") == "slot-02");
  (void)rack.ask("replug slot-02");
  REQUIRE(holds_within(patience,
                       [&] { return api.all("/v1/alarms?state=open&kind=modem_down").empty(); }));
}

}  // namespace bank::program::test
