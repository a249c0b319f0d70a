#include "modem/serial_ports.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <utility>

#include "modem/port.hpp"
#include "modem/usb_reset.hpp"

namespace bank::modem {
namespace {

constexpr int power_tries = 12;

class SerialWire final : public Wire {
 public:
  explicit SerialWire(Port port) : port_(std::move(port)) {}

  void read(BytesHandler on_bytes, LostHandler on_lost) override {
    port_.read(std::move(on_bytes), std::move(on_lost));
  }
  [[nodiscard]] bool write(std::string_view octets) override { return port_.write(octets); }
  [[nodiscard]] const std::string& usb_path() const override { return port_.usb_path(); }

 private:
  Port port_;
};

}  // namespace

void SerialPorts::open(const std::string& path, int baud, Opened opened) {
  Port::open(io_, pool_, path, baud, [opened = std::move(opened)](Result<Port, PortError> port) {
    if (!port) return opened(unexpected(std::move(port.error().detail)));
    opened(std::make_unique<SerialWire>(std::move(*port)));
  });
}

void SerialPorts::watch(std::vector<std::string> paths, PortNews news) {
  watch_.emplace(io_, looks_, std::move(paths), std::move(news));
  watch_->start();
}

void SerialPorts::silent(const std::string& place) {
  if (watch_) watch_->silent(place);
}

void SerialPorts::reset_usb(const std::string& usb_path, UsbReset how,
                            std::function<void(Result<void, std::string>)> done) {
  if (how == UsbReset::reauthorise) {
    return on_pool([usb_path] { return reauthorise("/sys", usb_path); }, std::move(done));
  }
  auto port = switch_of_port("/sys", usb_path);
  if (!port) return boost::asio::post(io_, [done, why = port.error()] { done(unexpected(why)); });
  on_pool([port = *port] { return set_port_power(port, false); },
          [this, port = *port, done](const Result<void, std::string>& is_off) {
            if (!is_off) return done(is_off);
            auto timer = std::make_shared<boost::asio::steady_timer>(io_, port_off_time);
            timer->async_wait([this, timer, port, done](const boost::system::error_code&) {
              power_on(port, power_tries, done);
            });
          });
}

/// A port that stays off is worse than a modem that hangs: it is tried for some time.
void SerialPorts::power_on(const std::string& port, int tries,
                           const std::function<void(Result<void, std::string>)>& done) {
  on_pool(
      [port] { return set_port_power(port, true); },
      [this, port, tries, done](const Result<void, std::string>& is_on) {
        if (is_on || tries <= 1) return done(is_on);
        auto timer = std::make_shared<boost::asio::steady_timer>(io_, port_off_time);
        timer->async_wait([this, timer, port, tries, done](const boost::system::error_code& error) {
          if (!error) power_on(port, tries - 1, done);
        });
      });
}

void SerialPorts::power_up(const std::vector<std::string>& usb_paths) {
  for (const auto& usb_path : usb_paths) {
    if (const auto port = switch_of_port("/sys", usb_path)) power_on(*port, 1, [](const auto&) {});
  }
}

/// The kernel may block on it.
void SerialPorts::on_pool(std::function<Result<void, std::string>()> work,
                          std::function<void(Result<void, std::string>)> done) {
  const bool is_taken = pool_.try_post([this, work = std::move(work), done] {
    boost::asio::post(io_, [done, result = work()] { done(result); });
  });
  if (is_taken) return;
  boost::asio::post(io_, [done] {
    done(unexpected(std::string("too many ports are being opened; it is tried again")));
  });
}

}  // namespace bank::modem
