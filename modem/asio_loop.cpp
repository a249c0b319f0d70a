#include "modem/asio_loop.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <utility>

namespace bank::modem {
namespace {

class AsioTimer final : public Timer {
 public:
  explicit AsioTimer(boost::asio::io_context& io) : timer_(io) {}
  ~AsioTimer() override { ++*turn_; }

  void wait_until(TimePoint when, std::function<void()> then) override {
    timer_.expires_at(when);
    timer_.async_wait([turns = turn_, turn = ++*turn_,
                       then = std::move(then)](const boost::system::error_code& error) {
      if (!error && *turns == turn) then();
    });
  }
  void cancel() override {
    ++*turn_;
    timer_.cancel();
  }

 private:
  boost::asio::steady_timer timer_;
  // A handler that is on its way already is called whatever is cancelled: it sees that its turn is
  // over.
  std::shared_ptr<std::uint64_t> turn_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace

void AsioLoop::post(std::function<void()> what) {
  boost::asio::post(io_, std::move(what));
}

void AsioLoop::after(std::chrono::milliseconds pause, std::function<void()> what) {
  auto timer = std::make_shared<boost::asio::steady_timer>(io_, pause);
  timer->async_wait([what = std::move(what), timer](const boost::system::error_code& error) {
    if (!error) what();
  });
}

std::unique_ptr<Timer> AsioLoop::timer() {
  return std::make_unique<AsioTimer>(io_);
}

}  // namespace bank::modem
