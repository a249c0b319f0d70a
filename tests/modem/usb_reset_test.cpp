#include "modem/usb_reset.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace bank::modem;
namespace fs = std::filesystem;

namespace {

/// A device at 1-1.4 and its port of the hub, as sysfs has them.
struct Tree {
  Tree() {
    fs::create_directories(device);
    fs::create_directories(port);
    std::ofstream(device / "authorized") << "1\n";
    std::ofstream(port / "disable") << "0\n";
  }
  ~Tree() { fs::remove_all(sys); }
  static std::string content(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  fs::path sys = fs::temp_directory_path() / ("modembank-usb-" + std::to_string(::getpid()));
  fs::path device = sys / "bus/usb/devices/1-1.4";
  fs::path port = sys / "bus/usb/devices/1-1:1.0/1-1-port4";
};

}  // namespace

TEST_CASE("a device is taken from its drivers and given back") {
  const Tree tree;
  std::ofstream(tree.device / "authorized") << "";
  REQUIRE(reauthorise(tree.sys.string(), "1-1.4"));
  CHECK(Tree::content(tree.device / "authorized").starts_with('1'));
}

TEST_CASE("the switch of a port is found while the device is there, and works when it is gone") {
  const Tree tree;
  const auto port = switch_of_port(tree.sys.string(), "1-1.4");
  REQUIRE(port);
  REQUIRE(set_port_power(*port, false));
  CHECK(Tree::content(tree.port / "disable").starts_with('1'));
  fs::remove_all(tree.device);
  REQUIRE(set_port_power(*port, true));
  CHECK(Tree::content(tree.port / "disable").starts_with('0'));
}

TEST_CASE("what is no place, or has no switch, is an error that says what to do") {
  const Tree tree;
  for (const std::string place : {"", "../1-1.4", "1-1.4/../../x", "usb1", "1-1.9"}) {
    CAPTURE(place);
    const auto reset = reauthorise(tree.sys.string(), place);
    REQUIRE_FALSE(reset);
    CHECK(reset.error().find("; ") != std::string::npos);
    CHECK_FALSE(switch_of_port(tree.sys.string(), place));
  }
}
