#pragma once

#include <fmt/format.h>
#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

namespace bank::modem::test {

namespace fs = std::filesystem;

struct FakeDevice {
  std::string usb_path;  // "1-1.4"
  std::string vid, pid;  // hexadecimal, as sysfs has them
  std::string manufacturer{}, product{}, serial{};
  int interfaces = 1;
  std::string controller = "0000:00:14.0";
};

struct FakeLine {
  int interface = 0;
  std::string tty;
  std::string type = "ff/ff/ff";   // class, subclass, protocol
  std::string driver = "option1";  // "cdc_acm" has no level of its own
  int number = 0;
};

/// A made-up /sys and /dev with USB devices, in a folder of its own, laid out as the kernel does.
class UsbTree {
 public:
  UsbTree() {
    std::string name = (fs::temp_directory_path() / "modembank-usb-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root_ = name;
    fs::create_directories(root_ / "sys/class/tty");
    fs::create_directories(root_ / "dev/modembank");
    fs::create_directories(root_ / "sys/devices/virtual/tty/tty0");  // a console, not on USB
    fs::create_symlink("../../devices/virtual/tty/tty0", root_ / "sys/class/tty/tty0");
  }
  ~UsbTree() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  UsbTree(const UsbTree&) = delete;
  UsbTree& operator=(const UsbTree&) = delete;

  [[nodiscard]] std::string sys() const { return (root_ / "sys").string(); }
  [[nodiscard]] std::string dev() const { return (root_ / "dev").string(); }
  [[nodiscard]] std::string operator/(const std::string& name) const {
    return (root_ / name).string();
  }

  void plug(const FakeDevice& device, std::initializer_list<FakeLine> lines) {
    const fs::path folder = root_ / "sys" / place_of(device);
    fs::create_directories(folder);
    write(folder / "idVendor", device.vid);
    write(folder / "idProduct", device.pid);
    write(folder / "bNumInterfaces", fmt::format("{:2}", device.interfaces));
    if (!device.manufacturer.empty()) write(folder / "manufacturer", device.manufacturer);
    if (!device.product.empty()) write(folder / "product", device.product);
    if (!device.serial.empty()) write(folder / "serial", device.serial);
    for (const FakeLine& line : lines) add(device, line);
  }
  void unplug(const FakeDevice& device) {
    const fs::path folder = root_ / "sys" / place_of(device);
    fs::remove_all(folder);
    for (const auto& link : fs::directory_iterator(root_ / "sys/class/tty")) {
      if (!fs::exists(link.path())) fs::remove(link.path());
    }
  }
  /// A link in dev/modembank, as the rules make them.
  void link(const std::string& slot, const std::string& tty) {
    fs::create_symlink("../" + tty, root_ / "dev/modembank" / slot);
  }

  /// "devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1.4"
  static fs::path place_of(const FakeDevice& device) {
    fs::path place = fs::path("devices/pci0000:00") / device.controller /
                     ("usb" + device.usb_path.substr(0, device.usb_path.find('-')));
    for (auto dot = device.usb_path.find('.'); dot != std::string::npos;
         dot = device.usb_path.find('.', dot + 1)) {
      place /= device.usb_path.substr(0, dot);
    }
    return place / device.usb_path;
  }

 private:
  static void write(const fs::path& file, const std::string& text) {
    std::ofstream(file, std::ios::binary) << text << '\n';
  }

  void add(const FakeDevice& device, const FakeLine& line) {
    const fs::path interface =
        place_of(device) / fmt::format("{}:1.{}", device.usb_path, line.interface);
    const bool own_level = line.driver != "cdc_acm";
    const fs::path port = own_level ? interface / line.tty : interface;
    const fs::path tty = port / "tty" / line.tty;
    fs::create_directories(root_ / "sys" / tty);
    write(root_ / "sys" / interface / "bInterfaceNumber", fmt::format("{:02x}", line.interface));
    write(root_ / "sys" / interface / "bInterfaceClass", line.type.substr(0, 2));
    write(root_ / "sys" / interface / "bInterfaceSubClass", line.type.substr(3, 2));
    write(root_ / "sys" / interface / "bInterfaceProtocol", line.type.substr(6, 2));
    if (own_level) write(root_ / "sys" / port / "port_number", std::to_string(line.number));
    const fs::path driver = root_ / "sys" / port / "driver";
    if (!fs::is_symlink(driver)) fs::create_symlink("/sys/bus/x/drivers/" + line.driver, driver);
    fs::create_symlink(fs::path("../..") / tty, root_ / "sys/class/tty" / line.tty);
    std::ofstream(root_ / "dev" / line.tty) << "";
  }

  fs::path root_;
};

}  // namespace bank::modem::test
