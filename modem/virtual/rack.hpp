#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "at/result.hpp"
#include "modem/virtual/sim.hpp"

namespace bank::modem::virt {

inline constexpr unsigned most_modems = 999;  // slot-01 … slot-999

struct RackOptions {
  unsigned modems = 8;
  std::string dir;  // made when it is not there; holds slot-01 … and the control socket
  std::chrono::milliseconds latency{0};
  std::chrono::milliseconds jitter{0};
  std::chrono::milliseconds report_delay{0};
  std::chrono::milliseconds boot{0};  // silence of a restart or a replugged modem
  std::size_t storage = default_storage;
  std::string record;  // file of submissions, appended to; empty: none
  std::uint64_t seed = 1;
  std::string pin;         // of every SIM; empty: none
  std::string control;     // path of the control socket; empty: DIR/control
  bool connected = false;  // what goes to the number of a SIM of the rack comes in there
};

/// N virtual modems on pseudo-terminals in one thread: DIR/slot-01 … are links to their slaves.
/// A modem lives on when its host dies, as a real one does; only `unplug` hangs it up.
class Rack {
 public:
  /// Makes the terminals, the links and the control socket; they exist when this returns.
  /// The error says what, where and what to do.
  [[nodiscard]] static Result<std::unique_ptr<Rack>, std::string> open(RackOptions options);
  ~Rack();  // removes links and socket
  Rack(const Rack&) = delete;
  Rack& operator=(const Rack&) = delete;

  /// Serves until `stop`; the record is complete when it returns.
  [[nodiscard]] Result<void, std::string> run();
  /// From any thread or signal handler.
  void stop() noexcept;

  [[nodiscard]] const std::string& control_path() const noexcept;

 private:
  class Impl;
  explicit Rack(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Sends one line to a rack's control socket and gives its one answer line back, blocking at most
/// 5 s: for tests and tools, from any thread or process.
[[nodiscard]] Result<std::string, std::string> ask_rack(const std::string& control_path,
                                                        std::string_view line);

}  // namespace bank::modem::virt
