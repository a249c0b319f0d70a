// What fills in the program is shown, with its bound, before it is full.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/program/harness.hpp"

namespace bank::program::test {
namespace {

struct Queue {
  double entries = -1;
  double limit = -1;
};

/// As /metrics tells them.
std::map<std::string, Queue> queues_of(const Api& api) {
  std::map<std::string, Queue> queues;
  std::istringstream page(api.ask_for("/metrics").body);
  for (std::string line; std::getline(page, line);) {
    for (const bool limits : {false, true}) {
      const std::string mark =
          limits ? "modembank_queue_limit{queue=\"" : "modembank_queue_entries{queue=\"";
      if (!line.starts_with(mark)) continue;
      const auto end = line.find('"', mark.size());
      Queue& queue = queues[line.substr(mark.size(), end - mark.size())];
      (limits ? queue.limit : queue.entries) = std::stod(line.substr(line.rfind(' ')));
    }
  }
  return queues;
}

/// The first column of the table under this heading of docs/http-api.md.
std::set<std::string> documented(const std::string& heading) {
  std::ifstream file(MODEMBANK_SOURCE_DIR "/docs/http-api.md");
  REQUIRE(file);
  std::set<std::string> names;
  bool is_under = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) is_under = line == heading;
    if (!is_under || !line.starts_with("| `")) continue;
    names.insert(line.substr(3, line.find('`', 3) - 3));
  }
  return names;
}

}  // namespace

TEST_CASE("every queue is in /metrics with what it holds and its bound, and in the documents",
          "[metrics]") {
  const Folder folder;
  const Rack rack(folder, 1, {"--latency-ms", "600000"});
  const auto config = write_config(folder);
  const auto key = make_key(folder, config);
  Serve serve(folder, config);
  const Api api(serve.address(), key);
  REQUIRE(api.wait_until_ready({"slot-01"}));

  const auto before = queues_of(api);
  std::set<std::string> told;
  for (const auto& [name, queue] : before) {
    INFO(name << ": " << queue.entries << " of " << queue.limit);
    CHECK(queue.entries >= 0);
    CHECK(queue.limit >= 1);
    CHECK(queue.entries <= queue.limit);
    told.insert(name);
  }
  CHECK(told == documented("### Queues"));

  // The first to a number is on the air; those behind it wait for it.
  for (int i = 0; i < 10; ++i) (void)api.post({{"to", "+989120000001"}, {"text", "one by one"}});
  for (int i = 0; i < 5; ++i)
    (void)api.post({{"to", fmt::format("+98912000001{}", i)}, {"text", "twelve chars"}});
  std::vector<web::test::HttpClient> silent;
  for (int i = 0; i < 20; ++i) silent.emplace_back(serve.address());
  auto now = before;
  const bool filled = holds_within(patience, [&] {
    now = queues_of(api);
    return now["front_waiting_for_recipient"].entries == 9 && now["http_connections"].entries >= 21;
  });
  INFO(now["front_waiting_for_recipient"].entries
       << " wait for their recipient, " << now["http_connections"].entries << " connections");
  CHECK(filled);
  CHECK(now["front_octets"].entries >= 4 * 12);  // one may be claimed for the modem
  CHECK(now["http_keys"].entries == 1);
  CHECK(now["slots"].entries == 1);
  for (const auto& [name, queue] : now) {
    INFO(name);
    CHECK(queue.limit == before.at(name).limit);
  }

  silent.clear();
  CHECK(holds_within(patience, [&] { return queues_of(api)["http_connections"].entries < 20; }));
  serve.child().kill();
}

}  // namespace bank::program::test
