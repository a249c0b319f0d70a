// Signing in over the HTTP API: who may do what, from where, and who stays outside.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/web/house.hpp"
#include "web/auth.hpp"
#include "web/one_time_code.hpp"

namespace bank::web::test {

using nlohmann::json;
using namespace std::chrono_literals;

namespace {

const json text_to_ali{{"to", "+989121234567"}, {"text", "x"}};

}  // namespace

TEST_CASE("somebody signs in, is known by a cookie, and signs out") {
  House house;
  house.add("maryam", Role::operator_);
  auto browser = house.browser();
  const auto response = browser.sign_in("Maryam", FakeAccounts::password_of("maryam"));
  REQUIRE(response.status == 200);
  const auto user = json::parse(response.body).at("user");
  CHECK(user.at("name") == "maryam");
  CHECK(user.at("role") == "operator");
  CHECK(user.at("second_factor") == false);
  CHECK_THAT(response.body, !Catch::Contains(browser.jar.at("modembank_session")));
  CHECK(browser.call("GET", "/v1/session").status == 200);
  CHECK(browser.call("GET", "/v1/messages").status == 200);
  CHECK(browser.call("POST", "/v1/messages", text_to_ali).status == 202);
  CHECK(browser.call("GET", "/v1/sessions").status == 200);
  const auto before = browser.jar;
  CHECK(browser.call("DELETE", "/v1/session").status == 204);
  CHECK(browser.jar.count("modembank_session") == 0);
  browser.jar = before;  // somebody kept it
  CHECK(browser.call("GET", "/v1/session").status == 401);
  CHECK(browser.call("GET", "/v1/messages").status == 401);
}

TEST_CASE("each role does what it is for") {
  House house;
  struct Call {
    const char* method;
    const char* target;
    json body;
  };
  const std::vector<std::pair<Call, std::vector<Role>>> calls{
      {{"GET", "/v1/messages", {}}, {Role::admin, Role::operator_, Role::technician, Role::viewer}},
      {{"POST", "/v1/messages", text_to_ali}, {Role::admin, Role::operator_}},
      {{"POST", "/v1/alarms/alm_0000000000001/acknowledge", {}},
       {Role::admin, Role::operator_, Role::technician}},
      {{"POST", "/v1/modems/slot-01/pause", {}}, {Role::admin, Role::technician}},
      {{"POST", "/v1/modems/slot-01/loopback", {}}, {Role::admin, Role::technician}},
      {{"GET", "/v1/modems/slot-01/dialogue", {}},
       {Role::admin, Role::operator_, Role::technician}},
      {{"POST", "/v1/modems/slot-01/at", {{"command", "AT"}}}, {Role::admin}},
      {{"DELETE", "/v1/suppressions/+989121234567", {}}, {Role::admin}},
      {{"GET", "/v1/audit", {}}, {Role::admin}},
      {{"GET", "/v1/users", {}}, {Role::admin}},
      {{"GET", "/v1/webhooks", {}}, {Role::admin}}};
  for (const auto role : roles) {
    const auto name = "x" + std::string(name_of(role));
    house.add(name, role);
    auto browser = house.browser_of(name);
    for (const auto& [call, allowed] : calls) {
      INFO(name << " " << call.method << " " << call.target);
      const auto response = browser.call(call.method, call.target, call.body);
      const bool may = std::find(allowed.begin(), allowed.end(), role) != allowed.end();
      CHECK((response.status == 403) == !may);
      if (!may) CHECK(name_in(response) == "not_for_this_role");
    }
  }
}

TEST_CASE("another site's page can change nothing") {
  House house;
  house.add("maryam", Role::admin);
  auto browser = house.browser_of("maryam");
  const auto refused = browser.call("POST", "/v1/messages", text_to_ali, false);
  CHECK(refused.status == 403);
  CHECK(name_in(refused) == "csrf_token_missing");
  CHECK(browser.call("DELETE", "/v1/session", {}, false).status == 403);
  CHECK(house.door.messages_made() == 0);
  // Nor sign somebody in as another: a form cannot say that it is JSON.
  const auto plain = ask(house.api.handler(), "POST", "/v1/session",
                         R"({"name":"maryam","password":"x"})", {.key = "", .content_type = ""});
  CHECK(plain->status == 415);
}

TEST_CASE("what is wrong with a name or a password is not said, and wrong ones are slowed") {
  House house;
  house.add("maryam", Role::viewer);
  auto known = house.browser_of("maryam");  // has signed in there before
  known.jar.erase("modembank_session");
  auto thief = house.browser("203.0.113.9");
  for (int i = 0; i < 5; ++i) {
    const auto wrong = thief.sign_in("maryam", "guess number " + std::to_string(i));
    CHECK(wrong.status == 401);
    CHECK(name_in(wrong) == "wrong_credentials");
    CHECK(wrong.body == thief.sign_in("nobody" + std::to_string(i), "guess").body);
  }
  const auto paused = thief.sign_in("maryam");
  CHECK(paused.status == 429);
  CHECK(name_in(paused) == "too_many_guesses");
  CHECK(header_of(paused, "Retry-After") == "2");
  // He keeps nobody out: not another network, nor a browser that is known, wherever it is.
  CHECK(house.browser("198.51.100.7").sign_in("maryam").status == 200);
  known.peer = thief.peer;
  CHECK(known.sign_in("maryam").status == 200);
  house.door.clock = test_now + 2s;
  CHECK(thief.sign_in("maryam").status == 200);
}

TEST_CASE("a second factor is set up with its own code, and asked for from then on") {
  House house;
  house.add("maryam", Role::admin);
  auto browser = house.browser_of("maryam");
  const auto password = FakeAccounts::password_of("maryam");
  const auto offered =
      json::parse(browser.call("POST", "/v1/session/second-factor", {{"password", password}}).body);
  const auto secret = offered.at("secret").get<std::string>();
  CHECK_THAT(offered.at("uri").get<std::string>(), Catch::Contains(secret));
  const auto octets = read_one_time_secret(secret).value();
  const auto code_at = [&](WallTime at) {  // the one that a telephone shows
    for (int i = 0; i < 1'000'000; ++i) {
      auto code = fmt::format("{:06}", i);
      if (step_of_code(octets, code, at.time_since_epoch() / 30s - 1, at) ==
          at.time_since_epoch() / 30s) {
        return code;
      }
    }
    return std::string();
  };
  const auto put = [&](const std::string& code) {
    return browser
        .call("PUT", "/v1/session/second-factor",
              {{"password", password}, {"secret", secret}, {"code", code}})
        .status;
  };
  const auto first = code_at(test_now);
  CHECK(put(first == "000000" ? "000001" : "000000") == 422);
  CHECK(put(first) == 204);
  auto other = house.browser();
  CHECK(name_in(other.sign_in("maryam", password)) == "code_wanted");
  CHECK(other.sign_in("maryam", "wrong one", first).status == 401);
  CHECK(other.sign_in("maryam", password, first).status == 401);  // was used to set it up
  house.door.clock = test_now + 60s;
  const auto next = code_at(test_now + 60s);
  CHECK(other.sign_in("maryam", password, next).status == 200);
  CHECK(house.browser().sign_in("maryam", password, next).status == 401);  // counts once
  // A set-up link goes not past it.
  const auto me = json::parse(browser.call("GET", "/v1/session").body).at("user").at("id");
  const auto invited = browser.call("POST", "/v1/users/" + me.get<std::string>() + "/link");
  const auto chosen = house.browser().call(
      "POST", "/v1/setup",
      {{"token", json::parse(invited.body).at("setup_token")}, {"password", "green pears"}});
  CHECK(chosen.status == 401);
  CHECK(name_in(chosen) == "code_wanted");
  house.door.clock = test_now + 120s;
  const auto after = code_at(test_now + 120s);
  browser.jar.erase("modembank_session");
  REQUIRE(browser.sign_in("maryam", "green pears", after).status == 200);
  const json green{{"password", "green pears"}};
  CHECK(browser.call("DELETE", "/v1/session/second-factor", green).status == 204);
  CHECK(house.browser().sign_in("maryam", "green pears").status == 200);
}

TEST_CASE("the first administrator comes by a link that works once") {
  House house;
  const auto token = house.door.accounts_book.link();
  auto browser = house.browser();
  const auto look = browser.call("POST", "/v1/setup/link", {{"token", token}});
  CHECK(look.status == 200);
  CHECK(json::parse(look.body).at("name") == nullptr);
  const auto set_up = [&](const std::string& link, const std::string& name,
                          const std::string& password) {
    return browser.learn(browser.call("POST", "/v1/setup",
                                      {{"token", link}, {"name", name}, {"password", password}}));
  };
  CHECK(set_up(make_token(), "maryam", "correct horse").status == 404);
  CHECK(set_up(token, "mar yam", "correct horse").status == 422);
  CHECK(set_up(token, "maryam", "short").status == 422);
  const auto made = set_up(token, "maryam", "correct horse");
  REQUIRE(made.status == 200);
  CHECK(json::parse(made.body).at("user").at("role") == "admin");
  CHECK(browser.call("GET", "/v1/users").status == 200);
  CHECK(set_up(token, "thief", "correct horse").status == 404);
  // Nor does another such link, once there is an administrator.
  CHECK(set_up(house.door.accounts_book.link(), "thief", "correct horse").status == 404);
  CHECK(browser.call("POST", "/v1/setup/link", {{"token", token}}).status == 404);
}

TEST_CASE("a set-up link works for a day") {
  House house;
  const auto token = house.door.accounts_book.link();
  const auto look = [&] {
    return house.browser().call("POST", "/v1/setup/link", {{"token", token}}).status;
  };
  house.door.clock = test_now + 24h - 1s;
  CHECK(look() == 200);
  house.door.clock = test_now + 24h;
  CHECK(look() == 404);
}

TEST_CASE("an administrator lets somebody in, who chooses his own password") {
  House house;
  house.add("maryam", Role::admin);
  auto admin = house.browser_of("maryam");
  const auto made = admin.call("POST", "/v1/users", {{"name", "reza"}, {"role", "technician"}});
  REQUIRE(made.status == 201);
  const auto body = json::parse(made.body);
  const auto path = "/v1/users/" + body.at("user").at("id").get<std::string>();
  CHECK(body.at("user").at("has_password") == false);
  CHECK(admin.call("POST", "/v1/users", {{"name", "REZA"}, {"role", "viewer"}}).status == 409);
  CHECK(admin.call("POST", "/v1/users", {{"name", "x y"}, {"role", "king"}}).status == 422);

  auto reza = house.browser();
  const auto set_up = [&](const json& link) {
    return reza.learn(reza.call(
        "POST", "/v1/setup", {{"token", link}, {"name", "ignored"}, {"password", "red apples"}}));
  };
  CHECK(json::parse(reza.call("POST", "/v1/setup/link", {{"token", body.at("setup_token")}}).body)
            .at("name") == "reza");
  REQUIRE(set_up(body.at("setup_token")).status == 200);
  CHECK(reza.call("GET", "/v1/modems").status == 200);
  CHECK(set_up(body.at("setup_token")).status == 404);

  SECTION("and takes it back") {
    const auto sessions = json::parse(admin.call("GET", path + "/sessions").body).at("items");
    REQUIRE(sessions.size() == 1);
    const auto session = path + "/sessions/" + sessions[0].at("id").get<std::string>();
    CHECK(admin.call("DELETE", session).status == 204);
    CHECK(admin.call("DELETE", session).status == 404);
    CHECK(reza.call("GET", "/v1/modems").status == 401);
    REQUIRE(reza.sign_in("reza", "red apples").status == 200);
    CHECK(admin.call("PATCH", path, {{"enabled", false}}).status == 200);
    CHECK(reza.call("GET", "/v1/modems").status == 401);
    CHECK(reza.sign_in("reza", "red apples").status == 401);
    CHECK(admin.call("DELETE", path).status == 204);
    CHECK(admin.call("GET", path).status == 404);
  }
  SECTION("and gives him another role at once") {
    CHECK(reza.call("POST", "/v1/messages", text_to_ali).status == 403);
    CHECK(admin.call("PATCH", path, {{"role", "operator"}}).status == 200);
    CHECK(reza.call("POST", "/v1/messages", text_to_ali).status == 202);
  }
  SECTION("and gives him a new link when he has forgotten it") {
    const auto link = json::parse(admin.call("POST", path + "/link").body).at("setup_token");
    CHECK(reza.call("GET", "/v1/modems").status == 200);  // until it is used
    auto elsewhere = house.browser();
    CHECK(elsewhere.call("POST", "/v1/setup", {{"token", link}, {"password", "green pears"}})
              .status == 200);
    CHECK(reza.call("GET", "/v1/modems").status == 401);
    CHECK(reza.sign_in("reza", "red apples").status == 401);
  }
  SECTION("and he changes it himself") {
    auto elsewhere = house.browser();
    REQUIRE(elsewhere.sign_in("reza", "red apples").status == 200);
    const auto change = [&](const std::string& old, const std::string& next) {
      return reza.call("PUT", "/v1/session/password", {{"old_password", old}, {"password", next}})
          .status;
    };
    CHECK(change("wrong", "green pears") == 403);
    CHECK(change("red apples", "short") == 422);
    CHECK(change("red apples", "green pears") == 204);
    CHECK(reza.call("GET", "/v1/modems").status == 200);
    CHECK(elsewhere.call("GET", "/v1/modems").status == 401);
  }
}

TEST_CASE("the last administrator stays one") {
  House house;
  const auto id = house.add("maryam", Role::admin);
  auto admin = house.browser_of("maryam");
  const auto path = "/v1/users/" + outside(id);
  for (const auto& change : {json{{"role", "viewer"}}, json{{"enabled", false}}}) {
    const auto refused = admin.call("PATCH", path, change);
    CHECK(refused.status == 409);
    CHECK(name_in(refused) == "last_admin");
  }
  CHECK(admin.call("DELETE", path).status == 409);
  house.add("sara", Role::admin);
  CHECK(admin.call("DELETE", path).status == 204);
}

TEST_CASE("a session ends when nothing came of it for twelve hours, and after thirty days") {
  House house;
  house.add("maryam", Role::viewer);
  auto browser = house.browser_of("maryam");
  house.door.clock = test_now + 11h;
  CHECK(browser.call("GET", "/v1/modems").status == 200);
  house.door.clock = test_now + 22h;
  CHECK(browser.call("GET", "/v1/modems").status == 200);
  house.door.clock = test_now + 35h;
  CHECK(browser.call("GET", "/v1/modems").status == 401);
  REQUIRE(browser.sign_in("maryam").status == 200);
  for (auto at = test_now + 35h; at < test_now + 35h + 24h * 30; at += 11h) {
    house.door.clock = at;
    CHECK(browser.call("GET", "/v1/modems").status == 200);
  }
  house.door.clock = test_now + 35h + 24h * 30 + 1s;
  CHECK(browser.call("GET", "/v1/modems").status == 401);
}

TEST_CASE("who signs in twenty-one times is signed out where it was longest unused") {
  House house;
  const auto id = house.add("maryam", Role::viewer);
  auto first = house.browser_of("maryam");
  for (int i = 0; i < 20; ++i) {
    house.door.clock = house.door.clock.load() + 1s;
    (void)house.browser_of("maryam");
  }
  CHECK(house.door.accounts().sessions(id).size() == 20);
  CHECK(first.call("GET", "/v1/modems").status == 401);
}

TEST_CASE("a key is no person, and a person's row of keys is no key") {
  House house;
  house.add("maryam", Role::admin);
  CHECK(name_in(*ask(house.api.handler(), "GET", "/v1/session")) == "not_a_person");
  CHECK(ask(house.api.handler(), "GET", "/v1/users")->status == 200);
  auto browser = house.browser_of("maryam");
  (void)browser.call("POST", "/v1/modems/slot-01/pause");
  CHECK(house.door.asked_by == "user maryam");
}

TEST_CASE("where signing in cannot be done now, that is said") {
  House house;
  house.add("maryam", Role::admin);
  auto browser = house.browser();
  house.door.accounts_book.is_busy = true;
  CHECK(browser.sign_in("maryam").status == 503);
  house.door.accounts_book.is_busy = false;
  house.door.accounts_book.broken = Unavailable{"the disk is full"};
  CHECK(browser.sign_in("maryam").status == 503);
  CHECK(browser.call("POST", "/v1/session", {{"name", "maryam"}}).status == 422);
  CHECK(browser.call("POST", "/v1/session", json::array()).status == 400);
}

TEST_CASE("who tries all names from one network waits, and keeps nobody out who is known there") {
  House house;
  house.add("maryam", Role::viewer);
  auto known = house.browser_of("maryam");
  auto thief = house.browser("203.0.113.9");
  for (int i = 0; i < SignInLimits::guesses_of_network; ++i) {
    CHECK(thief.sign_in("name" + std::to_string(i), "guess").status == 401);
  }
  const auto paused = thief.sign_in("another", "guess");
  CHECK(name_in(paused) == "too_many_guesses");
  CHECK(header_of(paused, "Retry-After") == "60");
  CHECK(house.browser("198.51.100.7").sign_in("maryam").status == 200);
  known.peer = thief.peer;
  CHECK(known.sign_in("maryam").status == 200);
}

TEST_CASE("strangers wait for passwords in some places, and leave others to those who are known") {
  House house;
  house.add("maryam", Role::viewer);
  auto known = house.browser_of("maryam");
  house.door.accounts_book.holds = true;
  const auto try_from = [&](const std::string& peer) {
    const Asked asked{.key = "", .peer = peer, .loopback = false};
    return ask(house.api.handler(), "POST", "/v1/session", R"({"name":"maryam","password":"x"})",
               asked);
  };
  for (std::size_t i = 0; i < SignInPlaces::of_one; ++i) CHECK_FALSE(try_from("203.0.113.9"));
  const auto refused = try_from("203.0.113.9");
  REQUIRE(refused);
  CHECK(refused->status == 503);
  CHECK(header_of(*refused, "Retry-After") == "5");
  CHECK_FALSE(try_from("198.51.100.7"));
  house.door.accounts_book.go_on();
  known.peer = "203.0.113.9";
  CHECK(known.sign_in("maryam").status == 200);
  CHECK(try_from("203.0.113.9")->status == 401);  // its places are free again
}

TEST_CASE("who tries sessions is slowed, and whoever has one behind the same address is not") {
  House house;
  house.add("maryam", Role::viewer);
  auto maryam = house.browser("203.0.113.9");
  REQUIRE(maryam.sign_in("maryam").status == 200);
  auto thief = house.browser("203.0.113.9");
  const auto try_one = [&] {
    thief.jar["modembank_session"] = make_token();
    return thief.call("GET", "/v1/session");
  };
  for (int i = 0; i < FailureCounter::most_failures; ++i) CHECK(try_one().status == 401);
  const auto slowed = try_one();
  CHECK(slowed.status == 429);
  CHECK(name_in(slowed) == "too_many_failures");
  CHECK(header_of(slowed, "Retry-After") == "60");
  CHECK(maryam.call("GET", "/v1/session").status == 200);
  house.api.forget_keys();
  CHECK(maryam.call("GET", "/v1/session").status == 200);
  auto again = house.browser("203.0.113.9");
  REQUIRE(again.sign_in("maryam").status == 200);
  CHECK(again.call("GET", "/v1/session").status == 200);
  house.door.clock = test_now + 1min;
  CHECK(try_one().status == 401);
}

}  // namespace bank::web::test
