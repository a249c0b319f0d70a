// What people ask of a modem: pause and resume, a restart, a line of AT, a USSD code.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/program/harness.hpp"

namespace bank::program::test {
namespace {

using Catch::Contains;
using nlohmann::json;

web::test::HttpAnswer act(const Api& api, const std::string& modem, const std::string& action) {
  return api.change("POST", fmt::format("/v1/modems/{}/{}", modem, action));
}

/// The modem as the answer shows it.
json done(const Api& api, const std::string& modem, const std::string& action, int status = 200) {
  const auto answer = act(api, modem, action);
  INFO(action << " of " << modem << ": " << answer.body);
  REQUIRE(answer.status == status);
  return json::parse(answer.body);
}

web::test::HttpAnswer ask_at(const Api& api, const std::string& command) {
  return api.post_to("/v1/modems/slot-01/at", {{"command", command}});
}

/// Asked anew while a command before it has the modem brought up again.
web::test::HttpAnswer ask_at_once_ready(const Api& api, const std::string& command) {
  web::test::HttpAnswer answer;
  (void)holds_within(patience, [&] {
    answer = ask_at(api, command);
    return answer.status != 409;
  });
  return answer;
}

std::string problem_of(const web::test::HttpAnswer& answer) {
  const std::string type = json::parse(answer.body).at("type");
  return type.substr(type.rfind(':') + 1);
}

/// Posts messages, waits for their reports, and tells who sent them.
std::vector<std::string> send_by(const Api& api, const Rack& rack, int first, int count) {
  for (int i = first; i < first + count; ++i) {
    (void)api.post({{"to", fmt::format("+98912{:07}", i)}, {"text", fmt::format("number {}", i)}});
  }
  const bool are_delivered = api.wait_for_count("delivered", first + count);
  INFO(json(api.counts()));
  REQUIRE(are_delivered);
  std::vector<std::string> slots;
  auto record = rack.taken();
  REQUIRE(record.size() == static_cast<std::size_t>(first + count));
  for (auto line = record.begin() + first; line != record.end(); ++line) {
    if (std::find(slots.begin(), slots.end(), line->slot) == slots.end()) {
      slots.push_back(line->slot);
    }
  }
  return slots;
}

}  // namespace

TEST_CASE("a paused modem sends nothing, over a restart of the program too, until it is resumed",
          "[modem_actions]") {
  const Folder folder;
  const Rack rack(folder, 2, {"--latency-ms", "20", "--report-delay-ms", "5"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  using Slots = std::vector<std::string>;
  {
    Serve serve(folder, config);
    const Api api(serve.address(), key);
    REQUIRE(api.wait_until_ready({"slot-01", "slot-02"}));
    CHECK(done(api, "slot-01", "pause").at("state") == "paused");
    CHECK(done(api, "slot-01", "pause").at("state") == "paused");  // as it is already
    CHECK_THAT(api.modem("slot-01").at("verdict").at("do_next").get<std::string>(),
               Contains("resume"));
    CHECK(send_by(api, rack, 0, 12) == Slots{"slot-02"});
    // What it receives comes in all the same.
    (void)rack.ask("deliver slot-01 +989121234567 to the paused one");
    CHECK(holds_within(patience, [&] { return api.all("/v1/inbox").size() == 1; }));
    serve.child().signal(SIGTERM);
    REQUIRE(serve.child().wait() == 0);
  }
  Serve serve(folder, config, 2);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-02"}));
  CHECK(holds_within(patience, [&] { return api.modem("slot-01").at("state") == "paused"; }));
  CHECK(send_by(api, rack, 12, 12) == Slots{"slot-02"});
  CHECK(done(api, "slot-01", "resume").at("state") == "ready");
  CHECK(done(api, "slot-02", "pause").at("state") == "paused");
  CHECK(send_by(api, rack, 24, 12) == Slots{"slot-01"});
}

TEST_CASE("a modem that is paused in mid-send ends what it has in hand", "[modem_actions]") {
  const Folder folder;
  const Rack rack(folder, 1, {"--latency-ms", "400", "--report-delay-ms", "5"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01"}));
  const std::string first = api.post({{"to", "+989120000001"}, {"text", "one"}}).at("id");
  const std::string second = api.post({{"to", "+989120000002"}, {"text", "two"}}).at("id");
  REQUIRE(holds_within(patience,
                       [&] { return rack.ask("list").find("=sending") != std::string::npos; }));
  (void)done(api, "slot-01", "pause");
  CHECK(api.wait_for_state(first, {"delivered", "uncertain"}).at("state") == "delivered");
  CHECK(api.get("/v1/messages/" + second).at("state") == "queued");
  (void)done(api, "slot-01", "resume");
  CHECK(api.wait_for_state(second, {"delivered", "uncertain"}).at("state") == "delivered");
  CHECK(rack.taken().size() == 2);
}

TEST_CASE("a modem is restarted once its part is sent, and sends again", "[modem_actions]") {
  const Folder folder;
  const Rack rack(folder, 1, {"--latency-ms", "400", "--report-delay-ms", "5"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01"}));
  const std::string first = api.post({{"to", "+989120000001"}, {"text", "one"}}).at("id");
  REQUIRE(holds_within(patience,
                       [&] { return rack.ask("list").find("=sending") != std::string::npos; }));
  CHECK(done(api, "slot-01", "restart", 202).at("name") == "slot-01");
  const std::string second = api.post({{"to", "+989120000002"}, {"text", "two"}}).at("id");
  CHECK(holds_within(patience, [&] { return api.modem("slot-01").at("state") != "ready"; }));
  CHECK(api.wait_until_ready({"slot-01"}));
  CHECK(api.wait_for_state(second, {"delivered", "uncertain"}).at("state") == "delivered");
  // Its report may have come while nobody listened.
  const std::string state = api.get("/v1/messages/" + first).at("state");
  CHECK((state == "sent" || state == "delivered"));
  CHECK(rack.taken().size() == 2);
}

TEST_CASE("a modem that is not there, or not known, is not asked", "[modem_actions]") {
  const Folder folder;
  const Rack rack(folder, 1, {});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01"}));
  for (const std::string action : {"pause", "resume", "restart"}) {
    const auto answer = act(api, "slot-77", action);
    INFO(action << ": " << answer.body);
    CHECK(answer.status == 404);
    CHECK(problem_of(answer) == "no_such_modem");
  }
  (void)rack.ask("unplug slot-01");
  REQUIRE(holds_within(patience, [&] { return api.modem("slot-01").at("state") == "absent"; }));
  const auto restart = act(api, "slot-01", "restart");
  CHECK(restart.status == 409);
  CHECK_THAT(restart.body, Contains("plug it in"));
  const auto at = ask_at(api, "AT+CSQ");
  INFO(at.body);
  CHECK(at.status == 409);
  CHECK(problem_of(at) == "wrong_modem_state");
}

TEST_CASE("an administrator asks a modem a line of AT; nobody else may", "[modem_actions]") {
  const Folder folder;
  const Rack rack(folder, 1, {});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  const auto sending_key = make_key(folder, config, "send");
  const auto reading_key = make_key(folder, config, "read");
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01"}));
  (void)rack.ask("signal slot-01 17");
  const auto answer = ask_at(api, "AT+CSQ");
  INFO(answer.body);
  REQUIRE(answer.status == 200);
  CHECK(json::parse(answer.body) == json{{"lines", {"+CSQ: 17,0"}}, {"result", "OK"}});
  const auto refused = ask_at_once_ready(api, "AT+CMEE=7");
  INFO(refused.body);
  REQUIRE(refused.status == 200);
  CHECK(json::parse(refused.body).at("lines").empty());
  CHECK_THAT(json::parse(refused.body).at("result").get<std::string>(), Contains("ERROR"));
  for (const std::string command : {"AT+CMGS=20", "AT+CMGD=1", "AT+CPIN=\"1234\"", "AT+CSQ;+CMGD=1",
                                    "ATD+989121234567;", "not AT"}) {
    const auto forbidden = ask_at(api, command);
    INFO(command << ": " << forbidden.body);
    CHECK(forbidden.status == 422);
    CHECK(problem_of(forbidden) == "invalid_command");
  }
  for (const auto& other : {sending_key, reading_key}) {
    const auto denied = ask_at(Api(serve.address(), other), "AT+CSQ");
    INFO(denied.body);
    CHECK(denied.status == 403);
    CHECK_THAT(denied.body, Contains("admin"));
  }
  CHECK(act(Api(serve.address(), sending_key), "slot-01", "pause").status == 200);
  CHECK(act(Api(serve.address(), reading_key), "slot-01", "resume").status == 403);
  // The last command has it brought up anew.
  CHECK(holds_within(patience, [&] { return api.modem("slot-01").at("state") == "paused"; }));
  // The modem sends as before.
  (void)done(api, "slot-01", "resume");
  CHECK(send_by(api, rack, 0, 3) == std::vector<std::string>{"slot-01"});
}

TEST_CASE("a USSD code that the modem refuses is answered with its words, and it goes on",
          "[modem_actions]") {
  const Folder folder;
  const Rack rack(folder, 1, {});  // its modems know no +CUSD
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01"}));
  const auto answer = api.post_to("/v1/modems/slot-01/ussd", {{"code", "*140*1#"}});
  INFO(answer.body);
  CHECK(answer.status == 409);
  CHECK_THAT(answer.body, Contains("ERROR"));
  CHECK(api.post_to("/v1/modems/slot-01/ussd", {{"code", ""}}).status == 422);
  REQUIRE(api.wait_until_ready({"slot-01"}));
  CHECK(send_by(api, rack, 0, 3) == std::vector<std::string>{"slot-01"});
}

}  // namespace bank::program::test
