// What the console's first page tells: what is sending, what waits, what the day brought.
#include <catch2/catch.hpp>

#include "tests/web/ask.hpp"

namespace bank::web::test {

using nlohmann::json;

namespace {

json today(FakeDoor& door) {
  Api api(door);
  const auto response = ask(api.handler(), "GET", "/v1/today", "", {.key = reader_key});
  REQUIRE(response->status == 200);
  return json_of(response);
}

}  // namespace

TEST_CASE("what the day brought is told, and why messages wait") {
  FakeDoor door;
  door.day = {.parts = 7, .delivered = 5, .undelivered = 1, .replies = 2, .opt_outs = 1};
  Api api(door);
  for (int i = 0; i < 3; ++i) {
    const json message{{"to", "+989121234567"}, {"text", "x"}};
    REQUIRE(ask(api.handler(), "POST", "/v1/messages", message.dump())->status == 202);
  }
  door.set_state(scheduler::MessageId{1}, scheduler::MessageState::sending);
  const auto told = today(door);
  CHECK(told["since"] == "2026-11-22T10:00:00.000Z");
  CHECK(told["parts"] == 7);
  CHECK(told["delivered"] == 5);
  CHECK(told["undelivered"] == 1);
  CHECK(told["replies"] == 2);
  CHECK(told["opt_outs"] == 1);
  const json hold{{"reason", "no_sim"}, {"messages", 2}, {"until", nullptr}, {"is_least", false}};
  CHECK(told["holds"] == json::array({hold}));
  REQUIRE(told["under_way"].size() == 1);
  CHECK(told["under_way"][0]["id"] == outside(scheduler::MessageId{1}));
  CHECK(told["under_way"][0]["to"] == "+989121234567");
}

TEST_CASE("where much waits, the newest are looked at, and that is said") {
  FakeDoor door;
  Api api(door);
  json to = json::array();
  for (int i = 0; i < 201; ++i) to.push_back("+98912" + std::to_string(1'000'000 + i));
  const json message{{"to", to}, {"text", "x"}};
  REQUIRE(ask(api.handler(), "POST", "/v1/messages", message.dump())->status == 202);
  const auto hold = today(door).at("holds").at(0);
  CHECK(hold["messages"] == 200);
  CHECK(hold["is_least"] == true);
}

}  // namespace bank::web::test
