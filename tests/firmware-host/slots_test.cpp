// The numbers of a rack's places, and what udev makes of them.
#include "firmware-host/slot_map.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "modem/at_port.hpp"
#include "tests/firmware-host/udev_rules.hpp"
#include "tests/modem/usb_tree.hpp"

namespace bank::host {
namespace {

namespace fs = std::filesystem;
using modem::read_usb_modems;
using modem::UsbModem;
using modem::test::FakeDevice;
using modem::test::UsbTree;

std::string file(const std::string& name) {
  std::ifstream stream(MODEMBANK_SOURCE_DIR "/" + name, std::ios::binary);
  REQUIRE(stream.is_open());
  return {std::istreambuf_iterator<char>(stream), {}};
}

const FakeDevice ec25{"1-1.4", "2c7c", "0125", "Quectel", "EC25", "", 5};
const FakeDevice e3372{"1-1.2", "12d1", "1506", "HUAWEI", "Mobile", "", 3};
const FakeDevice quad{"1-1.3", "0403", "6011", "FTDI", "Quad RS232-HS", "", 4};
const FakeDevice stranger{"1-1.10", "1234", "5678", "Some", "Thing\\", "", 2};
const FakeDevice arduino{"1-2", "2341", "0043", "Arduino", "Uno", "", 2};

void plug_rack(UsbTree& tree) {
  tree.plug(ec25, {{0, "ttyUSB0"}, {1, "ttyUSB1"}, {2, "ttyUSB2"}, {3, "ttyUSB3"}});
  tree.plug(e3372,
            {{0, "ttyUSB4", "ff/01/01"}, {1, "ttyUSB5", "ff/01/03"}, {2, "ttyUSB6", "ff/01/02"}});
  tree.plug(quad, {{0, "ttyUSB7", "ff/ff/ff", "ftdi_sio"},
                   {1, "ttyUSB8", "ff/ff/ff", "ftdi_sio"},
                   {2, "ttyUSB9", "ff/ff/ff", "ftdi_sio"},
                   {3, "ttyUSB10", "ff/ff/ff", "ftdi_sio"}});
  tree.plug(stranger,
            {{0, "ttyACM0", "02/02/00", "cdc_acm"}, {12, "ttyACM1", "02/02/01", "cdc_acm"}});
}

SlotMap numbered(const UsbTree& tree, SlotMap before = {}) {
  auto map = with_numbers(std::move(before), read_usb_modems(tree.sys()));
  REQUIRE(map.has_value());
  return *map;
}

std::string chains(const SlotMap& map) {
  std::string text;
  for (const RackSlot& slot : map) {
    text += fmt::format("{}={}{} ", slot.number, slot.chain,
                        slot.line ? fmt::format(":{}", *slot.line) : "");
  }
  return text;
}

/// All of our rules, with this map.
test::UdevRules rules_with(const std::string& map) {
  test::UdevRules rules;
  rules.add("60-modembank-slots.rules", map);
  rules.add("65-modembank-models.rules", file("udev/65-modembank-models.rules"));
  rules.add("70-modembank.rules", file("udev/70-modembank.rules"));
  return rules;
}

test::Treated line_added(const test::UdevRules& rules, const UsbTree& tree,
                         const std::string& tty) {
  const auto sys = fs::canonical(tree.sys());
  const auto folder = fs::canonical(sys / "class/tty" / tty);
  return rules.added(sys, "/" + fs::relative(folder, sys).string(), "tty");
}
test::Treated device_added(const test::UdevRules& rules, const UsbTree& tree,
                           const FakeDevice& device) {
  const auto folder = fs::path(tree.sys()) / UsbTree::place_of(device);
  fs::create_directories(folder / "power");
  std::ofstream(folder / "power/control") << "auto\n";
  return rules.added(tree.sys(), "/" + UsbTree::place_of(device).string(), "usb", "usb_device");
}

/// "slot-01=ttyUSB2 …": the links in /dev/modembank after all lines were added.
std::string links(const test::UdevRules& rules, const UsbTree& tree) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(fs::path(tree.sys()) / "class/tty")) {
    const std::string tty = entry.path().filename().string();
    for (const std::string& link : line_added(rules, tree, tty).links) {
      found.push_back(link.substr(link.rfind('/') + 1) + "=" + tty);
      CHECK(link.starts_with("modembank/slot-"));
    }
  }
  std::sort(found.begin(), found.end());
  std::string text;
  for (const auto& link : found) text += (text.empty() ? "" : " ") + link;
  return text;
}

}  // namespace

TEST_CASE("the first map numbers the places in the order of the bus") {
  UsbTree tree;
  plug_rack(tree);
  CHECK(chains(numbered(tree)) == "1=1.2 2=1.3:0 3=1.3:1 4=1.3:2 5=1.3:3 6=1.4 7=1.10 ");
}

TEST_CASE("places keep their numbers, and new ones get those that are free") {
  UsbTree tree;
  tree.plug(ec25, {{2, "ttyUSB0"}});
  SlotMap map = numbered(tree);
  map.front().number = 2;  // by hand
  tree.unplug(ec25);
  tree.plug(e3372, {{2, "ttyUSB0", "ff/01/02"}});
  tree.plug(arduino, {{0, "ttyACM0", "02/02/01", "cdc_acm"}});
  map = numbered(tree, map);
  CHECK(chains(map) == "1=1.2 2=1.4 3=2 ");
  CHECK(numbered(tree, map) == map);
}

TEST_CASE("a map is read as it was written") {
  UsbTree tree;
  plug_rack(tree);
  tree.plug({"2-3", "9710", "7840", "", "", "", 1, "0000:03:00.0"},
            {{0, "ttyUSB20", "ff/00/ff", "mos7840", 3}});
  const SlotMap map = numbered(tree);
  const auto text = text_of(map, read_usb_modems(tree.sys()));
  const auto read = read_slot_map(text);
  REQUIRE(read.has_value());
  CHECK(*read == map);
  CHECK(read_slot_map("\n# a comment\r\n" + text + "# the end")->size() == map.size());
  CHECK(read_slot_map("")->empty());
}

TEST_CASE("a map that a person has broken is refused with the line") {
  UsbTree tree;
  tree.plug(ec25, {{2, "ttyUSB0"}});
  tree.plug(stranger, {{0, "ttyACM0", "02/02/00", "cdc_acm"}});
  const auto good = text_of(numbered(tree), {});
  const auto lines = [&] {
    std::vector<std::string> found;
    for (std::size_t at = 0; at < good.size();) {
      const auto end = good.find('\n', at);
      if (good[at] != '#' && good[at] != '\n') found.push_back(good.substr(at, end - at));
      at = end + 1;
    }
    return found;
  }();
  REQUIRE(lines.size() == 4);  // two slots, and where the second has its AT commands
  const auto changed = [](std::string text, const std::string& from, const std::string& to) {
    REQUIRE(text.find(from) != std::string::npos);
    return text.replace(text.find(from), from.size(), to);
  };
  struct Vector {
    const char* name;
    std::string text;
    int line;
    const char* what;
  };
  const Vector vectors[] = {
      {"another rule", "#\nSUBSYSTEM==\"tty\", RUN+=\"x\"\n", 2, "no line of a slot map"},
      {"something behind it", lines[0] + ", RUN+=\"x\"\n", 1, "no line of a slot map"},
      {"slot 0", changed(lines[0], "slot-01", "slot-00"), 1, "no line of a slot map"},
      {"a slot that is no number", changed(lines[0], "slot-01", "slot-../x"), 1, "no line"},
      {"two ports in one rule", changed(lines[0], "*-1.4|", "*-1.5|"), 1, "no line of a slot map"},
      {"a star for a controller", changed(lines[0], "0000:00:14.0", "*"), 1, "no line"},
      {"one number twice", lines[0] + "\n" + changed(lines[1], "slot-02", "slot-01"), 2, "slot-01"},
      {"one place twice", lines[0] + "\n" + changed(lines[0], "slot-01", "slot-02"), 2, "already"},
      {"an AT line of no slot", lines[0] + "\n" + lines[3], 2, "of no slot"},
      {"a note of another slot", lines[0] + "\n" + lines[2], 2, "of no slot"},
      {"a second note", lines[1] + "\n" + lines[2] + "\n" + lines[3] + "\n" + lines[2], 4, "slot"},
      {"a line of another model",
       lines[1] + "\n" + lines[2] + "\n" + changed(lines[3], "5678", "5679"), 3, "of no slot"},
      {"an AT line for a single line", changed(lines[1], ":?.*/tty", ":?.2/tty") + "\n" + lines[2],
       2, "of no slot"},
      {"octets", std::string("\0\xff\n", 3), 1, "no line of a slot map"},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      const auto map = read_slot_map(v.text);
      REQUIRE_FALSE(map.has_value());
      CHECK(map.error().line == v.line);
      CHECK_THAT(map.error().what, Catch::Contains(v.what));
    }
  }
}

TEST_CASE("where AT commands go at an unknown model is kept as a person corrected it") {
  UsbTree tree;
  tree.plug(stranger,
            {{0, "ttyACM0", "02/02/00", "cdc_acm"}, {12, "ttyACM1", "02/02/00", "cdc_acm"}});
  SlotMap map = numbered(tree);
  CHECK(map.front().at_line == 0);
  map.front().at_line = 12;
  CHECK(numbered(tree, map) == map);

  tree.unplug(stranger);
  FakeDevice known = ec25;
  known.usb_path = stranger.usb_path;
  tree.plug(known, {{2, "ttyUSB0"}});
  CHECK_FALSE(numbered(tree, map).front().at_line);  // that was about another modem
}

TEST_CASE("a line that was noted for one model does not count for another") {
  const FakeDevice other{stranger.usb_path, "1234", "9999", "Some", "Other", "", 2};
  const auto plug = [](UsbTree& tree, const FakeDevice& device) {
    tree.plug(device, {{0, "ttyACM0", "02/02/00", "cdc_acm"},
                       {2, "ttyACM1", "02/02/01", "cdc_acm"},
                       {12, "ttyACM2", "02/02/00", "cdc_acm"}});
  };
  UsbTree tree;
  plug(tree, stranger);
  SlotMap map = numbered(tree);
  CHECK(map.front().at_line == 2);
  map.front().at_line = 12;  // by hand
  const auto text = text_of(map, read_usb_modems(tree.sys()));
  REQUIRE(read_slot_map(text) == map);
  const auto rules = rules_with(text);
  CHECK(links(rules, tree) == "slot-01=ttyACM2");

  SECTION("an unknown one: the first to be tried is noted anew") {
    UsbTree later;
    plug(later, other);
    CHECK(links(rules, later).empty());  // nobody knows its line: it is not guessed
    CHECK(numbered(later, map).front().at_line == 2);
  }
  SECTION("a known one: udev takes the line that is known, before the map is written again") {
    UsbTree later;
    FakeDevice known = e3372;
    known.usb_path = stranger.usb_path;
    later.plug(known, {{0, "ttyUSB0", "ff/01/02"}, {12, "ttyUSB2", "ff/01/01"}});
    CHECK(links(rules, later) == "slot-01=ttyUSB0");
    CHECK_FALSE(numbered(later, map).front().at_line);
  }
  SECTION("a known one for which a person has noted another line keeps it") {
    UsbTree later;
    FakeDevice known = ec25;
    known.usb_path = stranger.usb_path;
    later.plug(known, {{2, "ttyUSB0"}, {3, "ttyUSB1"}});
    map.front().at_line = 3;
    map.front().at_model = UsbId{0x2c7c, 0x0125};
    CHECK(numbered(later, map) == map);
    CHECK(links(rules_with(text_of(map, {})), later) == "slot-01=ttyUSB1");
  }
}

TEST_CASE("a map of before models were noted is read, and counts for unknown models alone") {
  const std::string old =
      R"(DEVPATH=="*/0000:00:14.0/usb*/*-1.10|*/0000:00:14.0/usb*/*-1.10:?.*/tty*", )"
      R"(ENV{MODEMBANK_SLOT}="slot-04", ENV{MODEMBANK_AT}="0")"
      "\n"
      R"(DEVPATH=="*/0000:00:14.0/usb*/*-1.10:?.12/tty*", ENV{MODEMBANK_AT}="1")"
      "\n";
  const auto map = read_slot_map(old);
  REQUIRE(map.has_value());
  REQUIRE(map->size() == 1);
  CHECK(map->front().at_line == 12);
  CHECK_FALSE(map->front().at_model);
  CHECK(read_slot_map(text_of(*map, {})) == *map);  // nothing is there: it stays as it is

  UsbTree tree;
  SECTION("an unknown one makes it its own") {
    tree.plug(stranger,
              {{0, "ttyACM0", "02/02/00", "cdc_acm"}, {12, "ttyACM1", "02/02/00", "cdc_acm"}});
    const auto now = numbered(tree, *map);
    CHECK(now.front().at_line == 12);
    CHECK(now.front().at_model == UsbId{0x1234, 0x5678});
  }
  SECTION("at a known one it goes") {
    FakeDevice known = e3372;
    known.usb_path = stranger.usb_path;
    tree.plug(known, {{0, "ttyUSB0", "ff/01/02"}, {12, "ttyUSB2", "ff/01/01"}});
    const auto now = numbered(tree, *map);
    CHECK_FALSE(now.front().at_line);
    CHECK_FALSE(now.front().at_model);
  }
}

TEST_CASE("two modems that no rule can tell apart are refused by name") {
  UsbTree tree;
  FakeDevice slow = ec25;
  FakeDevice fast = ec25;
  slow.usb_path = "1-4";
  fast.usb_path = "2-4";  // the same controller's bus for USB 3
  tree.plug(slow, {{2, "ttyUSB0"}});
  tree.plug(fast, {{2, "ttyUSB1"}});
  const auto map = with_numbers({}, read_usb_modems(tree.sys()));
  REQUIRE_FALSE(map.has_value());
  CHECK_THAT(map.error(), Catch::Contains("1-4") && Catch::Contains("2-4"));
}

TEST_CASE("udev links each slot to its modem's AT line, and to no other") {
  UsbTree tree;
  plug_rack(tree);
  tree.plug(arduino, {{0, "ttyACM5", "02/02/01", "cdc_acm"}});
  auto modems = read_usb_modems(tree.sys());
  std::erase_if(modems, [](const UsbModem& modem) { return modem.device == arduino.usb_path; });
  const auto map = with_numbers({}, modems);
  REQUIRE(map.has_value());
  const auto rules = rules_with(text_of(*map, modems));
  CHECK(links(rules, tree) ==
        "slot-01=ttyUSB6 slot-02=ttyUSB7 slot-03=ttyUSB8 slot-04=ttyUSB9 slot-05=ttyUSB10 "
        "slot-06=ttyUSB2 slot-07=ttyACM1");

  SECTION("whatever number the bus has after a restart, and the lines after a reset") {
    UsbTree later;
    FakeDevice moved = ec25;
    moved.usb_path = "3-1.4";
    later.plug(moved, {{0, "ttyUSB12"}, {2, "ttyUSB11"}});
    CHECK(links(rules, later) == "slot-06=ttyUSB11");
    moved.controller = "0000:00:15.0";
    moved.usb_path = "4-1.4";
    later.plug(moved, {{2, "ttyUSB13"}});
    CHECK(links(rules, later) == "slot-06=ttyUSB11");
  }
  SECTION("and of another modem in the same place the line that is right for it") {
    UsbTree later;
    FakeDevice other = e3372;
    other.usb_path = ec25.usb_path;
    later.plug(other, {{0, "ttyUSB0", "ff/01/02"}, {2, "ttyUSB2", "ff/01/01"}});
    CHECK(links(rules, later) == "slot-06=ttyUSB0");
  }
}

TEST_CASE("udev keeps other programs off modems, awake, and in the appliance's group") {
  UsbTree tree;
  plug_rack(tree);
  tree.plug(arduino, {{0, "ttyACM5", "02/02/01", "cdc_acm"}});
  auto modems = read_usb_modems(tree.sys());
  std::erase_if(modems, [](const UsbModem& modem) { return modem.device == arduino.usb_path; });
  const auto with_slots = rules_with(text_of(*with_numbers({}, modems), modems));
  const auto without = rules_with("");
  struct Vector {
    const char* name;
    FakeDevice device;
    const char* tty;
    bool known;  // without a slot
    bool in_slot;
  };
  const Vector vectors[] = {
      {"a model in the table", ec25, "ttyUSB0", true, true},
      {"any Huawei", e3372, "ttyUSB5", true, true},
      {"a serial chip is a modem only in a slot", quad, "ttyUSB8", false, true},
      {"an unknown model, too", stranger, "ttyACM0", false, true},
      {"what has no slot is left alone", arduino, "ttyACM5", false, false},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      for (const bool slots : {true, false}) {
        const auto& rules = slots ? with_slots : without;
        const bool ours = slots ? v.in_slot : v.known;
        auto device = device_added(rules, tree, v.device);
        CHECK(device.properties["ID_MM_DEVICE_IGNORE"] == (ours ? "1" : ""));
        CHECK(device.written["power/control"] == (ours ? "on" : ""));
        CHECK(device.links.empty());
        auto line = line_added(rules, tree, v.tty);
        CHECK(line.properties["ID_MM_PORT_IGNORE"] == (ours ? "1" : ""));
        CHECK(line.group == (ours ? "modembank" : ""));
        CHECK(line.mode == (ours ? "0660" : ""));
      }
    }
  }
}

TEST_CASE("udev and the program agree on which line takes AT commands") {
  const auto rules = rules_with("");
  std::ifstream models(MODEMBANK_SOURCE_DIR "/udev/usb-ids.tsv");
  std::string row;
  std::getline(models, row);
  UsbTree tree;
  FakeDevice device{"1-1", "", "", "", "", "", 8};
  while (std::getline(models, row)) {
    CAPTURE(row);
    device.vid = row.substr(0, 4);
    device.pid = row.substr(5, 4);
    tree.plug(device, {{0, "ttyUSB0"},
                       {1, "ttyUSB1"},
                       {2, "ttyUSB2"},
                       {3, "ttyUSB3"},
                       {4, "ttyUSB4"},
                       {5, "ttyUSB5"},
                       {6, "ttyUSB6"},
                       {10, "ttyUSB10"}});
    for (const UsbModem& modem : read_usb_modems(tree.sys())) {
      const bool known = at_port_known_by(modem) != modem::AtPortKnownBy::nobody;
      const auto order = at_port_order(modem);
      for (std::size_t i = 0; i < modem.ports.size(); ++i) {
        auto line = line_added(rules, tree, modem.ports[i].tty);
        CHECK(line.properties["MODEMBANK_AT"] == (known && order.front() == i ? "1" : ""));
      }
    }
    tree.unplug(device);
  }
}

TEST_CASE("udev and the program know the same drivers of serial chips") {
  const auto rules = rules_with("");
  UsbTree tree;
  for (const char* driver :
       {"ch341-uart", "cp210x", "f81232", "f81534", "ftdi_sio", "mos7720", "mos7840", "mxuport",
        "pl2303", "quatech2", "ti_usb_3410_5052", "xr_serial", "option1", "cdc_acm", "qcserial"}) {
    CAPTURE(driver);
    const FakeDevice device{"1-1", "1234", "0001"};
    tree.plug(device, {{0, "ttyUSB0", "ff/ff/ff", driver}});
    const bool bridge = modem::serial_bridge(0x1234, 1, driver).has_value();
    CHECK(line_added(rules, tree, "ttyUSB0").properties["MODEMBANK_AT"] == (bridge ? "1" : ""));
    tree.unplug(device);
  }
}

}  // namespace bank::host
