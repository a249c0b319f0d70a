#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "at/dialogue.hpp"

namespace {

using namespace bank::at;
using namespace std::chrono_literals;

void require(bool law) {
  if (!law) std::abort();
}

// An input is what a modem sends, octet by octet; from here on an octet is a step of the driver.
constexpr std::uint8_t first_step = 0xF0;

// A step that asks is the place of its command in this list.
const Command commands[] = {{"AT", "", 5s},
                            {"AT+CSQ", "+CSQ:", 5s},
                            {"AT+CMGS=23", "+CMGS:", 10s, true},
                            {"AT+CMGL=4", "+CMGL:", 60s, false, 0},
                            {"AT+CMGR=1", "+CMGR:", 10s},
                            {"AT+CGMI", "", 5s, false, 1, true},
                            {"ATD*100#", "", 60s},
                            {"AT+CUSD=1,\"*100#\",15", "+CUSD:", 15s}};

enum Step : std::uint8_t {
  pay = first_step + std::size(commands),
  abandon,
  wait,    // a little, less than any time-out
  expire,  // at the deadline
  resynchronise,
  repeat,  // the last run of the modem's octets, many times
  reset,
  pause  // between two reads
};

constexpr std::size_t longest_flood = 8'192;  // octets: more than the longest answer has lines

bool same(const DialogueEvent& a, const DialogueEvent& b) {
  if (a.index() != b.index()) return false;
  if (const auto* const write = std::get_if<Write>(&a)) {
    return write->bytes == std::get<Write>(b).bytes;
  }
  if (const auto* const told = std::get_if<Unsolicited>(&a)) {
    return told->line == std::get<Unsolicited>(b).line;
  }
  if (const auto* const done = std::get_if<Done>(&a)) {
    return done->result == std::get<Done>(b).result;
  }
  return true;
}

/// Drives a dialogue as its contract allows, and holds each event against what was asked.
class Driver {
 public:
  explicit Driver(std::size_t longest_read) : longest_read_(longest_read) {}

  void receive(std::string_view octets) {
    received_ += octets.size();
    for (; !octets.empty(); octets.remove_prefix(std::min(longest_read_, octets.size()))) {
      take(dialogue_.receive(octets.substr(0, longest_read_), now_));
    }
  }

  void take_step(std::uint8_t step) {
    now_ += 1ms;
    if (step < Step::pay) return submit(commands[step - first_step]);
    switch (step) {
      case Step::pay: return pay_if_asked();
      case Step::abandon: return take(dialogue_.abandon(now_));
      case Step::wait: return take(dialogue_.expire(now_ += 100ms));
      case Step::expire: return expire_at_deadline();
      case Step::resynchronise: return begin_resynchronisation();
      case Step::reset:
        dialogue_.reset();
        command_ = nullptr;
        resynchronises_ = prompted_ = false;
        return;
      default: return;
    }
  }

  void expire_at_deadline() {
    if (dialogue_.idle()) return;
    now_ = std::max(now_, dialogue_.deadline());
    take(dialogue_.expire(now_));
  }

  [[nodiscard]] bool idle() const { return dialogue_.idle(); }
  [[nodiscard]] const DialogueEvents& events() const { return events_; }

  /// What somebody who drives it sees between two events.
  [[nodiscard]] bool stands_as(const Driver& other) const {
    return dialogue_.idle() == other.dialogue_.idle() &&
           dialogue_.in_step() == other.dialogue_.in_step() &&
           dialogue_.deadline() == other.dialogue_.deadline();
  }

 private:
  void submit(const Command& command) {
    if (!dialogue_.idle() || !dialogue_.in_step()) return;
    command_ = &command;
    prompted_ = false;
    take(dialogue_.submit(command, now_));
  }

  void pay_if_asked() {
    if (!prompted_) return;
    prompted_ = false;
    take(dialogue_.pay("0011000B91", 120s, now_));
  }

  void begin_resynchronisation() {
    if (command_ != nullptr) return;
    resynchronises_ = true;
    take(dialogue_.resynchronise(now_));
  }

  void take(DialogueEvents events) {
    for (auto& event : events) {
      std::visit([this](const auto& what) { hold(what); }, event);
      events_.push_back(std::move(event));
    }
    require(dialogue_.idle() == (command_ == nullptr && !resynchronises_));
    require(dialogue_.idle() == (dialogue_.deadline() == TimePoint::max()));
    require(told_ <= received_);  // nothing is invented
  }

  void hold(const Write& write) { require(!write.bytes.empty()); }

  void hold(const Prompt&) {
    require(command_ != nullptr && command_->prompts && !prompted_);
    prompted_ = true;
  }

  void hold(const Unsolicited& told) { hold(told.line); }

  void hold(const Line& line) {
    require(!line.text.empty());
    require(line.text.size() <= Dialogue::longest_line);
    require(line.payload.size() <= Dialogue::longest_line);
    told_ += line.text.size() + line.payload.size();
    const bool has_ends = line.text.find_first_of("\r\n") != std::string::npos;
    require(!has_ends || line.text.starts_with("+CUSD:"));
  }

  void hold(const Done& done) {
    require(command_ != nullptr || resynchronises_);
    if (done.result) {
      require(command_ != nullptr && done.result->size() >= command_->lines_at_least);
      require(done.result->size() <= Dialogue::most_lines);
      for (const auto& line : *done.result) hold(line);
    }
    command_ = nullptr;
    resynchronises_ = prompted_ = false;
  }

  void hold(const InStep&) {
    require(resynchronises_);
    resynchronises_ = false;
  }

  Dialogue dialogue_;
  std::size_t longest_read_;
  const Command* command_ = nullptr;  // that has not ended
  bool resynchronises_ = false;
  bool prompted_ = false;
  TimePoint now_{};
  DialogueEvents events_;
  std::size_t received_ = 0;  // octets
  std::size_t told_ = 0;      // octets of lines
};

void play(Driver& driver, std::string_view input) {
  bool has_flooded = false;
  std::string_view run;
  while (!input.empty()) {
    const auto* const end = std::find_if(input.begin(), input.end(), [](char c) {
      return static_cast<std::uint8_t>(c) >= first_step;
    });
    const auto size = static_cast<std::size_t>(end - input.begin());
    if (size > 0) driver.receive(run = input.substr(0, size));
    input.remove_prefix(size);
    if (input.empty()) return;
    const auto step = static_cast<std::uint8_t>(input.front());
    input.remove_prefix(1);
    if (step != Step::repeat) {
      driver.take_step(step);
    } else if (!run.empty() && !std::exchange(has_flooded, true)) {
      for (std::size_t octets = 0; octets < longest_flood; octets += run.size()) {
        driver.receive(run);
      }
    }
  }
}

}  // namespace

/// Any octets in reads of any length, between any steps that the contract allows: each command and
/// each resynchronisation ends once, at the latest when its times are over; answers keep their
/// bounds and tell what was received; and how the octets were read changes nothing.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  Driver whole(std::string::npos);
  Driver pieces(1 + size % 7);
  play(whole, input);
  play(pieces, input);
  require(whole.stands_as(pieces));
  require(std::equal(whole.events().begin(), whole.events().end(), pieces.events().begin(),
                     pieces.events().end(), same));
  for (int i = 0; i < Dialogue::most_questions + 1; ++i) whole.expire_at_deadline();
  require(whole.idle());
  return 0;
}
