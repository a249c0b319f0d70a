#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "tests/web/echo_server.hpp"

namespace bank::web::test {

using namespace std::chrono_literals;

TEST_CASE("a connection carries one request after the other") {
  EchoServer echo;
  auto client = echo.connect();
  for (const auto* body : {"one", "two", "three"}) {
    client.post("/echo", body);
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == body);
  }
  CHECK(echo.server->counts().connections_open == 1);
  CHECK(echo.server->counts().answers[1] == 3);
}

TEST_CASE("requests sent ahead are answered in their order, also when one waits") {
  EchoServer echo;
  auto client = echo.connect();
  const auto request = [](const std::string& path, const std::string& body) {
    return "POST " + path +
           " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  };
  client.say(request("/echo", "1") + request("/later", "2") + request("/early", "3") +
             request("/refuse", "4") + request("/echo", "5"));
  CHECK(client.answer()->body == "1");
  echo.await_waiting(1);
  CHECK(client.silent());
  CHECK(echo.release() == 1);
  CHECK(client.answer()->body == "2");
  CHECK(client.answer()->body == "3");
  CHECK(client.answer()->status == 418);
  CHECK(client.answer()->body == "5");
}

TEST_CASE("a request that comes octet by octet is one request") {
  EchoServer echo;
  auto client = echo.connect();
  for (const char c :
       std::string("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")) {
    client.say({&c, 1});
  }
  CHECK(client.answer()->body == "abc");
}

TEST_CASE("HEAD says how long the answer would be, and no more") {
  EchoServer echo;
  auto client = echo.connect();
  client.say("HEAD /path%2Fraw?a=%2B1 HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = client.answer(true);
  CHECK(head->status == 200);
  CHECK(head->headers.at("content-length") ==
        std::to_string(std::string("/path%2Fraw?a=%2B1").size()));
  client.get("/path%2Fraw?a=%2B1");
  CHECK(client.answer()->body == "/path%2Fraw?a=%2B1");
}

TEST_CASE("a refused body is read past, and the connection goes on") {
  EchoServer echo;
  auto client = echo.connect();
  client.post("/refuse", std::string(500'000, 'x'));
  CHECK(client.answer()->status == 418);
  client.post("/echo", "next");
  CHECK(client.answer()->body == "next");
}

TEST_CASE("a body too large is 413") {
  ServerOptions options;
  options.most_body = 100'000;
  options.most_drained = 300'000;
  EchoServer echo(options);
  auto client = echo.connect();

  SECTION("said in its head, and read past") {
    client.post("/echo", std::string(100'001, 'x'));
    const auto answer = client.answer();
    CHECK(answer->status == 413);
    CHECK(answer->headers.at("content-type") == "application/problem+json");
    client.post("/echo", "next");
    CHECK(client.answer()->body == "next");
  }
  SECTION("the largest is taken") {
    client.post("/echo", std::string(100'000, 'x'));
    CHECK(client.answer()->body.size() == 100'000);
  }
  SECTION("so large that it is not waited for") {
    client.say("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n");
    CHECK(client.answer()->status == 413);
    CHECK(client.ends());
  }
  SECTION("so large that no number holds it") {
    client.say("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n");
    const auto answer = client.answer();
    CHECK((answer->status == 413 || answer->status == 400));
  }
  SECTION("in pieces that say nothing of their sum") {
    client.say("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 15; ++i) client.say("2710\r\n" + std::string(10'000, 'x') + "\r\n");
    client.say("0\r\n\r\n");
    CHECK(client.answer()->status == 413);
    client.post("/echo", "next");
    CHECK(client.answer()->body == "next");
  }
  SECTION("without end") {
    client.say("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    bool taken = true;
    for (int i = 0; i < 10'000 && taken; ++i) {
      taken = client.say("2710\r\n" + std::string(10'000, 'x') + "\r\n");
    }
    CHECK_FALSE(taken);
  }
}

TEST_CASE("a body in chunks is one body") {
  EchoServer echo;
  auto client = echo.connect();
  client.say(
      "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  CHECK(client.answer()->body == "abcde");
}

TEST_CASE("who asks first is told to continue, or refused before he sends") {
  EchoServer echo;
  auto client = echo.connect();
  SECTION("continue") {
    client.say(
        "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    CHECK(client.answer()->status == 100);
    client.say("abc");
    CHECK(client.answer()->body == "abc");
  }
  SECTION("too large") {
    client.say(
        "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        "Content-Length: 2000000\r\n\r\n");
    CHECK(client.answer()->status == 413);
    CHECK(client.ends());
  }
}

TEST_CASE("where a request ends is not a matter of opinion") {
  EchoServer echo;
  for (const auto* head :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 3\r\nContent-Length: 5\r\n", "Transfer-Encoding: gzip\r\n"}) {
    INFO(head);
    auto client = echo.connect();
    client.say(std::string("POST /echo HTTP/1.1\r\nHost: x\r\n") + head + "\r\n");
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK((answer->status == 400 || answer->status == 501));
    CHECK(client.ends());
  }
}

TEST_CASE("a length in disguise is refused, and its body is not the next request") {
  EchoServer echo;
  for (const auto* head :
       {"Content-Length : 3\r\n", "Content-Length:\r\n 3\r\n", "Content-Length: 0\r\n\t3\r\n",
        "Transfer-Encoding : chunked\r\n", "Transfer-Encoding:\r\n chunked\r\n",
        "content-length: 3\r\nTransfer-Encoding : chunked\r\n", "X Y: 1\r\n"}) {
    INFO(head);
    auto client = echo.connect();
    client.say(std::string("POST /echo HTTP/1.1\r\nHost: x\r\n") + head +
               "\r\nabcGET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 400);
    CHECK(client.ends());
  }
  SECTION("at the beginning") {
    auto client = echo.connect();
    client.say("POST /echo HTTP/1.1\r\n Content-Length: 3\r\nHost: x\r\n\r\nabc");
    CHECK(client.answer()->status == 400);
    CHECK(client.ends());
  }
  SECTION("names that only begin alike are others") {
    auto client = echo.connect();
    client.say(
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length-Hint: 9\r\nContent-Length: 3\r\n\r\n"
        "abc");
    CHECK(client.answer()->body == "abc");
  }
}

// libmicrohttpd 0.9.75 answers these by itself, with its head twice.
TEST_CASE("a length that is no number is 400 and ends the connection") {
  EchoServer echo;
  for (const auto* length : {"x", "-1", "3x"}) {
    INFO(length);
    auto client = echo.connect();
    client.say(std::string("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: ") + length +
               "\r\n\r\n");
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 400);
    (void)client.ends();  // throws when it does not
  }
}

TEST_CASE("headers that do not end are 431") {
  EchoServer echo;
  auto client = echo.connect();
  client.get("/echo", "X-Long: " + std::string(40'000, 'x') + "\r\n");
  const auto answer = client.answer();
  REQUIRE(answer);
  CHECK(answer->status == 431);
}

TEST_CASE("what a handler throws is 503 with its reason, and the server lives on") {
  EchoServer echo;
  auto client = echo.connect();
  client.get("/throw");
  const auto answer = client.answer();
  CHECK(answer->status == 503);
  CHECK_THAT(answer->body, Catch::Contains("the reason"));
  client.post("/echo", "on");
  CHECK(client.answer()->body == "on");
}

TEST_CASE("three hundred connections share one answer") {
  EchoServer echo;
  std::vector<HttpClient> clients;
  for (int i = 0; i < 300; ++i) {
    clients.push_back(echo.connect());
    clients.back().post("/later", "body " + std::to_string(i));
  }
  echo.await_waiting(300);
  CHECK(echo.release() == 300);
  for (int i = 0; i < 300; ++i) {
    const auto answer = clients[static_cast<std::size_t>(i)].answer();
    REQUIRE(answer);
    CHECK(answer->body == "body " + std::to_string(i));
  }
  CHECK(echo.server->counts().requests_pending == 0);
}

TEST_CASE("answers race with the suspension of their connections and none is lost") {
  EchoServer echo;
  std::atomic<bool> over{false};
  std::thread releaser([&] {
    while (!over) echo.release();
  });
  std::vector<std::thread> callers;
  std::atomic<int> right{0};
  for (int caller = 0; caller < 8; ++caller) {
    callers.emplace_back([&] {
      auto client = echo.connect();
      for (int i = 0; i < 200; ++i) {
        client.post("/later", std::to_string(i));
        const auto answer = client.answer();
        if (answer && answer->body == std::to_string(i)) ++right;
      }
    });
  }
  for (auto& caller : callers) caller.join();
  over = true;
  releaser.join();
  CHECK(right == 8 * 200);
}

TEST_CASE("a caller who hangs up while he waits harms nobody") {
  EchoServer echo;
  auto gone = echo.connect();
  gone.post("/later", "gone");
  echo.await_waiting(1);
  gone.hang_up();
  echo.release();
  auto client = echo.connect();
  client.post("/echo", "still here");
  CHECK(client.answer()->body == "still here");
}

TEST_CASE("more requests than may wait are 503 with Retry-After, reading goes on") {
  ServerOptions options;
  options.most_pending = 2;
  EchoServer echo(options);
  auto first = echo.connect();
  auto second = echo.connect();
  first.post("/later", "1");
  echo.await_waiting(1);
  second.post("/later", "2");
  echo.await_waiting(2);
  auto third = echo.connect();
  std::optional<HttpAnswer> answer;
  do {  // the second is counted a moment after its handler was called
    third.post("/echo", "3");
    answer = third.answer();
  } while (answer && answer->status == 200);
  CHECK(answer->status == 503);
  CHECK(answer->headers.contains("retry-after"));
  third.get("/echo");
  CHECK(third.answer()->status == 200);
  CHECK(echo.release() == 2);
  CHECK(second.answer()->body == "2");
}

TEST_CASE("bodies that together are too much are 503") {
  ServerOptions options;
  options.most_bodies = 100'000;
  EchoServer echo(options);
  auto holder = echo.connect();
  holder.say("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 90000\r\n\r\n" +
             std::string(80'000, 'x'));
  auto client = echo.connect();
  std::optional<HttpAnswer> answer;
  do {  // until the first has arrived
    client.post("/echo", std::string(30'000, 'y'));
    answer = client.answer();
  } while (answer && answer->status == 200);
  CHECK(answer->status == 503);
  holder.say(std::string(10'000, 'x'));
  CHECK(holder.answer()->body.size() == 90'000);
  client.post("/echo", std::string(30'000, 'y'));
  CHECK(client.answer()->status == 200);
}

TEST_CASE("an answer that never comes is 503 in time, and a late one is ignored") {
  ServerOptions options;
  options.answer_time = 50ms;
  EchoServer echo(options);
  auto client = echo.connect();
  client.post("/later", "x");
  const auto answer = client.answer();
  CHECK(answer->status == 503);
  CHECK_THAT(answer->body, Catch::Contains("not known"));
  echo.release();
  client.post("/echo", "on");
  CHECK(client.answer()->body == "on");
}

TEST_CASE("slow clients are cut off") {
  ServerOptions options;
  options.idle_timeout = 100ms;
  options.request_time = 200ms;
  EchoServer echo(options);
  auto client = echo.connect();

  SECTION("one that says nothing") {
    CHECK(client.ends());
  }
  SECTION("one that does not finish its request line") {
    client.say("GET /ec");
    CHECK(client.ends());
  }
  SECTION("one that does not finish its headers, told why") {
    client.say("GET /echo HTTP/1.1\r\nHost: x\r\n");
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 408);
    CHECK(client.ends());
    CHECK(echo.server->counts().slow_clients_total == 1);
  }
  SECTION("one that dribbles its body, told why") {
    client.say("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
    while (client.say("x") && client.silent(20)) {
    }
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 408);
    CHECK(client.ends());
  }
  SECTION("one that says nothing more after its answer") {
    client.post("/echo", "x");
    CHECK(client.answer()->body == "x");
    CHECK(client.ends());
  }
  SECTION("one that does not read its answer") {
    ServerOptions large = options;
    large.most_body = 64 * 1024 * 1024;
    large.most_bodies = large.most_body;
    large.request_time = 3s;  // the body itself needs some time under a sanitizer
    EchoServer big(large);
    auto lazy = big.connect();
    lazy.post("/echo", std::string(40'000'000, 'x'));
    while (big.server->counts().connections_open > 0) std::this_thread::yield();
  }
  SECTION("but not one that waits for us") {
    client.post("/later", "x");
    echo.await_waiting(1);
    auto other = echo.connect();  // its end shows that the time has passed
    CHECK(other.ends());
    auto third = echo.connect();
    CHECK(third.ends());
    echo.release();
    CHECK(client.answer()->body == "x");
  }
}

TEST_CASE("a client that ends its side with its last octets is seen to, and answered before") {
  ServerOptions options;
  options.upload_pause = 100ms;  // so that the clock looks often
  EchoServer echo(options);
  auto client = echo.connect();
  SECTION("behind a request") {
    client.say_last("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
    CHECK(client.answer()->body == "x");
  }
  SECTION("behind one that waits for us") {
    client.say_last("POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
    echo.await_waiting(1);
    auto other = echo.connect();
    other.say_last("GET /ec");
    CHECK(other.ends());  // shows that the clock has looked
    echo.release();
    CHECK(client.answer()->body == "x");
  }
  SECTION("in the middle of a request") {
    client.say_last("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 400);
  }
  CHECK(client.ends());
  CHECK(comes_true([&] { return echo.server->counts().connections_open == 0; }));
  CHECK(echo.server->counts().slow_clients_total == 0);
}

TEST_CASE("stopping answers who waits, and what is answered later is ignored") {
  EchoServer echo;
  std::vector<HttpClient> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(echo.connect());
    clients.back().post("/later", "x");
  }
  echo.await_waiting(20);
  auto idle = echo.connect();
  const auto address = echo.server->addresses().front();
  echo.server->stop(0ms);
  for (auto& client : clients) {
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 503);
    CHECK(answer->headers.at("connection") == "close");
    CHECK(client.ends());
  }
  CHECK(idle.ends());
  CHECK_THROWS(HttpClient(address));
  CHECK(echo.release() == 20);
  echo.server.reset();
}

TEST_CASE("stopping waits for answers that are on their way") {
  EchoServer echo;
  auto client = echo.connect();
  client.post("/later", "x");
  echo.await_waiting(1);
  std::thread stopper([&] { echo.server->stop(20s); });
  auto late = echo.connect();  // in the backlog or refused: either way no answer but 503
  CHECK(echo.release() == 1);
  const auto answer = client.answer();
  REQUIRE(answer);
  CHECK(answer->body == "x");
  stopper.join();
}

TEST_CASE("a server stops under load without a lost connection or a crash") {
  for (int round = 0; round < 5; ++round) {
    EchoServer echo;
    std::atomic<bool> over{false};
    std::thread releaser([&] {
      while (!over) echo.release();
    });
    std::vector<std::thread> callers;
    std::atomic<int> answered{0};
    for (int caller = 0; caller < 4; ++caller) {
      callers.emplace_back([&] {
        try {
          auto client = echo.connect();
          while (client.post("/later", "x") && client.answer()) ++answered;
        } catch (const std::runtime_error&) {
          // refused: the server is gone
        }
      });
    }
    while (answered < 50) std::this_thread::yield();
    echo.server->stop(1s);
    for (auto& caller : callers) caller.join();
    over = true;
    releaser.join();
  }
}

TEST_CASE("a server stops while malformed requests come, without a crash") {
  for (int round = 0; round < 30; ++round) {
    EchoServer echo;
    std::vector<HttpClient> clients;
    for (int i = 0; i < 20; ++i) {
      clients.push_back(echo.connect());
      clients.back().say("POST /echo HTTP/1.1\r\nContent-Length: x\r\n\r\n");
    }
    echo.server->stop(0ms);
  }
}

TEST_CASE("a server stops while callers keep coming, without a crash") {
  for (int round = 0; round < 20; ++round) {
    EchoServer echo;
    const auto address = echo.server->addresses().front();
    std::atomic<int> came{0};
    std::vector<std::thread> callers;
    for (int caller = 0; caller < 3; ++caller) {
      callers.emplace_back([&] {
        try {
          for (;;) {
            HttpClient client(address, Recorded::no);
            client.post("/echo", "x");
            ++came;  // and hangs up, its answer unread
          }
        } catch (const std::runtime_error&) {
          // refused: the server is gone
        }
      });
    }
    while (came < 20) std::this_thread::yield();
    echo.server->stop(0ms);
    for (auto& caller : callers) caller.join();
  }
}

TEST_CASE("an address that cannot be listened on is said with what to do") {
  const auto error_of = [](const std::string& address) {
    ServerOptions options;
    options.listen = {address};
    const auto server =
        Server::start(options, [](const RequestHead&) -> Admission { return Response{}; });
    return server ? std::string("started") : server.error();
  };
  EchoServer echo;
  CHECK_THAT(error_of(echo.server->addresses().front()),
             Catch::Contains("another program listens"));
  CHECK_THAT(error_of("203.0.113.7:8080"), Catch::Contains("no such address"));
  for (const auto* bad : {"", "8080", ":8080", "localhost", "127.0.0.1:", "127.0.0.1:x",
                          "example.com:80", "127.0.0.1:99999", "::1:80", "[::1]"}) {
    INFO(bad);
    CHECK_THAT(error_of(bad), Catch::Contains("not an address"));
  }
}

TEST_CASE("several addresses are listened on") {
  ServerOptions options;
  options.listen = {"127.0.0.1:0", "localhost:0"};
  const auto server = Server::start(
      options, [](const RequestHead&) -> Admission { return Response{.body = "here"}; });
  REQUIRE(server);
  for (const auto& address : (*server)->addresses()) {
    HttpClient client(address, Recorded::no);
    client.get("/");
    CHECK(client.answer()->body == "here");
  }
}

}  // namespace bank::web::test
