// Promise 5: what comes in is never lost and never recorded twice, and leaves the SIM once it is
// booked.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "tests/program/harness.hpp"
#include "tests/program/shimmed_disk.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;

constexpr const char* sender = "+989121234567";

std::string iccid_of(int slot) {
  return fmt::format("8998110000000{:06}", slot);
}

/// Texts on the SIM, and those that the network holds for want of room on it.
struct Undelivered {
  int on_sim;
  int held;
};
Undelivered undelivered(const Rack& rack, int slot) {
  const std::string status = rack.ask("status " + slot_name(slot));
  const auto number_after = [&](const std::string& mark) {
    const auto at = status.find(mark);
    REQUIRE(at != std::string::npos);
    return std::stoi(status.substr(at + mark.size()));
  };
  return {number_after(" storage="), number_after(" held=")};
}

bool is_empty(const Rack& rack, int slot) {
  const auto left = undelivered(rack, slot);
  return left.on_sim == 0 && left.held == 0;
}

void deliver(const Rack& rack, int slot, const std::string& text) {
  (void)rack.ask(fmt::format("deliver {} {} {}", slot_name(slot), sender, text));
}

/// How often each text stands in the inbox.
std::map<std::string, int> texts_in(const std::vector<json>& inbox) {
  std::map<std::string, int> texts;
  for (const json& item : inbox) {
    REQUIRE(item.at("text").is_string());
    ++texts[item.at("text")];
  }
  return texts;
}

bool inbox_grows_to(const Api& api, std::size_t count, std::chrono::milliseconds time = patience) {
  return holds_within(time, [&] { return api.all("/v1/inbox").size() >= count; });
}

}  // namespace

TEST_CASE("a text stands in the inbox once, with its SIM, and leaves the SIM", "[inbox]") {
  const Folder folder;
  const Rack rack(folder, 5, {});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01", "slot-02", "slot-03", "slot-04", "slot-05"}));
  (void)rack.ask("fault slot-02 notice-twice");
  (void)rack.ask("fault slot-03 notice-lost");
  (void)rack.ask("fault slot-04 erase-silent");
  (void)rack.ask("fault slot-05 notice-lost");
  (void)rack.ask("fault slot-05 notice-twice");
  constexpr int slots = 5;
  for (int slot = 1; slot <= slots; ++slot) deliver(rack, slot, fmt::format("to slot {}", slot));
  REQUIRE(inbox_grows_to(api, slots));
  for (int slot = 1; slot <= slots; ++slot) {
    INFO("slot " << slot << ": " << rack.ask("status " + slot_name(slot)));
    CHECK(holds_within(patience, [&] { return is_empty(rack, slot); }));
  }
  const auto inbox = api.all("/v1/inbox");
  CHECK(inbox.size() == slots);
  std::map<std::string, json> by_text;
  for (const json& item : inbox) by_text[item.at("text")] = item;
  for (int slot = 1; slot <= slots; ++slot) {
    const json& item = by_text[fmt::format("to slot {}", slot)];
    INFO(item);
    REQUIRE(item.is_object());
    CHECK(item.at("kind") == "text");
    CHECK(item.at("from") == sender);
    CHECK(item.at("sim") == iccid_of(slot));
    CHECK(item.at("modem") == slot_name(slot));
    CHECK(item.at("complete") == true);
    CHECK(api.get("/v1/inbox/" + item.at("id").get<std::string>()) == item);
  }
}

TEST_CASE("a long text comes in as one", "[inbox]") {
  const Folder folder;
  const Rack rack(folder, 1, {});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  std::string latin;
  for (int i = 0; latin.size() < 900; ++i) latin += fmt::format("line {} of a long letter; ", i);
  std::string persian;
  for (int i = 0; i < 12; ++i) persian += "سلام، پیام شما رسید؛ فردا ساعت ۹ بیایید. ";
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01"}));
  deliver(rack, 1, latin + "end");
  deliver(rack, 1, persian + "پایان");
  REQUIRE(inbox_grows_to(api, 2));
  const auto inbox = api.all("/v1/inbox");
  REQUIRE(inbox.size() == 2);
  CHECK(inbox[0].at("text") == latin + "end");
  CHECK(inbox[1].at("text") == persian + "پایان");
  for (const json& item : inbox) {
    CHECK(item.at("parts") > 3);
    CHECK(item.at("complete") == true);
    CHECK(item.at("missing").empty());
  }
  CHECK(holds_within(patience, [&] { return is_empty(rack, 1); }));
}

TEST_CASE("more texts than a SIM has places for come in all", "[inbox]") {
  constexpr int texts = 100;
  const Folder folder;
  const Rack rack(folder, 1, {"--storage", "30"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  // Before there is anybody who could take them.
  for (int i = 0; i < texts; ++i) deliver(rack, 1, fmt::format("number {}", i));
  REQUIRE(undelivered(rack, 1).held == texts - 30);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(inbox_grows_to(api, texts));
  CHECK(holds_within(patience, [&] { return is_empty(rack, 1); }));
  const auto found = texts_in(api.all("/v1/inbox"));
  CHECK(found.size() == texts);
  for (const auto& [text, count] : found) {
    INFO(text);
    CHECK(count == 1);
  }
}

TEST_CASE("a call stands in the inbox once, and is hung up", "[inbox]") {
  const Folder folder;
  const Rack rack(folder, 2, {});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01", "slot-02"}));
  (void)rack.ask(fmt::format("call slot-02 {}", sender));
  REQUIRE(inbox_grows_to(api, 1));
  REQUIRE(holds_within(
      patience, [&] { return rack.ask("stats slot-02").find("hung_up=1") != std::string::npos; }));
  // What comes later is booked later: nothing more of the call came before it.
  deliver(rack, 2, "after the call");
  REQUIRE(inbox_grows_to(api, 2));
  const auto inbox = api.all("/v1/inbox");
  REQUIRE(inbox.size() == 2);
  INFO(inbox[0]);
  CHECK(inbox[0].at("kind") == "call");
  CHECK(inbox[0].at("from") == sender);
  CHECK(inbox[0].at("sim") == iccid_of(2));
  CHECK(inbox[0].at("text").is_null());
}

TEST_CASE("what cannot be booked stays on the SIM, and comes in later", "[inbox]") {
  constexpr int texts = 6;
  const Folder folder;
  const Rack rack(folder, 1, {});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  const ShimmedDisk disk(folder);
  auto serve = std::make_unique<Serve>(folder, config, 1, disk.command());
  REQUIRE(Api(serve->address(), key).wait_until_ready({"slot-01"}));
  disk.be("full");
  for (int i = 0; i < texts; ++i) deliver(rack, 1, fmt::format("number {}", i));
  REQUIRE(holds_within(
      patience, [&] { return Api(serve->address(), key).ask_for("/readyz").status == 503; }));
  CHECK(undelivered(rack, 1).on_sim == texts);
  CHECK(Api(serve->address(), key).all("/v1/inbox").empty());
  SECTION("when the disk is well") {
    disk.be("");
  }
  SECTION("when the program lives again") {
    serve->child().kill();
    disk.be("");
    serve = std::make_unique<Serve>(folder, config, 2, disk.command());
  }
  const Api api(serve->address(), key);
  REQUIRE(inbox_grows_to(api, texts));
  CHECK(holds_within(patience, [&] { return is_empty(rack, 1); }));
  CHECK(api.all("/v1/inbox").size() == texts);
  CHECK(texts_in(api.all("/v1/inbox")).size() == texts);
}

// --- killed -------------------------------------------------------------------------------------

namespace {

constexpr int kills = 15;
constexpr int modem_count = 4;
constexpr int texts_a_life = 24;

unsigned chosen_seed() {
  const char* const wanted = std::getenv("MODEMBANK_SEED");  // NOLINT(concurrency-mt-unsafe)
  return wanted != nullptr ? static_cast<unsigned>(std::stoul(wanted)) : std::random_device{}();
}

/// Every fourth of them has three parts.
std::string text_number(int number) {
  std::string text = fmt::format("number {}", number);
  if (number % 4 == 3) text += " " + std::string(350, 'x');
  return text;
}

}  // namespace

TEST_CASE("killed while texts come in the program loses none and doubles none", "[inbox_kill]") {
  const unsigned seed = chosen_seed();
  WARN("seed: MODEMBANK_SEED=" << seed);
  std::mt19937 random(seed);
  const auto between = [&](int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(random);
  };
  const Folder folder;
  const Rack rack(folder, modem_count, {"--storage", "10"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  std::vector<std::string> names;
  for (int slot = 1; slot <= modem_count; ++slot) names.push_back(slot_name(slot));
  int delivered = 0;
  const auto deliver_some = [&](int count) {
    for (int i = 0; i < count; ++i, ++delivered) {
      deliver(rack, between(1, modem_count), text_number(delivered));
    }
  };
  std::string told;
  for (int killed = 0; killed < kills; ++killed) {
    Serve serve(folder, config, killed);
    if (killed % 3 == 2) {  // while it begins, with what its former life left over
      deliver_some(texts_a_life);
      std::this_thread::sleep_for(std::chrono::milliseconds(between(0, 150)));
    } else {
      REQUIRE(Api(serve.address(), key).wait_until_ready(names));
      deliver_some(between(1, texts_a_life));
      std::this_thread::sleep_for(std::chrono::microseconds(between(0, 4000)));
    }
    REQUIRE_FALSE(serve.child().ended());
    serve.child().kill();
    int left = 0;
    for (int slot = 1; slot <= modem_count; ++slot) {
      const auto there = undelivered(rack, slot);
      left += there.on_sim + there.held;
    }
    told += fmt::format(" {}", left);
  }
  Serve serve(folder, config, kills);
  const Api api(serve.address(), key);
  const bool are_there = inbox_grows_to(api, static_cast<std::size_t>(delivered));
  WARN("delivered: " << delivered << ", on the SIMs after each kill:" << told);
  CHECK(are_there);
  for (int slot = 1; slot <= modem_count; ++slot) {
    INFO(rack.ask("status " + slot_name(slot)));
    CHECK(holds_within(patience, [&] { return is_empty(rack, slot); }));
  }
  const auto inbox = api.all("/v1/inbox");
  auto found = texts_in(inbox);
  CHECK(inbox.size() == static_cast<std::size_t>(delivered));
  for (int i = 0; i < delivered; ++i) {
    INFO(i);
    CHECK(found[text_number(i)] == 1);
  }
  for (const json& item : inbox) CHECK(item.at("complete") == true);
}

}  // namespace bank::program::test
