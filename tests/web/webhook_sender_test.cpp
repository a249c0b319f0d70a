// Webhooks over real connections to endpoints that behave, and to such that do not.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/web/webhook_bench_top.hpp"

namespace bank::web::test {

namespace {

std::string string_of(int number) {
  return std::to_string(number);
}

/// The numbers in the bodies of one conversation, as they came.
std::map<std::string, std::vector<int>> order_of(const std::vector<RawEndpoint::Got>& got) {
  std::map<std::string, std::vector<int>> order;
  for (const auto& one : got) {
    const auto at = one.body.find("\"c\":\"") + 5;
    const auto number = one.body.find("\"n\":") + 4;
    order[one.body.substr(at, one.body.find('"', at) - at)].push_back(
        std::stoi(one.body.substr(number)));
  }
  return order;
}

std::string data_of(const std::string& conversation, int number) {
  return R"({"c":")" + conversation + R"(","n":)" + string_of(number) + "}";
}

/// A writer that takes nothing: what a crash between sending and noting leaves.
class Deaf final : public store::Writer {
 public:
  bool submit(store::Job /*job*/) override { return false; }
  bool submit_all(std::vector<store::Job> /*jobs*/) override { return false; }
  void after_rounds(std::function<void()> /*then*/) override {}
};

}  // namespace

TEST_CASE("a delivery is a signed POST of what happened, and is noted as delivered") {
  RawEndpoint endpoint([](const auto&, std::size_t) { return taken; });
  WebhookBench bench;
  bench.start();
  const auto id = bench.subscribe(endpoint.url());
  bench.happen("+989121234567", R"({"id":"msg_1"})");
  REQUIRE(endpoint.wait_for(1));
  REQUIRE(bench.until([&] { return bench.now(id).delivered == 1; }));
  const auto got = endpoint.got().front();
  CHECK(got.head.starts_with("POST /hook HTTP/1.1\r\n"));
  CHECK(got.body ==
        R"({"type":"message.sent","timestamp":"2026-11-22T10:00:00.000Z","data":{"id":"msg_1"}})");
  CHECK(got.header("Content-Type") == "application/json");
  CHECK(got.header("webhook-timestamp") == "1795341600");
  const auto delivery = bench.all_of(id).at(0);
  CHECK(got.header("webhook-id") == outside(DeliveryName{delivery.id, delivery.salt}));
  CHECK(got.header("webhook-signature") ==
        webhook_signature(std::string(32, 's'), got.header("webhook-id"), 1795341600, got.body));
  CHECK(delivery.state == DeliveryState::delivered);
  REQUIRE(delivery.log.size() == 1);
  CHECK(delivery.log[0].status == 204);
  CHECK(bench.now(id).pending == 0);
}

TEST_CASE("for a day after a new secret the old one signs too") {
  RawEndpoint endpoint([](const auto&, std::size_t) { return taken; });
  WebhookBench bench;
  bench.start();
  const auto id = bench.subscribe(endpoint.url());
  bench.commit(
      [&](WebhookRows& rows) { rows.renew_secret(id, std::string(32, 'n'), bench.clock); });
  const auto signature = [](const RawEndpoint::Got& got, char which) {
    return webhook_signature(std::string(32, which), got.header("webhook-id"),
                             std::stoll(got.header("webhook-timestamp")), got.body);
  };
  bench.happen("a", "{}");
  REQUIRE(endpoint.wait_for(1));
  auto got = endpoint.got().back();
  CHECK(got.header("webhook-signature") == signature(got, 'n') + " " + signature(got, 's'));
  bench.pass(24h);
  bench.happen("a", "{}");
  REQUIRE(endpoint.wait_for(2));
  got = endpoint.got().back();
  CHECK(got.header("webhook-signature") == signature(got, 'n'));
}

TEST_CASE("order holds within a conversation, also when the first is tried again") {
  std::atomic<bool> refuse{true};
  RawEndpoint endpoint([&](const RawEndpoint::Got& got, std::size_t) {
    const bool bad = refuse && got.body.find(R"("c":"a","n":0)") != std::string::npos;
    return bad ? http("500 No") : taken;
  });
  WebhookBench bench;
  const auto id = bench.subscribe(endpoint.url());
  for (int i = 0; i < 20; ++i) {
    for (const auto* conversation : {"a", "b", "c"}) {
      bench.happen(conversation, data_of(conversation, i));
    }
  }
  bench.start();
  REQUIRE(bench.until([&] { return bench.now(id).delivered == 40; }));  // of a nothing
  CHECK(order_of(endpoint.got())["a"] == std::vector{0});
  refuse = false;
  bench.pass(6s);
  REQUIRE(bench.until([&] { return bench.now(id).delivered == 60; }));
  auto order = order_of(endpoint.got());
  CHECK(order["a"].front() == 0);
  order["a"].erase(order["a"].begin());  // it came twice
  for (const auto* conversation : {"a", "b", "c"}) {
    INFO(conversation);
    CHECK(order[conversation].size() == 20);
    CHECK(std::is_sorted(order[conversation].begin(), order[conversation].end()));
  }
}

TEST_CASE("after the last attempt it is a dead letter, the next one goes, and it can be replayed") {
  std::atomic<bool> refuse{true};
  RawEndpoint endpoint([&](const RawEndpoint::Got& got, std::size_t) {
    return refuse && got.body.find("\"n\":0") != std::string::npos
               ? http("500 No", "", "because\r\n\x1b[2J")
               : taken;
  });
  WebhookBench bench;
  const auto id = bench.subscribe(endpoint.url());
  bench.happen("a", data_of("a", 0));
  bench.happen("a", data_of("a", 1));
  bench.start();
  for (int attempt = 1; attempt <= most_delivery_attempts; ++attempt) {
    REQUIRE(bench.until([&] { return bench.all_of(id).at(1).attempts == attempt; }));
    bench.pass(27h);
  }
  REQUIRE(bench.until([&] { return bench.now(id).dead == 1 && bench.now(id).delivered == 1; }));
  auto dead = bench.all_of(id).at(1);
  CHECK(dead.state == DeliveryState::dead);
  CHECK(dead.error == "HTTP 500");
  CHECK(dead.log.size() == 10);
  CHECK(dead.log.back().answer == "because\\x0d\\n\\x1b[2J");
  const auto name = endpoint.got().front().header("webhook-id");

  refuse = false;
  bench.commit([&](WebhookRows& rows) { rows.replay_dead(id); });
  REQUIRE(bench.until([&] { return bench.now(id).delivered == 2; }));
  CHECK(bench.now(id).dead == 0);
  CHECK(endpoint.got().back().header("webhook-id") == name);
  CHECK(endpoint.got().back().body == endpoint.got().front().body);
}

TEST_CASE("what was sent and not noted before a crash is sent again by the same id") {
  RawEndpoint endpoint([](const auto&, std::size_t) { return taken; });
  WebhookBench bench;
  const auto id = bench.subscribe(endpoint.url());
  bench.happen("a", "{}");
  Deaf deaf;
  bench.start(deaf);
  REQUIRE(endpoint.wait_for(1));
  bench.sender.reset();
  CHECK(bench.all_of(id).at(0).state == DeliveryState::pending);
  bench.start();
  REQUIRE(endpoint.wait_for(2));
  REQUIRE(bench.until([&] { return bench.now(id).delivered == 1; }));
  CHECK(endpoint.got()[0].header("webhook-id") == endpoint.got()[1].header("webhook-id"));
  CHECK(endpoint.got()[0].body == endpoint.got()[1].body);
}

TEST_CASE("endpoints that hang hold up no other") {
  RawEndpoint hanging([](const auto&, std::size_t) { return std::string(); });
  RawEndpoint good([](const auto&, std::size_t) { return taken; });
  WebhookBench bench;
  for (int i = 0; i < 8; ++i) bench.subscribe(hanging.url(), {"slow.*"});
  for (int i = 0; i < 20; ++i) bench.happen("slow " + string_of(i), "{}", "slow.one");
  bench.start();
  REQUIRE(hanging.wait_for(WebhookSender::most_under_way - most_webhooks));
  const auto id = bench.subscribe(good.url(), {"message.*"});
  for (int i = 0; i < 100; ++i) bench.happen("a", data_of("a", i));
  CHECK(bench.until([&] { return bench.now(id).delivered == 100; }));
  CHECK(hanging.got().size() <= WebhookSender::most_under_way);
}

TEST_CASE("whatever an endpoint says costs it an attempt and nobody else anything") {
  struct Case {
    std::string name, says;
    int status;
    std::string error;
  };
  const std::string endless(64 * 1024, 'x');
  for (const auto& [name, says, status, error] :
       {Case{"a redirect", http("302 Found", "Location: http://127.0.0.1:1/\r\n"), 302,
             "redirects"},
        Case{"no HTTP", "220 mail.example.com ESMTP\r\n\r\nConnection: close", 0, "HTTP/0.9"},
        Case{"octets", std::string("\0\xff\x01\r\n\r\nConnection: close", 24), 0, ""},
        Case{"nothing", "Connection: close", 0, ""},
        Case{"headers without end", "HTTP/1.1 200 OK\r\nx: " + endless + "\r\ny: " + endless, 0,
             "headers"},
        Case{"an endless refusal", "HTTP/1.1 500 No\r\n\r\n" + endless + endless, 500, "HTTP 500"},
        Case{"an endless yes", "HTTP/1.1 200 OK\r\n\r\n" + endless + endless, 200, ""},
        Case{"half of an answer",
             "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nx", 200, ""}}) {
    INFO(name);
    RawEndpoint endpoint([said = says](const auto&, std::size_t) { return said; });
    WebhookBench bench;
    bench.start();
    const auto id = bench.subscribe(endpoint.url());
    bench.happen("a", "{}");
    REQUIRE(bench.until([&] { return bench.all_of(id).at(0).attempts == 1; }));
    const auto delivery = bench.all_of(id).at(0);
    CHECK(delivery.log.at(0).status == status);
    CHECK(delivery.log.at(0).answer.size() <= longest_kept_answer);
    CHECK((delivery.state == DeliveryState::delivered) == (status == 200));
    CHECK(delivery.error.find(error) != std::string::npos);
    CHECK(endpoint.got().size() == 1);
  }
}

TEST_CASE("an endpoint that is not there, or answers nothing, is told of in words") {
  WebhookBench bench;
  bench.options.limits.total = 200ms;
  bench.start();
  std::string gone;
  {
    RawEndpoint endpoint([](const auto&, std::size_t) { return taken; });
    gone = endpoint.url();
  }
  RawEndpoint silent([](const auto&, std::size_t) { return std::string(); });
  const auto refusing = bench.subscribe(gone);
  const auto hanging = bench.subscribe(silent.url());
  bench.happen("a", "{}");
  REQUIRE(bench.until([&] {
    return bench.all_of(refusing).at(0).attempts == 1 && bench.all_of(hanging).at(0).attempts == 1;
  }));
  CHECK(bench.all_of(refusing).at(0).error.find("onnect") != std::string::npos);
  CHECK(bench.all_of(hanging).at(0).error.find("timed out") != std::string::npos);
}

TEST_CASE("a name that leads to this machine is not connected to, whatever it is called") {
  RawEndpoint endpoint([](const auto&, std::size_t) { return taken; });
  WebhookBench bench(AddressPolicy{});
  bench.start();
  for (const auto* host : {"localhost", "127.0.0.1"}) {  // the second past the door
    INFO(host);
    const auto id = bench.subscribe(endpoint.url(host));
    bench.happen("a", "{}");
    REQUIRE(bench.until([&] { return bench.all_of(id).at(0).attempts == 1; }));
    CHECK(bench.all_of(id).at(0).error.find("is a loopback address") != std::string::npos);
  }
  CHECK(endpoint.got().empty());
}

TEST_CASE("a private address that the operator names is told, and its neighbours are not") {
  RawEndpoint named([](const auto&, std::size_t) { return taken; });
  RawEndpoint other([](const auto&, std::size_t) { return taken; });
  const auto address = named.url().substr(7, named.url().size() - 7 - 5);
  WebhookBench bench(AddressPolicy{.allowed = {address}});
  bench.start();
  const auto good = bench.subscribe(named.url());
  const auto bad = bench.subscribe(other.url());
  bench.happen("a", "{}");
  REQUIRE(bench.until(
      [&] { return bench.now(good).delivered == 1 && bench.all_of(bad).at(0).attempts == 1; }));
  CHECK(other.got().empty());
}

TEST_CASE("an endpoint that answers 410 gets nothing more until a person enables it") {
  std::atomic<bool> gone{true};
  RawEndpoint endpoint([&](const auto&, std::size_t) { return gone ? http("410 Gone") : taken; });
  WebhookBench bench;
  const auto id = bench.subscribe(endpoint.url());
  bench.happen("a", data_of("a", 0));
  bench.happen("a", data_of("a", 1));
  bench.start();
  REQUIRE(bench.until([&] { return !bench.now(id).enabled; }));
  CHECK(bench.now(id).disabled_because.find("410") != std::string::npos);
  bench.happen("a", data_of("a", 2));  // nobody subscribes to it now
  CHECK(bench.all_of(id).size() == 2);
  CHECK(endpoint.got().size() == 1);
  gone = false;
  bench.commit([&](WebhookRows& rows) {
    rows.change(id, {.url = {}, .events = {}, .filter = {}, .enabled = true});
  });
  REQUIRE(bench.until([&] { return bench.now(id).delivered == 2; }));
  CHECK(order_of(endpoint.got())["a"] == std::vector{0, 0, 1});
}

TEST_CASE("an endpoint that fails is left alone and probed, and gets all when it is well") {
  std::atomic<bool> ill{true};
  RawEndpoint endpoint([&](const auto&, std::size_t) { return ill ? http("500 No") : taken; });
  WebhookBench bench;
  const auto id = bench.subscribe(endpoint.url());
  for (int i = 0; i < 200; ++i) bench.happen("c" + string_of(i), "{}");
  bench.start();
  const auto attempts = [&] {
    int sum = 0;
    for (const auto& one : bench.all_of(id)) sum += one.attempts;
    return sum;
  };
  REQUIRE(bench.until([&] { return attempts() >= Circuit::failures_to_open; }));
  REQUIRE(bench.until([&] {
    return attempts() == static_cast<int>(endpoint.got().size()) &&
           bench.sender->left_alone_until(id);
  }));
  const auto before = endpoint.got().size();
  CHECK(before < Circuit::failures_to_open + WebhookSender::most_of_one);
  CHECK(*bench.sender->left_alone_until(id) == bench.clock.load() + 30s);
  bench.pass(30s);
  REQUIRE(endpoint.wait_for(before + 1));
  REQUIRE(bench.until([&] { return attempts() == static_cast<int>(before) + 1; }));
  CHECK(endpoint.got().size() == before + 1);
  ill = false;
  bench.pass(60s);
  // All but those that are due again later.
  REQUIRE(bench.until([&] { return bench.now(id).delivered >= 199; }));
  CHECK_FALSE(bench.sender->left_alone_until(id));
  bench.pass(2h);
  CHECK(bench.until([&] { return bench.now(id).pending == 0; }));
}

TEST_CASE("a subscription that is deleted takes its deliveries with it") {
  RawEndpoint endpoint([](const auto&, std::size_t) { return http("500 No"); });
  WebhookBench bench;
  const auto id = bench.subscribe(endpoint.url());
  const std::vector<Happening> many(2500, {"message.sent", bench.clock, "a", "{}"});
  bench.commit([&](WebhookRows& rows) { rows.enqueue(many); });
  bench.commit([&](WebhookRows& rows) { rows.remove(id); });
  CHECK_FALSE(bench.reader->webhook(id));
  bench.start();
  CHECK(bench.until([&] {
    return bench.reader_database->integer("SELECT count(*) FROM webhook_delivery") == 0 &&
           bench.reader_database->integer("SELECT count(*) FROM webhook") == 0;
  }));
  CHECK(endpoint.got().empty());
}

TEST_CASE("connections are kept from one delivery to the next") {
  std::mutex mutex;
  std::set<std::thread::id> connections;  // each has a thread of its own
  RawEndpoint endpoint([&](const auto&, std::size_t) {
    const std::lock_guard lock(mutex);
    connections.insert(std::this_thread::get_id());
    return taken;
  });
  WebhookBench bench;
  bench.start();
  const auto id = bench.subscribe(endpoint.url());
  for (int i = 0; i < 50; ++i) bench.happen("a", data_of("a", i));
  REQUIRE(bench.until([&] { return bench.now(id).delivered == 50; }));
  CHECK(connections.size() == 1);
}

}  // namespace bank::web::test
