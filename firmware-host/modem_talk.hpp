#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "at/dialogue.hpp"
#include "at/result.hpp"
#include "modem/port.hpp"

namespace bank::host {

/// A few questions to one modem, asked by a command that waits for each answer. Destroyed, it
/// closes the port.
class ModemTalk {
 public:
  /// `broken_off`: asked again and again; once it is true, every call ends at once and well or not.
  explicit ModemTalk(std::function<bool()> broken_off) : broken_off_(std::move(broken_off)) {}

  /// Opens the port and calls until a modem answers, until `deadline` at most. Error: one line for
  /// a person.
  [[nodiscard]] Result<void, std::string> begin(const std::string& device, at::TimePoint deadline);
  /// Nothing when it refused, or was not answered.
  [[nodiscard]] std::optional<at::Reply> ask(at::Command command);

 private:
  [[nodiscard]] bool run_until(const std::function<bool()>& is_so, at::TimePoint deadline);
  void perform(at::DialogueEvents events);
  void drain();

  std::function<bool()> broken_off_;
  boost::asio::io_context io_;
  modem::WorkerPool pool_{1};
  std::optional<modem::Port> port_;
  at::Dialogue dialogue_;
  std::optional<Result<at::Reply, at::DialogueFailure>> answer_;
  bool is_lost_ = false;
};

}  // namespace bank::host
