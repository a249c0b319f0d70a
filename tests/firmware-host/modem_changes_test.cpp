// What of a modem's ups and downs is noted.
#include "firmware-host/modem_changes.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace bank::host::test {
namespace {

using namespace std::chrono_literals;
using Kind = scheduler::ModemEvent::Kind;

/// A modem that is looked at four times a second.
class Watched {
 public:
  void stays(const std::string& state, const std::string& level, const std::string& because,
             std::chrono::milliseconds time) {
    web::ModemView view{};
    view.state = state;
    view.verdict = {level, because, because.empty() ? "" : "do something"};
    for (auto left = time; left > 0ms; left -= 250ms) {
      if (auto line = changes_.see(view, now_)) lines.push_back(*line);
      now_ += 250ms;
    }
  }
  [[nodiscard]] std::vector<std::string> told() const {
    std::vector<std::string> all;
    for (const auto& line : lines) all.push_back(line.what);
    return all;
  }

  std::vector<ModemChanges::Line> lines;

 private:
  ModemChanges changes_;
  ModemChanges::Time now_{1h};
};

}  // namespace

TEST_CASE("each change of a modem's state is noted with what is wrong, once") {
  Watched modem;
  modem.stays("starting", "poor", "it is being brought up", 5s);
  CHECK(modem.lines.empty());  // every run begins like that
  modem.stays("searching", "poor", "no network takes it yet", 5s);
  modem.stays("ready", "good", "", 10min);
  modem.stays("ready", "poor", "the signal is weak", 10min);
  modem.stays("ready", "good", "", 10min);
  modem.stays("absent", "bad", "the port is gone", 10min);
  CHECK(modem.told() == std::vector<std::string>{"searching: no network takes it yet; do something",
                                                 "ready", "poor: the signal is weak; do something",
                                                 "good", "absent: the port is gone; do something"});
  CHECK(modem.lines.at(1).kind == Kind::state);
  CHECK(modem.lines.at(2).kind == Kind::verdict);
  CHECK(modem.lines.at(4).kind == Kind::state);
}

TEST_CASE("a modem that is not there at the start is noted as absent") {
  Watched modem;
  modem.stays("absent", "bad", "it does not exist", 5s);
  CHECK(modem.told() == std::vector<std::string>{"absent: it does not exist; do something"});
}

TEST_CASE("what lasts less than a second is not noted") {
  Watched modem;
  modem.stays("starting", "poor", "it is being brought up", 5s);
  modem.stays("ready", "good", "", 5s);
  for (int i = 0; i < 10; ++i) {
    modem.stays("ready", "poor", "the signal is weak", 500ms);
    modem.stays("ready", "good", "", 500ms);
  }
  modem.stays("ready", "good", "", 5s);
  CHECK(modem.told() == std::vector<std::string>{"ready"});
}

TEST_CASE("a modem that flaps gets sixty lines an hour, then one that counts") {
  Watched modem;
  modem.stays("starting", "poor", "it is being brought up", 2s);
  for (int i = 0; i < 1350; ++i) {  // an hour and a half
    modem.stays("ready", "good", "", 2s);
    modem.stays("ready", "poor", "the signal is weak", 2s);
  }
  CHECK(modem.lines.size() == 120);
  CHECK(modem.told().at(59).find("more") == std::string::npos);
  CHECK_THAT(modem.told().at(60), Catch::Contains(" more changes; now "));
  modem.stays("ready", "good", "", 2h);
  CHECK(modem.lines.size() == 121);
  CHECK_THAT(modem.told().back(), Catch::Contains("more changes; now good"));
  modem.stays("absent", "bad", "the port is gone", 10s);
  CHECK(modem.told().back() == "absent: the port is gone; do something");
}

}  // namespace bank::host::test
