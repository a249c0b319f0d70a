// SIMs are shown as they are: locked, held, gone; and one is used only where it may be.
#include <catch2/catch.hpp>

#include "tests/program/harness.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;

constexpr const char* iccid_of_slot_1 = "8998110000000000001";

json sim(const Api& api, const std::string& id) {
  const auto answer = api.ask_for("/v1/sims/" + id);
  return answer.status == 200 ? json::parse(answer.body) : json();
}

bool sim_becomes(const Api& api, const std::string& id, const std::string& state) {
  return holds_within(patience, [&] {
    const json found = sim(api, id);
    return !found.is_null() && found.at("state") == state;
  });
}

}  // namespace

TEST_CASE("a SIM that wants a PIN is listed as locked, and sends once its PIN is configured",
          "[sims]") {
  const Folder folder;
  const Rack rack(folder, 1, {"--latency-ms", "20", "--pin", "4711"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  {
    Serve serve(folder, config);
    const Api api(serve.address(), key);
    CHECK(sim_becomes(api, iccid_of_slot_1, "locked"));
    const json verdict = api.modem("slot-01").at("verdict");
    CHECK(verdict.at("level") == "bad");
    CHECK_THAT(verdict.at("because").get<std::string>(), Catch::Contains("PIN"));
    CHECK_THAT(verdict.at("do_next").get<std::string>(), Catch::Contains("[[sim]]"));
  }
  const auto with_pin =
      write_config(folder, {.more = std::string("[[sim]]\niccid = \"") + iccid_of_slot_1 +
                                    "\"\npools = [\"default\"]\npin = \"4711\"\n"});
  Serve serve(folder, with_pin, 2);
  const Api api(serve.address(), key);
  CHECK(sim_becomes(api, iccid_of_slot_1, "ready"));
}

TEST_CASE("with unknown_sims = \"hold\" a SIM without an entry is held, and does not send",
          "[sims]") {
  const Folder folder;
  const Rack rack(folder, 2, {"--latency-ms", "20"});
  const auto config = write_config(
      folder, {.discovery = "unknown_sims = \"hold\"",
               .more = "[[sim]]\niccid = \"8998110000000000002\"\npools = [\"default\"]\n"});
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  CHECK(sim_becomes(api, iccid_of_slot_1, "held"));
  CHECK(sim_becomes(api, "8998110000000000002", "ready"));
  (void)api.post({{"to", "+989120000001"}, {"text", "by any"}});
  (void)api.post({{"to", "+989120000002"}, {"text", "by the held one"}, {"sim", iccid_of_slot_1}});
  CHECK(api.wait_for_count("delivered", 1));
  CHECK(api.counts()["queued"] == 1);
  CHECK_THAT(api.modem("slot-01").at("verdict").at("because").get<std::string>(),
             Catch::Contains("[[sim]]"));
}

TEST_CASE("a SIM that is taken out is absent, and its modem says so", "[sims]") {
  const Folder folder;
  const Rack rack(folder, 1, {"--latency-ms", "20"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(sim_becomes(api, iccid_of_slot_1, "ready"));
  (void)rack.ask("sim slot-01 eject");
  CHECK(sim_becomes(api, iccid_of_slot_1, "absent"));
  CHECK(api.modem("slot-01").at("state") == "locked");
  (void)rack.ask("sim slot-01 insert");
  CHECK(sim_becomes(api, iccid_of_slot_1, "ready"));
}

TEST_CASE("a message whose SIM vanished between two parts starts over by another", "[sims]") {
  const Folder folder;
  const Rack rack(folder, 2, {"--latency-ms", "20", "--report-delay-ms", "20"});
  const auto config = write_config(folder, {.limits = "per_day = 100000\nmin_interval = \"4s\""});
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01", "slot-02"}));
  const json posted = api.post({{"to", "+989120000001"}, {"text", std::string(400, 'x')}});
  const std::string id = posted.at("id");
  REQUIRE(
      holds_within(patience, [&] { return api.get("/v1/messages/" + id).at("parts_sent") == 1; }));
  const std::string first = api.get("/v1/messages/" + id).at("modem");
  (void)rack.ask("unplug " + first);
  const json message = api.wait_for_state(id, {"delivered", "uncertain"}, 2 * patience);
  INFO(message);
  CHECK(message.at("state") == "delivered");
  CHECK(message.at("modem") != first);
  CHECK(message.at("submissions").size() == 4);
}

}  // namespace bank::program::test
