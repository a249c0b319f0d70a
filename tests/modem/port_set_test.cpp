#include "modem/port_set.hpp"

#include <catch2/catch.hpp>

using bank::modem::admit;
using bank::modem::changes;
using bank::modem::PortEvent;
using bank::modem::PortSet;
using Events = std::vector<PortEvent>;

namespace {
constexpr auto gone = PortEvent::Kind::gone;
constexpr auto appeared = PortEvent::Kind::appeared;
}  // namespace

TEST_CASE("two looks at the ports differ by what came, went and moved") {
  const PortSet slot{{"slot-01", {"/dev/ttyUSB0", 188 * 256, 10}}};
  struct Vector {
    const char* name;
    PortSet before;
    PortSet after;
    Events events;
  };
  const Vector vectors[] = {
      {"nothing at all", {}, {}, {}},
      {"nothing new", slot, slot, {}},
      {"one came", {}, slot, {{appeared, "slot-01"}}},
      {"one went", slot, {}, {{gone, "slot-01"}}},
      {"the same name leads to another device",
       slot,
       {{"slot-01", {"/dev/ttyUSB1", 188 * 256 + 1, 11}}},
       {{gone, "slot-01"}, {appeared, "slot-01"}}},
      {"the same device number, its node made anew",
       slot,
       {{"slot-01", {"/dev/ttyUSB0", 188 * 256, 12}}},
       {{gone, "slot-01"}, {appeared, "slot-01"}}},
      {"two names change places: both are gone before one appears",
       {{"a", {"/dev/x", 1, 1}}, {"b", {"/dev/y", 2, 2}}},
       {{"a", {"/dev/y", 2, 2}}, {"b", {"/dev/x", 1, 1}}},
       {{gone, "a"}, {gone, "b"}, {appeared, "a"}, {appeared, "b"}}},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      CHECK(changes(v.before, v.after) == v.events);
    }
  }
}

TEST_CASE("a full rack keeps the ports it has when an earlier name comes") {
  const PortSet before{{"b", {"/dev/b", 2, 2}}, {"c", {"/dev/c", 3, 3}}};
  PortSet found = before;
  found.insert({"a", {"/dev/a", 1, 1}});
  const auto admitted = admit(before, found, 2);
  CHECK(admitted.ports == before);
  CHECK(admitted.refused == 1);
}

TEST_CASE("a place that becomes free is given to the next name") {
  const PortSet before{{"b", {"/dev/b", 2, 2}}, {"c", {"/dev/c", 3, 3}}};
  const PortSet found{{"a", {"/dev/a", 1, 1}}, {"c", {"/dev/c", 3, 3}}};
  const auto admitted = admit(before, found, 2);
  CHECK(admitted.ports == found);
  CHECK(admitted.refused == 0);
}

TEST_CASE("what is watched is the nearest directory that exists before the first wildcard") {
  using bank::modem::directories_to_watch;
  const std::vector<std::string> dev{"/dev"};
  CHECK(directories_to_watch({"/dev/ttyUSB*"}) == dev);
  CHECK(directories_to_watch({"/dev/null"}) == dev);
  CHECK(directories_to_watch({"/dev/no-such/rack/*", "/dev/tty[A-Z]*"}) == dev);
  CHECK(directories_to_watch({"/no-such-place/*"}) == std::vector<std::string>{"/"});
  CHECK(directories_to_watch({"slot-*"}) == std::vector<std::string>{"."});
  CHECK(directories_to_watch({"/dev*/pts/*"}) == std::vector<std::string>{"/"});
}
