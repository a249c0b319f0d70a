#include "modem/serial_ports.hpp"

#include <utility>

#include "modem/port.hpp"

namespace bank::modem {
namespace {

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
  watch_.emplace(io_, std::move(paths), std::move(news));
  watch_->start();
}

}  // namespace bank::modem
