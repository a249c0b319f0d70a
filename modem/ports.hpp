#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "at/result.hpp"

namespace bank::modem {

/// An open line to a modem. Callbacks come from the loop, never from within a call, and not after
/// it is destroyed, which closes it; a callback may destroy it.
class Wire {
 public:
  using BytesHandler = std::function<void(std::string_view)>;       // valid during the call only
  using LostHandler = std::function<void(const std::string& why)>;  // one line for a person

  virtual ~Wire() = default;
  /// Starts to read; call once. `on_lost` is called once, when the line has hung up or failed.
  virtual void read(BytesHandler on_bytes, LostHandler on_lost) = 0;
  /// False, and none of them are sent, when the line is lost or does not drain.
  [[nodiscard]] virtual bool write(std::string_view octets) = 0;
  /// Where it is plugged in ("1-1.4"); empty when it is no USB device.
  [[nodiscard]] virtual const std::string& usb_path() const = 0;
};

/// What is told of ports that come and go.
struct PortFound {
  std::string place;  // the modem's name among modems, also when its ports are numbered anew
  std::string path;   // what is to be opened
  std::string hub;    // "1-1"; empty where there is none

  friend bool operator==(const PortFound&, const PortFound&) = default;
};
struct PortNews {
  std::function<void(const PortFound& found)> appeared;
  std::function<void(const std::string& place)> gone;
  std::function<void(const std::string& what)> trouble;  // may be empty; one line for a person
};

/// Where modems are plugged in: the machine's serial lines, or the simulation's.
class Ports {
 public:
  /// The wire, or one line for a person why there is none.
  using Opened = std::function<void(Result<std::unique_ptr<Wire>, std::string>)>;

  virtual ~Ports() = default;
  /// Calls `opened` once, from the loop; it cannot be called off.
  virtual void open(const std::string& path, int baud, Opened opened) = 0;
  /// Tells from the loop what is there, then every change; once. `paths`: devices and glob(7)
  /// patterns.
  virtual void watch(std::vector<std::string> paths, PortNews news) = 0;
  /// Nobody answers at the port of that modem: another of its ports may appear instead.
  virtual void silent(const std::string& place) = 0;

  enum class UsbReset {
    reauthorise,  // its drivers lose the device and get it back
    power,        // its port of the hub is switched off for some seconds
  };
  /// Calls `done` once, from the loop, with one line for a person when it could not be done. The
  /// device's ports are gone and appear again meanwhile.
  virtual void reset_usb(const std::string& usb_path, UsbReset how,
                         std::function<void(Result<void, std::string>)> done) = 0;
};

}  // namespace bank::modem
