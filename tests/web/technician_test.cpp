// What technicians read of modems: dialogues, signal and events.
#include <catch2/catch.hpp>

#include "tests/web/ask.hpp"

namespace bank::web::test {

using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const std::string of_modem = "/v1/modems/slot-01/dialogue";
const std::string of_events = "/v1/modems/slot-01/events";

/// A modem that was asked its signal every ten seconds, from 10:00:00 to 10:01:30.
ModemDialogue signals() {
  ModemDialogue said{.lines = {}, .kept_since = test_now - 1min};
  for (int i = 0; i < 10; ++i) {
    said.lines.push_back({test_now + i * 10s, true, "AT+CSQ"});
    said.lines.push_back({test_now + i * 10s + 20ms, false, "+CSQ: " + std::to_string(i)});
  }
  return said;
}

std::vector<std::string> texts(const json& list) {
  std::vector<std::string> all;
  for (const auto& item : list.at("items")) all.push_back(item.at("text"));
  return all;
}

std::string posted(Api& api) {
  const auto answer =
      ask(api.handler(), "POST", "/v1/messages", R"({"to":"+989121234567","text":"x"})");
  return "/v1/messages/" + json_of(answer).at("id").get<std::string>() + "/dialogue";
}

}  // namespace

TEST_CASE("the dialogue of a modem is read line by line, the last ones of many") {
  FakeDoor door;
  door.said["slot-01"] = signals();
  Api api(door);
  const auto all = json_of(ask(api.handler(), "GET", of_modem));
  CHECK(all.at("items").size() == 20);
  CHECK(all.at("items").at(0) ==
        json{{"at", "2026-11-22T10:00:00.000Z"}, {"direction", "to_modem"}, {"text", "AT+CSQ"}});
  CHECK(all.at("items").at(1).at("direction") == "from_modem");
  CHECK(all.at("kept_since") == "2026-11-22T09:59:00.000Z");
  CHECK(all.at("next").is_null());

  const auto last = json_of(ask(api.handler(), "GET", of_modem + "?limit=3"));
  CHECK(texts(last) == std::vector<std::string>{"+CSQ: 8", "AT+CSQ", "+CSQ: 9"});
  const auto since =
      json_of(ask(api.handler(), "GET", of_modem + "?since=2026-11-22T10:01:20.010Z"));
  CHECK(texts(since) == std::vector<std::string>{"+CSQ: 8", "AT+CSQ", "+CSQ: 9"});
  CHECK(ask(api.handler(), "GET", of_modem + "?since=yesterday")->status == 400);
  CHECK(ask(api.handler(), "GET", of_modem + "?limit=0")->status == 400);
}

TEST_CASE("dialogues are for administrators") {
  FakeDoor door;
  door.said["slot-01"] = signals();
  Api api(door);
  for (const auto& path : {of_modem, posted(api)}) {
    CHECK(ask(api.handler(), "GET", path, "", {.key = reader_key})->status == 403);
    CHECK(ask(api.handler(), "GET", path, "", {.key = sender_key})->status == 403);
    CHECK(ask(api.handler(), "GET", path)->status == 200);
    door.broken = Unavailable{"the program stops", 3s};
    CHECK(ask(api.handler(), "GET", path)->status == 503);
    door.broken.reset();
  }
}

TEST_CASE("a modem or message that is not there has no dialogue") {
  FakeDoor door;
  Api api(door);
  CHECK(ask(api.handler(), "GET", "/v1/modems/slot-99/dialogue")->status == 404);
  CHECK(ask(api.handler(), "GET", of_modem)->status == 404);  // it went between two looks
  CHECK(ask(api.handler(), "GET", "/v1/messages/msg_0000000000077/dialogue")->status == 404);
  CHECK(ask(api.handler(), "GET", "/v1/messages/x/dialogue")->status == 404);
}

TEST_CASE("the dialogue of a message is what its modems said while they had it") {
  FakeDoor door;
  door.said["slot-01"] = signals();
  door.said["slot-02"] = {{{test_now + 62s, true, "AT+CMGS=23"}}, test_now - 1min};
  door.attempts = {{1, {}, {}, "slot-01", test_now + 20s, "refused", {}, false, test_now + 22s},
                   {1, 7, {}, "slot-02", test_now + 60s, "sent", {}, false, test_now + 63s}};
  Api api(door);
  const auto path = posted(api);
  const auto list = json_of(ask(api.handler(), "GET", path));
  CHECK(texts(list) == std::vector<std::string>{"AT+CSQ", "+CSQ: 2", "AT+CMGS=23"});
  CHECK(list.at("items").at(0).at("modem") == "slot-01");
  CHECK(list.at("items").at(2).at("modem") == "slot-02");
  CHECK(list.at("note").is_null());

  const auto last = json_of(ask(api.handler(), "GET", path + "?limit=1"));
  CHECK(texts(last) == std::vector<std::string>{"AT+CMGS=23"});
  CHECK_THAT(last.at("note").get<std::string>(), Catch::Contains("last 1 lines"));

  // One that has it still is read up to now.
  door.attempts = {{1, {}, {}, "slot-01", test_now + 40s, "sending", {}}};
  door.clock = test_now + 52s;
  CHECK(texts(json_of(ask(api.handler(), "GET", path))) ==
        std::vector<std::string>{"AT+CSQ", "+CSQ: 4", "AT+CSQ", "+CSQ: 5"});
}

TEST_CASE("what is gone of a message's dialogue is said") {
  FakeDoor door;
  door.said["slot-01"] = {{}, test_now + 1h};
  door.attempts = {{1, 7, {}, "slot-01", test_now, "sent", {}, false, test_now + 2s},
                   {1, 7, {}, "slot-09", test_now, "sent", {}, false, test_now + 2s}};
  Api api(door);
  const auto path = posted(api);
  const auto list = json_of(ask(api.handler(), "GET", path));
  CHECK(list.at("items").empty());
  CHECK_THAT(list.at("note").get<std::string>(),
             Catch::Contains("slot-01 is kept since 2026-11-22T11:00:00.000Z") &&
                 Catch::Contains("slot-09"));
  door.attempts.clear();
  CHECK(json_of(ask(api.handler(), "GET", path)).at("note") == "no modem has had the message");
}

TEST_CASE("how a modem's signal was is read in pieces of five minutes") {
  FakeDoor door;
  door.signals["slot-01"] = {{test_now - 5min, -77, -74.25, -71, 4}, {test_now, -90, -90, -90, 1}};
  Api api(door);
  const Asked reader{.key = reader_key};
  const std::string path = "/v1/modems/slot-01/signal";
  const auto list = json_of(ask(api.handler(), "GET", path, "", reader));
  REQUIRE(list.at("items").size() == 2);
  CHECK(list.at("items").at(0) == json{{"at", "2026-11-22T09:55:00.000Z"},
                                       {"least_dbm", -77},
                                       {"mean_dbm", -74.2},
                                       {"greatest_dbm", -71},
                                       {"readings", 4}});
  CHECK(list.at("next").is_null());
  CHECK(ask(api.handler(), "GET", "/v1/modems/slot-99/signal")->status == 404);
  CHECK(ask(api.handler(), "GET", path + "?limit=1")->status == 400);
  door.broken = Unavailable{"the program stops", 3s};
  CHECK(ask(api.handler(), "GET", path)->status == 503);
}

TEST_CASE("the events of a modem are listed newest first, page by page") {
  FakeDoor door;
  for (int i = 5; i > 0; --i) {
    door.events["slot-01"].push_back({i, test_now + i * 1s, "state", "state " + std::to_string(i)});
  }
  door.events["gone"] = {{9, test_now, "state", "absent: the port is gone"}};
  Api api(door);
  const Asked reader{.key = reader_key};
  auto page = json_of(ask(api.handler(), "GET", of_events + "?limit=2", "", reader));
  CHECK(page.at("items").at(0) ==
        json{{"at", "2026-11-22T10:00:05.000Z"}, {"kind", "state"}, {"what", "state 5"}});
  std::size_t seen = page.at("items").size();
  while (!page.at("next").is_null()) {
    page = json_of(ask(api.handler(), "GET",
                       of_events + "?limit=2&after=" + page.at("next").get<std::string>(), "",
                       reader));
    seen += page.at("items").size();
  }
  CHECK(seen == 5);
  CHECK(page.at("items").at(0).at("what") == "state 1");

  CHECK(json_of(ask(api.handler(), "GET", "/v1/modems/slot-02/events")).at("items").empty());
  CHECK(ask(api.handler(), "GET", "/v1/modems/gone/events")->status == 200);
  CHECK(ask(api.handler(), "GET", "/v1/modems/slot-99/events")->status == 404);
  CHECK(ask(api.handler(), "GET", of_events + "?after=x")->status == 400);
}

TEST_CASE("what became of a modem's parts is read in pieces of five minutes") {
  FakeDoor door;
  door.submitted["slot-01"] = {{test_now - 5min, 7, 1, 0, 900ms, 2500ms},
                               {test_now, 0, 0, 2, 0ms, 0ms}};
  Api api(door);
  const std::string path = "/v1/modems/slot-01/submissions";
  const auto items = json_of(ask(api.handler(), "GET", path))["items"];
  REQUIRE(items.size() == 2);
  CHECK(items[0]["at"] == "2026-11-22T09:55:00.000Z");
  CHECK(items[0]["sent"] == 7);
  CHECK(items[0]["refused"] == 1);
  CHECK(items[0]["mean_ms"] == 900);
  CHECK(items[0]["longest_ms"] == 2500);
  CHECK(items[1]["uncertain"] == 2);
  CHECK(items[1]["mean_ms"] == nullptr);
  CHECK(ask(api.handler(), "GET", path + "?limit=5")->status == 400);
  CHECK(ask(api.handler(), "GET", "/v1/modems/slot-99/submissions")->status == 404);
  door.broken = Unavailable{"stopping", 1s};
  CHECK(ask(api.handler(), "GET", path)->status == 503);
}

}  // namespace bank::web::test
