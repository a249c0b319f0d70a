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
      dialogue_(loop.now()),
      deadline_(loop.timer()),
      pause_timer_(loop.timer()) {}

Line::~Line() = default;

void Line::appeared(std::string path, std::chrono::milliseconds listen) {
  present_ = starts_ = true;
  path_ = std::move(path);
  listen_ = listen;
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
  ports_.open(path_, baud_, [this, path = path_, alive = std::weak_ptr(alive_)](auto wire) {
    if (!alive.expired()) opened(path, std::move(wire));
  });
}

void Line::opened(const std::string& path, Result<std::unique_ptr<Wire>, std::string> wire) {
  opening_ = false;
  if (!present_) return;
  if (path != path_) return open();  // it is another port meanwhile
  if (!wire) return recover(wire.error(), Lost::while_opening);
  wire_ = std::move(*wire);
  usb_path_ = wire_->usb_path();
  wire_->read([this](std::string_view bytes) { hear(bytes); },
              [this](const std::string& why) {
                lose(why);
                if (present_) recover(why);
              });
  const std::string reset = std::exchange(resets_, false) ? reset_command_ : std::string();
  perform(session_.opened(loop_.now(), std::exchange(listen_, {}), reset,
                          std::exchange(starts_, false)));
}

void Line::hear(std::string_view bytes) {
  const TimePoint now = loop_.now();
  dialogue_.record(now, Direction::from_modem, bytes);
  perform(session_.received(bytes, now));
}

void Line::lose(const std::string& why) {
  trouble_ = why;
  wire_.reset();
  perform(session_.lost(loop_.now()));
}

void Line::restart(const std::string& why) {
  lose(why);
  if (present_) recover(why);
}

void Line::reset(const std::string& why) {
  lose(why);
  why_ = why;
  resets_ = true;
  tries_other_ = false;
  if (present_) take({Rung::reset, std::chrono::milliseconds{0}});
}

/// A port that cannot be opened is mostly somebody else's, or not permitted: that no reset mends.
/// A reset that was due before it could be opened stays due.
void Line::recover(const std::string& why, Lost lost, Rung from) {
  trouble_ = why_ = why;
  Recovery::Step step = recovery_.failed(handlers_.means(*this), loop_.now(), from);
  if (lost == Lost::while_opening && step.rung != Rung::rest) {
    recovery_.only_reopens();
    step.rung = Rung::reopen;
  }
  if (!handlers_.recovers(*this, step.rung, why)) {
    recovery_.put_off();
    step.rung = Rung::reopen;
  }
  resets_ = step.rung == Rung::reset || (resets_ && lost == Lost::while_opening);
  tries_other_ = step.rung == Rung::reopen && lost == Lost::while_open && !session_.has_answered();
  take(step);
  handlers_.settled(*this);
}

void Line::take(const Recovery::Step& step) {
  pause_timer_->wait_until(loop_.now() + step.pause, [this, rung = step.rung] {
    if (rung == Rung::usb_reset || rung == Rung::power) return reset_usb(rung);
    if (std::exchange(tries_other_, false)) handlers_.unanswered(*this);
    open();
  });
}

void Line::reset_usb(Rung rung) {
  const auto how = rung == Rung::power ? Ports::UsbReset::power : Ports::UsbReset::reauthorise;
  ports_.reset_usb(usb_path_, how,
                   [this, rung, why = why_,
                    alive = std::weak_ptr(alive_)](const Result<void, std::string>& done) {
                     if (alive.expired()) return;
                     if (!done) trouble_ = done.error();
                     handlers_.done(*this, rung, why, done ? std::string() : done.error());
                     open();  // its port may never have gone
                   });
}

void Line::perform(Actions actions) {
  std::optional<std::string> gave_up;
  Rung from = Rung::reopen;
  for (auto& action : actions) {
    if (auto* write = std::get_if<Write>(&action)) {
      if (wire_) dialogue_.record(loop_.now(), Direction::to_modem, write->bytes);
      if (wire_ && !wire_->write(write->bytes)) {
        gave_up = "the port takes no more bytes; the modem is stuck: take its power off and on";
      }
    } else if (std::holds_alternative<ResetWritten>(action)) {
      handlers_.done(*this, Rung::reset, why_, {});
    } else if (auto* give_up = std::get_if<GiveUp>(&action)) {
      gave_up = give_up->why;
      if (give_up->wants_reset) from = Rung::reset;
    } else {
      handlers_.told(*this, action);
    }
  }
  if (session_.state() == SessionState::ready) {
    recovery_.ready(loop_.now());
    reset_command_ = session_.profile().reset.empty() ? default_reset : session_.profile().reset;
    trouble_.clear();
  }
  handlers_.settled(*this);
  arm();
  if (!gave_up || !wire_) return;
  lose(*gave_up);
  if (present_) recover(*gave_up, Lost::while_open, from);
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
void Line::forget_request(std::uint64_t token) {
  perform(session_.forget_request(token));
}
void Line::check_sim() {
  perform(session_.check_sim(loop_.now()));
}
void Line::booked(std::uint64_t token) {
  perform(session_.booked(token, loop_.now()));
}
void Line::not_booked(std::uint64_t token) {
  perform(session_.not_booked(token, loop_.now()));
}

}  // namespace bank::modem
