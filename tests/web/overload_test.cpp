// More than the server can do: it lives on, its cost bounded, and a newcomer is answered.
#include <dirent.h>
#include <sys/resource.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <latch>
#include <thread>
#include <vector>

#include "tests/web/appliance.hpp"
#include "tests/web/echo_server.hpp"

namespace bank::web::test {

using namespace std::chrono_literals;

namespace {

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

TEST_CASE("requests that reach a thread of the server together, 128 of them, are all answered") {
  constexpr std::size_t at_once = 128;  // events that libmicrohttpd fetches in one call
  ServerOptions options;
  options.threads = 1;
  options.upload_pause = std::chrono::milliseconds{100};  // so that the clock looks often
  EchoServer echo(options);
  std::latch standing{1};
  std::latch all_sent{1};
  echo.on_stand = [&] {
    standing.count_down();
    all_sent.wait();
  };
  std::vector<HttpClient> clients;
  for (std::size_t i = 0; i < at_once; ++i) {
    clients.push_back(echo.connect());
    clients.back().post("/echo", "before");
    REQUIRE(clients.back().answer());
  }
  auto other = echo.connect();
  other.post("/stand", "");
  standing.wait();
  for (auto& client : clients) client.post("/echo", "together");
  all_sent.count_down();
  for (auto& client : clients) {
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->body == "together");
  }
}

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

TEST_CASE("the slowest with their request make room, and are told so", "[overload]") {
  ServerOptions options;
  options.most_connections = 16;
  EchoServer echo(options);
  std::vector<HttpClient> slow;
  SECTION("in their headers") {
    for (int i = 0; i < 60; ++i) {
      slow.push_back(echo.connect());
      slow.back().say("GET /echo HTTP/1.1\r\nX-A");
    }
  }
  SECTION("in their bodies") {
    for (int i = 0; i < 60; ++i) {
      slow.push_back(echo.connect());
      slow.back().say("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na");
    }
  }
  CHECK(is_answered(echo));
  CHECK(echo.server->counts().connections_open <= 16);
  int told = 0;
  for (auto& client : slow) {
    if (client.silent()) continue;
    const auto answer = client.answer();
    if (answer && answer->status == 503 && answer->headers.contains("retry-after")) ++told;
  }
  CHECK(told > 0);
}

TEST_CASE("whoever came last is answered, however close together all came", "[overload]") {
  ServerOptions options;
  options.most_connections = 16;
  EchoServer echo(options);
  std::vector<HttpClient> before;
  for (int round = 0; round < 200; ++round) {
    INFO(round);
    before.clear();
    for (int i = 0; i < 16; ++i) {
      before.push_back(echo.connect());
      if (round % 2 == 0) before.back().say("GET /echo HTTP/1.1\r\nX-A");
    }
    REQUIRE(is_answered(echo));
  }
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
  CHECK(comes_true([&] {
    lazy.clear();
    return ask() == 200;
  }));
}

TEST_CASE("ten thousand connections come and go and leave nothing behind", "[overload]") {
  EchoServer echo;
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
  // libmicrohttpd 0.9.75 that met exactly 128 events at once waits for one more before it looks at
  // them: others come by.
  CHECK(
      comes_true([&] { return is_answered(echo) && echo.server->counts().connections_open == 0; }));
  CHECK(comes_true([&] { return descriptors() == before; }));
}

TEST_CASE("three thousand connections held open leave the server answering", "[overload]") {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ServerOptions options;
  options.most_connections = 512;
  EchoServer echo(options);
  const auto count = std::min<std::size_t>(3000, limit.rlim_cur - 700);
  std::vector<HttpClient> held;
  for (std::size_t i = 0; i < count; ++i) {
    held.push_back(echo.connect());
    if (i % 2 == 0) held.back().say("POST /upload HTTP/1.1\r\nHost: x\r\n");
    if (i % 500 == 0) CHECK(is_answered(echo));
  }
  CHECK(is_answered(echo));
  CHECK(echo.server->counts().connections_open <= 512);
}

}  // namespace bank::web::test
