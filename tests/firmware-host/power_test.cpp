// What a test of a port's power leaves in the map of slots, and what the recovery ladder makes of
// it.
#include <catch2/catch.hpp>
#include <filesystem>

#include "firmware-host/power_note.hpp"
#include "firmware-host/proved_power.hpp"
#include "firmware-host/slot_map.hpp"
#include "tests/firmware-host/udev_rules.hpp"
#include "tests/modem/usb_tree.hpp"

namespace bank::host {
namespace {

using namespace std::chrono_literals;
using modem::PowerVerdict;
using modem::read_usb_modems;
using modem::test::FakeDevice;
using modem::test::UsbTree;

const FakeDevice ec25{"1-1.4", "2c7c", "0125", "Quectel", "EC25", "", 5};
const FakeDevice stranger{"1-1.10", "1234", "5678", "Some", "Thing", "", 2};

const PowerNote works{PowerVerdict::works, "2026-11-27", 12ms, 8400ms, 15200ms};

SlotMap tested_map(const UsbTree& tree) {
  auto map = with_numbers({}, read_usb_modems(tree.sys()));
  REQUIRE(map.has_value());
  map->front().power = works;
  map->back().power = PowerNote{PowerVerdict::keeps_power, "2026-11-28", 0ms, 300ms, 900ms};
  return *map;
}

void plug(UsbTree& tree) {
  tree.plug(ec25, {{2, "ttyUSB0"}});
  tree.plug(stranger,
            {{0, "ttyACM0", "02/02/00", "cdc_acm"}, {2, "ttyACM1", "02/02/01", "cdc_acm"}});
}

}  // namespace

TEST_CASE("what a test of the power found is read as it was written") {
  for (const auto verdict : modem::all_power_verdicts) {
    PowerNote note = works;
    note.verdict = verdict;
    CHECK(read_power_note(text_of(note)) == note);
    note.back.reset();
    note.answers.reset();
    CHECK(read_power_note(text_of(note)) == note);
  }
  CHECK(text_of(works) == "works 2026-11-27 gone=12ms back=8400ms answers=15200ms");
}

TEST_CASE("what no test wrote is no proof") {
  for (const auto* const text :
       {"", "works", "works ", "works 27.11.2026", "works 2026-11-27 ", "works 2026-11-27 back=ms",
        "works 2026-11-27 back=1ms gone=2ms", "works 2026-11-27 gone=-2ms", "worked 2026-11-27",
        "works 2026-11-27 gone=99999999999999999999ms", "works 2026-11-27 gone=012ms"}) {
    CAPTURE(text);
    CHECK_FALSE(read_power_note(text));
  }
}

TEST_CASE("it stands beside its slot, and stays there when the map is written again") {
  UsbTree tree;
  plug(tree);
  const auto map = tested_map(tree);
  const auto text = text_of(map, read_usb_modems(tree.sys()));
  const auto read = read_slot_map(text);
  REQUIRE(read.has_value());
  CHECK(*read == map);
  CHECK(with_numbers(*read, read_usb_modems(tree.sys())) == map);

  test::UdevRules rules;  // it is a rule like the others, which says it of the device
  rules.add("60-modembank-slots.rules", text);
  auto device =
      rules.added(tree.sys(), "/" + UsbTree::place_of(ec25).string(), "usb", "usb_device");
  CHECK(device.properties["MODEMBANK_POWER"] == text_of(works));
  CHECK(device.properties["MODEMBANK_SLOT"] == "slot-01");

  const auto place = text.find("DEVPATH==\"*/0000:00:14.0/usb*/*-1.4\"");
  REQUIRE(place != std::string::npos);
  const auto line = text.substr(place, text.find('\n', place) + 1 - place);
  CHECK_FALSE(read_slot_map(line).has_value());  // of no slot
  std::string twice = text;
  CHECK_FALSE(read_slot_map(twice.insert(place, line)).has_value());
  std::string other = text;
  CHECK_FALSE(read_slot_map(other.replace(other.find("gone="), 5, "gine=")).has_value());
}

TEST_CASE("only where a test has proved it is the power switched") {
  UsbTree tree;
  plug(tree);
  const auto map = tested_map(tree);
  const auto controller = [](const std::string& place) {
    return place.starts_with("1-") ? "0000:00:14.0" : "0000:00:15.0";
  };
  const auto places = power_places({"1-1.4", "2-1.4", "1-1.10", "1-1.7", "1-4"}, map, controller);
  CHECK(places.proved == std::vector<std::string>{"1-1.4"});
  CHECK(places.unproved == std::vector<std::string>{"2-1.4", "1-1.10", "1-1.7", "1-4"});
  CHECK(power_places({"1-1.4"}, {}, controller).proved.empty());

  SECTION("and whatever number the bus has after a restart") {
    const auto moved = [](const std::string&) { return std::string("0000:00:14.0"); };
    CHECK(power_places({"3-1.4"}, map, moved).proved.size() == 1);
  }
  SECTION("never at a root hub, whatever somebody has written into the map") {
    SlotMap by_hand = map;
    by_hand.front().chain = "4";
    CHECK(power_places({"1-4"}, by_hand, controller).proved.empty());
  }
}

TEST_CASE("what a bus belongs to is found without a device on it") {
  UsbTree tree;
  plug(tree);
  namespace fs = std::filesystem;
  fs::create_directories(tree.sys() + "/bus/usb/devices");
  fs::create_symlink("../../../devices/pci0000:00/0000:00:14.0/usb1",
                     tree.sys() + "/bus/usb/devices/usb1");
  CHECK(modem::controller_of(tree.sys(), "1-1.9") == "0000:00:14.0");
  CHECK(modem::controller_of(tree.sys(), "2-1.9").empty());
  CHECK(modem::controller_of(tree.sys(), "1-../x").empty());
}

}  // namespace bank::host
