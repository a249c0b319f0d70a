// API keys, made and revoked by whoever may.
#include "tests/web/house.hpp"
#include "web/api_key.hpp"

using namespace bank::web;
using namespace bank::web::test;
using nlohmann::json;

TEST_CASE("a key is made, shown once, listed without its secret, and revoked") {
  House house;
  house.add("sara", Role::admin);
  auto sara = house.browser_of("sara");
  const auto made = sara.call("POST", "/v1/keys",
                              {{"name", "shop"},
                               {"scopes", {"send", "read"}},
                               {"pools", {"bulk"}},
                               {"networks", {"192.0.2.0/24"}},
                               {"per_day", 1000}});
  REQUIRE(made.status == 201);
  CHECK(header_of(made, "Cache-Control") == "no-store");
  const auto body = json::parse(made.body);
  const auto key = body.at("key").get<std::string>();
  CHECK(looks_like_api_key(key));
  CHECK(house.door.keys_book.made_of == sha256(key));
  CHECK(house.door.keys_book.asked_by == "user sara");
  CHECK(body.at("classes") == json{"promotional", "service", "transactional"});
  const auto listed = sara.call("GET", "/v1/keys");
  CHECK(listed.status == 200);
  CHECK_THAT(listed.body, !Catch::Contains(key));
  const auto row = json::parse(listed.body).at("items").at(0);
  CHECK(row.at("name") == "shop");
  CHECK(row.at("per_day") == 1000);
  CHECK(row.at("per_hour") == nullptr);
  CHECK(row.at("revoked_at") == nullptr);
  const std::string path = "/v1/keys/" + std::to_string(row.at("id").get<int>());
  CHECK(sara.call("DELETE", path).status == 204);
  const auto again = sara.call("DELETE", path);
  CHECK(again.status == 404);
  CHECK(name_in(again) == "no_such_key");
  CHECK(sara.call("DELETE", "/v1/keys/x").status == 404);
}

TEST_CASE("keys are listed page by page") {
  House house;
  for (int i = 0; i < 5; ++i) {
    const auto made = ask(house.api.handler(), "POST", "/v1/keys",
                          json{{"name", "shop"}, {"scopes", {"send"}}}.dump());
    REQUIRE(made);
    REQUIRE(made->status == 201);
  }
  const auto first = ask(house.api.handler(), "GET", "/v1/keys?limit=3", "");
  REQUIRE(first);
  const auto page = json::parse(first->body);
  REQUIRE(page.at("items").size() == 3);
  const auto second = ask(house.api.handler(), "GET",
                          "/v1/keys?limit=3&after=" + page.at("next").get<std::string>(), "");
  REQUIRE(second);
  CHECK(json::parse(second->body).at("items").size() == 2);
  CHECK(json::parse(second->body).at("next") == nullptr);
  const auto unclear = ask(house.api.handler(), "GET", "/v1/keys?limit=0", "");
  REQUIRE(unclear);
  CHECK(unclear->status == 400);
}

TEST_CASE("a key that is asked for wrongly is refused by its field") {
  House house;
  const std::pair<json, std::string_view> wrong[] = {
      {{{"name", "shop"}, {"scopes", json::array()}}, "/scopes"},
      {{{"name", "shop"}, {"scopes", "send"}}, "/scopes"},
      {{{"name", "shop"}, {"scopes", {"send"}}, {"per_day", 0}}, "/per_day"},
      {{{"name", "shop"}, {"scopes", {"send"}}, {"colour", "red"}}, "/colour"}};
  for (const auto& [body, pointer] : wrong) {
    CAPTURE(body.dump());
    const auto refused = ask(house.api.handler(), "POST", "/v1/keys", body.dump());
    REQUIRE(refused);
    CHECK(refused->status == 422);
    CHECK(name_in(*refused) == "invalid_key");
    CHECK(json::parse(refused->body).at("errors").at(0).at("pointer") == pointer);
  }
  const auto no_json = ask(house.api.handler(), "POST", "/v1/keys", "name=shop");
  REQUIRE(no_json);
  CHECK(no_json->status == 400);
  CHECK(name_in(*no_json) == "not_json");
  CHECK(house.door.keys_book.rows.empty());
}

TEST_CASE("a key that is bound makes and revokes none, and nobody but an administrator does") {
  House house;
  const std::string bound = "mb_GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG";
  house.door.add_key(bound, {.id = 9,
                             .name = "bound",
                             .scopes = {"admin"},
                             .classes = {"promotional", "service", "transactional"},
                             .pools = {"bulk"}});
  const json body{{"name", "shop"}, {"scopes", {"send"}}};
  for (const auto& [method, path] : {std::pair{"POST", "/v1/keys"}, {"DELETE", "/v1/keys/1"}}) {
    const auto refused = ask(house.api.handler(), method, path,
                             std::string_view(method) == "POST" ? body.dump() : "", {.key = bound});
    REQUIRE(refused);
    CHECK(refused->status == 403);
    CHECK(name_in(*refused) == "bound_key");
  }
  house.add("ali", Role::operator_);
  auto ali = house.browser_of("ali");
  CHECK(ali.call("GET", "/v1/keys").status == 403);
  CHECK(ali.call("POST", "/v1/keys", body).status == 403);
  CHECK(ali.call("GET", "/v1/settings").status == 403);
}

TEST_CASE("a disk that takes nothing makes no key and revokes none") {
  House house;
  house.door.broken = Unavailable{"the disk is full", std::chrono::seconds{5}};
  const auto made = ask(house.api.handler(), "POST", "/v1/keys",
                        json{{"name", "shop"}, {"scopes", {"send"}}}.dump());
  REQUIRE(made);
  CHECK(made->status == 503);
  const auto revoked = ask(house.api.handler(), "DELETE", "/v1/keys/1", "");
  REQUIRE(revoked);
  CHECK(revoked->status == 503);
}

TEST_CASE("an administrator reads what the configuration says") {
  House house;
  const auto shown = ask(house.api.handler(), "GET", "/v1/settings", "");
  REQUIRE(shown);
  CHECK(shown->status == 200);
  CHECK_THAT(json::parse(shown->body).at("summary").get<std::string>(),
             Catch::Contains("500 a day"));
  CHECK(json::parse(shown->body).at("notices").size() == 1);
}
