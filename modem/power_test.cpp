#include "modem/power_test.hpp"

#include <unistd.h>

#include <filesystem>
#include <functional>
#include <utility>

#include "modem/usb_reset.hpp"

namespace bank::modem {
namespace {

using namespace std::chrono_literals;

constexpr auto look_interval = 50ms;
constexpr auto drivers_time = 1s;  // from the drivers' loss until its lines are those of afterwards
constexpr int on_tries = 20;
constexpr auto on_interval = 500ms;

/// A port that is switched on again at its end, whatever comes between.
class SwitchedPort {
 public:
  SwitchedPort(std::string port_switch, PowerBench& bench)
      : switch_(std::move(port_switch)), bench_(bench) {}
  SwitchedPort(const SwitchedPort&) = delete;
  SwitchedPort& operator=(const SwitchedPort&) = delete;
  ~SwitchedPort() { (void)on(); }

  Result<void, std::string> off() {
    is_off_ = true;  // also when it fails: who knows how far it came
    return set_port_power(switch_, false);
  }
  Result<void, std::string> on() {
    if (!std::exchange(is_off_, false)) return {};
    auto done = set_port_power(switch_, true);
    for (int i = 1; i < on_tries && !done; ++i) {
      bench_.insist(on_interval);
      done = set_port_power(switch_, true);
    }
    if (done) return done;
    return unexpected(
        "the power could not be switched on again: write 0 to the file, or pull the "
        "plug of the hub; " +
        done.error());
  }

 private:
  std::string switch_;
  PowerBench& bench_;
  bool is_off_ = false;
};

class PowerTest {
 public:
  PowerTest(const std::string& sys, std::string usb_path, std::string port_switch,
            PowerBench& bench)
      : sys_(sys),
        device_(std::filesystem::path(sys) / "bus/usb/devices" / usb_path),
        usb_path_(std::move(usb_path)),
        switch_(std::move(port_switch)),
        bench_(bench) {}

  Result<PowerObservations, std::string> run() {
    const auto first = bench_.ask({}, power_answer_time);
    if (!first) return unexpected(first.error());
    auto done = with_settings_of(*first);
    // A modem that was started anew knows nothing of them, and is not asked more than that.
    if (!done || verdict_of(seen_) != PowerVerdict::works) (void)bench_.ask(*first, drivers_time);
    if (!done) return unexpected(done.error());
    return seen_;
  }

 private:
  Result<void, std::string> with_settings_of(const Volatile& first) {
    const Volatile wanted = changed_from(first);
    const auto taken = bench_.ask(wanted, power_answer_time);
    if (!taken) return unexpected(taken.error());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (taken->at(i) == wanted.at(i)) seen_.changed.at(i) = wanted.at(i);
    }
    if (auto done = reauthorise(sys_, usb_path_); !done) return done;
    if (!bench_.wait(drivers_time)) return broken_off();
    const auto reopened = bench_.ask({}, power_answer_time);
    if (!reopened) return unexpected(reopened.error());
    seen_.reopened = *reopened;
    return can_tell(seen_) ? cut() : Result<void, std::string>{};
  }

  Result<void, std::string> cut() {
    SwitchedPort port(switch_, bench_);
    const auto off = switch_off(port);
    const auto since = bench_.now();
    if (auto on = port.on(); !on) return on;  // worse than whatever came before
    if (!off || !seen_.gone) return off;
    auto back = until([&] { return is_there(); }, since, power_back_time);
    if (!back) return broken_off();
    seen_.back = *back;
    if (!seen_.back) return {};
    const auto after = bench_.ask({}, power_answer_time);
    if (!after) return bench_.wait(0ms) ? Result<void, std::string>{} : broken_off();
    seen_.answered = time_since(since);
    seen_.after = *after;
    return {};
  }

  Result<void, std::string> switch_off(SwitchedPort& port) {
    const auto since = bench_.now();
    const auto off = port.off();
    seen_.is_switched = off.has_value();
    if (!off) {
      seen_.why = off.error();
      return {};
    }
    auto gone = until([&] { return !is_there(); }, since, power_gone_time);
    if (!gone || !bench_.wait(port_off_time)) return broken_off();
    seen_.gone = *gone;
    return {};
  }

  using Time = std::optional<std::chrono::milliseconds>;

  /// When it was so, nothing when it was not in time; an error when it was broken off.
  Result<Time, std::string> until(const std::function<bool()>& is_so, at::TimePoint since,
                                  std::chrono::milliseconds longest) {
    while (!is_so()) {
      if (time_since(since) >= longest) return Time{};
      if (!bench_.wait(look_interval)) return unexpected(broken_off().error());
    }
    return Time{time_since(since)};
  }

  [[nodiscard]] std::chrono::milliseconds time_since(at::TimePoint start) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(bench_.now() - start);
  }
  [[nodiscard]] bool is_there() const {
    std::error_code error;
    return std::filesystem::exists(device_, error);
  }
  static Result<void, std::string> broken_off() {
    return unexpected(std::string("broken off; what was switched off is on again"));
  }

  const std::string& sys_;
  std::filesystem::path device_;
  std::string usb_path_;
  std::string switch_;
  PowerBench& bench_;
  PowerObservations seen_;
};

}  // namespace

/// Switching there by a program has made things worse (luci-app-5gmodem#25), and what else hangs on
/// the same supply nobody knows.
bool is_at_root_hub(const std::string& usb_path) {
  return usb_path.find('.') == std::string::npos;
}

Result<PowerObservations, std::string> try_port_power(const std::string& sys,
                                                      const std::string& usb_path,
                                                      PowerBench& bench) {
  if (is_at_root_hub(usb_path)) {
    return unexpected(usb_path + " is a port of a root hub, which is not switched");
  }
  const auto port = switch_of_port(sys, usb_path);
  if (!port) {
    PowerObservations seen;
    seen.is_switched = false;
    seen.why = port.error();
    return seen;
  }
  if (::access(port->c_str(), W_OK) != 0) {
    return unexpected(*port + " may not be written; run this as root");
  }
  return PowerTest(sys, usb_path, *port, bench).run();
}

}  // namespace bank::modem
