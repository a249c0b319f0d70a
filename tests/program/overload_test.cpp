// Clients faster than the disk and the rack: memory bounded, health answered, urgent messages
// first.
#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "tests/program/harness.hpp"
#include "tests/program/record.hpp"

namespace bank::program::test {
namespace {

using nlohmann::json;

constexpr int modem_count = 2;
constexpr int client_count = 16;
const std::string urgent = "+989120000009";

/// Resident memory of a process, in KiB.
long resident_kib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string word; status >> word;) {
    long kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib;
  }
  return 0;
}

/// Posts one message after the other until it is told to end. No Catch here: these are threads.
class Flood {
 public:
  Flood(const std::string& address, const std::string& key) {
    const std::string head =
        "Authorization: Bearer " + key + "\r\nContent-Type: application/json\r\n";
    for (int client = 0; client < client_count; ++client) {
      clients_.emplace_back([this, address, head] { run(address, head); });
    }
  }
  ~Flood() { end(); }
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;

  void end() {
    over_ = true;
    for (auto& client : clients_) client.join();
    clients_.clear();
  }
  std::atomic<int> accepted{0};
  std::atomic<int> refused{0};  // 503
  std::atomic<int> odd{0};      // any other answer, or none

 private:
  void run(const std::string& address, const std::string& head) {
    const auto body = json{{"to", "+989121111111"}, {"text", "one of very many"}}.dump();
    try {
      web::test::HttpClient client(address);
      while (!over_ && client.post("/v1/messages", body, head)) {
        const auto answer = client.answer();
        const int status = answer ? answer->status : 0;
        ++(status == 202 ? accepted : status == 503 ? refused : odd);
      }
    } catch (const std::exception&) {
      ++odd;
    }
  }

  std::atomic<bool> over_{false};
  std::vector<std::thread> clients_;
};

double unix_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

TEST_CASE("in a flood health is answered, memory bounded, and the urgent message leaves first",
          "[overload]") {
  const Folder folder;
  const Rack rack(folder, modem_count, {"--latency-ms", "50", "--report-delay-ms", "20"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01", "slot-02"}));
  const auto before = resident_kib(serve.child().pid());

  Flood flood(serve.address(), key);
  const auto look = [&] {
    for (int i = 0; i < 50; ++i) REQUIRE(api.ask_for("/healthz").status == 200);
  };
  look();
  REQUIRE(holds_within(patience, [&] { return flood.accepted >= 500; }));
  const auto id = api.post({{"to", urgent}, {"text", "now"}, {"priority", 9}}).at("id");
  const double posted = unix_now();
  look();
  const json message = api.wait_for_state(id, {"sent", "delivered"});
  const auto after = resident_kib(serve.child().pid());
  flood.end();
  INFO(flood.accepted << " accepted, " << flood.refused << " refused; " << before << " KiB before, "
                      << after << " after\n"
                      << message);
  CHECK(flood.odd == 0);
  CHECK((message.at("state") == "sent" || message.at("state") == "delivered"));
  CHECK(after - before < 512 * 1024);  // most of it is the sanitizers' in a build with them

  const auto taken = by_recipient(rack.taken());
  const double left = taken.at(urgent).front().at;
  int overtaken = 0;  // what modems had in hand, or was claimed for them, when it was posted
  for (const auto& part : taken.at("+989121111111"))
    overtaken += part.at > posted && part.at < left;
  CHECK(overtaken <= 4 * modem_count);
}

TEST_CASE("with few descriptors connections are few, and a modem that comes finds one",
          "[overload]") {
  const Folder folder;
  const Rack rack(folder, 1, {"--latency-ms", "20", "--report-delay-ms", "20"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve serve(folder, config, 1, {"prlimit", "--nofile=128"});
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01"}));
  (void)rack.ask("unplug slot-01");
  std::vector<web::test::HttpClient> held;
  for (int i = 0; i < 500; ++i) held.emplace_back(serve.address());
  CHECK(api.ask_for("/healthz").status == 200);
  (void)rack.ask("replug slot-01");
  CHECK(api.wait_until_ready({"slot-01"}));
  const auto id = api.post({{"to", urgent}, {"text", "through"}}).at("id");
  const json message = api.wait_for_state(id, {"sent", "delivered"});
  INFO(message << "\nserve said:\n" << serve.child().err());
  CHECK((message.at("state") == "sent" || message.at("state") == "delivered"));
  CHECK_THAT(serve.child().err(), Catch::Contains("http.few_connections"));
}

}  // namespace bank::program::test
