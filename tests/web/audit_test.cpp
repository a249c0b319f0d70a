// The audit log over HTTP: pages, exports, the proof of its chain.
#include <catch2/catch.hpp>

#include "tests/web/ask.hpp"
#include "web/csv.hpp"
#include "web/csv_cell.hpp"

namespace bank::web::test {
namespace {

using Catch::Contains;
using namespace std::chrono_literals;
using nlohmann::json;

struct House {
  std::optional<Response> get(const std::string& target, const std::string& key = good_key) {
    return ask(api.handler(), "GET", target, "", {.key = key});
  }
  void note(const std::string& action, const std::string& object = "msg_1",
            const std::string& detail = "{}") {
    door.audit_book.note({"API key shop", action, object, detail}, test_now);
  }
  FakeDoor door;
  Api api{door};
};

std::vector<CsvRecord> records_of(const std::string& text) {
  std::vector<CsvRecord> records;
  CsvReader reader([&](CsvRecord record) {
    records.push_back(std::move(record));
    return true;
  });
  reader.read(text);
  reader.finish();
  return records;
}

}  // namespace

TEST_CASE("the audit log is for administrators") {
  House house;
  house.note("message.cancel");
  for (const char* path : {"/v1/audit", "/v1/audit/export", "/v1/audit/verify"}) {
    CHECK(house.get(path)->status == 200);
    CHECK(house.get(path, reader_key)->status == 403);
    CHECK(house.get(path, sender_key)->status == 403);
    CHECK(house.get(path, "")->status == 401);
    CHECK(ask(house.api.handler(), "DELETE", path)->status == 405);
  }
}

TEST_CASE("entries come newest first, in pages, by who and what") {
  House house;
  for (int i = 0; i < 5; ++i) house.note("message.cancel", "msg_" + std::to_string(i));
  house.note("suppression.put", "+989121234567", R"({"scope":"all"})");
  auto page = json_of(house.get("/v1/audit?limit=4"));
  REQUIRE(page["items"].size() == 4);
  const auto& first = page["items"][0];
  CHECK(first["id"] == 6);
  CHECK(first["by"] == "API key shop");
  CHECK(first["action"] == "suppression.put");
  CHECK(first["object"] == "+989121234567");
  CHECK(first["detail"] == json{{"scope", "all"}});
  CHECK(first["at"] == "2026-11-22T10:00:00.000Z");
  CHECK(first["previous"] == page["items"][1]["hash"]);
  page = json_of(house.get("/v1/audit?limit=4&after=" + page["next"].get<std::string>()));
  CHECK(page["items"].size() == 2);
  CHECK(page["next"].is_null());
  CHECK(json_of(house.get("/v1/audit?action=suppression.put"))["items"].size() == 1);
  CHECK(json_of(house.get("/v1/audit?by=API%20key%20shop"))["items"].size() == 6);
  CHECK(json_of(house.get("/v1/audit?by=somebody"))["items"].empty());
  CHECK(house.get("/v1/audit?from=x")->status == 400);
  CHECK(house.get("/v1/audit?after=x")->status == 400);
}

TEST_CASE("a detail that somebody broke does not break the answer") {
  House house;
  house.note("message.cancel", "msg_1", R"({"a":)");
  const auto page = json_of(house.get("/v1/audit"));
  CHECK(page["items"][0]["detail"] == R"({"a":)");
}

TEST_CASE("an export holds all entries, oldest first, page after page") {
  House house;
  for (int i = 0; i < 7; ++i) house.note("message.cancel", "line\nbreak " + std::to_string(i));
  std::string all;
  std::string target = "/v1/audit/export?limit=3";
  int pages = 0;
  while (!target.empty()) {
    const auto page = house.get(target);
    REQUIRE(page->status == 200);
    CHECK(page->content_type == "application/x-ndjson");
    all += page->body;
    ++pages;
    const auto link = header_of(*page, "Link");
    target = link.empty() ? "" : link.substr(1, link.find('>') - 1);
    if (!link.empty()) CHECK_THAT(link, Contains("rel=\"next\""));
  }
  CHECK(pages == 3);
  std::vector<json> lines;
  for (std::size_t begin = 0; begin < all.size();) {
    const auto end = all.find('\n', begin);
    lines.push_back(json::parse(all.substr(begin, end - begin)));
    begin = end + 1;
  }
  REQUIRE(lines.size() == 7);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CHECK(lines[i]["id"] == i + 1);
    CHECK(lines[i]["object"] == "line\nbreak " + std::to_string(i));
    CHECK(lines[i]["detail"] == "{}");  // as it was hashed
    if (i > 0) CHECK(lines[i]["previous"] == lines[i - 1]["hash"]);
  }
  CHECK(house.get("/v1/audit/export?format=xml")->status == 400);
  CHECK(house.get("/v1/audit/export?limit=1001")->status == 400);
}

TEST_CASE("an export for spreadsheets has no formula in it, whatever names say") {
  House house;
  const std::vector<std::string> names{"=HYPERLINK(\"http://x\")",
                                       "+989121234567",
                                       "-1+1",
                                       "@SUM(A1)",
                                       "\tx",
                                       "a,b;c",
                                       "say \"hi\"",
                                       "two\r\nlines",
                                       "plain"};
  for (const auto& name : names) house.note("key.create", name);
  const auto page = house.get("/v1/audit/export?format=csv");
  CHECK_THAT(std::string(page->content_type), Contains("text/csv"));
  const auto records = records_of(page->body);
  REQUIRE(records.size() == names.size() + 1);
  CHECK(records[0].fields.at(4) == "object");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto& fields = records[i + 1].fields;
    REQUIRE(fields.size() == 8);
    const bool is_guarded = fields[4] == "'" + names[i];
    CHECK((is_guarded || fields[4] == names[i]));
    for (const auto& field : fields) {
      INFO(field);
      CHECK(std::string("=+-@\t\r").find(field.front()) == std::string::npos);
    }
  }
  // The second page has no header: pages one after the other are one file.
  const auto first = house.get("/v1/audit/export?format=csv&limit=4");
  const auto link = header_of(*first, "Link");
  const auto second = house.get(link.substr(1, link.find('>') - 1));
  CHECK(records_of(first->body + second->body).size() == 9);
}

TEST_CASE("the chain is proved in steps, and the first entry that is wrong is named") {
  House house;
  house.door.audit_book.walked = {.entries = 10'000, .next = 10'000};
  auto answer = json_of(house.get("/v1/audit/verify"));
  CHECK(answer["ok"] == true);
  CHECK(answer["entries"] == 10'000);
  CHECK(answer["first_broken"].is_null());
  CHECK(answer["last_hash"].get<std::string>().size() == 64);
  house.door.audit_book.walked = {.entries = 7, .first_broken = 10'007, .why = "it is gone"};
  answer = json_of(house.get("/v1/audit/verify?after=" + answer["next"].get<std::string>()));
  CHECK(answer["ok"] == false);
  CHECK(answer["first_broken"] == 10'007);
  CHECK(answer["why"] == "it is gone");
  CHECK(answer["next"].is_null());
  REQUIRE(house.door.audit_book.asked.size() == 2);
  CHECK(house.door.audit_book.asked[0] == std::pair<std::int64_t, std::size_t>(0, 10'000));
  CHECK(house.door.audit_book.asked[1] == std::pair<std::int64_t, std::size_t>(10'000, 10'000));
}

TEST_CASE("who asks for a change is handed on by the name of the key") {
  FakeDoor door;
  Api api(door);
  const auto call = [&](const char* method, const std::string& target,
                        const std::string& body = "") {
    door.asked_by.clear();
    (void)ask(api.handler(), method, target, body);
    return door.asked_by;
  };
  const auto made =
      json_of(ask(api.handler(), "POST", "/v1/messages", R"({"to":"+989121234567","text":"x"})"));
  const auto message = "/v1/messages/" + made["id"].get<std::string>();
  const auto batch =
      "/v1/batches/" + json_of(ask(api.handler(), "POST", "/v1/messages",
                                   R"({"to":["+989121234567"],"text":"x"})"))["batch"]
                           .get<std::string>();
  CHECK(call("DELETE", message) == "API key all");
  CHECK(call("POST", message + "/requeue") == "API key all");
  CHECK(call("POST", batch + "/pause") == "API key all");
  CHECK(call("POST", batch + "/resume") == "API key all");
  CHECK(call("DELETE", batch) == "API key all");
  CHECK(call("PUT", "/v1/suppressions/+989121234567") == "API key all");
  CHECK(call("DELETE", "/v1/suppressions/+989121234567") == "API key all");
  for (const auto* target :
       {"/v1/suppressions/+989121234567/confirm", "/v1/suppressions/+989121234567/dismiss"}) {
    CHECK(call("POST", target) == "API key all");
  }
  CHECK(call("PUT", "/v1/keywords/enough", R"({"wish":"opt_out"})") == "API key all");
  CHECK(call("DELETE", "/v1/keywords/enough?wish=opt_out") == "API key all");
  CHECK(call("PUT", "/v1/answers/a", R"({"match":"any","text":"x"})") == "API key all");
  CHECK(call("DELETE", "/v1/answers/a") == "API key all");
  CHECK(call("POST", "/v1/modems/slot-01/restart") == "API key all");
  CHECK(call("POST", "/v1/modems/slot-01/pause") == "API key all");
  CHECK(call("POST", "/v1/modems/slot-01/resume") == "API key all");
  CHECK(call("POST", "/v1/modems/slot-01/ussd", R"({"code":"*140#"})") == "API key all");
}

}  // namespace bank::web::test
