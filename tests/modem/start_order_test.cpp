// A few modems at a time at each hub.
#include "modem/start_order.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <set>

namespace bank::modem {
namespace {
using Paths = StartOrder::Paths;
const Paths nobody;
}  // namespace

TEST_CASE("a hub lets a few modems start at once and the others as these are done") {
  StartOrder order(2);
  CHECK(order.wants("a", "1-1") == Paths{"a"});
  CHECK(order.wants("b", "1-1") == Paths{"b"});
  CHECK(order.wants("c", "1-1") == nobody);
  CHECK(order.wants("d", "1-1") == nobody);
  CHECK(order.done("b") == Paths{"c"});
  CHECK(order.done("a") == Paths{"d"});
  CHECK(order.done("c") == nobody);
  CHECK(order.done("d") == nobody);
  CHECK(order.starting() == 0);
  CHECK(order.waiting() == 0);
}

TEST_CASE("hubs do not wait for each other, and what is at none does not wait") {
  StartOrder order(1);
  CHECK(order.wants("a", "1-1") == Paths{"a"});
  CHECK(order.wants("b", "1-2") == Paths{"b"});
  CHECK(order.wants("c", "") == Paths{"c"});
  CHECK(order.wants("d", "") == Paths{"d"});
  CHECK(order.wants("e", "1-1") == nobody);
  CHECK(order.done("c") == nobody);
}

TEST_CASE("one that is gone while it waited is passed over") {
  StartOrder order(1);
  CHECK(order.wants("a", "1-1") == Paths{"a"});
  CHECK(order.wants("b", "1-1") == nobody);
  CHECK(order.wants("c", "1-1") == nobody);
  CHECK(order.done("b") == nobody);
  CHECK(order.done("a") == Paths{"c"});
}

TEST_CASE("to want twice changes nothing, and to be done twice lets nobody else in") {
  StartOrder order(1);
  CHECK(order.wants("a", "1-1") == Paths{"a"});
  CHECK(order.wants("a", "1-1") == nobody);
  CHECK(order.wants("b", "1-1") == nobody);
  CHECK(order.wants("b", "1-1") == nobody);
  CHECK(order.wants("c", "1-1") == nobody);
  CHECK(order.done("a") == Paths{"b"});
  CHECK(order.done("a") == nobody);
  CHECK(order.done("stranger") == nobody);
  CHECK(order.starting() == 1);
  CHECK(order.waiting() == 1);
}

TEST_CASE("one that moved to another hub leaves its place at the first") {
  StartOrder order(1);
  CHECK(order.wants("a", "1-1") == Paths{"a"});
  CHECK(order.wants("b", "1-1") == nobody);
  CHECK(order.wants("a", "1-2") == Paths{"b", "a"});
}

TEST_CASE("at a hub that more wait for than it can have, the rest starts at once") {
  StartOrder order(1);
  CHECK(order.wants("first", "1-1") == Paths{"first"});
  for (std::size_t i = 0; i < StartOrder::most_waiting; ++i) {
    CHECK(order.wants("waits " + std::to_string(i), "1-1") == nobody);
  }
  CHECK(order.wants("one more", "1-1") == Paths{"one more"});
  CHECK(order.done("one more") == nobody);
  CHECK(order.waiting() == StartOrder::most_waiting);
}

TEST_CASE("whatever comes and goes, every modem starts once and no hub has too many") {
  std::mt19937 random(42);
  StartOrder order(3);
  std::map<std::string, std::string> hub_of;
  std::set<std::string> started;
  const auto let = [&](const Paths& paths) {
    for (const std::string& path : paths) {
      REQUIRE(hub_of.contains(path));
      REQUIRE(started.insert(path).second);
    }
    std::map<std::string, int> at_hub;
    for (const std::string& path : started) REQUIRE(++at_hub[hub_of.at(path)] <= 3);
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string path = std::to_string(random() % 40);
    if (hub_of.contains(path)) {
      hub_of.erase(path);
      started.erase(path);
      let(order.done(path));
    } else {
      hub_of[path] = std::to_string(random() % 4);
      let(order.wants(path, hub_of[path]));
    }
    REQUIRE(order.starting() == started.size());
    REQUIRE(order.starting() + order.waiting() == hub_of.size());
  }
  while (!started.empty()) {
    const std::string path = *started.begin();
    started.erase(path);
    hub_of.erase(path);
    let(order.done(path));
  }
  CHECK(hub_of.empty());  // nobody was forgotten
}

}  // namespace bank::modem
