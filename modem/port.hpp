#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "at/result.hpp"
#include "modem/port_open.hpp"
#include "modem/worker_pool.hpp"

namespace bank::modem {

/// One serial line on the I/O thread: bytes in, bytes out, and the news that it is lost. All calls
/// and all callbacks are on the thread that runs the io_context; no callback is ever made from
/// within a call, nor after `close`. A callback may close or destroy the port that calls it.
///
/// The io_context and the pool must outlive every port.
class Port {
 public:
  using OpenHandler = std::function<void(Result<Port, PortError>)>;
  using BytesHandler = std::function<void(std::string_view)>;       // valid during the call only
  using LostHandler = std::function<void(const std::string& why)>;  // one line for a person

  static constexpr std::size_t read_size = 4096;        // octets handed on at once, at most
  static constexpr std::size_t most_unwritten = 65536;  // octets waiting to be written

  /// Opens on a thread of the pool (see open_port), then calls `handler` once on the I/O thread.
  /// It cannot be called off; a port that is no longer wanted is just dropped by the handler.
  static void open(boost::asio::io_context& io, WorkerPool& pool, std::string path, int baud,
                   OpenHandler handler);

  Port(boost::asio::io_context& io, WorkerPool& pool, OpenedPort opened);
  Port(Port&&) noexcept;
  Port& operator=(Port&&) noexcept;
  ~Port();  // closes

  /// Starts to read, for as long as the port is open; call once. `on_lost` is called once, when the
  /// line has hung up or failed (unplugged, driver error); then only `close` is left to do.
  void read(BytesHandler on_bytes, LostHandler on_lost);

  /// Sends the octets after all earlier ones, at once when the line takes them, without blocking.
  /// False, and none of them are sent, when the port is closed or lost or more than
  /// `most_unwritten` octets would wait: a line that does not drain is given up, not fed.
  [[nodiscard]] bool write(std::string_view octets);

  /// What was not written is thrown away; the descriptor is closed on a thread of the pool.
  void close();

  [[nodiscard]] bool is_open() const noexcept;
  /// Both as OpenedPort says; also of a port that is closed.
  [[nodiscard]] const std::string& device() const noexcept { return device_; }
  [[nodiscard]] const std::string& usb_path() const noexcept { return usb_path_; }

 private:
  class Line;
  std::string device_;
  std::string usb_path_;
  std::shared_ptr<Line> line_;
};

}  // namespace bank::modem
