#include "firmware-host/test_power.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "at/notification.hpp"
#include "firmware-host/json_line.hpp"
#include "firmware-host/modem_talk.hpp"
#include "firmware-host/slot_map_file.hpp"
#include "modem/port_holder.hpp"
#include "modem/power_test.hpp"
#include "modem/usb_reset.hpp"

namespace bank::host {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using modem::UsbModem;
using modem::Volatile;

constexpr auto look_interval = 200ms;  // for a port that is not there yet
constexpr std::chrono::milliseconds wait_step{20};

// --- a person breaks it off ---------------------------------------------------------------------

volatile std::sig_atomic_t is_broken_off = 0;

bool broken_off() {
  return is_broken_off != 0;
}

/// While it lives, signals end the test in good order instead of the program: a port that is off
/// must be switched on.
class EndsInGoodOrder {
 public:
  EndsInGoodOrder() {
    struct sigaction action {};
    action.sa_handler = [](int) { is_broken_off = 1; };
    for (std::size_t i = 0; i < signals.size(); ++i) {
      ::sigaction(signals.at(i), &action, &before_.at(i));
    }
  }
  ~EndsInGoodOrder() {
    for (std::size_t i = 0; i < signals.size(); ++i) {
      ::sigaction(signals.at(i), &before_.at(i), nullptr);
    }
  }
  EndsInGoodOrder(const EndsInGoodOrder&) = delete;
  EndsInGoodOrder& operator=(const EndsInGoodOrder&) = delete;

 private:
  static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
  std::array<struct sigaction, signals.size()> before_{};
};

// --- the modem ----------------------------------------------------------------------------------

/// "AT+CREG?"; nothing where it is not told.
std::optional<int> setting(ModemTalk& talk, std::string_view name) {
  const std::string prefix = fmt::format("{}:", name);
  const auto reply = talk.ask({fmt::format("AT{}?", name), prefix});
  if (!reply || reply->empty()) return std::nullopt;
  std::string_view text = reply->front().text;
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of(' ', prefix.size()), text.size()));
  int value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc{} ? std::optional(value) : std::nullopt;
}

class Bench final : public modem::PowerBench {
 public:
  Bench(const SlotsOptions& options, const SlotMap& map, std::string usb_path)
      : options_(options), map_(map), usb_path_(std::move(usb_path)) {}

  [[nodiscard]] at::TimePoint now() override { return Clock::now(); }
  [[nodiscard]] bool wait(std::chrono::milliseconds time) override {
    for (const auto end = Clock::now() + time; !broken_off() && Clock::now() < end;) {
      pass(std::min(time, wait_step));
    }
    return !broken_off();
  }
  void insist(std::chrono::milliseconds time) override {
    for (const auto end = Clock::now() + time; Clock::now() < end;) pass(std::min(time, wait_step));
  }

  /// The port is opened for each question: its name may be another after the modem was gone.
  [[nodiscard]] Result<Volatile, std::string> ask(const Volatile& set,
                                                  std::chrono::milliseconds within) override {
    const auto deadline = Clock::now() + within;
    std::string why = usb_path_ + ": has no port that takes AT commands";
    do {
      const auto device = at_device();
      if (!device) continue;
      ModemTalk talk(broken_off);
      if (auto begun = talk.begin(*device, deadline); !begun) {
        why = begun.error();
        continue;
      }
      return exchange(talk, set);
    } while (wait(look_interval) && Clock::now() < deadline);
    return unexpected(broken_off() ? "broken off before anything was switched" : why);
  }

 private:
  /// So long, or until a signal comes.
  static void pass(std::chrono::milliseconds time) {
    (void)::poll(nullptr, 0, static_cast<int>(time.count()));
  }
  static Volatile exchange(ModemTalk& talk, const Volatile& set) {
    Volatile now;
    for (std::size_t i = 0; i < set.size(); ++i) {
      const std::string_view name = modem::volatile_settings.at(i);
      if (set.at(i)) (void)talk.ask({fmt::format("AT{}={}", name, *set.at(i)), ""});
      now.at(i) = setting(talk, name);
    }
    return now;
  }
  [[nodiscard]] std::optional<std::string> at_device() const {
    for (const UsbModem& modem : modem::read_usb_modems(options_.sys)) {
      if (modem.usb_path != usb_path_) continue;
      const auto port = at_port_of(map_, modem);
      if (port) return (fs::path(options_.dev) / modem.ports[*port].tty).string();
    }
    return std::nullopt;
  }

  const SlotsOptions& options_;
  const SlotMap& map_;
  std::string usb_path_;
};

// --- what is to be tested -----------------------------------------------------------------------

struct Tested {
  RackSlot* slot;
  const UsbModem* modem;
};

/// Error: one line for a person.
Result<std::vector<Tested>, std::string> chosen(const std::string& which, SlotMap& map,
                                                const std::vector<UsbModem>& modems) {
  std::vector<Tested> all;
  std::string_view number = which;
  if (number.starts_with("slot-")) number.remove_prefix(5);
  int wanted = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), wanted);
  const bool is_number =
      read.ec == std::errc{} && read.ptr == number.data() + number.size() && wanted > 0;
  if (which != "all" && !is_number) {
    return unexpected(
        fmt::format("--test-power: {} is no slot; write its number, such as 7 or "
                    "slot-07, or leave it out for all",
                    which));
  }
  for (const UsbModem& modem : modems) {
    const auto has = slot_of(map, modem);
    if (!has || (which != "all" && *has != wanted)) continue;
    const auto slot =
        std::find_if(map.begin(), map.end(), [&](const RackSlot& s) { return s.number == *has; });
    all.push_back({&*slot, &modem});
  }
  std::sort(all.begin(), all.end(),
            [](const Tested& a, const Tested& b) { return a.slot->number < b.slot->number; });
  if (all.empty()) {
    return unexpected(
        fmt::format("--test-power: nothing is plugged in at {}; `modembank slots` "
                    "shows what is",
                    slot_name(wanted)));
  }
  return all;
}

/// Who holds a port that nobody may hold now; one line for a person.
std::optional<std::string> held(const std::string& dev, const std::vector<UsbModem>& modems,
                                const std::vector<Tested>& tested) {
  for (const UsbModem& modem : modems) {
    const bool is_tested = std::any_of(tested.begin(), tested.end(),
                                       [&](const Tested& one) { return one.modem == &modem; });
    for (const auto& port : modem.ports) {
      const std::string device = (fs::path(dev) / port.tty).string();
      struct stat node {};
      if (::stat(device.c_str(), &node) != 0) continue;
      std::error_code none;
      const bool is_pty = fs::canonical(device, none).string().starts_with("/dev/pts/");
      const auto holder = is_pty ? modem::lock_holder_of(node) : modem::holder_of(node);
      if (!holder) continue;
      const bool is_service = holder->program.starts_with("modembank");
      if (!is_service && !is_tested) continue;
      return fmt::format("{} is held by {} (pid {}), and nothing was tested; {}", device,
                         holder->program, holder->pid,
                         is_service ? "stop the service first: systemctl stop modembank"
                                    : "end that program first");
    }
  }
  return std::nullopt;
}

std::string today() {
  return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::now()));
}

// --- what is told -------------------------------------------------------------------------------

void announce(const std::vector<Tested>& tested) {
  using std::chrono::ceil;
  using std::chrono::minutes;
  constexpr auto longest = 3 * modem::power_answer_time + modem::power_gone_time +
                           modem::port_off_time + modem::power_back_time + modem::power_answer_time;
  std::string names;
  for (const Tested& one : tested) {
    names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", slot_name(one.slot->number),
                         one.modem->usb_path);
  }
  fmt::print(
      "The power of {} will be tested, one after another. Each modem gets other values of {},\n"
      "is taken from its drivers and given back; then the port of its hub is switched off for {} s "
      "and on.\nHalf a minute for each where all is well, {} at most. Ctrl-C ends it; what is off "
      "is switched on.\n\n",
      names, fmt::join(modem::volatile_settings, " and "), modem::port_off_time.count(),
      fmt::format("{} minutes", ceil<minutes>(longest).count()));
  std::fflush(stdout);
}

ordered_json milliseconds(const std::optional<std::chrono::milliseconds>& time) {
  return time ? ordered_json(time->count()) : ordered_json();
}

void tell(bool as_json, const Tested& one, const std::optional<PowerNote>& note,
          const std::string& what) {
  const std::string name = slot_name(one.slot->number);
  if (as_json) {
    const PowerNote shown = note.value_or(PowerNote{});
    fmt::print(
        "{}\n",
        json_line({{"slot", name},
                   {"usb_path", one.modem->usb_path},
                   {"power", note ? ordered_json(modem::name_of(note->verdict)) : ordered_json()},
                   {"date", text_or_null(shown.date)},
                   {"gone_ms", milliseconds(shown.gone)},
                   {"back_ms", milliseconds(shown.back)},
                   {"answers_ms", milliseconds(shown.answers)},
                   {"what", what}}));
  } else {
    fmt::print("{} {}: {}\n", name, one.modem->usb_path, what);
  }
  std::fflush(stdout);
}

/// Why it is not even tried there.
std::optional<std::string> refusal(const Tested& one) {
  if (one.slot->line) {
    return one.modem->device +
           " is a chip with several modems behind it, which would all be cut off";
  }
  if (modem::is_at_root_hub(one.modem->device)) {
    return one.modem->device +
           " is a port of the computer itself (a root hub), which is not switched; plug the modem "
           "into a hub that switches power";
  }
  return std::nullopt;
}

}  // namespace

int test_power(const SlotsOptions& options, SlotMap map, const std::vector<UsbModem>& modems) {
  auto tested = chosen(options.test_power, map, modems);
  if (!tested) return complain(exit_usage, tested.error());
  if (const auto who = held(options.dev, modems, *tested)) return complain(exit_failed, *who);
  const EndsInGoodOrder in_good_order;
  bool all_work = true;
  std::erase_if(*tested, [&](const Tested& one) {
    const auto why = refusal(one);
    if (why) tell(options.json, one, std::nullopt, "is not tested: " + *why);
    all_work = all_work && !why;
    return why.has_value();
  });
  if (!options.json && !tested->empty()) announce(*tested);
  for (const Tested& one : *tested) {
    if (broken_off()) return complain(exit_failed, "broken off; the slots before were tested");
    Bench bench(options, map, one.modem->usb_path);
    const auto seen = modem::try_port_power(options.sys, one.modem->usb_path, bench);
    if (!seen) {
      tell(options.json, one, std::nullopt, "was not tested: " + seen.error());
      all_work = false;
      continue;
    }
    one.slot->power = note_of(*seen, today());
    all_work = all_work && one.slot->power->verdict == modem::PowerVerdict::works;
    tell(options.json, one, one.slot->power, modem::sentence_of(*seen));
    if (const auto why = save_slot_map(options.write, text_of(map, modems))) {
      return complain(exit_failed, *why);
    }
  }
  return all_work ? exit_done : exit_failed;
}

}  // namespace bank::host
