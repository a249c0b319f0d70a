#include <catch2/catch.hpp>

#include "tests/web/ask.hpp"
#include "web/query.hpp"

namespace bank::web::test {

namespace {

const std::string one = R"({"to":"+989121234567","text":"hi"})";

std::string post(const Handler& handler, const std::string& body = one) {
  return json_of(ask(handler, "POST", "/v1/messages", body))["id"].get<std::string>();
}

}  // namespace

TEST_CASE("an accepted message comes back as INTERFACES lists it, with its place") {
  FakeDoor door;
  Api api(door);
  const auto response = ask(api.handler(), "POST", "/v1/messages", one);
  REQUIRE(response->status == 202);
  const auto json = json_of(response);
  for (const auto* name :
       {"id",         "state",  "parts",    "created_at", "updated_at", "attempts",
        "sim",        "modem",  "from",     "hold",       "error",      "parts_sent",
        "to",         "text",   "class",    "priority",   "pool",       "send_at",
        "expires_at", "report", "encoding", "flash",      "reference"}) {
    INFO(name);
    CHECK(json.contains(name));
  }
  CHECK(json["state"] == "queued");
  CHECK_FALSE(json.contains("submissions"));
  CHECK(header_of(*response, "Location") == "/v1/messages/" + json["id"].get<std::string>());
}

TEST_CASE("an array is answered with a batch, what was taken and what was not, in order") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  REQUIRE(ask(handler, "PUT", "/v1/suppressions/+989120000002")->status == 200);
  const auto response =
      ask(handler, "POST", "/v1/messages",
          R"({"to":["nobody","+989120000001","+989120000002","x","09120000003"],"text":"to all"})");
  REQUIRE(response->status == 202);
  const auto json = json_of(response);
  CHECK(json["batch"].get<std::string>().starts_with("bat_"));
  CHECK(json["accepted"] == 2);
  REQUIRE(json["rejected"].size() == 3);
  CHECK(json["rejected"][0]["index"] == 0);
  CHECK(json["rejected"][0]["to"] == "nobody");
  CHECK(json["rejected"][0]["reason"] == "not a number");
  CHECK(json["rejected"][1]["index"] == 2);
  CHECK(json["rejected"][1]["reason"] == "suppressed");
  CHECK(json["rejected"][2]["index"] == 3);
  REQUIRE(json["items"].size() == 2);
  CHECK(json["items"][0]["index"] == 1);
  CHECK(json["items"][1]["to"] == "+989120000003");
  CHECK(json["items"][1]["state"] == "queued");
}

TEST_CASE("an array of one is a batch as well") {
  FakeDoor door;
  Api api(door);
  const auto json =
      json_of(ask(api.handler(), "POST", "/v1/messages", R"({"to":["+989120000001"],"text":"x"})"));
  CHECK(json["accepted"] == 1);
  CHECK(json["rejected"].empty());
}

TEST_CASE("a single suppressed recipient is accepted as suppressed") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  ask(handler, "PUT", "/v1/suppressions/%2B989121234567");
  const auto response = ask(handler, "POST", "/v1/messages", one);
  CHECK(response->status == 202);
  CHECK(json_of(response)["state"] == "suppressed");
}

TEST_CASE("the same Idempotency-Key and body get the same answer and no second message") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const Asked asked{.idempotency_key = "order-7"};
  const auto first = ask(handler, "POST", "/v1/messages", one, asked);
  const auto second = ask(handler, "POST", "/v1/messages", one, asked);
  CHECK(second->status == 202);
  CHECK(second->body == first->body);
  CHECK(header_of(*second, "Location") == header_of(*first, "Location"));
  CHECK(header_of(*second, "Idempotent-Replayed") == "true");
  CHECK(door.messages_made() == 1);

  SECTION("another body with it is 422") {
    const auto other =
        ask(handler, "POST", "/v1/messages", R"({"to":"+989121234567","text":"no"})", asked);
    CHECK(other->status == 422);
    CHECK(json_of(other)["type"] == "urn:modembank:problem:idempotency_key_reused");
  }
  SECTION("another API key has its own") {
    const Asked other{.key = sender_key, .idempotency_key = "order-7"};
    CHECK(ask(handler, "POST", "/v1/messages", one, other)->status == 202);
    CHECK(door.messages_made() == 2);
  }
}

TEST_CASE("while the first request with an Idempotency-Key runs, the next is 409") {
  FakeDoor door;
  door.held = true;
  Api api(door);
  const auto handler = api.handler();
  const Asked asked{.idempotency_key = "order-7"};
  auto late = std::make_shared<std::optional<Response>>();
  CHECK_FALSE(ask(handler, "POST", "/v1/messages", one, asked, late));
  CHECK(ask(handler, "POST", "/v1/messages", one, asked)->status == 409);
  door.release();
  REQUIRE(late->has_value());
  CHECK((*late)->status == 202);
  door.held = false;
  CHECK(ask(handler, "POST", "/v1/messages", one, asked)->body == (*late)->body);
}

TEST_CASE("an Idempotency-Key that is none is refused") {
  FakeDoor door;
  Api api(door);
  for (const std::string& name : {std::string(), std::string(256, 'x'), std::string("a\tb"),
                                  std::string("\xFF\xFE"), std::string("né")}) {
    const auto response =
        ask(api.handler(), "POST", "/v1/messages", one, {.idempotency_key = name});
    CHECK(response->status == 400);
    CHECK(flaw_of_problem(*response) == "");
  }
}

TEST_CASE("when the disk fails nothing is accepted, and the answer says when to come back") {
  FakeDoor door;
  door.broken = Unavailable{"the disk is full; free some space", std::chrono::seconds{30}};
  Api api(door);
  const auto handler = api.handler();
  for (const auto& [method, target, body] :
       {std::tuple{"POST", "/v1/messages", one},
        std::tuple{"PUT", "/v1/suppressions/+1", std::string()},
        std::tuple{"DELETE", "/v1/messages/msg_0000000000001", std::string()}}) {
    const auto response = ask(handler, method, target, body);
    REQUIRE(response);
    CHECK(response->status == 503);
    CHECK(header_of(*response, "Retry-After") == "30");
    CHECK_THAT(response->body, Catch::Contains("the disk is full"));
  }
}

TEST_CASE("a message is read with its submissions") {
  FakeDoor door;
  Api api(door);
  const auto id = post(api.handler());
  const auto response = ask(api.handler(), "GET", "/v1/messages/" + id);
  REQUIRE(response->status == 200);
  const auto json = json_of(response);
  CHECK(json["id"] == id);
  CHECK(json["hold"]["reason"] == "no_sim");
  CHECK(json["submissions"][0]["part"] == 1);
  CHECK(json["submissions"][0]["mr"] == 7);
  CHECK(json["submissions"][0]["modem"] == "slot-01");
  CHECK(json["submissions"][0]["outcome"] == "sent");
  CHECK(json["submissions"][0]["resend"] == false);
}

TEST_CASE("what is not there is 404 with a problem") {
  FakeDoor door;
  Api api(door);
  for (const auto* target :
       {"/v1/messages/msg_zzzzzzzzzzzzz", "/v1/messages/7", "/v1/modems/none", "/v1/sims/none",
        "/v1/suppressions/+1", "/console/none", "/v1", "/v1/messages/", "/v1/nothing",
        "/v1/messages/a/b", "/openapi.jsonx"}) {
    INFO(target);
    const auto response = ask(api.handler(), "GET", target);
    CHECK(response->status == 404);
    CHECK(flaw_of_problem(*response) == "");
  }
}

TEST_CASE("what is cancelled is so at once, and what is gone cannot be") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const auto id = post(handler);
  const auto cancelled = ask(handler, "DELETE", "/v1/messages/" + id);
  CHECK(cancelled->status == 200);
  CHECK(json_of(cancelled)["state"] == "cancelled");
  const auto again = ask(handler, "DELETE", "/v1/messages/" + id);
  CHECK(again->status == 409);
  CHECK_THAT(again->body, Catch::Contains("is cancelled"));
  CHECK(ask(handler, "DELETE", "/v1/messages/msg_0000000000zzz")->status == 404);
}

TEST_CASE("what failed is queued again, and only that") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const auto id = post(handler);
  CHECK(ask(handler, "POST", "/v1/messages/msg_0000000000zzz/requeue")->status == 404);
  CHECK(ask(handler, "POST", "/v1/messages/" + id + "/requeue")->status == 409);
  door.set_state(*scheduler::message_id(id), scheduler::MessageState::failed);
  const auto response = ask(handler, "POST", "/v1/messages/" + id + "/requeue");
  CHECK(response->status == 202);
  CHECK(json_of(response)["state"] == "queued");
}

TEST_CASE("what has lost its text cannot be sent again, and is told so") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const auto id = post(handler);
  door.set_state(*scheduler::message_id(id), scheduler::MessageState::failed);
  door.lose_text(*scheduler::message_id(id));
  CHECK(json_of(ask(handler, "GET", "/v1/messages/" + id))["text"].is_null());
  const auto refused = ask(handler, "POST", "/v1/messages/" + id + "/requeue");
  CHECK(refused->status == 409);
  CHECK_THAT(refused->body, Catch::Contains("has lost its text"));
}

TEST_CASE("a list is read page by page, newest first, without loss or repetition") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  std::vector<std::string> made;
  for (int i = 0; i < 7; ++i) made.insert(made.begin(), post(handler));
  std::vector<std::string> seen;
  std::string target = "/v1/messages?limit=3";
  for (int page = 0; page < 3; ++page) {
    const auto json = json_of(ask(handler, "GET", target));
    for (const auto& item : json["items"]) seen.push_back(item["id"]);
    if (json["next"].is_null()) break;
    target = "/v1/messages?limit=3&after=" + json["next"].get<std::string>();
  }
  CHECK(seen == made);
}

TEST_CASE("a list obeys its filters") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const auto id = post(handler);
  const auto batch = json_of(ask(handler, "POST", "/v1/messages",
                                 R"({"to":["+989120000001","+989120000002"],"text":"x"})"))["batch"]
                         .get<std::string>();
  const auto count = [&](const std::string& query) {
    return json_of(ask(handler, "GET", "/v1/messages?" + query))["items"].size();
  };
  CHECK(count("") == 3);
  CHECK(count("batch=" + batch) == 2);
  CHECK(count("to=+989121234567") == 1);
  CHECK(count("to=%2B989121234567") == 1);
  CHECK(count("state=sent") == 0);
  CHECK(count("since=2026-11-22T13:30:00+03:30") == 3);
  CHECK(count("since=2026-11-22T13:30:01%2B03:30") == 0);
}

TEST_CASE("a query that is not understood is refused by its name") {
  FakeDoor door;
  Api api(door);
  for (const auto* query :
       {"limit=0", "limit=1001", "limit=x", "limit=", "after=zz", "after=", "state=lost", "batch=7",
        "since=yesterday", "to=abc", "colour=red", "limit=1&limit=2", "to=%zz"}) {
    INFO(query);
    const auto response = ask(api.handler(), "GET", std::string("/v1/messages?") + query);
    CHECK(response->status == 400);
    CHECK(flaw_of_problem(*response) == "");
    const std::string name(query, std::string_view(query).find('='));
    CHECK(json_of(response)["errors"][0]["pointer"] == "?" + name);
  }
}

TEST_CASE("a call with a parameter that it does not know does nothing") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const auto id = post(handler);
  const std::string number = "/v1/suppressions/+989120000002";
  REQUIRE(ask(handler, "PUT", number)->status == 200);
  for (const auto& [method, target] : {std::pair{"DELETE", "/v1/messages/" + id},
                                       {"POST", "/v1/messages/" + id + "/requeue"},
                                       {"GET", number},
                                       {"PUT", "/v1/suppressions/+989120000003"},
                                       {"DELETE", number}}) {
    INFO(method << " " << target);
    const auto response = ask(handler, method, target + "?dry_run=true");
    REQUIRE(response);
    CHECK(response->status == 400);
    CHECK(json_of(response)["errors"][0]["pointer"] == "?dry_run");
  }
  CHECK(json_of(ask(handler, "GET", "/v1/messages/" + id))["state"] == "queued");
  CHECK(json_of(ask(handler, "GET", "/v1/suppressions"))["items"].size() == 1);
}

TEST_CASE("a cursor of one list is refused by another") {
  FakeDoor door;
  Api api(door);
  const auto modems = json_of(ask(api.handler(), "GET", "/v1/modems?limit=1"));
  const auto next = modems["next"].get<std::string>();
  CHECK(ask(api.handler(), "GET", "/v1/messages?after=" + next)->status == 400);
  const auto rest = json_of(ask(api.handler(), "GET", "/v1/modems?limit=1&after=" + next));
  CHECK(rest["items"][0]["name"] == "slot-02");
  CHECK(rest["next"].is_null());
}

TEST_CASE("a cursor that no list gave is refused") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  for (const auto& [target, list] :
       std::vector<std::pair<std::string, char>>{{"/v1/messages", 'm'}, {"/v1/batches", 'b'}}) {
    for (const std::string key : {"99999999999999999999999", "-5", "0", "7x", "", " 7"}) {
      INFO(target << " " << key);
      const auto response = ask(handler, "GET", target + "?after=" + cursor(list, key));
      CHECK(response->status == 400);
      CHECK(json_of(response)["errors"][0]["pointer"] == "?after");
    }
    CHECK(ask(handler, "GET", target + "?after=" + cursor(list, "7"))->status == 200);
  }
}

TEST_CASE("modems and SIMs are shown as they are, the ill ones too") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const auto modem = json_of(ask(handler, "GET", "/v1/modems/slot-01"));
  CHECK(modem["verdict"]["level"] == "good");
  CHECK(modem["signal_dbm"] == -71);
  CHECK(modem["usb_path"].is_null());
  CHECK(modem["storage"][0]["total"] == 50);
  const auto gone = json_of(ask(handler, "GET", "/v1/modems/slot-02"));
  CHECK(gone["state"] == "absent");
  CHECK(gone["maker"] == "says \"\xEF\xBF\xBD\n\"");
  CHECK(gone["signal_dbm"].is_null());
  const auto sim = json_of(ask(handler, "GET", "/v1/sims/8998110000000000001"));
  CHECK(sim["limits"]["per_day"] == 500);
  CHECK(sim["limits"]["per_hour"].is_null());
  CHECK(sim["limits"]["min_interval"] == "1500ms");
  CHECK(sim["left"]["per_day"] == 499);
  CHECK(sim["balance"]["amount"] == 12345.5);
  CHECK(sim["balance"]["text"] == "12,345.5 left");
  const auto other = json_of(ask(handler, "GET", "/v1/sims/imsi:432110000000001"));
  CHECK(other["state"] == "held");
  CHECK(other["balance"].is_null());
  CHECK(json_of(ask(handler, "GET", "/v1/sims"))["items"].size() == 2);
}

TEST_CASE("a suppression is put, read, listed and lifted") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const auto put = ask(handler, "PUT", "/v1/suppressions/09121234567",
                       R"({"scope":"promotional","reason":"opt_out"})");
  REQUIRE(put->status == 200);
  CHECK(json_of(put)["number"] == "+989121234567");
  CHECK(json_of(put)["evidence"] == "API key all");
  CHECK(json_of(ask(handler, "GET", "/v1/suppressions/+989121234567"))["scope"] == "promotional");
  CHECK(json_of(ask(handler, "GET", "/v1/suppressions"))["items"].size() == 1);
  const auto lifted = ask(handler, "DELETE", "/v1/suppressions/+989121234567");
  CHECK(lifted->status == 204);
  CHECK(lifted->body.empty());
  CHECK(ask(handler, "DELETE", "/v1/suppressions/+989121234567")->status == 404);
}

TEST_CASE("a suppression that would narrow an earlier one is answered with the earlier one") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const std::string target = "/v1/suppressions/+989121234567";
  REQUIRE(ask(handler, "PUT", target, R"({"reason":"erasure"})")->status == 200);
  const auto put = ask(handler, "PUT", target, R"({"scope":"promotional","reason":"opt_out"})",
                       {.key = sender_key});
  CHECK(put->status == 200);
  CHECK(json_of(put)["reason"] == "erasure");
  CHECK(json_of(put)["scope"] == "all");
}

TEST_CASE("a suppression with a wrong word says which words there are") {
  FakeDoor door;
  Api api(door);
  const auto response =
      ask(api.handler(), "PUT", "/v1/suppressions/+1", R"({"scope":"otp","reason":5,"x":1})");
  REQUIRE(response->status == 422);
  CHECK(json_of(response)["errors"].size() == 3);
  CHECK(ask(api.handler(), "PUT", "/v1/suppressions/+1", "[]")->status == 400);
}

TEST_CASE("a suppression of what is no number is refused, read and lifted no more than put") {
  FakeDoor door;
  Api api(door);
  for (const auto* method : {"GET", "PUT", "DELETE"}) {
    const auto response = ask(api.handler(), method, "/v1/suppressions/abc");
    CHECK(response->status == 422);
    CHECK(flaw_of_problem(*response) == "");
  }
}

TEST_CASE("health needs no key and says what is wrong") {
  FakeDoor door;
  Api api(door);
  const Asked nobody{.key = ""};
  CHECK(ask(api.handler(), "GET", "/healthz", "", nobody)->status == 200);
  CHECK(ask(api.handler(), "GET", "/readyz", "", nobody)->status == 200);
  door.health_now = {true, false, {"the disk is full; free some space"}};
  CHECK(ask(api.handler(), "GET", "/healthz", "", nobody)->status == 200);
  const auto ready = ask(api.handler(), "GET", "/readyz", "", nobody);
  CHECK(ready->status == 503);
  CHECK(json_of(ready)["problems"][0] == "the disk is full; free some space");
}

TEST_CASE("the wrong method is 405 with those that are right") {
  FakeDoor door;
  Api api(door);
  const auto response = ask(api.handler(), "PATCH", "/v1/messages");
  CHECK(response->status == 405);
  CHECK(header_of(*response, "Allow") == "POST, GET, HEAD, OPTIONS");
  CHECK(flaw_of_problem(*response) == "");
  const auto options = ask(api.handler(), "OPTIONS", "/healthz", "", {.key = ""});
  CHECK(options->status == 204);
  CHECK(header_of(*options, "Allow") == "GET, HEAD, OPTIONS");
}

TEST_CASE("only JSON is taken") {
  FakeDoor door;
  Api api(door);
  const auto status = [&](const char* type) {
    return ask(api.handler(), "POST", "/v1/messages", one, {.content_type = type})->status;
  };
  CHECK(status("application/x-www-form-urlencoded") == 415);
  CHECK(status("text/csv") == 415);
  CHECK(status("application/jsonx") == 415);
  CHECK(status("Application/JSON; charset=utf-8") == 202);
  CHECK(status("") == 202);
}

}  // namespace bank::web::test
