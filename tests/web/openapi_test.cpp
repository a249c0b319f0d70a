// Every call of web/openapi.json refuses as it says there. tests/openapi/validate.py holds these
// and all other exchanges of the tests against it.
#include <catch2/catch.hpp>
#include <cctype>
#include <thread>

#include "tests/web/appliance.hpp"
#include "tests/web/ask.hpp"
#include "web/auth.hpp"

namespace bank::web::test {

using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// A call of the document.
struct Described {
  std::string method;
  std::string pattern;  // "/v1/suppressions/{number}"
  json statuses;        // what it lists, by status
  json security;        // the ways to be let in
  bool takes_json;

  [[nodiscard]] bool is_open() const { return security.empty(); }
  /// Anybody who has signed in may ask for it.
  [[nodiscard]] bool is_for_all_roles() const {
    return !security[0].contains("bearer") || security[0]["bearer"][0] == "read";
  }
  [[nodiscard]] bool lists(const char* status) const { return statuses.contains(status); }
  /// With something in place of what stands in braces.
  [[nodiscard]] std::string path(const std::string& with = "+989120000009") const {
    const auto open = pattern.find('{');
    if (open == std::string::npos) return pattern;
    return pattern.substr(0, open) + with + pattern.substr(pattern.find('}') + 1);
  }
  [[nodiscard]] std::string name() const { return method + " " + pattern; }
  [[nodiscard]] std::string head(const std::string& headers) const {
    return method + " " + path() + " HTTP/1.1\r\nHost: x\r\n" + headers;
  }
};

json document() {
  FakeDoor door;
  Api api(door);
  return json_of(ask(api.handler(), "GET", "/openapi.json"));
}

/// Those that are routes. One that is none yet is known to validate.py.
std::vector<Described> calls() {
  FakeDoor door;
  Api api(door);
  std::vector<Described> calls;
  const auto whole = document();
  for (const auto& [pattern, item] : whole.at("paths").items()) {
    for (const auto& [key, operation] : item.items()) {
      if (!operation.is_object()) continue;  // the path's parameters
      Described call{
          .method = key, .pattern = pattern, .statuses = {}, .security = {}, .takes_json = false};
      for (auto& c : call.method) c = static_cast<char>(std::toupper(c));
      const auto options = ask(api.handler(), "OPTIONS", call.path(), "", {.key = ""});
      if (header_of(*options, "Allow").find(call.method) == std::string::npos) continue;
      call.statuses = operation.at("responses");
      call.security = operation.at("security");
      if (operation.contains("requestBody")) {
        call.takes_json = operation["requestBody"]["content"].contains("application/json");
      }
      calls.push_back(std::move(call));
    }
  }
  return calls;
}

}  // namespace

TEST_CASE("the document is served as JSON, whole, to a key with scope read") {
  FakeDoor door;
  Api api(door);
  const auto response = ask(api.handler(), "GET", "/openapi.json", "", {.key = reader_key});
  REQUIRE(response->status == 200);
  CHECK(response->content_type == "application/json");
  const auto served = json_of(response);
  REQUIRE(served.is_object());
  CHECK(served["openapi"] == "3.1.0");
  CHECK(served["paths"].contains("/v1/messages"));
  CHECK(served["components"]["schemas"].contains("Problem"));
  REQUIRE(calls().size() >= 17);
}

TEST_CASE("every call that needs a key is 401 without one, and 403 with one that is not for it") {
  FakeDoor door;
  const auto scopeless = make_api_key();
  door.add_key(scopeless, {5, "nothing", {}, {}});
  const auto elsewhere = make_api_key();
  door.add_key(elsewhere, {.id = 7, .scopes = {"admin"}, .networks = {"192.0.2.0/24"}});
  Api api(door);
  for (const auto& call : calls()) {
    if (call.is_open()) continue;
    INFO(call.name());
    CHECK(ask(api.handler(), call.method, call.path(), "", {.key = ""})->status == 401);
    CHECK(ask(api.handler(), call.method, call.path(), "", {.key = scopeless})->status == 403);
    CHECK(ask(api.handler(), call.method, call.path(), "", {.key = elsewhere})->status == 403);
  }
}

TEST_CASE("every call looks whether the session is open, the page ours, and the role one for it") {
  FakeDoor door;
  Api api(door);
  door.accounts_book.add("leila", Role::viewer);
  const json viewer{{"name", "leila"}, {"password", FakeAccounts::password_of("leila")}};
  const auto signed_in = ask(api.handler(), "POST", "/v1/session", viewer.dump(), {.key = ""});
  REQUIRE(signed_in->status == 200);
  const auto set = header_of(*signed_in, "Set-Cookie");
  const auto session = set.substr(0, set.find(';'));
  const auto token = json_of(signed_in).at("csrf_token").get<std::string>();
  const auto problem_of = [&](const Described& call, const std::string& cookies,
                              const std::string& csrf_token) {
    const Asked asked{.key = "", .cookies = cookies, .csrf_token = csrf_token};
    return json_of(ask(api.handler(), call.method, call.path(), "", asked)).value("type", "");
  };
  for (const auto& call : calls()) {
    if (call.is_open()) continue;
    INFO(call.name());
    CHECK(problem_of(call, "modembank_session=" + make_token(), token) ==
          "urn:modembank:problem:unauthorized");
    if (call.method != "GET") {
      CHECK(problem_of(call, session, "") == "urn:modembank:problem:csrf_token_missing");
      CHECK(problem_of(call, session, make_token()) == "urn:modembank:problem:csrf_token_missing");
    }
    if (call.is_for_all_roles()) continue;
    CHECK(problem_of(call, session, token) == "urn:modembank:problem:not_for_this_role");
  }
}

TEST_CASE("a call for people alone refuses a key") {
  FakeDoor door;
  Api api(door);
  for (const auto& call : calls()) {
    if (call.is_open() || call.security[0].contains("bearer")) continue;
    INFO(call.name());
    const auto response = ask(api.handler(), call.method, call.path(), "{}");
    REQUIRE(response);
    CHECK(response->status == 403);
    CHECK(json_of(response)["type"] == "urn:modembank:problem:not_a_person");
  }
}

TEST_CASE("every call that needs a key is 429 for an address that tries keys") {
  FakeDoor door;
  Api api(door);
  const auto stranger = [] {
    return Asked{.key = make_api_key(), .peer = "203.0.113.5", .loopback = false};
  };
  for (int i = 0; i < FailureCounter::most_failures; ++i) {
    ask(api.handler(), "GET", "/v1/sims", "", stranger());
  }
  for (const auto& call : calls()) {
    if (call.is_open()) continue;
    INFO(call.name());
    const auto response = ask(api.handler(), call.method, call.path(), "", stranger());
    CHECK(response->status == 429);
    CHECK(header_of(*response, "Retry-After") == "60");
  }
}

TEST_CASE("a call refuses a parameter that it does not know, and does nothing") {
  FakeDoor door;
  Api api(door);
  for (const auto& call : calls()) {
    if (!call.lists("400")) continue;
    INFO(call.name());
    const auto response = ask(api.handler(), call.method, call.path() + "?dry_run=true", "{}");
    REQUIRE(response);
    CHECK(response->status == 400);
    CHECK(json_of(response)["errors"][0]["pointer"] == "?dry_run");
  }
  CHECK(door.replies_book.suppressions({}, 1, false).empty());
}

TEST_CASE("a call refuses a path that is not well-formed") {
  FakeDoor door;
  Api api(door);
  for (const auto& call : calls()) {
    if (call.path("%zz") == call.path()) continue;
    INFO(call.name());
    const auto response = ask(api.handler(), call.method, call.path("%zz"));
    REQUIRE(response);
    CHECK(response->status == 400);
    CHECK(json_of(response)["type"] == "urn:modembank:problem:bad_path");
  }
}

TEST_CASE("every call is 503 while the database fails, and says when to come back") {
  Appliance appliance;
  appliance.door.unreadable = true;
  appliance.door.health_now = {false, false, {"disk I/O error; check the disk"}};
  for (const auto& call : calls()) {
    if (call.is_open() && call.takes_json) continue;  // tests/web/users_test.cpp
    INFO(call.name());
    auto client = appliance.connect();
    client.say(call.head(with_key + "Content-Length: 0\r\n\r\n"));
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 503);
    CHECK_THAT(answer->body, Catch::Contains("disk I/O error"));
    CHECK(answer->headers.contains("retry-after") == !call.is_open());
  }
}

TEST_CASE("a call that takes JSON refuses another type, and a body that is too large") {
  Appliance appliance;
  for (const auto& call : calls()) {
    if (!call.takes_json) continue;
    INFO(call.name());
    auto client = appliance.connect();
    client.say(call.head(with_key + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}"));
    CHECK(client.answer()->status == 415);
    client.say(call.head(as_json + "Content-Length: 2000000\r\n\r\n") +
               std::string(2'000'000, ' '));
    CHECK(client.answer()->status == 413);
  }
}

TEST_CASE("a call whose body does not come is 408") {
  ServerOptions options;
  options.request_time = 200ms;
  Appliance appliance(options);
  for (const auto& call : calls()) {
    if (!call.takes_json) continue;
    INFO(call.name());
    auto client = appliance.connect();
    client.say(call.head(as_json + "Content-Length: 100\r\n\r\n{"));
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 408);
    CHECK(client.ends());
  }
}

TEST_CASE("a call that takes JSON takes it as it is, in no coding") {
  Appliance appliance;
  for (const auto& call : calls()) {
    if (!call.takes_json) continue;
    INFO(call.name());
    auto client = appliance.connect();
    client.say(call.head(with_key + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"));
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->status == 415);
  }
}

TEST_CASE("whatever is asked, where it ends must be clear") {
  Appliance appliance;
  const auto status = [&](const std::string& headers) {
    auto client = appliance.connect();
    client.say("GET /healthz HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
    const auto answer = client.answer();
    return answer ? answer->status : 0;
  };
  CHECK(status("X Y: 1\r\n") == 400);
  CHECK(status("Content-Length: 3\r\nContent-Length: 5\r\n") == 400);
  CHECK(status("Transfer-Encoding: gzip\r\n") == 501);
  CHECK(status("Content-Length: 2000000\r\nExpect: 100-continue\r\n") == 413);
  CHECK(status("") == 200);
}

TEST_CASE("whatever is asked, it must come in time") {
  ServerOptions options;
  options.request_time = 200ms;
  Appliance appliance(options);
  auto client = appliance.connect();
  client.say("GET /healthz HTTP/1.1\r\nHost: x\r\n");
  const auto answer = client.answer();
  REQUIRE(answer);
  CHECK(answer->status == 408);
}

TEST_CASE("a program that stops says so to whoever still asks on a connection he had") {
  Appliance appliance;
  appliance.door.held = true;
  auto waiting = appliance.connect();
  waiting.say("PUT /v1/suppressions/+989120000009 HTTP/1.1\r\nHost: x\r\n" + with_key +
              "Content-Length: 0\r\n\r\n");
  while (appliance.door.waiting() < 1) std::this_thread::yield();
  auto first = appliance.connect();
  auto second = appliance.connect();
  for (auto* client : {&first, &second}) {
    client->get("/healthz");
    REQUIRE(client->answer()->status == 200);
  }
  std::thread stopper([&] { appliance.server->stop(20s); });
  for (bool stops = false; !stops;) {  // newcomers are turned away from then on
    auto newcomer = appliance.connect();
    stops = !newcomer.get("/healthz") || !newcomer.answer();
  }
  first.get("/healthz");
  CHECK(first.answer()->status == 503);
  second.get("/readyz");
  CHECK(second.answer()->status == 503);
  appliance.door.release();
  CHECK(waiting.answer()->status == 200);
  stopper.join();
}

}  // namespace bank::web::test
