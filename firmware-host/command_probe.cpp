#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <optional>

#include "firmware-host/commands.hpp"
#include "firmware-host/json_line.hpp"
#include "firmware-host/log.hpp"
#include "modem/port.hpp"
#include "modem/probe.hpp"

namespace bank::host {
namespace {

using Clock = std::chrono::steady_clock;

/// One port from opening to the last answer.
class Run {
 public:
  Run(std::string path, int baud) : path_(std::move(path)), baud_(baud) {}

  /// Why the modem could not be asked; nothing where it was.
  std::optional<std::string> to_its_end() {
    modem::Port::open(io_, pool_, path_, baud_, [this](auto port) { opened(std::move(port)); });
    io_.run();
    return why_;
  }
  [[nodiscard]] const modem::Findings& findings() const { return probe_.findings(); }

 private:
  void opened(Result<modem::Port, modem::PortError> port) {
    if (!port) {
      why_ = port.error().detail;
      return;
    }
    port_.emplace(std::move(*port));
    port_->read([this](std::string_view bytes) { go_on(probe_.received(bytes, Clock::now())); },
                [this](const std::string& why) { end(why); });
    go_on(probe_.opened(Clock::now()));
  }

  void go_on(const std::string& bytes) {
    if (!bytes.empty() && !port_->write(bytes)) {
      return end(path_ + ": takes no octets; see that the modem has power");
    }
    if (!probe_.finished()) return arm();
    if (probe_.answered()) return end(std::nullopt);
    end(probe_.babbled()
            ? path_ + ": what is there is no modem, or this is not its AT port; try its other ports"
            : path_ +
                  ": nothing answers; see that the modem has power, and that this is its AT "
                  "port");
  }

  void arm() {
    timer_.expires_at(probe_.deadline());
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) go_on(probe_.expire(Clock::now()));
    });
  }

  void end(std::optional<std::string> why) {
    if (ended_) return;
    ended_ = true;
    why_ = std::move(why);
    timer_.cancel();
    port_->close();
    io_.stop();
  }

  std::string path_;
  int baud_;
  boost::asio::io_context io_;
  modem::WorkerPool pool_{1};
  boost::asio::steady_timer timer_{io_};
  std::optional<modem::Port> port_;
  modem::Probe probe_;
  std::optional<std::string> why_;
  bool ended_ = false;
};

ordered_json json_of(const modem::Findings& found) {
  const modem::Facts& facts = found.facts;
  ordered_json storage = ordered_json::array();
  for (const auto& use : found.storage) {
    storage.push_back(
        {{"name", text_or_null(use.name.value_or(""))}, {"used", use.used}, {"total", use.total}});
  }
  return {{"maker", text_or_null(facts.maker)},
          {"model", text_or_null(facts.model)},
          {"firmware", text_or_null(facts.firmware)},
          {"imei", text_or_null(facts.imei)},
          {"sim", at::name_of(facts.sim)},
          {"iccid", text_or_null(facts.iccid)},
          {"imsi", text_or_null(facts.imsi)},
          {"number", text_or_null(facts.number)},
          {"operator", text_or_null(facts.operator_name)},
          {"registration", at::name_of(facts.registration)},
          {"signal_dbm", facts.signal_dbm ? ordered_json(*facts.signal_dbm) : ordered_json()},
          {"storage", std::move(storage)},
          {"smsc", text_or_null(facts.smsc)},
          {"profile", found.profile->name},
          {"temperature", found.temperature ? ordered_json(*found.temperature) : ordered_json()},
          {"millivolts", found.millivolts ? ordered_json(*found.millivolts) : ordered_json()},
          {"notification", text_or_null(found.notify)},
          {"capabilities", found.capabilities},
          {"problems", facts.problems}};
}

void print(const ordered_json& object) {
  fmt::print("{}\n", json_line(object));
}

/// "SM 3 of 20, ME 0 of 255"
std::string text_of(const std::vector<at::StorageUse>& storage) {
  std::string text;
  for (const auto& use : storage) {
    text += fmt::format("{}{} {} of {}", text.empty() ? "" : ", ", use.name.value_or("a store"),
                        use.used, use.total);
  }
  return text;
}

std::string text_of(const modem::Profile& profile) {
  std::string text(profile.name);
  if (&profile == &modem::generic_profile()) {
    text += ": none of the known families; it works with what the standards say";
  }
  return text;
}

void tell(const modem::Findings& found) {
  const modem::Facts& facts = found.facts;
  const auto line = [](std::string_view what, const std::string& value) {
    fmt::print("{:16}{}\n", what, value.empty() ? "not told" : log::escaped(value));
  };
  line("maker", facts.maker);
  line("model", facts.model);
  line("firmware", facts.firmware);
  line("IMEI", facts.imei);
  line("SIM", std::string(at::name_of(facts.sim)));
  line("ICCID", facts.iccid);
  line("IMSI", facts.imsi);
  line("own number", facts.number);
  line("operator", facts.operator_name);
  line("registration", std::string(at::name_of(facts.registration)));
  line("signal", facts.signal_dbm ? fmt::format("{} dBm", *facts.signal_dbm) : "");
  line("storage", text_of(found.storage));
  line("service centre", facts.smsc);
  line("profile", text_of(*found.profile));
  if (found.temperature) line("temperature", fmt::format("{:.1f} °C", *found.temperature));
  if (found.millivolts) line("voltage", fmt::format("{:.2f} V", *found.millivolts / 1000.0));
  line("notification", found.notify);
  line("can", fmt::format("{}", fmt::join(found.capabilities, ", ")));
  for (const auto& problem : facts.problems) line("problem", problem);
}

}  // namespace

int command_probe(const ProbeOptions& options) {
  Run run(options.device, options.baud);
  if (const auto why = run.to_its_end()) {
    if (options.json) print({{"error", *why}, {"problems", {*why}}});
    return options.json ? exit_failed : complain(exit_failed, *why);
  }
  options.json ? print(json_of(run.findings())) : tell(run.findings());
  return exit_done;
}

}  // namespace bank::host
