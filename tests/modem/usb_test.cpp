// What the kernel tells of modems on USB.
#include "modem/usb.hpp"

#include "tests/modem/usb_tree.hpp"

namespace bank::modem {
namespace {

using test::FakeDevice;
using test::UsbTree;

std::vector<std::string> paths_of(const std::vector<UsbModem>& modems) {
  std::vector<std::string> paths;
  for (const UsbModem& modem : modems) paths.push_back(modem.usb_path);
  return paths;
}
std::vector<std::string> ttys_of(const UsbModem& modem) {
  std::vector<std::string> ttys;
  for (const UsbPort& port : modem.ports) ttys.push_back(port.tty);
  return ttys;
}
using Names = std::vector<std::string>;

const FakeDevice ec25{"1-1.4.2", "2c7c", "0125", "Quectel", "EC25", "", 5};

}  // namespace

TEST_CASE("all lines of a USB device are one modem, by interface") {
  UsbTree tree;
  tree.plug(ec25, {{3, "ttyUSB0"}, {2, "ttyUSB1"}, {0, "ttyUSB10"}, {1, "ttyUSB2"}});
  const auto modems = read_usb_modems(tree.sys());
  REQUIRE(modems.size() == 1);
  const UsbModem& modem = modems.front();
  CHECK(modem.usb_path == "1-1.4.2");
  CHECK(modem.hub == "1-1.4");
  CHECK(modem.controller == "0000:00:14.0");
  CHECK(modem.chain() == "1.4.2");
  CHECK(modem.vid == 0x2c7c);
  CHECK(modem.pid == 0x0125);
  CHECK(modem.manufacturer == "Quectel");
  CHECK(modem.product == "EC25");
  CHECK(modem.serial.empty());
  CHECK(ttys_of(modem) == Names{"ttyUSB10", "ttyUSB2", "ttyUSB1", "ttyUSB0"});
}

TEST_CASE("a line is told with its descriptor") {
  UsbTree tree;
  tree.plug({"2-3", "12d1", "1506", "HUAWEI", "Mobile", "", 3}, {{10, "ttyUSB3", "ff/01/02"}});
  const auto modem = read_usb_port(tree.sys(), "ttyUSB3");
  REQUIRE(modem);
  CHECK(modem->usb_path == "2-3");
  CHECK(modem->hub == "usb2");
  CHECK(modem->ports == std::vector<UsbPort>{{"ttyUSB3", "option1", 10, 0xff, 1, 2, 0}});
}

TEST_CASE("a line is found by a link that leads to it") {
  UsbTree tree;
  tree.plug({"1-2", "1e2d", "0058", "", "", "", 2}, {{0, "ttyACM0", "02/02/01", "cdc_acm"}});
  tree.link("slot-01", "ttyACM0");
  const auto modem = read_usb_port(tree.sys(), tree / "dev/modembank/slot-01");
  REQUIRE(modem);
  CHECK(modem->usb_path == "1-2");
  CHECK(modem->ports.front().driver == "cdc_acm");
  CHECK(modem->ports.front().interface_class == 2);
}

TEST_CASE("what is not on USB, or not there, is no modem") {
  const UsbTree tree;
  for (const std::string& name :
       Names{"tty0", "ttyUSB0", "", ".", "..", tree / "dev/none", "/", "../../devices"}) {
    CAPTURE(name);
    CHECK_FALSE(read_usb_port(tree.sys(), name));
  }
  CHECK(read_usb_modems(tree.sys()).empty());
  CHECK(read_usb_modems(tree / "none").empty());
}

TEST_CASE("modems stand in the order of the bus, not of the alphabet") {
  UsbTree tree;
  int tty = 0;
  for (const char* place : {"10-1", "1-1.10", "1-1.2", "1-10", "2-1", "1-1.2.1", "1-2"}) {
    tree.plug({place, "2c7c", "0125"}, {{2, fmt::format("ttyUSB{}", tty++)}});
  }
  CHECK(paths_of(read_usb_modems(tree.sys())) ==
        Names{"1-1.2", "1-1.2.1", "1-1.10", "1-2", "1-10", "2-1", "10-1"});
}

TEST_CASE("each line of a serial chip is a modem of its own") {
  UsbTree tree;
  tree.plug({"1-1", "0403", "6011", "FTDI", "Quad RS232-HS", "", 4},
            {{0, "ttyUSB0", "ff/ff/ff", "ftdi_sio"}, {3, "ttyUSB3", "ff/ff/ff", "ftdi_sio"}});
  CHECK(paths_of(read_usb_modems(tree.sys())) == Names{"1-1:1.0", "1-1:1.3"});

  SECTION("also with ids that nobody knows, by its driver") {
    tree.plug({"1-2", "1234", "0001", "", "", "", 2}, {{1, "ttyUSB5", "ff/00/00", "cp210x"}});
    CHECK(paths_of(read_usb_modems(tree.sys())).back() == "1-2:1.1");
  }
  SECTION("also where they share an interface") {
    tree.plug({"1-2", "9710", "7840", "", "", "", 1},
              {{0, "ttyUSB6", "ff/00/ff", "mos7840", 1}, {0, "ttyUSB7", "ff/00/ff", "mos7840", 0}});
    CHECK(paths_of(read_usb_modems(tree.sys())) ==
          Names{"1-1:1.0", "1-1:1.3", "1-2:1.0.0", "1-2:1.0.1"});
  }
  SECTION("one that has a single line is called by its place") {
    tree.plug({"1-2", "1a86", "7523"}, {{0, "ttyUSB8", "ff/01/02", "ch341-uart"}});
    CHECK(paths_of(read_usb_modems(tree.sys())).back() == "1-2");
  }
}

TEST_CASE("a modem that is plugged in again keeps its name, whatever its lines are called") {
  UsbTree tree;
  tree.plug(ec25, {{2, "ttyUSB1"}});
  const auto before = read_usb_port(tree.sys(), "ttyUSB1");
  tree.unplug(ec25);
  CHECK(read_usb_modems(tree.sys()).empty());
  tree.plug(ec25, {{2, "ttyUSB7"}});
  const auto after = read_usb_port(tree.sys(), "ttyUSB7");
  REQUIRE(before);
  REQUIRE(after);
  CHECK(before->usb_path == after->usb_path);
}

TEST_CASE("whatever a device says of itself is short and printable") {
  UsbTree tree;
  tree.plug({"1-1", "zzzz", "", "A\x1b[2J\nRUN+=\"sh\"", "\xff\xfe\x80", std::string(100'000, 'x')},
            {{0, "ttyUSB0", "zz/  /-1"}});
  const auto modem = read_usb_port(tree.sys(), "ttyUSB0");
  REQUIRE(modem);
  CHECK(modem->vid == 0);
  CHECK(modem->pid == 0);
  CHECK(modem->manufacturer == "A?[2J RUN+=\"sh\"");
  CHECK(modem->product == "???");
  CHECK(modem->serial == std::string(longest_usb_attribute, 'x'));
  CHECK(modem->ports.front().interface_class == 0);
}

TEST_CASE("the place on the bus is the last device of a path in sysfs") {
  CHECK(usb_path_in("/sys/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1.4/1-1.4:1.2/ttyUSB0") ==
        "1-1.4");
  CHECK(usb_path_in("/sys/devices/platform/serial8250/tty/ttyS0").empty());
  CHECK(usb_path_in("").empty());
  CHECK(usb_path_in("/sys/1-/-1/1-1./1-.1/1--1/1-1-1").empty());
}

}  // namespace bank::modem
