// What the SIMs received, as a client reads it.
#include <catch2/catch.hpp>

#include "scheduler/inbound.hpp"
#include "tests/web/appliance.hpp"
#include "tests/web/ask.hpp"
#include "web/query.hpp"

namespace bank::web::test {

using nlohmann::json;
using scheduler::InboundId;
using scheduler::InboundKind;
using scheduler::InboundView;
using namespace std::chrono_literals;

namespace {

InboundView heard(std::string text) {
  InboundView view{};
  view.kind = InboundKind::text;
  view.from = "+989121234567";
  view.from_kind = at::Address::Kind::international;
  view.sim = scheduler::SimId{1};
  view.sim_outside = "8998110000000000001";
  view.to = "+989120000001";
  view.modem = "slot-01";
  view.text = std::move(text);
  view.received_at = test_now;
  view.sent_at = test_now - 2s;
  return view;
}

InboundView heard_data(InboundKind kind, std::string hex) {
  auto view = heard("");
  view.kind = kind;
  view.text.reset();
  view.data = std::move(hex);
  return view;
}

std::string path_of(InboundId id) {
  return "/v1/inbox/" + scheduler::outside(id);
}

std::vector<std::string> texts_of(const json& page) {
  std::vector<std::string> texts;
  for (const auto& item : page.at("items")) texts.push_back(item.at("text"));
  return texts;
}

}  // namespace

TEST_CASE("a received text comes as INTERFACES lists it, alone and in the list") {
  FakeDoor door;
  Api api(door);
  const auto id = door.hear(heard("hello"));
  const auto response = ask(api.handler(), "GET", path_of(id), "", {.key = reader_key});
  REQUIRE(response->status == 200);
  CHECK(json_of(response) == json{{"id", scheduler::outside(id)},
                                  {"kind", "text"},
                                  {"from", "+989121234567"},
                                  {"from_type", "international"},
                                  {"to", "+989120000001"},
                                  {"sim", "8998110000000000001"},
                                  {"modem", "slot-01"},
                                  {"text", "hello"},
                                  {"data", nullptr},
                                  {"received_at", "2026-11-22T10:00:00.000Z"},
                                  {"sent_at", "2026-11-22T09:59:58.000Z"},
                                  {"complete", true},
                                  {"parts", 1},
                                  {"missing", json::array()},
                                  {"class", nullptr},
                                  {"mwi", nullptr},
                                  {"ports", nullptr},
                                  {"problem", nullptr},
                                  {"blocked", false},
                                  {"loopback", false}});
  const auto list = json_of(ask(api.handler(), "GET", "/v1/inbox", "", {.key = reader_key}));
  REQUIRE(list["items"].size() == 1);
  CHECK(list["items"][0] == json_of(response));
  CHECK(list["next"].is_null());
}

TEST_CASE("what blocked senders wrote is listed for who asks for it, in the same order") {
  FakeDoor door;
  Api api(door);
  auto spam = heard("buy");
  spam.is_blocked = true;
  const auto first = door.hear(spam);
  door.hear(heard("hello"));
  const auto get = [&](const std::string& query) {
    return ask(api.handler(), "GET", "/v1/inbox" + query);
  };
  CHECK(texts_of(json_of(get(""))) == std::vector<std::string>{"hello"});
  CHECK(texts_of(json_of(get("?blocked=false"))) == std::vector<std::string>{"hello"});
  const auto all = json_of(get("?blocked=true"));
  CHECK(texts_of(all) == std::vector<std::string>{"buy", "hello"});
  CHECK(all["items"][0]["blocked"] == true);
  CHECK(json_of(ask(api.handler(), "GET", path_of(first)))["blocked"] == true);
  CHECK(get("?blocked=yes")->status == 400);
}

TEST_CASE("what the rack wrote to itself is listed for who asks for it") {
  FakeDoor door;
  Api api(door);
  auto own = heard("modembank loop-back 0123456789abc");
  own.is_loopback = true;
  const auto first = door.hear(own);
  door.hear(heard("hello"));
  const auto get = [&](const std::string& query) {
    return ask(api.handler(), "GET", "/v1/inbox" + query);
  };
  CHECK(json_of(get(""))["items"].size() == 1);
  CHECK(json_of(get("?blocked=true"))["items"].size() == 1);
  const auto all = json_of(get("?loopback=true"));
  REQUIRE(all["items"].size() == 2);
  CHECK(all["items"][0]["loopback"] == true);
  CHECK(json_of(ask(api.handler(), "GET", path_of(first)))["loopback"] == true);
  CHECK(get("?loopback=1")->status == 400);
}

TEST_CASE("an inbox with nothing in it is an empty list") {
  FakeDoor door;
  Api api(door);
  const auto response = ask(api.handler(), "GET", "/v1/inbox");
  CHECK(response->status == 200);
  CHECK(response->body == R"({"items":[],"next":null})");
}

TEST_CASE("binary data comes as hex with its ports and no text") {
  FakeDoor door;
  Api api(door);
  auto view = heard_data(InboundKind::binary, "00ff80");
  view.destination_port = 2948;
  view.source_port = 9200;
  const auto got = json_of(ask(api.handler(), "GET", path_of(door.hear(view))));
  CHECK(got["kind"] == "binary");
  CHECK(got["text"].is_null());
  CHECK(got["data"] == "00ff80");
  CHECK(got["ports"] == json{{"destination", 2948}, {"source", 9200}});

  view.source_port.reset();
  const auto other = json_of(ask(api.handler(), "GET", path_of(door.hear(view))));
  CHECK(other["ports"] == json{{"destination", 2948}, {"source", nullptr}});
}

TEST_CASE("what waits is told as `pdu decode` tells it") {
  using Kind = at::MessageWaiting::Kind;
  FakeDoor door;
  Api api(door);
  for (const auto& [kind, name] :
       std::vector<std::pair<Kind, std::string>>{{Kind::voice, "voice"},
                                                 {Kind::fax, "fax"},
                                                 {Kind::email, "email"},
                                                 {Kind::other, "other"},
                                                 {Kind::video, "video"}}) {
    auto view = heard("");
    view.kind = InboundKind::waiting;
    view.waiting = at::MessageWaiting{kind, true, false};
    const auto got = json_of(ask(api.handler(), "GET", path_of(door.hear(view))));
    CHECK(got["kind"] == "waiting");
    CHECK(got["text"] == "");
    CHECK(got["mwi"] == json{{"kind", name}, {"active", true}, {"store", false}});
  }
}

TEST_CASE("a call from nobody says null, not an empty number") {
  FakeDoor door;
  Api api(door);
  auto view = heard("");
  view.kind = InboundKind::call;
  view.from.clear();
  view.from_kind = at::Address::Kind::unknown;
  view.to.clear();
  view.text.reset();
  view.sent_at.reset();
  const auto got = json_of(ask(api.handler(), "GET", path_of(door.hear(view))));
  CHECK(got["kind"] == "call");
  for (const auto* name : {"from", "from_type", "to", "text", "data", "sent_at"}) {
    INFO(name);
    CHECK(got.at(name).is_null());
  }
}

TEST_CASE("a message with a gap says so and names the parts that did not come") {
  FakeDoor door;
  Api api(door);
  auto view = heard("first\xEF\xBF\xBDthird");
  view.complete = false;
  view.parts = 4;
  view.missing = {2, 4};
  view.message_class = 0;
  const auto got = json_of(ask(api.handler(), "GET", path_of(door.hear(view))));
  CHECK(got["complete"] == false);
  CHECK(got["parts"] == 4);
  CHECK(got["missing"] == json{2, 4});
  CHECK(got["class"] == 0);
}

TEST_CASE("what cannot be read is there as it came, with the reason") {
  FakeDoor door;
  Api api(door);
  auto view = heard_data(InboundKind::unreadable, "0791");
  view.problem = "TP-UDL at octet 24 is beyond the PDU";
  view.from_kind = at::Address::Kind::alphanumeric;
  view.from = "Bank";
  const auto got = json_of(ask(api.handler(), "GET", path_of(door.hear(view))));
  CHECK(got["kind"] == "unreadable");
  CHECK(got["data"] == "0791");
  CHECK(got["problem"] == "TP-UDL at octet 24 is beyond the PDU");
  CHECK(got["from"] == "Bank");
  CHECK(got["from_type"] == "alphanumeric");
}

TEST_CASE("the inbox is read page by page, oldest first, without loss or repetition") {
  FakeDoor door;
  Api api(door);
  for (int i = 0; i < 7; ++i) door.hear(heard(std::to_string(i)));
  std::vector<std::string> seen;
  std::string target = "/v1/inbox?limit=3";
  for (int page = 0; page < 3; ++page) {
    const auto got = json_of(ask(api.handler(), "GET", target));
    for (const auto& text : texts_of(got)) seen.push_back(text);
    CHECK(got["next"].is_null() == (page == 2));
    if (page == 0) door.hear(heard("late"));  // comes at the end, not in between
    if (page < 2) target = "/v1/inbox?limit=3&after=" + got["next"].get<std::string>();
  }
  CHECK(seen == std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "late"});
}

TEST_CASE("a full last page has no next") {
  FakeDoor door;
  Api api(door);
  for (int i = 0; i < 3; ++i) door.hear(heard(std::to_string(i)));
  const auto got = json_of(ask(api.handler(), "GET", "/v1/inbox?limit=3"));
  CHECK(got["items"].size() == 3);
  CHECK(got["next"].is_null());
}

TEST_CASE("who polls goes on after the id of the last item he has seen") {
  FakeDoor door;
  Api api(door);
  door.hear(heard("a"));
  door.hear(heard("b"));
  const auto first = json_of(ask(api.handler(), "GET", "/v1/inbox"));
  CHECK(texts_of(first) == std::vector<std::string>{"a", "b"});
  const auto target = "/v1/inbox?after=" + first["items"].back()["id"].get<std::string>();
  CHECK(json_of(ask(api.handler(), "GET", target))["items"].empty());
  door.hear(heard("c"));
  CHECK(texts_of(json_of(ask(api.handler(), "GET", target))) == std::vector<std::string>{"c"});
}

TEST_CASE("an `after` that is no place in the inbox is refused, and says what is one") {
  FakeDoor door;
  Api api(door);
  const auto message = json_of(
      ask(api.handler(), "POST", "/v1/messages", R"({"to":"+989121234567","text":"hi"})"))["id"];
  for (const auto& after :
       {std::string("1"), std::string("in_"), std::string("in_0000000000000"),
        std::string("in_z000000000001"), std::string("in_000000000000l"),
        std::string("in_00000000000010"), std::string("IN_0000000000001"),
        message.get<std::string>(), cursor('m', "1"), cursor('n', "0"), cursor('n', "-1"),
        cursor('n', "99999999999999999999"), std::string(300, 'A')}) {
    INFO(after);
    const auto response = ask(api.handler(), "GET", "/v1/inbox?after=" + after);
    REQUIRE(response->status == 400);
    CHECK(json_of(response)["errors"][0]["pointer"] == "?after");
  }
  const auto told = ask(api.handler(), "GET", "/v1/inbox?after=1");
  CHECK_THAT(json_of(told)["detail"].get<std::string>(), Catch::Contains("id of an item"));
  // The id of a message names no place in any other list.
  CHECK(ask(api.handler(), "GET", "/v1/messages?after=in_0000000000001")->status == 400);
}

TEST_CASE("the inbox takes `limit` and `after` and nothing else") {
  FakeDoor door;
  Api api(door);
  for (const auto* bad : {"limit=0", "limit=1001", "limit=x", "limit=1&limit=1", "from=%2B98912",
                          "state=unread", "before=in_0000000000001"}) {
    INFO(bad);
    CHECK(ask(api.handler(), "GET", std::string("/v1/inbox?") + bad)->status == 400);
  }
  CHECK(ask(api.handler(), "GET", "/v1/inbox?limit=1000")->status == 200);
}

TEST_CASE("what is not in the inbox is 404, whatever it looks like") {
  FakeDoor door;
  Api api(door);
  door.hear(heard("hi"));
  for (const auto* id : {"in_0000000000002", "in_7zzzzzzzzzzzz", "in_zzzzzzzzzzzzz",
                         "msg_0000000000001", "1", "in_", "%00", "in_000000000000%31x"}) {
    INFO(id);
    const auto response = ask(api.handler(), "GET", std::string("/v1/inbox/") + id);
    CHECK(response->status == 404);
    CHECK(flaw_of_problem(*response).empty());
    CHECK(json_of(response)["type"] == "urn:modembank:problem:no_such_inbound");
  }
}

TEST_CASE("the inbox is not read without the scope read") {
  FakeDoor door;
  Api api(door);
  const auto id = door.hear(heard("private"));
  for (const auto& target : {std::string("/v1/inbox"), path_of(id)}) {
    INFO(target);
    for (const auto& [key, status] : std::vector<std::pair<std::string, int>>{
             {"", 401}, {revoked_key, 401}, {sender_key, 403}}) {
      const auto response = ask(api.handler(), "GET", target, "", {.key = key});
      CHECK(response->status == status);
      CHECK_THAT(response->body, !Catch::Contains("private"));
    }
  }
}

TEST_CASE("whatever a sender writes comes back as he wrote it, and nothing of it is markup") {
  FakeDoor door;
  Api api(door);
  const std::vector<std::string> texts{
      std::string("a\0b", 3),                          // NUL ends nothing
      "\x01\x07\x08\x0C\x1B[2J\x7F",                   // what a terminal would obey
      "line\r\nline\tend",                             //
      "\"},{\"id\":\"in_0000000000009\"",              // closes nothing
      "back\\slash \\u0041 \\",                        // is no escape of ours
      "\u202Etxt.exe\u2066\u2069\u200F",               // bidirectional controls
      "\u2028\u2029\u0085\uFEFF",                      // line ends of JavaScript and others
      "<script>alert(1)</script>",                     //
      "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9",  // an emoji of several
      "سلام دنیا",                                     //
  };
  for (const auto& text : texts) {
    INFO(text);
    auto view = heard(text);
    view.from = text;  // a name is the sender's choice as well
    view.from_kind = at::Address::Kind::alphanumeric;
    const auto response = ask(api.handler(), "GET", path_of(door.hear(view)));
    CHECK(json_of(response)["text"] == text);
    CHECK(json_of(response)["from"] == text);
    CHECK(json_of(response).size() == 20);
    for (const char c : response->body) {
      const auto octet = static_cast<unsigned char>(c);
      CHECK((octet >= 0x20 && octet != 0x7F));  // none goes out as it is
    }
  }
  const auto all = json_of(ask(api.handler(), "GET", "/v1/inbox"));
  CHECK(texts_of(all) == texts);
}

TEST_CASE("octets that are no UTF-8 become the replacement character, and the answer stays JSON") {
  FakeDoor door;
  Api api(door);
  for (const std::string text : {"\xED\xA0\x80",              // half of a pair
                                 "\xED\xBF\xBF\xED\xA0\x80",  // two, in the wrong order
                                 "\xC0\x80", "\xF4\x90\x80\x80", "a\xFF", "\xE2\x80"}) {
    auto view = heard(text);
    view.from = text;
    view.problem = text;
    const auto got = json_of(ask(api.handler(), "GET", path_of(door.hear(view))));
    REQUIRE(got.is_object());
    for (const auto* name : {"text", "from", "problem"}) {
      CHECK_THAT(got[name].get<std::string>(), Catch::Contains("\xEF\xBF\xBD"));
    }
  }
  const auto list = json_of(ask(api.handler(), "GET", "/v1/inbox"));
  CHECK(list["items"].size() == 6);
}

TEST_CASE("a usual page of the longest messages goes out whole over a socket") {
  Appliance appliance;
  const std::string longest(255 * 153, 'x');
  for (std::size_t i = 0; i < Page::usual; ++i) {
    auto view = heard(longest);
    view.parts = 255;
    appliance.door.hear(view);
  }
  auto client = appliance.connect_plain();  // not recorded: it is 4 MB
  client.say("GET /v1/inbox HTTP/1.1\r\nHost: x\r\n" + with_key + "\r\n");
  const auto answer = client.answer();
  REQUIRE(answer);
  CHECK(answer->status == 200);
  const auto page = json::parse(answer->body);
  REQUIRE(page["items"].size() == Page::usual);
  CHECK(page["items"].back()["text"] == longest);
  CHECK(page["next"].is_null());
}

TEST_CASE("ids of the inbox are of fixed width, sort as they came, and are read back") {
  using scheduler::inbound_id;
  using scheduler::outside;
  CHECK(outside(InboundId{1}) == "in_0000000000001");
  CHECK(outside(InboundId{32}) == "in_0000000000010");
  std::string before;
  for (const std::int64_t id : {1LL, 31LL, 32LL, 1'000'000LL, 9'223'372'036'854'775'807LL}) {
    const auto text = outside(InboundId{id});
    CHECK(text.size() == 16);
    CHECK(text > before);
    CHECK(inbound_id(text) == InboundId{id});
    before = text;
  }
  for (const auto* none : {"", "in_", "in_0000000000000", "in_8000000000000", "in_000000000000u",
                           "bat_0000000000001", "in_00000000000001"}) {
    INFO(none);
    CHECK_FALSE(inbound_id(none));
  }
}

}  // namespace bank::web::test
