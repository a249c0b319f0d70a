// What people wish who write back, as the API shows it and an operator edits it.
#include <catch2/catch.hpp>

#include "tests/web/ask.hpp"
#include "web/suppression_json.hpp"

namespace bank::web::test {

using nlohmann::json;

namespace {

const std::string ali = "+989121234567";

struct Replies {
  FakeDoor door;
  Api api{door};
  Handler handler = api.handler();

  [[nodiscard]] std::optional<Response> does(const char* method, const std::string& target,
                                             const std::string& body = {},
                                             const Asked& asked = {}) const {
    return ask(handler, method, target, body, asked);
  }
  [[nodiscard]] json gets(const std::string& target) const { return json_of(does("GET", target)); }
  [[nodiscard]] std::optional<Response> imports(const std::string& csv) const {
    return does("POST", "/v1/suppressions/import", csv, {.content_type = "text/csv"});
  }
  void hold(const std::string& number) {
    scheduler::Suppression held{number, test_now, "promotional", "opt_out", "in_1 \"stop\""};
    held.how = "text";
    held.is_held = true;
    door.replies_book.keep(held);
  }
};

}  // namespace

TEST_CASE_METHOD(Replies, "a suppression says who, how and why, and its history is kept") {
  REQUIRE(does("PUT", "/v1/suppressions/" + ali, R"({"evidence":"letter of 3 May"})")->status ==
          200);
  const auto shown = gets("/v1/suppressions/" + ali);
  CHECK(shown["how"] == "api");
  CHECK(shown["by"] == "API key all");
  CHECK(shown["evidence"] == "letter of 3 May");
  CHECK(shown["held"] == false);
  CHECK(does("DELETE", "/v1/suppressions/" + ali + "?evidence=he%20called")->status == 204);
  CHECK(does("PUT", "/v1/suppressions/" + ali)->status == 200);
  const auto history = gets("/v1/suppressions/" + ali + "/history")["items"];
  REQUIRE(history.size() == 3);
  CHECK(history[1]["action"] == "lifted");
  CHECK(history[1]["evidence"] == "he called");
  CHECK(history[1]["by"] == "API key all");
  CHECK(history[2]["action"] == "suppressed");
  CHECK(gets("/v1/suppressions/" + ali + "/history?limit=2")["next"].is_string());
}

TEST_CASE_METHOD(Replies, "a topic is left by itself") {
  const std::string target = "/v1/suppressions/" + ali;
  REQUIRE(does("PUT", target, R"({"scope":"topic:news","reason":"opt_out"})")->status == 200);
  CHECK(does("GET", target)->status == 404);
  CHECK(gets(target + "?scope=topic:news")["scope"] == "topic:news");
  REQUIRE(does("PUT", target, R"({"scope":"promotional","reason":"opt_out"})")->status == 200);
  REQUIRE(does("PUT", target, R"({"scope":"topic:offers","reason":"opt_out"})")->status == 200);
  REQUIRE(does("PUT", "/v1/suppressions/+989121234568")->status == 200);
  std::vector<std::string> seen;
  std::string after;
  for (int page = 0; page < 10; ++page) {
    const auto list = gets("/v1/suppressions?limit=1" + after);
    for (const auto& one : list["items"]) {
      seen.push_back(one["number"].get<std::string>() + " " + one["scope"].get<std::string>());
    }
    if (list["next"].is_null()) break;
    after = "&after=" + list["next"].get<std::string>();
  }
  CHECK(seen == std::vector<std::string>{ali + " promotional", ali + " topic:news",
                                         ali + " topic:offers", "+989121234568 all"});
  CHECK(does("DELETE", target + "?scope=topic:news")->status == 204);
  CHECK(does("DELETE", target + "?scope=topic:news")->status == 404);
  CHECK(does("DELETE", target + "?scope=everything")->status == 400);
  CHECK(does("PUT", target, R"({"scope":"topic:No!"})")->status == 422);
  CHECK(does("PUT", target, R"({"scope":"topic:news","reason":"erasure"})")->status == 422);

  const auto sent =
      does("POST", "/v1/messages", R"({"to":"+989121234569","text":"hi","topic":"news"})");
  CHECK(json_of(sent)["topic"] == "news");
  CHECK(does("POST", "/v1/messages", R"({"to":"+989121234569","text":"hi","topic":"N"})")->status ==
        422);
}

TEST_CASE_METHOD(Replies, "what is held is listed, and confirmed or dismissed by a person") {
  hold(ali);
  hold("+989121234568");
  REQUIRE(does("PUT", "/v1/suppressions/+989121234569")->status == 200);
  CHECK(gets("/v1/suppressions?held=true")["items"].size() == 2);
  CHECK(does("GET", "/v1/suppressions?held=maybe")->status == 400);
  const auto confirmed = does("POST", "/v1/suppressions/" + ali + "/confirm");
  REQUIRE(confirmed->status == 200);
  CHECK(json_of(confirmed)["scope"] == "all");
  CHECK(json_of(confirmed)["held"] == false);
  CHECK(json_of(confirmed)["by"] == "API key all");
  CHECK(does("POST", "/v1/suppressions/+989121234568/dismiss")->status == 204);
  CHECK(does("GET", "/v1/suppressions/+989121234568")->status == 404);
  CHECK(does("POST", "/v1/suppressions/" + ali + "/confirm")->status == 409);
  CHECK(does("POST", "/v1/suppressions/" + ali + "/dismiss")->status == 409);
  CHECK(does("POST", "/v1/suppressions/nobody/confirm")->status == 422);
  CHECK(does("POST", "/v1/suppressions/nobody/dismiss")->status == 422);
  CHECK(does("GET", "/v1/suppressions/nobody/history")->status == 422);
  CHECK(gets("/v1/suppressions/" + ali + "/history")["items"][0]["action"] == "confirmed");
}

TEST_CASE_METHOD(Replies, "suppressions come in from a file, and none goes by it") {
  REQUIRE(does("PUT", "/v1/suppressions/" + ali, R"({"reason":"erasure"})")->status == 200);
  const auto done = imports("Number;Scope;Reason;Evidence;since\r\n" + ali +
                            ";promotional;opt_out;list of 2025;2025-01-02T03:04:05Z\r\n"
                            "'0912 123 4568;;;;\r\n"
                            "0912 123 4569;promotional;;\"=HYPERLINK(\"\"x\"\");y\";\r\n"
                            "0912 123 4570;topic:news;;;\r\n"
                            "0912 123 4571;topic:news;erasure;;\r\n"
                            "0912 123 4572;;;;yesterday\r\n"
                            "nobody;all;;;\r\n"
                            "0912 123 4573;some;;;\r\n"
                            "0912 123 4573;;who;;\r\n");
  REQUIRE(done->status == 200);
  const auto answer = json_of(done);
  CHECK(answer["imported"] == 4);
  CHECK(answer["rejected_count"] == 5);
  CHECK(answer["rejected"][0]["line"] == 6);
  CHECK(answer["rejected"][2]["to"] == "nobody");
  CHECK(gets("/v1/suppressions/" + ali)["reason"] == "erasure");
  const auto one = gets("/v1/suppressions/+989121234568");
  CHECK(one["scope"] == "all");
  CHECK(one["reason"] == "opt_out");
  CHECK(one["how"] == "import");
  CHECK(gets("/v1/suppressions/+989121234570?scope=topic:news")["how"] == "import");

  const auto file = does("GET", "/v1/suppressions/export");
  REQUIRE(file->status == 200);
  CHECK(file->content_type == "text/csv; charset=utf-8");
  CHECK_THAT(file->body, Catch::StartsWith("number,since,scope,reason,how,by,evidence,held\r\n"));
  CHECK_THAT(file->body, Catch::Contains("\"'=HYPERLINK(\"\"x\"\");y\""));
  const auto again = imports(file->body);
  CHECK(json_of(again)["imported"] == 4);
  CHECK(json_of(again)["rejected_count"] == 0);
  CHECK(does("GET", "/v1/suppressions/export")->body == file->body);

  CHECK(imports("name,reason\nali,opt_out\n")->status == 422);
  CHECK(imports("")->status == 422);
  CHECK(imports("number\n\"+989121234567\n")->status == 422);
  CHECK(does("POST", "/v1/suppressions/import", "{}")->status == 415);
}

TEST_CASE_METHOD(Replies, "a file is read as spreadsheets write it") {
  CHECK(json_of(imports("\xEF\xBB\xBFnumber\n" + ali + "\n"))["imported"] == 1);
  std::string wide = "\xFF\xFE";
  for (const char c : "number\n+989121234568\n" + std::string()) wide += {c, '\0'};
  CHECK(json_of(imports(wide))["imported"] == 1);
  const auto bad = json_of(imports("number,evidence\n+989121234569,\xE9t\xE9\n"));
  CHECK(bad["rejected_count"] == 1);
  CHECK(does("GET", "/v1/suppressions/+989121234569")->status == 404);
}

TEST_CASE_METHOD(Replies, "what waits for a person goes on waiting when its export is sent in") {
  hold(ali);
  const auto file = does("GET", "/v1/suppressions/export");
  CHECK(json_of(imports(file->body))["imported"] == 1);
  CHECK(gets("/v1/suppressions?held=true")["items"].size() == 1);
}

TEST_CASE("a list of suppressions goes on behind any of them") {
  for (const std::string scope : {"all", "topic:news", ""}) {
    const auto after = behind_key(key_behind({ali, {}, scope, "", ""}));
    CHECK(after.number == ali);
    CHECK(after.scope == scope);
  }
  CHECK(behind_key("+1").number == "+1");
}

TEST_CASE_METHOD(Replies, "an import is 503 while the disk fails, and may be sent again") {
  door.broken = Unavailable{"the disk is full; free some space", std::chrono::seconds{30}};
  const auto answer = imports("number\n" + ali + "\n");
  CHECK(answer->status == 503);
  CHECK_THAT(answer->body, Catch::Contains("send it again"));
}

TEST_CASE_METHOD(Replies, "an operator adds keywords and takes them away") {
  const auto first = gets("/v1/keywords")["items"];
  CHECK(first.size() > 100);
  REQUIRE(does("PUT", "/v1/keywords/NoMore%20News",
               R"({"wish":"opt_out","topic":"news","language":"en"})")
              ->status == 200);
  CHECK(gets("/v1/keywords")["items"].size() == first.size() + 1);
  CHECK(does("DELETE", "/v1/keywords/nomore%20news?wish=opt_out")->status == 204);
  CHECK(does("DELETE", "/v1/keywords/nomore%20news?wish=opt_out")->status == 404);
  CHECK(gets("/v1/keywords")["items"] == first);
  CHECK(does("DELETE", "/v1/keywords/cancel?wish=opt_out&language=en")->status == 204);
  CHECK(gets("/v1/keywords")["items"].size() == first.size() - 1);
  REQUIRE(does("PUT", "/v1/keywords/cancel", R"({"wish":"opt_out"})")->status == 200);
  CHECK(gets("/v1/keywords")["items"].size() == first.size());
  CHECK(does("DELETE", "/v1/keywords/cancel")->status == 400);

  CHECK(does("PUT", "/v1/keywords/cancel", R"({"wish":"later"})")->status == 422);
  CHECK(does("PUT", "/v1/keywords/cancel", R"({"wish":"help","topic":"news"})")->status == 422);
  CHECK(does("PUT", "/v1/keywords/cancel", R"({"wish":"opt_in","topic":"N"})")->status == 422);
  CHECK(does("PUT", "/v1/keywords/cancel", "{}")->status == 422);
  CHECK(does("PUT", "/v1/keywords/cancel", "[]")->status == 400);
  CHECK(does("PUT", "/v1/keywords/...", R"({"wish":"help"})")->status == 422);
  CHECK(does("DELETE", "/v1/keywords/...?wish=help")->status == 422);
  door.replies_book.full = true;
  CHECK(does("PUT", "/v1/keywords/one", R"({"wish":"help"})")->status == 409);
}

TEST_CASE_METHOD(Replies, "an answer that goes out by itself is made, shown, changed and removed") {
  const std::string target = "/v1/answers/closed";
  const std::string body =
      R"({"match":"any","hours":{"days":["mon","fri"],"from":"09:00","to":"17:30","outside":true},)"
      R"("sims":["8998110000000000001"],"text":"We are closed."})";
  const auto made = does("PUT", target, body);
  REQUIRE(made->status == 200);
  CHECK(json_of(made)["enabled"] == false);
  CHECK(gets(target) == json_of(made));
  CHECK(gets(target)["hours"]["to"] == "17:30");
  CHECK(gets(target)["hours"]["days"] == json::array({"mon", "fri"}));
  CHECK(gets("/v1/answers")["items"].size() == 1);
  for (const auto& wrong : {
           R"({"text":"x"})",
           R"({"match":"any"})",
           R"({"match":"any","keywords":["x"],"text":"x"})",
           R"({"match":"some","keywords":["x"],"text":"x"})",
           R"({"keywords":["..."],"text":"x"})",
           R"({"keywords":["x"],"text":"x","sims":["none"]})",
           R"({"keywords":["x"],"text":"x","hours":{"from":"25:00"}})",
           R"({"keywords":["x"],"text":"x","hours":{"from":"24:00"}})",
           R"({"keywords":["x"],"text":"x","hours":{"days":["someday"]}})",
           R"({"keywords":["x"],"text":"x","hours":{"days":[]}})",
           R"({"keywords":["x"],"text":"x","hours":5})",
           R"({"keywords":["x"],"text":"x\u0007"})",
           R"({"keywords":["x"],"text":"x","place":-1})",
           R"({"keywords":"x","text":"x"})",
           R"({"keywords":["x"],"text":"x","enabled":1})",
       }) {
    INFO(wrong);
    CHECK(does("PUT", target, wrong)->status == 422);
  }
  CHECK(gets(target) == json_of(made));
  const std::string long_name = "/v1/answers/" + std::string(65, 'x');
  CHECK(does("PUT", long_name, body)->status == 422);
  CHECK(does("GET", long_name)->status == 422);
  CHECK(does("DELETE", long_name)->status == 422);
  CHECK(does("PUT", target, "5")->status == 400);
  CHECK(does("DELETE", target)->status == 204);
  CHECK(does("DELETE", target)->status == 404);
  CHECK(does("GET", target)->status == 404);
  door.replies_book.full = true;
  CHECK(does("PUT", target, body)->status == 409);
}

}  // namespace bank::web::test
