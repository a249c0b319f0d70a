#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "at/result.hpp"
#include "modem/virtual/fault.hpp"
#include "modem/virtual/gaps.hpp"
#include "modem/virtual/pdu.hpp"
#include "modem/virtual/sim.hpp"

namespace bank::modem::virt {

using TimePoint = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

inline constexpr std::size_t most_command = 1024;    // characters of one command line
inline constexpr std::size_t most_pdu_digits = 400;  // 176 octets and room to be wrong
inline constexpr std::size_t most_output =
    128 * 1024;                                      // octets nobody read; then lines are dropped
inline constexpr std::size_t most_faults = 64;       // waiting in one modem
inline constexpr std::size_t most_reports = 65'536;  // status reports on their way to one modem
inline constexpr std::size_t most_submissions = 65'536;    // kept until `take_submissions`
inline constexpr std::chrono::seconds host_patience{120};  // a host may give a result up after this
/// The network waits so long for +CNMA; then the modem hands nothing over until +CNMI is set again
/// (TS 27.005 §3.4.4), and the network tries again after a while.
inline constexpr std::chrono::seconds network_patience{15};
inline constexpr std::chrono::seconds network_pause{30};
inline constexpr std::chrono::seconds link_rest{1};  // +CMMS=1 keeps a link so long after a result

/// What becomes of status reports.
enum class ReportsGo {
  as_asked,     // as AT+CNMI <ds> says
  stored,       // <ds> 1 is not offered: they can only be stored and announced
  unannounced,  // they are stored, whatever <ds> says, and nothing tells of them
};

/// What ends a hang: it, or what goes further.
enum class Cure { none, reopen, reset, usb_reset, power };

struct ModemOptions {
  milliseconds latency{0};       // network time from Ctrl-Z to the result
  milliseconds jitter{0};        // the latency varies by ± this
  milliseconds prompt_delay{0};  // from AT+CMGS= to the prompt
  milliseconds report_delay{0};  // from the result to the status report
  milliseconds boot{0};          // silence of a restart
  milliseconds link{0};          // on top of the latency where no link is kept
  bool keeps_link = true;        // else +CMMS=1 is +CMS ERROR: 500
  int service_2plus = 1;         // value of +CSMS that asks for +CNMA; 128 on some
  std::string maker = "MODEMBANK";
  std::string model = "VM64";
  std::string firmware = "VM64-1.0";
  std::string imei = "000000000000000";
  // The modem's clock: at `clock_origin` it is `wall_origin` (UTC). Stamps of texts and reports
  // follow from these, so that a simulation decides what day it is.
  TimePoint clock_origin{};
  std::chrono::sys_seconds wall_origin{};
  std::vector<std::string> networks = {"43211"};  // MCC and MNC of those in reach
  bool is_lte_only = false;                       // +CREG and +CGREG are 0, whatever the network
  int zone_quarters = 14;  // local time in the stamps: quarter hours east of UTC
  ReportsGo reports = ReportsGo::as_asked;
  std::string report_store = "SR";   // what a store for reports alone is called, where one is
  std::string report_notice = "SM";  // the store that +CDSI names, whatever it is
};

/// One SUBMIT that the network took; whether the host ever heard of it is another matter.
struct Submission {
  TimePoint at;
  std::string iccid;
  std::uint8_t mr;  // as the modem told, or would have told, in +CMGS:
  std::string pdu;  // upper-case hex, service-centre field first, as the host sent it
};

struct Counters {
  std::uint64_t accepted = 0;    // submissions the network took
  std::uint64_t refused = 0;     // +CMGS answered with an error
  std::uint64_t links = 0;       // opened for submissions
  std::uint64_t bad_pdus = 0;    // +CMS ERROR: 304: not hex, not the promised length, not a SUBMIT
  std::uint64_t violations = 0;  // bursts of bytes while a +CMGS result or prompt was outstanding
  std::uint64_t delivered = 0;   // inbound texts handed to the SIM or the host
  std::uint64_t reports = 0;     // status reports handed over
  std::uint64_t hung_up = 0;     // calls that the host ended
  std::uint64_t dropped = 0;     // output lines nobody read in time, reports over the bound
};

/// A GSM modem with its SIM, and the little of the network it can see, as a pure state machine:
/// bytes and the time in, bytes and submissions out. No port, no clock, no thread.
///
/// The driver calls `receive` when the host wrote and `due` when `deadline` has come; after each
/// call it takes `output` and `take_submissions`. The same seed and calls give the same answers.
class Modem {
 public:
  /// Born booted and idle, with echo on and the settings of the factory.
  Modem(ModemOptions options, std::optional<Sim> sim, std::uint64_t seed);

  /// Bytes from the host, chopped in any way.
  void receive(std::string_view bytes, TimePoint now);
  /// Does all that is due at `now`; harmless when nothing is.
  void due(TimePoint now);
  /// When `due` wants to be called; TimePoint::max() when nothing is awaited.
  [[nodiscard]] TimePoint deadline() const noexcept;

  /// Bytes for the host that were not consumed yet.
  [[nodiscard]] std::string_view output() const noexcept;
  void consume(std::size_t octets);
  [[nodiscard]] std::string take_output();

  /// What the network took since the last call, in order.
  [[nodiscard]] bool has_submissions() const noexcept { return !submissions_.empty(); }
  [[nodiscard]] std::vector<Submission> take_submissions();
  /// The same without giving up the vector's memory.
  template <class Visitor>
  void drain_submissions(Visitor&& visit) {
    for (const Submission& submission : submissions_) visit(submission);
    submissions_.clear();
  }

  // What the network does.
  /// A text for the SIM: GSM 7-bit where ASCII and the default alphabet agree, else UCS-2; cut into
  /// concatenated parts where it is long. Refuses what is no number, no UTF-8 or over 255 parts.
  [[nodiscard]] Result<void, std::string> deliver(std::string_view from, std::string_view utf8,
                                                  TimePoint now);
  /// Rings every five seconds until the host hangs up, at most six times.
  void call(std::string from, TimePoint now);
  /// What another SIM of the network sent to this one; `submit` is hex as Submission has it.
  [[nodiscard]] Result<void, std::string> relay(std::string_view from, std::string_view submit,
                                                TimePoint now);
  /// A finished PDU (hex with service-centre field), as it is: also a broken one.
  [[nodiscard]] Result<void, std::string> deliver_pdu(std::string_view hex, TimePoint now);
  /// TS 27.007 §7.2 <stat>: 1 home, 5 roaming, 2 searching, 3 denied, 0 idle…
  void set_registration(int stat, TimePoint now);
  void set_signal(int rssi) noexcept { rssi_ = rssi; }  // as +CSQ tells it, 0 to 31 or 99
  void set_latency(milliseconds latency, milliseconds jitter);
  void set_report_delay(milliseconds delay) { options_.report_delay = delay; }

  // What goes wrong.
  [[nodiscard]] Result<void, std::string> inject(Fault fault);
  /// Answers nothing until `until`; the network goes on.
  void silence(TimePoint until) noexcept { silent_until_ = until; }
  /// Says nothing and hears nothing but its reset, where that is the cure; the network goes on.
  void hang(Cure cure) noexcept { hangs_until_ = cure; }
  /// Something was done to it that may end a hang: `done` is not `none`.
  void treat(Cure done, TimePoint now);
  [[nodiscard]] Cure hangs_until() const noexcept { return hangs_until_; }
  /// A line of its own accord `per_second` times a second; 0 ends it.
  void storm(unsigned per_second, TimePoint now);
  /// Noise for the host, now.
  void noise(std::string_view bytes, TimePoint now);
  /// By itself, in whatever it was doing: silent for `boot`, then the lines of a booting modem.
  void restart(TimePoint now);
  /// Without power it hears and says nothing, until `restart`.
  void power_off();
  /// Ends silence, storms and waiting faults, and registers again.
  void heal(TimePoint now);

  /// Hot: the host sees +CPIN: NOT INSERTED, later +CPIN: READY or SIM PIN.
  [[nodiscard]] std::optional<Sim> remove_sim(TimePoint now);
  void insert_sim(Sim sim, TimePoint now);
  /// What the network says to that USSD code of the SIM that is in it, from now on.
  void set_ussd(const std::string& code, UssdText answer);
  /// The SIM asks for this PIN from the next start on; empty: for none.
  void set_pin(std::string pin);

  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }
  /// From the result of a submission to the next AT+CMGS=: what the host makes of its modem.
  [[nodiscard]] const Gaps& gaps() const noexcept { return gaps_; }
  void forget_gaps() noexcept { gaps_ = {}; }
  /// How long parts were on the air until `now`, in all: what a host's use of its modem is measured
  /// by. A result that the driver hands over late adds nothing.
  [[nodiscard]] std::chrono::nanoseconds on_air(TimePoint now) const noexcept;
  /// The latest AT+CMGS= that was answered with a prompt.
  [[nodiscard]] std::optional<TimePoint> asked_at() const noexcept { return asked_at_; }
  [[nodiscard]] const ModemOptions& options() const noexcept { return options_; }
  [[nodiscard]] const std::optional<Sim>& sim() const noexcept { return sim_; }
  [[nodiscard]] std::uint8_t next_mr() const noexcept { return mr_; }
  /// "idle", "prompt", "sending", "booting", "silent", "hung", "off": for a person.
  [[nodiscard]] std::string_view state_name(TimePoint now) const noexcept;
  [[nodiscard]] int registration() const noexcept { return registration_; }
  /// AT+COPS: what was chosen last, which a restart does not change.
  struct Selection {
    int mode = 0;           // TS 27.007 §7.3: 0 automatic, 1 manual, 2 none, 4 manual, else 0
    std::string network{};  // of modes 1 and 4
    unsigned commands = 0;  // that have set it
  };
  [[nodiscard]] const Selection& selection() const noexcept { return selection_; }
  void tie_to(int mode, std::string network);
  [[nodiscard]] std::size_t faults_waiting() const noexcept { return faults_.size(); }

 private:
  enum class State { off, booting, idle, opening, prompt, sending };
  enum class Ack { none, text, report };
  struct Commands;  // modem_commands.cpp: all that is answered at once

  /// TS 27.007/27.005 settings, lost at a restart.
  struct Settings {
    bool echo = true;
    bool verbose = true;
    bool quiet = false;
    int cmee = 0;
    int csms = 0;
    int cmms = 0;
    int creg[3] = {0, 0, 0};  // +CREG, +CGREG, +CEREG
    int cops_format = 0;
    bool radio = true;              // +CFUN=1
    int cnmi[5] = {0, 0, 0, 0, 0};  // mode, mt, bm, ds, bfr
    std::string cscs = "GSM";
    bool clip = false;
    bool reports_selected = false;  // mem1 is SR
  };

  /// The one submission on the air.
  struct Flight {
    TimePoint handed_over;  // Ctrl-Z
    TimePoint takes;        // the network decides
    TimePoint result;       // the host hears
    std::string pdu;
    Submit submit;
    std::optional<Fault> error;  // said instead of a result, whether or not it was taken
    bool refused = false;        // never taken
    bool taken = false;
    bool result_lost = false;
    bool restarts_before = false;
    bool restarts_after = false;
    std::uint8_t mr = 0;
  };

  struct Report {
    TimePoint at;
    std::uint64_t order;  // of two due together the older comes first
    std::string pdu;
    friend bool operator<(const Report& a, const Report& b) {
      return a.at != b.at ? a.at > b.at : a.order > b.order;  // a heap with the earliest on top
    }
  };

  // modem.cpp: the dialogue and the power
  void take_command();
  void answer(std::string_view command);  // modem_commands.cpp
  void take_pdu();
  void open_prompt();
  void cancel();
  void raw(std::string_view bytes);
  void say(std::string_view line);  // information line
  void urc(std::string_view line);  // unsolicited line
  void result(std::string_view code, int digit);
  void ok() { result("OK", 0); }
  void error() { result("ERROR", 4); }
  void cme(int code);
  void cms(int code);
  void fail(const Fault& fault);
  void noise_if_due();
  void forget_dialogue();
  void reboot();
  void end_boot();
  void do_storm();
  void ring();
  void hear_reset(std::string_view bytes);
  void announce(std::string_view code, std::string_view store, std::size_t index);
  [[nodiscard]] std::vector<std::optional<StoredText>>& selected();
  [[nodiscard]] bool powered() const noexcept {
    return state_ != State::off && state_ != State::booting;
  }
  [[nodiscard]] bool muted() const noexcept {
    return !powered() || now_ < silent_until_ || hangs_until_ != Cure::none;
  }

  // modem_network.cpp: submissions, inbound, reports
  void start_flight(std::string pdu, Submit submit);
  void fly();
  void network_takes();
  void land();
  void schedule_report();
  void report_later(std::string pdu, TimePoint at);
  void hand_over();
  void await_ack(Ack ack);
  void give_up_ack();
  [[nodiscard]] bool hand_over_text();
  [[nodiscard]] bool hand_over_report();
  [[nodiscard]] static std::optional<std::size_t> store(
      StoredText text, std::vector<std::optional<StoredText>>& slots);
  [[nodiscard]] bool registered() const noexcept;
  [[nodiscard]] bool sim_usable() const noexcept;
  void register_as(int stat);
  /// Of +CREG, +CGREG and +CEREG, in this order.
  [[nodiscard]] bool is_in_domain(std::size_t index) const {
    return !options_.is_lte_only || index == 2;
  }
  [[nodiscard]] bool select_network(int mode, std::string_view network);
  [[nodiscard]] std::string network() const;
  [[nodiscard]] std::optional<Fault> strike(FaultKind kind);
  [[nodiscard]] milliseconds draw_latency();
  [[nodiscard]] std::chrono::sys_seconds wall(TimePoint at) const;

  ModemOptions options_;
  std::optional<Sim> sim_;
  std::mt19937_64 random_;  // not a distribution of <random>: their results differ by library
  Settings settings_;
  Selection selection_;
  std::string network_;  // it is with, once one was chosen; empty: the SIM's own
  Counters counters_;
  Gaps gaps_;
  std::optional<TimePoint> idle_since_;  // the last result
  std::optional<TimePoint> asked_at_;
  std::chrono::nanoseconds landed_on_air_{0};  // of the parts that are not on the air any more
  TimePoint now_{};                            // of the call in progress
  State state_ = State::idle;
  bool pin_verified_ = false;
  Ack ack_awaited_ = Ack::none;  // +CSMS: 1, until +CNMA
  TimePoint ack_until_ = TimePoint::max();
  TimePoint tries_again_ = TimePoint::max();  // the network, which has given up for now
  TimePoint link_until_{};                    // kept by +CMMS
  bool link_is_kept_ = false;                 // for the submission that was asked for
  int registration_ = 1;
  int granted_registration_ = 1;  // what the network gives while the radio is on
  int rssi_ = 20;
  std::uint8_t mr_ = 0;
  std::string line_;  // the command or PDU being received
  bool line_overran_ = false;
  std::string output_;
  std::size_t consumed_ = 0;  // octets of output_ already taken
  std::size_t promised_octets_ = 0;
  TimePoint silent_until_{};
  Cure hangs_until_ = Cure::none;
  TimePoint wakes_ = TimePoint::max();  // end of booting, or time of the prompt
  std::optional<Flight> flight_;
  std::vector<Report> reports_;  // a heap by time
  std::uint64_t report_order_ = 0;
  std::uint8_t concat_reference_ = 0;
  std::vector<Fault> faults_;
  std::vector<Submission> submissions_;
  unsigned storm_per_second_ = 0;
  TimePoint storm_next_ = TimePoint::max();
  std::string caller_;
  int rings_left_ = 0;
  TimePoint ring_next_ = TimePoint::max();
};

}  // namespace bank::modem::virt
