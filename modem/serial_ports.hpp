#pragma once

#include <boost/asio/io_context.hpp>
#include <optional>

#include "modem/port_watch.hpp"
#include "modem/ports.hpp"
#include "modem/worker_pool.hpp"

namespace bank::modem {

/// The serial lines of this machine.
class SerialPorts final : public Ports {
 public:
  explicit SerialPorts(boost::asio::io_context& io) : io_(io) {}

  void open(const std::string& path, int baud, Opened opened) override;
  void watch(std::vector<std::string> paths, PortNews news) override;
  void silent(const std::string& place) override;
  /// What an earlier run may have left switched off.
  void power_up(const std::vector<std::string>& usb_paths);
  void reset_usb(const std::string& usb_path, UsbReset how,
                 std::function<void(Result<void, std::string>)> done) override;
  /// Openings, changes and closings of lines that wait for a thread. From any thread.
  [[nodiscard]] std::size_t jobs_waiting() const { return pool_.waiting(); }

 private:
  void power_on(const std::string& port, int tries,
                const std::function<void(Result<void, std::string>)>& done);
  void on_pool(std::function<Result<void, std::string>()> work,
               std::function<void(Result<void, std::string>)> done);

  boost::asio::io_context& io_;
  WorkerPool pool_;
  WorkerPool looks_{1};  // its own: modems that hang can hold all of the other's threads for long
  std::optional<PortWatch> watch_;
};

}  // namespace bank::modem
