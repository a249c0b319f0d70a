// Promise 6: a broken modem harms only itself, and is used again when it is well.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/program/harness.hpp"
#include "tests/program/record.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;

/// Posts `count` messages to recipients from `first` on.
void post_some(const Api& api, int first, int count) {
  for (int i = first; i < first + count; ++i) {
    (void)api.post({{"to", fmt::format("+98912{:07}", i)}, {"text", fmt::format("number {}", i)}});
  }
}

}  // namespace

TEST_CASE("work of an unplugged modem moves to other SIMs, and replugged it is used again",
          "[unplug]") {
  constexpr int before = 120;
  constexpr int after = 60;
  const Folder folder;
  Rack rack(folder, 3, {"--latency-ms", "50", "--report-delay-ms", "20"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01", "slot-02", "slot-03"}));

  post_some(api, 0, before);
  REQUIRE(holds_within(patience, [&] { return api.counts()["delivered"] >= 10; }));
  (void)rack.ask("unplug slot-02");
  INFO("messages by state: " << json(api.counts()));
  REQUIRE(holds_within(patience, [&] { return api.modem("slot-02").at("state") == "absent"; }));
  CHECK(api.modem("slot-02").at("verdict").at("level") == "bad");
  CHECK_FALSE(api.modem("slot-02").at("verdict").at("do_next").get<std::string>().empty());

  // The part that it had in hand may be in doubt, and the report of the one before went with it;
  // everything else is delivered by the others.
  const auto all_but_its_own_are_delivered = [&](int count) {
    std::size_t its_own = 0;
    for (const char* state : {"uncertain", "sent"}) {
      for (const auto& message : api.all(std::string("/v1/messages?state=") + state)) {
        if (message.at("modem") != "slot-02") return false;
        ++its_own;
      }
    }
    return its_own <= 2 && api.counts()["delivered"] == count - static_cast<long>(its_own);
  };
  REQUIRE(holds_within(patience, [&] { return all_but_its_own_are_delivered(before); }));
  CHECK(api.counts()["uncertain"] <= 1);

  (void)rack.ask("replug slot-02");
  REQUIRE(api.wait_until_ready({"slot-02"}));
  const auto taken_before = rack.taken();
  post_some(api, before, after);
  REQUIRE(holds_within(patience, [&] { return all_but_its_own_are_delivered(before + after); }));
  CHECK(api.counts()["uncertain"] <= 1);

  const auto record = rack.taken();
  for (const auto& [to, taken] : by_recipient(record)) {
    INFO(to);
    CHECK(taken.size() == 1);
  }
  CHECK(std::any_of(record.begin() + static_cast<std::ptrdiff_t>(taken_before.size()), record.end(),
                    [](const Taken& taken) { return taken.slot == "slot-02"; }));
  CHECK(rack.is_running());
}

TEST_CASE("a SIM that is put into another modem keeps what it has used", "[unplug]") {
  const Folder folder;
  const Rack rack(folder, 2, {"--latency-ms", "5", "--report-delay-ms", "5"});
  const auto config = write_config(folder, {.limits = "per_hour = 5\nper_day = 1000"});
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01", "slot-02"}));
  post_some(api, 0, 10);
  REQUIRE(api.wait_for_count("delivered", 10));

  (void)rack.ask("sim slot-01 slot-02");  // each has the other's now
  REQUIRE(holds_within(patience, [&] {
    return api.modem("slot-01").at("iccid") == "8998110000000000002" &&
           api.modem("slot-02").at("iccid") == "8998110000000000001" &&
           api.modem("slot-01").at("state") == "ready" &&
           api.modem("slot-02").at("state") == "ready";
  }));
  post_some(api, 10, 1);
  REQUIRE(holds_within(patience, [&] {
    const auto queued = api.get("/v1/messages?state=queued").at("items");
    return queued.size() == 1 && !queued[0].at("hold").is_null() &&
           queued[0].at("hold").at("reason") == "limit";
  }));
  CHECK(rack.taken().size() == 10);
}

}  // namespace bank::program::test
