// A modem is asked to prove itself by a text of the rack to itself.
#include <catch2/catch.hpp>

#include "tests/web/ask.hpp"

namespace bank::web::test {

using nlohmann::json;

namespace {

const std::string path = "/v1/modems/slot-01/loopback";

std::string name_of_problem(const std::optional<Response>& response) {
  CHECK(flaw_of_problem(*response).empty());
  const auto type = json_of(response)["type"].get<std::string>();
  return type.substr(std::string("urn:modembank:problem:").size());
}

}  // namespace

TEST_CASE("a loop-back is asked for, and its message can be followed") {
  FakeDoor door;
  Api api(door);
  for (const std::string body : {"", "{}"}) {
    const auto answer = ask(api.handler(), "POST", path, body);
    REQUIRE(answer->status == 202);
    CHECK(json_of(answer) == json{{"message", scheduler::outside(scheduler::MessageId{7})},
                                  {"to", "+989120000002"},
                                  {"to_modem", "slot-02"}});
    CHECK_FALSE(door.loopbacks.back().to);
  }
  CHECK(door.loopbacks.back().modem == "slot-01");
  CHECK(door.loopbacks.back().by == "API key all");  // for the record

  REQUIRE(ask(api.handler(), "POST", path, R"({"to":"0912 000 0003"})")->status == 202);
  CHECK(door.loopbacks.back().to == "+989120000003");
}

TEST_CASE("what is no number of the rack gets no loop-back") {
  FakeDoor door;
  Api api(door);
  for (const std::string body :
       {R"({"to":""})", R"({"to":null})", R"({"to":"mother"})", R"({"to":"+98912","text":"x"})"}) {
    INFO(body);
    const auto response = ask(api.handler(), "POST", path, body);
    REQUIRE(response->status == 422);
    CHECK(name_of_problem(response) == "invalid_to");
  }
  CHECK(ask(api.handler(), "POST", path, "[]")->status == 400);
  CHECK(door.loopbacks.empty());
  door.refusal = {ModemRefusal::Why::unfit, "no SIM of the rack has this number"};
  const auto stranger = ask(api.handler(), "POST", path, R"({"to":"+989121234567"})");
  CHECK(stranger->status == 422);
  CHECK(json_of(stranger)["errors"][0]["pointer"] == "/to");
}

TEST_CASE("why a modem sends no loop-back is told apart") {
  using Why = ModemRefusal::Why;
  FakeDoor door;
  Api api(door);
  struct Row {
    Why why;
    int status;
    const char* name;
  };
  const Row rows[] = {
      {Why::unknown, 404, "no_such_modem"},     {Why::wrong_state, 409, "wrong_modem_state"},
      {Why::receive_only, 409, "receive_only"}, {Why::no_number, 409, "no_known_number"},
      {Why::at_limit, 409, "sim_at_limit"},     {Why::under_way, 409, "loopback_under_way"}};
  for (const auto& row : rows) {
    INFO(row.name);
    door.refusal = {row.why, "this is why; do that"};
    const auto response = ask(api.handler(), "POST", path);
    CHECK(response->status == row.status);
    CHECK(name_of_problem(response) == row.name);
    if (row.status == 409) CHECK(json_of(response)["detail"] == "this is why; do that");
  }
  door.refusal.reset();
  CHECK(ask(api.handler(), "POST", "/v1/modems/slot-99/loopback")->status == 404);
  door.broken = Unavailable{"the database takes no writes; try again", std::chrono::seconds{5}};
  CHECK(ask(api.handler(), "POST", path)->status == 503);
}

TEST_CASE("nobody but an administrator has a modem send to itself: it costs money") {
  FakeDoor door;
  Api api(door);
  for (const auto& key : {reader_key, sender_key, pools_key}) {
    CHECK(ask(api.handler(), "POST", path, "", {.key = key})->status == 403);
  }
  const auto other = std::string("mb_") + std::string(43, 'H');
  door.add_key(other, {8, "bulk admin", {"admin"}, {"transactional"}, {"bulk"}});
  CHECK(name_of_problem(ask(api.handler(), "POST", path, "", {.key = other})) ==
        "pool_not_allowed");
  CHECK(door.loopbacks.empty());
}

TEST_CASE("a modem tells what showed last that it works, and what became of its loop-back") {
  FakeDoor door;
  Api api(door);
  const auto modem = json_of(ask(api.handler(), "GET", "/v1/modems/slot-01"));
  CHECK(modem["proven_at"] == "2026-11-22T09:58:30.000Z");
  CHECK(modem["proven_by"] == "loopback");
  CHECK(modem["loopback"] == json{{"message", scheduler::outside(scheduler::MessageId{7})},
                                  {"to", "+989120000002"},
                                  {"state", "arrived"},
                                  {"asked_at", "2026-11-22T09:58:25.000Z"},
                                  {"ended_at", "2026-11-22T09:58:30.000Z"},
                                  {"took_ms", 4200}});
  const auto gone = json_of(ask(api.handler(), "GET", "/v1/modems/slot-02"));
  CHECK(gone["proven_at"].is_null());
  CHECK(gone["proven_by"].is_null());
  CHECK(gone["loopback"].is_null());
}

}  // namespace bank::web::test
