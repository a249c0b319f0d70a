// What keys are bound to, and how much they may have accepted.
#include <catch2/catch.hpp>

#include "tests/web/ask.hpp"

namespace bank::web::test {
namespace {

using Catch::Contains;
using namespace std::chrono_literals;

const std::string bound_key = "mb_GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG";
const std::string iccid = "8998110000000000001";  // the one SIM that FakeDoor can name
const std::string message = R"({"to":"+989121234567","text":"hi"})";

struct House {
  explicit House(FakeDoor::Key key) {
    key.id = 9;
    key.name = "bound";
    if (key.scopes.empty()) key.scopes = {"send", "read"};
    key.classes = {"transactional"};
    door.add_key(bound_key, key);
  }
  std::optional<Response> call(const char* method, const std::string& target, std::string body = {},
                               Asked asked = {}) {
    asked.key = bound_key;
    return ask(api.handler(), method, target, std::move(body), asked);
  }
  std::optional<Response> post(std::string body = message,
                               std::optional<std::string> idempotency_key = std::nullopt) {
    return call("POST", "/v1/messages", std::move(body), {.idempotency_key = idempotency_key});
  }
  std::optional<Response> upload(int lines, std::optional<std::string> idempotency_key = {}) {
    std::string body;
    for (int i = 0; i < lines; ++i) body += message + "\n";
    return call("POST", "/v1/messages/batch", body,
                {.content_type = "application/x-ndjson", .idempotency_key = idempotency_key});
  }
  FakeDoor door;
  Api api{door};
};

std::string type_of(const std::optional<Response>& response) {
  return json_of(response).value("type", "");
}
std::string detail_of(const std::optional<Response>& response) {
  return json_of(response).value("detail", "");
}

}  // namespace

TEST_CASE("a key that is bound to networks is used from there alone") {
  House house({.networks = {"192.0.2.0/24", "2001:db8::/32"}});
  const auto from = [&](const std::string& peer) {
    return house.call("GET", "/v1/messages", "", {.peer = peer, .loopback = false});
  };
  for (const char* peer : {"192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1", "2001:db8::1%eth0"}) {
    INFO(peer);
    CHECK(from(peer)->status == 200);
  }
  for (const char* peer : {"203.0.113.5", "::ffff:203.0.113.5", "2001:db9::1", "127.0.0.1", ""}) {
    INFO(peer);
    const auto refused = from(peer);
    CHECK(refused->status == 403);
    CHECK(type_of(refused) == "urn:modembank:problem:network_not_allowed");
    CHECK_THAT(detail_of(refused), Contains(peer));
    CHECK(flaw_of_problem(*refused) == "");
  }
  CHECK(house.call("GET", "/v1/messages", "", {.peer = "127.0.0.1", .loopback = true})->status ==
        403);
  CHECK(house.door.uses.size() == 1);  // what was refused was no use of the key
}

TEST_CASE("a network that cannot be read has nobody in it") {
  House house({.networks = {"everywhere"}});
  CHECK(house.call("GET", "/v1/messages")->status == 403);
}

TEST_CASE("a key that is revoked is 401 wherever it is used") {
  House house({.networks = {"192.0.2.0/24"}});
  house.door.revoke(bound_key);
  CHECK(house.call("GET", "/v1/messages")->status == 401);
}

TEST_CASE("a key that is bound to one SIM sends through it, named or not") {
  House house({.sims = {iccid}});
  const auto accepted = house.post();
  CHECK(accepted->status == 202);
  CHECK(json_of(accepted)["sim"] ==
        json_of(house.post(R"({"to":"+989121234567","text":"x"})"))["sim"]);
  REQUIRE(house.door.last_accept);
  CHECK(house.door.last_accept->prototype.sim == scheduler::SimId{1});
  CHECK(house.post(R"({"to":"+989121234567","text":"x","sim":")" + iccid + "\"}")->status == 202);
  CHECK(house.post(R"({"to":"+989121234567","text":"x","sim":null})")->status == 202);
  CHECK(house.door.last_accept->prototype.sim == scheduler::SimId{1});
}

TEST_CASE("a key that is bound to other SIMs sends through none but these") {
  House house({.sims = {"8998110000000000007"}});
  const auto refused = house.post(R"({"to":"+989121234567","text":"x","sim":")" + iccid + "\"}");
  CHECK(refused->status == 403);
  CHECK(type_of(refused) == "urn:modembank:problem:sim_not_allowed");
  CHECK_THAT(detail_of(refused), Contains("8998110000000000007"));
  // Its own one was never seen.
  const auto unseen = house.post();
  CHECK(unseen->status == 422);
  CHECK_THAT(detail_of(unseen), Contains("/sim") && Contains("never seen"));
  CHECK(house.door.messages_made() == 0);
}

TEST_CASE("a key that is bound to several SIMs must say which") {
  House house({.sims = {iccid, "imsi:432110000000001"}});
  const auto refused = house.post();
  CHECK(refused->status == 422);
  CHECK(json_of(refused)["errors"][0]["pointer"] == "/sim");
  CHECK_THAT(detail_of(refused), Contains(iccid + ", imsi:432110000000001"));
  CHECK(house.post(R"({"to":"+989121234567","text":"x","sim":")" + iccid + "\"}")->status == 202);
}

TEST_CASE("lines of an upload are bound to the SIMs of their key, each by itself") {
  House house({.sims = {iccid, "imsi:432110000000001"}});
  const std::string body = R"({"to":"+989121234567","text":"a","sim":")" + iccid + "\"}\n" +
                           R"({"to":"+989121234567","text":"b"})" + "\n";
  const auto answer =
      house.call("POST", "/v1/messages/batch", body, {.content_type = "application/x-ndjson"});
  CHECK(json_of(answer)["accepted"] == 1);
  CHECK(json_of(answer)["rejected"][0]["field"] == "sim");
}

TEST_CASE("a key that is bound to a SIM asks nothing of other modems") {
  House own({.sims = {iccid}});
  CHECK(own.call("POST", "/v1/modems/slot-01/pause")->status == 200);
  CHECK(own.call("POST", "/v1/modems/slot-02/pause")->status == 403);
  House other({.scopes = {"admin"}, .sims = {"8998110000000000007"}});
  for (const std::string action :
       {"pause", "resume", "restart", "identify", "ussd", "at", "loopback"}) {
    const auto* const body = action == "ussd" ? R"({"code":"*140#"})"
                             : action == "at" ? R"({"command":"AT+CSQ"})"
                                              : "";
    const auto refused = other.call("POST", "/v1/modems/slot-01/" + action, body);
    INFO(action);
    CHECK(refused->status == 403);
    CHECK(type_of(refused) == "urn:modembank:problem:sim_not_allowed");
  }
  CHECK(other.door.actions.empty());
}

TEST_CASE(
    "a key that is bound to SIMs sends nothing again that goes elsewhere, and stops anything") {
  House house({.sims = {iccid}});
  const auto posted = [](const std::optional<Response>& answer) {
    return "/v1/messages/" + json_of(answer)["id"].get<std::string>();
  };
  const auto other = posted(ask(house.api.handler(), "POST", "/v1/messages", message));
  const auto own = posted(house.post());
  for (std::int64_t id = 1; id <= 2; ++id) {
    house.door.set_state(scheduler::MessageId{id}, scheduler::MessageState::failed);
  }
  const auto refused = house.call("POST", other + "/requeue");
  CHECK(refused->status == 403);
  CHECK(type_of(refused) == "urn:modembank:problem:sim_not_allowed");
  CHECK(house.call("POST", own + "/requeue")->status == 202);
  CHECK(house.call("DELETE", own)->status == 200);
  const auto late = posted(ask(house.api.handler(), "POST", "/v1/messages", message));
  CHECK(house.call("DELETE", late)->status == 200);
}

TEST_CASE("a key has as many messages accepted as it may, then it is told when to come again") {
  House house({.limits = {.per_minute = 3, .per_day = 5}});
  for (int i = 0; i < 3; ++i) CHECK(house.post()->status == 202);
  const auto refused = house.post();
  CHECK(refused->status == 429);
  CHECK(flaw_of_problem(*refused) == "");
  CHECK(type_of(refused) == "urn:modembank:problem:key_limit");
  CHECK_THAT(detail_of(refused), Contains("3 messages") && Contains("per_minute"));
  CHECK(header_of(*refused, "Retry-After") == "61");
  CHECK(house.door.messages_made() == 3);

  house.door.clock = test_now + 61s;
  for (int i = 0; i < 2; ++i) CHECK(house.post()->status == 202);
  house.door.clock = test_now + 10min;
  const auto of_the_day = house.post();
  CHECK(of_the_day->status == 429);
  CHECK_THAT(detail_of(of_the_day), Contains("per_day"));
  CHECK(ask(house.api.handler(), "POST", "/v1/messages", message)->status == 202);  // another key
}

TEST_CASE("each recipient counts, who is suppressed does not, and an array is taken whole or not") {
  House house({.limits = {.per_hour = 4}});
  const auto to = [](const char* numbers) {
    return std::string(R"({"text":"x","to":[)") + numbers + "]}";
  };
  CHECK(ask(house.api.handler(), "PUT", "/v1/suppressions/+989120000009")->status == 200);
  const auto first = house.post(to(R"("+989120000001","+989120000002","+989120000009","x")"));
  CHECK(json_of(first)["accepted"] == 2);
  CHECK(house.post(to(R"("+989120000001","+989120000002","+989120000003")"))->status == 429);
  CHECK(house.post(to(R"("+989120000001","+989120000002")"))->status == 202);
  CHECK(house.post()->status == 429);
  const auto never = house.post(to(R"("+9891","+9892","+9893","+9894","+9895")"));
  CHECK(never->status == 422);
  CHECK(type_of(never) == "urn:modembank:problem:larger_than_key_limit");
}

TEST_CASE("what is not accepted is not counted") {
  House house({.limits = {.per_day = 1}});
  CHECK(house.post(R"({"to":"nobody","text":"x"})")->status == 422);
  house.door.broken = Unavailable{"the disk is full"};
  CHECK(house.post()->status == 503);
  house.door.broken.reset();
  CHECK(house.post()->status == 202);
  CHECK(house.post()->status == 429);
}

TEST_CASE("what is under way counts for who comes meanwhile") {
  House house({.limits = {.per_day = 1}});
  house.door.held = true;
  CHECK_FALSE(house.post());
  house.door.held = false;
  CHECK(house.post()->status == 429);
  house.door.release();
  CHECK(house.post()->status == 429);
  CHECK(house.door.messages_made() == 1);
}

TEST_CASE("at its limit a key is still given the answer to what it repeats") {
  House house({.limits = {.per_day = 1}});
  const auto first = house.post(message, "one");
  CHECK(first->status == 202);
  const auto again = house.post(message, "one");
  CHECK(again->status == 202);
  CHECK(again->body == first->body);
  CHECK(header_of(*again, "Idempotent-Replayed") == "true");
  CHECK(house.post(message, "two")->status == 429);
  CHECK(house.post(R"({"to":"+989121234567","text":"other"})", "one")->status == 422);
  house.door.clock = test_now + 25h;
  CHECK(house.post(message, "two")->status == 202);  // the refusal was not kept as its answer
}

TEST_CASE("an upload that goes beyond the limits of its key is refused whole") {
  House house({.limits = {.per_hour = 5, .per_day = 2000}});
  CHECK(json_of(house.upload(3))["accepted"] == 3);
  const auto refused = house.upload(3);
  CHECK(refused->status == 429);
  CHECK(flaw_of_problem(*refused) == "");
  CHECK(house.door.batches_there() == 1);
  CHECK(json_of(house.upload(2))["accepted"] == 2);  // what was refused took nothing
  CHECK(house.post()->status == 429);
  house.door.clock = test_now + 2h;
  const auto never = house.upload(6);
  CHECK(never->status == 422);
  CHECK(type_of(never) == "urn:modembank:problem:larger_than_key_limit");

  House large({.limits = {.per_day = 3500}});
  CHECK(large.upload(2500)->status == 202);
  CHECK(large.upload(2500)->status == 429);
  CHECK(large.door.drops == 1);  // its first pieces were in the book
  CHECK(json_of(large.upload(1000))["accepted"] == 1000);
}

TEST_CASE("a limit outlives the program") {
  FakeDoor door;
  door.add_key(bound_key, {.id = 9,
                           .name = "bound",
                           .scopes = {"send"},
                           .classes = {"transactional"},
                           .limits = {.per_day = 3}});
  const Asked asked{.key = bound_key};
  {
    Api api(door);
    for (int i = 0; i < 2; ++i) {
      CHECK(ask(api.handler(), "POST", "/v1/messages", message, asked)->status == 202);
    }
  }
  door.clock = test_now + 2h;
  Api api(door);
  CHECK(ask(api.handler(), "POST", "/v1/messages", message, asked)->status == 202);
  CHECK(ask(api.handler(), "POST", "/v1/messages", message, asked)->status == 429);
}

}  // namespace bank::web::test
