#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "at/dialogue.hpp"
#include "at/split.hpp"
#include "scheduler/book.hpp"
#include "scheduler/ledger.hpp"
#include "scheduler/queue.hpp"
#include "scheduler/reaction.hpp"

namespace bank::scheduler {

/// How the modem says a part ended; the caller translates from the modem's own words.
struct PartOutcome {
  enum class Kind { sent, refused, not_sent, uncertain };
  Kind kind;
  std::optional<int> tp_mr{};
  std::optional<at::DialogueFailure> failure{};
  std::string why{};  // for not_sent and uncertain: "no_prompt", "vanished", "withdrawn", …
};

// What the dispatcher asks of its driver. Tokens name one attempt with one part.
struct Offer {  // start AT+CMGS=<length> on the modem of this SIM
  SimId sim;
  std::uint64_t token;
  std::size_t length;
  bool more = false;  // another part can follow it at once, as far as anybody knows
};
struct Begin {  // commit "sending"; answer with `begun` or `begin_failed`
  std::uint64_t token;
  PartClaim claim;
};
struct Pay {  // "sending" is on disk: the PDU may be written
  SimId sim;
  std::uint64_t token;
  std::string pdu;
};
struct Withdraw {  // do not write a PDU for it, unless it is too late
  SimId sim;
  std::uint64_t token;
  std::string_view why;
};
struct End {  // book the end; answer with `ended`, when it is committed; it must not be given up
  std::uint64_t token;
  SubmissionId submission;
  MessageId message;
  PartEnd end;
  Sequel sequel;
};
struct Read {  // read from the book; answer with `read`
  Queue::Load load;
};
struct PutBack {  // it stopped between two parts: book it as queued; answer with `ended`
  std::uint64_t token;
  MessageId message;
};
struct Unbind {  // what waits for this SIM's return starts over by others; answer with `unbound`
  SimId sim;
  std::string pool;
};
struct DoubtLasted {  // the modem that had it in doubt answers again: book it (Book::doubt_lasted)
  SubmissionId submission;
  MessageId message;
};
struct RestartModem {  // the modem is the trouble
  SimId sim;
};
using DispatchAction = std::variant<Offer, Begin, Pay, Withdraw, End, Read, PutBack, Unbind,
                                    DoubtLasted, RestartModem>;
using DispatchActions = std::vector<DispatchAction>;

/// Which message leaves through which SIM, now: the front of the queue, the ledgers of the SIMs and
/// what each of them has in hand. Pure: it is told what happened and when, and answers what to do.
/// All that is binding is committed by the book; what stands here is memory only.
class Dispatcher {
 public:
  struct Options {
    Policy policy{4};
  };
  explicit Dispatcher(Options options) : options_(options) {}

  // --- SIMs -------------------------------------------------------------------------------------
  /// `known_from` as Book::uses_known_from gives it.
  void add_sim(const SimRow& row, const Limits& limits, std::span<const Use> uses,
               std::int64_t used_this_month, std::optional<BootTime> known_from = {});
  [[nodiscard]] bool knows(SimId sim) const { return desks_.contains(sim); }
  /// It has other pools and limits now, and was counted anew for them; what it has between two
  /// parts goes on under these. False: it is not away, or has something in hand, and nothing is
  /// changed.
  [[nodiscard]] bool change_sim(const SimRow& row, const Limits& limits, std::span<const Use> uses,
                                std::int64_t used_this_month,
                                std::optional<BootTime> known_from = {});
  /// The SIM's modem can take a part now.
  [[nodiscard]] DispatchActions sim_ready(SimId sim, const std::string& modem, const Now& now);
  /// It cannot, until `sim_ready`. A part in hand ends by `part_ended`. A message with parts out
  /// waits for it; for `patience` at most, when another SIM can take the whole.
  void sim_away(SimId sim, const Now& now);
  static constexpr BootTime patience{60'000};
  /// A person takes the responsibility for what it sent before a restore.
  [[nodiscard]] DispatchActions release_sim(SimId sim, const Now& now);
  /// The wall clock came to another month. Answers the SIMs whose use of it is to be counted now,
  /// for `month_used`; those with a limit per month rest so long.
  [[nodiscard]] std::vector<SimId> start_month();
  struct MonthUse {
    SimId sim;
    std::int64_t ended;
  };
  [[nodiscard]] DispatchActions month_used(std::span<const MonthUse> uses, const Now& now);

  // --- the queue --------------------------------------------------------------------------------
  [[nodiscard]] DispatchActions open_lanes(std::span<const Lane> lanes, const Now& now);
  [[nodiscard]] DispatchActions arrived(std::vector<Candidate> candidates, const Now& now);
  [[nodiscard]] DispatchActions read(const Queue::Load& load,
                                     std::optional<std::vector<Candidate>> candidates,
                                     const Now& now);

  /// Messages that start over by others; they wait where their pool's do now.
  [[nodiscard]] DispatchActions unbound(std::vector<Candidate> candidates, const Now& now);

  // --- a part -----------------------------------------------------------------------------------
  /// AT+CMGS is on its way to the modem.
  [[nodiscard]] DispatchActions commit_needed(std::uint64_t token);
  [[nodiscard]] DispatchActions begun(std::uint64_t token,
                                      const tl::expected<Begun, Refusal>& begun, const Now& now);
  [[nodiscard]] DispatchActions begin_failed(std::uint64_t token, const Now& now);
  [[nodiscard]] DispatchActions part_ended(std::uint64_t token, const PartOutcome& outcome,
                                           const Now& now);
  /// The end is committed; `again` is the message where it is ready to be sent again.
  [[nodiscard]] DispatchActions ended(std::uint64_t token, std::optional<Candidate> again,
                                      const Now& now);

  // --- people -----------------------------------------------------------------------------------
  /// From now on no PDU of this message is written; call before the commit of a cancel.
  [[nodiscard]] DispatchActions withdraw_message(MessageId message);
  /// The same for a batch that is to be held back or cancelled: `whole` also for what has parts
  /// out.
  [[nodiscard]] DispatchActions withdraw_batch(BatchId batch, bool whole);
  /// The same for what a suppression of this number covers, until `lift_number`.
  [[nodiscard]] DispatchActions withdraw_number(const std::string& number, const std::string& scope,
                                                const std::string& reason);
  /// The commit of that suppression is done, or failed: the book alone decides again, unless
  /// another of the same number is on its way.
  [[nodiscard]] DispatchActions lift_number(const std::string& number, const std::string& scope,
                                            const std::string& reason, bool committed,
                                            const Now& now);
  /// It is not wanted any more (cancelled, expired): the book knows already.
  void forget(MessageId message);

  // --- time -------------------------------------------------------------------------------------
  /// Call when `next_wake` has come.
  [[nodiscard]] DispatchActions wake(const Now& now);
  [[nodiscard]] std::optional<BootTime> next_wake() const;
  /// While set nothing new is begun: the clock is behind, the program stops, the disk failed.
  void hold_all(std::string reason) { held_ = std::move(reason); }
  [[nodiscard]] DispatchActions release_all(const Now& now);
  /// After a commit or a read that failed nothing is begun for a while, the longer the more often;
  /// this ends it at once.
  [[nodiscard]] DispatchActions store_is_well(const Now& now);

  // --- showing ----------------------------------------------------------------------------------
  struct SimStatus {
    bool ready;    // its modem can take a part, or has one in hand
    bool busy;     // has one in hand
    bool resting;  // after refusals that blame the SIM
    Ledger::Left left;
    Limits limits;
    std::string waits_for;            // as NotYet tells it; empty: nothing
    std::optional<BootTime> until{};  // of its rest or wait; nothing: no lapse of time ends it
  };
  [[nodiscard]] std::optional<SimStatus> status(SimId sim, const Now& now) const;
  /// Parts that a modem has, or whose commits are on their way.
  [[nodiscard]] std::size_t parts_in_hand() const;
  [[nodiscard]] const Queue& queue() const { return queue_; }
  [[nodiscard]] const std::string& held() const { return held_; }
  [[nodiscard]] bool store_rests(const Now& now) const {
    return store_rests_until_ && now.boot < *store_rests_until_;
  }

 private:
  struct Work {  // one message at one SIM, part by part
    Candidate message;
    at::Split split;
    int part;  // with the modem, or next
    SimId sim;
    std::optional<Begun> begun{};
    bool committing = false;  // Begin is out
    bool refused = false;     // the book refused to begin it
    bool withdrawn = false;
    std::optional<PartOutcome> early_end{};  // it ended before its commit was answered
    bool ending = false;                     // End is out and the message leaves this SIM

    [[nodiscard]] int parts_left() const { return message.parts - part + 1; }
  };
  struct Desk {  // one SIM
    SimRow row;
    Limits limits;
    Ledger ledger;
    std::vector<Lane> lanes;  // places: without the batches that have lanes there
    std::string modem{};
    bool ready = false;
    std::optional<std::uint64_t> in_hand{};    // with the modem now
    std::optional<std::uint64_t> continues{};  // its next part waits for its time
    std::optional<Work> next{};                // claimed and cut while another part is on the air
    std::optional<BootTime> wakes{};
    std::string waits_for{};
    std::optional<BootTime> waits_until{};
    int refusals = 0;  // in a row
    int rests = 0;     // since the last part that was sent
    std::optional<BootTime> rests_until{};
    std::optional<DoubtLasted> doubt{};  // of its last part, and the modem has not answered since
  };

  void pump(const Now& now, DispatchActions& actions);
  [[nodiscard]] bool may_begin(const Now& now);
  [[nodiscard]] static bool is_free(const Desk& desk, const Now& now);
  void try_desk(Desk& desk, const Now& now, DispatchActions& actions);
  void begin_next(Desk& desk, const Now& now, DispatchActions& actions);
  void prepare_next(Desk& desk, const Now& now);
  [[nodiscard]] bool goes_on(const Desk& desk, const Now& now) const;
  [[nodiscard]] bool is_withdrawn(const Candidate& message) const;
  [[nodiscard]] bool may_take(const Desk& desk, const Candidate& message, const Now& now) const;
  [[nodiscard]] std::optional<Work> claim(Desk& desk, const Now& now);
  [[nodiscard]] std::optional<Work> claim_from_others(const Desk& desk, const Now& now);
  void give_back(Work work);
  void offer(Desk& desk, std::uint64_t token, const Now& now, DispatchActions& actions);
  void settle(std::uint64_t token, Work& work, const PartOutcome& outcome, const Now& now,
              DispatchActions& actions);
  void next_part(std::uint64_t token, Desk& desk, const Now& now, DispatchActions& actions);
  void leave(Work& work, Desk& desk);
  void note_refusal(Desk& desk, const at::ErrorMeaning& meaning, const Now& now,
                    DispatchActions& actions);
  [[nodiscard]] std::size_t other_sims(const Candidate& message, SimId sim) const;
  [[nodiscard]] std::string pdu_of(const Work& work, const Now& now) const;
  void wait(Desk& desk, const NotYet& why, const Now& now);
  void read_more(DispatchActions& actions);
  void rest_store(const Now& now);
  void look_after_absent(const Now& now, DispatchActions& actions);

  Options options_;
  Queue queue_;
  std::map<SimId, Desk> desks_;
  std::map<SimId, BootTime> away_;  // SIMs that something may wait for, and since when
  std::unordered_map<std::uint64_t, Work> works_;
  using Mark = std::pair<std::string, std::string>;  // scope, reason
  std::multimap<std::string, Mark> withdrawn_numbers_;
  std::string held_;
  std::optional<BootTime> store_rests_until_;
  BootTime store_rest_{};   // the last one
  bool any_ahead_ = false;  // some desk may have its next message claimed
  std::uint64_t next_token_ = 1;
};

/// Whether a suppression of that scope and reason covers a class (promise 2).
[[nodiscard]] bool covers(std::string_view scope, std::string_view reason, MessageClass value);

}  // namespace bank::scheduler
