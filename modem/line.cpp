#include "modem/line.hpp"

#include <algorithm>
#include <utility>

namespace bank::modem {

using Clock = std::chrono::steady_clock;

Line::Line(boost::asio::io_context& io, WorkerPool& pool, std::string name, std::string path,
           int baud, Handlers handlers)
    : io_(io),
      pool_(pool),
      name_(std::move(name)),
      path_(std::move(path)),
      baud_(baud),
      handlers_(std::move(handlers)),
      deadline_(io),
      pause_timer_(io) {}

Line::~Line() = default;

void Line::appeared(std::chrono::milliseconds listen) {
  present_ = true;
  listen_ = listen;
  pause_ = shortest_pause;
  pause_timer_.cancel();
  if (!port_) open();
}

void Line::vanished() {
  present_ = false;
  pause_timer_.cancel();
  lose("the port is gone; plug the modem in again");
}

void Line::open() {
  if (opening_ || port_ || !present_) return;
  opening_ = true;
  Port::open(io_, pool_, path_, baud_,
             [this, alive = std::weak_ptr(alive_)](Result<Port, PortError> port) {
               if (!alive.expired()) opened(std::move(port));
             });
}

void Line::opened(Result<Port, PortError> port) {
  opening_ = false;
  if (!present_) return;
  if (!port) return rest(port.error().detail);
  port_.emplace(std::move(*port));
  port_->read([this](std::string_view bytes) { perform(session_.received(bytes, Clock::now())); },
              [this](const std::string& why) {
                lose(why);
                if (present_) rest(why);
              });
  perform(session_.opened(Clock::now(), std::exchange(listen_, {})));
}

void Line::lose(const std::string& why) {
  trouble_ = why;
  port_.reset();
  perform(session_.lost(Clock::now()));
}

void Line::restart(const std::string& why) {
  lose(why);
  if (present_) rest(why);
}

void Line::rest(const std::string& why) {
  trouble_ = why;
  pause_timer_.expires_after(pause_);
  pause_ = std::min(pause_ * 2, longest_pause);
  pause_timer_.async_wait(
      [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
        if (!error && !alive.expired()) open();
      });
  handlers_.settled(*this);
}

void Line::perform(Actions actions) {
  std::optional<std::string> gave_up;
  for (auto& action : actions) {
    if (auto* write = std::get_if<Write>(&action)) {
      if (port_ && !port_->write(write->bytes)) {
        gave_up = "the port takes no more bytes; the modem is stuck: take its power off and on";
      }
    } else if (auto* give_up = std::get_if<GiveUp>(&action)) {
      gave_up = give_up->why;
    } else {
      handlers_.told(*this, action);
    }
  }
  if (session_.state() == SessionState::ready) {
    pause_ = shortest_pause;
    trouble_.clear();
  }
  handlers_.settled(*this);
  arm();
  if (gave_up && port_) restart(*gave_up);
}

/// The timer is moved only to an earlier moment; a later one is seen when it fires.
void Line::arm() {
  const TimePoint wanted = session_.deadline();
  if (wanted >= armed_ || wanted == TimePoint::max()) return;
  armed_ = wanted;
  deadline_.expires_at(wanted);
  deadline_.async_wait(
      [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
        if (!error && !alive.expired()) due();
      });
}

void Line::due() {
  armed_ = TimePoint::max();
  const TimePoint now = Clock::now();
  if (now >= session_.deadline()) {
    perform(session_.expire(now));
  } else {
    arm();
  }
}

void Line::submit(const Part& part) {
  perform(session_.submit(part, Clock::now()));
}
void Line::commit(std::uint64_t token, std::string pdu) {
  perform(session_.commit(token, std::move(pdu), Clock::now()));
}
void Line::withdraw(std::uint64_t token, std::string_view why) {
  perform(session_.withdraw(token, why, Clock::now()));
}
void Line::enter_pin(std::string_view pin) {
  perform(session_.enter_pin(pin, Clock::now()));
}
void Line::without_pin(std::string_view why) {
  perform(session_.without_pin(why, Clock::now()));
}

}  // namespace bank::modem
