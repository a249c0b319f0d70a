// The disk: what it cannot do now is refused with what to do, what is safe goes on, and when it is
// well again so is the program, without a restart.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/program/harness.hpp"
#include "tests/program/record.hpp"
#include "tests/program/shimmed_disk.hpp"

namespace bank::program::test {
namespace {

using Catch::Contains;
using nlohmann::json;
namespace fs = std::filesystem;

json message_to(int number, int parts = 1) {
  return {{"to", fmt::format("+98912{:07}", number)},
          {"text", std::string(parts == 1 ? 20 : static_cast<std::size_t>(parts) * 150, 'x')}};
}

struct Posted {
  std::string id;
  std::string to;
  int parts;
};

/// Messages of one part, and each third of three.
std::vector<Posted> post(const Api& api, int from, int count) {
  std::vector<Posted> posted;
  for (int i = from; i < from + count; ++i) {
    const int parts = i % 3 == 2 ? 3 : 1;
    const json message = message_to(i, parts);
    posted.push_back({api.post(message).at("id"), message.at("to"), parts});
  }
  return posted;
}

long parts_told(const Api& api) {
  const std::string mark = "modembank_parts_total{outcome=\"sent\"} ";
  const std::string text = api.ask_for("/metrics").body;
  const auto at = text.find(mark);
  return at == std::string::npos ? 0 : std::stol(text.substr(at + mark.size()));
}

std::size_t count_in(const std::string& text, const std::string& what) {
  std::size_t count = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

void check_refused(const web::test::HttpAnswer& answer, const std::string& what_to_do) {
  INFO(answer.body);
  CHECK(answer.status == 503);
  CHECK(answer.headers.contains("retry-after"));
  CHECK(answer.headers.at("content-type") == "application/problem+json");
  CHECK_THAT(answer.body, Contains(what_to_do));
}

/// Whether all of them have left, or are already where they should go.
bool all_sent(const Api& api, std::size_t messages) {
  return holds_within(patience, [&] {
    auto counts = api.counts();
    return counts["sent"] + counts["delivered"] == static_cast<long>(messages);
  });
}

/// Every part of every message was taken by the network once, and nothing else was.
void check_sent_once(const Rack& rack, const std::vector<Posted>& posted) {
  auto taken = by_recipient(rack.taken());
  CHECK(taken.size() == posted.size());
  for (const auto& message : posted) {
    INFO(message.id << " to " << message.to);
    const auto& parts = taken[message.to];
    REQUIRE(parts.size() == static_cast<std::size_t>(message.parts));
    for (int i = 0; i < message.parts; ++i) {
      CHECK(parts[static_cast<std::size_t>(i)].part.part == i + 1);
    }
  }
}

constexpr int modem_count = 4;

struct Trouble {
  std::string what_to_do;
  std::function<void()> begin;
  std::function<void()> end;
};

/// Modems have parts in hand when the trouble begins; it lasts until they have told how those
/// ended, and longer.
void live_through(const Rack& rack, Serve& serve, const std::string& key, const Trouble& trouble) {
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01", "slot-02", "slot-03", "slot-04"}));
  constexpr int messages = 36;
  constexpr int parts = messages / 3 * 5;
  auto posted = post(api, 0, messages);
  REQUIRE(holds_within(patience, [&] { return parts_told(api) >= 6; }));

  trouble.begin();
  const json refused = message_to(900);
  REQUIRE(holds_within(patience, [&] { return api.ask_for("/readyz").status == 503; }));
  check_refused(api.try_post(refused), trouble.what_to_do);
  CHECK_THAT(api.ask_for("/readyz").body, Contains(trouble.what_to_do));
  CHECK(api.ask_for("/healthz").status == 200);
  // Nothing is begun any more, and what was begun comes to its end.
  long told = -1;
  REQUIRE(holds_within(patience, [&] {
    std::this_thread::sleep_for(1s);
    return std::exchange(told, parts_told(api)) == parts_told(api);
  }));
  CHECK(told < parts);
  CHECK(api.get("/v1/messages/" + posted.front().id).at("id") == posted.front().id);
  CHECK(api.all("/v1/messages").size() == posted.size());
  const auto cancelled = api.all("/v1/messages?state=queued");
  REQUIRE_FALSE(cancelled.empty());
  CHECK_FALSE(cancelled.front().at("hold").is_null());
  check_refused(
      api.change("DELETE", "/v1/messages/" + cancelled.front().at("id").get<std::string>()),
      trouble.what_to_do);

  trouble.end();
  REQUIRE(holds_within(patience, [&] { return api.ask_for("/readyz").status == 200; }));
  const auto more = post(api, 100, 8);
  posted.insert(posted.end(), more.begin(), more.end());
  const bool are_sent = all_sent(api, posted.size());
  INFO("messages by state: " << json(api.counts()) << "\nserve said:\n" << serve.child().err());
  CHECK(are_sent);
  CHECK(api.all("/v1/messages").size() == posted.size());
  serve.child().signal(SIGTERM);
  CHECK(serve.child().wait() == 0);
  check_sent_once(rack, posted);
  const std::string log = serve.child().err();
  CHECK(count_in(log, "event=store.failed") >= 1);
  CHECK(count_in(log, "event=store.failed") < 5);  // one a minute
  CHECK(count_in(log, "event=store.well") >= 1);
}

Rack slow_rack(const Folder& folder) {
  return Rack(folder, modem_count, {"--latency-ms", "400"});
}

}  // namespace

TEST_CASE("a disk that takes no writes refuses what is new, and all that was accepted is sent once",
          "[disk]") {
  const std::pair<std::string, std::string> moods[] = {{"full", "make room on the disk"},
                                                       {"eio", "look at `dmesg`"},
                                                       {"readonly", "check owner, mode"}};
  for (const auto& [mood, what_to_do] : moods) {
    INFO("the disk is " << mood);
    const Folder folder;
    const Rack rack = slow_rack(folder);
    const auto config = write_config(folder);
    const auto key = make_key(folder, config);
    const ShimmedDisk disk(folder);
    Serve serve(folder, config, 1, disk.command());
    live_through(rack, serve, key,
                 {what_to_do, [&, mood = mood] { disk.be(mood); }, [&] { disk.be(""); }});
  }
}

TEST_CASE("a file system without room refuses what is new until there is room again", "[disk]") {
  const Folder folder;
  const Rack rack = slow_rack(folder);
  const std::string disk = folder / "disk";
  fs::create_directory(disk);
  const auto config = write_config(folder, {.database = disk + "/modembank.db"});
  // Mounted where only the program sees it.
  const std::string script = fmt::format(
      "mount -t tmpfs -o size=24m none {0} || exit 77; {1} key create --config {2} --name test "
      "--scope admin --json > {3} || exit 1; exec \"$@\"",
      disk, program(), config, folder / "key.json");
  Serve serve(folder, config, 1,
              {"unshare", ::geteuid() == 0 ? "-m" : "-rm", "sh", "-c", script, "sh"});
  if (!holds_within(patience,
                    [&] {
                      return serve.child().ended() ||
                             serve.child().err().find("http.listening") != std::string::npos;
                    }) ||
      serve.child().ended()) {
    WARN("NOT TESTED: no file system of limited size can be mounted here: " << serve.child().err());
    return;
  }
  std::ifstream file(folder / "key.json");
  const std::string key = json::parse(file).at("key");
  const std::string filler = fmt::format("/proc/{}/root{}/filler", serve.child().pid(), disk);
  live_through(
      rack, serve, key,
      {"make room on the disk",
       [&] {
         std::ofstream out(filler, std::ios::binary);
         const std::string block(4096, 'x');
         while (out.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
         }
       },
       [&] { fs::remove(filler); }});
}

TEST_CASE("a slow disk makes callers wait, and nothing else", "[disk]") {
  const Folder folder;
  const Rack rack = slow_rack(folder);
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  const ShimmedDisk disk(folder);
  Serve serve(folder, config, 1, disk.command());
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01", "slot-02", "slot-03", "slot-04"}));
  disk.be("slow 700");
  const auto posted = post(api, 0, 6);
  CHECK(api.ask_for("/healthz").status == 200);
  CHECK(api.ask_for("/readyz").status == 200);
  const bool are_sent = all_sent(api, posted.size());
  INFO("messages by state: " << json(api.counts()) << "\nserve said:\n" << serve.child().err());
  CHECK(are_sent);
  serve.child().signal(SIGTERM);
  CHECK(serve.child().wait() == 0);
  check_sent_once(rack, posted);
}

namespace {

std::string upload_head(const std::string& key, std::size_t size) {
  return fmt::format(
      "POST /v1/messages/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n"
      "Content-Type: application/x-ndjson\r\nContent-Length: {}\r\n\r\n",
      key, size);
}

std::string lines_of(int messages) {
  std::string lines;
  for (int i = 0; i < messages; ++i) lines += message_to(i).dump() + "\n";
  return lines;
}

}  // namespace

TEST_CASE("an upload that meets a full disk is refused, and nothing of it stays", "[disk]") {
  const Folder folder;
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  const ShimmedDisk disk(folder);
  Serve serve(folder, config, 1, disk.command());
  const Api api(serve.address(), key);
  web::test::HttpClient client(serve.address());
  const std::string first = lines_of(3500);
  const std::string second = lines_of(1500);
  REQUIRE(client.say(upload_head(key, first.size() + second.size()) + first));
  REQUIRE(holds_within(patience, [&] { return api.counts()["queued"] >= 3000; }));
  disk.be("full");
  REQUIRE(client.say(second));
  const auto answer = client.answer();
  REQUIRE(answer);
  check_refused(*answer, "make room on the disk");
  disk.be("");
  CHECK(holds_within(patience, [&] {
    return api.get("/v1/batches").at("items").empty() && api.counts()["queued"] == 0;
  }));
  CHECK(api.all("/v1/messages").empty());
  const std::string whole = lines_of(20);
  web::test::HttpClient again(serve.address());
  REQUIRE(again.say(upload_head(key, whole.size()) + whole));
  const auto accepted = again.answer();
  REQUIRE(accepted);
  INFO(accepted->body);
  CHECK(accepted->status == 202);
  CHECK(api.counts()["queued"] == 20);
}

// --- starting -----------------------------------------------------------------------------------

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// One line for people on standard error, which names the database.
std::string refusal(const Folder& folder, const std::string& config, int status,
                    const std::vector<std::string>& by = {}) {
  Serve serve(folder, config, 9, by);
  CHECK(serve.child().wait() == status);
  std::istringstream said(serve.child().err());
  std::vector<std::string> lines;
  for (std::string line; std::getline(said, line);) {
    if (line.find(" event=") == std::string::npos) lines.push_back(line);
  }
  INFO(serve.child().err());
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines.front(), Contains(folder / "modembank.db"));
  return lines.front();
}

}  // namespace

TEST_CASE("a start that the disk does not allow says in one line what to do", "[disk]") {
  const Folder folder;
  const auto config = write_config(folder);
  const ShimmedDisk disk(folder);
  SECTION("no room for a new database") {
    disk.be("full");
    CHECK_THAT(refusal(folder, config, 1, disk.command()), Contains("make room"));
  }
  SECTION("a folder where the file should be") {
    fs::create_directory(folder / "modembank.db");
    CHECK_THAT(refusal(folder, config, 1), Contains("give the path of a file"));
  }
  SECTION("a database that is there") {
    (void)make_key(folder, config);
    const auto before = content_of(folder / "modembank.db");
    std::string after = before;
    // The lock file is met first; the log when that one stands.
    for (const std::string files : {"modembank.db", "modembank.db-"}) {
      const ShimmedDisk its(folder, files);
      DYNAMIC_SECTION("and no room for " << files) {
        its.be("full");
        CHECK_THAT(refusal(folder, config, 1, its.command()),
                   Contains("make room") || Contains("that its disk has room"));
      }
      DYNAMIC_SECTION("on a disk that is read-only for " << files) {
        its.be("readonly");
        CHECK_THAT(refusal(folder, config, 1, its.command()),
                   Contains("check owner, mode and mount") || Contains("may read and write there"));
      }
      DYNAMIC_SECTION("on a disk that fails for " << files) {
        its.be("eio");
        CHECK_THAT(refusal(folder, config, 1, its.command()), Contains("look at `dmesg`"));
      }
    }
    SECTION("overwritten at its beginning") {
      after = before.substr(0, 100) + std::string(3000, 'z') + before.substr(3100);
      folder.write("modembank.db", after);
      CHECK_THAT(refusal(folder, config, 1), Contains("restore a backup"));
    }
    SECTION("cut in half") {
      after = before.substr(0, before.size() / 2 / 4096 * 4096);
      folder.write("modembank.db", after);
      CHECK_THAT(refusal(folder, config, 1), Contains("restore a backup"));
    }
    CHECK(content_of(folder / "modembank.db") == after);
  }
}

namespace {

/// Of the database, whose log is empty.
void damage_page_with(const Folder& folder, const std::string& text) {
  std::string content = content_of(folder / "modembank.db");
  const auto damaged = content.find(text) / 4096 * 4096;
  REQUIRE(damaged > 4096);
  REQUIRE(damaged < content.size());
  content.replace(damaged, 4096, std::string(4096, 'z'));
  folder.write("modembank.db", content);
}

}  // namespace

TEST_CASE("damage that shows at a read fails that call alone, and is logged once", "[disk]") {
  const Folder folder;
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  const auto text_of = [](int i) {
    return fmt::format("text number {:04} {}", i, std::string(120, 'x'));
  };
  std::vector<std::string> ids;
  {
    Serve serve(folder, config, 1);
    const Api api(serve.address(), key);
    for (int i = 0; i < 120; ++i) {
      json message = message_to(i);
      message["text"] = text_of(i);
      message["send_at"] = "2099-01-01T00:00:00Z";
      message["expires_at"] = "2099-01-02T00:00:00Z";
      ids.push_back(api.post(message).at("id"));
    }
    serve.child().signal(SIGTERM);
    REQUIRE(serve.child().wait() == 0);
  }
  damage_page_with(folder, "text number 0060");

  Serve serve(folder, config, 2);
  const Api api(serve.address(), key);
  for (int i = 0; i < 50; ++i) {
    check_refused(api.ask_for("/v1/messages/" + ids[60]), "restore a backup");
  }
  CHECK(api.get("/v1/messages/" + ids[1]).at("text") == text_of(1));
  CHECK(api.post(message_to(900)).at("state") == "queued");
  CHECK(api.ask_for("/healthz").status == 200);
  const auto ready = api.ask_for("/readyz");
  CHECK(ready.status == 503);
  CHECK_THAT(ready.body, Contains("restore a backup"));
  CHECK(count_in(serve.child().err(), "event=store.damaged") == 1);
}

TEST_CASE("damage among the refused lines of a batch is told as any other", "[disk]") {
  const Folder folder;
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  std::string path;
  {
    Serve serve(folder, config, 1);
    std::string lines = lines_of(1);
    for (int i = 0; i < 300; ++i) {
      lines += json{{"to", fmt::format("nobody {:04}", i)}, {"text", "x"}}.dump() + "\n";
    }
    web::test::HttpClient client(serve.address());
    REQUIRE(client.say(upload_head(key, lines.size()) + lines));
    const auto answer = client.answer();
    REQUIRE(answer);
    INFO(answer->body);
    REQUIRE(answer->status == 202);
    const Api api(serve.address(), key);
    path = "/v1/batches/" + api.get("/v1/batches").at("items").at(0).at("id").get<std::string>();
    REQUIRE(api.all(path + "/rejections").size() == 300);
    serve.child().signal(SIGTERM);
    REQUIRE(serve.child().wait() == 0);
  }
  damage_page_with(folder, "nobody 0150");

  Serve serve(folder, config, 2);
  const Api api(serve.address(), key);
  check_refused(api.ask_for(path + "/rejections?limit=1000"), "restore a backup");
  CHECK(api.get(path).at("rejected_count") == 300);
  const auto ready = api.ask_for("/readyz");
  CHECK(ready.status == 503);
  CHECK_THAT(ready.body, Contains("restore a backup"));
  CHECK(count_in(serve.child().err(), "event=store.damaged") == 1);
}

}  // namespace bank::program::test
