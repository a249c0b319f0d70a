// What people write as conversations, and hostile texts among it.
#include <catch2/catch.hpp>

#include "tests/web/ask.hpp"

namespace bank::web::test {

using nlohmann::json;

namespace {

struct Talks {
  FakeDoor door;
  Api api{door};
  Handler handler = api.handler();
  std::string ali, bank;

  Talks() {
    ali = add({scheduler::ConversationId{1}, "+989121234567", "number", "open", 2, test_now,
               "8998110000000000001", "salam"});
    bank = add({scheduler::ConversationId{2}, "Bank", "name", "done", 0,
                test_now - std::chrono::hours{1}, "", std::nullopt});
  }
  std::string add(scheduler::ConversationView view) {
    door.conversations_book.all.push_back(view);
    return "/v1/conversations/" + scheduler::outside(view.id);
  }
  [[nodiscard]] std::optional<Response> does(const char* method, const std::string& target,
                                             const std::string& body = {}) const {
    return ask(handler, method, target, body);
  }
  [[nodiscard]] json gets(const std::string& target) const { return json_of(does("GET", target)); }
};

}  // namespace

TEST_CASE_METHOD(Talks, "conversations are listed, who wrote last first, and filtered") {
  CHECK(gets("/v1/conversations")["items"].size() == 2);
  const auto first = gets("/v1/conversations?limit=1");
  CHECK(first["items"][0]["party"] == "+989121234567");
  const auto rest = gets("/v1/conversations?limit=1&after=" + first["next"].get<std::string>());
  CHECK(rest["items"][0]["party"] == "Bank");
  CHECK(rest["items"][0]["sim"].is_null());
  CHECK(rest["next"].is_null());
  CHECK(gets("/v1/conversations?state=done")["items"].size() == 1);
  CHECK(gets("/v1/conversations?unread=true")["items"].size() == 1);
  for (const auto* wrong : {"state=all", "unread=1", "after=xyz"}) {
    CHECK(does("GET", std::string("/v1/conversations?") + wrong)->status == 400);
  }
  const auto items = gets(ali + "/items");
  CHECK(items["items"].empty());
}

TEST_CASE_METHOD(Talks, "a conversation is read, done and open again") {
  CHECK(json_of(does("POST", ali + "/read"))["unread"] == 0);
  CHECK(json_of(does("POST", ali + "/done"))["state"] == "done");
  CHECK(json_of(does("POST", ali + "/open"))["state"] == "open");
  CHECK(gets(ali)["state"] == "open");
  for (const auto* what : {"", "/items"}) {
    CHECK(does("GET", "/v1/conversations/con_zzzzzzzzzzzzz" + std::string(what))->status == 404);
  }
  for (const auto* what : {"/read", "/done", "/open"}) {
    CHECK(does("POST", "/v1/conversations/con_0000000000009" + std::string(what))->status == 404);
    CHECK(does("POST", "/v1/conversations/x" + std::string(what))->status == 404);
  }
}

TEST_CASE_METHOD(Talks, "notes are kept, and have a bound") {
  CHECK(does("POST", ali + "/notes", R"({"text":"called him,\nhe is fine"})")->status == 204);
  CHECK(door.conversations_book.notes.at(0) == "API key all: called him,\nhe is fine");
  CHECK(does("POST", ali + "/notes", "{}")->status == 422);
  CHECK(does("POST", ali + "/notes", R"({"text":"\u0000"})")->status == 422);
  CHECK(does("POST", ali + "/notes", "5")->status == 400);
  CHECK(does("POST", "/v1/conversations/con_0000000000009/notes", R"({"text":"x"})")->status ==
        404);
  door.conversations_book.full = true;
  CHECK(does("POST", ali + "/notes", R"({"text":"x"})")->status == 409);
}

TEST_CASE_METHOD(Talks, "a reply goes to the party by the SIM that it wrote to") {
  const auto sent = does("POST", ali + "/reply", R"({"text":"we are open"})");
  REQUIRE(sent->status == 202);
  CHECK(json_of(sent)["to"] == "+989121234567");
  CHECK(json_of(sent)["sim"] == "8998110000000000001");
  CHECK(json_of(does("POST", ali + "/reply", R"({"text":"x","pool":"default"})"))["sim"].is_null());
  CHECK(does("POST", ali + "/reply", R"({"text":"x","to":"+989121234568"})")->status == 422);
  CHECK(does("POST", ali + "/reply", R"({"text":""})")->status == 422);
  CHECK(does("POST", ali + "/reply", "[]")->status == 400);
  const auto refused = does("POST", bank + "/reply", R"({"text":"x"})");
  CHECK(refused->status == 422);
  CHECK_THAT(refused->body, Catch::Contains("nobody_to_answer"));
  CHECK(does("POST", "/v1/conversations/con_0000000000009/reply", R"({"text":"x"})")->status ==
        404);
}

TEST_CASE_METHOD(Talks, "hostile texts come out as data, with what was said in order") {
  const std::vector<std::string> hostile{
      "<script>alert(1)</script>", "=HYPERLINK(\"http://x\")", "a\x01\x1B[2J\x7F b",
      "\u202Egpj.exe\u202C",       std::string(38'000, 'x'),   "\"}],\"next\":\"",
  };
  std::vector<scheduler::ConversationItem> lines;
  for (const auto& text : hostile) {
    scheduler::InboundView view{};
    view.kind = scheduler::InboundKind::text;
    view.from = "+989121234567";
    view.text = text;
    view.received_at = test_now;
    view.parts = 1;
    const auto id = door.hear(view);
    lines.push_back({test_now, scheduler::ConversationItem::In{id, scheduler::MessageId{7}}});
    door.conversations_book.hits.insert(door.conversations_book.hits.begin(),
                                        {id, scheduler::ConversationId{1}});
  }
  const auto sent = json_of(does("POST", ali + "/reply", R"({"text":"we are open"})"));
  lines.push_back({test_now, *scheduler::message_id(sent["id"].get<std::string>())});
  lines.push_back({test_now, scheduler::ConversationItem::Note{1, "API key all", "<b>"}});
  door.conversations_book.lines = lines;
  std::vector<std::string> texts;
  std::string after;
  json last;
  for (int page = 0; page < 10; ++page) {
    const auto list = gets(ali + "/items?limit=3" + after);
    for (const auto& item : list["items"]) {
      if (item["kind"] == "in") texts.push_back(item["inbound"]["text"].get<std::string>());
      if (item["kind"] == "in") CHECK(item["answers"] == "msg_0000000000007");
      if (item["kind"] == "out") CHECK(item["message"]["text"] == "we are open");
      last = item;
    }
    if (list["next"].is_null()) break;
    after = "&after=" + list["next"].get<std::string>();
  }
  CHECK(texts == hostile);
  CHECK(last["kind"] == "note");
  CHECK(last["text"] == "<b>");
  CHECK(does("GET", ali + "/items?after=xyz")->status == 400);

  const auto hits = gets("/v1/conversations/search?q=%22x%22%20OR%20*&limit=2");
  CHECK(hits["items"].size() == 2);
  CHECK(door.conversations_book.queries.back() == "\"x\" OR *");
  const auto rest = gets("/v1/conversations/search?q=x&after=" + hits["next"].get<std::string>());
  CHECK(rest["items"].size() == hostile.size() - 2);
  CHECK(does("GET", "/v1/conversations/search")->status == 400);
  CHECK(does("GET", "/v1/conversations/search?q=" + std::string(201, 'x'))->status == 400);
}

}  // namespace bank::web::test
