// Several ports, one modem.
#include "modem/modem_ports.hpp"

#include <catch2/catch.hpp>

namespace bank::modem {
namespace {

UsbModem ec25(const std::string& usb_path, int first_tty) {
  UsbModem modem;
  modem.usb_path = modem.device = usb_path;
  modem.hub = "1-1";
  modem.vid = 0x2c7c;
  modem.pid = 0x0125;
  for (std::uint8_t i = 0; i < 4; ++i) {
    UsbPort port;
    port.tty = "ttyUSB" + std::to_string(first_tty + i);
    port.driver = "option1";
    port.interface = i;
    modem.ports.push_back(port);
  }
  return modem;
}

PortSet named(std::initializer_list<std::pair<std::string, std::string>> names) {
  PortSet set;
  for (const auto& [path, device] : names) set.emplace(path, PortTarget{device, 0, 0});
  return set;
}
PortSet ttys(std::initializer_list<int> numbers) {
  PortSet set;
  for (const int number : numbers) {
    const std::string path = "/dev/ttyUSB" + std::to_string(number);
    set.emplace(path, PortTarget{path, 0, 0});
  }
  return set;
}

}  // namespace

TEST_CASE("of the lines of a modem one is opened") {
  const std::vector<UsbModem> rack{ec25("1-1.1", 0), ec25("1-1.2", 4)};
  using Found = std::vector<ModemPorts>;
  struct Vector {
    const char* name;
    PortSet present;
    Found found;
  };
  const Vector vectors[] = {
      {"nothing is there", {}, {}},
      {"all lines of two modems",
       ttys({0, 1, 2, 3, 4, 5, 6, 7}),
       {{"1-1.1", "1-1", {"/dev/ttyUSB2", "/dev/ttyUSB3"}, {"/dev/ttyUSB0", "/dev/ttyUSB1"}},
        {"1-1.2", "1-1", {"/dev/ttyUSB6", "/dev/ttyUSB7"}, {"/dev/ttyUSB4", "/dev/ttyUSB5"}}}},
      {"the best is still to come",
       ttys({0, 3}),
       {{"1-1.1", "1-1", {"/dev/ttyUSB3"}, {"/dev/ttyUSB0"}, false}}},
      {"only lines that are never opened have come",
       ttys({0}),
       {{"1-1.1", "1-1", {}, {"/dev/ttyUSB0"}, false}}},
      {"a slot's link and the devices themselves: one port under the link's name",
       named({{"/dev/ttyUSB0", "/dev/ttyUSB0"},
              {"/dev/ttyUSB2", "/dev/ttyUSB2"},
              {"/x/slot-01", "/dev/ttyUSB2"}}),
       {{"1-1.1", "1-1", {"/x/slot-01"}, {"/dev/ttyUSB0"}}}},
      {"a link to a line that the model does not have for AT: udev or a person has chosen",
       named({{"/dev/modembank/slot-01", "/dev/ttyUSB1"}, {"/dev/ttyUSB2", "/dev/ttyUSB2"}}),
       {{"1-1.1", "1-1", {"/dev/modembank/slot-01", "/dev/ttyUSB2"}, {}}}},
      {"links to every line choose nothing",
       named(
           {{"/dev/serial/by-path/a", "/dev/ttyUSB0"}, {"/dev/serial/by-path/b", "/dev/ttyUSB2"}}),
       {{"1-1.1", "1-1", {"/dev/serial/by-path/b"}, {"/dev/serial/by-path/a"}}}},
      {"ports that are not on USB stand for themselves",
       named({{"/rack/slot-02", "/dev/pts/7"}, {"/dev/ttyS0", "/dev/ttyS0"}}),
       {{"/dev/ttyS0", "", {"/dev/ttyS0"}, {}}, {"/rack/slot-02", "", {"/rack/slot-02"}, {}}}},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      CHECK(modem_ports(v.present, rack) == v.found);
    }
  }
}

}  // namespace bank::modem
