// `modembank slots` at a made-up rack.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "tests/modem/usb_tree.hpp"
#include "tests/program/harness.hpp"

namespace bank::program::test {
namespace {

using Catch::Contains;
using modem::test::UsbTree;
using nlohmann::json;
namespace fs = std::filesystem;

/// A rack of two modems and an FT4232 with two more.
void plug_rack(UsbTree& tree) {
  tree.plug({"1-1.2", "2c7c", "0125", "Quectel", "EC25", "", 5},
            {{0, "ttyUSB0"}, {1, "ttyUSB1"}, {2, "ttyUSB2"}, {3, "ttyUSB3"}});
  tree.plug({"1-1.10", "1234", "5678", "Some\x1b[2J", "Thing", "42", 2},
            {{0, "ttyACM0", "02/02/00", "cdc_acm"}, {2, "ttyACM1", "02/02/00", "cdc_acm"}});
  tree.plug({"1-1.3", "0403", "6011", "FTDI", "Quad", "", 4},
            {{1, "ttyUSB4", "ff/ff/ff", "ftdi_sio"}, {0, "ttyUSB5", "ff/ff/ff", "ftdi_sio"}});
}

class Slots {
 public:
  explicit Slots(const UsbTree& tree) : tree_(tree) {}

  Ran operator()(const std::vector<std::string>& more = {}) {
    std::vector<std::string> argv{"--sys", tree_.sys(), "--dev", tree_.dev()};
    argv.insert(argv.end(), more.begin(), more.end());
    return with(argv);
  }
  Ran with(std::vector<std::string> options) {
    options.insert(options.begin(), {program(), "slots"});
    return run(options, folder_ / ("slots" + std::to_string(++round_)));
  }
  std::vector<json> listed(std::vector<std::string> more = {}) {
    more.push_back("--json");
    const Ran ran = (*this)(more);
    CHECK(ran.status == 0);
    CHECK(ran.err.empty());
    std::vector<json> found;
    std::istringstream lines(ran.out);
    for (std::string line; std::getline(lines, line);) found.push_back(json::parse(line));
    return found;
  }
  [[nodiscard]] const Folder& folder() const { return folder_; }

 private:
  const UsbTree& tree_;
  Folder folder_;
  int round_ = 0;
};

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool is_one_line(const std::string& text) {
  return text.ends_with('\n') && std::count(text.begin(), text.end(), '\n') == 1;
}

}  // namespace

TEST_CASE("slots shows what is plugged in where", "[slots]") {
  UsbTree tree;
  plug_rack(tree);
  tree.link("slot-09", "ttyUSB3");
  Slots slots(tree);
  const auto rack = slots.listed();
  REQUIRE(rack.size() == 4);
  CHECK(rack[0].at("usb_path") == "1-1.2");
  CHECK(rack[0].at("hub") == "1-1");
  CHECK(rack[0].at("vid") == "2c7c");
  CHECK(rack[0].at("product") == "EC25");
  CHECK(rack[0].at("serial").is_null());
  CHECK(rack[0].at("slot") == "slot-09");
  CHECK(rack[0].at("at") == tree / "dev/ttyUSB3");  // as udev has linked it
  CHECK(rack[0].at("ports").size() == 4);
  CHECK(rack[1].at("usb_path") == "1-1.3:1.0");
  CHECK(rack[1].at("at") == tree / "dev/ttyUSB5");
  CHECK(rack[1].at("slot").is_null());
  CHECK(rack[2].at("usb_path") == "1-1.3:1.1");
  CHECK(rack[3].at("usb_path") == "1-1.10");
  CHECK(rack[3].at("maker") == "Some?[2J");
  CHECK(rack[3].at("at_known_by").is_null());

  const auto told = slots();
  CHECK(told.status == 0);
  CHECK_THAT(told.out, Contains("slot-09") && Contains("1-1.10") && Contains("ttyACM0?"));
  CHECK(told.out.find('\x1b') == std::string::npos);
}

TEST_CASE("slots writes a map, and adds to it", "[slots]") {
  UsbTree tree;
  plug_rack(tree);
  Slots slots(tree);
  const std::string map = slots.folder() / "60-modembank-slots.rules";
  const auto first = slots.listed({"--write", map});
  REQUIRE(first.size() == 4);
  CHECK(first[0].at("slot") == "slot-01");
  CHECK(first[3].at("slot") == "slot-04");
  const std::string written = content(map);
  CHECK_THAT(written, Contains("slot-01") && Contains("slot-04") && !Contains("slot-05"));
  CHECK(written.find('\x1b') == std::string::npos);

  CHECK(slots({"--write", map}).status == 0);
  CHECK(content(map) == written);

  tree.plug({"1-1.1", "2c7c", "0125"}, {{2, "ttyUSB9"}});
  const auto second = slots.listed({"--write", map});
  REQUIRE(second.size() == 5);
  CHECK(second[0].at("usb_path") == "1-1.1");
  CHECK(second[0].at("slot") == "slot-05");
  CHECK(second[1].at("slot") == "slot-01");
  const auto told = slots({"--write", map});
  CHECK_THAT(told.out, Contains("5 slots, 0 of them new") && Contains("udevadm"));
}

TEST_CASE("slots says what is wrong and what to do in one line", "[slots]") {
  UsbTree tree;
  Slots slots(tree);
  const auto failed = [](const Ran& ran, int status, const std::string& why) {
    CAPTURE(ran.err);
    CHECK(ran.status == status);
    CHECK(ran.out.empty());
    CHECK(is_one_line(ran.err));
    CHECK_THAT(ran.err, Contains(why));
  };
  const auto fails = [&](const std::vector<std::string>& more, int status, const std::string& why) {
    failed(slots(more), status, why);
  };
  fails({}, 1, "no modem");
  fails({"--json"}, 1, "no modem");
  plug_rack(tree);
  failed(slots.with({"--sys", slots.folder() / "none"}), 2, "no sysfs");
  failed(slots.with({"--sys", tree.sys(), "--dev", slots.folder() / "none"}), 2, "no folder");
  fails({"--write", slots.folder() / "none/map"}, 1, "cannot be written");
  fails({"--write", "/dev/null"}, 2, "no file");
  fails({"--write", slots.folder().write("own.rules", "# mine\nRUN+=\"x\"\n")}, 2, "own.rules:2");
  CHECK(content(slots.folder() / "own.rules") == "# mine\nRUN+=\"x\"\n");
  fails({"extra"}, 2, "--help");
}

namespace {

/// A modem of the virtual rack at a port of a made-up hub, and the kernel that takes it away when
/// that port is switched off.
class SwitchedHub {
 public:
  /// `loses_power`: what hangs at the port is started anew.
  SwitchedHub(UsbTree& tree, const Rack& rack, bool loses_power)
      : tree_(tree), rack_(rack), loses_power_(loses_power) {
    fs::create_directories(devices_ / "1-1:1.0/1-1-port2");
    std::ofstream(port_) << "0\n";
    plug();
    kernel_ = std::thread([this] { run(); });
  }
  ~SwitchedHub() {
    ends_ = true;
    kernel_.join();
  }
  SwitchedHub(const SwitchedHub&) = delete;
  SwitchedHub& operator=(const SwitchedHub&) = delete;

  [[nodiscard]] bool is_on() const { return content(port_.string()).starts_with('0'); }
  [[nodiscard]] int times_off() const { return times_off_; }

 private:
  void plug() {
    tree_.plug(modem_, {{2, "ttyUSB2"}});
    fs::remove(tree_ / "dev/ttyUSB2");
    fs::create_symlink(rack_.port(1), tree_ / "dev/ttyUSB2");
    fs::create_directories(devices_ / "1-1.2");
    std::ofstream(devices_ / "1-1.2/authorized") << "1\n";
  }
  void run() {
    for (bool was_on = true; !ends_; std::this_thread::sleep_for(5ms)) {
      if (was_on == is_on()) continue;
      was_on = !was_on;
      if (was_on) {
        plug();
        continue;
      }
      ++times_off_;
      if (loses_power_) rack_.ask("restart slot-01");
      fs::remove(tree_ / "dev/ttyUSB2");
      fs::remove_all(devices_ / "1-1.2");
      tree_.unplug(modem_);
    }
  }

  UsbTree& tree_;
  const Rack& rack_;
  const bool loses_power_;
  const modem::test::FakeDevice modem_{"1-1.2", "2c7c", "0125", "Quectel", "EC25", "", 5};
  const fs::path devices_ = fs::path(tree_.sys()) / "bus/usb/devices";
  const fs::path port_ = devices_ / "1-1:1.0/1-1-port2/disable";
  std::atomic<bool> ends_ = false;
  std::atomic<int> times_off_ = 0;
  std::thread kernel_;
};

}  // namespace

TEST_CASE("slots tests whether the power of a port can be switched", "[slots]") {
  const bool loses_power = GENERATE(true, false);
  CAPTURE(loses_power);
  UsbTree tree;
  Slots slots(tree);
  const Rack rack(slots.folder(), 1, {});
  const SwitchedHub hub(tree, rack, loses_power);
  const std::string map = slots.folder() / "60-modembank-slots.rules";
  const auto ran = slots({"--write", map, "--test-power"});
  CAPTURE(ran.out, ran.err);
  CHECK(ran.status == (loses_power ? 0 : 1));
  CHECK(ran.err.empty());
  CHECK_THAT(ran.out, Contains("slot-01 (1-1.2) will be tested") &&
                          Contains(loses_power ? "slot-01 1-1.2: works" : "does not work"));
  CHECK(hub.times_off() == 1);
  CHECK(hub.is_on());
  CHECK_THAT(content(map), Contains(loses_power ? "ENV{MODEMBANK_POWER}=\"works 20"
                                                : "ENV{MODEMBANK_POWER}=\"keeps_power 20"));
}

TEST_CASE("a test of the power that is interrupted switches it on again", "[slots]") {
  UsbTree tree;
  Slots slots(tree);
  const Rack rack(slots.folder(), 1, {});
  const SwitchedHub hub(tree, rack, true);
  const std::string map = slots.folder() / "60-modembank-slots.rules";
  Child child({program(), "slots", "--sys", tree.sys(), "--dev", tree.dev(), "--write", map,
               "--test-power", "1"},
              slots.folder() / "interrupted");
  REQUIRE(holds_within(patience, [&] { return !hub.is_on(); }));
  child.signal(SIGINT);
  CHECK(child.wait() == 1);
  CHECK(hub.is_on());
  CHECK_THAT(child.out(), Contains("broken off"));
  CHECK_THAT(content(map), !Contains("MODEMBANK_POWER"));
}

TEST_CASE("slots tests no power while a port is held, nor where it must not", "[slots]") {
  UsbTree tree;
  plug_rack(tree);
  tree.plug({"1-2", "2c7c", "0125"}, {{2, "ttyUSB9"}});
  Slots slots(tree);
  const std::string map = slots.folder() / "60-modembank-slots.rules";
  const auto refused = [&](const std::string& which, int status, const std::string& why) {
    const auto ran = slots({"--write", map, "--test-power", which});
    CAPTURE(ran.out, ran.err);
    CHECK(ran.status == status);
    CHECK_THAT(ran.out + ran.err, Contains(why));
    CHECK_THAT(content(map), !Contains("MODEMBANK_POWER"));
  };
  refused("5", 1, "root hub");
  refused("slot-03", 1, "several modems behind it");
  refused("77", 2, "nothing is plugged in at slot-77");
  refused("first", 2, "is no slot");
  CHECK(slots({"--test-power"}).status == 2);  // into which map?

  const std::string port = tree / "dev/ttyUSB0";
  const int fd = ::open(port.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(::flock(fd, LOCK_EX | LOCK_NB) == 0);
  refused("slot-01", 1, "ttyUSB0 is held by");
  refused("all", 1, "nothing was tested");
  ::close(fd);
  const auto ran = slots({"--write", map, "--test-power", "slot-01", "--json"});
  CHECK(ran.status == 1);
  CHECK(json::parse(ran.out).at("power") == "no_switch");
  CHECK_THAT(content(map), Contains("ENV{MODEMBANK_POWER}=\"no_switch 20"));
}

}  // namespace bank::program::test
