#include <catch2/catch.hpp>
#include <set>

#include "tests/web/ask.hpp"
#include "web/api_key.hpp"
#include "web/auth.hpp"

namespace bank::web::test {

TEST_CASE("keys are random, of one shape, and known by their SHA-256") {
  std::set<std::string> made;
  for (int i = 0; i < 100; ++i) {
    const auto key = make_api_key();
    CHECK(key.size() == 46);
    CHECK(looks_like_api_key(key));
    made.insert(key);
  }
  CHECK(made.size() == 100);
  CHECK_FALSE(looks_like_api_key("mb_short"));
  CHECK_FALSE(looks_like_api_key("xx_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
  CHECK_FALSE(looks_like_api_key("mb_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+A"));
  // FIPS 180-2, appendix B.1
  const auto abc = sha256("abc");
  CHECK(abc[0] == 0xBA);
  CHECK(abc[31] == 0xAD);
}

TEST_CASE("a call without a valid key is 401 and says what is missing") {
  FakeDoor door;
  Api api(door);
  const auto unknown = make_api_key();
  for (const std::string& key : {std::string(), std::string("nonsense"), unknown, revoked_key}) {
    const auto response = ask(api.handler(), "GET", "/v1/messages", "", {.key = key});
    INFO(key);
    CHECK(response->status == 401);
    CHECK(flaw_of_problem(*response) == "");
    CHECK(header_of(*response, "WWW-Authenticate").starts_with("Bearer"));
    CHECK_THAT(response->body, !Catch::Contains(unknown));
  }
}

TEST_CASE("a key does what its scopes say, and the refusal names the scope") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const auto status = [&](const std::string& key, const char* method, const char* target) {
    return ask(handler, method, target, R"({"to":"+989121234567","text":"x"})", {.key = key})
        ->status;
  };
  CHECK(status(reader_key, "GET", "/v1/messages") == 200);
  CHECK(status(reader_key, "GET", "/metrics") == 200);
  CHECK(status(reader_key, "POST", "/v1/messages") == 403);
  CHECK(status(sender_key, "POST", "/v1/messages") == 202);
  CHECK(status(sender_key, "GET", "/v1/messages") == 403);
  CHECK(status(sender_key, "DELETE", "/v1/suppressions/+1") == 403);
  CHECK(status(good_key, "POST", "/v1/messages") == 202);
  CHECK(status(good_key, "GET", "/v1/messages") == 200);
  const auto response = ask(handler, "POST", "/v1/messages", "{}", {.key = reader_key});
  CHECK_THAT(response->body, Catch::Contains("scope send"));
}

TEST_CASE("a key that was granted otp may send it") {
  FakeDoor door;
  Api api(door);
  const std::string body = R"({"to":"+989121234567","text":"4711","class":"otp"})";
  CHECK(ask(api.handler(), "POST", "/v1/messages", body, {.key = sender_key})->status == 202);
  CHECK(ask(api.handler(), "POST", "/v1/messages", body)->status == 403);
}

TEST_CASE("a key is looked up once, and a revoked one stops at once") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  for (int i = 0; i < 5; ++i) CHECK(ask(handler, "GET", "/v1/messages")->status == 200);
  CHECK(door.key_lookups == 1);
  door.revoke(good_key);
  api.forget_keys();
  CHECK(ask(handler, "GET", "/v1/messages")->status == 401);
}

TEST_CASE("an address that tries keys is slowed down, others and known keys are not") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const auto status = [&](const std::string& key, const char* peer, bool loopback) {
    const Asked asked{.key = key, .peer = peer, .loopback = loopback};
    return ask(handler, "GET", "/v1/messages", "", asked)->status;
  };
  CHECK(status(good_key, "203.0.113.5", false) == 200);
  for (int i = 0; i < 20; ++i) CHECK(status(make_api_key(), "203.0.113.5", false) == 401);
  CHECK(status(make_api_key(), "203.0.113.5", false) == 429);
  CHECK(status(good_key, "203.0.113.5", false) == 200);
  CHECK(status(make_api_key(), "203.0.113.6", false) == 401);
  for (int i = 0; i < 30; ++i) CHECK(status(make_api_key(), "127.0.0.1", true) == 401);
}

TEST_CASE(
    "wrong keys from one IPv6 network count together, whatever address of it they come from") {
  CHECK(network_of("203.0.113.5") == "203.0.113.5");
  CHECK(network_of("::ffff:203.0.113.5") == "203.0.113.5");
  CHECK(network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::1"));
  CHECK(network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1"));
  CHECK(network_of("nonsense") == "nonsense");

  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const auto status = [&](const std::string& peer) {
    const Asked asked{.key = make_api_key(), .peer = peer, .loopback = false};
    return ask(handler, "GET", "/v1/messages", "", asked)->status;
  };
  for (int i = 0; i < 20; ++i) CHECK(status("2001:db8:1:2::" + std::to_string(i)) == 401);
  CHECK(status("2001:db8:1:2:ffff::1") == 429);
  CHECK(status("2001:db8:1:3::1") == 401);
}

TEST_CASE("hashes are the same when all of their octets are") {
  const KeyHash hash = sha256("abc");
  CHECK(same_hash(hash, hash));
  for (std::size_t i = 0; i < hash.size(); ++i) {
    KeyHash other = hash;
    other[i] = static_cast<unsigned char>(other[i] ^ 1U);
    INFO(i);
    CHECK_FALSE(same_hash(hash, other));
  }
}

TEST_CASE("the use of a key is noted once a minute, and not when it is refused") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const auto call = [&](const std::string& key) {
    return ask(handler, "GET", "/v1/messages", "", {.key = key})->status;
  };
  for (int i = 0; i < 5; ++i) CHECK(call(good_key) == 200);
  REQUIRE(door.uses.size() == 1);
  CHECK(door.uses[0] == std::pair(scheduler::KeyId{1}, test_now));
  CHECK(call(revoked_key) == 401);
  CHECK(call(make_api_key()) == 401);
  CHECK(door.uses.size() == 1);
  CHECK(call(reader_key) == 200);
  CHECK(door.uses.size() == 2);
  door.clock = test_now + std::chrono::seconds{59};
  CHECK(call(good_key) == 200);
  CHECK(door.uses.size() == 2);
  door.clock = test_now + std::chrono::seconds{60};
  CHECK(call(good_key) == 200);
  REQUIRE(door.uses.size() == 3);
  CHECK(door.uses[2].second == test_now + std::chrono::seconds{60});
  door.clock = test_now;  // set back
  CHECK(call(good_key) == 200);
  CHECK(door.uses.size() == 4);
}

TEST_CASE("a key that is revoked while the body comes does nothing any more") {
  FakeDoor door;
  Api api(door);
  const auto handler = api.handler();
  const std::string authorization = "Bearer " + sender_key;
  RequestHead head{};
  head.method = "POST";
  head.path = "/v1/messages";
  head.authorization = authorization;
  const auto post = [&](const Admission& admission) {
    return std::get<Call>(admission)(R"({"to":"+989121234567","text":"x"})", [](const Finish&) {});
  };
  const auto first = handler(head);
  const auto second = handler(head);
  api.forget_keys();  // another key was made
  CHECK_FALSE(post(first));
  CHECK(door.messages_made() == 1);
  door.revoke(sender_key);
  api.forget_keys();
  const auto refusal = post(second);
  REQUIRE(refusal);
  CHECK(refusal->status == 401);
  CHECK(door.messages_made() == 1);
}

}  // namespace bank::web::test
