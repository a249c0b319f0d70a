#include "modem/virtual/modem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace bank::modem::virt {
namespace {

constexpr char escape = '\x1B';
constexpr char ctrl_z = '\x1A';
constexpr unsigned most_storm = 100'000;  // lines a second
constexpr milliseconds storm_tick{1};     // above 1,000 lines a second they come in bursts

bool starts_without_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(), [](char p, char t) {
           return p == (t >= 'a' && t <= 'z' ? static_cast<char>(t - 32) : t);
         });
}

}  // namespace

Modem::Modem(ModemOptions options, std::optional<Sim> sim, std::uint64_t seed)
    : options_(std::move(options)), sim_(std::move(sim)), random_(seed) {
  now_ = options_.clock_origin;
  if (!sim_usable()) registration_ = 0;
}

void Modem::receive(std::string_view bytes, TimePoint now) {
  due(now);
  if (hangs_until_ == Cure::reset) hear_reset(bytes);
  if (muted()) return;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (state_ == State::sending || state_ == State::opening) {
      if (state_ == State::opening && c == escape) {
        cancel();
        continue;
      }
      const bool host_gave_up =
          state_ == State::sending && now >= flight_->handed_over + host_patience;
      if (!host_gave_up) ++counters_.violations;
      return;
    }
    if (settings_.echo) raw(bytes.substr(i, 1));
    if (state_ == State::prompt) {
      if (c == escape) {
        cancel();
      } else if (c == ctrl_z) {
        take_pdu();
        // Nobody can have seen the result yet: more bytes were written ahead of it.
        if (i + 1 < bytes.size()) ++counters_.violations;
        return;
      } else if (line_.size() < most_pdu_digits) {
        line_ += c;
      } else {
        line_overran_ = true;
      }
    } else if (c == '\r') {
      take_command();
      if (!powered()) return;
    } else if (c == escape) {
      line_.clear();
      line_overran_ = false;
    } else if (static_cast<unsigned char>(c) >= ' ') {
      if (line_.size() < most_command) {
        line_ += c;
      } else {
        line_overran_ = true;
      }
    }
    const bool just_opened = state_ == State::prompt && line_.empty() && c == '\r';
    if (just_opened && i + 1 < bytes.size() && bytes[i + 1] != escape) {
      ++counters_.violations;  // the PDU came on the heels of AT+CMGS=, without a prompt
      return;
    }
  }
}

/// Deaf for all else, as some that hang still do what resets them.
void Modem::hear_reset(std::string_view bytes) {
  constexpr std::string_view resets[] = {"AT+CFUN=1,1\r", "AT^RESET\r"};
  const bool is_one = std::any_of(std::begin(resets), std::end(resets), [&](std::string_view one) {
    return bytes.find(one) != std::string_view::npos;
  });
  if (is_one) reboot();
}

void Modem::treat(Cure done, TimePoint now) {
  due(now);
  if (hangs_until_ == Cure::none || done < hangs_until_) return;
  hangs_until_ = Cure::none;
  if (done >= Cure::reset) reboot();
}

void Modem::cancel() {
  state_ = State::idle;
  wakes_ = TimePoint::max();
  line_.clear();
  line_overran_ = false;
  ok();  // real ones do not say that nothing was sent
  hand_over();
}

void Modem::due(TimePoint now) {
  now_ = std::max(now_, now);
  if (state_ == State::off) return;
  if (now_ >= wakes_) {
    wakes_ = TimePoint::max();
    if (state_ == State::booting) end_boot();
    if (state_ == State::opening) open_prompt();
  }
  if (state_ == State::sending) fly();
  if (!reports_.empty() && now_ >= reports_.front().at) hand_over();
  if (now_ >= ack_until_) give_up_ack();
  if (now_ >= tries_again_) {
    tries_again_ = TimePoint::max();
    hand_over();
  }
  if (now_ >= storm_next_) do_storm();
  if (now_ >= ring_next_) ring();
}

TimePoint Modem::deadline() const noexcept {
  TimePoint next = std::min({wakes_, storm_next_, ring_next_, ack_until_, tries_again_});
  if (flight_) next = std::min(next, flight_->taken ? flight_->result : flight_->takes);
  if (!reports_.empty()) next = std::min(next, reports_.front().at);
  return state_ == State::off ? TimePoint::max() : next;
}

std::string_view Modem::output() const noexcept {
  return std::string_view(output_).substr(consumed_);
}

void Modem::consume(std::size_t octets) {
  consumed_ = std::min(consumed_ + octets, output_.size());
  if (consumed_ == output_.size()) {
    output_.clear();
    consumed_ = 0;
  } else if (consumed_ > 16 * 1024) {
    output_.erase(0, consumed_);
    consumed_ = 0;
  }
}

std::string Modem::take_output() {
  std::string taken(output());
  consume(taken.size());
  return taken;
}

std::vector<Submission> Modem::take_submissions() {
  return std::exchange(submissions_, {});
}

void Modem::take_command() {
  const std::string line = std::exchange(line_, {});
  if (std::exchange(line_overran_, false)) return error();
  // As real ones do: whatever noise stands before it, a command begins at its AT.
  const auto begin = std::search(line.begin(), line.end(), "AT", "AT" + 2, [](char a, char b) {
    return (a >= 'a' && a <= 'z' ? a - 32 : a) == b;
  });
  if (begin == line.end()) return;
  const auto command =
      std::string_view(line).substr(static_cast<std::size_t>(begin - line.begin()) + 2);
  noise_if_due();
  constexpr std::string_view send = "+CMGS=";
  if (!starts_without_case(command, send)) return answer(command);

  std::size_t octets = 0;
  const std::string_view value = command.substr(send.size());
  const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), octets);
  if (problem != std::errc{} || end != value.data() + value.size()) return error();
  if (octets < 1 || octets > most_pdu_digits / 2) return cms(304);
  if (!sim_) return cms(310);
  if (!sim_usable()) return cms(sim_->pin_tries > 0 ? 311 : 316);
  if (strike(FaultKind::no_prompt)) return;
  if (const auto since = std::exchange(idle_since_, std::nullopt)) gaps_.add(now_ - *since);
  asked_at_ = now_;
  link_is_kept_ = settings_.cmms != 0 && now_ < link_until_;
  if (settings_.cmms == 1 && link_until_ != TimePoint{} && !link_is_kept_) {
    settings_.cmms = 0;  // as TS 27.005 §3.5.6 has it
  }
  promised_octets_ = octets;
  if (options_.prompt_delay.count() == 0) return open_prompt();
  state_ = State::opening;
  wakes_ = now_ + options_.prompt_delay;
}

void Modem::open_prompt() {
  state_ = State::prompt;
  raw("\r\n> ");
}

void Modem::take_pdu() {
  std::string pdu = std::exchange(line_, {});
  const bool overran = std::exchange(line_overran_, false);
  state_ = State::idle;
  auto submit = judge_submit(pdu, promised_octets_);
  if (overran || !submit) {
    ++counters_.bad_pdus;
    ++counters_.refused;
    cms(304);
    return hand_over();
  }
  start_flight(std::move(pdu), std::move(*submit));
}

void Modem::raw(std::string_view bytes) {
  if (muted()) return;
  if (output().size() + bytes.size() > most_output) {
    ++counters_.dropped;
    return;
  }
  output_ += bytes;
}

void Modem::urc(std::string_view line) {
  if (muted()) return;
  if (output().size() + line.size() + 4 > most_output) {
    ++counters_.dropped;
    return;
  }
  output_ += "\r\n";
  output_ += line;
  output_ += "\r\n";
}

void Modem::say(std::string_view line) {
  if (settings_.verbose) return urc(line);
  raw(line);
  raw("\r\n");
}

void Modem::result(std::string_view code, int digit) {
  if (settings_.quiet) return;
  if (settings_.verbose) return urc(code);
  if (digit >= 0) return raw(fmt::format("{}\r", digit));
  raw(code);
  raw("\r");
}

void Modem::cms(int code) {
  result(fmt::format("+CMS ERROR: {}", code), -1);
}

void Modem::fail(const Fault& fault) {
  switch (fault.form) {
    case ErrorForm::cms: return cms(fault.code);
    case ErrorForm::cme: return cme(fault.code);
    case ErrorForm::plain: return error();
  }
}

void Modem::noise_if_due() {
  if (!strike(FaultKind::garbage)) return;
  std::string bytes(4 + random_() % 29, '\0');
  std::generate(bytes.begin(), bytes.end(), [this] { return static_cast<char>(random_()); });
  // It must not spell an answer by chance, nor a prompt.
  std::replace(bytes.begin(), bytes.end(), '\n', '~');
  std::replace(bytes.begin(), bytes.end(), '>', '~');
  raw(bytes);
}

void Modem::noise(std::string_view bytes, TimePoint now) {
  due(now);
  raw(bytes);
}

void Modem::do_storm() {
  const auto step = std::max<std::chrono::nanoseconds>(
      storm_tick, std::chrono::nanoseconds{1'000'000'000 / storm_per_second_});
  const auto late = now_ - storm_next_;
  const auto ticks = std::min<std::int64_t>(late / step + 1, 100);  // what is missed stays missed
  const auto lines_a_tick =
      std::max<std::int64_t>(1, storm_per_second_ * step.count() / 1'000'000'000);
  for (std::int64_t i = 0; i < ticks * lines_a_tick; ++i) urc("^RSSI: 20");
  storm_next_ = now_ + step;
}

void Modem::storm(unsigned per_second, TimePoint now) {
  due(now);
  storm_per_second_ = std::min(per_second, most_storm);
  storm_next_ = per_second == 0 ? TimePoint::max() : now_;
}

void Modem::call(std::string from, TimePoint now) {
  due(now);
  if (!powered() || !registered()) return;
  caller_ = std::move(from);
  rings_left_ = 6;
  ring();
}

void Modem::ring() {
  if (rings_left_ == 0) {
    ring_next_ = TimePoint::max();
    return urc("NO CARRIER");
  }
  --rings_left_;
  ring_next_ = now_ + std::chrono::seconds{5};
  urc("RING");
  if (settings_.clip) urc(fmt::format("+CLIP: \"{}\",145", caller_));
}

void Modem::forget_dialogue() {
  settings_ = {};
  ring_next_ = TimePoint::max();
  rings_left_ = 0;
  line_.clear();
  line_overran_ = false;
  flight_.reset();
  idle_since_.reset();
  wakes_ = TimePoint::max();
  pin_verified_ = false;
  ack_awaited_ = Ack::none;
  ack_until_ = tries_again_ = TimePoint::max();
  link_until_ = {};
  silent_until_ = {};
  hangs_until_ = Cure::none;
  registration_ = 0;
}

void Modem::power_off() {
  forget_dialogue();
  state_ = State::off;
  consume(output_.size());
}

void Modem::restart(TimePoint now) {
  due(now);
  now_ = std::max(now_, now);
  reboot();
}

void Modem::reboot() {
  forget_dialogue();
  state_ = State::booting;
  wakes_ = now_ + options_.boot;
  if (options_.boot.count() == 0) due(now_);
}

void Modem::end_boot() {
  state_ = State::idle;
  urc("RDY");
  urc("+CFUN: 1");
  if (!sim_) return urc("+CPIN: NOT INSERTED");
  if (!sim_usable()) return urc(sim_->pin_tries > 0 ? "+CPIN: SIM PIN" : "+CPIN: SIM PUK");
  urc("+CPIN: READY");
  urc("SMS Ready");
  register_as(granted_registration_);
}

void Modem::heal(TimePoint now) {
  due(now);
  silent_until_ = {};
  hangs_until_ = Cure::none;
  faults_.clear();
  storm(0, now);
  set_registration(1, now);
}

std::string_view Modem::state_name(TimePoint now) const noexcept {
  if (powered() && now < silent_until_) return "silent";
  if (powered() && hangs_until_ != Cure::none) return "hung";
  switch (state_) {
    case State::off: return "off";
    case State::booting: return "booting";
    case State::idle: return "idle";
    case State::opening:
    case State::prompt: return "prompt";
    case State::sending: return "sending";
  }
  return "unknown";
}

}  // namespace bank::modem::virt
