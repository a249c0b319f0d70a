#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "at/dialogue.hpp"
#include "at/replies.hpp"
#include "modem/mailbox.hpp"
#include "modem/profile.hpp"
#include "modem/registration_watch.hpp"
#include "modem/signal_history.hpp"
#include "modem/sim_plan.hpp"

namespace bank::modem {

/// How long a modem with a part in doubt is listened to before the first octet is written to it.
inline constexpr std::chrono::milliseconds doubt_time{5000};

/// What is known of the modem and its SIM; empty or null where it is not.
struct Facts {
  std::string maker, model, firmware, imei;
  std::string iccid, imsi, number, operator_name, smsc;
  at::SimState sim = at::SimState::unknown;
  at::Registration registration = at::Registration::unknown;
  std::optional<int> signal_dbm;
  std::optional<double> temperature;  // °C of the module
  std::optional<int> millivolts;      // of its supply
  bool low_voltage = false;           // it said so, since it was brought up
  /// From question to answer, smoothed; of parts the network's time would count.
  std::optional<std::chrono::milliseconds> answer_time;
  std::vector<std::string> problems;  // what it refused and what that costs, one line each
  std::string network_trouble;        // why it is not with the network of its SIM's plan

  friend bool operator==(const Facts&, const Facts&) = default;
};

/// A part offered to the modem. Its PDU comes with the commit (Session::commit).
struct Part {
  std::uint64_t token;  // the caller's; comes back with everything about this part
  std::size_t length;   // AT+CMGS=<length>
  bool more = false;    // another is ready to follow it at once
};

/// How a part ended.
struct PartResult {
  enum class Kind {
    sent,       // +CMGS and OK
    refused,    // an error instead
    not_sent,   // no PDU was written
    uncertain,  // it was, and no result came
  };
  Kind kind;
  std::optional<int> tp_mr{};
  std::optional<at::DialogueFailure> failure{};
  bool pdu_written = false;
  std::string_view why{};  // for not_sent and uncertain: "no_prompt", "withdrawn", "restarted", …
};

// What the session asks of, or tells, whoever drives it.
struct Write {
  std::string bytes;
};
struct Changed {};    // state or facts: look again
struct PinNeeded {};  // answer with enter_pin or without_pin; the attempt is committed before
struct PinTried {
  bool accepted;
};
struct CommitNeeded {  // AT+CMGS is on its way: answer with commit or refuse
  std::uint64_t token;
};
struct Slow {  // no result after 30 s; it is still awaited
  std::uint64_t token;
};
struct PartEnded {
  std::uint64_t token;
  PartResult result;
};
struct LateResult {                    // of a part that had ended as uncertain
  std::optional<std::uint64_t> token;  // nothing: a part of an earlier run of the program
  int tp_mr;
};
/// A text or a status report, from a store or directly. Where `token` is not 0, answer with booked
/// or not_booked: it stays with the modem until then.
struct Received {
  std::uint64_t token;
  std::string pdu;            // hex, as printed
  std::optional<int> length;  // as claimed, without the service centre's field
  std::uint64_t insertion;    // of the SIM that it belongs to
  bool is_report = false;     // says the line that brought it
};
struct Called {        // somebody called, and is not answered
  std::string number;  // empty: withheld, or not told
  std::uint64_t insertion;
};
/// Something a person, or the program by itself, wants of the modem, between parts.
struct Request {
  enum class Kind {
    ussd,
    at,   // of a person: it may change what bring-up has set
    lamp  // Profile::lamp
  };
  std::uint64_t token;  // the caller's
  Kind kind;
  std::string text;  // a USSD code or the answer to a menu, UTF-8; else a command line with "AT"
  bool ends_menu = false;  // nobody answers a menu that comes of it: it is ended at once
};
struct RequestEnded {
  std::uint64_t token = 0;
  std::optional<at::UssdAnswer> ussd{};
  at::Reply lines{};                             // of an AT command
  std::optional<at::DialogueFailure> failure{};  // it was refused, or not answered
  std::string_view why{};  // where it was not asked: "text", "restarted", "vanished", …
};
struct ResetWritten {};  // the one that `opened` was asked for
struct GiveUp {          // close the port, rest, open it again
  std::string why;
  bool wants_reset = false;  // nothing less helps with one of its family that fell silent
};
using Action = std::variant<Write, Changed, PinNeeded, PinTried, CommitNeeded, Slow, PartEnded,
                            LateResult, Received, Called, RequestEnded, ResetWritten, GiveUp>;
using Actions = std::vector<Action>;

enum class SessionState {
  closed,
  starting,   // getting in step, bring-up
  locked,     // the SIM wants a PIN that is not there, or a PUK
  searching,  // no network that takes SMS yet
  ready,
  resting,  // gave up: the driver closes the port and opens it later
};

/// The life of one modem from an open port to submission after submission, as a machine of
/// (event, now) → actions: no port, no timer, no thread. At most one part is with the modem.
class Session {
 public:
  /// What is wanted of SIMs; those that it does not name are nobody's plan. Before `opened`.
  void know(std::shared_ptr<const SimPlans> plans) { plans_ = std::move(plans); }

  /// The port is open. `listen` is how long to hear before the first byte is written: a modem with
  /// a part in doubt may still tell its result. Where this session left one in doubt, it listens
  /// for 5 s of its own accord, less when the modem tells the result or boots. Where it left none
  /// and `listen` is not zero, the part may be one of an earlier run of the program: a result of it
  /// is told once, from now until the modem boots or a PDU is written to it.
  ///
  /// `reset`: a command that is written then, heard or not; the modem is given time to boot.
  /// `starts`: its port has just appeared, and its firmware may not answer yet.
  [[nodiscard]] Actions opened(TimePoint now, std::chrono::milliseconds listen = {},
                               std::string reset = {}, bool starts = false);
  [[nodiscard]] Actions received(std::string_view bytes, TimePoint now);
  /// The port is gone. What was in hand ends.
  [[nodiscard]] Actions lost(TimePoint now);
  /// Call when `deadline` has come.
  [[nodiscard]] Actions expire(TimePoint now);
  [[nodiscard]] TimePoint deadline() const;

  /// Answers PinNeeded. The PIN is entered once, whatever comes of it.
  [[nodiscard]] Actions enter_pin(std::string_view pin, TimePoint now);
  [[nodiscard]] Actions without_pin(std::string_view why, TimePoint now);

  /// Whether anything answered since the port was opened.
  [[nodiscard]] bool has_answered() const { return has_answered_; }

  /// Whether `submit` is allowed now.
  [[nodiscard]] bool can_submit() const;
  [[nodiscard]] Actions submit(const Part& part, TimePoint now);
  /// Answers CommitNeeded: "sending" is on disk, this is the PDU. Ignored for another token.
  [[nodiscard]] Actions commit(std::uint64_t token, std::string pdu, TimePoint now);
  /// Answers CommitNeeded: it may not be sent. Also withdraws a part whose PDU is not written yet;
  /// too late, it does nothing.
  /// `why` is a word that lives as long as the program.
  [[nodiscard]] Actions withdraw(std::uint64_t token, std::string_view why, TimePoint now);

  /// Asks the SIM who it is as soon as nothing is in hand.
  [[nodiscard]] Actions check_sim(TimePoint now);
  /// It is to be asked, and something else has to end before.
  [[nodiscard]] bool owes_sim_check() const { return asks_iccid_ && state_ == SessionState::ready; }
  /// When it was asked last.
  [[nodiscard]] TimePoint sim_asked_at() const { return sim_asked_at_; }
  /// When it last told, by its ICCID or else its IMSI.
  [[nodiscard]] TimePoint sim_shown_at() const { return sim_shown_at_; }

  /// Answer Received.
  [[nodiscard]] Actions booked(std::uint64_t token, TimePoint now);
  [[nodiscard]] Actions not_booked(std::uint64_t token, TimePoint now);

  /// Whether `ask` is allowed now.
  [[nodiscard]] bool can_ask() const { return state_ == SessionState::ready && !request_; }
  /// Does it as soon as nothing is in hand; RequestEnded answers.
  [[nodiscard]] Actions ask(Request request, TimePoint now);
  /// Nobody waits for it any more; one that is written goes on.
  [[nodiscard]] Actions forget_request(std::uint64_t token);
  /// A menu of the network waits for an answer, and parts wait for its end.
  [[nodiscard]] bool is_in_menu() const { return menu_until_.has_value(); }

  [[nodiscard]] SessionState state() const { return state_; }
  [[nodiscard]] const Facts& facts() const { return facts_; }
  /// Why it rests or is locked, and after "; " what a person can do; empty when well.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  [[nodiscard]] bool has_part() const { return part_.has_value(); }
  [[nodiscard]] const Profile& profile() const { return *profile_; }
  [[nodiscard]] const Mailbox& mailbox() const { return mailbox_; }
  /// Of whatever modem was at the port in the last day.
  [[nodiscard]] const SignalHistory& signal_history() const { return signals_; }
  /// Becomes another number whenever something tells that there may be another SIM than before.
  [[nodiscard]] std::uint64_t insertion() const { return insertion_; }
  /// Whether the facts are those of the SIM of this insertion.
  [[nodiscard]] bool knows_its_sim() const {
    return !sim_changed_ && (state_ == SessionState::ready || state_ == SessionState::searching);
  }

 private:
  using Answer = Result<at::Reply, at::DialogueFailure>;
  enum class Phase {
    closed,
    listening,
    syncing,    // getting in step, at the start or after a time-out
    script,     // bring-up, step by step
    step_wait,  // what was asked last is asked again after a pause
    sim_wait,   // the SIM is busy or there is none: asked again after a pause
    pin_wait,   // the driver looks for a PIN
    pin_entry,
    locked,
    search_wait,  // not registered: asked again after a pause, or told
    ready,
    errand,     // something else than a part, between parts
    ussd_wait,  // asked, and the network has not answered yet
    submitting,
    given_up
  };
  struct Current {
    Part part;
    std::string pdu{};
    bool links = false;  // AT+CMMS=1 is out, and AT+CMGS comes after it
    bool paid = false;
    bool slow_told = false;
    TimePoint slow_at{};
    std::string_view withdrawn{};  // why
  };

  /// What is done between parts.
  enum class Errand {
    registration,
    signal,
    iccid,
    temperature,
    voltage,
    mailbox,
    hang_up,
    ussd_charset,
    ussd,
    ussd_cancel,
    at
  };

  void perform(at::DialogueEvents events, TimePoint now, Actions& actions);
  void answered(const Answer& result, TimePoint now, Actions& actions);
  void unsolicited(const at::Line& line, TimePoint now, Actions& actions);
  void restarted(TimePoint now, Actions& actions);
  [[nodiscard]] bool speaks_anew() const;
  void hear_registration(const std::string& line, TimePoint now, Actions& actions);
  void hear_sim(at::SimState sim, TimePoint now, Actions& actions);
  void hear_call(std::string_view line, const at::IncomingCall& call, TimePoint now,
                 Actions& actions);
  [[nodiscard]] bool hear_message(const at::Line& line, TimePoint now, Actions& actions);
  void forget_sim();

  void listened(TimePoint now, Actions& actions);
  void begin(TimePoint now, Actions& actions);
  void synchronise(TimePoint now, Actions& actions);
  void in_step(TimePoint now, Actions& actions);
  void ask_step(TimePoint now, Actions& actions);
  void step_answered(const Answer& result, TimePoint now, Actions& actions);
  void next_step(TimePoint now, Actions& actions);
  void enter_step();
  void note_choices(std::string_view step, const at::Reply& reply);
  void begin_mailbox(TimePoint now);
  [[nodiscard]] const SimPlan* plan() const;
  [[nodiscard]] bool takes_messages_in() const;
  [[nodiscard]] bool has_network_of_choice() const;
  void plan_network(const at::Reply& told);
  void network_answered(const Answer& result, TimePoint now, Actions& actions);
  void jump_to(std::string_view step, TimePoint now, Actions& actions);
  void look_at_sim(TimePoint now, Actions& actions);
  void take_fact(std::string_view step, const at::Reply& reply);
  void take_tries(std::optional<int> left, TimePoint now, Actions& actions);
  void lock(std::string why, TimePoint now, Actions& actions);
  void pin_answered(const Answer& result, TimePoint now, Actions& actions);
  void try_pin(TimePoint now, Actions& actions);
  void go_on(TimePoint now, Actions& actions);
  void take_sim_state(at::SimState sim, TimePoint now, Actions& actions);
  void take_registration(at::Registration registration, TimePoint now, Actions& actions);
  void part_answered(const Answer& result, TimePoint now, Actions& actions);
  void end_part(PartResult result, Actions& actions);
  void end_part_in_step(PartResult result, TimePoint now, Actions& actions);
  void ask_prompt(TimePoint now, Actions& actions);
  void link_answered(const Answer& result, TimePoint now, Actions& actions);
  void pay_if_due(TimePoint now, Actions& actions);
  void do_next(TimePoint now, Actions& actions);
  void run(Errand errand, at::Command command, TimePoint now, Actions& actions);
  [[nodiscard]] std::optional<Errand> next_errand(TimePoint now) const;
  [[nodiscard]] at::Command command_of(Errand errand, TimePoint now);
  void errand_answered(const Answer& result, TimePoint now, Actions& actions);
  void hand_over(Actions& actions);
  void note_answer_time(std::chrono::nanoseconds took);
  [[nodiscard]] std::optional<Errand> next_of_request(TimePoint now) const;
  [[nodiscard]] at::Command command_of_request(Errand errand);
  void request_answered(Errand errand, const Answer& result, TimePoint now, Actions& actions);
  void hear_ussd(std::string_view line, TimePoint now, Actions& actions);
  void end_ussd(TimePoint now, Actions& actions);
  RequestEnded& end_request(Actions& actions);
  void drop_request(std::string_view why, Actions& actions);
  void enter(SessionState state, Actions& actions);
  void give_up(std::string why, Actions& actions);
  void give_up_silent(std::string why, Actions& actions);
  void problem(std::string what);
  void no_problem(std::string_view ending);
  void send(at::Command command, TimePoint now, Actions& actions);

  at::Dialogue dialogue_;
  Phase phase_ = Phase::closed;
  SessionState state_ = SessionState::closed;
  Facts facts_;
  SignalHistory signals_;
  std::string trouble_;
  TimePoint timer_ = TimePoint::max();
  /// Questions to a SIM that is busy, or that tells another ICCID each time.
  static constexpr int sim_patience = 30;
  /// Errands in a row while parts wait.
  static constexpr int most_turns = 8;
  static constexpr int most_silences = 3;  // in a row, then the port is closed and opened again

  std::uint64_t life_ = 0;  // of the dialogue: a new one begins with each start
  std::size_t step_ = 0;
  std::vector<std::string> spellings_{};  // of this step
  std::size_t variant_ = 0;               // which of them is tried
  int sim_questions_ = 0;                 // while the SIM is busy
  int iccids_told_ = 0;                   // one unlike the one before, in a row
  bool has_answered_ = false;
  bool started_ = false;             // the script was through once since the port was opened
  bool pin_used_ = false;            // never twice on one insertion, unless it was right
  bool pin_in_doubt_ = false;        // entered, and its answer never came
  std::optional<int> tries_left_{};  // before it was entered
  std::string pin_;                  // to be entered when its turn comes
  bool is_mute_ = false;             // when it was brought up it did not repeat commands
  bool sim_changed_ = false;         // since it was looked at
  std::uint64_t insertion_ = 0;
  int silences_ = 0;        // in a row
  int failed_prompts_ = 0;  // in a row

  std::shared_ptr<const SimPlans> plans_;
  std::string network_command_{};  // that makes it so; empty: it is
  bool network_asked_ = false;     // since the SIM was looked at

  const Profile* profile_ = &generic_profile();
  const Profile* known_ = &generic_profile();  // of the modem that was here last
  bool starts_ = false;                        // its firmware may not answer yet
  TimePoint patient_until_{};                  // and is waited for
  bool powers_up_ = false;                     // AT+CFUN=1 is out
  bool may_link_ = true;                       // until +CMMS is refused, or spoils a part
  TimePoint linked_until_{};                   // another part finds the link kept
  std::string iccid_command_{};                // that was answered
  Reception reception_{};                      // as far as it is found
  Mailbox mailbox_;
  bool mailbox_begun_ = false;
  Errand errand_ = Errand::registration;
  int turns_ = 0;  // of errands before the next part may go
  int polls_ = 0;
  bool has_thermometer_ = true, has_voltmeter_ = true;  // until it refuses
  TimePoint asked_at_{};                                // the errand
  TimePoint poll_at_{};
  bool asks_iccid_ = false;  // a line told of a SIM that may be another
  TimePoint sim_asked_at_{}, sim_shown_at_{};
  RegistrationWatch registration_;
  bool asks_registration_ = false;  // one domain does not take messages: the next one
  int rings_ = 0;                   // of this call
  TimePoint last_ring_{};
  bool call_told_ = false, hangs_up_ = false;

  struct Asked {
    Request request;
    std::vector<std::string> ways{};  // to write it, the best first
    std::size_t way = 0;
    bool is_written = false;
    bool charset_set = false;
    bool cancelled = false;                 // what was open, before it was asked again
    std::optional<at::UssdAnswer> heard{};  // perhaps not all of it
    std::optional<at::DialogueFailure> failure{};
  };
  std::optional<Asked> request_;
  std::optional<TimePoint> menu_until_;
  std::optional<Current> part_;
  std::optional<std::uint64_t> doubtful_;  // the last part, if it ended without its result
  bool earlier_doubtful_ = false;          // one of an earlier run may have
  std::string reset_{};                    // to be written before anything else
  bool listens_first_ = false;             // the port was lost with a part on the air
  [[nodiscard]] static std::string first_line(const at::Reply& reply);
};

}  // namespace bank::modem
