// Webhooks as a client of the HTTP API sees them.
#include <catch2/catch.hpp>

#include "tests/web/appliance.hpp"
#include "tests/web/ask.hpp"
#include "web/webhook_signature.hpp"

namespace bank::web::test {

using nlohmann::json;
using namespace std::chrono_literals;

namespace {

constexpr auto given_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct Client {
  FakeDoor door;
  Api api{door};

  std::optional<Response> call(const std::string& method, const std::string& target,
                               const json& body = nullptr) {
    return ask(api.handler(), method, target, body.is_null() ? "" : body.dump());
  }
  json made(const json& body = {{"url", "https://example.com/sms"}}) {
    const auto response = call("POST", "/v1/webhooks", body);
    REQUIRE(response);
    REQUIRE(response->status == 201);
    return json_of(response);
  }
  void happen(const std::string& type, const std::string& conversation = "a") {
    const Happening one{type, test_now, conversation, R"({"x":1})"};
    door.webhooks_book.commit([&](WebhookRows& rows) {
      rows.enqueue(std::span(&one, 1));
      return 0;
    });
  }
  void end(const json& delivery, DeliveryStep::What what) {
    const auto name = delivery_name(delivery.at("id").get<std::string>()).value();
    const DeliveryResult result{
        name.id,
        WebhookId{1},
        delivery.at("conversation"),
        {delivery.at("attempts").get<int>() + 1, test_now, 42ms, 500, "HTTP 500", "no\\x1b"},
        {what, test_now + 5s, "HTTP 500"}};
    door.webhooks_book.commit([&](WebhookRows& rows) { return rows.note(std::span(&result, 1)); });
  }
};

std::string path_of(const json& webhook, const std::string& more = {}) {
  return "/v1/webhooks/" + webhook.at("id").get<std::string>() + more;
}

std::string pointer_of(const std::optional<Response>& response) {
  return json_of(response)["errors"][0].value("pointer", "");
}

}  // namespace

TEST_CASE("a subscription is made with a secret that is shown once") {
  Client client;
  const auto made = client.made(
      {{"url", "https://example.com/sms"}, {"events", {"message.*", "inbound.received"}}});
  CHECK(read_webhook_secret(made.at("secret").get<std::string>())->size() == 32);
  auto shown = made;
  shown.erase("secret");
  CHECK(shown == json{{"id", outside(WebhookId{1})},
                      {"url", "https://example.com/sms"},
                      {"events", {"message.*", "inbound.received"}},
                      {"filter", json::object()},
                      {"enabled", true},
                      {"disabled_because", nullptr},
                      {"left_alone_until", nullptr},
                      {"created_at", "2026-11-22T10:00:00.000Z"},
                      {"created_by", "API key all"},
                      {"old_secret_until", nullptr},
                      {"pending", 0},
                      {"delivered", 0},
                      {"dead", 0}});
  CHECK(json_of(client.call("GET", path_of(made))) == shown);
  CHECK(json_of(client.call("GET", "/v1/webhooks")) ==
        json{{"items", json::array({shown})}, {"next", nullptr}});
  client.door.webhooks_book.left_alone = test_now + 30s;
  CHECK(json_of(client.call("GET", path_of(made)))["left_alone_until"] ==
        "2026-11-22T10:00:30.000Z");
}

TEST_CASE("a secret may be the caller's, and is renewed with a day for the old one") {
  Client client;
  const auto made =
      client.made({{"url", "https://example.com/"}, {"events", {"*"}}, {"secret", given_secret}});
  CHECK(made.at("secret") == given_secret);
  CHECK(made.at("events") == json{"*"});
  auto renewed = json_of(client.call("POST", path_of(made, "/secret")));
  CHECK(renewed.at("secret") != given_secret);
  CHECK(renewed.at("old_secret_until") == "2026-11-23T10:00:00.000Z");
  renewed = json_of(client.call("POST", path_of(made, "/secret"), {{"secret", given_secret}}));
  CHECK(renewed.at("secret") == given_secret);
  CHECK(client.call("POST", path_of(made, "/secret"), {{"secret", "short"}})->status == 422);
  CHECK(client.call("POST", path_of(made, "/secret"), {{"url", "https://x.example/"}})->status ==
        422);
  CHECK(ask(client.api.handler(), "POST", path_of(made, "/secret"), "{")->status == 400);
}

TEST_CASE("what is wrong with a subscription is told, each with its place") {
  Client client;
  const json good{{"url", "https://example.com/"}};
  for (const auto& [field, value, pointer] :
       std::vector<std::tuple<std::string, json, std::string>>{
           {"url", "example.com", "/url"},
           {"url", 7, "/url"},
           {"url", "http://169.254.169.254/latest", "/url"},
           {"url", "https://user:word@example.com/", "/url"},
           {"events", json::array(), "/events"},
           {"events", "message.*", "/events"},
           {"events", json(std::vector<std::string>(33, "a.b")), "/events"},
           {"events", {"message.*", "*.sent"}, "/events/1"},
           {"events", {7}, "/events/0"},
           {"events", {std::string(65, 'a')}, "/events/0"},
           {"filter", {"sim"}, "/filter"},
           {"filter", {{"sim", "shop"}}, "/filter/sim"},
           {"filter", {{"sim", json::array()}}, "/filter/sim"},
           {"filter", {{"sim", {"shop", 7}}}, "/filter/sim"},
           {"filter", {{"sim", {""}}}, "/filter/sim"},
           {"filter", {{"sim", {std::string(161, 'a')}}}, "/filter/sim"},
           {"filter", {{"sim", std::vector<std::string>(33, "a")}}, "/filter/sim"},
           {"filter", {{"text", {"hello"}}}, "/filter/text"},
           {"filter", {{"a/b", {"hello"}}}, "/filter/a~1b"},
           {"secret", "whsec_short", "/secret"},
           {"secret", 7, "/secret"},
           {"enabled", true, "/enabled"},
           {"uri", "https://example.com/", "/uri"}}) {
    INFO(field << " " << value);
    auto body = good;
    body[field] = value;
    const auto response = client.call("POST", "/v1/webhooks", body);
    REQUIRE(response);
    CHECK(response->status == 422);
    CHECK(flaw_of_problem(*response).empty());
    CHECK(pointer_of(response) == pointer);
  }
  CHECK(pointer_of(client.call("POST", "/v1/webhooks", json::object())) == "/url");
  CHECK(client.call("POST", "/v1/webhooks", json::array())->status == 400);
  CHECK(json_of(client.call("GET", "/v1/webhooks"))["items"].empty());
}

TEST_CASE("a private address is taken where the operator allows it") {
  Client client;
  client.door.webhooks_book.policy.allowed = {"10.0.0.5:8080"};
  (void)client.made({{"url", "http://10.0.0.5:8080/x"}});
  CHECK(client.call("POST", "/v1/webhooks", {{"url", "http://10.0.0.5:80/x"}})->status == 422);
}

TEST_CASE("a subscription is changed, switched off and on, and deleted") {
  Client client;
  const auto made = client.made();
  auto now = json_of(client.call("PATCH", path_of(made),
                                 {{"url", "https://example.org/"}, {"events", {"modem.*"}}}));
  CHECK(now.at("url") == "https://example.org/");
  CHECK(now.at("events") == json{"modem.*"});
  CHECK(now.at("filter") == json::object());
  const json of_two{{"sim", {"shop"}}, {"to", {"+989121234567"}}};
  now = json_of(client.call("PATCH", path_of(made), {{"filter", of_two}}));
  CHECK(now.at("filter") == of_two);
  CHECK(now.at("events") == json{"modem.*"});
  CHECK_FALSE(now.contains("secret"));
  now = json_of(client.call("PATCH", path_of(made), {{"enabled", false}}));
  CHECK(now.at("enabled") == false);
  CHECK(now.at("url") == "https://example.org/");
  CHECK(client.call("POST", path_of(made, "/test"))->status == 409);
  CHECK(json_of(client.call("PATCH", path_of(made), {{"enabled", true}})).at("enabled") == true);
  for (const json& bad : {json{{"enabled", 1}}, json{{"secret", given_secret}},
                          json{{"url", "http://localhost:0/"}}}) {
    INFO(bad);
    CHECK(client.call("PATCH", path_of(made), bad)->status == 422);
  }
  CHECK(ask(client.api.handler(), "PATCH", path_of(made), "{")->status == 400);
  CHECK(client.call("DELETE", path_of(made))->status == 204);
  CHECK(client.call("DELETE", path_of(made))->status == 404);
  CHECK(json_of(client.call("GET", "/v1/webhooks"))["items"].empty());
}

TEST_CASE("an id that is none, or of another, is 404 for every call") {
  Client client;
  const auto made = client.made();
  client.happen("message.sent");
  const std::string delivery = "/deliveries/" + outside(DeliveryName{DeliveryId{9}, 9});
  for (const auto& id : {std::string("x"), outside(WebhookId{77})}) {
    for (const auto& [method, more] :
         std::vector<std::pair<std::string, std::string>>{{"GET", ""},
                                                          {"DELETE", ""},
                                                          {"POST", "/test"},
                                                          {"POST", "/replay"},
                                                          {"POST", "/secret"},
                                                          {"GET", "/deliveries"},
                                                          {"GET", delivery},
                                                          {"POST", delivery + "/replay"}}) {
      INFO(method << " " << id << more);
      CHECK(client.call(method, "/v1/webhooks/" + id + more)->status == 404);
    }
    CHECK(client.call("PATCH", "/v1/webhooks/" + id, {{"enabled", true}})->status == 404);
  }
  CHECK(client.call("GET", path_of(made, delivery))->status == 404);
  CHECK(client.call("GET", path_of(made, "/deliveries/evt_1"))->status == 404);
  CHECK(client.call("POST", path_of(made, delivery + "/replay"))->status == 404);
  CHECK(client.call("GET", path_of(made, "/deliveries/a/b"))->status == 404);
  CHECK(client.call("GET", path_of(made, "/deliveries/"))->status == 404);
}

TEST_CASE("deliveries are listed by state, newest first, page by page, and shown whole alone") {
  Client client;
  const auto made = client.made();
  for (int i = 0; i < 5; ++i) client.happen("message.sent", "c" + std::to_string(i));
  auto page = json_of(client.call("GET", path_of(made, "/deliveries?limit=3")));
  REQUIRE(page["items"].size() == 3);
  CHECK(page["items"][0]["conversation"] == "c4");
  const auto next = page["next"].get<std::string>();
  page = json_of(client.call("GET", path_of(made, "/deliveries?limit=3&after=" + next)));
  REQUIRE(page["items"].size() == 2);
  CHECK(page["next"].is_null());
  client.end(page["items"][1], DeliveryStep::What::dead);
  client.end(page["items"][0], DeliveryStep::What::again);

  const auto dead = json_of(client.call("GET", path_of(made, "/deliveries?state=dead")));
  REQUIRE(dead["items"].size() == 1);
  CHECK(dead["items"][0]["error"] == "HTTP 500");
  CHECK(json_of(client.call("GET", path_of(made, "/deliveries?state=pending")))["items"].size() ==
        4);
  CHECK(json_of(client.call("GET", path_of(made, "/deliveries?state=delivered")))["items"].empty());
  CHECK(client.call("GET", path_of(made, "/deliveries?state=lost"))->status == 400);

  const auto id = dead["items"][0]["id"].get<std::string>();
  const auto whole = json_of(client.call("GET", path_of(made, "/deliveries/" + id)));
  CHECK(whole.at("body") ==
        R"({"type":"message.sent","timestamp":"2026-11-22T10:00:00.000Z","data":{"x":1}})");
  CHECK(whole.at("log") == json::array({{{"number", 1},
                                         {"at", "2026-11-22T10:00:00.000Z"},
                                         {"status", 500},
                                         {"error", "HTTP 500"},
                                         {"took_ms", 42},
                                         {"answer", "no\\x1b"}}}));
}

TEST_CASE("one dead letter is replayed, or all of them, and a test is sent") {
  Client client;
  const auto made = client.made();
  client.happen("message.sent");
  const auto first = json_of(client.call("GET", path_of(made, "/deliveries")))["items"][0];
  client.end(first, DeliveryStep::What::dead);
  const auto all = client.call("POST", path_of(made, "/replay"));
  CHECK(all->status == 202);
  CHECK(json_of(all) == json{{"deliveries", 1}});
  const auto replayed = client.call(
      "POST", path_of(made, "/deliveries/" + first["id"].get<std::string>() + "/replay"));
  CHECK(replayed->status == 202);
  CHECK(json_of(replayed)["state"] == "pending");
  CHECK(json_of(replayed)["id"] == first["id"]);

  const auto test = client.call("POST", path_of(made, "/test"));
  CHECK(test->status == 202);
  CHECK(json_of(test)["type"] == "test.ping");
  CHECK(json::parse(json_of(test)["body"].get<std::string>())["data"] ==
        json{{"webhook", made["id"]}});
}

TEST_CASE("there are at most 32 subscriptions") {
  Client client;
  for (std::size_t i = 0; i < most_webhooks; ++i) (void)client.made();
  const auto response = client.call("POST", "/v1/webhooks", {{"url", "https://example.com/"}});
  CHECK(response->status == 409);
  CHECK(json_of(response)["type"] == "urn:modembank:problem:too_many_webhooks");
}

TEST_CASE("webhooks are for administrators, and 503 while nothing can be written") {
  Client client;
  for (const auto& key : {reader_key, sender_key}) {
    CHECK(ask(client.api.handler(), "GET", "/v1/webhooks", "", {.key = key})->status == 403);
  }
  client.door.webhooks_book.broken = Unavailable{"the disk is full"};
  const auto response = client.call("POST", "/v1/webhooks", {{"url", "https://example.com/"}});
  CHECK(response->status == 503);
  CHECK(header_of(*response, "Retry-After") == "1");
}

}  // namespace bank::web::test
