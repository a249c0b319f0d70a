// A body of any length, taken piece by piece: whole, in order, and no faster than it is wanted.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "tests/web/echo_server.hpp"

namespace bank::web::test {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t many = 8 * 1024 * 1024;  // octets: more than all buffers between us

std::string head_of(std::size_t length, const std::string& more = {}) {
  return "POST /upload HTTP/1.1\r\nHost: x\r\n" + more +
         "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}

const std::string chunked_head =
    "POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";

/// The pattern in chunks of so many octets.
std::string chunks(std::size_t octets, std::size_t each) {
  std::string text;
  char size[32];
  for (std::size_t from = 0; from < octets; from += each) {
    const auto count = std::min(each, octets - from);
    std::snprintf(size, sizeof size, "%zx\r\n", count);
    text += size + pattern(count, from) + "\r\n";
  }
  return text + "0\r\n\r\n";
}

std::string in_order(std::size_t octets) {
  return std::to_string(octets) + " in order";
}

/// Pauses every upload until it is opened. Lives longer than its server.
class Gate {
 public:
  void close(EchoServer& echo) {
    echo.on_piece = [this](const std::function<void()>& go_on) {
      const std::lock_guard lock(mutex_);
      if (open_) return Upload::Next::more;
      held_.push_back(go_on);
      return Upload::Next::pause;
    };
  }
  [[nodiscard]] bool holds(std::size_t count = 1) {
    return comes_true([&] {
      const std::lock_guard lock(mutex_);
      return held_.size() >= count;
    });
  }
  /// Lets those go on that wait now.
  void pass() {
    std::vector<std::function<void()>> all;
    {
      const std::lock_guard lock(mutex_);
      all.swap(held_);
    }
    for (const auto& go_on : all) go_on();
  }
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    pass();
  }

 private:
  std::mutex mutex_;
  bool open_ = false;
  std::vector<std::function<void()>> held_;
};

}  // namespace

TEST_CASE("an upload arrives whole and in order, with a length and in chunks") {
  EchoServer echo;
  auto client = echo.connect();
  SECTION("with its length") {
    client.say(head_of(many) + pattern(many));
  }
  SECTION("in large chunks") {
    client.say(chunked_head + chunks(many, 100'003));
  }
  SECTION("in chunks of a few octets") {
    client.say(chunked_head + chunks(100'000, 7));
  }
  SECTION("octet by octet") {
    for (const char c : chunked_head + chunks(20, 3)) client.say({&c, 1});
  }
  SECTION("empty") {
    client.say(head_of(0));
  }
  const auto answer = client.answer();
  REQUIRE(answer);
  CHECK(answer->body == in_order(echo.upload_octets));
  CHECK_FALSE(answer->headers.contains("connection"));
  client.post("/echo", "next");
  CHECK(client.answer()->body == "next");
  CHECK(echo.uploads_alive == 0);
}

TEST_CASE("an upload that pauses is not read, and then goes on") {
  Gate gate;
  EchoServer echo;
  gate.close(echo);
  constexpr std::size_t huge = 32 * 1024 * 1024;
  const auto body = pattern(huge);
  auto client = echo.connect();
  client.say(head_of(huge));
  const auto said = client.say_what_fits(body);
  CHECK(said < huge);
  CHECK(gate.holds());
  CHECK(echo.upload_octets <= 32 * 1024);
  gate.open();
  client.say(std::string_view(body).substr(said));
  CHECK(client.answer()->body == in_order(huge));
}

TEST_CASE("chunks that lie ready while an upload pauses are taken one after the other") {
  Gate gate;
  EchoServer echo;
  gate.close(echo);
  auto client = echo.connect();
  client.say(chunked_head + chunks(30, 10));
  for (int piece = 1; piece <= 3; ++piece) {
    INFO(piece);
    REQUIRE(gate.holds());
    CHECK(client.silent(20));
    CHECK(echo.upload_octets == static_cast<std::size_t>(10 * piece));
    gate.pass();
  }
  CHECK(client.answer()->body == in_order(30));
}

TEST_CASE("an upload goes on whenever it is told to, and by whom") {
  Gate gate;
  EchoServer echo;
  auto client = echo.connect();
  SECTION("before take returns") {
    echo.on_piece = [](const std::function<void()>& go_on) {
      go_on();
      return Upload::Next::pause;
    };
    client.say(head_of(many) + pattern(many));
    CHECK(client.answer()->body == in_order(many));
  }
  SECTION("twice, and without having paused") {
    echo.on_piece = [](const std::function<void()>& go_on) {
      go_on();
      go_on();
      return Upload::Next::more;
    };
    client.say(head_of(many) + pattern(many));
    CHECK(client.answer()->body == in_order(many));
  }
  SECTION("by another thread, before, while and after the connection is suspended") {
    gate.close(echo);
    std::atomic<bool> over{false};
    std::thread store([&] {
      while (!over) gate.pass();
    });
    client.say(head_of(many) + pattern(many));
    CHECK(client.answer()->body == in_order(many));
    client.say(chunked_head + chunks(200'000, 50));
    CHECK(client.answer()->body == in_order(200'000));
    over = true;
    store.join();
  }
}

TEST_CASE("several uploads at once do not mix") {
  Gate gate;
  EchoServer echo;
  gate.close(echo);
  std::atomic<bool> over{false};
  std::thread store([&] {
    while (!over) gate.pass();
  });
  std::vector<std::thread> callers;
  std::atomic<int> right{0};
  for (std::size_t caller = 0; caller < 6; ++caller) {
    callers.emplace_back([&, caller] {
      auto client = echo.connect();
      const auto size = 300'000 + caller * 1000;
      client.say(caller % 2 == 0 ? head_of(size) + pattern(size)
                                 : chunked_head + chunks(size, 777));
      const auto answer = client.answer();
      if (answer && answer->body == in_order(size)) ++right;
    });
  }
  for (auto& caller : callers) caller.join();
  over = true;
  store.join();
  CHECK(right == 6);
}

TEST_CASE("requests behind an upload wait for it") {
  Gate gate;
  EchoServer echo;
  gate.close(echo);
  auto client = echo.connect();
  client.say(head_of(1000) + pattern(1000) + chunked_head + chunks(1000, 400) +
             "GET /path%2Fraw?behind HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(gate.holds());
  CHECK(client.silent(20));
  gate.open();
  CHECK(client.answer()->body == in_order(1000));
  CHECK(client.answer()->body == in_order(1000));
  CHECK(client.answer()->body == "/path%2Fraw?behind");
}

TEST_CASE("the answer to an upload may come later") {
  EchoServer echo;
  std::mutex mutex;
  std::optional<std::pair<std::string, Reply>> due;
  echo.on_finish = [&](std::string said, const Reply& reply) -> std::optional<Response> {
    const std::lock_guard lock(mutex);
    due.emplace(std::move(said), reply);
    return std::nullopt;
  };
  auto client = echo.connect();
  client.say(head_of(5000) + pattern(5000));
  REQUIRE(comes_true([&] {
    const std::lock_guard lock(mutex);
    return due.has_value();
  }));
  CHECK(client.silent(20));
  due->second([said = due->first] { return Response{.body = said}; });
  CHECK(client.answer()->body == in_order(5000));
}

TEST_CASE("who asks before he uploads is told to continue") {
  EchoServer echo;
  auto client = echo.connect();
  client.say(head_of(1000, "Expect: 100-continue\r\n"));
  CHECK(client.answer()->status == 100);
  client.say(pattern(1000));
  CHECK(client.answer()->body == in_order(1000));
}

TEST_CASE("a client of HTTP/1.0 uploads and is hung up on") {
  EchoServer echo;
  auto client = echo.connect();
  client.say("POST /upload HTTP/1.0\r\nContent-Length: 50000\r\n\r\n" + pattern(50'000));
  CHECK(client.answer()->body == in_order(50'000));
  CHECK(client.ends());
}

TEST_CASE("a client that goes away ends its upload") {
  Gate gate;
  EchoServer echo;
  auto client = echo.connect();
  SECTION("in the middle of a piece") {
    client.say(head_of(1'000'000) + pattern(100'000));
    REQUIRE(comes_true([&] { return echo.upload_octets == 100'000; }));
    client.hang_up();
    CHECK(comes_true([&] { return echo.uploads_alive == 0; }));
  }
  SECTION("while it pauses: once it goes on") {
    gate.close(echo);
    client.say(head_of(1'000'000) + pattern(100'000));
    REQUIRE(gate.holds());
    client.hang_up();
    gate.open();
    CHECK(comes_true([&] { return echo.uploads_alive == 0; }));
    gate.pass();
  }
  CHECK(comes_true([&] { return echo.server->counts().connections_open == 0; }));
  CHECK(echo.uploads_finished == 0);
  CHECK(echo.server->counts().requests_pending == 0);
}

TEST_CASE("uploads go on while their clients go away") {
  Gate gate;
  EchoServer echo;
  gate.close(echo);
  std::atomic<bool> over{false};
  std::thread store([&] {
    while (!over) gate.pass();
  });
  for (int round = 0; round < 200; ++round) {
    auto client = echo.connect();
    client.say(head_of(1'000'000) + pattern(50'000));
    client.hang_up();
  }
  CHECK(comes_true([&] { return echo.server->counts().connections_open == 0; }));
  CHECK(echo.uploads_alive == 0);
  over = true;
  store.join();
}

TEST_CASE("a server stops while uploads pause: they are told so, and nothing hangs") {
  Gate gate;
  EchoServer echo;
  gate.close(echo);
  std::vector<HttpClient> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(echo.connect());
    clients.back().say(head_of(1'000'000) + pattern(1000));
  }
  REQUIRE(gate.holds(10));
  auto reading = echo.connect();
  reading.say("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  echo.server->stop(0ms);
  for (auto& client : clients) {
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 503);
    CHECK_THAT(answer->body, Catch::Contains("nothing of it is kept"));
    CHECK(client.ends());
  }
  CHECK(echo.uploads_alive == 0);
  CHECK(echo.uploads_finished == 0);
  gate.open();
  echo.server.reset();
  gate.pass();
}

TEST_CASE("a server stops while uploads go on, without a crash") {
  for (int round = 0; round < 20; ++round) {
    Gate gate;
    EchoServer echo;
    gate.close(echo);
    std::atomic<bool> over{false};
    std::thread store([&] {
      while (!over) gate.pass();
    });
    std::vector<HttpClient> clients;
    for (int i = 0; i < 4; ++i) {
      clients.push_back(echo.connect());
      clients.back().say(head_of(1'000'000) + pattern(60'000));
    }
    REQUIRE(comes_true([&] { return echo.upload_octets > 60'000; }));
    echo.server->stop(0ms);
    CHECK(echo.uploads_alive == 0);
    over = true;
    store.join();
  }
}

TEST_CASE("an upload that nobody lets go on is 503 in time") {
  ServerOptions options;
  options.answer_time = 50ms;
  Gate gate;
  EchoServer echo(options);
  gate.close(echo);
  auto client = echo.connect();
  SECTION("also when the client says nothing more") {
    client.say(head_of(1'000'000) + pattern(1000));
  }
  SECTION("and when it is still sending") {
    client.say(head_of(1'000'000'000));
    client.say_until_answered(pattern(10'000));
  }
  SECTION("and when the body is complete") {
    client.say(head_of(1000) + pattern(1000));
  }
  const auto answer = client.answer();
  REQUIRE(answer);
  CHECK(answer->status == 503);
  CHECK(answer->headers.contains("retry-after"));
  CHECK(answer->headers.at("connection") == "close");
  CHECK(answer->headers.at("content-type") == "application/problem+json");
  CHECK_THAT(answer->body, Catch::Contains("nothing of it is kept"));
  CHECK(client.ends());
  CHECK(comes_true([&] { return echo.uploads_alive == 0; }));
  CHECK(echo.uploads_finished == 0);
  gate.open();
  auto other = echo.connect();
  other.say(head_of(1000) + pattern(1000));
  CHECK(other.answer()->body == in_order(1000));
}

TEST_CASE("a refused upload is told why, however long it is") {
  EchoServer echo;
  echo.on_piece = [](const auto&) { return Upload::Next::refuse; };
  echo.on_finish = [](const std::string&, const auto&) {
    return Response{.status = 422, .body = "why", .content_type = "application/problem+json"};
  };
  auto client = echo.connect();
  SECTION("while it is still sending: the answer comes and the connection ends") {
    client.say(head_of(1'000'000'000));
    CHECK(client.say_until_answered(pattern(10'000)) < 100'000'000);
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 422);
    CHECK(answer->headers.at("connection") == "close");
    CHECK(answer->headers.at("content-type") == "application/problem+json");
    CHECK(answer->body == "why");
    CHECK(client.ends());
  }
  SECTION("in chunks without end") {
    client.say(chunked_head);
    client.say_until_answered("2710\r\n" + pattern(10'000) + "\r\n");
    CHECK(client.answer()->status == 422);
    CHECK(client.ends());
  }
  SECTION("when its rest is short: the connection goes on") {
    client.say(head_of(100'000) + pattern(100'000));
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 422);
    CHECK(answer->body == "why");
    client.post("/echo", "next");
    CHECK(client.answer()->body == "next");
  }
  CHECK(comes_true([&] { return echo.uploads_alive == 0; }));
  CHECK(echo.server->counts().answers[3] == 1);
}

TEST_CASE("what an upload throws is 503 with its reason") {
  EchoServer echo;
  auto client = echo.connect();
  SECTION("with a piece") {
    echo.on_piece = [](const auto&) -> Upload::Next { throw std::runtime_error("the reason"); };
  }
  SECTION("at its end") {
    echo.on_finish = [](const auto&, const auto&) -> std::optional<Response> {
      throw std::runtime_error("the reason");
    };
  }
  SECTION("when it says why it refuses") {
    echo.on_piece = [](const auto&) { return Upload::Next::refuse; };
    echo.on_finish = [](const auto&, const auto&) -> std::optional<Response> {
      throw std::runtime_error("the reason");
    };
  }
  client.say(head_of(100'000) + pattern(100'000));
  const auto answer = client.answer();
  REQUIRE(answer);
  CHECK(answer->status == 503);
  CHECK_THAT(answer->body, Catch::Contains("the reason"));
  client.post("/echo", "on");
  CHECK(client.answer()->body == "on");
  CHECK(echo.uploads_alive == 0);
}

TEST_CASE("a slow upload is cut off and told why") {
  ServerOptions options;
  std::function<void(HttpClient&)> dribble = [](HttpClient& client) {
    client.say(head_of(1'000'000) + "x");
    while (client.silent(10) && client.say("x")) {
    }
  };
  SECTION("without a piece for too long") {
    options.upload_pause = 100ms;
    dribble = [](HttpClient& client) { client.say(head_of(1'000'000) + "x"); };
  }
  SECTION("in all") {
    options.upload_time = 100ms;
    options.idle_timeout = 100ms;  // the clock turns faster
  }
  EchoServer echo(options);
  auto client = echo.connect();
  dribble(client);
  const auto answer = client.answer();
  REQUIRE(answer);
  CHECK(answer->status == 408);
  CHECK(client.ends());
  CHECK(comes_true([&] { return echo.uploads_alive == 0; }));
  CHECK(echo.server->counts().slow_clients_total == 1);
}

TEST_CASE("an upload may take longer than a request, and pause longer than a client may") {
  ServerOptions options;
  options.request_time = 100ms;
  options.idle_timeout = 100ms;
  options.upload_pause = 5s;
  Gate gate;
  EchoServer echo(options);
  gate.close(echo);
  auto client = echo.connect();
  client.say(head_of(2000) + pattern(1000));
  auto other = echo.connect();  // its end shows that the time has passed
  CHECK(other.ends());
  gate.open();
  auto third = echo.connect();
  CHECK(third.ends());
  client.say(pattern(1000, 1000));
  CHECK(client.answer()->body == in_order(2000));
}

TEST_CASE("more uploads than may be at once are 503 with Retry-After, until one ends") {
  ServerOptions options;
  options.most_uploads = 2;
  EchoServer echo(options);
  auto first = echo.connect();
  auto second = echo.connect();
  first.say(head_of(2000) + pattern(1000));
  second.say(head_of(2000) + pattern(1000));
  REQUIRE(comes_true([&] { return echo.uploads_alive == 2; }));
  auto third = echo.connect();
  third.say(head_of(1000) + pattern(1000));
  const auto answer = third.answer();
  REQUIRE(answer);
  CHECK(answer->status == 503);
  CHECK(answer->headers.contains("retry-after"));
  first.say(pattern(1000, 1000));
  CHECK(first.answer()->body == in_order(2000));
  second.hang_up();
  REQUIRE(comes_true([&] { return echo.uploads_alive == 0; }));
  third.say(head_of(1000) + pattern(1000));
  CHECK(third.answer()->body == in_order(1000));
}

}  // namespace bank::web::test
