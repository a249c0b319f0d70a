// Alarms over HTTP: pages, one of them, that somebody knows of it, how many are open.
#include <catch2/catch.hpp>

#include "tests/web/ask.hpp"
#include "web/alarm_json.hpp"

namespace bank::web::test {
namespace {

using Catch::Contains;
using namespace std::chrono_literals;
using nlohmann::json;
using scheduler::AlarmKind;

struct House {
  std::optional<Response> get(const std::string& target, const std::string& key = good_key) {
    return ask(api.handler(), "GET", target, "", {.key = key});
  }
  std::optional<Response> acknowledge(const std::string& id, const std::string& key = sender_key) {
    return ask(api.handler(), "POST", "/v1/alarms/" + id + "/acknowledge", "", {.key = key});
  }
  void raise(AlarmKind kind, const std::string& subject, bool is_over = false) {
    door.alarms_book.rows.push_back(
        {.id = scheduler::AlarmId{std::ssize(door.alarms_book.rows) + 1},
         .kind = kind,
         .subject = subject,
         .severity = scheduler::AlarmSeverity::critical,
         .raised_at = test_now,
         .cleared_at = is_over ? std::optional(test_now + 1min) : std::nullopt,
         .detail = "it does not answer",
         .do_next = "reseat it",
         .times = 1,
         .acknowledged_at = {},
         .acknowledged_by = {},
         .mail_note = "sent",
         .sms_note = {}});
  }
  FakeDoor door;
  Api api{door};
};

}  // namespace

TEST_CASE("alarms are read with scope read, and acknowledged with scope send") {
  House house;
  house.raise(AlarmKind::modem_down, "slot-01");
  CHECK(house.get("/v1/alarms", reader_key)->status == 200);
  CHECK(house.get("/v1/alarms/alm_0000000000001", reader_key)->status == 200);
  CHECK(house.get("/v1/alarms", sender_key)->status == 403);
  CHECK(house.get("/v1/alarms", "")->status == 401);
  CHECK(house.acknowledge("alm_0000000000001", reader_key)->status == 403);
  CHECK(house.acknowledge("alm_0000000000001", sender_key)->status == 200);
}

TEST_CASE("alarms come newest first, in pages, by state and kind") {
  House house;
  for (int i = 1; i <= 5; ++i) house.raise(AlarmKind::modem_down, "slot-0" + std::to_string(i));
  house.raise(AlarmKind::disk, "database", true);
  auto page = json_of(house.get("/v1/alarms?limit=4"));
  REQUIRE(page["items"].size() == 4);
  const json& first = page["items"][0];
  CHECK(first["id"] == "alm_0000000000006");
  CHECK(first["kind"] == "disk");
  CHECK(first["subject"] == "database");
  CHECK(first["severity"] == "critical");
  CHECK(first["state"] == "cleared");
  CHECK(first["raised_at"] == "2026-11-22T10:00:00.000Z");
  CHECK(first["cleared_at"] == "2026-11-22T10:01:00.000Z");
  CHECK(first["do"] == "reseat it");
  CHECK(first["mail"] == "sent");
  CHECK(first["sms"].is_null());
  page = json_of(house.get("/v1/alarms?limit=4&after=" + page["next"].get<std::string>()));
  CHECK(page["items"].size() == 2);
  CHECK(page["next"].is_null());
  CHECK(json_of(house.get("/v1/alarms?after=alm_0000000000003"))["items"].size() == 2);
  CHECK(json_of(house.get("/v1/alarms?state=open"))["items"].size() == 5);
  CHECK(json_of(house.get("/v1/alarms?state=cleared"))["items"].size() == 1);
  CHECK(json_of(house.get("/v1/alarms?kind=clock"))["items"].empty());
  CHECK(json_of(house.get("/v1/alarms?state=open&kind=disk"))["items"].empty());
}

TEST_CASE("what is no state, kind or cursor is refused with what to write") {
  House house;
  for (const char* query : {"state=closed", "kind=fire", "after=msg_0000000000001", "limit=0",
                            "limit=1001", "since=x", "state=open&state=all"}) {
    CAPTURE(query);
    CHECK(house.get("/v1/alarms?" + std::string(query))->status == 400);
  }
  CHECK_THAT(house.get("/v1/alarms?kind=fire")->body, Contains("modem_down, sim_rests"));
}

TEST_CASE("an unknown alarm is 404, whatever its id looks like") {
  House house;
  for (const char* id : {"alm_0000000000001", "alm_1", "msg_0000000000001", "%00", "%FF", "1"}) {
    CAPTURE(id);
    CHECK(house.get("/v1/alarms/" + std::string(id))->status == 404);
    CHECK(house.acknowledge(id)->status == 404);
  }
  CHECK(house.get("/v1/alarms/alm_0000000000001?x=1")->status == 400);
}

TEST_CASE("who acknowledges is written down, once, and one that is over needs nobody") {
  House house;
  house.raise(AlarmKind::modem_down, "slot-01");
  house.raise(AlarmKind::modem_down, "slot-02", true);
  auto shown = json_of(house.acknowledge("alm_0000000000001"));
  CHECK(shown["acknowledged_by"] == "API key sender");
  CHECK(shown["acknowledged_at"].is_string());
  CHECK(shown["state"] == "open");
  shown = json_of(house.acknowledge("alm_0000000000001", good_key));
  CHECK(shown["acknowledged_by"] == "API key sender");
  const auto over = house.acknowledge("alm_0000000000002");
  CHECK(over->status == 409);
  CHECK_THAT(over->body, Contains("alarm_cleared"));
  house.door.broken = Unavailable{"the disk is full", 5s};
  CHECK(house.acknowledge("alm_0000000000001")->status == 503);
}

TEST_CASE("how many alarms are open stands in the metrics, for each kind") {
  House house;
  house.raise(AlarmKind::modem_down, "slot-01");
  house.raise(AlarmKind::modem_down, "slot-02");
  house.raise(AlarmKind::modem_down, "slot-03", true);
  const auto text = house.get("/metrics")->body;
  CHECK_THAT(text, Contains("modembank_alarms_open{kind=\"modem_down\"} 2\n"));
  CHECK_THAT(text, Contains("modembank_alarms_open{kind=\"clock\"} 0\n"));
}

TEST_CASE("what a modem said in an alarm breaks no JSON") {
  House house;
  house.raise(AlarmKind::low_balance, "8998\"},{\"x\":\"");
  house.door.alarms_book.rows[0].detail = "\xff\"\\ \x01";
  const auto shown = json_of(house.get("/v1/alarms"));
  CHECK(shown["items"][0]["subject"] == "8998\"},{\"x\":\"");
}

}  // namespace bank::web::test
