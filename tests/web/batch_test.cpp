#include <catch2/catch.hpp>

#include "tests/web/ask.hpp"
#include "web/batch_check.hpp"
#include "web/batch_upload.hpp"

namespace bank::web::test {

namespace {

using Catch::Contains;
using nlohmann::json;

constexpr std::string_view path = "/v1/messages/batch";

Asked csv(std::string charset = "") {
  Asked asked;
  asked.content_type = "text/csv" + (charset.empty() ? "" : "; charset=" + charset);
  return asked;
}
Asked ndjson() {
  Asked asked;
  asked.content_type = "application/x-ndjson";
  return asked;
}

struct Batches {
  FakeDoor door;
  Api api{door};
  Handler handler = api.handler();

  std::optional<Response> post(const std::string& body, const Asked& asked) {
    return ask(handler, "POST", path, body, asked);
  }
};

}  // namespace

TEST_CASE_METHOD(Batches, "a batch of NDJSON is accepted line by line") {
  const auto answer = post(
      "{\"to\":\"09121234567\",\"text\":\"one\"}\n\n"
      "{\"to\":\"abc\",\"text\":\"two\"}\r\n"
      "not json\n"
      "{\"to\":[\"+981\"],\"text\":\"x\"}\n"
      "{\"to\":\"+982\",\"text\":\"\",\"priority\":12}\n"
      "{\"to\":\"+983\",\"text\":\"three\",\"priority\":7,\"class\":\"promotional\"}",
      ndjson());
  REQUIRE(answer);
  CHECK(answer->status == 202);
  CHECK(header_of(*answer, "Location") == "/v1/batches/bat_0000000000001");
  const auto told = json_of(answer);
  CHECK(told["batch"] == "bat_0000000000001");
  CHECK(told["accepted"] == 2);
  CHECK(told["rejected_count"] == 4);
  const auto& rejected = told["rejected"];
  REQUIRE(rejected.size() == 4);
  CHECK(rejected[0]["line"] == 3);
  CHECK(rejected[0]["field"] == "to");
  CHECK(rejected[0]["to"] == "abc");
  CHECK(rejected[1]["line"] == 4);
  CHECK(rejected[1]["field"].is_null());
  CHECK(rejected[1]["to"].is_null());
  CHECK_THAT(rejected[1]["reason"].get<std::string>(), Contains("not JSON"));
  CHECK(rejected[2]["field"] == "to");
  CHECK_THAT(rejected[3]["reason"].get<std::string>(), Contains("2 errors"));
  const auto lines = door.lines_of(1);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].line == 1);
  CHECK(lines[0].message.to == "+989121234567");
  CHECK(lines[1].line == 7);
  CHECK(lines[1].message.priority == 7);
}

TEST_CASE_METHOD(Batches, "a batch of CSV is accepted with any field of a message") {
  const auto answer = post(
      "\xEF\xBB\xBFTo;Text;Priority;report;send_at\r\n"
      "09121234567;\"hello; you\";9;FALSE;\r\n"
      "+982;second;;;2026-11-23T10:00:00+03:30\r\n"
      "+983;third;high;;\r\n"
      "+984;too;1;1;;many\r\n",
      csv());
  REQUIRE(answer);
  CHECK(answer->status == 202);
  const auto told = json_of(answer);
  CHECK(told["accepted"] == 2);
  CHECK(told["rejected"][0]["line"] == 4);
  CHECK(told["rejected"][0]["field"] == "priority");
  CHECK(told["rejected"][1]["line"] == 5);
  const auto lines = door.lines_of(1);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].message.text == "hello; you");
  CHECK(lines[0].message.priority == 9);
  CHECK_FALSE(lines[0].message.report);
  CHECK(lines[1].message.send_at.has_value());
}

TEST_CASE_METHOD(Batches,
                 "a file in a code page is read when it is named, and refused by name else") {
  const std::string arabic = "to,text\n+981,\xD3\xE1\xC7\xE3\n";
  const auto refused = post(arabic, csv());
  REQUIRE(refused);
  CHECK(refused->status == 415);
  CHECK(flaw_of_problem(*refused).empty());
  CHECK_THAT(refused->body, Contains("windows-1256") && Contains("line 2"));
  CHECK(door.batches_there() == 0);
  CHECK(post(arabic, csv("windows-1256"))->status == 202);
  CHECK(door.lines_of(1).front().message.text == "سلام");
  // In a file that is UTF-8 otherwise it is the fault of a line.
  const auto told = json_of(post("to,text\n+981,سلام\n+982,\xD3\xE1\n+983,x\n", csv()));
  CHECK(told["accepted"] == 2);
  CHECK(told["rejected"][0]["line"] == 3);
}

TEST_CASE_METHOD(Batches, "a file may end without a line end in any encoding") {
  CHECK(json_of(post("to,text\n+84912345678,Xin cha", csv("windows-1258")))["accepted"] == 1);
  CHECK(door.lines_of(1).front().message.text == "Xin cha");
}

TEST_CASE_METHOD(Batches, "a line may have 64 KiB without its end, in either format") {
  const auto json_line = [](std::size_t octets) {
    const std::string line = "{\"to\":\"+981\",\"text\":\"x\"}";
    return line + std::string(octets - line.size(), ' ');
  };
  const auto csv_line = [](std::size_t octets) { return "+981," + std::string(octets - 5, 'x'); };
  constexpr std::size_t most = 65'536;
  for (const std::string end : {"\n", "\r\n"}) {
    CAPTURE(end);
    CHECK(json_of(post(json_line(most) + end, ndjson()))["accepted"] == 1);
    const auto over = json_of(post(json_line(most + 1) + end, ndjson()))["rejected"][0];
    CHECK_THAT(over["reason"].get<std::string>(), Contains("65536") && Contains("shorten"));
    // Too long for a message, but not for a line.
    const auto text = json_of(post("to,text" + end + csv_line(most) + end, csv()))["rejected"][0];
    CHECK(text["field"] == "text");
    const auto line = json_of(post("to,text" + end + csv_line(most + 1) + end, csv()));
    CHECK(line["rejected"][0]["field"].is_null());
    CHECK_THAT(line["rejected"][0]["reason"].get<std::string>(),
               Contains("65536") && Contains("shorten"));
  }
  const auto quoted = post("to,text\n+981,\"" + std::string(most, 'x') + "\"\n+982,y\n", csv());
  CHECK(quoted->status == 422);
  CHECK_THAT(quoted->body, Contains("line 2") && Contains("65536") && Contains("shorten"));
}

TEST_CASE_METHOD(Batches, "what makes nothing of a batch readable refuses it as a whole") {
  const auto refuse = [&](const std::string& body, const Asked& asked, int status,
                          const std::string& why) {
    CAPTURE(body.substr(0, 60));
    const auto answer = post(body, asked);
    REQUIRE(answer);
    CHECK(answer->status == status);
    CHECK(flaw_of_problem(*answer).empty());
    CHECK_THAT(answer->body, Contains(why));
  };
  refuse("", ndjson(), 400, "no line");
  refuse("\n \n", ndjson(), 400, "no line");
  refuse("", csv(), 400, "header");
  refuse("number,text\n", csv(), 422, "number");
  refuse("to,to,text\n", csv(), 422, "twice");
  refuse("to,class\n", csv(), 422, "text");
  refuse("to,text\n+981,\"open\n+982,x\n", csv(), 422, "line 2");
  refuse("x", csv("ebcdic"), 415, "ebcdic");
  Asked json_type;
  refuse("{}", json_type, 415, "x-ndjson");
  CHECK(door.batches_there() == 0);
  const auto only_header = post("to,text\n", csv());
  CHECK(only_header->status == 202);
  CHECK(json_of(only_header)["accepted"] == 0);
}

TEST_CASE_METHOD(Batches,
                 "a long batch goes to the store in pieces, and one broken off is dropped") {
  std::string body;
  for (int i = 0; i < 2500; ++i) {
    body += "{\"to\":\"+98" + std::to_string(100'000 + i) + "\",\"text\":\"x\"}\n";
  }
  CHECK(json_of(post(body, ndjson()))["accepted"] == 2500);
  CHECK(door.pieces == std::vector<std::size_t>{1000, 1000, 500});
  CHECK(door.drops == 0);

  const auto broken_csv = "to,text\n" + [] {
    std::string lines;
    for (int i = 0; i < 1500; ++i) lines += "+98" + std::to_string(100'000 + i) + ",x\n";
    return lines;
  }() + "+981,\"open";
  CHECK(post(broken_csv, csv())->status == 422);
  CHECK(door.drops == 1);
  CHECK(door.batches_there() == 1);
}

TEST_CASE_METHOD(Batches, "an upload pauses while the store has two of its pieces") {
  const std::string good = "Bearer " + good_key;
  RequestHead head{};
  head.method = "POST";
  head.path = path;
  head.authorization = good;
  head.content_type = "application/x-ndjson";
  auto admission = handler(head);
  auto& upload = std::get<std::unique_ptr<Upload>>(admission);
  door.held = true;
  std::string thousand;
  for (int i = 0; i < 1000; ++i) {
    thousand += "{\"to\":\"+98" + std::to_string(100'000 + i) + "\",\"text\":\"x\"}\n";
  }
  int went_on = 0;
  const auto go_on = [&] { ++went_on; };
  CHECK(upload->take(thousand, go_on) == Upload::Next::more);
  CHECK(upload->take(thousand, go_on) == Upload::Next::pause);
  CHECK(went_on == 0);
  CHECK(door.waiting() == 2);
  door.held = false;
  door.release();
  CHECK(went_on == 1);

  SECTION("and is dropped when it ends there") {
    upload.reset();
    CHECK(door.drops == 1);
    CHECK(door.batches_there() == 0);
  }
  SECTION("and is refused when the store fails") {
    door.broken = Unavailable{"the disk is full", std::chrono::seconds{5}};
    CHECK(upload->take(thousand, go_on) == Upload::Next::refuse);
    const auto answer = upload->finish([](const Finish&) { FAIL("answered twice"); });
    REQUIRE(answer);
    CHECK(answer->status == 503);
    CHECK(header_of(*answer, "Retry-After") == "5");
    upload.reset();
    CHECK(door.drops == 1);
  }
}

TEST_CASE_METHOD(Batches, "so many uploads run at once, the next is told to come again") {
  const std::string good = "Bearer " + good_key;
  RequestHead head{};
  head.method = "POST";
  head.path = path;
  head.authorization = good;
  head.content_type = "text/csv";
  std::vector<Admission> running;
  for (int i = 0; i < BatchUpload::most_at_once; ++i) running.push_back(handler(head));
  const auto refused = post("to,text\n+981,x\n", csv());
  CHECK(refused->status == 503);
  CHECK(header_of(*refused, "Retry-After") == "5");
  running.pop_back();
  CHECK(post("to,text\n+981,x\n", csv())->status == 202);
  CHECK(post("to,text\n+981,x\n", csv())->status == 202);
}

TEST_CASE_METHOD(Batches, "files that are checked take no place of those that are sent") {
  const std::string good = "Bearer " + good_key;
  RequestHead head{};
  head.method = "POST";
  head.path = path;
  head.query = "check=true";
  head.authorization = good;
  head.content_type = "text/csv";
  std::vector<Admission> running;
  for (int i = 0; i < BatchCheck::most_at_once; ++i) running.push_back(handler(head));
  const auto refused = handler(head);
  REQUIRE(std::holds_alternative<Response>(refused));
  CHECK(std::get<Response>(refused).status == 503);
  CHECK(post("to,text\n+981,x\n", csv())->status == 202);
  running.pop_back();
  CHECK(std::holds_alternative<std::unique_ptr<Upload>>(handler(head)));
}

TEST_CASE_METHOD(Batches, "a batch with an Idempotency-Key is accepted once") {
  auto asked = ndjson();
  asked.idempotency_key = "batch-1";
  const std::string body = "{\"to\":\"+981\",\"text\":\"x\"}\n";
  const auto first = post(body, asked);
  const auto second = post(body, asked);
  CHECK(first->body == second->body);
  CHECK(header_of(*second, "Idempotent-Replayed") == "true");
  CHECK(door.batches_there() == 1);
  CHECK(post(body + body, asked)->status == 422);

  asked.idempotency_key = "not\na key";
  CHECK(post(body, asked)->status == 400);
  asked.idempotency_key = "batch-1";

  door.held = true;
  CHECK_FALSE(post(body, asked).has_value());
  CHECK(post(body, asked)->status == 409);
  door.held = false;
  door.release();
  CHECK(post(body, asked)->status == 202);
}

TEST_CASE_METHOD(Batches, "an Idempotency-Key of one call is not another call's") {
  const std::string body = R"({"to":"+981","text":"x"})";
  auto asked = ndjson();
  asked.idempotency_key = "order-7";
  const Asked single{.idempotency_key = "order-7"};
  SECTION("of a message, then of a batch") {
    REQUIRE(ask(handler, "POST", "/v1/messages", body, single)->status == 202);
    const auto answer = post(body, asked);
    CHECK(answer->status == 422);
    CHECK(json_of(answer)["type"] == "urn:modembank:problem:idempotency_key_reused");
    CHECK_THAT(answer->body, Contains("call"));
  }
  SECTION("of a batch, then of a message") {
    REQUIRE(post(body, asked)->status == 202);
    CHECK(ask(handler, "POST", "/v1/messages", body, single)->status == 422);
  }
  CHECK(door.batches_there() + door.messages_made() == 1);
}

TEST_CASE_METHOD(Batches, "a batch that is being received ends with its upload, and is told so") {
  const std::string good = "Bearer " + good_key;
  RequestHead head{};
  head.method = "POST";
  head.path = path;
  head.authorization = good;
  head.content_type = "application/x-ndjson";
  auto admission = handler(head);
  std::string thousand;
  for (int i = 0; i < 1000; ++i) thousand += "{\"to\":\"+981\",\"text\":\"x\"}\n";
  REQUIRE(std::get<std::unique_ptr<Upload>>(admission)->take(thousand, [] {}) ==
          Upload::Next::more);
  const std::string one = "/v1/batches/bat_0000000000001";
  REQUIRE(json_of(ask(handler, "GET", one))["state"] == "receiving");
  const auto answer = ask(handler, "DELETE", one);
  CHECK(answer->status == 409);
  CHECK(flaw_of_problem(*answer).empty());
  CHECK_THAT(answer->body, Contains("upload") && !Contains("nothing of it is left"));
}

TEST_CASE_METHOD(Batches, "a class that the key may not send is a refused line") {
  auto asked = ndjson();
  asked.key = sender_key;
  const auto told =
      json_of(post("{\"to\":\"+981\",\"text\":\"x\",\"class\":\"promotional\"}\n"
                   "{\"to\":\"+982\",\"text\":\"x\"}\n",
                   asked));
  CHECK(told["accepted"] == 1);
  CHECK(told["rejected"][0]["field"] == "class");
}

TEST_CASE_METHOD(Batches, "batches are listed, read, paused, resumed and cancelled") {
  for (int i = 0; i < 3; ++i) {
    post("{\"to\":\"+981\",\"text\":\"x\"}\nbad\n", ndjson());
  }
  auto page = json_of(ask(handler, "GET", "/v1/batches?limit=2"));
  REQUIRE(page["items"].size() == 2);
  CHECK(page["items"][0]["id"] == "bat_0000000000003");
  page =
      json_of(ask(handler, "GET", "/v1/batches?limit=2&after=" + page["next"].get<std::string>()));
  REQUIRE(page["items"].size() == 1);
  CHECK(page["next"].is_null());
  const auto& batch = page["items"][0];
  CHECK(batch["state"] == "open");
  CHECK(batch["accepted"] == 1);
  CHECK(batch["rejected_count"] == 1);
  CHECK(batch["counts"]["queued"] == 1);
  CHECK(batch["counts"]["delivered"] == 0);

  const std::string one = "/v1/batches/bat_0000000000001";
  CHECK(json_of(ask(handler, "GET", one)) == batch);
  CHECK(json_of(ask(handler, "POST", one + "/pause"))["state"] == "paused");
  CHECK(ask(handler, "POST", one + "/pause")->status == 409);
  CHECK(json_of(ask(handler, "POST", one + "/resume"))["state"] == "open");
  CHECK(ask(handler, "POST", one + "/resume")->status == 409);
  CHECK(json_of(ask(handler, "DELETE", one))["state"] == "cancelled");
  CHECK(ask(handler, "DELETE", one)->status == 409);
  CHECK(ask(handler, "GET", "/v1/batches/bat_0000000000009")->status == 404);
  CHECK(ask(handler, "DELETE", "/v1/batches/bat_0000000000009")->status == 404);
  CHECK(ask(handler, "POST", "/v1/batches/nonsense/pause")->status == 404);
  CHECK(json_of(ask(handler, "GET", one + "/rejections"))["items"][0]["line"] == 2);
  CHECK(ask(handler, "GET", "/v1/batches/bat_0000000000009/rejections")->status == 404);
  const auto options = ask(handler, "OPTIONS", path);
  CHECK(header_of(*options, "Allow") == "POST, OPTIONS");
  CHECK(ask(handler, "GET", path)->status == 405);
  CHECK(ask(handler, "POST", "/v1/batches/bat_0000000000009/resume")->status == 404);
}

TEST_CASE_METHOD(Batches, "a file is checked, and nothing of it is kept") {
  const auto check = [&](const std::string& query, const std::string& body, const Asked& asked) {
    return ask(handler, "POST", std::string(path) + query, body, asked);
  };
  const auto answer = check(
      "?check=true",
      "to,text\n09121234567,one\nabc,two\n09121234568," + std::string(200, 'x') + "\n", csv());
  REQUIRE(answer);
  CHECK(answer->status == 200);
  const auto told = json_of(answer);
  CHECK(told["messages"] == 2);
  CHECK(told["parts"] == 3);
  CHECK(told["rejected_count"] == 1);
  CHECK(told["rejected"][0]["line"] == 3);
  CHECK(told["rejected"][0]["to"] == "abc");
  CHECK(json_of(ask(handler, "GET", "/v1/batches", ""))["items"].empty());
  CHECK(json_of(ask(handler, "GET", "/v1/messages", ""))["items"].empty());
  const auto long_cells =
      json_of(check("?check=true", "to,text\n" + std::string(60'000, 'x') + ",hello\n", csv()));
  CHECK(long_cells["rejected"][0]["to"].get<std::string>().size() <= 512);
  CHECK(check("?check=true", "number,words\n1,2\n", csv())->status == 422);
  CHECK(check("?check=true", "x", Asked{.content_type = "text/html"})->status == 415);
  CHECK(check("?check=yes", "to,text\n", csv())->status == 400);
  CHECK(check("?check=false", "to,text\n09121234567,one\n", csv())->status == 202);
}

}  // namespace bank::web::test
