// Promise 9: what waits says for what, also where one SIM alone may send it.
#include <catch2/catch.hpp>

#include "tests/program/harness.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;

/// The hold of a message once it has that reason; as it is when the time is over.
json wait_for_hold(const Api& api, const std::string& id, const std::string& reason) {
  json message;
  (void)holds_within(patience, [&] {
    message = api.get("/v1/messages/" + id);
    return !message.at("hold").is_null() && message.at("hold").at("reason") == reason;
  });
  INFO(message);
  REQUIRE_FALSE(message.at("hold").is_null());
  return message.at("hold");
}

}  // namespace

TEST_CASE("a message for one SIM says that it waits for that SIM, and until when", "[hold]") {
  const Folder folder;
  const Rack rack(folder, 2, {"--latency-ms", "20", "--report-delay-ms", "20"});
  const auto config = write_config(folder, {.limits = "per_minute = 1\nper_day = 1000"});
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01", "slot-02"}));
  const std::string sim = api.modem("slot-01").at("iccid");

  const json first = api.post({{"to", "+989120000001"}, {"text", "one"}, {"sim", sim}});
  REQUIRE(api.wait_for_state(first.at("id"), {"sent", "delivered"}).at("hold").is_null());
  const json second = api.post({{"to", "+989120000002"}, {"text", "two"}, {"sim", sim}});
  const json hold = wait_for_hold(api, second.at("id"), "limit");
  CHECK(hold.at("until").is_string());

  // One whose first part is out waits for its SIM too, whatever its pool's others could do.
  const json parts = api.post({{"to", "+989120000003"}, {"text", std::string(200, 'x')}});
  const json rest = wait_for_hold(api, parts.at("id"), "limit");
  CHECK(rest.at("until").is_string());
  const json begun = api.get("/v1/messages/" + parts.at("id").get<std::string>());
  CHECK(begun.at("state") == "sending");
  CHECK(begun.at("parts_sent") == 1);

  (void)rack.ask("unplug slot-01");
  CHECK(wait_for_hold(api, second.at("id"), "no_sim").at("until").is_null());
}

}  // namespace bank::program::test
