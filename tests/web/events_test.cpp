#include <atomic>
#include <catch2/catch.hpp>
#include <deque>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/web/ask.hpp"
#include "tests/web/echo_server.hpp"
#include "tests/web/event_client.hpp"
#include "tests/web/fake_door.hpp"
#include "web/api.hpp"

namespace bank::web::test {

using namespace std::chrono_literals;

namespace {

const std::string with_reader = "Authorization: Bearer " + reader_key + "\r\n";

Happening happened(const std::string& type, const std::string& data) {
  return {.type = type, .at = test_now, .conversation = "+989121234567", .data = data};
}

/// All of web/ over a door in memory, with clients that listen.
struct Listening {
  explicit Listening(ServerOptions options = {}, EventOptions events = {}) : api(door, events) {
    options.listen = {"127.0.0.1:0"};
    options.stream_pause = 5ms;
    server = std::move(Server::start(options, api.handler()).value());
    api.show_counts([this] { return server->counts(); });
  }
  [[nodiscard]] const std::string address() const { return server->addresses().front(); }
  [[nodiscard]] EventClient listen(const std::string& query = {}, const std::string& headers = {},
                                   int receive_buffer = 0) {
    return EventClient(address(), "/v1/events" + query, with_reader + headers, receive_buffer);
  }
  void publish(const std::string& type, int from, int to, const std::string& more = {}) {
    std::vector<Happening> all;
    for (int i = from; i <= to; ++i)
      all.push_back(happened(type, "[" + std::to_string(i) + more + "]"));
    api.events().publish(std::move(all));
  }
  [[nodiscard]] std::uint64_t queue(const std::string& name) {
    for (const auto& one : server->counts().queues) {
      if (one.name == name) return one.entries;
    }
    return 0;
  }
  /// Until so many listen, and no more.
  bool comes_to_listeners(std::uint64_t count) {
    return comes_true([&] { return queue("http_streams") == count; });
  }

  FakeDoor door;
  Api api;
  std::unique_ptr<Server> server;
};

int number_of(const EventBlock& block) {
  return nlohmann::json::parse(block.data).at("data").at(0).get<int>();
}

std::string reason_of(const EventBlock& block) {
  return nlohmann::json::parse(block.data).at("reason").get<std::string>();
}

/// The next events are these, in order.
bool hears(EventClient& client, int from, int to) {
  for (int i = from; i <= to; ++i) {
    const auto event = client.event();
    if (!event || event->type == "dropped" || number_of(*event) != i) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("who listens is told what happens, in order, as it happens") {
  Listening all;
  auto client = all.listen();
  CHECK(client.head.headers.at("content-type") == "text/event-stream");
  CHECK(client.head.headers.at("cache-control") == "no-store");
  const auto first = client.block();
  REQUIRE(first);
  CHECK(first->retry == "2000");
  CHECK_FALSE(first->id.empty());
  CHECK(first->type.empty());
  CHECK(client.silent(20));

  all.publish("message.sent", 1, 1);
  const auto event = client.event();
  REQUIRE(event);
  CHECK(event->type == "message.sent");
  CHECK(event->id > first->id);
  CHECK(nlohmann::json::parse(event->data) == nlohmann::json{{"type", "message.sent"},
                                                             {"at", "2026-11-22T10:00:00.000Z"},
                                                             {"data", {1}}});
  all.publish("inbox", 2, 3);
  all.publish("message.sent", 4, 1000);
  CHECK(hears(client, 2, 1000));
}

TEST_CASE("an event longer than all buffers comes whole") {
  Listening all;
  auto client = all.listen();
  const auto long_text = ",\"" + std::string(200'000, 'x') + "\"";
  all.publish("message.sent", 1, 5, long_text);
  CHECK(hears(client, 1, 5));
}

TEST_CASE("a client hears of what it names") {
  Listening all;
  auto client = all.listen("?types=message.*,inbox");
  all.publish("modem.changed", 1, 5000);
  all.publish("message.sent", 1, 1);
  all.publish("alarm.raised", 1, 10);
  all.publish("inbox", 2, 2);
  CHECK(hears(client, 1, 2));

  auto http = HttpClient(all.address());
  for (const auto* query : {"?types=", "?types=*", "?types=a,,b", "?kinds=a", "?types=a&types=b"}) {
    CAPTURE(query);
    http.get("/v1/events" + std::string(query), with_reader);
    const auto answer = http.answer();
    REQUIRE(answer);
    CHECK(answer->status == 400);
    CHECK(answer->body.find("bad_query") != std::string::npos);
  }
}

TEST_CASE("who may not read may not listen, and who wants no events gets none") {
  Listening all;
  auto http = HttpClient(all.address());
  http.get("/v1/events");
  CHECK(http.answer()->status == 401);
  http.get("/v1/events", "Authorization: Bearer " + sender_key + "\r\n");
  CHECK(http.answer()->status == 403);
  http.get("/v1/events", with_reader + "Accept: application/json\r\n");
  CHECK(http.answer()->status == 406);
  http.post("/v1/events", "", with_reader);
  CHECK(http.answer()->status == 405);
  auto browser = all.listen({}, "Accept: text/event-stream\r\n");
  CHECK(browser.block()->retry == "2000");
}

TEST_CASE("a client that was away goes on behind the last it knows") {
  Listening all;
  std::string known;
  {
    auto client = all.listen();
    all.publish("message.sent", 1, 2);
    CHECK(hears(client, 1, 1));
    known = client.event()->id;
  }
  all.publish("message.sent", 3, 500);
  SECTION("by header") {
    auto again = all.listen({}, "Last-Event-ID: " + known + "\r\n");
    CHECK(hears(again, 3, 500));
  }
  SECTION("by query, for those who cannot set headers") {
    auto again = all.listen("?after=" + known);
    CHECK(hears(again, 3, 500));
  }
  SECTION("the header is the newer one") {
    auto client = all.listen("?after=" + known);
    CHECK(hears(client, 3, 3));
    auto again = all.listen("?after=" + known, "Last-Event-ID: " + client.event()->id + "\r\n");
    CHECK(hears(again, 5, 500));
  }
  SECTION("what is no id of ours begins anew") {
    for (const std::string& id : {std::string("1"), std::string("%00"), std::string(10'000, 'f'),
                                  known + "0", std::string("'; DROP TABLE events")}) {
      CAPTURE(id.substr(0, 40));
      auto again = all.listen({}, "Last-Event-ID: " + id + "\r\n");
      const auto reset = again.event();
      REQUIRE(reset);
      CHECK(reset->type == "reset");
      CHECK(reason_of(*reset) == "unknown_id");
      CHECK_FALSE(reset->id.empty());
    }
    auto again = all.listen("?after=garbage");
    CHECK(again.event()->type == "reset");
    all.publish("message.sent", 501, 501);
    CHECK(hears(again, 501, 501));
  }
}

TEST_CASE("an id of an earlier run of the program is known as one") {
  std::string known;
  {
    Listening before;
    auto client = before.listen();
    before.publish("message.sent", 1, 1);
    known = client.event()->id;
  }
  Listening after;
  after.publish("message.sent", 1, 10);
  auto client = after.listen({}, "Last-Event-ID: " + known + "\r\n");
  CHECK(client.event()->type == "reset");
}

TEST_CASE("a silent stream says that it is there") {
  EventOptions events;
  events.pace.silence = 10ms;
  Listening all({}, events);
  auto client = all.listen();
  CHECK_FALSE(client.block()->comment);
  for (int i = 0; i < 3; ++i) {
    const auto comment = client.block();
    REQUIRE(comment);
    CHECK(comment->comment);
    CHECK(comment->data.empty());
  }
  all.publish("inbox", 1, 1);
  CHECK(hears(client, 1, 1));
}

TEST_CASE("one who does not read is dropped, and nobody else notices") {
  ServerOptions options;
  options.stream_buffer = 4096;
  EventOptions events;
  events.limits.events = 1000;
  Listening all(options, events);
  auto stuck = all.listen({}, {}, 4096);
  auto reader = all.listen();
  constexpr int rounds = 100;
  constexpr int each = 200;
  const std::string filling = ",\"" + std::string(500, 'x') + "\"";
  for (int round = 0; round < rounds; ++round) {
    all.publish("message.sent", round * each + 1, (round + 1) * each, filling);
    CHECK(hears(reader, round * each + 1, (round + 1) * each));
  }
  // It reads at last: what was on its way, then why there is no more.
  int last = 0;
  std::optional<EventBlock> event;
  while ((event = stuck.event()) && event->type == "message.sent") {
    CHECK(number_of(*event) == ++last);
  }
  CHECK(last < rounds * each);
  REQUIRE(event);
  CHECK(event->type == "dropped");
  CHECK(reason_of(*event) == "too_slow");
  CHECK(stuck.ends());
  CHECK(all.comes_to_listeners(1));
}

TEST_CASE("one who takes nothing for too long is cut off") {
  ServerOptions options;
  options.stream_buffer = 4096;
  options.stream_stall = 100ms;
  options.idle_timeout = 100ms;  // how often the clock looks
  Listening all(options);
  auto stuck = all.listen({}, {}, 4096);
  auto reader = all.listen();
  all.publish("message.sent", 1, 5000, ",\"" + std::string(500, 'x') + "\"");
  CHECK(hears(reader, 1, 5000));
  CHECK(all.comes_to_listeners(1));
  all.publish("message.sent", 5001, 5001);
  CHECK(hears(reader, 5001, 5001));
}

TEST_CASE("one who went away is noticed") {
  EventOptions events;
  SECTION("by its end") {}
  SECTION("by the next comment") {
    events.pace.silence = 20ms;
  }
  Listening all({}, events);
  auto client = all.listen();
  {
    auto gone = all.listen();
    (void)gone.block();
    CHECK(all.comes_to_listeners(2));
  }
  CHECK(all.comes_to_listeners(1));
  all.publish("inbox", 1, 1);
  CHECK(hears(client, 1, 1));
}

TEST_CASE("so many may listen, and others can do all else") {
  ServerOptions options;
  options.most_streams = 20;
  Listening all(options);
  std::deque<EventClient> clients;
  for (std::size_t i = 0; i < options.most_streams; ++i) clients.push_back(all.listen());
  auto http = HttpClient(all.address());
  http.get("/v1/events", with_reader);
  const auto refused = http.answer();
  REQUIRE(refused);
  CHECK(refused->status == 503);
  CHECK(refused->headers.contains("retry-after"));
  http.get("/metrics", with_reader);
  const auto metrics = http.answer();
  CHECK(metrics->body.find("modembank_queue_entries{queue=\"http_streams\"} 20") !=
        std::string::npos);
  CHECK(metrics->body.find("modembank_queue_limit{queue=\"live_events\"} 8192") !=
        std::string::npos);
  clients.pop_back();
  CHECK(all.comes_to_listeners(19));
  clients.push_back(all.listen());
  all.publish("inbox", 1, 50);
  for (auto& client : clients) CHECK(hears(client, 1, 50));
}

TEST_CASE("streams end at once when the server stops") {
  Listening all;
  auto waiting = all.listen();
  (void)waiting.block();
  auto busy = all.listen({}, {}, 4096);
  all.publish("inbox", 1, 5000, ",\"" + std::string(500, 'x') + "\"");
  const auto began = std::chrono::steady_clock::now();
  all.server->stop(60s);
  CHECK(std::chrono::steady_clock::now() - began < 5s);
  while (waiting.block()) {
  }
  SUCCEED("both ended");
}

TEST_CASE("a quiet stream ends as HTTP says when the server stops") {
  Listening all;
  auto client = all.listen();
  (void)client.block();
  CHECK(all.comes_to_listeners(1));
  all.server->stop(60s);
  CHECK(client.ends());
}

TEST_CASE("a server stops whatever its clients do meanwhile") {
  for (int round = 0; round < 20; ++round) {
    Listening all;
    std::atomic<bool> done{false};
    std::thread publisher([&] {
      for (int i = 0; !done; ++i) all.publish("inbox", i, i);
    });
    std::deque<EventClient> clients;
    for (int i = 0; i < 10; ++i) clients.push_back(all.listen());
    all.server->stop(60s);
    done = true;
    publisher.join();
    for (auto& client : clients) {
      while (client.block()) {
      }
    }
  }
}

TEST_CASE("a key that is revoked hears nothing more") {
  EventOptions events;
  events.pace.check_every = 10ms;
  Listening all({}, events);
  auto client = all.listen();
  auto other =
      EventClient(all.address(), "/v1/events", "Authorization: Bearer " + good_key + "\r\n");
  all.door.revoke(reader_key);
  all.api.forget_keys();
  const auto last = client.event();
  REQUIRE(last);
  CHECK(last->type == "dropped");
  CHECK(reason_of(*last) == "key_revoked");
  CHECK(client.ends());
  all.publish("inbox", 1, 1);
  CHECK(hears(other, 1, 1));
}

TEST_CASE("whose session is over hears nothing more, and is told why") {
  EventOptions events;
  events.pace.check_every = 10ms;
  Listening all({}, events);
  all.door.accounts_book.forget = [&] { all.api.forget_keys(); };
  all.door.accounts_book.add("leila", Role::viewer);
  const nlohmann::json leila{{"name", "leila"}, {"password", FakeAccounts::password_of("leila")}};
  const auto signed_in = ask(all.api.handler(), "POST", "/v1/session", leila.dump(), {.key = ""});
  REQUIRE(signed_in->status == 200);
  const auto set = header_of(*signed_in, "Set-Cookie");
  const auto cookie = set.substr(0, set.find(';'));
  auto client = EventClient(all.address(), "/v1/events", "Cookie: " + cookie + "\r\n");
  SECTION("because it was ended") {
    const auto session = all.door.accounts().session(sha256(cookie.substr(cookie.find('=') + 1)));
    REQUIRE(session);
    all.door.accounts().close_session(session->account.id, session->session.id, "test",
                                      [](const auto&) {});
  }
  SECTION("because nothing came of it for too long") {
    all.door.clock = test_now + session_unused + 1s;
  }
  const auto last = client.event();
  REQUIRE(last);
  CHECK(last->type == "dropped");
  CHECK(reason_of(*last) == "signed_out");
  CHECK_THAT(last->data, !Catch::Contains("key"));
  CHECK(client.ends());
}

TEST_CASE("who listens while the database is ill and the keys have changed is let go") {
  EventOptions events;
  events.pace.check_every = 10ms;
  Listening all({}, events);
  auto client = all.listen();
  (void)client.block();
  all.door.unreadable = true;
  all.api.forget_keys();
  while (client.block()) {
  }
  CHECK(all.comes_to_listeners(0));
}

TEST_CASE("HEAD tells what would come, and takes no place") {
  Listening all;
  auto http = HttpClient(all.address());
  http.say("HEAD /v1/events HTTP/1.1\r\nHost: x\r\n" + with_reader + "\r\n");
  const auto head = http.answer(true);
  REQUIRE(head);
  CHECK(head->status == 200);
  CHECK(head->headers.at("content-type") == "text/event-stream");
  CHECK(http.ends());
  CHECK(all.queue("http_streams") == 0);
}

TEST_CASE("HTTP/1.0 gets it without chunks") {
  Listening all;
  auto http = HttpClient(all.address());
  SECTION("as it is") {
    http.say("GET /v1/events HTTP/1.0\r\n" + with_reader + "\r\n");
  }
  SECTION("that would keep the connection") {
    http.say("GET /v1/events HTTP/1.0\r\nConnection: keep-alive\r\n" + with_reader + "\r\n");
  }
  EventClient client(std::move(http));
  CHECK_FALSE(client.head.headers.contains("transfer-encoding"));
  all.publish("inbox", 1, 100);
  CHECK(hears(client, 1, 100));
  all.server->stop();
  CHECK(client.ends());
}

}  // namespace bank::web::test
