// Who may sign in, over the HTTP API: what is refused, and what somebody sees of it.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/web/appliance.hpp"
#include "tests/web/house.hpp"

namespace bank::web::test {

using nlohmann::json;
using namespace std::chrono_literals;

namespace {

std::string path_of(AccountId id) {
  return "/v1/users/" + outside(id);
}

}  // namespace

TEST_CASE("calls about people say what is wrong with a body") {
  House house;
  const auto path = path_of(house.add("maryam", Role::admin));
  auto admin = house.browser_of("maryam");
  struct Case {
    const char* method;
    std::string target;
    json body;
    const char* problem;
    const char* pointer;
  };
  const std::vector<Case> cases{
      {"POST", "/v1/session", {{"password", "x"}}, "invalid_sign_in", "/name"},
      {"POST", "/v1/setup", {{"name", "sara"}}, "invalid_setup", "/token"},
      {"POST", "/v1/setup/link", {{"token", ""}}, "invalid_setup", "/token"},
      {"PUT",
       "/v1/session/password",
       {{"password", "red apples"}},
       "invalid_user",
       "/old_password"},
      {"PUT",
       "/v1/session/second-factor",
       {{"secret", "none"}},
       "invalid_second_factor",
       "/secret"},
      {"POST", "/v1/users", {{"name", "sara"}, {"role", "king"}}, "invalid_user", "/role"},
      {"PATCH", path, {{"second_factor", true}}, "invalid_user", "/second_factor"},
      {"PATCH", path, {{"name", "sara"}}, "invalid_user", "/name"}};
  for (const auto& wrong : cases) {
    INFO(wrong.method << " " << wrong.target);
    const auto refused = admin.call(wrong.method, wrong.target, wrong.body);
    CHECK(refused.status == 422);
    CHECK(name_in(refused) == wrong.problem);
    CHECK(json::parse(refused.body)["errors"][0]["pointer"] == wrong.pointer);
    const auto no_object = admin.call(wrong.method, wrong.target, json::array());
    CHECK(no_object.status == 400);
    CHECK(name_in(no_object) == "not_json");
  }
  CHECK(admin.call("GET", path).status == 200);
}

TEST_CASE("somebody signs out elsewhere, and nobody else") {
  House house;
  house.add("maryam", Role::viewer);
  house.add("reza", Role::viewer);
  auto here = house.browser_of("maryam");
  auto elsewhere = house.browser_of("maryam");
  auto reza = house.browser_of("reza");
  const auto session_of = [](BrowserOf& browser, bool is_this) {
    const auto page = json::parse(browser.call("GET", "/v1/sessions").body);
    for (const auto& session : page.at("items")) {
      if (session.at("is_this") == is_this)
        return "/v1/sessions/" + session.at("id").get<std::string>();
    }
    return std::string("/v1/sessions/none");
  };
  const auto not_his = here.call("DELETE", session_of(reza, true));
  CHECK(not_his.status == 404);
  CHECK(name_in(not_his) == "no_such_session");
  CHECK(reza.call("GET", "/v1/modems").status == 200);
  const auto other = session_of(here, false);
  CHECK(here.call("DELETE", other).status == 204);
  CHECK(here.call("DELETE", other).status == 404);
  CHECK(here.call("DELETE", "/v1/sessions/none").status == 404);
  CHECK(elsewhere.call("GET", "/v1/modems").status == 401);
  CHECK(here.call("GET", "/v1/modems").status == 200);
}

TEST_CASE("who has a session and not the password cannot guess it") {
  House house;
  house.add("maryam", Role::viewer);
  auto browser = house.browser_of("maryam");
  const auto change = [&](const std::string& old) {
    return browser.call("PUT", "/v1/session/password",
                        {{"old_password", old}, {"password", "green pears"}});
  };
  for (int i = 0; i < 5; ++i) {
    CHECK(name_in(change("guess number " + std::to_string(i))) == "wrong_credentials");
  }
  const auto paused = change(FakeAccounts::password_of("maryam"));
  CHECK(paused.status == 429);
  CHECK(name_in(paused) == "too_many_guesses");
  CHECK(header_of(paused, "Retry-After") == "2");
  house.door.clock = test_now + 2s;
  CHECK(change(FakeAccounts::password_of("maryam")).status == 204);
}

TEST_CASE("an id of nobody is 404") {
  House house;
  house.add("maryam", Role::admin);
  auto admin = house.browser_of("maryam");
  struct Case {
    const char* method;
    const char* below;
    json body;
  };
  for (const auto& id : {outside(AccountId{99}), std::string("nobody")}) {
    for (const auto& [method, below, body] : {Case{"GET", "", {}},
                                              {"PATCH", "", {{"role", "viewer"}}},
                                              {"DELETE", "", {}},
                                              {"POST", "/link", {}},
                                              {"GET", "/sessions", {}}}) {
      INFO(method << " " << id << below);
      const auto refused = admin.call(method, "/v1/users/" + id + below, body);
      CHECK(refused.status == 404);
      CHECK(name_in(refused) == "no_such_user");
    }
  }
  CHECK(name_in(admin.call("DELETE", "/v1/users/nobody/sessions/none")) == "no_such_user");
}

TEST_CASE("two hundred may sign in") {
  House house;
  house.add("maryam", Role::admin);
  auto admin = house.browser_of("maryam");
  const auto add = [&](std::size_t number) {
    return admin.call("POST", "/v1/users",
                      {{"name", "user" + std::to_string(number)}, {"role", "viewer"}});
  };
  for (std::size_t i = 1; i < most_accounts; ++i) REQUIRE(add(i).status == 201);
  const auto refused = add(most_accounts);
  CHECK(refused.status == 409);
  CHECK(name_in(refused) == "too_many_users");
  const auto all = json::parse(admin.call("GET", "/v1/users").body);
  CHECK(all.at("items").size() == most_accounts);
  CHECK(all.at("next") == nullptr);
}

TEST_CASE("an administrator takes away a second factor, also where there is none") {
  House house;
  const auto path = path_of(house.add("reza", Role::technician));
  const auto before = json_of(ask(house.api.handler(), "GET", path));
  CHECK(before.at("created_by") == "test");
  const auto after = ask(house.api.handler(), "PATCH", path, json{{"second_factor", false}}.dump());
  CHECK(json_of(after) == before);  // he had none
  CHECK(house.door.accounts_book.noted.back().action == "user.second_factor_off");
}

TEST_CASE("where a request has a key, the cookie does not count") {
  House house;
  house.add("maryam", Role::admin);
  auto browser = house.browser_of("maryam");
  const Asked both{.key = reader_key,
                   .cookies = "modembank_session=" + browser.jar.at("modembank_session"),
                   .csrf_token = browser.csrf_token};
  CHECK(name_in(*ask(house.api.handler(), "GET", "/v1/session", "", both)) == "not_a_person");
  CHECK(name_in(*ask(house.api.handler(), "GET", "/v1/users", "", both)) == "missing_scope");
}

TEST_CASE("no answer is kept on the way, whatever it says") {
  Appliance appliance;
  const auto kept = [&](const std::string& target, const std::string& headers) {
    auto client = appliance.connect();
    client.say("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
    const auto answer = client.answer();
    return answer && answer->headers.contains("cache-control") ? answer->headers.at("cache-control")
                                                               : std::string("none");
  };
  CHECK(kept("/v1/users", with_key) == "no-store");
  CHECK(kept("/v1/session", "") == "no-store");
  CHECK(kept("/v1/messages", with_key) == "no-store");
  CHECK(kept("/", "") == "no-cache");  // the console's files have no secrets
}

TEST_CASE("while the database cannot be read nobody signs in, and is told when to try again") {
  Appliance appliance;
  appliance.door.accounts_book.add("maryam", Role::admin);
  appliance.door.accounts_book.unreadable = true;
  const json name_and_password{{"name", "maryam"},
                               {"password", FakeAccounts::password_of("maryam")}};
  const json link{{"token", make_token()}};
  const json name_and_link{
      {"token", make_token()}, {"name", "sara"}, {"password", "correct horse"}};
  for (const auto& [path, body] :
       std::vector<std::pair<std::string, json>>{{"/v1/session", name_and_password},
                                                 {"/v1/setup/link", link},
                                                 {"/v1/setup", name_and_link}}) {
    INFO(path);
    auto client = appliance.connect();
    client.post(path, body.dump(), "Content-Type: application/json\r\n");
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 503);
    CHECK_THAT(answer->body, Catch::Contains("disk I/O error"));
    CHECK(answer->headers.contains("retry-after"));
  }
}

}  // namespace bank::web::test
