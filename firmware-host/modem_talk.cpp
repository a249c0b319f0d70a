#include "firmware-host/modem_talk.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace bank::host {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto turn_time = 50ms;    // after which it is looked whether a person broke it off
constexpr auto quiet_time = 300ms;  // late answers pass
constexpr auto call_time = 1s;      // for one "AT"
constexpr int baud = 115'200;       // of a serial line; a native USB modem has none

}  // namespace

Result<void, std::string> ModemTalk::begin(const std::string& device, at::TimePoint deadline) {
  std::optional<Result<void, std::string>> opened;
  modem::Port::open(io_, pool_, device, baud, [&](Result<modem::Port, modem::PortError> port) {
    opened.emplace();
    if (!port) {
      *opened = unexpected(std::move(port.error().detail));
      return;
    }
    port_.emplace(std::move(*port));
  });
  // It cannot be called off: it must have ended before this ends.
  while (!opened) {
    io_.restart();
    io_.run_for(turn_time);
  }
  if (!*opened) return *opened;
  port_->read([this](std::string_view bytes) { perform(dialogue_.receive(bytes, Clock::now())); },
              [this](const std::string&) { is_lost_ = true; });
  if (!port_->write("\x1B\r")) is_lost_ = true;  // a prompt may be open
  drain();
  while (!is_lost_ && !broken_off_() && Clock::now() < deadline) {
    const bool is_heard = ask({"AT", "", call_time}).has_value();
    drain();  // answers to earlier calls may be on their way
    if (is_heard) return {};
  }
  return unexpected(device +
                    ": nothing answers; see that the modem has power, and that this is "
                    "its AT port");
}

std::optional<at::Reply> ModemTalk::ask(at::Command command) {
  if (is_lost_ || broken_off_()) return std::nullopt;
  if (!dialogue_.idle() || !dialogue_.in_step()) drain();
  answer_.reset();
  perform(dialogue_.submit(std::move(command), Clock::now()));
  while (!answer_ && !is_lost_ && !broken_off_()) {
    const auto next = std::min<at::TimePoint>(dialogue_.deadline(), Clock::now() + turn_time);
    (void)run_until([this] { return answer_.has_value(); }, next);
    if (!answer_ && Clock::now() >= dialogue_.deadline()) {
      perform(dialogue_.expire(Clock::now()));
    }
  }
  if (!answer_ || !*answer_) return std::nullopt;
  return std::move(**answer_);
}

bool ModemTalk::run_until(const std::function<bool()>& is_so, at::TimePoint deadline) {
  while (!is_so() && !is_lost_ && Clock::now() < deadline) {
    io_.restart();
    io_.run_one_until(deadline);
  }
  return is_so();
}

void ModemTalk::perform(at::DialogueEvents events) {
  for (auto& event : events) {
    if (auto* const write = std::get_if<at::Write>(&event)) {
      if (!port_->write(write->bytes)) is_lost_ = true;
    } else if (auto* const done = std::get_if<at::Done>(&event)) {
      answer_ = std::move(done->result);
    }
  }
}

void ModemTalk::drain() {
  (void)run_until([this] { return broken_off_(); }, Clock::now() + quiet_time);
  dialogue_.reset();
}

}  // namespace bank::host
