// More than the server can do: it lives on, its cost bounded, and a newcomer is answered.
#include <dirent.h>
#include <sys/resource.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "tests/web/appliance.hpp"
#include "tests/web/echo_server.hpp"

namespace bank::web::test {

using namespace std::chrono_literals;

namespace {

template <class Condition>
bool comes_true(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

std::size_t descriptors() {
  auto* folder = ::opendir("/proc/self/fd");
  std::size_t count = 0;
  while (::readdir(folder) != nullptr) ++count;
  ::closedir(folder);
  return count;
}

bool is_answered(const EchoServer& echo) {
  auto client = echo.connect();
  client.get("/echo", "Connection: close\r\n");
  const auto answer = client.answer();
  return answer && answer->status == 200;
}

}  // namespace

TEST_CASE("connections that say nothing make room for one that does", "[overload]") {
  ServerOptions options;
  options.most_connections = 16;
  EchoServer echo(options);
  std::vector<HttpClient> silent;
  for (int i = 0; i < 100; ++i) silent.push_back(echo.connect());
  CHECK(is_answered(echo));
  const auto counts = echo.server->counts();
  CHECK(counts.connections_open <= 16);
  CHECK(counts.crowded_out_total > 80);
  CHECK(counts.slow_clients_total == 0);
}

TEST_CASE("who waits for the disk is not sent away for others", "[overload]") {
  ServerOptions options;
  options.most_connections = 16;
  EchoServer echo(options);
  std::vector<HttpClient> waiting;
  for (int i = 0; i < 5; ++i) {
    waiting.push_back(echo.connect());
    waiting.back().post("/later", std::to_string(i));
  }
  echo.await_waiting(5);
  std::vector<HttpClient> silent;
  for (int i = 0; i < 100; ++i) silent.push_back(echo.connect());
  CHECK(is_answered(echo));
  CHECK(echo.release() == 5);
  for (int i = 0; i < 5; ++i) {
    CHECK(waiting[static_cast<std::size_t>(i)].answer()->body == std::to_string(i));
  }
}

TEST_CASE("no more wait for the disk than leave room for others", "[overload]") {
  ServerOptions options;
  options.most_connections = 16;
  options.most_pending = 1000;
  EchoServer echo(options);
  std::vector<HttpClient> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(echo.connect());
    clients.back().post("/later", "x");
    echo.await_waiting(static_cast<std::size_t>(i) + 1);
  }
  REQUIRE(comes_true([&] { return echo.server->counts().requests_pending == 8; }));
  auto ninth = echo.connect();
  ninth.post("/later", "x");
  CHECK(ninth.answer()->status == 503);
  CHECK(is_answered(echo));
  CHECK(echo.release() == 8);
}

TEST_CASE("while the disk is late, posts are 503 at once, and all else is answered", "[overload]") {
  ServerOptions options;
  options.most_pending = 4;
  Appliance appliance(options);
  appliance.door.held = true;
  std::vector<HttpClient> clients;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(appliance.connect());
    clients.back().post("/v1/messages", one, as_json);
  }
  REQUIRE(comes_true([&] { return appliance.server->counts().requests_pending == 4; }));
  auto client = appliance.connect();
  const auto refused = [&] {
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 503);
    CHECK(answer->headers.at("retry-after") == "1");
    CHECK_THAT(answer->body, Catch::Contains("nothing was done"));
  };
  for (int i = 0; i < 1000; ++i) {
    client.post("/v1/messages", one, as_json);
    refused();
  }
  client.say("DELETE /v1/messages/msg_x HTTP/1.1\r\nHost: x\r\n" + with_key + "\r\n");
  refused();
  for (const auto* path : {"/healthz", "/readyz", "/v1/messages", "/metrics"}) {
    client.get(path, with_key);
    CHECK(client.answer()->status == 200);
  }
  appliance.door.held = false;
  appliance.door.release();
  for (auto& waiting : clients) CHECK(waiting.answer()->status == 202);
  CHECK(appliance.door.messages_made() == 4);
}

TEST_CASE("large answers that nobody reads cost a bounded amount", "[overload]") {
  ServerOptions options;
  options.most_answers = 40'000'000;
  EchoServer echo(options);
  std::vector<HttpClient> lazy;
  const auto ask = [&] {
    lazy.emplace_back(echo.server->addresses().front(), Recorded::no, 4096);
    lazy.back().get("/large?15000000");
    return lazy.back().answer(true)->status;
  };
  CHECK(ask() == 200);
  CHECK(ask() == 200);
  CHECK(ask() == 503);
  CHECK(is_answered(echo));
  lazy.clear();
  CHECK(comes_true([&] { return echo.server->counts().connections_open == 0; }));
  CHECK(ask() == 200);
}

TEST_CASE("ten thousand connections come and go and leave nothing behind", "[overload]") {
  EchoServer echo;
  CHECK(is_answered(echo));
  REQUIRE(comes_true([&] { return echo.server->counts().connections_open == 0; }));
  const auto before = descriptors();
  for (int i = 0; i < 10'000; ++i) {
    auto client = echo.connect();
    switch (i % 4) {
      case 0: client.say("GET /ec"); break;
      case 1: client.post("/echo", "unread"); break;
      case 2: client.say("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na"); break;
      default: break;
    }
  }
  CHECK(comes_true([&] { return echo.server->counts().connections_open == 0; }));
  CHECK(descriptors() == before);
}

}  // namespace bank::web::test
