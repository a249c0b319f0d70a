// A batch from its file to the network, and what becomes of one that breaks off.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/program/harness.hpp"
#include "tests/program/record.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;

std::string csv_of(int messages) {
  std::string csv = "to;text;priority\r\n";
  for (int i = 0; i < messages; ++i) {
    csv += fmt::format("+98912{:07};\"number {}; سلام\";5\r\n", i, i);
  }
  return csv;
}

std::vector<std::string> send_csv(const std::string& address, const std::string& key,
                                  const std::string& file) {
  return {program(), "send", "--url", "http://" + address, "--key", key, "--csv", file};
}

long in_state(const json& batch, const std::string& state) {
  return batch.at("counts").at(state).get<long>();
}

/// A request whose body goes on for ever, as far as the server knows.
std::string endless_upload(const std::string& key) {
  return fmt::format(
      "POST /v1/messages/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n"
      "Content-Type: application/x-ndjson\r\nContent-Length: 100000000\r\n\r\n",
      key);
}

std::string ndjson_of(int messages) {
  std::string lines;
  for (int i = 0; i < messages; ++i) {
    lines += fmt::format("{{\"to\":\"+98913{:07}\",\"text\":\"never\"}}\n", i);
  }
  return lines;
}

}  // namespace

TEST_CASE("a CSV file is sent whole, each line once, refused lines with their reason", "[batch]") {
  constexpr int messages = 400;  // a short batch
  const Folder folder;
  const Rack rack(folder, 4, {"--latency-ms", "5", "--report-delay-ms", "5"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const auto address = serve.address();
  const Api api(address, key);
  const auto file = folder.write("list.csv", csv_of(messages) + "12;too short;5\r\n");

  const Ran sent = run(send_csv(address, key, file), folder / "send");
  CHECK(sent.status == 1);
  CHECK_THAT(sent.out, Catch::Contains("400 accepted, 1 rejected"));
  CHECK_THAT(sent.err, Catch::Contains("line 402, to"));
  const auto batch = api.get("/v1/batches").at("items").at(0);
  CHECK(batch.at("state") == "open");
  CHECK(batch.at("accepted") == messages);
  CHECK(batch.at("rejected_count") == 1);
  const auto path = "/v1/batches/" + batch.at("id").get<std::string>();
  CHECK(api.get(path + "/rejections").at("items").at(0).at("line") == 402);
  REQUIRE(holds_within(patience, [&] { return in_state(api.get(path), "delivered") == messages; }));
  const auto taken = by_recipient(rack.taken());
  CHECK(taken.size() == messages);
  for (const auto& [number, parts] : taken) {
    CAPTURE(number);
    CHECK(parts.size() == 1);
  }
  // The same file once more, as one whose answer was lost.
  auto again = send_csv(address, key, file);
  again.insert(again.end(), {"--idempotency-key", "list-1"});
  CHECK_THAT(run(again, folder / "send-2").out, Catch::Contains("400 accepted"));
  CHECK_THAT(run(again, folder / "send-3").out, Catch::Contains("400 accepted"));
  CHECK(api.get("/v1/batches").at("items").size() == 2);
}

TEST_CASE("an upload that breaks off leaves nothing, whoever broke it off", "[batch]") {
  const bool killed = GENERATE(false, true);
  CAPTURE(killed);
  const Folder folder;
  const Rack rack(folder, 2, {"--latency-ms", "5"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  auto serve = std::make_unique<Serve>(folder, config);
  {
    const Api api(serve->address(), key);
    REQUIRE(api.wait_until_ready({"slot-01", "slot-02"}));
    web::test::HttpClient client(serve->address());
    REQUIRE(client.say(endless_upload(key)));
    REQUIRE(client.say(ndjson_of(3500)));
    REQUIRE(holds_within(patience, [&] { return api.counts()["queued"] >= 3000; }));
    CHECK(api.get("/v1/batches").at("items").at(0).at("state") == "receiving");
    const auto newest = api.get("/v1/messages?limit=1").at("items").at(0);
    CHECK(newest.at("hold").at("reason") == "batch_receiving");
    if (killed) {
      serve->child().kill();
      serve = std::make_unique<Serve>(folder, config, 2);
    }
  }
  const Api api(serve->address(), key);
  REQUIRE(holds_within(patience, [&] { return api.counts()["queued"] == 0; }));
  CHECK(api.get("/v1/batches").at("items").empty());
  CHECK(api.get("/v1/messages").at("items").empty());
  const json single = api.post({{"to", "+989120000001"}, {"text", "one"}});
  const auto end = api.wait_for_state(single.at("id"), {"sent", "delivered"});
  INFO(end);
  CHECK(rack.taken().size() == 1);
}

TEST_CASE("who asks for what came since then misses nothing that came during an upload",
          "[batch]") {
  const Folder folder;
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  const auto begun = api.post({{"to", "+989120000001"}, {"text", "before"}});
  web::test::HttpClient upload(serve.address());
  const auto lines = ndjson_of(10);
  REQUIRE(upload.say(
      fmt::format("POST /v1/messages/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n"
                  "Content-Type: application/x-ndjson\r\nContent-Length: {}\r\n\r\n",
                  key, lines.size())));
  REQUIRE(upload.say(lines.substr(0, lines.size() / 2)));
  const auto of = [](const json& message) { return message.at("created_at").get<std::string>(); };
  // Until the clock has gone on, behind what the upload read already.
  json during;
  REQUIRE(holds_within(patience, [&] {
    during = api.post({{"to", "+989120000002"}, {"text", "during"}});
    return of(during) > of(begun);
  }));
  REQUIRE(upload.say(lines.substr(lines.size() / 2)));
  REQUIRE(upload.answer()->status == 202);
  const auto found = api.get("/v1/messages?limit=1000&since=" + of(during)).at("items");
  CHECK(std::any_of(found.begin(), found.end(),
                    [&](const json& one) { return one.at("id") == during.at("id"); }));
}

TEST_CASE("a batch that is paused stands still while others go, and goes on", "[batch]") {
  constexpr int messages = 300;
  const Folder folder;
  const Rack rack(folder, 2, {"--latency-ms", "20", "--report-delay-ms", "5"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const auto address = serve.address();
  const Api api(address, key);
  REQUIRE(api.wait_until_ready({"slot-01", "slot-02"}));
  const auto file = folder.write("list.csv", csv_of(messages));
  REQUIRE(run(send_csv(address, key, file), folder / "send").status == 0);
  const auto id = api.get("/v1/batches").at("items").at(0).at("id").get<std::string>();
  const auto path = "/v1/batches/" + id;
  REQUIRE(holds_within(patience, [&] { return in_state(api.get(path), "delivered") > 10; }));

  CHECK(api.change("POST", path + "/pause").status == 200);
  REQUIRE(holds_within(patience, [&] { return in_state(api.get(path), "sending") == 0; }));
  const auto standing = in_state(api.get(path), "queued");
  CHECK(standing > 0);
  for (int i = 0; i < 20; ++i) {
    const json other = api.post({{"to", fmt::format("+9891500000{:02}", i)}, {"text", "x"}});
    REQUIRE(api.wait_for_state(other.at("id"), {"sent", "delivered"}).at("state") != "queued");
  }
  CHECK(in_state(api.get(path), "queued") == standing);
  const auto held = api.get("/v1/messages?state=queued&batch=" + id).at("items").at(0);
  CHECK(held.at("hold").at("reason") == "batch_paused");

  SECTION("resumed") {
    CHECK(api.change("POST", path + "/resume").status == 200);
    REQUIRE(
        holds_within(patience, [&] { return in_state(api.get(path), "delivered") == messages; }));
    CHECK(by_recipient(rack.taken()).size() == messages + 20);
  }
  SECTION("cancelled") {
    CHECK(api.change("DELETE", path).status == 200);
    REQUIRE(
        holds_within(patience, [&] { return in_state(api.get(path), "cancelled") == standing; }));
    CHECK(api.change("POST", path + "/resume").status == 409);
    CHECK(api.get(path).at("state") == "cancelled");
    CHECK(by_recipient(rack.taken()).size() == static_cast<std::size_t>(messages - standing + 20));
  }
}

}  // namespace bank::program::test
