#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "at/result.hpp"
#include "at/ussd.hpp"
#include "scheduler/book.hpp"
#include "scheduler/day_figures.hpp"
#include "scheduler/inbound.hpp"
#include "scheduler/key_uses.hpp"
#include "scheduler/message.hpp"
#include "scheduler/sim_settings.hpp"
#include "web/api_key.hpp"
#include "web/metrics.hpp"

namespace bank::web {

/// Nothing was changed, and why: the queue of the store is full, the disk failed, the program is
/// stopping. Becomes 503 with Retry-After.
struct Unavailable {
  std::string detail;  // what, and what to do; for the caller's eyes
  std::chrono::seconds retry_after{1};
};

/// How a call that changes something ended: after its commit is synced, or not at all.
template <class T>
using Outcome = Result<T, Unavailable>;
/// Called once, from any thread; does not wait and does not throw.
template <class T>
using Answered = std::function<void(Outcome<T>)>;

/// An answer as it is sent, and kept for whoever repeats the Idempotency-Key.
struct Rendered {
  int status;
  std::string body;  // JSON
};

/// One text to one or many recipients, checked. `prototype` holds all but the recipient.
struct AcceptRequest {
  scheduler::NewMessage prototype;  // `to` is empty
  std::vector<std::string> to;      // normalised; 1 to 10,000
  bool batch = false;               // `to` was an array: they get a batch, however few they are
  std::vector<std::int64_t> line;   // of an array: where each stood in it, from 1
  std::vector<scheduler::Book::RejectedLine> rejected;  // of an array: no numbers; in order
  scheduler::KeyId key;
  std::optional<scheduler::Idempotent> idempotent;
  bool is_counted = false;    // its key has limits: what is accepted is counted for them
  bool only_repeats = false;  // the key is at its limit: nothing but the stored answer is given
  scheduler::WallTime now;
  /// The answer's body from what was accepted, in the order of `to`. Pure, and may run twice; with
  /// an Idempotency-Key inside the transaction, because it is stored with what it answers.
  std::function<Rendered(const AcceptRequest&, std::span<const scheduler::Book::Accepted>,
                         std::optional<scheduler::BatchId>)>
      render;
};

/// What became of an AcceptRequest.
struct Accepted {
  Rendered answer;
  /// Makes the answer where nothing had to be stored with what was accepted; off the store's
  /// thread.
  std::function<Rendered()> later = {};
  bool repeated = false;   // the stored answer to an earlier request with the same Idempotency-Key
  std::int64_t count = 0;  // messages accepted now, and not suppressed
  /// Those in state queued, for the dispatcher; none when repeated.
  std::vector<scheduler::MessageId> queued = {};
  /// Of a batch that was received: where its messages wait.
  std::vector<scheduler::Lane> opened = {};
};
struct IdempotencyKeyReused {};  // the same key came earlier with another body
struct NothingStored {};         // to one that `only_repeats`
using Acceptance = std::variant<Accepted, IdempotencyKeyReused, NothingStored>;

/// All of `POST /v1/messages` that happens inside the writer's job: the stored answer of an earlier
/// request, or rows for all recipients (in steps, so that a text shared by ten thousand is not ten
/// thousand copies in memory) and the answer stored with them. Call it in Job::work.
/// Throws what Book throws.
[[nodiscard]] Acceptance accept_in_book(scheduler::Book& book,
                                        const std::shared_ptr<const AcceptRequest>& asked);

/// A batch that is being received; touched on the store's thread alone, by the jobs of one upload,
/// which run in order.
struct ReceivedBatch {
  std::optional<scheduler::BatchId> id;
};
/// A piece of such a batch, committed as one.
struct BatchPiece {
  std::shared_ptr<ReceivedBatch> into;
  bool first = false;  // makes the batch
  std::vector<scheduler::Book::ReceivedLine> lines;
  std::vector<scheduler::Book::RejectedLine> rejected;
  scheduler::KeyId key{};
  scheduler::WallTime now{};
};
/// Its last piece: with it the batch is whole, and may be sent.
struct BatchEnd {
  BatchPiece piece;
  std::optional<scheduler::Idempotent> idempotent;
  bool is_counted = false;  // its key has limits: what is accepted is counted for them
  std::size_t shown = 0;    // refused lines in the answer, at most
  std::function<Rendered(scheduler::BatchId, const scheduler::Book::Opened&)> render;
};

/// What a piece and the end of a batch do inside the writer's job. An end whose Idempotency-Key was
/// answered before drops what was received once more. Throws what Book throws.
void receive_in_book(scheduler::Book& book, const BatchPiece& piece);
[[nodiscard]] Acceptance complete_in_book(scheduler::Book& book, const BatchEnd& end);

enum class BatchAction { pause, resume, cancel };

/// Why a queued message has not left yet.
struct Hold {
  std::string reason;  // "send_at", "retry", "no_sim", "limit", "order", …
  std::optional<scheduler::WallTime> until;
};

struct ModemView {
  struct Verdict {
    std::string level;  // good, poor, bad
    std::string because;
    std::string do_next;
  };
  struct Storage {
    std::string name;  // "SM", "ME", …
    int used;
    int total;
  };
  std::string name;
  std::string slot;
  std::optional<std::string> device, usb_path, maker, model, firmware, imei, iccid, profile;
  std::string state;  // absent, starting, locked, searching, ready, paused, resting
  Verdict verdict;
  std::optional<std::string> operator_name;
  std::optional<std::string> registration;  // home, roaming, searching, denied, …
  std::optional<int> signal_dbm;
  std::optional<double> temperature;   // °C
  std::optional<int> millivolts;       // of its supply
  std::optional<int> answer_ms;        // from question to answer, smoothed
  std::optional<int> refused_percent;  // of the last parts
  std::vector<Storage> storage;
  std::optional<scheduler::WallTime> last_success;
  std::optional<scheduler::Proof> proven{};       // what showed last that its SIM works in it
  std::optional<scheduler::Loopback> loopback{};  // the last of its SIM
};

/// How a modem's signal was for a while, dBm.
struct SignalView {
  scheduler::WallTime at;  // its beginning
  int least;
  double mean;
  int greatest;
  int readings;
};

/// What became of the parts that a modem was handed in one piece of time.
struct SubmissionsView {
  scheduler::WallTime at;  // its beginning
  int sent, refused, uncertain;
  std::chrono::milliseconds mean, longest;  // until the modem told the result
};

/// restart: what it has in hand ends first, then it is closed, reset and brought up anew. pause:
/// what it has in hand ends, and nothing is begun on it until it is resumed.
enum class ModemAction { restart, pause, resume, identify };

/// Why a modem did not do what it was asked.
struct ModemRefusal {
  enum class Why {
    unknown,       // no modem has this name
    wrong_state,   // absent, starting, without a SIM that is ready, …
    unfit,         // this modem cannot carry that text, or nothing goes to that number
    receive_only,  // its SIM is for receiving
    no_number,     // there is no SIM whose number is known
    at_limit,      // its SIM may not send now
    under_way,     // it does that already
    silent,        // it was asked, and what became of it is not known
  };
  Why why;
  std::string detail;  // what, and what to do; for the caller's eyes
};
/// One that is busy is Unavailable: the same call does it later.
template <class T>
using ByModem = std::variant<T, ModemRefusal>;

/// One line of AT, that a person asks for.
struct AtQuestion {
  std::string modem;
  std::string command;  // one that `flaw_of_at_command` finds no flaw in
  std::string by;       // who asks, for the record: "API key …"
};
struct AtAnswer {
  std::vector<std::string>
      lines;           // as printed, a PDU on its own; bounded as at::Dialogue bounds it
  std::string result;  // the final result: "OK", "ERROR", "+CME ERROR: 10", …
};

/// A text of the rack to itself, by the SIM of one modem.
struct LoopbackWanted {
  std::string modem;
  std::optional<std::string> to;  // normalised; nothing: the program chooses
  std::string by;                 // who asks, for the record
};
struct LoopbackAsked {
  scheduler::MessageId message;
  std::string to;
  std::string to_modem;  // the name of the one whose SIM has that number; may be its own
};

/// When something of a dialogue is wanted; both ends belong to it.
struct DialogueTimes {
  scheduler::WallTime since, until;
};
struct DialogueWanted {
  std::string modem;
  std::vector<DialogueTimes> when;
};
/// A line of what was said at a modem's port. Secrets are hidden in it, numbers masked.
struct DialogueLine {
  scheduler::WallTime at;
  bool to_modem;
  std::string text;
};
struct ModemDialogue {
  std::vector<DialogueLine> lines;  // in order of time
  /// All that was said from here on is still there; nothing: there is no such modem.
  std::optional<scheduler::WallTime> kept_since;
};

/// The longest that a modem is waited for, its queue included: within the time that the server
/// waits for an answer (ServerOptions::answer_time).
inline constexpr std::chrono::seconds longest_modem_answer{50};

/// In parts; what is absent is not limited.
struct Allowance {
  std::optional<std::int64_t> per_minute, per_hour, per_day, per_month;
};

/// What the network told of what is left to spend, in whatever it counts.
struct BalanceView {
  std::string amount;  // decimal: "52300", "12.50"
  scheduler::WallTime at;
  std::string text;  // as it came
};

struct SimView {
  std::optional<std::string> iccid, imsi;  // at least one
  std::optional<std::string> number, label, operator_name;
  std::optional<std::string> modem;  // the name of the one it is in
  std::vector<std::string> pools;
  std::string state;  // ready, searching, locked, blocked, resting, held, paused, absent
  Allowance limits;
  std::optional<std::chrono::milliseconds> min_interval;
  Allowance left;
  std::vector<std::string> from_file;  // what its [[sim]] entry writes: "limits.per_day"
  std::optional<BalanceView> balance;  // as told last; nothing: it never was
  /// How the API names it: its ICCID, else "imsi:…".
  [[nodiscard]] std::string outside() const { return iccid ? *iccid : "imsi:" + imsi.value_or(""); }
};

/// What the configuration that is in force says.
struct SettingsView {
  std::string version;               // of the program
  std::string summary;               // lines for people, without PINs
  std::vector<std::string> notices;  // what its writer should know
};

struct Health {
  bool alive = true;                  // /healthz: every thread turns
  bool ready = true;                  // /readyz: a message can be accepted and made durable now
  std::vector<std::string> problems;  // what is wrong and what to do, one line each
};

/// Reading the message book. Every call may come from several threads at once, and reads what was
/// committed before it was made. May throw std::exception when the database fails (503).
class Reading {
 public:
  virtual ~Reading() = default;
  virtual std::optional<scheduler::MessageView> message(scheduler::MessageId id) = 0;
  virtual std::vector<scheduler::SubmissionView> submissions(scheduler::MessageId id) = 0;
  virtual std::vector<scheduler::MessageView> messages(const scheduler::MessageFilter& filter,
                                                       std::optional<scheduler::MessageId> before,
                                                       std::size_t limit) = 0;
  virtual std::optional<scheduler::Suppression> suppression(std::string_view number) = 0;
  virtual std::optional<scheduler::BatchView> batch(scheduler::BatchId id) = 0;
  virtual std::vector<scheduler::BatchView> batches(std::optional<scheduler::BatchId> before,
                                                    std::size_t limit) = 0;
  virtual std::vector<scheduler::Book::RejectedLine> rejections(scheduler::BatchId id,
                                                                std::int64_t after,
                                                                std::size_t limit) = 0;
  /// What the SIMs received, oldest first, strictly after `after`. None comes out later with an id
  /// below one that was read, so that whoever goes on from there misses nothing.
  virtual std::vector<scheduler::InboundView> inbox(std::optional<scheduler::InboundId> after,
                                                    std::size_t limit,
                                                    const scheduler::InboxFilter& filter) = 0;
  virtual std::optional<scheduler::InboundView> inbound(scheduler::InboundId id) = 0;
  /// What happened to a modem, newest first, strictly before `before`; none for an unknown name.
  virtual std::vector<scheduler::ModemEventView> modem_events(std::string_view modem,
                                                              std::optional<std::int64_t> before,
                                                              std::size_t limit) = 0;
  virtual std::vector<std::pair<scheduler::MessageState, std::int64_t>> counts() = 0;
  /// Also a revoked one.
  virtual std::optional<scheduler::ApiKey> key(const KeyHash& hash) = 0;
  /// What was accepted of a key with limits, by the minute, from the minute of `since` on.
  virtual std::vector<scheduler::KeyUse> key_uses(scheduler::KeyId key,
                                                  scheduler::WallTime since) = 0;
};

/// What happened since the last midnight of the region.
struct DayView {
  scheduler::WallTime since;
  scheduler::DayFigures figures;
};

class ConversationDoor;
class ReplyDoor;
class WebhookDoor;
class AlarmDoor;
class AuditDoor;
class AccountDoor;
class KeyDoor;

/// What a person changes of a SIM.
struct SimChange {
  std::string sim;                  // its outside name
  std::vector<std::string> fields;  // as scheduler::take_over knows them
  scheduler::SimSettings values;
  std::string detail;  // JSON, for the audit log
};
struct SimIsChanged {};
struct NoSuchSim {};
struct SetByFile {
  std::string field;  // that its [[sim]] entry writes
};
using SimChanged = std::variant<SimIsChanged, NoSuchSim, SetByFile>;

/// All that the HTTP API needs of the program, and nothing else: implemented by firmware-host, by a
/// fake in the tests. Every call comes from the server's threads, several at once, and returns at
/// once. It must outlive the server.
class Door : public Reading {
 public:
  // --- changing: answered after the commit is synced ------------------------------------------
  // `by` is who asks, for the audit log: "API key …".

  /// Promise 1: the answer means "on disk". `accept_in_book` is what to do in the writer's job.
  virtual void accept(AcceptRequest request, Answered<Acceptance> answered) = 0;
  virtual void receive(BatchPiece piece, Answered<std::monostate> answered) = 0;
  virtual void complete(BatchEnd end, Answered<Acceptance> answered) = 0;
  /// The upload was broken off: nothing of it stays. Not answered; after a crash it goes by itself.
  virtual void drop(std::shared_ptr<ReceivedBatch> batch) = 0;
  virtual void change(scheduler::BatchId batch, BatchAction action, std::string by,
                      Answered<scheduler::Book::BatchChange> answered) = 0;
  virtual void cancel(scheduler::MessageId id, std::string by,
                      Answered<scheduler::Book::CancelResult> answered) = 0;
  /// The door chooses the new life ([sending] default_validity).
  virtual void requeue(scheduler::MessageId id, std::string by,
                       Answered<scheduler::Book::RequeueResult> answered) = 0;

  // --- asking a modem: answered once it has, within `longest_modem_answer` ----------------------
  // Who asks what is in the audit log before anything is done.

  /// restart and identify are answered when they are begun, the others when they hold. An action
  /// that holds already is done.
  virtual void modem_action(std::string name, ModemAction action, std::string by,
                            Answered<ByModem<std::monostate>> answered) = 0;
  /// Sends a USSD code, or the answer to a menu, and waits for what the network says. `code` is
  /// UTF-8 without control characters. A menu that nobody answers is ended after a while.
  virtual void ussd(std::string name, std::string code, std::string by,
                    Answered<ByModem<at::UssdAnswer>> answered) = 0;

  /// Notes who asks what, for good, before it is written to the modem.
  virtual void at_command(AtQuestion question, Answered<ByModem<AtAnswer>> answered) = 0;

  /// Queues a text of the rack to itself; answered once it is in the book. What becomes of it is
  /// told by `modems`.
  virtual void loop_back(LoopbackWanted wanted, Answered<ByModem<LoopbackAsked>> answered) = 0;

  /// What was said lately at the ports of some modems, in the order of `wanted`; of each the last
  /// `most` lines.
  virtual void dialogue(std::vector<DialogueWanted> wanted, std::size_t most,
                        Answered<std::vector<ModemDialogue>> answered) = 0;

  /// How its signal was in the last day, oldest first, in pieces of five minutes.
  virtual void signal(std::string modem, Answered<ByModem<std::vector<SignalView>>> answered) = 0;

  /// What became of its parts in the last day, in the same pieces.
  virtual void submissions_of(std::string modem,
                              Answered<ByModem<std::vector<SubmissionsView>>> answered) = 0;

  /// Answered once it is in force, and `sims` shows it.
  virtual void change_sim(SimChange change, std::string by, Answered<SimChanged> answered) = 0;

  /// Notes when a key was last used. Nobody waits for it, and it may be lost.
  virtual void key_used(scheduler::KeyId key, scheduler::WallTime at) = 0;

  // --- deciding -------------------------------------------------------------------------------
  virtual scheduler::WallTime now() = 0;
  /// A recipient as people write it → E.164 or a short code.
  ///
  /// Errors  one line: what was found and what to write instead.
  virtual Result<std::string, std::string> normalise(std::string_view number) = 0;
  /// Life of a message that names no `expires_at`.
  virtual std::chrono::milliseconds default_validity() = 0;
  /// The most parts that any SIM allowed for such a message may send in an hour, day or month;
  /// nothing: no limit. `sim` set: that one alone.
  virtual std::optional<int> largest_message(std::string_view pool,
                                             std::optional<scheduler::SimId> sim) = 0;
  /// A SIM by its outside name: its ICCID, or "imsi:…".
  virtual std::optional<scheduler::SimId> sim_named(std::string_view name) = 0;
  /// Whether any SIM or the configuration knows a pool of that name ("default" always).
  virtual bool pool_known(std::string_view name) = 0;

  // --- showing --------------------------------------------------------------------------------
  /// In order of name; also those that are ill or gone.
  virtual std::vector<ModemView> modems() = 0;
  /// In order of `outside()`.
  virtual std::vector<SimView> sims() = 0;
  /// Why a queued message waits, or one in sending for its next part; nothing when it can leave
  /// now, or is neither.
  virtual std::optional<Hold> hold_of(const scheduler::MessageView& message) = 0;
  virtual DayView today() = 0;
  /// Families beside those that web makes of modems, SIMs, counts and its own requests.
  virtual Metrics metrics() = 0;
  /// All that grows behind the door.
  virtual std::vector<QueueFill> queues() = 0;
  virtual Health health() = 0;
  virtual SettingsView settings() = 0;

  // --- by subject, each in its header web/…_door.hpp
  // ----------------------------------------------
  virtual ConversationDoor& conversations() = 0;
  virtual ReplyDoor& replies() = 0;
  virtual WebhookDoor& webhooks() = 0;
  virtual AlarmDoor& alarms() = 0;
  virtual AuditDoor& audit() = 0;
  virtual AccountDoor& accounts() = 0;
  virtual KeyDoor& keys() = 0;
};

}  // namespace bank::web
