#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "scheduler/balance.hpp"
#include "scheduler/book_listener.hpp"
#include "scheduler/inbound.hpp"
#include "scheduler/keep_alive.hpp"
#include "scheduler/loopback.hpp"
#include "scheduler/message.hpp"
#include "scheduler/replies.hpp"

namespace bank::store {
class Database;
class Row;
}  // namespace bank::store

namespace bank::scheduler {

class BlockedSenders;

/// Both clocks at one moment. Limits run on the boot clock within a boot, on the wall clock over
/// boots (DESIGN "Clocks").
struct Now {
  WallTime wall;
  BootTime boot;
};

/// The order in which queued messages leave: higher priority first, then older first.
struct QueueKey {
  int priority;
  MessageId id;
  /// "a < b": a leaves before b.
  friend bool operator<(const QueueKey& a, const QueueKey& b) {
    if (a.priority != b.priority) return a.priority > b.priority;
    return a.id < b.id;
  }
  friend bool operator==(const QueueKey&, const QueueKey&) = default;
};

/// Where a queued message waits: in a pool, for one SIM it asked for, or for the SIM that already
/// took some of its parts, or may have. Exactly one is meant: bound_sim before sim before pool. A
/// batch may have a lane of its own there, which opens and closes with it.
struct Lane {
  std::optional<SimId> sim;
  std::string pool;                // empty when `sim` is set
  std::optional<BatchId> batch{};  // last: the lanes of one place stand together in order
  /// The same place without its batch: who serves it.
  [[nodiscard]] Lane place() const { return {sim, pool, std::nullopt}; }
  friend auto operator<=>(const Lane&, const Lane&) = default;
};
[[nodiscard]] Lane lane_of(const Candidate& candidate);

struct SimRow {
  SimId id;
  std::string iccid;  // may be empty while only the IMSI is known
  std::string imsi;   // may be empty
  std::string number;
  std::string label;
  std::string operator_name;
  std::vector<std::string> pools;
  /// How the API names it: its ICCID, else "imsi:…".
  [[nodiscard]] std::string outside() const { return iccid.empty() ? "imsi:" + imsi : iccid; }
};

/// A part's use of its SIM's allowance: from the commit of "sending" until its end is known it is
/// in flight (`ended` empty); the end is its stamp.
struct Use {
  SubmissionId submission;
  std::optional<BootTime> ended;  // on this boot's clock; never ahead of now
};

/// The claim of one part for one SIM, about to be committed as "sending".
struct PartClaim {
  MessageId message;
  int part;  // 1 … parts
  SimId sim;
  std::string modem;
};

enum class Refusal {
  gone,
  not_wanted,
  expired,
  suppressed,
  sim_in_flight  // how the SIM's last part ended is not in the book yet: ask again
};

struct Begun {
  SubmissionId submission;
  int concat_ref;  // 0–255, the same for all parts of the message; 0 for a single part
  bool resend;     // this part went out before and its result never came: the network may have it
};

/// How a submission ended, as the modem or the lack of it told.
struct PartEnd {
  enum class Kind {
    sent,      // +CMGS and OK: the network took it
    refused,   // the network or the modem said no
    not_sent,  // no PDU was written: gives the allowance back
    uncertain  // the PDU was written and its result never came
  };
  Kind kind;
  std::optional<int> tp_mr{};      // for sent, where the modem gives it
  std::optional<Trouble> error{};  // for refused, not_sent and uncertain
  bool counts = true;              // false: does not use the SIM's allowance
};

/// What becomes of the message after a part ended; decided by scheduler/reaction, written by the
/// book.
struct Sequel {
  MessageState state;  // queued, sending, sent, failed, uncertain, expired, cancelled, suppressed
  std::optional<WallTime> wait_until{};  // for queued: not before
  bool start_over = false;               // all parts again, with a new reference, unbound
  std::optional<SimId> avoid{};          // add this SIM to those that gave it up
  std::optional<Trouble> error{};        // for failed
  bool attempt = false;                  // count one attempt
};

struct ReportSeen {
  SimId sim;
  int tp_mr;
  std::string recipient;         // as reported
  std::optional<WallTime> scts;  // TP-SCTS; nothing when it is no time
  int tp_status;                 // TS 23.040 §9.2.3.15
};

struct Settled {
  MessageId message;
  MessageState state;     // of the message, afterwards
  bool requeued = false;  // an uncertain part turned out to be sent and others are still to go; it
                          // may have been queued before, to send that part again
};

/// Whether a PIN may be entered.
enum class PinTry {
  allowed,
  refused,     // it was wrong before
  unanswered,  // it was entered twice, and what the SIM said to it is not known
};

/// A part that was with a modem when the program ended, or when one of its earlier runs did, and
/// the modem has not answered since.
struct InDoubt {
  SubmissionId submission;
  MessageId message;
  SimId sim;
  std::string modem;              // its name as recorded when the part was begun
  std::optional<BootTime> since;  // of the doubt; nothing: from before the machine started
};

/// What the program left behind when it ended.
struct Recovered {
  std::size_t messages;        // that are uncertain now
  std::vector<InDoubt> parts;  // of each modem the last comes first
};

/// Something that happened to a modem, for people.
struct ModemEvent {
  enum class Kind { state, verdict, sim, recovery, person, ussd };
  std::string modem;  // its name
  WallTime at;
  Kind kind;
  std::string what;  // one line
};
[[nodiscard]] std::string_view name_of(ModemEvent::Kind kind);

/// One that is in the book.
struct ModemEventView {
  std::int64_t id;  // grows
  WallTime at;
  std::string kind;  // as name_of has it
  std::string what;
};

struct Suppression {
  std::string number;
  WallTime since;
  std::string scope;   // all, promotional; "topic:…" (opt_out or operator): of that alone
  std::string reason;  // opt_out, operator, erasure, invalid_number
  std::string evidence;
  std::string how{};                   // text, api, import; empty: of before that was noted
  std::string by{};                    // "API key …"; empty: the person
  bool is_held = false;                // what a person wrote may mean it: somebody has to decide
  std::optional<InboundId> inbound{};  // the text that it is for
};
/// Who ends a suppression, and how.
struct Lifting {
  WallTime at;
  std::string how{};  // as of a Suppression
  std::string by{};
  std::string evidence{};
};

/// Messages that a key may have accepted in any such time; what is absent is not limited.
struct KeyLimits {
  std::optional<std::int64_t> per_minute{}, per_hour{}, per_day{};
  [[nodiscard]] bool any() const { return per_minute || per_hour || per_day; }
};

struct ApiKey {
  KeyId id;
  std::string name;
  std::vector<std::string> scopes;   // send, read, admin
  std::vector<std::string> classes;  // names of MessageClass
  WallTime created_at;
  std::optional<WallTime> revoked_at;
  std::vector<std::string> pools{};  // it may send through; empty: through all
  std::optional<WallTime> last_used_at{};
  std::vector<std::string> sims{};      // by outside name; it sends only through these; empty: all
  std::vector<std::string> networks{};  // "192.0.2.0/24"; it is used only there; empty: everywhere
  KeyLimits limits{};

  [[nodiscard]] bool may_use_pool(std::string_view pool) const;
};

/// How long what has ended is kept, from its last change.
struct Retention {
  std::chrono::milliseconds texts;
  std::chrono::milliseconds history;  // less than `least_history` counts as that
};
/// What a SIM sent in a calendar month counts until its end.
inline constexpr std::chrono::days least_history{32};

struct Idempotent {
  KeyId key;
  std::string name;                         // the Idempotency-Key header
  std::array<unsigned char, 32> body_hash;  // SHA-256 of what was asked: call and body
};
struct StoredAnswer {
  bool same_body;
  int status;
  std::string body;
};

/// The message book, on the store's writing connection: every call runs inside the writer's
/// transaction, on its thread. Says what is so; decides nothing about modems or time.
///
/// Throws store::DatabaseError when the database itself fails; the writer turns that into Failure.
class Book {
 public:
  /// `boot_id` as in /proc/sys/kernel/random/boot_id. The schema is there already (store/migrations
  /// ran); statements are prepared once.
  Book(store::Database& database, std::string boot_id);
  ~Book();

  // --- the door -------------------------------------------------------------------------------
  /// Rows for all of them, in order. One whose suppression covers the class is `suppressed`; in a
  /// `batch`, which stores a text that many share once, such a one has no row and no id.
  struct Accepted {
    MessageId id;
    MessageState state;  // queued or suppressed
  };
  std::vector<Accepted> accept(std::span<const NewMessage> messages, std::optional<BatchId> batch,
                               std::optional<KeyId> key, WallTime now);
  /// A batch that is there as a whole with this commit; at most some ten thousand messages.
  BatchId new_batch(std::optional<KeyId> key, WallTime now);
  std::optional<StoredAnswer> answered_before(const Idempotent& request, WallTime now);
  void remember_answer(const Idempotent& request, int status, std::string_view body, WallTime now);

  // --- batches --------------------------------------------------------------------------------
  /// A batch of any length, which comes in several commits: nothing of it is sent before
  /// `open_batch`; after a crash before that, or `drop_batch`, all of it goes.
  BatchId receive_batch(KeyId key, WallTime now);
  struct ReceivedLine {
    std::int64_t line;  // from 1
    NewMessage message;
  };
  struct RejectedLine {
    std::int64_t line;
    std::string field;  // RFC 6901; empty: the line as a whole
    std::string to;     // as sent, or as normalised; may be empty
    std::string reason;
  };
  /// Adds to a batch that is being received; a recipient who is suppressed for the class is a
  /// refused line. Returns how many were accepted. `whole`: all of it comes with this transaction,
  /// which opens it too, and waits in the common lanes: only long batches have lanes of their own.
  std::size_t receive(BatchId batch, std::span<const ReceivedLine> lines, KeyId key, WallTime now,
                      bool whole = false);
  void reject(BatchId batch, std::span<const RejectedLine> lines);
  struct Opened {
    std::vector<Lane> lanes;
    std::int64_t accepted;
    std::int64_t rejected;
    std::vector<RejectedLine> first_rejected;
  };
  /// From this commit on it may be sent. At most `shown` of the refused lines are given back.
  Opened open_batch(BatchId batch, std::size_t shown);
  /// Gone, and its messages with it, in steps by `sweep`. For one that is being received.
  void drop_batch(BatchId batch);
  enum class BatchChange { done, unknown, not_possible };
  /// Nothing of it is begun until `resume_batch`; a message with parts out is finished.
  BatchChange pause_batch(BatchId batch);
  BatchChange resume_batch(BatchId batch, std::vector<Lane>& opened);
  /// Stops what is unsent: from this commit on nothing of it is begun; its messages become
  /// cancelled at once or, of a batch with lanes of its own, in steps by `sweep`.
  BatchChange cancel_batch(BatchId batch, WallTime now);
  /// A step of at most `limit` messages of what dropped and cancelled batches have left to do; true
  /// when there is more.
  bool sweep(std::size_t limit, WallTime now);

  // --- the queue ------------------------------------------------------------------------------
  /// Ready messages (queued, not waiting) of one lane strictly after `after`, in queue order.
  std::vector<Candidate> ready(const Lane& lane, std::optional<QueueKey> after, std::size_t limit);
  /// The next ready messages to one recipient at one priority, oldest first.
  std::vector<Candidate> ready_for(std::string_view recipient, int priority, std::size_t limit);
  /// Lanes that hold ready messages.
  std::vector<Lane> lanes();
  /// Messages whose waiting (send_at, retry) is over at `now` become ready; at most `limit`.
  std::vector<Candidate> wake(WallTime now, std::size_t limit);
  /// The earliest moment at which `wake` or `expire` has work.
  std::optional<WallTime> next_due();
  /// Queued messages past their life become expired; at most `limit`; returns their ids.
  std::vector<MessageId> expire(WallTime now, std::size_t limit);
  /// Whether this queued message exists as such now, as a candidate (after requeue).
  std::optional<Candidate> candidate(MessageId id);

  // --- sending --------------------------------------------------------------------------------
  /// The conditional commit of "sending" for one part (DESIGN): succeeds only if the message is
  /// still wanted, alive at `now` and not suppressed for its class. When it is expired or
  /// suppressed the message's state becomes so.
  tl::expected<Begun, Refusal> begin_sending(const PartClaim& claim, const Now& now);
  /// Books how a part ended and what becomes of its message, in one go. Ignored when the end of
  /// that submission is known already. A message that was stopped meanwhile (cancelled, …) stays so
  /// whatever the sequel says; one is `sent` when all its parts are, not before.
  /// Returns what a status report that had come too early has now settled; rarely anything.
  std::optional<Settled> end_part(SubmissionId submission, const PartEnd& end, const Sequel& sequel,
                                  const Now& now);
  /// A message between two of its parts whose SIM went away waits for it in the queue. The message
  /// when it is ready there.
  std::optional<Candidate> put_back(MessageId message, WallTime now);
  /// Ready messages of that pool that wait for this SIM because it took some of their parts: all
  /// parts start over by any SIM of the pool, with a new reference. At most `limit`, oldest first.
  std::vector<Candidate> unbind(SimId sim, std::string_view pool, std::size_t limit, WallTime now);
  /// A message that cannot be begun at all, e.g. no SIM may ever take it.
  void fail(MessageId message, const Trouble& trouble, WallTime now);
  /// Matches a status report (DESIGN "Status reports"). Nothing when no submission fits: it is kept
  /// for ten minutes and tried again by `end_part`, then listed as unmatched.
  std::optional<Settled> status_report(const ReportSeen& report, const Now& now);
  /// The modem told the result of a part after all that had ended as uncertain: the network took
  /// it. Nothing when that is known already. The submission is sent in any case; its message is
  /// settled by it as by a status report, so not when it has started over or is past that part.
  std::optional<Settled> late_result(SubmissionId submission, int tp_mr, const Now& now);
  /// The modem that had this part in doubt answers again: so long the network may have counted it,
  /// and until now it is stamped.
  void doubt_lasted(SubmissionId submission, const Now& now);
  /// Messages whose doubt began before `before` are queued, to send exactly the part in doubt once
  /// more: one of several parts by the same SIM under the same reference. Those that have used up
  /// `max_attempts`, are past their life, were made uncertain by a restore, or whose batch is not
  /// open stay uncertain. A step: looks at no more than `limit` uncertain messages, in order of id,
  /// goes on from there the next time, and begins again after the last.
  std::vector<Candidate> resend_uncertain(WallTime before, int max_attempts, std::size_t limit,
                                          WallTime now);

  // --- inbound --------------------------------------------------------------------------------
  /// Books a PDU that a modem handed over, and what comes out with it: the message, where it is one
  /// by itself or the last part that was missing.
  ///
  ///   same SIM and TPDU                 a duplicate within seven days, which begin anew (to the
  ///                                     hour) when it is heard again, if it has the service
  ///                                     centre's time: what a SIM goes on showing stays known
  ///   same part of several              a duplicate of one that waits or came out complete, when
  ///                                     the service centre's times (or those of hearing, where one
  ///                                     gave none) are at most six hours apart
  ///   no new part of its message for    comes out with its gap; a late part begins a new message
  ///   72 hours
  ///   no room for one more that waits   what waits longest without a new part comes out with its
  ///                                     gap: of that sender, then of all
  ///
  /// What waits is put together anew each time: nothing is held between calls.
  Hearing hear(const Arrival& arrival);
  /// A call that nobody answered.
  InboundId call(const IncomingCall& call);
  /// What has had no new part for 72 hours comes out with its gaps, longest first; at most `limit`
  /// messages. Call again while it returns `limit`, and not while the clock cannot be right.
  std::vector<InboundId> give_up_gaps(WallTime now, std::size_t limit);
  /// Whose messages and calls are marked from now on.
  void block_senders(BlockedSenders senders);

  // --- modems ---------------------------------------------------------------------------------
  static constexpr std::int64_t most_modem_events = 100'000;  // then the oldest go
  void note_modem(const ModemEvent& event);
  /// By name; it stays so over restarts.
  void pause_modem(std::string_view name, bool is_paused);
  std::vector<std::string> paused_modems();

  // --- people ---------------------------------------------------------------------------------
  enum class CancelResult { cancelled, unknown, nothing_left };
  CancelResult cancel(MessageId id, WallTime now);
  enum class RequeueResult { queued, unknown, not_possible };
  RequeueResult requeue(MessageId id, WallTime expires_at, WallTime now);
  /// Queued messages of that number whose class is covered become suppressed (in steps of `limit`;
  /// call again while it returns `limit`); returns how many. Widens, never narrows: an earlier
  /// suppression as strong or stronger stays as it is (opt_out of promotional, of all,
  /// invalid_number, operator, erasure: the later the stronger); `unsuppress` takes it away.
  std::size_t suppress(const Suppression& suppression, std::size_t limit);
  /// Of the scope "topic:…" the topic's alone, else the other. False: there was none.
  bool unsuppress(std::string_view number, const Lifting& lifting, std::string_view scope = "all");
  struct Obeyed {
    std::optional<Suppression> suppressed{};  // is in force with this commit
    bool is_done = true;  // false: more of its queued messages are stopped by `suppress`
    std::optional<MessageId> answer{};  // queued for the SIM that was written to
  };
  /// What the person wished who wrote this text (scheduler/wishes), in the transaction of its
  /// `hear`: an opt-out stops at most `limit` queued messages at once. Nothing: no wish of his, or
  /// a text that is not complete.
  std::optional<Obeyed> obey(InboundId text, const ReplyRules& rules, std::size_t limit,
                             WallTime now);
  /// What came out with a gap and may wish something: what is left of it is never sure. It is kept
  /// until it is obeyed, for the I/O thread has to hear of its number before.
  struct GapWish {
    InboundId text;
    std::string number;
  };
  void keep_gap(InboundId text, const ReplyRules& rules);
  std::vector<GapWish> gap_wishes(std::size_t limit);  // the oldest
  /// As `obey`; nothing also for one that is not kept any more.
  std::optional<Obeyed> obey_gap(InboundId text, const ReplyRules& rules, std::size_t limit,
                                 WallTime now);
  /// A person has looked at what is held: it was an opt-out, which is confirmed to who wrote it, or
  /// none. Nothing: that number is not held.
  std::optional<Obeyed> decide(std::string_view number, bool is_opt_out, const ReplyRules& rules,
                               const Lifting& by, std::size_t limit);

  // --- the disk -------------------------------------------------------------------------------
  /// Who is told of what happens; null: nobody. It outlives the book, or is taken away before.
  void listen(BookListener* listener);
  /// The connection that the book is written on, for rows beside it; in the writer's jobs alone.
  [[nodiscard]] store::Database& database() { return database_; }
  /// Writes a page and changes nothing, so as to learn whether the disk takes writes: throws when
  /// it does not, here or at the commit.
  void try_disk();

  // --- SIMs -----------------------------------------------------------------------------------
  /// The SIM with that ICCID or IMSI; created when never seen. Either may be empty, not both.
  SimRow sim_seen(std::string_view iccid, std::string_view imsi, std::string_view number,
                  std::string_view operator_name, WallTime now);
  /// What the configuration says of a SIM; creates it when never seen.
  SimRow configure_sim(std::string_view iccid, std::string_view label, std::string_view number,
                       const std::vector<std::string>& pools, WallTime now);
  /// What is shown of a SIM that is known, and the pools that it is in.
  void describe_sim(SimId id, std::string_view label, const std::vector<std::string>& pools);
  std::vector<SimRow> sims();
  /// The uses of this SIM that can still count in any window of a day (and the month so far is
  /// `month_count`), stamps moved to this boot's clock and never ahead of now. Those of an earlier
  /// boot count by the earliest that the wall clock was known to be in this one.
  std::vector<Use> uses_since(SimId sim, std::chrono::milliseconds window, const Now& now);
  std::int64_t uses_between(SimId sim, WallTime from, WallTime to);
  /// The wall clock in this boot. Call at the start and now and then, unless it cannot be right.
  void note_clock(const Now& now);
  /// The latest stamp in the book: while the wall clock is behind it, nothing may be sent.
  std::optional<WallTime> last_stamp();
  /// Whether this PIN (by SHA-256) may be entered for this SIM (or slot, for a SIM never seen); if
  /// so, the attempt is recorded.
  PinTry try_pin(std::string_view sim_or_slot, std::span<const unsigned char, 32> pin_hash,
                 WallTime now);
  /// What became of the last attempt; nothing changes where none is open.
  void pin_accepted(std::string_view sim_or_slot);
  void pin_refused(std::string_view sim_or_slot);

  // --- prepaid SIMs ---------------------------------------------------------------------------
  /// Nothing: no such SIM.
  std::optional<SimActivity> activity(SimId sim);
  /// Queues what keeps a SIM in use, and notes that it did, in one go.
  Accepted keep_alive(SimId sim, NewMessage message, WallTime now);
  /// Queues a text of the rack to itself, in the place of the last one of this SIM. `is_asked`: a
  /// person waits for it; else it goes after all other work.
  Loopback loop_back(SimId sim, std::string_view modem, std::string_view to, bool is_asked,
                     WallTime now);
  /// The last of each SIM.
  std::vector<Loopback> loopbacks();
  /// Those that are lost as of now.
  std::vector<Loopback> settle_loopbacks(WallTime now);
  /// What shows that this SIM works in that modem.
  Proofs proofs(SimId sim, std::string_view modem);
  /// In the place of what was told before.
  void note_balance(const Balance& balance);
  void release_balance(SimId sim);
  std::vector<Balance> balances();

  // --- retention ------------------------------------------------------------------------------
  /// Where a round of `retain` goes on; at its beginning unless said.
  struct RetainFrom {
    std::size_t what = 0;
    std::int64_t after = 0;  // the row that was looked at last
  };
  struct Retained {
    std::size_t gone;                // texts and rows, by this step
    std::optional<RetainFrom> next;  // nothing: the round is over
  };
  /// The wall clock as far as the boot clock confirms it: what a jump ahead makes old is not.
  [[nodiscard]] WallTime sure_time(const Now& now);
  /// A step of a round in which everything goes that is over and old enough: the texts of messages,
  /// the texts, data and PDUs of what was received, then messages with their submissions, batches
  /// with their last message, reports that matched nothing, and what was received. Looks at no more
  /// than `limit` rows, and deletes no more (but all submissions, or parts, of the last message).
  /// What a status report can still settle stays, and what a SIM still shows. Time is what the boot
  /// clock confirms: a wall clock that jumped ahead makes nothing old.
  Retained retain(const Retention& retention, RetainFrom from, std::size_t limit, const Now& now);

  // --- keys -----------------------------------------------------------------------------------
  KeyId create_key(std::string_view name, const std::vector<std::string>& scopes,
                   const std::vector<std::string>& classes,
                   std::span<const unsigned char, 32> key_hash, WallTime now,
                   const std::vector<std::string>& pools = {},
                   const std::vector<std::string>& sims = {},
                   const std::vector<std::string>& networks = {}, const KeyLimits& limits = {});
  bool revoke_key(KeyId id, WallTime now);
  void key_used(KeyId id, WallTime at);

  // --- after a crash --------------------------------------------------------------------------
  /// What was "sending" when the program ended: its parts become uncertain, stamped now, and their
  /// messages `uncertain`, which is an attempt. Call once, before anything is sent. Tells also what
  /// earlier runs left with modems that have not answered since (`doubt_lasted`).
  Recovered recover(const Now& now);

  // --- copies ---------------------------------------------------------------------------------
  struct Unsent {
    std::int64_t queued, sending;  // messages
  };
  /// Writes into this file, a copy, that it is one. Returns what a restore makes uncertain.
  Unsent mark_copy(WallTime taken);
  /// When it was taken, of a file that is a copy: nobody may send from it before `restore`.
  std::optional<WallTime> copied_at();
  /// Makes a copy a book that can be gone on with. What it holds as queued or sending may have gone
  /// out since: it becomes `uncertain` with the code "restored", open parts too, stamped now; and
  /// what SIMs sent meanwhile is not known (`uses_known_from`). Returns how many messages.
  std::int64_t restore(const Now& now);
  /// Since when the uses of this SIM stand in this book, on this boot's clock and never ahead of
  /// now; nothing: all do, or a person said so.
  std::optional<BootTime> uses_known_from(SimId sim, const Now& now);
  /// A person takes the responsibility for what SIMs sent before a restore: for those (by outside
  /// name), or for all, also those never seen. Nothing was done when one of them is unknown.
  std::optional<std::vector<SimId>> release_sims(const std::vector<std::string>& names);

 private:
  struct Statements;
  struct Awaiting;
  int new_reference(SimId sim, std::string_view recipient);
  [[nodiscard]] bool batch_is_cancelled(MessageId message);
  void modem_may_have(SubmissionId submission, SimId sim);
  struct Heard {  // a status report, and what it settled
    SubmissionId submission;
    SimId sim;
    std::string tail;
    WallTime scts;
    int tp_mr;
    int tp_status;
  };
  void heard(const ReportSeen& report, std::string_view tail, SubmissionId submission);
  std::optional<Obeyed> obey_any(InboundId text, const ReplyRules& rules, std::size_t limit,
                                 WallTime now);
  struct Meant;
  [[nodiscard]] Meant meant_by(const ReportSeen& report, const std::string& tail, const Now& at);
  [[nodiscard]] bool may_have_had(SubmissionId submission, SimId sim, int reference);
  [[nodiscard]] bool was_heard(const ReportSeen& report, const std::string& tail);
  std::optional<Settled> settle_early(const Awaiting& part, std::string_view tail, const Now& now);
  std::optional<Settled> settle(const Awaiting& part, int tp_mr, int tp_status, WallTime now);
  Settled taken(const Awaiting& part, bool lost, WallTime now);
  MessageState state_by_reports(MessageId message, std::int64_t round, int parts);
  void merge(SimId from, SimId into);
  std::optional<Loopback> came_back(const at::Deliver& deliver, const Arrival& arrival,
                                    InboundId inbound);
  std::vector<Lane> lanes_of(BatchId batch);
  std::optional<BatchState> state_of(BatchId batch);
  std::int64_t unsent_of(BatchId batch);
  void give_lanes(BatchId batch);
  bool sweep_dropped(BatchId batch, std::size_t limit);
  bool sweep_cancelled(BatchId batch, std::int64_t from, std::size_t limit, WallTime now);
  WallTime late_stamp(const Now& now);

  store::Database& database_;
  std::string boot_id_;
  std::int64_t boot_ = 0;     // the row of boot_id_
  std::deque<Heard> heard_;   // the last ones
  MessageId resend_after_{};  // where the last step of `resend_uncertain` stopped
  std::unique_ptr<Statements> statements_;
};

/// What of a text of a refused line is kept and shown: what was sent as its number, and why.
[[nodiscard]] std::string_view shown_of_refused(std::string_view text);

struct BatchView {
  BatchId id;
  BatchState state;
  WallTime created_at;
  std::int64_t rejected;                                      // refused lines
  std::vector<std::pair<MessageState, std::int64_t>> counts;  // of its messages; none of 0
};

struct MessageFilter {
  std::optional<MessageState> state{};
  std::optional<std::string> to{};
  std::optional<BatchId> batch{};
  std::optional<WallTime> since{};
};

/// Reading, on a read-only connection of its own (one per thread; WAL).
class BookReader {
 public:
  explicit BookReader(store::Database& database);
  ~BookReader();

  std::optional<MessageView> message(MessageId id);
  std::vector<SubmissionView> submissions(MessageId id);
  /// Newest first, strictly before `before`.
  std::vector<MessageView> messages(const MessageFilter& filter, std::optional<MessageId> before,
                                    std::size_t limit);
  std::vector<SimRow> sims();
  std::optional<InboundView> inbound(InboundId id);
  /// What was received, oldest first, strictly after `after`.
  std::vector<InboundView> inbox(std::optional<InboundId> after, std::size_t limit,
                                 const InboxFilter& filter = {});
  /// Received parts that wait for others of their message.
  std::int64_t waiting_parts();
  std::optional<Suppression> suppression(std::string_view number);
  /// Messages by state, exact.
  std::vector<std::pair<MessageState, std::int64_t>> counts();
  /// Also one that is being received; none that was dropped.
  std::optional<BatchView> batch(BatchId id);
  /// Newest first, strictly before `before`.
  std::vector<BatchView> batches(std::optional<BatchId> before, std::size_t limit);
  /// In order of line, strictly after `after`.
  std::vector<Book::RejectedLine> rejections(BatchId id, std::int64_t after, std::size_t limit);
  /// What happened to a modem, newest first, strictly before `before`.
  std::vector<ModemEventView> modem_events(std::string_view modem,
                                           std::optional<std::int64_t> before, std::size_t limit);
  /// In order of id, strictly after `after`.
  std::vector<ApiKey> keys(KeyId after = {}, std::size_t limit = 1000);
  /// The key with that SHA-256, also a revoked one.
  std::optional<ApiKey> key(std::span<const unsigned char, 32> key_hash);

 private:
  struct Statements;
  MessageId first_since(WallTime since);
  BatchView batch_of(const store::Row& row);

  store::Database& database_;
  std::unique_ptr<Statements> statements_;
};

}  // namespace bank::scheduler
