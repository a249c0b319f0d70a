// Whether the port of a hub switches the power: what was seen, and what it means.
#include "modem/power_test.hpp"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

using namespace bank;
using namespace bank::modem;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

PowerObservations all_well() {
  PowerObservations seen;
  seen.changed = {2, 2};
  seen.reopened = {2, 2};
  seen.is_switched = true;
  seen.gone = 100ms;
  seen.back = 4s;
  seen.answered = 9s;
  seen.after = {0, 1};
  return seen;
}

/// A hub with a modem at its port 4, in a made-up sysfs, and the time that passes there.
class Bench final : public PowerBench {
 public:
  Bench() {
    fs::create_directories(device);
    fs::create_directories(port);
    std::ofstream(device / "authorized") << "1\n";
    std::ofstream(port / "disable") << "0\n";
  }
  ~Bench() override { fs::remove_all(sys); }

  [[nodiscard]] at::TimePoint now() override { return now_; }
  [[nodiscard]] bool wait(std::chrono::milliseconds time) override {
    if (breaks_off_at && now_ + time >= *breaks_off_at) return false;
    insist(time);
    return true;
  }
  void insist(std::chrono::milliseconds time) override {
    now_ += time;
    turn();
  }
  [[nodiscard]] Result<Volatile, std::string> ask(const Volatile& set,
                                                  std::chrono::milliseconds within) override {
    turn();
    asked.push_back(set);
    if (fs::exists(device) && answers_from <= now_ + within) {
      now_ = std::max(now_, answers_from);
    } else {
      now_ += within;
      return unexpected(std::string("nothing answers"));
    }
    if (asked.size() == 3 && forgets_with_its_line) settings = {0, 0};  // the drivers are back
    for (std::size_t i = 0; i < set.size(); ++i) {
      if (set.at(i) && takes.at(i)) settings.at(i) = set.at(i);
    }
    return settings;
  }

  /// What the kernel, the hub and the modem do meanwhile.
  void turn() {
    const bool is_off = content(port / "disable").starts_with('1');
    if (is_off && !was_off) ++cuts;
    if (is_off && goes) {
      fs::remove_all(device);
      if (loses_power) settings = {0, 1};
    }
    if (!is_off && was_off && comes_back) {
      fs::create_directories(device);
      std::ofstream(device / "authorized") << "1\n";
      answers_from = now_ + boot_time;
    }
    was_off = is_off;
  }
  [[nodiscard]] bool is_on() const { return content(port / "disable").starts_with('0'); }

  static std::string content(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path sys = fs::temp_directory_path() / ("modembank-power-" + std::to_string(::getpid()));
  fs::path device = sys / "bus/usb/devices/1-1.4";
  fs::path port = sys / "bus/usb/devices/1-1:1.0/1-1-port4";
  at::TimePoint now_{1h};
  std::optional<at::TimePoint> breaks_off_at;
  at::TimePoint answers_from{};
  std::chrono::milliseconds boot_time = 8s;
  Volatile settings{1, 1};
  std::array<bool, 2> takes{true, true};
  std::vector<Volatile> asked;
  int cuts = 0;
  bool was_off = false;
  bool goes = true;
  bool loses_power = true;
  bool comes_back = true;
  bool forgets_with_its_line = false;
};

}  // namespace

TEST_CASE("what was seen decides whether the power may be switched") {
  struct Vector {
    const char* name;
    PowerVerdict verdict;
    std::function<void(PowerObservations&)> differs;
  };
  using enum PowerVerdict;
  const Vector vectors[] = {
      {"gone, back, and begun anew", works, [](auto&) {}},
      {"one setting that began anew is enough: the other may begin with that value", works,
       [](auto& seen) {
         seen.after = {0, 2};
       }},
      {"both as they were set: it never lost its power", keeps_power,
       [](auto& seen) {
         seen.after = {2, 2};
       }},
      {"the only one that it has was kept", keeps_power,
       [](auto& seen) {
         seen.changed = seen.reopened = seen.after = {2, std::nullopt};
       }},
      {"what it forgets with its line tells nothing of the power", untold,
       [](auto& seen) {
         seen.reopened = {0, 0};
       }},
      {"… and is not counted beside one that tells", keeps_power,
       [](auto& seen) {
         seen.reopened = {2, 1};
         seen.after = {2, 1};
       }},
      {"it takes neither", untold, [](auto& seen) { seen.changed = {}; }},
      {"afterwards it tells neither", untold, [](auto& seen) { seen.after = {}; }},
      {"still there", stays, [](auto& seen) { seen.gone = seen.back = seen.answered = {}; }},
      {"not back", lost, [](auto& seen) { seen.back = seen.answered = {}; }},
      {"back, and silent", mute, [](auto& seen) { seen.answered = {}; }},
      {"refused", no_switch,
       [](auto& seen) {
         seen.is_switched = false;
         seen.why = "Input/output error";
       }},
      {"never tried", untold, [](auto& seen) { seen.is_switched = {}; }},
      {"nothing at all", untold, [](auto& seen) { seen = {}; }},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      auto seen = all_well();
      v.differs(seen);
      CHECK(name_of(verdict_of(seen)) == name_of(v.verdict));
      CHECK_FALSE(sentence_of(seen).empty());
      CHECK(sentence_of(seen).starts_with("works") == (v.verdict == works));
    }
  }
}

TEST_CASE("the settings are changed to what they are not, nor begin with") {
  CHECK(changed_from({0, 1}) == Volatile{2, 2});
  CHECK(changed_from({2, std::nullopt}) == Volatile{1, std::nullopt});
}

TEST_CASE("a port that switches is seen to, with its times") {
  Bench bench;
  const auto seen = try_port_power(bench.sys.string(), "1-1.4", bench);
  REQUIRE(seen);
  CHECK(verdict_of(*seen) == PowerVerdict::works);
  CHECK(bench.cuts == 1);
  CHECK(bench.is_on());
  CHECK(*seen->gone < 1s);
  CHECK(*seen->back < 1s);
  CHECK(Bench::content(bench.device / "authorized").starts_with('1'));
}

TEST_CASE("what does not switch is told apart, and the power is on afterwards") {
  Bench bench;
  PowerVerdict expected = PowerVerdict::works;
  using enum PowerVerdict;
  SECTION("the modem has power all the time, and gets its settings back") {
    bench.loses_power = false;
    bench.boot_time = 0s;
    expected = keeps_power;
  }
  SECTION("the device does not go") {
    bench.goes = false;
    expected = stays;
  }
  SECTION("it does not come back") {
    bench.comes_back = false;
    expected = lost;
  }
  SECTION("its modem does not start") {
    bench.boot_time = 10min;
    expected = mute;
  }
  SECTION("there is no switch: the modem is left alone") {
    fs::remove_all(bench.port);
    expected = no_switch;
  }
  SECTION("it takes no settings: the power is left alone") {
    bench.takes = {false, false};
    expected = untold;
  }
  SECTION("it forgets them with its line: the power is left alone") {
    bench.forgets_with_its_line = true;
    expected = untold;
  }
  const auto seen = try_port_power(bench.sys.string(), "1-1.4", bench);
  REQUIRE(seen);
  CHECK(name_of(verdict_of(*seen)) == name_of(expected));
  if (expected != no_switch) CHECK(bench.is_on());
  if (expected == keeps_power || expected == untold) CHECK(bench.settings == Volatile{1, 1});
  CHECK(bench.cuts == (expected == no_switch || expected == untold ? 0 : 1));
  CHECK(bench.asked.empty() == (expected == no_switch));
}

TEST_CASE("a test that is broken off leaves the power on, whenever that is") {
  for (const auto moment : {100ms, 900ms, 1020ms, 1100ms, 3000ms, 6000ms, 6200ms, 6400ms}) {
    Bench bench;
    CAPTURE(moment.count());
    bench.breaks_off_at = bench.now() + moment;
    const auto seen = try_port_power(bench.sys.string(), "1-1.4", bench);
    CHECK(bench.is_on());
    if (!seen) CHECK_THAT(seen.error(), Catch::Contains("broken off"));
  }
}

TEST_CASE("a port that cannot be switched on again is what a person is told") {
  Bench bench;
  bench.breaks_off_at = bench.now() + 3s;
  // The hub itself goes while its port is off.
  struct Goes final : PowerBench {
    explicit Goes(Bench& bench) : bench_(bench) {}
    at::TimePoint now() override { return bench_.now(); }
    bool wait(std::chrono::milliseconds time) override {
      if (bench_.wait(time)) return true;
      fs::remove_all(bench_.port);
      return false;
    }
    void insist(std::chrono::milliseconds time) override { bench_.insist(time); }
    Result<Volatile, std::string> ask(const Volatile& set, std::chrono::milliseconds t) override {
      return bench_.ask(set, t);
    }
    Bench& bench_;
  } goes(bench);
  const auto seen = try_port_power(bench.sys.string(), "1-1.4", goes);
  REQUIRE_FALSE(seen);
  CHECK_THAT(seen.error(), Catch::Contains("could not be switched on again"));
}

TEST_CASE("what may not be tried is said, and nothing is touched") {
  Bench bench;
  SECTION("a port of the computer itself") {
    const auto root = bench.sys / "bus/usb/devices/1-0:1.0/usb1-port4";
    fs::create_directories(root);
    std::ofstream(root / "disable") << "0\n";
    const auto seen = try_port_power(bench.sys.string(), "1-4", bench);
    REQUIRE_FALSE(seen);
    CHECK_THAT(seen.error(), Catch::Contains("root hub"));
    CHECK(Bench::content(root / "disable") == "0\n");
    CHECK(bench.asked.empty());
  }
  SECTION("a modem that does not answer") {
    bench.answers_from = bench.now() + 1h;
    const auto seen = try_port_power(bench.sys.string(), "1-1.4", bench);
    REQUIRE_FALSE(seen);
    CHECK_THAT(seen.error(), Catch::Contains("nothing answers"));
    CHECK(bench.cuts == 0);
    CHECK(Bench::content(bench.device / "authorized") == "1\n");
  }
}
