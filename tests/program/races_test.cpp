// All threads at once: what a build with the thread sanitizer looks at (`script/test tsan`). Any
// build runs it: nothing crashes, nothing is answered oddly, nothing is sent twice.
#include <fmt/format.h>

#include <array>
#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <thread>

#include "tests/program/harness.hpp"
#include "tests/program/record.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;

constexpr int modem_count = 16;
constexpr int client_count = 8;
constexpr int rounds = 60;  // of each client
constexpr unsigned seed = 20261126;

constexpr std::array faults{
    "cms 38 permille=20",       "cms 500 permille=10",       "cme 30 permille=5",
    "error permille=5",         "late 500ms permille=20",    "slow 300ms permille=20",
    "garbage permille=20",      "restart-before permille=3", "restart-after permille=3",
    "report-twice permille=50", "report-lost permille=50",   "report-early permille=50"};

/// One who posts, looks, cancels, suppresses and sends batches, over one connection as long as it
/// lasts. No Catch here: this is a thread.
class Client {
 public:
  Client(const std::string& address, const std::string& key, int number)
      : number_(number), random_(seed + static_cast<unsigned>(number)) {
    const std::string head = "Authorization: Bearer " + key + "\r\n";
    thread_ = std::thread([this, address, head] { run(address, head); });
  }
  ~Client() { join(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void join() {
    if (thread_.joinable()) thread_.join();
  }
  // After join.
  [[nodiscard]] const std::string& odd() const { return odd_; }
  [[nodiscard]] int accepted() const { return accepted_; }
  [[nodiscard]] const std::set<std::string>& sent_again() const { return sent_again_; }

 private:
  void run(const std::string& address, const std::string& head) {
    try {
      web::test::HttpClient client(address);
      for (int round = 0; round < rounds; ++round) act(client, head, round);
    } catch (const std::exception& error) {
      odd_ += fmt::format("\n{}", error.what());
    }
  }

  void act(web::test::HttpClient& client, const std::string& head, int round) {
    const std::string to = fmt::format("+98912{:01}{:06}", number_, round);
    const std::string text(round % 4 == 3 ? 400 : 40, 'x');
    const std::string json_head = head + "Content-Type: application/json\r\n";
    ask(client, "POST", "/v1/messages", json{{"to", to}, {"text", text}, {"priority", 6}}.dump(),
        json_head, {202});
    const std::string id = json::parse(body_, nullptr, false).value("id", "none");
    if (status_ == 202) ++accepted_;
    switch (random_() % 8) {
      case 0: ask(client, "DELETE", "/v1/messages/" + id, "", head, {200, 409}); break;
      case 1: ask(client, "PUT", "/v1/suppressions/%2B" + to.substr(1), "", head, {200}); break;
      case 2:
        ask(client, "DELETE",
            fmt::format("/v1/suppressions/%2B98912{:01}{:06}", number_, round / 2), "", head,
            {204, 404});
        break;
      case 3: ask(client, "GET", "/v1/messages?limit=50", "", head, {200}); break;
      case 4: ask(client, "GET", "/metrics", "", head, {200}); break;
      case 5: ask(client, "GET", "/v1/modems", "", head, {200}); break;
      case 6:
        ask(client, "POST", "/v1/messages/" + id + "/requeue", "", head, {202, 409});
        if (status_ == 202) sent_again_.insert(to);
        break;
      default: break;
    }
    ask(client, "GET", "/v1/messages/" + id, "", head, {200});
    ask(client, "GET", "/healthz", "", "", {200});
    ask(client, "GET", "/v1/sims", "", head, {200});
    if (number_ < 2 && round % 20 == 10) send_batch(client, head, round);
  }

  /// Long enough for lanes of its own; paused, resumed, and those of one client cancelled.
  void send_batch(web::test::HttpClient& client, const std::string& head, int round) {
    std::string lines;
    for (int i = 0; i < 1100; ++i) {
      lines += fmt::format("{{\"to\":\"+98913{:01}{:02}{:04}\",\"text\":\"one of many\"}}\n",
                           number_, round, i);
    }
    ask(client, "POST", "/v1/messages/batch", lines,
        head + "Content-Type: application/x-ndjson\r\n", {202});
    const std::string batch =
        "/v1/batches/" + json::parse(body_, nullptr, false).value("batch", "none");
    ask(client, "POST", batch + "/pause", "", head, {200, 409});
    ask(client, "POST", batch + "/resume", "", head, {200, 409});
    if (number_ == 0) ask(client, "DELETE", batch, "", head, {200, 409});
    ask(client, "GET", batch, "", head, {200});
  }

  void ask(web::test::HttpClient& client, const std::string& method, const std::string& path,
           const std::string& body, const std::string& head, const std::set<int>& expected) {
    status_ = 0;
    body_.clear();
    const bool said =
        client.say(fmt::format("{} {} HTTP/1.1\r\nHost: x\r\n{}Content-Length: {}\r\n\r\n{}",
                               method, path, head, body.size(), body));
    if (const auto answer = said ? client.answer() : std::nullopt) {
      status_ = answer->status;
      body_ = answer->body;
    }
    if (!expected.contains(status_)) {
      odd_ += fmt::format("\n{} {}: {} {}", method, path, status_, body_.substr(0, 300));
    }
  }

  int number_;
  std::mt19937 random_;
  int status_ = 0;  // of the last answer
  std::string body_;
  std::string odd_;  // answers that should not be
  int accepted_ = 0;
  std::set<std::string> sent_again_;  // by this client's wish
  std::thread thread_;
};

}  // namespace

TEST_CASE("all threads at once, with faults in the rack, harm one another in nothing", "[races]") {
  const Folder folder;
  Rack rack(
      folder, modem_count,
      {"--latency-ms", "30", "--jitter-ms", "20", "--report-delay-ms", "20", "--boot-ms", "300"});
  const auto config = write_config(
      folder, {.limits = "per_minute = 400\nper_day = 100000", .sending = "stop_after = \"5s\""});
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01", "slot-16"}));
  for (const auto* fault : faults) (void)rack.ask(fmt::format("fault all {}", fault));

  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < client_count; ++i) {
    clients.push_back(std::make_unique<Client>(serve.address(), key, i));
  }
  // The rack, the administrator and the owner of the file, meanwhile.
  std::mt19937 random(seed);
  for (int i = 0; i < 12; ++i) {
    const auto slot = slot_name(1 + static_cast<int>(random() % modem_count));
    const auto other = slot_name(1 + static_cast<int>(random() % modem_count));
    (void)rack.ask("unplug " + slot);
    (void)rack.ask("silence " + other + " 300ms");
    (void)rack.ask("deliver all +989121234567 meanwhile");
    (void)make_key(folder, config);
    if (i % 4 == 0) {
      const auto made =
          run({program(), "backup", "--config", config, folder / fmt::format("copy-{}", i)},
              folder / "backup");
      INFO(made.err);
      CHECK(made.status == 0);
    }
    serve.child().signal(SIGHUP);
    (void)rack.ask("replug " + slot);
    REQUIRE_FALSE(serve.child().ended());
  }
  int accepted = 0;
  std::set<std::string> sent_again;
  for (const auto& client : clients) {
    client->join();
    CHECK(client->odd() == "");
    accepted += client->accepted();
    sent_again.insert(client->sent_again().begin(), client->sent_again().end());
  }
  CHECK(accepted == client_count * rounds);
  CHECK(holds_within(patience, [&] {
    auto counts = api.counts();
    return counts["sent"] + counts["delivered"] >= client_count * rounds / 2;
  }));

  serve.child().signal(SIGTERM);
  CHECK(serve.child().wait() == 0);
  CHECK_THAT(serve.child().err(), !Catch::Contains("ThreadSanitizer"));
  CHECK(rack.is_running());
  for (const auto& [to, taken] : by_recipient(rack.taken())) {
    std::set<std::pair<int, int>> parts;  // of a text, and which
    INFO(to);
    for (const auto& line : taken) {
      if (sent_again.contains(to)) break;
      CHECK(parts.emplace(line.part.reference, line.part.part).second);
    }
  }
}

}  // namespace bank::program::test
