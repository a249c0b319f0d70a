// What a person sets for a SIM.
#include "tests/web/house.hpp"

using namespace bank::web;
using namespace bank::web::test;
using nlohmann::json;

namespace {

constexpr std::string_view in_file = "/v1/sims/8998110000000000001";  // its pools
constexpr std::string_view other = "/v1/sims/imsi:432110000000001";

}  // namespace

TEST_CASE("limits, pools and label of a SIM are set, and taken back by null") {
  House house;
  const auto changed =
      ask(house.api.handler(), "PATCH", other,
          json{{"label", "MCI 2"},
               {"pools", {"vip", "default", "vip"}},
               {"limits", {{"per_day", 100}, {"per_hour", nullptr}, {"min_interval", "90s"}}}}
              .dump());
  REQUIRE(changed);
  CHECK(changed->status == 200);
  CHECK(json::parse(changed->body).at("imsi") == "432110000000001");
  REQUIRE(house.door.sim_changes.size() == 1);
  const auto& change = house.door.sim_changes.front();
  bank::scheduler::SimSettings settings{.per_hour = 5, .per_month = 9};
  bank::scheduler::take_over(settings, change.values, change.fields);
  const std::vector<std::string> pools{"default", "vip"};
  CHECK(settings == bank::scheduler::SimSettings{.label = "MCI 2",
                                                 .pools = pools,
                                                 .per_hour = std::nullopt,
                                                 .per_day = 100,
                                                 .per_month = 9,
                                                 .min_interval = std::chrono::seconds{90}});
  CHECK(house.door.asked_by == "API key all");
}

TEST_CASE("what the file sets of a SIM is not changed, and shown as such") {
  House house;
  const auto shown = ask(house.api.handler(), "GET", in_file, "");
  REQUIRE(shown);
  CHECK(json::parse(shown->body).at("from_file") == json{"pools"});
  const auto refused =
      ask(house.api.handler(), "PATCH", in_file, json{{"pools", {"vip"}}, {"label", "x"}}.dump());
  REQUIRE(refused);
  CHECK(refused->status == 409);
  CHECK(name_in(*refused) == "set_by_file");
  CHECK_THAT(refused->body, Catch::Contains("pools"));
  CHECK(house.door.sim_changes.empty());
}

TEST_CASE("a change of a SIM that is wrong is refused by its field") {
  House house;
  const std::pair<json, std::string_view> wrong[] = {
      {{{"limits", {{"per_day", -1}}}}, "/limits/per_day"},
      {{{"limits", {{"per_day", 1.5}}}}, "/limits/per_day"},
      {{{"limits", {{"per_year", 1}}}}, "/limits/per_year"},
      {{{"limits", {{"min_interval", "2d"}}}}, "/limits/min_interval"},
      {{{"limits", {{"min_interval", 5}}}}, "/limits/min_interval"},
      {{{"limits", nullptr}}, "/limits"},
      {{{"pools", {"no spaces"}}}, "/pools"},
      {{{"pools", "default"}}, "/pools"},
      {{{"label", "two\nlines"}}, "/label"},
      {{{"label", "A\u202Ebc"}}, "/label"},
      {{{"number", "+989121234567"}}, "/number"}};
  for (const auto& [body, pointer] : wrong) {
    CAPTURE(body.dump());
    const auto refused = ask(house.api.handler(), "PATCH", other, body.dump());
    REQUIRE(refused);
    CHECK(refused->status == 422);
    CHECK(name_in(*refused) == "invalid_sim");
    CHECK(json::parse(refused->body).at("errors").at(0).at("pointer") == pointer);
  }
  CHECK(house.door.sim_changes.empty());
}

TEST_CASE("a SIM that nobody has seen, and a disk that takes nothing, are told") {
  House house;
  const json body{{"label", "x"}};
  const auto unknown =
      ask(house.api.handler(), "PATCH", "/v1/sims/8998110000000000009", body.dump());
  REQUIRE(unknown);
  CHECK(unknown->status == 404);
  CHECK(name_in(*unknown) == "no_such_sim");
  const auto unclear = ask(house.api.handler(), "PATCH", std::string(other) + "?x=1", body.dump());
  REQUIRE(unclear);
  CHECK(unclear->status == 400);
  const auto no_json = ask(house.api.handler(), "PATCH", other, "per_day=5");
  REQUIRE(no_json);
  CHECK(name_in(*no_json) == "not_json");
  house.door.broken = Unavailable{"the disk is full", std::chrono::seconds{5}};
  const auto failed = ask(house.api.handler(), "PATCH", other, body.dump());
  REQUIRE(failed);
  CHECK(failed->status == 503);
}

TEST_CASE("technicians and administrators set what SIMs may do, nobody else") {
  House house;
  house.add("ali", Role::technician);
  house.add("sara", Role::operator_);
  const json body{{"limits", {{"per_day", 5}}}};
  CHECK(house.browser_of("ali").call("PATCH", other, body).status == 200);
  CHECK(house.door.asked_by == "user ali");
  CHECK(house.browser_of("sara").call("PATCH", other, body).status == 403);
  const auto sender = ask(house.api.handler(), "PATCH", other, body.dump(), {.key = sender_key});
  REQUIRE(sender);
  CHECK(sender->status == 403);
  const std::string bound = "mb_" + std::string(43, 'G');
  house.door.add_key(bound, {.id = 9, .name = "bound", .scopes = {"admin"}, .sims = {"x"}});
  const auto of_bound = ask(house.api.handler(), "PATCH", other, body.dump(), {.key = bound});
  REQUIRE(of_bound);
  CHECK(name_in(*of_bound) == "bound_key");
  const auto reader = ask(house.api.handler(), "PATCH", other, body.dump(), {.key = reader_key});
  REQUIRE(reader);
  CHECK(reader->status == 403);
}
