// Webhooks without a network: signatures, the schedule, what may be connected to.
#include <arpa/inet.h>
#include <netinet/in.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "web/endpoint_address.hpp"
#include "web/webhook.hpp"
#include "web/webhook_schedule.hpp"
#include "web/webhook_signature.hpp"

namespace bank::web::test {

namespace {

constexpr WallTime start{std::chrono::milliseconds{1'795'341'600'000}};
using What = DeliveryStep::What;

DeliveryStep failed() {
  return {What::again, start, "HTTP 500"};
}
DeliveryStep delivered() {
  return {What::delivered, start, {}};
}

std::optional<std::string> flaw_of(const std::string& host, std::uint16_t port,
                                   const AddressPolicy& policy = {}) {
  sockaddr_storage storage{};
  if (host.find(':') == std::string::npos) {
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    REQUIRE(inet_pton(AF_INET, host.c_str(), &four.sin_addr) == 1);
    std::memcpy(&storage, &four, sizeof four);
  } else {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    REQUIRE(inet_pton(AF_INET6, host.c_str(), &six.sin6_addr) == 1);
    std::memcpy(&storage, &six, sizeof six);
  }
  return flaw_of_address(reinterpret_cast<const sockaddr&>(storage), policy);
}

}  // namespace

TEST_CASE("a signature is as the specification's example has it") {
  const auto secret = read_webhook_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  REQUIRE(secret);
  CHECK(secret->size() == 24);
  CHECK(webhook_signature(*secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                          R"({"test": 2432232314})") ==
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("a secret is 24 to 64 octets in base64, and one that was made reads back") {
  const auto made = make_webhook_secret();
  CHECK(made != make_webhook_secret());
  CHECK(read_webhook_secret(shown_webhook_secret(made)) == made);
  const std::string longest(64, 'x');
  CHECK(read_webhook_secret(shown_webhook_secret(longest)) == longest);
  for (const auto* text :
       {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"}) {
    INFO(text);
    CHECK_FALSE(read_webhook_secret(text));
  }
  CHECK_FALSE(read_webhook_secret(shown_webhook_secret(std::string(23, 'x'))));
  CHECK_FALSE(read_webhook_secret(shown_webhook_secret(std::string(65, 'x'))));
}

TEST_CASE("names outside read back, and others do not") {
  const DeliveryName name{DeliveryId{77}, 0x1234abcd};
  CHECK(outside(name) == "evt_000000000002d1234abcd");
  const auto read = delivery_name(outside(name));
  REQUIRE(read);
  CHECK(read->id == name.id);
  CHECK(read->salt == name.salt);
  for (const auto* text :
       {"", "evt_", "evt_000000000002d", "evt_000000000002d1234abcg", "msg_000000000002d1234abcd",
        "evt_0000000000000"
        "1234abcd"}) {
    INFO(text);
    CHECK_FALSE(delivery_name(text));
  }
  CHECK(webhook_id(outside(WebhookId{3})) == WebhookId{3});
  CHECK_FALSE(webhook_id("wh_3"));
}

TEST_CASE("a subscription wants the types that it names, and those of a kind") {
  Webhook webhook;
  CHECK(webhook.wants("message.sent"));
  webhook.events = {"message.*", "alarm.raised"};
  CHECK(webhook.wants("message.sent"));
  CHECK(webhook.wants("message.part.sent"));
  CHECK(webhook.wants("alarm.raised"));
  CHECK_FALSE(webhook.wants("message"));
  CHECK_FALSE(webhook.wants("message."));
  CHECK_FALSE(webhook.wants("messages.sent"));
  CHECK_FALSE(webhook.wants("alarm.cleared"));
  webhook.enabled = false;
  CHECK_FALSE(webhook.wants("message.sent"));
  for (const auto* good : {"message.sent", "message.*", "a", "a_1.b"})
    CHECK(is_event_pattern(good));
  for (const auto* bad : {"", "*", ".*", "message.*.x", "*.sent", "a..b", ".a", "a.", "A", "a b"}) {
    INFO(bad);
    CHECK_FALSE(is_event_pattern(bad));
  }
}

TEST_CASE("an answer decides what becomes of a delivery") {
  struct Case {
    EndpointAnswer answer;
    int attempts;
    What what;
  };
  for (const auto& [answer, attempts, what] :
       {Case{{200, {}}, 1, What::delivered}, Case{{204, {}}, 10, What::delivered},
        Case{{299, {}}, 1, What::delivered}, Case{{301, {}}, 1, What::again},
        Case{{400, {}}, 1, What::again}, Case{{404, {}}, 9, What::again},
        Case{{410, {}}, 1, What::gone}, Case{{500, {}}, 9, What::again},
        Case{{500, {}}, 10, What::dead}, Case{{0, "connection refused"}, 1, What::again},
        Case{{0, "connection refused"}, 10, What::dead}}) {
    INFO(answer.status << " after " << attempts);
    const auto step = step_after(answer, attempts, 1, start);
    CHECK(step.what == what);
    CHECK(step.error.empty() == (what == What::delivered));
  }
}

TEST_CASE("pauses grow over three days, a tenth longer or shorter, the same for the same seed") {
  std::chrono::milliseconds total{0};
  bool differ = false;
  for (int attempts = 1; attempts < most_delivery_attempts; ++attempts) {
    const std::chrono::milliseconds usual =
        delivery_pauses.at(static_cast<std::size_t>(attempts - 1));
    const auto pause_of = [&](std::uint64_t seed) {
      return step_after({500, {}}, attempts, seed, start).due - start;
    };
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      CHECK(pause_of(seed) >= usual * 9 / 10);
      CHECK(pause_of(seed) <= usual * 11 / 10);
      CHECK(pause_of(seed) <= longest_delivery_pause);
      differ = differ || pause_of(seed) != pause_of(seed + 1);
    }
    CHECK(pause_of(5) == pause_of(5));
    total += usual;
  }
  CHECK(differ);
  CHECK(total > std::chrono::days{3});
  CHECK(total < std::chrono::days{4});
}

TEST_CASE("Retry-After makes a pause longer, never shorter, and at most an hour") {
  const auto due = [](EndpointAnswer answer, int attempts) {
    return step_after(answer, attempts, 1, start).due - start;
  };
  CHECK(due({503, {}, 120s}, 1) == 120s);
  CHECK(due({429, {}, 120s}, 1) == 120s);
  CHECK(due({503, {}, 1s}, 2) >= 270s);
  CHECK(due({429, {}, std::chrono::hours{1000}}, 1) == 1h);
  CHECK(due({500, {}, 120s}, 1) < 6s);  // it may not ask
  CHECK(due({429, {}, -5s}, 1) >= 4500ms);
}

TEST_CASE("an endpoint that takes nothing is left alone, probed, and taken back") {
  Circuit circuit;
  auto now = start;
  for (int i = 1; i < Circuit::failures_to_open; ++i) circuit.ended(failed(), now);
  CHECK_FALSE(circuit.is_open());
  CHECK(circuit.may_begin(now, 5));
  circuit.ended(failed(), now);
  CHECK(circuit.is_open());
  CHECK_FALSE(circuit.may_begin(now, 0));
  for (int i = 0; i < 15; ++i) circuit.ended(failed(), now);  // begun before
  for (const auto pause : {30s, 60s, 120s, 240s, 480s, 600s, 600s}) {
    INFO(pause.count());
    CHECK(circuit.next_try(now) == now + pause);
    CHECK_FALSE(circuit.may_begin(now + pause - 1ms, 0));
    now += pause;
    CHECK(circuit.may_begin(now, 0));
    CHECK_FALSE(circuit.may_begin(now, 1));  // one at a time
    circuit.ended(failed(), now);
  }
  now += 600s;
  circuit.ended(delivered(), now);
  CHECK_FALSE(circuit.is_open());
  CHECK(circuit.may_begin(now, 5));
}

TEST_CASE("failures that are not in a row open nothing, and a clock set back closes nothing off") {
  Circuit circuit;
  for (int i = 0; i < 100; ++i) {
    circuit.ended(i % 9 == 8 ? delivered() : failed(), start);
    REQUIRE_FALSE(circuit.is_open());
  }
  for (int i = 0; i < 10; ++i) circuit.ended(failed(), start);
  CHECK_FALSE(circuit.may_begin(start, 0));
  CHECK(circuit.may_begin(start - 24h, 0));
}

TEST_CASE("a pause that an endpoint asks for holds for all that it gets") {
  Circuit circuit;
  circuit.ended({What::again, start, "HTTP 429", 90s}, start);
  circuit.ended(delivered(), start);  // was under way
  CHECK_FALSE(circuit.may_begin(start + 89s, 0));
  CHECK(circuit.may_begin(start + 90s, 3));
}

TEST_CASE("no address that only this machine or its network reaches is connected to") {
  for (const auto* host : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.254",
                           "168.63.129.16",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.192",
                           "192.168.1.1",
                           "198.18.0.1",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::7f00:1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::ffff:0:127.0.0.1",
                           "64:ff9b::7f00:1",
                           "64:ff9b::a00:1",
                           "64:ff9b:1::1",
                           "2002:7f00:1::1",
                           "2002:a00:1::",
                           "2001:0:1::1",
                           "2001:db8::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1",
                           "2a00:1450::5efe:7f00:1",
                           "100::1",
                           "4000::1"}) {
    INFO(host);
    CHECK(flaw_of(host, 443));
    CHECK_FALSE(flaw_of(host, 443, {.allow_private = true}));
  }
  for (const auto* host :
       {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.1", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
        "223.255.255.255", "2606:4700::1111", "2a00:1450:4001:80b::200e", "::ffff:1.1.1.1",
        "64:ff9b::101:101", "2002:101:101::1"}) {
    INFO(host);
    CHECK_FALSE(flaw_of(host, 443));
  }
}

TEST_CASE("what the operator allows is one address with one port, however it is spelt") {
  const AddressPolicy policy{.allowed = {*canonical_endpoint("10.0.0.5:8080"),
                                         *canonical_endpoint("[fd00:0:0:0::5]:8080")}};
  CHECK_FALSE(flaw_of("10.0.0.5", 8080, policy));
  CHECK_FALSE(flaw_of("fd00::5", 8080, policy));
  CHECK(flaw_of("10.0.0.5", 8081, policy));
  CHECK(flaw_of("10.0.0.6", 8080, policy));
  for (const auto* bad : {"", "10.0.0.5", "10.0.0.5:", "10.0.0.5:0", "10.0.0.5:65536", "x:80",
                          "fd00::5:8080", "[10.0.0.5]:80", "[fd00::5]", "010.0.0.5:80"}) {
    INFO(bad);
    CHECK_FALSE(canonical_endpoint(bad));
  }
}

TEST_CASE("the URL of a subscription is http or https, without secrets, and leads outside") {
  for (const auto* good :
       {"https://example.com/sms", "http://example.com", "https://example.com:8443/a?b=c",
        "https://1.1.1.1/", "https://[2606:4700::1111]/", "HTTPS://EXAMPLE.COM/%20"}) {
    INFO(good);
    CHECK_FALSE(flaw_of_webhook_url(good, {}));
  }
  for (const auto* bad : {"",
                          "example.com",
                          "/x",
                          "https://",
                          "ftp://example.com/",
                          "file:///etc/passwd",
                          "gopher://example.com/",
                          "https://user@example.com/",
                          "https://user:word@example.com/",
                          "https://example.com/#x",
                          "https://example.com/a b",
                          "https://example.com/\xC3\xA9",
                          "https://example.com:0/",
                          "https://example.com:99999/",
                          "javascript:alert(1)",
                          "http://127.0.0.1/",
                          "http://127.1/",
                          "http://0x7f.1/",
                          "http://2130706433/",
                          "http://017700000001/",
                          "http://0/",
                          "http://[::1]/",
                          "http://[::ffff:127.0.0.1]/",
                          "http://169.254.169.254/latest",
                          "http://10.0.0.5:8080/",
                          "http://[fe80::1%25eth0]/",
                          "https://example.com\r\nx: y/",
                          "https://example.com/\x01"}) {
    INFO(bad);
    CHECK(flaw_of_webhook_url(bad, {}));
  }
  const std::string long_one = "https://example.com/" + std::string(longest_webhook_url, 'x');
  CHECK(flaw_of_webhook_url(long_one, {}));
  CHECK_FALSE(flaw_of_webhook_url("http://10.0.0.5:8080/", {.allowed = {"10.0.0.5:8080"}}));
  CHECK_FALSE(flaw_of_webhook_url("http://127.0.0.1/", {.allow_private = true}));
}

}  // namespace bank::web::test
