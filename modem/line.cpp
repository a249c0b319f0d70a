#include "modem/line.hpp"

#include <algorithm>
#include <utility>

namespace bank::modem {

Line::Line(Loop& loop, Ports& ports, std::string name, std::string path, int baud,
           Handlers handlers)
    : loop_(loop),
      ports_(ports),
      name_(std::move(name)),
      path_(std::move(path)),
      baud_(baud),
      handlers_(std::move(handlers)),
      deadline_(loop.timer()),
      pause_timer_(loop.timer()) {}

Line::~Line() = default;

void Line::appeared(std::chrono::milliseconds listen) {
  present_ = true;
  listen_ = listen;
  pause_ = shortest_pause;
  pause_timer_->cancel();
  if (!wire_) open();
}

void Line::vanished() {
  present_ = false;
  pause_timer_->cancel();
  lose("the port is gone; plug the modem in again");
}

void Line::open() {
  if (opening_ || wire_ || !present_) return;
  opening_ = true;
  ports_.open(path_, baud_, [this, alive = std::weak_ptr(alive_)](auto wire) {
    if (!alive.expired()) opened(std::move(wire));
  });
}

void Line::opened(Result<std::unique_ptr<Wire>, std::string> wire) {
  opening_ = false;
  if (!present_) return;
  if (!wire) return rest(wire.error());
  wire_ = std::move(*wire);
  wire_->read([this](std::string_view bytes) { perform(session_.received(bytes, loop_.now())); },
              [this](const std::string& why) {
                lose(why);
                if (present_) rest(why);
              });
  perform(session_.opened(loop_.now(), std::exchange(listen_, {})));
}

void Line::lose(const std::string& why) {
  trouble_ = why;
  wire_.reset();
  perform(session_.lost(loop_.now()));
}

void Line::restart(const std::string& why) {
  lose(why);
  if (present_) rest(why);
}

void Line::rest(const std::string& why) {
  trouble_ = why;
  pause_timer_->wait_until(loop_.now() + pause_, [this] { open(); });
  pause_ = std::min(pause_ * 2, longest_pause);
  handlers_.settled(*this);
}

void Line::perform(Actions actions) {
  std::optional<std::string> gave_up;
  for (auto& action : actions) {
    if (auto* write = std::get_if<Write>(&action)) {
      if (wire_ && !wire_->write(write->bytes)) {
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
  if (gave_up && wire_) restart(*gave_up);
}

/// The timer is moved only to an earlier moment; a later one is seen when it fires.
void Line::arm() {
  const TimePoint wanted = session_.deadline();
  if (wanted >= armed_ || wanted == TimePoint::max()) return;
  armed_ = wanted;
  deadline_->wait_until(wanted, [this] { due(); });
}

void Line::due() {
  armed_ = TimePoint::max();
  const TimePoint now = loop_.now();
  if (now >= session_.deadline()) {
    perform(session_.expire(now));
  } else {
    arm();
  }
}

void Line::submit(const Part& part) {
  perform(session_.submit(part, loop_.now()));
}
void Line::commit(std::uint64_t token, std::string pdu) {
  perform(session_.commit(token, std::move(pdu), loop_.now()));
}
void Line::withdraw(std::uint64_t token, std::string_view why) {
  perform(session_.withdraw(token, why, loop_.now()));
}
void Line::enter_pin(std::string_view pin) {
  perform(session_.enter_pin(pin, loop_.now()));
}
void Line::without_pin(std::string_view why) {
  perform(session_.without_pin(why, loop_.now()));
}
void Line::ask(Request request) {
  perform(session_.ask(std::move(request), loop_.now()));
}
void Line::booked(std::uint64_t token) {
  perform(session_.booked(token, loop_.now()));
}
void Line::not_booked(std::uint64_t token) {
  perform(session_.not_booked(token, loop_.now()));
}

}  // namespace bank::modem
