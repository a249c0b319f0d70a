#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "at/status_report.hpp"
#include "firmware-host/clocks.hpp"
#include "firmware-host/config.hpp"
#include "firmware-host/desk.hpp"
#include "firmware-host/sim_terms.hpp"
#include "modem/line.hpp"
#include "modem/ports.hpp"
#include "modem/start_order.hpp"
#include "modem/storm_gate.hpp"
#include "scheduler/calendar.hpp"
#include "scheduler/dispatcher.hpp"
#include "scheduler/number.hpp"
#include "web/door.hpp"

namespace bank::host {

/// What the console, the API and the metrics are told of the rack; made anew a few times a second.
struct RackSnapshot {
  std::chrono::steady_clock::time_point made_at{};
  std::vector<web::ModemView> modems;
  std::vector<web::SimView> sims;
  std::map<std::string, scheduler::SimId> sim_ids;            // by outside name
  std::map<std::string, std::optional<int>> largest_of_pool;  // parts; nothing: no limit
  std::map<scheduler::SimId, std::optional<int>> largest_of_sim;
  std::map<std::string, web::Hold> hold_of_pool;  // why nothing of it leaves now
  std::map<std::string, web::Hold> hold_of_sim;   // the same, by outside name
  std::string held;                               // why nothing leaves at all; empty: it does
  std::size_t front_messages = 0;
  std::size_t parts_in_hand = 0;
  std::uint64_t slow_results = 0;
  std::uint64_t sent_parts = 0;
  std::uint64_t refused_parts = 0;
  std::uint64_t uncertain_parts = 0;
  std::uint64_t inbound_parts = 0;     // booked
  std::uint64_t inbound_repeated = 0;  // that were booked before
  std::vector<web::QueueFill> queues;
};

/// Introduces modems and scheduler to one another: ports become SIMs that can send, the
/// dispatcher's wishes become AT dialogue, and both go through the book. All on the I/O thread,
/// except where said.
class Switchboard {
 public:
  static constexpr std::size_t most_slots = 2048;    // names of ports, also of those that are gone
  static constexpr std::size_t most_reports = 8192;  // received, and not in the book yet
  static constexpr std::size_t most_early = 64;  // messages of a modem whose SIM is not known yet
  static constexpr std::size_t most_arrivals = 4096;  // texts received, and not in the book yet
  static constexpr std::size_t most_last_parts = 50;  // of a modem, that its health goes by
  static constexpr std::size_t most_events = 1024;    // of modems, and not in the book yet
  static constexpr std::size_t most_doubts = 1024;    // parts whose result may still come
  /// Ends of parts that are not in the book yet; then no part is begun. A SIM has one at a time.
  static constexpr std::size_t most_owed = 4096;
  static constexpr std::chrono::milliseconds show_interval{250};

  Switchboard(modem::Loop& loop, const Clock& clock, modem::Ports& ports, Desk& desk,
              const Config& config, std::chrono::milliseconds shows_every = show_interval);
  ~Switchboard();

  void start();
  /// Begins nothing new; `idle` is called when no modem has a part in hand any more.
  void stop(std::function<void()> idle);

  // For the API; on the I/O thread.
  void arrived(std::vector<scheduler::Candidate> candidates);
  void many_arrived(const std::vector<scheduler::Lane>& lanes);
  void withdraw_message(scheduler::MessageId message);
  /// Nothing of it is begun from here on; `whole`: nor of what has parts out.
  void withdraw_batch(scheduler::BatchId batch, bool whole);
  /// The book has stopped it, or has not: then what it has to send is looked up again.
  void batch_stopped(scheduler::BatchId batch, bool committed);
  void withdraw_number(const scheduler::Suppression& suppression);
  void lift_number(const scheduler::Suppression& suppression, bool committed);
  /// Suppressions that are given together, in one transaction: nothing of it is begun from here on.
  void suppress(std::vector<scheduler::Suppression> suppressions, std::function<void(bool)> told);
  /// What a person says of a number that is held; `told` nothing: the disk failed; false: it is
  /// not held.
  void decide(const std::string& number, bool is_opt_out, const scheduler::Lifting& by,
              std::function<void(std::optional<bool>)> told);
  /// What an operator has edited is in the book.
  void use_replies(const std::vector<scheduler::Keyword>& keywords,
                   std::vector<scheduler::AutoAnswer> answers);
  void forget(scheduler::MessageId message);
  /// It may be queued after all (requeued, a cancel that failed): the book says.
  void bring_back(scheduler::MessageId message);
  /// The disk takes writes again.
  void disk_is_well();
  /// Told of each line that is noted of a modem; on the I/O thread. Before `start`.
  std::function<void(const scheduler::ModemEvent&)> on_modem_event;
  /// The same when the state of a SIM is another, or the modem that it is in.
  std::function<void(const web::SimView&)> on_sim_change;

  /// Answered on the I/O thread, each within `web::longest_modem_answer`.
  template <class T>
  using Told = std::function<void(web::Outcome<web::ByModem<T>>)>;
  void act(const std::string& modem, web::ModemAction action, const std::string& by,
           Told<std::monostate> told);
  void ask_ussd(const std::string& modem, std::string code, const std::string& by,
                Told<at::UssdAnswer> told);
  void ask_at(const web::AtQuestion& question, Told<web::AtAnswer> told);
  void loop_back(const web::LoopbackWanted& wanted, Told<web::LoopbackAsked> told);
  /// Answered once it is in the book; then it is in force, but for a part that is on the air.
  void change_sim(const web::SimChange& change, const std::string& by,
                  std::function<void(web::Outcome<web::SimChanged>)> told);

  /// What was said lately with a modem: the last `most` lines of when it is wanted.
  [[nodiscard]] web::ModemDialogue dialogue_of(const web::DialogueWanted& wanted,
                                               std::size_t most) const;

  /// How a modem's signal was in the last day.
  [[nodiscard]] web::ByModem<std::vector<web::SignalView>> signal_of(
      const std::string& modem) const;

  /// What became of its parts in the last day.
  [[nodiscard]] web::ByModem<std::vector<web::SubmissionsView>> submissions_of(
      const std::string& modem) const;

  /// A person takes the responsibility for what they sent before a restore.
  void release_sims(const std::vector<scheduler::SimId>& sims);

  /// From any thread.
  [[nodiscard]] std::shared_ptr<const RackSnapshot> snapshot() const {
    return std::atomic_load(&snapshot_);
  }

 private:
  struct Slot;

  Slot& slot_at(const std::string& place);
  void port_appeared(const modem::PortFound& found);
  void start_line(Slot& slot);
  void started(Slot& slot);
  [[nodiscard]] std::chrono::milliseconds time_to_listen(const std::string& modem) const;
  void port_gone(const std::string& place);
  void told(Slot& slot, const modem::Action& action);
  void settled(Slot& slot);
  void release(Slot& slot);
  void enlist(Slot& slot);
  struct Used {  // of a SIM's allowance, in the book
    std::vector<scheduler::Use> uses{};
    std::int64_t this_month = 0;
    std::optional<scheduler::BootTime> known_from{};
  };
  [[nodiscard]] Used used_by(scheduler::Book& book, scheduler::SimId sim,
                             const scheduler::MonthClock::Month& month) const;
  struct Found {  // of a SIM, in the book
    scheduler::SimRow row;
    scheduler::SimSettings settings{};
    bool is_counted = false;  // what it has used
    Used used{};
    scheduler::Proofs proofs{};  // in this modem
  };
  void enlisted(Slot& slot, const Found& found);
  // One SIM that two modems show (switchboard_twins.cpp).
  void contest(Slot& holder, Slot& newer);
  void judge_contest(Slot& holder, Slot& newer, std::chrono::milliseconds pause);
  static void settle_contest(Slot& slot);
  void find_pin(Slot& slot);
  void pin_tried(const std::string& sim_or_path, bool accepted);
  static std::string whose_pin(const Slot& slot);
  void hear(Slot& slot, const modem::Received& received);
  void hear_call(Slot& slot, const modem::Called& call);
  void take_received(Slot& slot);
  void take(Slot& slot, const modem::Received& received);
  void take_report(Slot& slot, const at::StatusReport& report, std::uint64_t token);
  void take_call(const Slot& slot, const modem::Called& call);
  [[nodiscard]] modem::Means means_of(const modem::Line& line) const;
  [[nodiscard]] bool recovers(const Slot& slot, modem::Rung rung, const std::string& why);
  void rung_done(const Slot& slot, modem::Rung rung, const std::string& why,
                 const std::string& failure);
  void note_gone(const Slot& slot);
  [[nodiscard]] Slot* slot_named(std::string_view name) const;
  void pause(Slot& slot, bool is_paused, const std::string& by, const Told<std::monostate>& told);
  void restart(Slot& slot, const std::string& by, const Told<std::monostate>& told);
  static constexpr int blinks = 40;  // changes of the lamp
  static constexpr std::chrono::milliseconds blink_pause{500};
  void identify(Slot& slot, const std::string& by, const Told<std::monostate>& told);
  void blink(Slot& slot);
  void ask_network(Slot* slot, std::string code, const Told<at::UssdAnswer>& told);
  using Answered = std::function<void(const modem::RequestEnded&)>;
  /// Whether it can be asked; else `told` has the reason.
  template <class T>
  [[nodiscard]] bool may_ask(const Slot* slot, const Told<T>& told) const;
  void ask(Slot& slot, modem::Request::Kind kind, std::string text, Answered answered,
           bool ends_menu = false);
  void request_ended(const modem::RequestEnded& ended);
  void note(const Slot& slot, scheduler::ModemEvent::Kind kind, std::string what);
  void note_events();
  void note_changes(const std::vector<Slot*>& slots, const std::vector<web::ModemView>& views);
  void note_sims(const std::vector<web::SimView>& sims);
  void report_soon(std::chrono::milliseconds pause);
  void book_reports();
  void book_soon(std::chrono::milliseconds pause);
  void book_arrivals();
  struct Text;

  // What people wish who write (switchboard_replies.cpp).
  static constexpr std::size_t stopped_at_once = 1000;  // messages to one, in one transaction
  struct Obeyings {
    std::vector<scheduler::Book::Obeyed> done{};
    std::vector<scheduler::Candidate> answers{};
    /// In the writer's job. False: there is nothing.
    bool take(scheduler::Book& book, std::optional<scheduler::Book::Obeyed> obeyed);
  };
  void obeyed(Obeyings obeyings);
  void mind_gaps(std::vector<scheduler::Book::GapWish> gaps);
  [[nodiscard]] std::vector<scheduler::Suppression> stop_before(std::vector<Text>& texts);
  [[nodiscard]] scheduler::Suppression stop_of(std::string number) const;
  void number_stopped(const scheduler::Suppression& suppression, bool is_done);

  void settled_again(std::vector<scheduler::Candidate> candidates);
  void tell_if_idle();
  void part_ended(Slot& slot, const modem::PartEnded& ended);
  void note_submission(Slot& slot, modem::PartResult::Kind kind) const;
  void perform(scheduler::DispatchActions actions);
  void offer(const scheduler::Offer& offer);
  void begin(const scheduler::Begin& begin);
  /// What must reach the book.
  struct Late {  // the result of a part that had ended as uncertain
    scheduler::SubmissionId submission;
    scheduler::MessageId message;
    int tp_mr;
  };
  using Owed = std::variant<scheduler::End, scheduler::PutBack, Late, scheduler::DoubtLasted>;
  using Booked = std::function<void(bool)>;
  void owe(const Owed& owed);
  void book_next(scheduler::MessageId message);
  void book(const scheduler::End& end, Booked booked);
  void book(const scheduler::PutBack& back, Booked booked);
  void book(const Late& late, Booked booked);
  void book(const scheduler::DoubtLasted& doubt, Booked booked);
  void note_doubt(const scheduler::End& end);
  void late_result(const Slot& slot, const modem::LateResult& late);
  void read(const scheduler::Read& read);
  void unbind(const scheduler::Unbind& orphans);
  void keep_house();
  void turn_month(scheduler::WallTime wall);
  void count_month(std::vector<scheduler::SimId> sims);
  void check_clock();
  [[nodiscard]] bool clock_is_behind(const scheduler::Now& at) const;
  void retain();
  void arm_wake();
  void publish();
  [[nodiscard]] std::vector<web::QueueFill> queues() const;
  void read_lanes();
  [[nodiscard]] scheduler::Now now() const { return clock_.now(); }
  void after(std::chrono::milliseconds pause, std::function<void()> what);
  [[nodiscard]] Slot* slot_of(scheduler::SimId sim) const;
  [[nodiscard]] bool may_send(const Slot& slot) const;
  [[nodiscard]] web::ModemView view_of(const Slot& slot) const;

  // Daily life of SIMs (switchboard_sims.cpp, switchboard_balance.cpp).
  [[nodiscard]] const SimConfig* config_of(const std::string& iccid) const;

  // What holds for SIMs, and that it changes (switchboard_terms.cpp).
  [[nodiscard]] SimTerms terms_for(const scheduler::SimRow& row) const;
  const scheduler::SimRow& know(scheduler::SimRow row);
  void forget_merged(const scheduler::SimRow& row);
  void use_settings(scheduler::SimId sim, const scheduler::SimSettings& settings);
  void recount_sims();
  void recount(scheduler::SimId sim);
  [[nodiscard]] bool only_receives(const std::string& iccid) const;
  [[nodiscard]] bool is_abroad(const Slot& slot) const;
  [[nodiscard]] std::optional<web::ModemView::Verdict> verdict_of_sim(const Slot& slot) const;
  void look_after_sims();
  void keep_sims_alive();

  // What the rack sends to itself (switchboard_loopback.cpp).
  struct Receiver {
    const Slot* slot;
    std::string number;  // E.164, and one that may be sent to
    bool is_configured;  // a person has written it; else the SIM tells it, or did once
  };
  [[nodiscard]] std::vector<Receiver> receivers() const;
  /// Nothing: there is none. `by_itself`: nobody has asked, and only configured ones are taken.
  [[nodiscard]] std::optional<Receiver> receiver_for(const Slot& slot, bool by_itself) const;
  [[nodiscard]] std::optional<web::ModemRefusal> why_no_loopback(const Slot& slot) const;
  [[nodiscard]] std::optional<web::ModemRefusal> why_not_now(scheduler::SimId sim) const;
  [[nodiscard]] const scheduler::Loopback* loopback_of(const Slot& slot) const;
  void send_due_loopbacks();
  void settle_loopbacks();
  void loopback_asked(const scheduler::Loopback& loopback,
                      std::optional<scheduler::Candidate> candidate);
  void loopback_ended(const scheduler::Loopback& loopback);
  void prove(scheduler::SimId sim, const scheduler::Proof& proof);
  [[nodiscard]] std::optional<web::ModemView::Verdict> verdict_of_loopback(const Slot& slot) const;

  [[nodiscard]] const BalanceConfig* balance_config_of(const Slot& slot) const;
  [[nodiscard]] scheduler::BalanceLevel balance_level(const Slot& slot) const;
  [[nodiscard]] bool is_balance_due(const Slot& slot, const BalanceConfig& config) const;
  void ask_balances();
  void ask_balance(Slot& slot, const BalanceConfig& config);
  void balance_told(Slot& slot, const BalanceConfig& config, const modem::RequestEnded& ended);
  void release_balance(const Slot& slot);
  [[nodiscard]] std::optional<web::BalanceView> balance_view(scheduler::SimId sim) const;

  modem::Loop& loop_;
  const Clock& clock_;
  modem::Ports& ports_;
  Desk& desk_;
  const Config& config_;
  const std::chrono::milliseconds shows_every_;
  scheduler::Dispatcher dispatcher_;
  scheduler::MonthClock month_clock_;
  scheduler::MonthClock::Month month_;
  std::map<std::string, std::unique_ptr<Slot>> slots_;  // by place
  std::map<scheduler::SimId, scheduler::SimRow> sims_;
  std::map<scheduler::SimId, Slot*> at_;  // where each SIM is now
  std::map<scheduler::SimId, scheduler::SimSettings> settings_;
  struct Recount {
    std::uint64_t wanted = 0;  // so often its terms were changed
    bool under_way = false;
  };
  /// Whose terms were changed, and whose use is read anew for them.
  std::map<scheduler::SimId, Recount> recounts_;
  std::shared_ptr<const modem::SimPlans> plans_;
  std::unordered_map<std::string, const SimConfig*> sim_configs_;  // by ICCID
  std::map<scheduler::SimId, scheduler::Balance> balances_;
  std::map<scheduler::SimId, scheduler::BootTime> balance_at_;  // not asked for before
  std::map<scheduler::SimId, scheduler::Loopback> loopbacks_;   // the last of each
  std::set<scheduler::SimId> looping_;  // one is asked for, and not in the book yet
  scheduler::NumberPolicy numbers_;     // as of what is sent for others
  std::shared_ptr<const scheduler::ReplyRules> replies_;
  scheduler::BootTime look_at_{}, keep_alive_at_{}, loopback_at_{};  // not before
  /// The modem that still holds it, and what it calls it there; 0: it does not.
  struct Kept {
    Slot* slot;
    std::uint64_t token;
  };
  void let_go(const Kept& kept, bool is_booked);
  struct Report {
    scheduler::ReportSeen seen;
    Kept kept;
  };
  struct Text {
    scheduler::Arrival arrival;
    Kept kept;
    bool asks = false;  // there may be something in it for the program to do
  };
  std::deque<Report> reports_;                  // received, to be booked together
  std::deque<Text> arrivals_;                   // the same
  std::deque<scheduler::IncomingCall> calls_;   // the same
  std::map<std::uint64_t, Answered> requests_;  // of people, with modems
  std::uint64_t last_request_ = 0;
  modem::StormGate storms_;
  modem::StartOrder starts_;
  std::uint64_t last_start_ = 0;
  struct Gone {
    std::string modem;
    bool changes_port;  // it may be
  };
  std::map<std::string, std::deque<Gone>> gone_;  // modems that vanished just now, by hub
  std::set<std::string> paused_;                  // modems, by name; as of the start
  std::deque<scheduler::ModemEvent> events_;      // to be booked
  std::map<std::string, std::pair<std::string, std::string>> shown_sims_;  // state and modem, last
  bool noting_ = false;                                                    // of them, is under way
  bool booking_ = false;                                   // of arrivals and calls, is under way
  std::map<scheduler::MessageId, std::deque<Owed>> owed_;  // of messages that SIMs had in hand
  std::size_t owed_count_ = 0;
  std::size_t unbooked_ = 0;   // of these whose commit failed, until it is tried again
  bool lanes_unread_ = false;  // messages were to be looked up, and could not be
  std::unique_ptr<modem::Timer> reporting_;
  std::unique_ptr<modem::Timer> arriving_;
  std::unique_ptr<modem::Timer> house_;
  std::unique_ptr<modem::Timer> showing_;
  std::unique_ptr<modem::Timer> wake_;
  std::optional<scheduler::BootTime> wake_at_;
  // Parts whose result a modem may still tell: of earlier runs, by the modem's name; of this one,
  // by token, the last ones.
  std::map<std::string, scheduler::InDoubt> left_in_doubt_;
  // Those of earlier runs whose SIM has not been seen since.
  std::map<scheduler::SimId, scheduler::SubmissionId> doubt_of_sim_;
  using Doubt = std::pair<scheduler::SubmissionId, scheduler::MessageId>;
  std::map<std::uint64_t, Doubt> doubts_;
  std::function<void()> idle_;
  std::shared_ptr<const RackSnapshot> snapshot_ = std::make_shared<RackSnapshot>();
  scheduler::WallTime latest_stamp_{};
  bool retaining_ = false;  // a step of it is under way
  scheduler::Book::RetainFrom retain_from_{};
  scheduler::BootTime retain_at_{};                         // not before
  std::uint64_t inbound_parts_ = 0, inbound_repeated_ = 0;  // booked, and known before
  std::uint64_t slow_results_ = 0, sent_parts_ = 0, refused_parts_ = 0, uncertain_parts_ = 0;
};

}  // namespace bank::host
