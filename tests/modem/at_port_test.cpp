// Which of a modem's lines takes AT commands.
#include "modem/at_port.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace bank::modem {
namespace {

using By = AtPortKnownBy;

UsbPort line(int interface, int protocol = 0xff, int subclass = 0xff, int of_class = 0xff) {
  UsbPort port;
  port.tty = "ttyUSB" + std::to_string(interface);
  port.driver = of_class == 2 ? "cdc_acm" : "option1";
  port.interface = static_cast<std::uint8_t>(interface);
  port.interface_class = static_cast<std::uint8_t>(of_class);
  port.subclass = static_cast<std::uint8_t>(subclass);
  port.protocol = static_cast<std::uint8_t>(protocol);
  return port;
}

UsbModem modem(std::uint16_t vid, std::uint16_t pid, std::vector<UsbPort> ports) {
  UsbModem made;
  made.usb_path = made.device = "1-1";
  made.vid = vid;
  made.pid = pid;
  made.ports = std::move(ports);
  return made;
}

std::vector<int> order_of(const UsbModem& of) {
  std::vector<int> interfaces;
  for (const std::size_t index : at_port_order(of)) {
    interfaces.push_back(of.ports.at(index).interface);
  }
  return interfaces;
}

}  // namespace

TEST_CASE("AT commands are tried on a modem's lines in the order of what is known of them") {
  struct Vector {
    const char* name;
    UsbModem modem;
    std::vector<int> interfaces;
    By known_by;
  };
  const Vector vectors[] = {
      {"Quectel EC25: the third, then the fourth; never diagnosis and positions",
       modem(0x2c7c, 0x0125, {line(0), line(1), line(2), line(3)}),
       {2, 3},
       By::model},
      {"SIMCom SIM7600: the same, and no sound",
       modem(0x1e0e, 0x9001, {line(0), line(1), line(2), line(3), line(4)}),
       {2, 3},
       By::model},
      {"Cinterion PLS8: data last",
       modem(0x1e2d, 0x0061, {line(0), line(2), line(4), line(6)}),
       {2, 0},
       By::model},
      {"u-blox SARA-U2: the second ones after the first",
       modem(0x1546, 0x1102, {line(0, 1, 2, 2), line(2, 1, 2, 2), line(4, 1, 2, 2), line(6)}),
       {0, 2, 4},
       By::model},
      {"Huawei: what the descriptor says, the modem line last",
       modem(0x12d1, 0x1506, {line(0, 1, 1), line(1, 3, 1), line(2, 2, 1)}),
       {2, 1, 0},
       By::descriptor},
      {"Huawei of the second subclass",
       modem(0x12d1, 0xffff, {line(0, 1, 2), line(1, 2, 2)}),
       {1, 0},
       By::descriptor},
      {"Huawei whose number is of another firmware: the descriptor is believed",
       modem(0x12d1, 0x1465, {line(3, 3, 1), line(4, 2, 1)}),
       {4, 3},
       By::descriptor},
      {"an old Huawei whose descriptor says nothing: its number",
       modem(0x12d1, 0x1003, {line(0), line(1)}),
       {1, 0},
       By::model},
      {"nobody knows it: in order",
       modem(0x1234, 0x5678, {line(0), line(1), line(2)}),
       {0, 1, 2},
       By::nobody},
      {"nobody knows it, but one line says that it takes V.250",
       modem(0x1234, 0x5678, {line(0), line(2, 1, 2, 2)}),
       {2, 0},
       By::nobody},
      {"a known model in another composition: what is left may be tried",
       modem(0x2c7c, 0x0125, {line(0), line(1), line(5)}),
       {5},
       By::nobody},
      {"a known model with nothing but lines that are never written to",
       modem(0x2c7c, 0x0125, {line(0), line(1)}),
       {},
       By::nobody},
      {"a serial chip", modem(0x1a86, 0x7523, {line(0)}), {0}, By::bridge},
      {"no lines at all", modem(0x2c7c, 0x0125, {}), {}, By::nobody},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.name) {
      CHECK(order_of(v.modem) == v.interfaces);
      CHECK(at_port_known_by(v.modem) == v.known_by);
    }
  }
}

TEST_CASE("what is known of models is what stands in udev/usb-ids.tsv") {
  std::ifstream file(MODEMBANK_SOURCE_DIR "/udev/usb-ids.tsv");
  std::string row;
  std::getline(file, row);  // the names of its columns
  int numbered = 0;
  while (std::getline(file, row)) {
    CAPTURE(row);
    std::istringstream fields(row);
    std::string vid, pid, maker, name, lines, at;
    for (std::string* field : {&vid, &pid, &maker, &name, &lines, &at}) {
      std::getline(fields, *field, '\t');
    }
    const auto id = [](const std::string& text) {
      return static_cast<std::uint16_t>(std::stoul(text, nullptr, 16));
    };
    std::vector<UsbPort> ports;
    for (int i = 0; i < 16; ++i) ports.push_back(line(i));
    const UsbModem known = modem(id(vid), id(pid), std::move(ports));
    if (at.find_first_not_of("0123456789") != std::string::npos) {
      CHECK(at_port_known_by(known) == (at == "each" ? By::bridge : By::nobody));
      continue;
    }
    ++numbered;
    CHECK(at_port_known_by(known) != By::nobody);
    CHECK(order_of(known).front() == std::stoi(at));
  }
  CHECK(numbered > 250);
}

}  // namespace bank::modem
