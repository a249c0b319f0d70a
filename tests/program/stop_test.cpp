// SIGTERM takes nothing new and waits for what modems have in hand, but not for ever.
#include <catch2/catch.hpp>

#include "tests/program/harness.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;

/// A text that a modem has in hand: handed over, and its result not come.
std::string send_one(const Api& api) {
  const json posted = api.post({{"to", "+989120000001"}, {"text", "on the air"}});
  const std::string id = posted.at("id");
  const json message = api.wait_for_state(id, {"sending"});
  REQUIRE(message.at("state") == "sending");
  return id;
}

}  // namespace

TEST_CASE("SIGTERM waits for the part on the air and exits 0", "[stop]") {
  const Folder folder;
  const Rack rack(folder, 1, {"--latency-ms", "3000", "--report-delay-ms", "20"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  std::string id;
  {
    Serve serve(folder, config);
    const Api api(serve.address(), key);
    REQUIRE(api.wait_until_ready({"slot-01"}));
    id = send_one(api);
    serve.child().signal(SIGTERM);
    REQUIRE_FALSE(serve.child().ended());
    CHECK(serve.child().wait() == 0);
    CHECK_THAT(serve.child().err(), !Catch::Contains("stop.late"));
  }
  CHECK(rack.taken().size() == 1);
  Serve again(folder, config, 2);
  const json message = Api(again.address(), key).get("/v1/messages/" + id);
  INFO(message);
  CHECK((message.at("state") == "sent" || message.at("state") == "delivered"));
}

TEST_CASE("SIGTERM begins nothing new", "[stop]") {
  const Folder folder;
  const Rack rack(folder, 1, {"--latency-ms", "1500", "--report-delay-ms", "20"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  {
    Serve serve(folder, config);
    const Api api(serve.address(), key);
    REQUIRE(api.wait_until_ready({"slot-01"}));
    (void)send_one(api);
    for (int i = 0; i < 3; ++i) (void)api.post({{"to", "+989120000002"}, {"text", "later"}});
    serve.child().signal(SIGTERM);
    CHECK(serve.child().wait() == 0);
  }
  CHECK(rack.taken().size() == 1);
  Serve again(folder, config, 2);
  const Api api(again.address(), key);
  CHECK(api.wait_for_count("delivered", 3));
  // The report of the first may have come while nobody listened.
  CHECK(api.counts()["sent"] + api.counts()["delivered"] == 4);
  CHECK(rack.taken().size() == 4);
}

TEST_CASE("when stop_after ends before the modem's answer it exits 0 and the message is uncertain",
          "[stop]") {
  const Folder folder;
  const Rack rack(folder, 1, {"--latency-ms", "60000"});
  const auto config = write_config(folder, {.sending = "stop_after = \"1s\""});
  const auto key = make_key(folder, config);
  std::string id;
  {
    Serve serve(folder, config);
    const Api api(serve.address(), key);
    REQUIRE(api.wait_until_ready({"slot-01"}));
    id = send_one(api);
    serve.child().signal(SIGTERM);
    CHECK(serve.child().wait(30s) == 0);
    CHECK_THAT(serve.child().err(), Catch::Contains("stop.late"));
  }
  Serve again(folder, config, 2);
  const json message = Api(again.address(), key).wait_for_state(id, {"uncertain"});
  INFO(message);
  CHECK(message.at("state") == "uncertain");
  CHECK(message.at("submissions").at(0).at("outcome") == "uncertain");
}

TEST_CASE("a program without a modem stops at once", "[stop]") {
  const Folder folder;
  const auto config = write_config(folder);
  Serve serve(folder, config);
  (void)serve.address();
  serve.child().signal(SIGTERM);
  CHECK(serve.child().wait(10s) == 0);
}

}  // namespace bank::program::test
