#include "modem/port.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <optional>
#include <utility>

namespace bank::modem {

namespace asio = boost::asio;
using boost::system::error_code;

/// What a port and its pending operations share. A handler that finds `opened_` empty belongs to a
/// port that was closed meanwhile, and does nothing.
class Port::Line : public std::enable_shared_from_this<Port::Line> {
 public:
  Line(asio::io_context& io, WorkerPool& pool, OpenedPort opened)
      : pool_(pool), descriptor_(io, opened.fd()), opened_(std::move(opened)) {}

  void read(BytesHandler on_bytes, LostHandler on_lost) {
    if (!opened_ || handlers_) return;
    handlers_ = std::make_shared<const Handlers>(std::move(on_bytes), std::move(on_lost));
    if (lost_) return report_lost();
    arm_read();
  }

  bool write(std::string_view octets) {
    if (!opened_ || lost_ || octets.size() > most_unwritten - unwritten_.size()) return false;
    if (unwritten_.empty()) octets.remove_prefix(write_now(octets));
    if (octets.empty() || lost_) return true;  // lost just now: `on_lost` tells
    unwritten_ += octets;
    if (!awaits_room_) arm_write();
    return true;
  }

  void close() {
    if (!opened_) return;
    descriptor_.release();  // cancels what is pending and leaves epoll; closes nothing
    unwritten_.clear();
    handlers_.reset();
    // The job must be copyable; and tcflush() and close() are what can block.
    auto ended = std::make_shared<OpenedPort>(std::move(*opened_));
    opened_.reset();
    pool_.post([ended] { ended->close(); });
  }

  [[nodiscard]] bool is_open() const noexcept { return opened_.has_value(); }

 private:
  struct Handlers {
    Handlers(BytesHandler b, LostHandler l) : bytes(std::move(b)), lost(std::move(l)) {}
    BytesHandler bytes;
    LostHandler lost;
  };

  /// Asio tries the read at once before it waits, so a full buffer is followed by the next read
  /// without another wait, and still one turn of the loop lies between: no port starves the others.
  void arm_read() {
    descriptor_.async_read_some(asio::buffer(buffer_),
                                [self = shared_from_this()](error_code error, std::size_t size) {
                                  self->was_read(error, size);
                                });
  }

  void was_read(error_code error, std::size_t size) {
    if (!opened_ || lost_) return;
    if (error) return lose(error == asio::error::eof ? "the line was hung up" : error.message());
    const auto handlers = handlers_;  // the callback may close the port
    handlers->bytes({buffer_.data(), size});
    if (opened_ && !lost_) arm_read();
  }

  /// How many octets the line took without waiting.
  std::size_t write_now(std::string_view octets) {
    for (;;) {
      const ssize_t written = ::write(opened_->fd(), octets.data(), octets.size());
      if (written >= 0) return static_cast<std::size_t>(written);
      if (errno == EINTR) continue;
      if (errno != EAGAIN) lose(error_code(errno, boost::system::system_category()).message());
      return 0;
    }
  }

  void arm_write() {
    awaits_room_ = true;
    descriptor_.async_wait(asio::posix::stream_descriptor::wait_write,
                           [self = shared_from_this()](error_code) { self->has_room(); });
  }

  void has_room() {
    awaits_room_ = false;
    if (!opened_ || lost_) return;
    unwritten_.erase(0, write_now(unwritten_));
    if (!unwritten_.empty() && !lost_) arm_write();
  }

  void lose(std::string reason) {
    if (lost_) return;
    lost_ = fmt::format("{}: {}; the modem was unplugged, restarted or has failed",
                        opened_->device(), std::move(reason));
    descriptor_.cancel();
    if (handlers_) report_lost();
  }

  /// From the loop: a write may be what found out, and calls never call back.
  void report_lost() {
    asio::post(descriptor_.get_executor(), [self = shared_from_this()] {
      if (!self->opened_) return;
      const auto handlers = self->handlers_;
      handlers->lost(*self->lost_);
    });
  }

  WorkerPool& pool_;
  asio::posix::stream_descriptor descriptor_;
  std::optional<OpenedPort> opened_;  // empty once closed
  std::shared_ptr<const Handlers> handlers_;
  std::optional<std::string> lost_;  // why
  std::string unwritten_;            // at most most_unwritten octets
  bool awaits_room_ = false;
  std::array<char, read_size> buffer_{};
};

namespace {

/// Brings an outcome from the pool to the I/O thread; keeps the loop running until then.
class Answer {
 public:
  Answer(asio::io_context& io, Port::OpenHandler handler)
      : guard_(asio::make_work_guard(io)), handler_(std::move(handler)) {}

  template <class Outcome>
  void operator()(Outcome outcome) {
    asio::post(guard_.get_executor(),
               [handler = std::move(handler_), outcome = std::move(outcome)]() mutable {
                 handler(std::move(outcome)());
               });
    guard_.reset();
  }

 private:
  asio::executor_work_guard<asio::io_context::executor_type> guard_;
  Port::OpenHandler handler_;
};

}  // namespace

void Port::open(asio::io_context& io, WorkerPool& pool, std::string path, int baud,
                OpenHandler handler) {
  auto answer = std::make_shared<Answer>(io, std::move(handler));
  const bool taken = pool.try_post([&io, &pool, path, baud, answer] {
    (*answer)([&io, &pool, opened = open_port(path, baud)]() mutable -> Result<Port, PortError> {
      if (!opened) return unexpected(std::move(opened.error()));
      return Port(io, pool, std::move(*opened));
    });
  });
  if (taken) return;
  (*answer)([path]() -> Result<Port, PortError> {
    return unexpected(PortError{
        PortError::Kind::failed,
        fmt::format("{}: {} ports wait to be opened or closed already; some modems block them: "
                    "unplug those that do not answer",
                    path, WorkerPool::most_waiting)});
  });
}

Port::Port(asio::io_context& io, WorkerPool& pool, OpenedPort opened)
    : device_(opened.device()),
      usb_path_(opened.usb_path()),
      line_(std::make_shared<Line>(io, pool, std::move(opened))) {}

Port::Port(Port&& other) noexcept = default;

Port& Port::operator=(Port&& other) noexcept {
  if (this == &other) return *this;
  close();
  device_ = std::move(other.device_);
  usb_path_ = std::move(other.usb_path_);
  line_ = std::move(other.line_);
  return *this;
}

Port::~Port() {
  close();
}

void Port::read(BytesHandler on_bytes, LostHandler on_lost) {
  if (line_) line_->read(std::move(on_bytes), std::move(on_lost));
}
bool Port::write(std::string_view octets) {
  return line_ && line_->write(octets);
}
void Port::close() {
  if (line_) line_->close();
}
bool Port::is_open() const noexcept {
  return line_ && line_->is_open();
}

}  // namespace bank::modem
