#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "modem/ports.hpp"
#include "modem/worker_pool.hpp"

namespace bank::modem {

/// Tells when modems come and go (PortGroups): a place whose port leads to another device is gone
/// and has appeared. All calls and callbacks are on the thread that runs the io_context; no
/// callback is made from within a call, nor after `stop`. What there is to see is read on the pool,
/// for a USB controller that hangs can hold a reader of sysfs for seconds; one look at a time, so
/// that they are told in the order in which they were made.
///
/// The io_context and the pool must outlive it.
class PortWatch {
 public:
  using Handlers = PortNews;

  static constexpr std::size_t most_ports = 1024;
  static constexpr std::chrono::milliseconds sweep_interval{2000};  // what nobody tells
  static constexpr std::chrono::milliseconds settle{20};            // udev makes a burst of changes

  /// `paths`: fixed devices and glob(7) patterns, e.g. "/dev/modembank/*". Directories that do not
  /// exist yet are waited for.
  PortWatch(boost::asio::io_context& io, WorkerPool& pool, std::vector<std::string> paths,
            Handlers handlers);
  PortWatch(PortWatch&&) noexcept;
  PortWatch& operator=(PortWatch&&) noexcept;
  ~PortWatch();  // stops

  /// Reports what is there now (from the loop, not from within this call), then every change.
  void start();
  void stop();
  /// Nobody answers at that modem's port: from the loop its next one appears instead, if any.
  void silent(const std::string& place);

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace bank::modem
