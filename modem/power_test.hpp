#pragma once

#include <chrono>
#include <string>

#include "at/dialogue.hpp"
#include "at/result.hpp"
#include "modem/power_verdict.hpp"

namespace bank::modem {

inline constexpr std::chrono::milliseconds power_gone_time{10'000};    // for a device to go
inline constexpr std::chrono::milliseconds power_back_time{60'000};    // … and to come back
inline constexpr std::chrono::milliseconds power_answer_time{60'000};  // for its modem, after that

/// What the test of a port's power needs of the world.
class PowerBench {
 public:
  virtual ~PowerBench() = default;
  [[nodiscard]] virtual at::TimePoint now() = 0;
  /// False, and at once, as soon as a person has broken it off.
  [[nodiscard]] virtual bool wait(std::chrono::milliseconds time) = 0;
  /// Waits also then: what was switched off must be switched on.
  virtual void insist(std::chrono::milliseconds time) = 0;
  /// Waits until the modem answers, `within` at most, sets what has a value and reads all. Error:
  /// one line for a person.
  [[nodiscard]] virtual Result<Volatile, std::string> ask(const Volatile& set,
                                                          std::chrono::milliseconds within) = 0;
};

/// A place whose power is not switched: a port of the computer itself (a root hub).
[[nodiscard]] bool is_at_root_hub(const std::string& usb_path);

/// Tries whether the port of the hub that the device at that place is plugged into switches the
/// power: settings are changed that a modem forgets with its power; its drivers lose it and get it
/// back, to see that only the power makes it forget them; then its port is off for as long as the
/// recovery ladder switches it off, and on again: in any case, also when it is broken off. `sys` is
/// the root of sysfs. Blocks up to some minutes.
///
/// Errors  one line for a person, when it could not be tried: a port of the computer itself (a root
///         hub), no rights, a modem that does not answer before, broken off, or, worst, a port that
///         could not be switched on again.
[[nodiscard]] Result<PowerObservations, std::string> try_port_power(const std::string& sys,
                                                                    const std::string& usb_path,
                                                                    PowerBench& bench);

}  // namespace bank::modem
