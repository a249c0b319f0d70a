// What technicians read of a running program: what was said with its modems, without what is
// secret, and what happened to them.
#include <catch2/catch.hpp>

#include "tests/program/harness.hpp"

namespace bank::program::test {
namespace {

using Catch::Contains;
using nlohmann::json;

constexpr const char* iccid = "8998110000000000001";

std::vector<std::string> said(const json& list) {
  std::vector<std::string> lines;
  for (const auto& item : list.at("items")) lines.push_back(item.at("text"));
  return lines;
}

bool has(const std::vector<std::string>& lines, const std::string& start) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.rfind(start, 0) == 0; });
}

bool has_event(const Api& api, const std::string& kind, const std::string& start) {
  return holds_within(patience, [&] {
    const json list = api.get("/v1/modems/slot-01/events");
    return std::any_of(list.at("items").begin(), list.at("items").end(), [&](const json& event) {
      return event.at("kind") == kind && event.at("what").get<std::string>().rfind(start, 0) == 0;
    });
  });
}

}  // namespace

TEST_CASE("what was said with a modem is shown without PIN, text and number", "[technician]") {
  const Folder folder;
  const Rack rack(folder, 1, {"--latency-ms", "20", "--pin", "4711"});
  const auto config = write_config(folder, {.more = std::string("[[sim]]\niccid = \"") + iccid +
                                                    "\"\npools = [\"default\"]\npin = \"4711\"\n"});
  const auto key = make_key(folder, config);
  std::string id;
  {
    Serve serve(folder, config);
    const Api api(serve.address(), key);
    REQUIRE(api.wait_until_ready({"slot-01"}));
    id = api.post({{"to", "+989121234567"}, {"text", "the secret of 8642"}}).at("id");
    const json message = api.wait_for_state(id, {"delivered"});
    REQUIRE(message.at("state") == "delivered");

    const json of_modem = api.get("/v1/modems/slot-01/dialogue?limit=1000");
    const auto lines = said(of_modem);
    CHECK(has(lines, "AT+CPIN=****"));
    CHECK(has(lines, "AT+CMGS="));
    CHECK(has(lines, "<PDU, "));
    CHECK(has(lines, "OK"));
    const json of_message = api.get("/v1/messages/" + id + "/dialogue?limit=1000");
    CHECK(has(said(of_message), "AT+CMGS="));
    CHECK(has(said(of_message), "+CMGS: "));
    CHECK(of_message.at("note").is_null());
    const std::string both = of_modem.dump() + of_message.dump();
    // The number in semi-octets, too (TS 23.040 §9.1.2.3).
    for (const std::string secret :
         {"4711", "8642", "secret", "9121234567", "121234567", "19123254", "893254"}) {
      CHECK_THAT(both, !Contains(secret));
    }

    CHECK(has_event(api, "state", "ready"));
    (void)rack.ask("unplug slot-01");
    CHECK(has_event(api, "state", "absent"));
    (void)rack.ask("replug slot-01");
    REQUIRE(api.wait_until_ready({"slot-01"}));
    CHECK(holds_within(patience, [&] { return api.all("/v1/modems/slot-01/events").size() >= 3; }));
    CHECK_THAT(json(api.all("/v1/modems/slot-01/events")).dump(), !Contains("4711"));
  }
  Serve again(folder, config, 2);
  const Api api(again.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01"}));
  const json forgotten = api.get("/v1/messages/" + id + "/dialogue");
  CHECK_FALSE(has(said(forgotten), "AT+CMGS="));  // what was said is not
  CHECK_THAT(forgotten.at("note").get<std::string>(), Contains("slot-01 is kept since"));
  CHECK(has_event(api, "state", "absent"));  // events are in the database
}

}  // namespace bank::program::test
