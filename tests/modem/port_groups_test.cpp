#include "modem/port_groups.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using namespace bank::modem;
using namespace std::chrono_literals;
using Kind = PortGroups::Change::Kind;

namespace {

const bank::at::TimePoint start{1h};

/// A modem of which nothing is known but its lines, ttyUSB<first> and on.
UsbModem stick(const std::string& device, int first, int lines) {
  UsbModem modem;
  modem.usb_path = modem.device = device;
  modem.hub = device.substr(0, device.rfind('.'));
  modem.vid = 0xFFF0;
  for (int i = 0; i < lines; ++i) {
    UsbPort port;
    port.tty = "ttyUSB" + std::to_string(first + i);
    port.driver = "option1";
    port.interface = static_cast<std::uint8_t>(i);
    modem.ports.push_back(port);
  }
  return modem;
}

PortSet ports(const std::vector<std::string>& devices) {
  PortSet set;
  for (const auto& device : devices) {
    set[device] = {device, static_cast<dev_t>(std::hash<std::string>{}(device)), 1};
  }
  return set;
}

std::vector<std::string> told(const std::vector<PortGroups::Change>& changes) {
  std::vector<std::string> lines;
  for (const auto& change : changes) {
    lines.push_back((change.kind == Kind::gone ? "-" : "+") + change.found.place + " " +
                    change.found.path);
  }
  return lines;
}
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("several lines of one device are one modem, whatever their numbers") {
  PortGroups groups({});
  const auto first = groups.update(ports({"/dev/ttyUSB0", "/dev/ttyUSB1", "/dev/ttyUSB2"}),
                                   {stick("1-1.4", 0, 3)}, start);
  CHECK(told(first) == Lines{"+usb-1-1.4 /dev/ttyUSB0"});
  CHECK(first.front().found.hub == "1-1");
  // It starts anew and comes back with other numbers: the same place.
  CHECK(told(groups.update({}, {}, start + 1s)) == Lines{"-usb-1-1.4 /dev/ttyUSB0"});
  CHECK(told(groups.update(ports({"/dev/ttyUSB5", "/dev/ttyUSB6", "/dev/ttyUSB7"}),
                           {stick("1-1.4", 5, 3)}, start + 9s)) ==
        Lines{"+usb-1-1.4 /dev/ttyUSB5"});
}

TEST_CASE("where nobody answers the next line is tried, and at last the first again") {
  PortGroups groups({});
  (void)groups.update(ports({"/dev/ttyUSB0", "/dev/ttyUSB1"}), {stick("1-2", 0, 2)}, start);
  CHECK(told(groups.silent("usb-1-2")) == Lines{"-usb-1-2 /dev/ttyUSB0", "+usb-1-2 /dev/ttyUSB1"});
  // That one is kept as long as it is there.
  CHECK(groups.update(ports({"/dev/ttyUSB0", "/dev/ttyUSB1"}), {stick("1-2", 0, 2)}, start + 1s)
            .empty());
  CHECK(told(groups.silent("usb-1-2")) == Lines{"-usb-1-2 /dev/ttyUSB1", "+usb-1-2 /dev/ttyUSB0"});
  CHECK(groups.silent("usb-9-9").empty());
}

TEST_CASE("what a person has written down is a modem of its own, and by its name") {
  PortGroups groups({"/dev/ttyUSB1"});
  const auto found =
      told(groups.update(ports({"/dev/ttyUSB0", "/dev/ttyUSB1"}), {stick("1-2", 0, 2)}, start));
  CHECK(found == Lines{"+/dev/ttyUSB1 /dev/ttyUSB1"});
}

TEST_CASE("a link's name is the place, and one that leads elsewhere is another modem") {
  PortGroups groups({});
  PortSet present;
  present["/dev/modembank/slot-01"] = {"/dev/pts/3", 3, 3};
  CHECK(told(groups.update(present, {}, start)) ==
        Lines{"+/dev/modembank/slot-01 /dev/modembank/slot-01"});
  CHECK(groups.update(present, {}, start + 1s).empty());
  present["/dev/modembank/slot-01"] = {"/dev/pts/4", 4, 4};
  CHECK(told(groups.update(present, {}, start + 2s)) ==
        Lines{"-/dev/modembank/slot-01 /dev/modembank/slot-01",
              "+/dev/modembank/slot-01 /dev/modembank/slot-01"});
}
