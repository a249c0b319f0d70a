#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "modem/ports.hpp"
#include "modem/virtual/modem.hpp"
#include "tests/simulation/chance.hpp"
#include "tests/simulation/facts.hpp"
#include "tests/simulation/timeline.hpp"

namespace bank::simulation {

/// How a serial line behaves, octet by octet; of its chunks, so many in a thousand.
struct LineFaults {
  unsigned lost_permille = 0;
  unsigned doubled_permille = 0;
  unsigned garbled_permille = 0;
  std::chrono::microseconds slowest{2000};
};

/// The world outside the program: modems in their slots, SIMs in the modems, the lines to them, and
/// the network's own record of what it took. It outlives every crash of the program.
class Air {
 public:
  struct Options {
    unsigned modems = 4;
    modem::virt::ModemOptions modem{};
    std::string pin{};
    std::size_t report_places = 0;  // of a store for reports alone; 0: there is none
  };
  Air(Timeline& timeline, Facts& facts, const Options& options, Chance chance);
  ~Air();

  /// The ports as one life of the program sees them.
  [[nodiscard]] std::unique_ptr<modem::Ports> ports_for(Timeline::Owner owner);

  [[nodiscard]] std::size_t size() const { return slots_.size(); }
  [[nodiscard]] modem::virt::Modem& modem(std::size_t slot);
  /// Something was done to a modem: carry out what it wants.
  void settle(std::size_t slot);
  void unplug(std::size_t slot);
  void plug_in(std::size_t slot);
  [[nodiscard]] bool plugged(std::size_t slot) const;
  /// A text for the SIM that is in it, if one is.
  void deliver(std::size_t slot, const std::string& from, const std::string& text);
  /// As it is, and in no account; false: the network would not have it.
  [[nodiscard]] bool deliver_pdu(std::size_t slot, const std::string& hex);
  /// From now on what is sent to the number of a SIM that is in a modem comes in there, after so
  /// long; nothing: it is taken and lost. At first nobody is connected.
  void connect(std::optional<std::chrono::milliseconds> takes) { takes_ = takes; }
  /// The texts' parts and the reports that the network or the SIMs hold yet.
  [[nodiscard]] std::size_t left_on(const std::string& iccid) const;
  /// Exchanges the SIMs of two modems, which takes a while; nothing when one has none.
  void swap_sims(std::size_t one, std::size_t other, std::chrono::microseconds takes);
  /// What the network says to that USSD code of that modem's SIM, from now on.
  void set_ussd(std::size_t slot, const std::string& code, const modem::virt::UssdText& answer);
  /// All modems of a hub are gone, and come back one after another.
  void lose_hub(const std::string& hub, std::chrono::microseconds lasts);
  /// Since when it is plugged in and something of it was heard: neither, and it does not work.
  [[nodiscard]] TimePoint heard_at(std::size_t slot) const;
  [[nodiscard]] TimePoint plugged_at(std::size_t slot) const;
  /// It has a SIM that is ready and a network, and answers.
  [[nodiscard]] bool works(std::size_t slot) const;
  /// Somebody does it in a phone.
  void switch_pin_off(std::size_t slot);
  void set_line(const LineFaults& faults);
  /// All modems are well, plugged in and on the network.
  void heal();

  static std::string path_of(std::size_t slot);
  static std::string hub_of(std::size_t slot);
  static std::string usb_path_of(std::size_t slot);
  static std::string name_of(std::size_t slot);

 private:
  class Line;
  class Lines;
  struct Slot;

  [[nodiscard]] std::optional<modem::virt::Sim> take_sim(std::size_t slot);
  void put_sim(std::size_t slot, const modem::virt::Sim& sim);
  void take_away(std::size_t slot, bool keeps_power);
  void hear(std::size_t slot, const std::string& octets);
  void note_codes(std::size_t slot, std::string_view said);
  void speak(std::size_t slot);
  void relay(const std::string& from, const std::string& submit);
  [[nodiscard]] std::optional<SeenPart> read_pdu(std::size_t slot, std::string_view hex) const;

  Timeline& timeline_;
  Facts& facts_;
  Chance chance_;
  LineFaults line_{};
  std::optional<std::chrono::milliseconds> takes_{};  // from SIM to SIM
  std::vector<std::unique_ptr<Slot>> slots_;
  Lines* lines_ = nullptr;  // of the program, while it lives
};

}  // namespace bank::simulation
