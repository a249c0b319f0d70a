#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "tests/web/appliance.hpp"

namespace bank::web::test {

using namespace std::chrono_literals;

TEST_CASE("a message posted over the wire is read, listed and cancelled over it") {
  Appliance appliance;
  auto client = appliance.connect();
  client.post("/v1/messages", one, as_json);
  const auto accepted = client.answer();
  REQUIRE(accepted);
  CHECK(accepted->status == 202);
  CHECK(accepted->headers.at("content-type") == "application/json");
  CHECK(accepted->headers.at("x-content-type-options") == "nosniff");
  const auto place = accepted->headers.at("location");
  client.get(place, with_key);
  CHECK(nlohmann::json::parse(client.answer()->body)["text"] == "hi");
  client.get("/v1/messages?to=%2B989121234567", with_key);
  CHECK(nlohmann::json::parse(client.answer()->body)["items"].size() == 1);
  client.say("DELETE " + place + " HTTP/1.1\r\nHost: x\r\n" + with_key + "\r\n");
  CHECK(nlohmann::json::parse(client.answer()->body)["state"] == "cancelled");
}

TEST_CASE("three hundred callers share one commit") {
  Appliance appliance;
  appliance.door.held = true;
  std::vector<HttpClient> clients;
  for (int i = 0; i < 300; ++i) {
    clients.push_back(appliance.connect());
    clients.back().post("/v1/messages", one, as_json);
  }
  while (appliance.door.waiting() < 300) std::this_thread::yield();
  appliance.door.release();
  std::set<std::string> places;
  for (auto& client : clients) {
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 202);
    places.insert(answer->headers.at("location"));
  }
  CHECK(places.size() == 300);
}

TEST_CASE("errors over the wire are problems, whatever is sent") {
  Appliance appliance;
  struct Bad {
    std::string request;
    int status;
  };
  const auto post = [](const std::string& headers, const std::string& body) {
    return "POST /v1/messages HTTP/1.1\r\nHost: x\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  for (const auto& bad : {
           Bad{post("Content-Type: application/json\r\n", one), 401},
           Bad{post(as_json, "{"), 400},
           Bad{post(as_json, R"({"to":"+989121234567","text":""})"), 422},
           Bad{post(with_key + "Content-Type: text/csv\r\n", one), 415},
           Bad{post(as_json, std::string(2'000'000, 'x')), 413},
           Bad{"PATCH /v1/messages HTTP/1.1\r\nHost: x\r\n\r\n", 405},
           Bad{"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404},
           Bad{"GET /v1/messages?limit=5000 HTTP/1.1\r\nHost: x\r\n" + with_key + "\r\n", 400},
           Bad{"GET /v1/modems/%zz HTTP/1.1\r\nHost: x\r\n" + with_key + "\r\n", 400},
       }) {
    INFO(bad.request.substr(0, 60));
    auto client = appliance.connect();
    client.say(bad.request);
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == bad.status);
    CHECK(answer->headers.at("content-type") == "application/problem+json");
    CHECK(nlohmann::json::parse(answer->body)["status"] == bad.status);
    client.get("/healthz");
    CHECK(client.answer()->status == 200);
  }
}

TEST_CASE("HEAD is GET without its body") {
  Appliance appliance;
  auto client = appliance.connect();
  client.say("HEAD /v1/modems HTTP/1.1\r\nHost: x\r\n" + with_key + "\r\n");
  const auto head = client.answer(true);
  CHECK(head->status == 200);
  client.get("/v1/modems", with_key);
  CHECK(client.answer()->body.size() == std::stoul(head->headers.at("content-length")));
}

TEST_CASE("a program that stops answers those who wait for their commit, and survives the commit") {
  Appliance appliance;
  appliance.door.held = true;
  auto client = appliance.connect();
  client.post("/v1/messages", one, as_json + "Idempotency-Key: a\r\n");
  while (appliance.door.waiting() < 1) std::this_thread::yield();
  appliance.server->stop(0ms);
  CHECK(client.answer()->status == 503);
  appliance.server.reset();
  appliance.door.release();
  CHECK(appliance.door.messages_made() == 1);
}

TEST_CASE("whatever octets are sent, the server answers or hangs up and lives on") {
  Appliance appliance;
  std::uint32_t seed = 7;
  const auto next = [&] { return seed = seed * 1664525U + 1013904223U, seed >> 24U; };
  const std::string good = "POST /v1/messages HTTP/1.1\r\nHost: x\r\n" + as_json +
                           "Content-Length: " + std::to_string(one.size()) + "\r\n\r\n" + one;
  for (int round = 0; round < 300; ++round) {
    auto request = good;
    for (unsigned i = 1 + next() % 4; i > 0; --i) {
      request[(next() * 256 + next()) % request.size()] = static_cast<char>(next());
    }
    auto client = appliance.connect();
    client.say(request);
    client.hang_up();
  }
  auto client = appliance.connect();
  client.get("/healthz");
  CHECK(client.answer()->status == 200);
}

}  // namespace bank::web::test
