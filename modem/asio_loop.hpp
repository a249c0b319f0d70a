#pragma once

#include <boost/asio/io_context.hpp>

#include "modem/loop.hpp"

namespace bank::modem {

/// The loop that the thread is which runs the io_context.
class AsioLoop final : public Loop {
 public:
  explicit AsioLoop(boost::asio::io_context& io) : io_(io) {}

  [[nodiscard]] TimePoint now() const override { return std::chrono::steady_clock::now(); }
  void post(std::function<void()> what) override;
  void after(std::chrono::milliseconds pause, std::function<void()> what) override;
  [[nodiscard]] std::unique_ptr<Timer> timer() override;

 private:
  boost::asio::io_context& io_;
};

}  // namespace bank::modem
