// Who may sign in, over the HTTP API: what is refused, and what somebody sees of it.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <tuple>

#include "tests/web/appliance.hpp"
#include "tests/web/house.hpp"
#include "web/api_key.hpp"
#include "web/one_time_code.hpp"

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
       {{"password", "red apples"}, {"secret", "none"}},
       "invalid_second_factor",
       "/secret"},
      {"POST", "/v1/session/second-factor", {{"x", 1}}, "invalid_second_factor", "/x"},
      {"DELETE", "/v1/session/second-factor", {{"x", 1}}, "invalid_second_factor", "/x"},
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

TEST_CASE("who has a session and not the password stays no longer than that") {
  House house;
  house.add("maryam", Role::viewer);
  auto browser = house.browser_of("maryam");
  struct Case {
    const char* method;
    const char* path;
    const char* field;
    json more;
    int when_right;
  };
  const json none = json::object();
  const json next{{"password", "green pears"}};
  const json factor{{"secret", shown_one_time_secret(make_one_time_secret())}, {"code", "none"}};
  const char* const second_factor = "/v1/session/second-factor";
  const auto [method, path, field, more, when_right] =
      GENERATE_COPY(Case{"PUT", "/v1/session/password", "old_password", next, 204},
                    Case{"POST", second_factor, "password", none, 200},
                    Case{"PUT", second_factor, "password", factor, 422},
                    Case{"DELETE", second_factor, "password", none, 204});
  INFO(method << " " << path);
  const auto call = [&](const std::string& password) {
    json body = more;
    body[field] = password;
    return browser.call(method, path, body);
  };
  for (int i = 0; i < 5; ++i) {
    const auto wrong = call("guess number " + std::to_string(i));
    CHECK(wrong.status == 403);
    CHECK(name_in(wrong) == "wrong_password");
  }
  const auto paused = call(FakeAccounts::password_of("maryam"));
  CHECK(paused.status == 429);
  CHECK(name_in(paused) == "too_many_guesses");
  CHECK(header_of(paused, "Retry-After") == "2");
  CHECK(browser.call("GET", "/v1/session").status == 200);
  house.door.clock = test_now + 2s;
  CHECK(call(FakeAccounts::password_of("maryam")).status == when_right);
}

TEST_CASE("who is deleted while his password is looked at has changed nothing") {
  House house;
  house.add("maryam", Role::admin);
  house.add("reza", Role::viewer);
  const auto [method, path, body] = GENERATE(
      std::tuple<std::string, std::string, json>{
          "PUT",
          "/v1/session/password",
          {{"old_password", FakeAccounts::password_of("reza")}, {"password", "green pears"}}},
      std::tuple<std::string, std::string, json>{
          "DELETE",
          "/v1/session/second-factor",
          {{"password", FakeAccounts::password_of("reza")}}});
  INFO(method << " " << path);
  auto browser = house.browser_of("reza");
  const auto session = house.door.accounts().session(sha256(browser.jar["modembank_session"]));
  REQUIRE(session);
  house.door.accounts_book.before_write = [&] {
    house.door.accounts_book.before_write = nullptr;
    house.door.accounts().remove(session->account.id, "test", [](const auto&) {});
  };
  const auto gone = browser.call(method, path, body);
  CHECK(gone.status == 401);
  CHECK(name_in(gone) == "unauthorized");
  CHECK(house.door.accounts_book.noted.back().action == "user.delete");
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
                                              {"GET", "/sessions", {}},
                                              {"DELETE", "/sessions/none", {}}}) {
      INFO(method << " " << id << below);
      const auto refused = admin.call(method, "/v1/users/" + id + below, body);
      CHECK(refused.status == 404);
      CHECK(name_in(refused) == "no_such_user");
    }
  }
}

TEST_CASE("a key that is bound to something makes nobody who is not") {
  House house;
  const auto path = path_of(house.add("reza", Role::technician));
  const auto bound = make_api_key();
  const std::vector<std::string> all{"transactional", "service", "promotional"};
  const auto key = GENERATE_COPY(
      FakeDoor::Key{.id = 9, .scopes = {"admin"}, .classes = {"transactional"}},
      FakeDoor::Key{.id = 9, .scopes = {"admin"}, .classes = all, .pools = {"bulk"}},
      FakeDoor::Key{.id = 9, .scopes = {"admin"}, .classes = all, .sims = {"8998110000000000001"}},
      FakeDoor::Key{.id = 9, .scopes = {"admin"}, .classes = all, .networks = {"127.0.0.0/8"}},
      FakeDoor::Key{.id = 9, .scopes = {"admin"}, .classes = all, .limits = {.per_day = 1}});
  house.door.add_key(bound, key);
  const auto before = house.door.accounts().accounts().size();
  struct Case {
    const char* method;
    std::string target;
    json body;
  };
  for (const auto& [method, target, body] :
       {Case{"POST", "/v1/users", {{"name", "sara"}, {"role", "admin"}}},
        Case{"PATCH", path, {{"role", "admin"}}}, Case{"DELETE", path, {}},
        Case{"POST", path + "/link", {}}, Case{"DELETE", path + "/sessions/none", {}}}) {
    INFO(method << " " << target);
    const auto refused = *ask(house.api.handler(), method, target,
                              body.is_null() ? "" : body.dump(), {.key = bound});
    CHECK(refused.status == 403);
    CHECK(name_in(refused) == "bound_key");
  }
  CHECK(ask(house.api.handler(), "GET", path, "", {.key = bound})->status == 200);
  CHECK(house.door.accounts().accounts().size() == before);
}

TEST_CASE("the first administrator is told when there are as many users as there may be") {
  House house;
  house.door.accounts_book.fill();
  const json body{
      {"token", house.door.accounts_book.link()}, {"name", "sara"}, {"password", "correct horse"}};
  const auto refused = house.browser().call("POST", "/v1/setup", body);
  CHECK(refused.status == 409);
  CHECK(name_in(refused) == "too_many_users");
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
}

TEST_CASE("what is as it was is not written down as a change") {
  House house;
  const auto path = path_of(house.add("reza", Role::technician));
  const auto patch = [&](const json& body) {
    return ask(house.api.handler(), "PATCH", path, body.dump())->status;
  };
  CHECK(patch({{"role", "technician"}, {"enabled", true}, {"second_factor", false}}) == 200);
  CHECK(patch(json::object()) == 200);
  CHECK(house.door.accounts_book.noted.empty());
  CHECK(patch({{"role", "viewer"}, {"enabled", true}}) == 200);
  REQUIRE(house.door.accounts_book.noted.size() == 1);
  CHECK(house.door.accounts_book.noted[0].action == "user.role");
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
