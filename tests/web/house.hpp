#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <utility>

#include "tests/web/ask.hpp"

namespace bank::web::test {

/// A browser: it keeps its cookies, and what the page knows.
struct BrowserOf {
  explicit BrowserOf(Handler asked, std::string from = "127.0.0.1")
      : handler(std::move(asked)), peer(std::move(from)) {}

  Response call(std::string_view method, std::string_view target, const nlohmann::json& body = {},
                bool with_token = true) {
    std::string cookies;
    for (const auto& [name, value] : jar) cookies += name + "=" + value + "; ";
    const auto response = ask(handler, method, target, body.is_null() ? "" : body.dump(),
                              {.key = "",
                               .content_type = body.is_null() ? "" : "application/json",
                               .peer = peer,
                               .loopback = peer == "127.0.0.1",
                               .cookies = cookies,
                               .csrf_token = with_token ? csrf_token : ""});
    REQUIRE(response);
    for (const auto& [name, value] : response->headers) {
      if (name == "Set-Cookie") keep(value);
    }
    return *response;
  }
  Response sign_in(const std::string& name, const std::string& password,
                   const std::string& code = {}) {
    nlohmann::json body{{"name", name}, {"password", password}};
    if (!code.empty()) body["code"] = code;
    return learn(call("POST", "/v1/session", body));
  }
  Response sign_in(const std::string& name) {
    return sign_in(name, FakeAccounts::password_of(name));
  }
  Response learn(Response response) {
    if (response.status == 200) {
      csrf_token = nlohmann::json::parse(response.body).at("csrf_token").get<std::string>();
    }
    return response;
  }

  Handler handler;
  std::string peer;
  std::map<std::string, std::string> jar{};
  std::string csrf_token{};

 private:
  void keep(const std::string& cookie) {
    const auto name = cookie.substr(0, cookie.find('='));
    const auto value = cookie.substr(name.size() + 1, cookie.find(';') - name.size() - 1);
    CHECK_THAT(cookie, Catch::Contains("; HttpOnly; SameSite=Strict; "));
    value.empty() ? (void)jar.erase(name) : (void)(jar[name] = value);
  }
};

struct House {
  House() {
    door.accounts_book.forget = [this] { api.forget_keys(); };
  }
  BrowserOf browser(const std::string& from = "127.0.0.1") {
    return BrowserOf(api.handler(), from);
  }
  BrowserOf browser_of(const std::string& name) {
    auto browser = this->browser();
    REQUIRE(browser.sign_in(name).status == 200);
    return browser;
  }
  AccountId add(const std::string& name, Role role) { return door.accounts_book.add(name, role); }

  FakeDoor door;
  Api api{door};
};

inline std::string name_in(const Response& response) {
  const auto type = nlohmann::json::parse(response.body).value("type", "");
  return type.substr(type.rfind(':') + 1);
}

}  // namespace bank::web::test
