// HTTP as users expect it, over a socket: methods, negotiation, framing, connections.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/web/appliance.hpp"
#include "tests/web/echo_server.hpp"
#include "web/accept.hpp"

namespace bank::web::test {

namespace {

HttpAnswer ask(HttpClient& client, const std::string& line, const std::string& headers = {}) {
  client.say(line + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
  auto answer = client.answer(line.starts_with("HEAD "));
  REQUIRE(answer);
  return *answer;
}

HttpAnswer ask(const Appliance& appliance, const std::string& line,
               const std::string& headers = {}) {
  auto client = appliance.connect();
  return ask(client, line, headers);
}

void check_problem(const HttpAnswer& answer, int status) {
  CHECK(answer.status == status);
  REQUIRE(answer.headers.contains("content-type"));
  CHECK(answer.headers.at("content-type") == "application/problem+json");
  const auto problem = nlohmann::json::parse(answer.body, nullptr, false);
  CHECK(problem.value("status", 0) == status);
  CHECK_FALSE(problem.value("detail", std::string()).empty());
}

const std::vector<std::string> gets{
    "/healthz",     "/readyz",    "/metrics",         "/v1/messages",   "/v1/batches",
    "/v1/sims",     "/v1/modems", "/v1/suppressions", "/v1/messages/x", "/nothing",
    "/v1/modems/x", "/v1/inbox",  "/v1/inbox/x"};

}  // namespace

TEST_CASE("HEAD answers as GET does, without the body") {
  Appliance appliance;
  auto client = appliance.connect();
  for (const auto& path : gets) {
    INFO(path);
    auto head = ask(client, "HEAD " + path, with_key);
    auto get = ask(client, "GET " + path, with_key);
    CHECK(head.status == get.status);
    if (path == "/metrics")
      head.headers.erase("content-length"), get.headers.erase("content-length");
    head.headers.erase("date");
    get.headers.erase("date");
    CHECK(head.headers == get.headers);
    CHECK(client.silent());
  }
}

TEST_CASE("OPTIONS says which methods a path takes") {
  Appliance appliance;
  auto client = appliance.connect();
  for (const auto& [path, methods] : std::vector<std::pair<std::string, std::string>>{
           {"/v1/messages", "POST, GET, HEAD, OPTIONS"},
           {"/v1/messages/msg_x", "GET, HEAD, DELETE, OPTIONS"},
           {"/v1/messages/batch", "POST, OPTIONS"},
           {"/healthz", "GET, HEAD, OPTIONS"},
           {"*", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"}}) {
    INFO(path);
    const auto answer = ask(client, "OPTIONS " + path);
    CHECK(answer.status == 204);
    CHECK(answer.headers.at("allow") == methods);
    CHECK_FALSE(answer.headers.contains("content-type"));
    CHECK(client.silent());
  }
  check_problem(ask(client, "OPTIONS /nothing"), 404);
}

TEST_CASE("a method that a path does not take, or nobody knows, is 405 with Allow") {
  Appliance appliance;
  for (const auto* line :
       {"PUT /v1/messages", "PATCH /v1/messages", "TRACE /v1/messages", "BREW /v1/messages",
        "get /v1/messages", "GET /v1/messages/batch", "POST /healthz", "GET *"}) {
    INFO(line);
    const auto answer = ask(appliance, line, with_key);
    check_problem(answer, 405);
    CHECK(answer.headers.contains("allow"));
  }
  check_problem(ask(appliance, "CONNECT example.com:443"), 404);
}

TEST_CASE("who excludes what a call gives is told 406, and nobody else") {
  Appliance appliance;
  const auto status = [&](const std::string& path, const std::string& accept) {
    return ask(appliance, "GET " + path, with_key + accept).status;
  };
  for (const auto* fine :
       {"", "Accept: */*\r\n", "Accept:\r\n", "Accept: application/json\r\n",
        "accept: APPLICATION/JSON\r\n", "Accept: application/problem+json\r\n",
        "Accept: application/*;q=0.1\r\n", "Accept: nonsense\r\n",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n",
        "Accept: text/html, image/gif, *; q=.2\r\n",
        "Accept: text/html\r\nAccept: application/json\r\n",
        "Accept: */*;q=0, application/json\r\n"}) {
    INFO(fine);
    CHECK(status("/v1/messages", fine) == 200);
  }
  for (const auto* excluding :
       {"Accept: text/html\r\n", "Accept: text/*, image/png\r\n",
        "Accept: application/json;q=0, */*, application/problem+json;q=0.0\r\n",
        "Accept: */*;q=0\r\n"}) {
    INFO(excluding);
    check_problem(ask(appliance, "GET /v1/messages", with_key + excluding), 406);
    CHECK(status("/healthz", excluding) == 200);
  }
  CHECK(status("/metrics",
               "Accept: application/openmetrics-text;version=1.0.0,"
               "text/plain;version=0.0.4;q=0.5\r\n") == 200);
  CHECK(status("/metrics", "Accept: application/json\r\n") == 406);
  SECTION("before the body is sent") {
    auto client = appliance.connect();
    client.post("/v1/messages", one, as_json + "Accept: text/csv\r\n");
    CHECK(client.answer()->status == 406);
    CHECK(appliance.door.messages_made() == 0);
  }
}

TEST_CASE("the nearest media range counts") {
  CHECK(accepts("", "text/plain"));
  CHECK(accepts("text/plain;charset=utf-8;q=0.001", "text/plain"));
  CHECK(accepts("text/*;q=0, text/plain", "text/plain"));
  CHECK(accepts("text/plain, */*;q=0", "text/plain"));
  CHECK_FALSE(accepts("*/*, text/*;q=0", "text/plain"));
  CHECK_FALSE(accepts("*/*, text/plain; q=0.000", "text/plain"));
  CHECK_FALSE(accepts("text/plainer", "text/plain"));
  CHECK_FALSE(accepts("tex/*", "text/plain"));
}

TEST_CASE("an expectation that nobody knows is 417") {
  Appliance appliance;
  check_problem(ask(appliance, "GET /healthz", "Expect: the-unexpected\r\n"), 417);
  CHECK(ask(appliance, "GET /healthz", "Expect: 100-Continue\r\n").status == 100);
}

TEST_CASE("a body in a content coding is refused before it is read") {
  Appliance appliance;
  const auto refused = [&](const std::string& line, const std::string& headers) {
    INFO(line << " " << headers);
    // No body follows: whoever wants one first would wait.
    const auto answer = ask(appliance, line, with_key + "Expect: 100-continue\r\n" + headers);
    check_problem(answer, 415);
    CHECK_THAT(answer.body, Catch::Contains("unknown_content_coding"));
    REQUIRE(answer.headers.contains("accept-encoding"));
    CHECK(answer.headers.at("accept-encoding") == "identity");
  };
  const std::string body = "Content-Length: 20\r\n";
  for (const std::string coding : {"gzip", "br", "identity, gzip", "nonsense"}) {
    const auto coded = body + "Content-Encoding: " + coding + "\r\n";
    refused("POST /v1/messages", "Content-Type: application/json\r\n" + coded);
    refused("POST /v1/messages/batch", "Content-Type: application/x-ndjson\r\n" + coded);
    refused("POST /v1/messages/batch", "Content-Type: text/csv\r\n" + coded);
    refused("PUT /v1/suppressions/+981", coded);
    refused("POST /v1/modems/slot-01/ussd", coded);
    refused("POST /v1/modems/slot-01/at", coded);
    refused("POST /v1/modems/slot-01/loopback", coded);
    refused("POST /v1/webhooks", coded);
    refused("PATCH /v1/webhooks/wh_0000000000001", coded);
    refused("POST /v1/webhooks/wh_0000000000001/secret", coded);
  }
  refused("POST /v1/messages", body + "Content-Encoding: identity\r\nContent-Encoding: gzip\r\n");
  check_problem(ask(appliance, "GET /v1/messages", with_key + "Content-Encoding:\r\n gzip\r\n"),
                400);
  auto client = appliance.connect();
  for (const std::string coding : {"identity", "IDENTITY", ""}) {
    client.post("/v1/messages", one, as_json + "Content-Encoding: " + coding + "\r\n");
    CHECK(client.answer()->status == 202);
  }
  CHECK(ask(appliance, "GET /v1/messages", with_key + "Content-Encoding: gzip\r\n").status == 200);
}

TEST_CASE("HTTP/1.1 names its host, once") {
  Appliance appliance;
  auto client = appliance.connect();
  SECTION("without") {
    client.say("GET /healthz HTTP/1.1\r\n\r\n");
  }
  SECTION("twice") {
    client.say("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
  }
  check_problem(*client.answer(), 400);
  CHECK(client.ends());
}

TEST_CASE("headers of which one counts are sent once") {
  Appliance appliance;
  for (const std::string name : {"Authorization", "Content-Type", "Idempotency-Key"}) {
    INFO(name);
    check_problem(ask(appliance, "GET /v1/messages", name + ": a\r\n" + name + ": b\r\n"), 400);
  }
}

TEST_CASE("a key on a folded line is refused, not taken for none") {
  Appliance appliance;
  check_problem(
      ask(appliance, "GET /v1/messages", "Authorization: Bearer\r\n " + good_key + "\r\n"), 400);
}

TEST_CASE("the names of headers and the scheme of a key are read in any case") {
  Appliance appliance;
  CHECK(ask(appliance, "GET /v1/messages", "aUTHORIZATION: bEARER " + good_key + "\r\n").status ==
        200);
}

TEST_CASE("a whole URL is read as its path") {
  Appliance appliance;
  CHECK(ask(appliance, "GET http://other:1234/healthz").status == 200);
  CHECK(ask(appliance, "GET HTTPS://other/v1/messages?limit=1", with_key).status == 200);
  check_problem(ask(appliance, "GET http://other/v1/messages?limit=none", with_key), 400);
  CHECK(ask(appliance, "GET http://other").status == 200);  // the console
  check_problem(ask(appliance, "GET ftp://other/healthz"), 404);
}

TEST_CASE("empty lines before a request are passed over") {
  Appliance appliance;
  auto client = appliance.connect();
  client.say(
      "\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\n"
      "\r\n");
  CHECK(client.answer()->status == 200);
  CHECK(client.answer()->status == 200);
}

TEST_CASE("the percent signs of a path are read once, and a coded slash is no slash") {
  Appliance appliance;
  CHECK(ask(appliance, "GET /v1/suppressions/%2B989121234567", with_key).status == 404);
  check_problem(ask(appliance, "GET /v1/suppressions/%2", with_key), 400);
  check_problem(ask(appliance, "GET /v1%2Fmessages", with_key), 404);
  check_problem(ask(appliance, "GET /v1/modems/a%2Fb", with_key), 404);
  check_problem(ask(appliance, "GET /v1/modems/%00", with_key), 404);
}

TEST_CASE("a request whose end does not come because the client ended is told so, and not done") {
  ServerOptions options;
  options.upload_pause = std::chrono::milliseconds{100};  // so that the clock looks often
  Appliance appliance(options);
  auto client = appliance.connect();
  client.say_last("POST /v1/messages HTTP/1.1\r\nHost: x\r\n" + as_json +
                  "Content-Length: 1000\r\n\r\n" + one);
  const auto answer = client.answer();
  REQUIRE(answer);
  check_problem(*answer, 400);
  CHECK(client.ends());
  CHECK(appliance.door.messages_made() == 0);
}

TEST_CASE("a version that nobody speaks is 505, and no version 400") {
  Appliance appliance;
  for (const auto& [line, status] :
       std::vector<std::pair<std::string, int>>{{"GET /healthz HTTP/2.0", 505},
                                                {"GET /healthz HTTP/0.9", 505},
                                                {"GET /healthz", 400},
                                                {"GET /healthz http/1.1", 400},
                                                {"GET", 0},
                                                {"nonsense", 0}}) {
    INFO(line);
    auto client = appliance.connect();
    client.say(line + "\r\nHost: x\r\n\r\n");
    const auto answer = client.answer();
    CHECK((answer ? answer->status : 0) == status);
    (void)client.ends();
  }
}

TEST_CASE("a request line too long is 414, headers too large are 431") {
  Appliance appliance;
  const auto answer_to = [&](const std::string& request) {
    auto client = appliance.connect();
    client.say(request);
    const auto answer = client.answer();
    (void)client.ends();
    return answer ? answer->status : 0;
  };
  const std::string rest = " HTTP/1.1\r\nHost: x\r\n\r\n";
  CHECK(answer_to("GET /" + std::string(40'000, 'a') + rest) == 414);
  CHECK(answer_to("GET /?a=" + std::string(40'000, 'a') + rest) == 414);
  CHECK(answer_to("GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + std::string(40'000, 'a') +
                  "\r\n\r\n") == 431);
  std::string headers;
  for (int i = 0; i < 3000; ++i) headers += "X: y\r\n";
  CHECK(answer_to("GET /healthz HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n") == 431);
  CHECK(answer_to("GET /healthz HTTP/1.1\r\nHost: x\r\nCookie: " + std::string(20'000, 'a') +
                  "\r\n\r\n") == 431);
}

TEST_CASE("a query of thousands of parts is answered like another") {
  Appliance appliance;
  std::string query;
  for (int i = 0; i < 4000; ++i) query += "&a";
  check_problem(ask(appliance, "GET /v1/messages?" + query, with_key), 400);
}

TEST_CASE("ten requests sent ahead are answered in their order") {
  Appliance appliance;
  auto client = appliance.connect();
  const auto request = [](const std::string& line, const std::string& headers = {}) {
    return line + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
  };
  const std::string post = as_json + "Content-Length: " + std::to_string(one.size()) + "\r\n";
  client.say(request("GET /healthz") + request("POST /v1/messages", post) + one +
             request("HEAD /v1/messages", with_key) + request("OPTIONS /v1/messages") +
             request("GET /nothing") + request("DELETE /v1/messages") +
             request("POST /v1/messages") + request("GET /v1/messages", with_key) +
             request("PUT /v1/suppressions/%2B989121234567", with_key) + request("GET /readyz"));
  const int expected[] = {200, 202, 200, 204, 404, 405, 401, 200, 200, 200};
  for (int i = 0; i < 10; ++i) {
    INFO(i);
    const auto answer = client.answer(i == 2);
    REQUIRE(answer);
    CHECK(answer->status == expected[i]);
  }
  CHECK(client.silent());
}

TEST_CASE("a broken request among those sent ahead is answered, and ends the connection") {
  Appliance appliance;
  auto client = appliance.connect();
  client.say(
      "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /healthz HTTP/1.1\r\nHost: x\r\nno header\r\n\r\n"
      "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.answer()->status == 200);
  CHECK(client.answer()->status == 400);
  CHECK(client.ends());
}

TEST_CASE("a connection ends when the client says so, or speaks HTTP/1.0") {
  Appliance appliance;
  auto client = appliance.connect();
  SECTION("Connection: close") {
    client.get("/healthz", "Connection: Close\r\n");
    const auto answer = client.answer();
    CHECK(answer->status == 200);
    CHECK(answer->headers.at("connection") == "close");
    CHECK(client.ends());
  }
  SECTION("HTTP/1.0") {
    client.say("GET /healthz HTTP/1.0\r\n\r\n");
    CHECK(client.answer()->status == 200);
    CHECK(client.ends());
  }
  SECTION("HTTP/1.0 that wants to be kept") {
    client.say("GET /healthz HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
    CHECK(client.answer()->status == 200);
    client.say("GET /healthz HTTP/1.0\r\n\r\n");
    CHECK(client.answer()->status == 200);
    CHECK(client.ends());
  }
  SECTION("HTTP/1.0 in chunks, which it does not know") {
    client.say("POST /v1/messages HTTP/1.0\r\nTransfer-Encoding: chunked\r\n" + as_json +
               "\r\n0\r\n\r\n");
    check_problem(*client.answer(), 400);
    CHECK(client.ends());
  }
}

TEST_CASE("octets that are no text harm nobody") {
  Appliance appliance;
  const std::string nul(1, '\0');
  for (const auto& request : std::vector<std::string>{
           "GET /heal" + nul + "thz HTTP/1.1\r\nHost: x\r\n\r\n",
           "GET /healthz HTTP/1.1\r\nHost: x\r\nX" + nul + ": y\r\n\r\n",
           "GET /healthz HTTP/1.1\r\nHost: x\r\nX: a" + nul + "b\r\n\r\n",
           "GET /healthz HTTP/1.1\r\nHost: x\r\n" + nul + "\r\n\r\n", std::string(100, '\0'),
           std::string(50'000, '\0'), "GET /\xff\xfe HTTP/1.1\r\nHost: \xff\r\n\r\n"}) {
    auto client = appliance.connect_plain();
    client.say(request);
    client.say("GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    while (client.answer()) {
    }
  }
  CHECK(ask(appliance, "GET /healthz").status == 200);
}

TEST_CASE("a body that is announced as too large is refused before it is sent, and read past") {
  Appliance appliance;
  auto client = appliance.connect();
  client.say("POST /v1/messages HTTP/1.1\r\nHost: x\r\n" + as_json +
             "Content-Length: 4000000000\r\n\r\n");
  client.say_until_answered(std::string(10'000, 'x'));
  CHECK(client.say(std::string(500'000, 'x')));  // not reset: a slower client would lose the answer
  const auto answer = client.answer();
  REQUIRE(answer);
  check_problem(*answer, 413);
  CHECK(answer->headers.at("connection") == "close");
  CHECK(client.ends());
}

}  // namespace bank::web::test
