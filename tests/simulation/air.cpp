#include "tests/simulation/air.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "at/submit.hpp"
#include "modem/virtual/pdu.hpp"

namespace bank::simulation {

using namespace std::chrono_literals;
using modem::virt::Modem;

struct Air::Slot {
  Slot(const modem::virt::ModemOptions& options, std::optional<modem::virt::Sim> sim,
       std::uint64_t seed)
      : modem(options, std::move(sim), seed) {}
  Modem modem;
  bool plugged = true;
  bool powered = true;
  TimePoint plugged_at{};
  TimePoint heard_at{};
  Line* line = nullptr;  // the program has it open
  std::optional<Timeline::Key> alarm{};
  TimePoint alarm_at = TimePoint::max();
};

/// One open line. Octets take their time, and do not overtake one another.
class Air::Line final : public modem::Wire {
 public:
  Line(Air& air, std::size_t slot, Timeline::Owner owner) : air_(air), slot_(slot), owner_(owner) {
    air_.slots_[slot_]->line = this;
    usb_path_ = usb_path_of(slot);
    air_.slots_[slot_]->modem.treat(modem::virt::Cure::reopen, air_.timeline_.now());
  }
  ~Line() override {
    Slot& slot = *air_.slots_[slot_];
    if (slot.line == this) slot.line = nullptr;
  }

  void read(BytesHandler on_bytes, LostHandler on_lost) override {
    bytes_ = std::make_shared<BytesHandler>(std::move(on_bytes));
    lost_ = std::make_shared<LostHandler>(std::move(on_lost));
  }

  [[nodiscard]] bool write(std::string_view octets) override {
    if (is_lost_) return false;
    if (octets.find("AT+CFUN=1,1") != std::string_view::npos) {
      air_.facts_.rungs.push_back(
          {air_.timeline_.now(), name_of(slot_), modem::Rung::reset, false});
    }
    constexpr char ctrl_z = 0x1A;
    if (octets.ends_with(ctrl_z)) {
      if (auto part = air_.read_pdu(slot_, octets.substr(0, octets.size() - 1))) {
        air_.facts_.written.push_back(std::move(*part));
      }
    }
    to_modem_ =
        std::max(to_modem_, air_.timeline_.now()) + air_.chance_.between(0us, air_.line_.slowest);
    air_.timeline_.at(
        to_modem_, Timeline::world,
        [&air = air_, slot = slot_, octets = std::string(octets)] { air.hear(slot, octets); });
    return true;
  }
  [[nodiscard]] const std::string& usb_path() const override { return usb_path_; }

  void carry(std::string octets) {
    Chance& chance = air_.chance_;
    const LineFaults& faults = air_.line_;
    if (chance.in_thousand(faults.lost_permille)) return;
    if (chance.in_thousand(faults.garbled_permille) && !octets.empty()) {
      // A digit that became another nobody could tell.
      char& octet = octets[chance.below(octets.size())];
      const auto becomes = static_cast<char>(chance.below(256));
      octet = std::isxdigit(static_cast<unsigned char>(octet)) != 0 &&
                      std::isxdigit(static_cast<unsigned char>(becomes)) != 0
                  ? '~'
                  : becomes;
    }
    if (chance.in_thousand(faults.doubled_permille)) octets += octets;
    to_program_ = std::max(to_program_, air_.timeline_.now()) + chance.between(0us, faults.slowest);
    air_.timeline_.at(to_program_, owner_, [alive = std::weak_ptr(alive_), this, octets] {
      if (alive.expired() || !bytes_) return;
      const auto handler = bytes_;  // it may close this line
      (*handler)(octets);
    });
  }

  void lose() {
    is_lost_ = true;
    air_.timeline_.at(air_.timeline_.now() + air_.chance_.between(0us, 20ms), owner_,
                      [alive = std::weak_ptr(alive_), this] {
                        if (alive.expired() || !lost_) return;
                        const auto handler = lost_;
                        (*handler)("the line was hung up");
                      });
  }

 private:
  Air& air_;
  std::size_t slot_;
  Timeline::Owner owner_;
  std::string usb_path_;
  std::shared_ptr<BytesHandler> bytes_;
  std::shared_ptr<LostHandler> lost_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
  TimePoint to_modem_{};
  TimePoint to_program_{};
  bool is_lost_ = false;
};

class Air::Lines final : public modem::Ports {
 public:
  Lines(Air& air, Timeline::Owner owner) : air_(air), owner_(owner) { air_.lines_ = this; }
  ~Lines() override { air_.lines_ = nullptr; }

  void open(const std::string& path, int baud, Opened opened) override {
    (void)baud;
    const auto lasts = air_.chance_.between(100us, 50ms);
    air_.timeline_.at(air_.timeline_.now() + lasts, owner_,
                      [this, path, opened = std::move(opened)] { opened(open_now(path)); });
  }

  void watch(std::vector<std::string> paths, modem::PortNews news) override {
    (void)paths;
    news_ = std::move(news);
    for (std::size_t i = 0; i < air_.slots_.size(); ++i) {
      if (air_.slots_[i]->plugged) tell(i);
    }
  }

  void silent(const std::string& place) override { (void)place; }
  void reset_usb(const std::string& usb_path, UsbReset how,
                 std::function<void(Result<void, std::string>)> done) override {
    bool is_done = false;
    for (std::size_t i = 0; i < air_.slots_.size(); ++i) {
      if (usb_path_of(i) == usb_path) is_done = reset_usb_of(i, how);
    }
    air_.timeline_.at(air_.timeline_.now() + 100ms, owner_, [is_done, done = std::move(done)] {
      if (is_done) return done({});
      done(unexpected(std::string("the hub does not do it; take the modem out and in again")));
    });
  }

  void tell(std::size_t slot) {
    air_.timeline_.at(air_.timeline_.now() + air_.chance_.between(0us, 100ms), owner_,
                      [this, slot, was = air_.slots_[slot]->plugged] {
                        if (was != air_.slots_[slot]->plugged) return;  // told in its turn
                        if (!news_.appeared) return;                    // nobody asked yet
                        if (!was) return news_.gone(path_of(slot));
                        news_.appeared({path_of(slot), path_of(slot), hub_of(slot)});
                      });
  }

 private:
  /// Some hubs refuse, and some modems live through their drivers' loss.
  bool reset_usb_of(std::size_t i, UsbReset how) {
    using modem::virt::Cure;
    const bool is_power = how == UsbReset::power;
    const bool refuses = air_.chance_.one_in(8) || !air_.slots_[i]->plugged;
    air_.facts_.rungs.push_back({air_.timeline_.now(), name_of(i),
                                 is_power ? modem::Rung::power : modem::Rung::usb_reset, refuses});
    if (refuses) return false;
    const Cure hangs = air_.slots_[i]->modem.hangs_until();
    const bool is_cured = hangs != Cure::none && hangs <= Cure::usb_reset;
    const bool lives_on = !is_power && !is_cured && (hangs != Cure::none || air_.chance_.one_in(2));
    air_.take_away(i, lives_on);
    air_.timeline_.at(air_.timeline_.now() + (is_power ? 5s : 200ms), Timeline::world,
                      [&air = air_, i] { air.plug_in(i); });
    return true;
  }

  Result<std::unique_ptr<modem::Wire>, std::string> open_now(const std::string& path) {
    for (std::size_t i = 0; i < air_.slots_.size(); ++i) {
      if (path_of(i) != path) continue;
      if (!air_.slots_[i]->plugged) break;
      return std::make_unique<Line>(air_, i, owner_);
    }
    return unexpected(path + ": no such port; plug the modem in");
  }

  Air& air_;
  Timeline::Owner owner_;
  modem::PortNews news_;
};

Air::Air(Timeline& timeline, Facts& facts, const Options& options, Chance chance)
    : timeline_(timeline), facts_(facts), chance_(chance) {
  for (unsigned i = 0; i < options.modems; ++i) {
    auto modem = options.modem;
    modem.imei = modem::virt::imei_of(i);
    auto sim = modem::virt::sim_of(i, options.pin);
    sim.reports.resize(options.report_places);
    slots_.push_back(std::make_unique<Slot>(modem, std::move(sim), chance_.below(~0ULL)));
  }
}

Air::~Air() = default;

/// Eight modems at a hub.
std::string Air::hub_of(std::size_t slot) {
  return fmt::format("1-{}", 1 + slot / 8);
}
std::string Air::usb_path_of(std::size_t slot) {
  return fmt::format("{}.{}", hub_of(slot), 1 + slot % 8);
}

std::string Air::path_of(std::size_t slot) {
  return "/dev/modembank/" + name_of(slot);
}
std::string Air::name_of(std::size_t slot) {
  return fmt::format("slot-{:03}", slot + 1);
}

std::unique_ptr<modem::Ports> Air::ports_for(Timeline::Owner owner) {
  return std::make_unique<Lines>(*this, owner);
}

Modem& Air::modem(std::size_t slot) {
  return slots_[slot]->modem;
}
bool Air::plugged(std::size_t slot) const {
  return slots_[slot]->plugged;
}

void Air::hear(std::size_t slot, const std::string& octets) {
  if (!slots_[slot]->plugged) return;
  slots_[slot]->modem.receive(octets, timeline_.now());
  settle(slot);
}

void Air::settle(std::size_t i) {
  Slot& slot = *slots_[i];
  slot.modem.drain_submissions([&](const modem::virt::Submission& submission) {
    auto part = read_pdu(i, submission.pdu);
    if (!part) return;
    part->at = submission.at;
    part->iccid = submission.iccid;
    facts_.taken.push_back(std::move(*part));
    if (takes_ && slot.modem.sim()) relay(slot.modem.sim()->number, submission.pdu);
  });
  speak(i);
  const TimePoint next = slot.modem.deadline();
  if (next == slot.alarm_at) return;
  if (slot.alarm) timeline_.cancel(*slot.alarm);
  slot.alarm.reset();
  slot.alarm_at = next;
  if (next == TimePoint::max()) return;
  slot.alarm = timeline_.at(next, Timeline::world, [this, i] {
    slots_[i]->alarm.reset();
    slots_[i]->alarm_at = TimePoint::max();
    slots_[i]->modem.due(timeline_.now());
    settle(i);
  });
}

void Air::relay(const std::string& from, const std::string& submit) {
  timeline_.at(timeline_.now() + *takes_, Timeline::world, [this, from, submit] {
    const auto to = modem::virt::recipient_of(submit);
    for (std::size_t i = 0; to && i < slots_.size(); ++i) {
      const auto& sim = slots_[i]->modem.sim();
      if (!sim || sim->number != *to) continue;
      if (slots_[i]->modem.relay(from, submit, timeline_.now())) settle(i);
      return;
    }
  });
}

/// What nobody listens to is lost, as a kernel drops what comes in at a closed port.
void Air::speak(std::size_t i) {
  Slot& slot = *slots_[i];
  const std::string said = slot.modem.take_output();
  if (said.empty() || slot.line == nullptr || !slot.plugged) return;
  slot.heard_at = timeline_.now();
  note_codes(i, said);
  // In one read or in several, as USB does.
  std::size_t from = 0;
  while (from < said.size()) {
    const std::size_t all = said.size() - from;
    const std::size_t size = chance_.one_in(3) ? 1 + chance_.below(all) : all;
    slot.line->carry(said.substr(from, size));
    from += size;
  }
}

/// The errors that a modem told, as the program names them.
void Air::note_codes(std::size_t slot, std::string_view said) {
  auto& codes = facts_.codes[name_of(slot)];
  if (said.find("\r\nERROR\r\n") != std::string_view::npos) codes.insert("error");
  for (const auto& [words, name] : {std::pair{"+CMS ERROR: ", "cms_"}, {"+CME ERROR: ", "cme_"}}) {
    for (auto at = said.find(words); at != std::string_view::npos; at = said.find(words, at + 1)) {
      const auto number = said.substr(at + std::string_view(words).size());
      codes.insert(name + std::string(number.substr(0, number.find('\r'))));
    }
  }
}

void Air::unplug(std::size_t i) {
  take_away(i, false);
}

void Air::take_away(std::size_t i, bool keeps_power) {
  Slot& slot = *slots_[i];
  if (!std::exchange(slot.plugged, false)) return;
  facts_.gone.push_back({timeline_.now(), name_of(i), hub_of(i)});
  slot.powered = keeps_power;
  if (!keeps_power) slot.modem.power_off();
  if (slot.line != nullptr) slot.line->lose();
  if (lines_ != nullptr) lines_->tell(i);
  settle(i);
}

void Air::plug_in(std::size_t i) {
  Slot& slot = *slots_[i];
  if (std::exchange(slot.plugged, true)) return;
  slot.plugged_at = timeline_.now();
  if (!std::exchange(slot.powered, true)) slot.modem.restart(timeline_.now());
  if (lines_ != nullptr) lines_->tell(i);
  settle(i);
}

void Air::lose_hub(const std::string& hub, std::chrono::microseconds lasts) {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (hub_of(i) != hub || !slots_[i]->plugged) continue;
    const TimePoint from = timeline_.now() + chance_.between(0s, 500ms);
    timeline_.at(from, Timeline::world, [this, i] { unplug(i); });
    timeline_.at(from + lasts + chance_.between(0s, 10s), Timeline::world,
                 [this, i] { plug_in(i); });
  }
}

TimePoint Air::heard_at(std::size_t slot) const {
  return slots_[slot]->heard_at;
}
TimePoint Air::plugged_at(std::size_t slot) const {
  return slots_[slot]->plugged_at;
}

bool Air::works(std::size_t slot) const {
  const auto& modem = slots_[slot]->modem;
  const auto state = modem.state_name(timeline_.now());
  const bool answers = state == "idle" || state == "prompt" || state == "sending";
  return slots_[slot]->plugged && answers && modem.sim() && modem.registration() == 1;
}

void Air::set_ussd(std::size_t slot, const std::string& code, const modem::virt::UssdText& answer) {
  auto& modem = slots_[slot]->modem;
  if (!modem.sim()) return;
  facts_.ussd[modem.sim()->iccid].insert(answer.text);
  modem.set_ussd(code, answer);
}

void Air::set_line(const LineFaults& faults) {
  const auto is_bad = [](const LineFaults& line) {
    return line.lost_permille + line.doubled_permille + line.garbled_permille > 0;
  };
  const bool was_bad = is_bad(std::exchange(line_, faults));
  if (!was_bad && is_bad(faults)) facts_.noise.push_back({timeline_.now()});
  if (was_bad && !is_bad(faults)) facts_.noise.back().until = timeline_.now();
}

void Air::deliver(std::size_t slot, const std::string& from, const std::string& text) {
  Modem& modem = slots_[slot]->modem;
  if (!modem.sim()) return;
  const std::string iccid = modem.sim()->iccid;
  if (modem.deliver(from, text, timeline_.now())) facts_.sent_in.push_back({iccid, from, text});
  settle(slot);
}

bool Air::deliver_pdu(std::size_t slot, const std::string& hex) {
  const bool is_taken = slots_[slot]->modem.deliver_pdu(hex, timeline_.now()).has_value();
  settle(slot);
  return is_taken;
}

std::size_t Air::left_on(const std::string& iccid) const {
  for (const auto& slot : slots_) {
    const auto& sim = slot->modem.sim();
    if (!sim || sim->iccid != iccid) continue;
    const auto reports = std::count_if(sim->reports.begin(), sim->reports.end(),
                                       [](const auto& place) { return place.has_value(); });
    return sim->used() + sim->held.size() + static_cast<std::size_t>(reports);
  }
  return 0;
}

void Air::swap_sims(std::size_t one, std::size_t other, std::chrono::microseconds takes) {
  if (one == other || !slots_[one]->modem.sim() || !slots_[other]->modem.sim()) return;
  auto first = take_sim(one);
  auto second = take_sim(other);
  timeline_.at(timeline_.now() + takes, Timeline::world,
               [this, one, other, first = std::move(first), second = std::move(second)] {
                 put_sim(other, *first);
                 put_sim(one, *second);
               });
}

/// What a modem says of its SIM is not lost, and ends its silence: of one that says nothing nobody
/// could know.
std::optional<modem::virt::Sim> Air::take_sim(std::size_t slot) {
  slots_[slot]->modem.silence(timeline_.now());
  slots_[slot]->modem.hang(modem::virt::Cure::none);
  const LineFaults faults = std::exchange(line_, LineFaults{});
  auto sim = slots_[slot]->modem.remove_sim(timeline_.now());
  settle(slot);
  line_ = faults;
  return sim;
}

void Air::put_sim(std::size_t slot, const modem::virt::Sim& sim) {
  const LineFaults faults = std::exchange(line_, LineFaults{});
  slots_[slot]->modem.insert_sim(sim, timeline_.now());
  settle(slot);
  line_ = faults;
}

void Air::switch_pin_off(std::size_t slot) {
  auto sim = take_sim(slot);
  if (!sim) return;
  sim->pin.clear();
  put_sim(slot, *sim);
}

void Air::heal() {
  set_line({});
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    plug_in(i);
    slots_[i]->modem.heal(timeline_.now());
    settle(i);
  }
}

std::optional<SeenPart> Air::read_pdu(std::size_t slot, std::string_view hex) const {
  const auto submit = at::decode_submit(hex);
  if (!submit) return std::nullopt;
  SeenPart part{facts_.next++,
                timeline_.now(),
                name_of(slot),
                {},
                submit->to,
                {},
                1,
                1,
                -1,
                submit->reject_duplicates};
  if (submit->header.concat) {
    part.part = submit->header.concat->seq;
    part.parts = submit->header.concat->total;
    part.reference = submit->header.concat->ref;
  }
  const auto& sim = slots_[slot]->modem.sim();
  if (sim) part.iccid = sim->iccid;
  // Every part of a message carries its token, as "<17>", more than once.
  const auto begin = submit->text.find('<');
  if (begin == std::string::npos) return part;
  const auto end = submit->text.find('>', begin);
  if (end != std::string::npos) part.token = submit->text.substr(begin + 1, end - begin - 1);
  return part;
}

}  // namespace bank::simulation
