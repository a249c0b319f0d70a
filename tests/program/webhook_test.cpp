// Webhooks of the whole program: made over HTTP, sent to an endpoint, kept over a kill.
#include <catch2/catch.hpp>

#include "tests/program/harness.hpp"
#include "tests/web/raw_endpoint.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;
using web::test::RawEndpoint;

/// What a POST that goes well is answered with.
json done(const Api& api, const std::string& path, const json& body = nullptr) {
  const auto answer = body.is_null() ? api.change("POST", path) : api.post_to(path, body);
  INFO(answer.body);
  REQUIRE(answer.status / 100 == 2);
  return json::parse(answer.body);
}

json delivery_of(const Api& api, const std::string& hook) {
  return api.get(hook + "/deliveries").at("items").at(0);
}

}  // namespace

TEST_CASE("a subscription gets its test, signed, and again after a kill by the same id",
          "[webhooks]") {
  std::atomic<bool> silent{true};
  RawEndpoint endpoint(
      [&](const auto&, std::size_t) { return silent ? std::string() : web::test::taken; });
  const Folder folder;
  const Rack rack(folder, 1, {});
  const auto config = write_config(folder, {.more = "[webhooks]\nallow_private = true\n"});
  const auto key = make_key(folder, config);
  std::string hook;
  {
    Serve serve(folder, config);
    const Api api(serve.address(), key);
    const json made = done(api, "/v1/webhooks", {{"url", endpoint.url()}});
    hook = "/v1/webhooks/" + made.at("id").get<std::string>();
    CHECK(done(api, hook + "/test").at("state") == "pending");
    REQUIRE(endpoint.wait_for(1));
    serve.child().kill();
  }
  silent = false;
  Serve serve(folder, config, 2);
  const Api api(serve.address(), key);
  REQUIRE(
      holds_within(patience, [&] { return delivery_of(api, hook).at("state") == "delivered"; }));
  const auto got = endpoint.got();
  REQUIRE(got.size() == 2);
  CHECK(got[0].header("webhook-id") == got[1].header("webhook-id"));
  CHECK(got[0].body == got[1].body);
  CHECK(got[1].header("webhook-id") == delivery_of(api, hook).at("id"));
  CHECK(got[1].header("webhook-signature").starts_with("v1,"));
  CHECK(json::parse(got[1].body).at("type") == "test.ping");
}

TEST_CASE("without leave of the operator no subscription leads to this machine", "[webhooks]") {
  const Folder folder;
  const Rack rack(folder, 1, {});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  RawEndpoint endpoint([](const auto&, std::size_t) { return web::test::taken; });
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  const json named = done(api, "/v1/webhooks", {{"url", endpoint.url("localhost")}});
  const auto hook = "/v1/webhooks/" + named.at("id").get<std::string>();
  (void)done(api, hook + "/test");
  REQUIRE(holds_within(patience, [&] { return delivery_of(api, hook).at("attempts") == 1; }));
  CHECK(delivery_of(api, hook).at("error").get<std::string>().find("loopback") !=
        std::string::npos);
  CHECK(endpoint.got().empty());
}

}  // namespace bank::program::test
