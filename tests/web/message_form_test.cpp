#include <catch2/catch.hpp>

#include "tests/web/ask.hpp"
#include "web/time_text.hpp"

namespace bank::web::test {

namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

struct BadBody {
  const char* name;
  std::string body;
  int status;
  std::string pointer;  // of the first error
  std::string says;     // part of its detail
};

const std::string to = R"("to":"+989121234567")";
const std::string text = R"("text":"hi")";

std::vector<BadBody> bad_bodies() {
  const auto with = [](const std::string& more) {
    return "{" + to + "," + text + "," + more + "}";
  };
  return {
      {"nothing", "", 400, "", "empty"},
      {"only space", " \n", 400, "", "empty"},
      {"no JSON", "to=1", 400, "", "not JSON"},
      {"JSON that breaks off", "{" + to, 400, "", "not JSON"},
      {"something after the object", "{" + to + "," + text + "} x", 400, "", "not JSON"},
      {"an array", "[]", 400, "", "array"},
      {"a number", "7", 400, "", "number"},
      {"null", "null", 400, "", "null"},
      {"octets that are not UTF-8", "{" + to + ",\"text\":\"\xC3\x28\"}", 400, "", "UTF-8"},
      {"half a surrogate pair", "{" + to + R"(,"text":"\ud800"})", 400, "", "not JSON"},
      {"brackets to blow the stack", repeated("[", 500'000), 400, "", "nested deeper"},
      {"objects to blow the stack", repeated("{\"a\":", 100'000), 400, "", "nested deeper"},
      {"a million values", "[" + repeated("1,", 400'000) + "1]", 400, "", "more than 50000 values"},
      {"no recipient", "{" + text + "}", 422, "/to", "missing"},
      {"no text", "{" + to + "}", 422, "/text", "missing"},
      {"a recipient of the wrong type", "{\"to\":5," + text + "}", 422, "/to", "is number"},
      {"a recipient that is null", "{\"to\":null," + text + "}", 422, "/to", "is null"},
      {"a recipient that is no number", "{\"to\":\"abc\"," + text + "}", 422, "/to",
       "not a number"},
      {"an empty recipient", "{\"to\":\"\"," + text + "}", 422, "/to", "empty"},
      {"no recipients", "{\"to\":[]," + text + "}", 422, "/to", "empty"},
      {"recipients of the wrong type", "{\"to\":[\"+1\",{}]," + text + "}", 422, "/to/1",
       "is object"},
      {"recipients of which none is one", "{\"to\":[\"a\",\"b\"]," + text + "}", 422, "/to/0",
       "not a number"},
      {"10,001 recipients", "{\"to\":[" + repeated("\"+1\",", 10'000) + "\"+1\"]," + text + "}",
       422, "/to", "10001 numbers; send at most 10000"},
      {"an empty text", "{" + to + ",\"text\":\"\"}", 422, "/text", "empty"},
      {"a text of the wrong type", "{" + to + ",\"text\":[]}", 422, "/text", "is array"},
      {"a bell", "{" + to + R"(,"text":"ab\u0007"})", 422, "/text", "octet 2"},
      {"a zero", "{" + to + R"(,"text":"\u0000"})", 422, "/text", "octet 0"},
      {"256 parts", "{" + to + ",\"text\":\"" + repeated("x", 255 * 153 + 1) + "\"}", 422, "/text",
       "more than 255 parts"},
      {"256 parts of UCS-2", "{" + to + ",\"text\":\"" + repeated("س", 255 * 67 + 1) + "\"}", 422,
       "/text", "more than 255 parts"},
      {"a character that GSM 7-bit lacks", "{" + to + R"(,"text":"aس","encoding":"gsm7"})", 422,
       "/text", "octet 1"},
      {"an unknown field", with(R"("txt":"x")"), 422, "/txt", "unknown field"},
      {"a field whose name needs escaping", with(R"("a/b~c":1)"), 422, "/a~1b~0c", "unknown field"},
      {"an unknown class", with(R"("class":"spam")"), 422, "/class", "unknown"},
      {"the program's own class", with(R"("class":"system")"), 422, "/class", "unknown"},
      {"a class of the wrong type", with(R"("class":1)"), 422, "/class", "is number"},
      {"a class that the key was not granted", with(R"("class":"otp")"), 403, "/class",
       "may not send otp"},
      {"a priority too high", with(R"("priority":10)"), 422, "/priority", "0 to 9"},
      {"a priority too low", with(R"("priority":-1)"), 422, "/priority", "0 to 9"},
      {"a priority beyond all integers", with(R"("priority":99999999999999999999999)"), 422,
       "/priority", "0 to 9"},
      {"half a priority", with(R"("priority":5.5)"), 422, "/priority", "whole number"},
      {"a priority in words", with(R"("priority":"high")"), 422, "/priority", "is string"},
      {"a report in words", with(R"("report":"yes")"), 422, "/report", "true or false"},
      {"a flash that is null", with(R"("flash":null)"), 422, "/flash", "true or false"},
      {"an unknown encoding", with(R"("encoding":"utf8")"), 422, "/encoding", "unknown"},
      {"an unknown pool", with(R"("pool":"x")"), 422, "/pool", "no such pool"},
      {"an unknown SIM", with(R"("sim":"1")"), 422, "/sim", "no such SIM"},
      {"a time without offset", with(R"("send_at":"2026-11-22T10:00:00")"), 422, "/send_at",
       "no time"},
      {"a day that does not exist", with(R"("send_at":"2026-02-30T10:00:00Z")"), 422, "/send_at",
       "no time"},
      {"a time that is a number", with(R"("send_at":1795341600)"), 422, "/send_at", "is number"},
      {"a life that is over", with(R"("expires_at":"2026-11-22T09:59:59Z")"), 422, "/expires_at",
       "is over"},
      {"a life that ends before it begins",
       with(R"("send_at":"2026-11-23T10:00:00Z","expires_at":"2026-11-23T09:00:00Z")"), 422,
       "/expires_at", "not after send_at"},
      {"a reference too long", with("\"reference\":\"" + repeated("r", 256) + "\""), 422,
       "/reference", "at most 255"},
      {"a reference with a line end", with(R"("reference":"a\nb")"), 422, "/reference", "octet 1"},
  };
}

}  // namespace

TEST_CASE("a bad body is refused with its place and what to do, and nothing is stored") {
  for (const auto& bad : bad_bodies()) {
    DYNAMIC_SECTION(bad.name) {
      FakeDoor door;
      Api api(door);
      const auto response = ask(api.handler(), "POST", "/v1/messages", bad.body);
      REQUIRE(response);
      CHECK(response->status == bad.status);
      CHECK(flaw_of_problem(*response) == "");
      const auto json = json_of(response);
      CHECK(json["errors"][0]["pointer"] == bad.pointer);
      CHECK_THAT(json["errors"][0]["detail"].get<std::string>(), Catch::Contains(bad.says));
      CHECK(door.messages_made() == 0);
    }
  }
}

TEST_CASE("all that is wrong with a body is said at once") {
  FakeDoor door;
  Api api(door);
  const auto response = ask(api.handler(), "POST", "/v1/messages",
                            R"({"to":"x","text":"","priority":11,"colour":1,"class":"otp"})");
  REQUIRE(response->status == 422);
  std::set<std::string> pointers;
  const auto json = json_of(response);
  for (const auto& error : json["errors"]) pointers.insert(error["pointer"].get<std::string>());
  CHECK(pointers == std::set<std::string>{"/to", "/text", "/priority", "/colour", "/class"});
}

TEST_CASE("ten thousand errors are listed to a hundred, and the detail says so") {
  FakeDoor door;
  Api api(door);
  const auto body = "{\"to\":[" + repeated("1,", 9'999) + "1],\"text\":\"x\"}";
  const auto response = ask(api.handler(), "POST", "/v1/messages", body);
  REQUIRE(response->status == 422);
  const auto json = json_of(response);
  CHECK(json["errors"].size() == 100);
  CHECK_THAT(json["detail"].get<std::string>(), Catch::Contains("more than 100 errors"));
}

TEST_CASE("a message longer than any SIM's plan is refused at the door by that name") {
  FakeDoor door;
  door.largest = 2;
  Api api(door);
  const auto response = ask(api.handler(), "POST", "/v1/messages",
                            "{" + to + ",\"text\":\"" + repeated("x", 307) + "\"}");
  REQUIRE(response->status == 422);
  const auto json = json_of(response);
  CHECK(json["type"] == "urn:modembank:problem:larger_than_plan");
  CHECK(json["errors"][0]["pointer"] == "/text");
}

TEST_CASE("what a message leaves out is as INTERFACES says, and what it says is kept") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();

  SECTION("the defaults") {
    REQUIRE(ask(handler, "POST", "/v1/messages", "{" + to + "," + text + "}")->status == 202);
    const auto& message = door.last_accept->prototype;
    CHECK(message.message_class == scheduler::MessageClass::transactional);
    CHECK(message.priority == 5);
    CHECK(message.pool == "default");
    CHECK(message.report);
    CHECK_FALSE(message.flash);
    CHECK(message.encoding == at::Encoding::automatic);
    CHECK(message.expires_at == test_now + std::chrono::hours{24});
    CHECK(door.last_accept->to == std::vector<std::string>{"+989121234567"});
  }
  SECTION("everything given") {
    const auto response = ask(handler, "POST", "/v1/messages", R"({"to":"0912 123 4567",
      "text":"a\nb","class":"service","priority":9,"pool":"bulk","sim":"8998110000000000001",
      "send_at":"2026-11-22T15:30:00+03:30","expires_at":"2026-11-24T00:00:00Z","report":false,
      "encoding":"ucs2","flash":true,"reference":"order 7"})");
    REQUIRE(response->status == 202);
    const auto& message = door.last_accept->prototype;
    CHECK(door.last_accept->to.front() == "+989121234567");
    CHECK(message.priority == 9);
    CHECK(message.pool == "bulk");
    CHECK(message.sim == scheduler::SimId{1});
    CHECK(rfc3339(*message.send_at) == "2026-11-22T12:00:00.000Z");
    CHECK(message.encoding == at::Encoding::ucs2);
    const auto json = json_of(response);
    CHECK(json["sim"] == "8998110000000000001");
    CHECK(json["reference"] == "order 7");
    CHECK(json["hold"]["reason"] == "send_at");
    CHECK(json["hold"]["until"] == "2026-11-22T12:00:00.000Z");
  }
  SECTION("plain is counted as it will be sent, and its text kept as it came") {
    const auto body = [](std::string_view encoding) {
      return "{" + to + ",\"text\":\"" + repeated("Tiếng Việt ", 14) + R"(","encoding":")" +
             std::string(encoding) + "\"}";
    };
    CHECK(json_of(ask(handler, "POST", "/v1/messages", body("auto")))["parts"] == 3);
    const auto response = ask(handler, "POST", "/v1/messages", body("plain"));
    REQUIRE(response->status == 202);
    CHECK(json_of(response)["parts"] == 1);
    CHECK(json_of(response)["encoding"] == "plain");
    CHECK(door.last_accept->prototype.text == repeated("Tiếng Việt ", 14));
    CHECK(door.last_accept->prototype.encoding == at::Encoding::plain);
  }
  SECTION("a life that would end after the last year that RFC 3339 can write") {
    const auto body = "{" + to + "," + text + R"(,"send_at":"9999-12-31T12:00:00Z"})";
    const auto response = ask(handler, "POST", "/v1/messages", body);
    REQUIRE(response->status == 202);
    CHECK(json_of(response)["expires_at"] == "9999-12-31T23:59:59.999Z");
  }
  SECTION("what may be null") {
    const auto body =
        "{" + to + "," + text + R"(,"sim":null,"send_at":null,"expires_at":null,"reference":null})";
    CHECK(ask(handler, "POST", "/v1/messages", body)->status == 202);
  }
  SECTION("the last of two equal keys counts") {
    REQUIRE(ask(handler, "POST", "/v1/messages", "{" + to + R"(,"text":"a","text":"b"})")->status ==
            202);
    CHECK(door.last_accept->prototype.text == "b");
  }
  SECTION("255 parts are taken") {
    const auto body = "{" + to + ",\"text\":\"" + repeated("x", 255 * 153) + "\"}";
    const auto response = ask(handler, "POST", "/v1/messages", body);
    REQUIRE(response->status == 202);
    CHECK(json_of(response)["parts"] == 255);
  }
}

TEST_CASE("a key with pools sends through these alone, and the refusal names them") {
  FakeDoor door;
  Api api(door);
  const auto post = [&](const std::string& key, const std::string& more) {
    return ask(api.handler(), "POST", "/v1/messages", "{" + to + "," + text + more + "}",
               {.key = key})
        .value();
  };
  const auto refused = post(bulk_key, R"(,"pool":"default")");
  CHECK(refused.status == 403);
  CHECK(flaw_of_problem(refused) == "");
  const auto problem = json_of(refused);
  CHECK(problem["type"] == "urn:modembank:problem:pool_not_allowed");
  CHECK(problem["errors"][0]["pointer"] == "/pool");
  CHECK_THAT(refused.body, Catch::Contains("only through bulk"));

  // The only pool it has is the one it means.
  CHECK(json_of(post(bulk_key, R"(,"pool":"bulk")"))["pool"] == "bulk");
  CHECK(json_of(post(bulk_key, ""))["pool"] == "bulk");
  CHECK(post(pools_key, R"(,"pool":"bulk")").status == 202);
  const auto unnamed = post(pools_key, "");
  CHECK(unnamed.status == 403);
  CHECK_THAT(unnamed.body, Catch::Contains("bulk, vip"));
  CHECK(json_of(post(good_key, ""))["pool"] == "default");

  // A SIM that is in none of its pools is no way around.
  const auto sim = post(bulk_key, R"(,"sim":"8998110000000000001")");
  CHECK(sim.status == 403);
  CHECK(json_of(sim)["errors"][0]["pointer"] == "/sim");
  CHECK(post(good_key, R"(,"sim":"8998110000000000001")").status == 202);

  // With something else wrong it is one of several errors.
  CHECK(post(bulk_key, R"(,"pool":"default","priority":12)").status == 422);
}

TEST_CASE("a key with pools sends nothing again that goes through another") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const auto made = json_of(ask(handler, "POST", "/v1/messages", "{" + to + "," + text + "}"));
  const std::string id = made["id"];
  door.set_state(scheduler::message_id(id).value(), scheduler::MessageState::failed);
  const auto requeue = [&](const std::string& key) {
    return ask(handler, "POST", "/v1/messages/" + id + "/requeue", "", {.key = key}).value();
  };
  const auto refused = requeue(bulk_key);
  CHECK(refused.status == 403);
  CHECK(flaw_of_problem(refused) == "");
  CHECK(requeue(sender_key).status == 202);
}

TEST_CASE("a key sends nothing again that it could not have sent") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const auto failed = [&](const std::string& more, const std::string& key) {
    const auto made =
        ask(handler, "POST", "/v1/messages", "{" + to + "," + text + more + "}", {.key = key});
    const std::string id = json_of(made)["id"];
    door.set_state(scheduler::message_id(id).value(), scheduler::MessageState::failed);
    return id;
  };
  const auto requeue = [&](const std::string& id, const std::string& key) {
    return ask(handler, "POST", "/v1/messages/" + id + "/requeue", "", {.key = key}).value();
  };
  SECTION("of a class that is not the key's") {
    const auto id = failed(R"(,"class":"otp")", sender_key);
    const auto refused = requeue(id, good_key);
    CHECK(refused.status == 403);
    CHECK(flaw_of_problem(refused) == "");
    CHECK(json_of(refused)["type"] == "urn:modembank:problem:class_not_allowed");
    CHECK_THAT(refused.body, Catch::Contains("--class otp"));
    CHECK(requeue(id, sender_key).status == 202);
  }
  SECTION("through a SIM that is in none of the key's pools") {
    const auto id = failed(R"(,"pool":"bulk","sim":"8998110000000000001")", good_key);
    const auto refused = requeue(id, bulk_key);
    CHECK(refused.status == 403);
    CHECK(flaw_of_problem(refused) == "");
    CHECK(json_of(refused)["type"] == "urn:modembank:problem:pool_not_allowed");
    CHECK(requeue(id, good_key).status == 202);
  }
  SECTION("of what the program sends by itself, unless it is an administrator's") {
    const auto id = failed("", good_key);
    door.set_class(scheduler::message_id(id).value(), scheduler::MessageClass::system);
    const auto refused = requeue(id, sender_key);
    CHECK(refused.status == 403);
    CHECK_THAT(refused.body, Catch::Contains("--scope admin"));
    CHECK(requeue(id, good_key).status == 202);
  }
}

}  // namespace bank::web::test
