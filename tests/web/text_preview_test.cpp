// What a text takes, while it is written.
#include <catch2/catch.hpp>

#include "tests/web/ask.hpp"
#include "web/text_preview.hpp"

namespace bank::web::test {

using nlohmann::json;

namespace {

json preview(const std::string& text, const std::string& encoding = "auto") {
  FakeDoor door;
  Api api(door);
  const json body{{"text", text}, {"encoding", encoding}};
  return json_of(ask(api.handler(), "POST", "/v1/text/preview", body.dump(), {.key = reader_key}));
}

}  // namespace

TEST_CASE("a text's parts and what is left in the last are counted while it is written") {
  CHECK(preview("hello") == json{{"encoding", "gsm7"},
                                 {"parts", 1},
                                 {"units_left", 155},
                                 {"forcing", json::array()},
                                 {"plain", nullptr}});
  CHECK(preview(std::string(160, 'a'))["units_left"] == 0);
  CHECK(preview(std::string(161, 'a'))["parts"] == 2);
  CHECK(preview(std::string(161, 'a'))["units_left"] == 2 * 153 - 161);
  CHECK(preview("[x]")["units_left"] == 155);  // brackets take two
  CHECK(preview("سلام")["units_left"] == 66);
  CHECK(preview("😀")["units_left"] == 68);
}

TEST_CASE("what forces UCS-2 is pointed at, and the plain form is offered where there is one") {
  const auto typed = preview("I’m here — now");
  CHECK(typed["encoding"] == "ucs2");
  CHECK(typed["forcing"] ==
        json{{{"index", 1}, {"character", "’"}}, {{"index", 9}, {"character", "—"}}});
  CHECK(typed["plain"] == json{{"text", "I'm here - now"}, {"parts", 1}});
  CHECK(preview("سلام")["plain"] == nullptr);
  CHECK(preview("سلام")["forcing"].size() == 4);
  CHECK(preview(std::string(1500, 'a') + "中")["forcing"] ==
        json{{{"index", 1500}, {"character", "中"}}});
}

TEST_CASE("what cannot be sent is said where it is written") {
  for (const auto& [body, status] :
       std::vector<std::pair<std::string, int>>{{R"({"text":""})", 422},
                                                {R"({"text":"a\u0007b"})", 422},
                                                {R"({"text":7})", 422},
                                                {R"({})", 422},
                                                {R"({"text":"a","encoding":"morse"})", 422},
                                                {R"({"text":"中","encoding":"gsm7"})", 422},
                                                {R"([])", 400}}) {
    FakeDoor door;
    Api api(door);
    INFO(body);
    const auto response = ask(api.handler(), "POST", "/v1/text/preview", body);
    CHECK(response->status == status);
    CHECK(flaw_of_problem(*response) == "");
  }
}

}  // namespace bank::web::test
