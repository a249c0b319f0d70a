#pragma once

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/web/fake_accounts.hpp"
#include "tests/web/fake_alarms.hpp"
#include "tests/web/fake_audits.hpp"
#include "tests/web/fake_conversations.hpp"
#include "tests/web/fake_keys.hpp"
#include "tests/web/fake_replies.hpp"
#include "tests/web/fake_webhooks.hpp"
#include "web/api_key.hpp"
#include "web/door.hpp"

namespace bank::web::test {

inline const std::string good_key = "mb_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
inline const std::string reader_key = "mb_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB";
inline const std::string sender_key = "mb_CCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCCC";
inline const std::string bulk_key = "mb_EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE";
inline const std::string pools_key = "mb_FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF";
inline const std::string revoked_key = "mb_DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD";

/// 2026-11-22T10:00:00Z
inline constexpr scheduler::WallTime test_now{std::chrono::milliseconds{1'795'341'600'000}};

/// The program in memory. Answers at once, or, while `held` is true, when `release` is called.
class FakeDoor : public Door {
 public:
  FakeDoor() {
    const std::vector<std::string> usual{"transactional", "service", "promotional"};
    add_key(good_key, {1, "all", {"admin"}, usual});
    add_key(reader_key, {2, "reader", {"read"}, usual});
    add_key(sender_key, {3, "sender", {"send"}, {"transactional", "otp"}});
    add_key(bulk_key, {5, "bulk", {"send"}, usual, {"bulk"}});
    add_key(pools_key, {6, "two", {"send"}, usual, {"bulk", "vip"}});
    add_key(revoked_key, {4, "old", {"admin"}, usual}, test_now);
    replies_book.later = [this](std::function<void()> what) { later(std::move(what)); };
    replies_book.broken = &broken;
    replies_book.asked = [this](const std::string& by) { asked_by = by; };
    conversations_book.broken = &broken;
    alarms_book.broken = &broken;
    keys_book.broken = &broken;
    accounts_book.now = [this] { return now(); };
  }

  struct Key {
    int id = 0;
    std::string name{};
    std::vector<std::string> scopes{};
    std::vector<std::string> classes{};
    std::vector<std::string> pools{};
    std::vector<std::string> sims{};
    std::vector<std::string> networks{};
    scheduler::KeyLimits limits{};
  };
  void add_key(const std::string& text, const Key& key,
               std::optional<scheduler::WallTime> revoked = std::nullopt) {
    const std::lock_guard lock(mutex_);
    keys_[sha256(text)] = {scheduler::KeyId{key.id},
                           key.name,
                           key.scopes,
                           key.classes,
                           test_now,
                           revoked,
                           key.pools,
                           std::nullopt,
                           key.sims,
                           key.networks,
                           key.limits};
  }
  void revoke(const std::string& text) {
    const std::lock_guard lock(mutex_);
    keys_.at(sha256(text)).revoked_at = test_now;
  }

  FakeConversations conversations_book;
  FakeReplies replies_book;
  FakeWebhooks webhooks_book;
  FakeAlarms alarms_book;
  FakeAudits audit_book;
  FakeAccounts accounts_book;
  FakeKeys keys_book;
  ConversationDoor& conversations() override { return conversations_book; }
  ReplyDoor& replies() override { return replies_book; }
  WebhookDoor& webhooks() override { return webhooks_book; }
  AlarmDoor& alarms() override { return alarms_book; }
  AuditDoor& audit() override { return audit_book; }
  KeyDoor& keys() override { return keys_book; }
  AccountDoor& accounts() override { return accounts_book.door(); }

  // --- what a test turns ----------------------------------------------------------------------
  std::atomic<bool> held{false};
  std::atomic<bool> unreadable{false};  // the database fails whoever reads a key
  std::atomic<int> key_lookups{0};
  std::optional<Unavailable> broken;
  std::optional<ModemRefusal> refusal;  // of whatever a modem is asked
  at::UssdAnswer network_says{at::UssdStatus::done, 15, "Balance: 5"};
  std::optional<int> largest;
  Health health_now;
  scheduler::DayFigures day;
  std::optional<AcceptRequest> last_accept;
  std::atomic<scheduler::WallTime> clock{test_now};
  std::vector<std::pair<scheduler::KeyId, scheduler::WallTime>> uses;  // of keys, as noted
  std::string asked_by;                                                // of the last change
  std::vector<std::pair<std::string, ModemAction>> actions;            // done, by modem
  std::vector<std::pair<std::string, std::string>> codes;              // asked, by modem
  std::vector<AtQuestion> questions;
  std::vector<LoopbackWanted> loopbacks;
  std::vector<SimChange> sim_changes;
  AtAnswer modem_says{{"+CSQ: 20,99"}, "OK"};
  std::map<std::string, std::vector<SignalView>> signals;                // by modem
  std::map<std::string, std::vector<SubmissionsView>> submitted;         // by modem
  std::map<std::string, ModemDialogue> said;                             // by modem
  std::map<std::string, std::vector<scheduler::ModemEventView>> events;  // newest first
  /// Of every message.
  std::vector<scheduler::SubmissionView> attempts{
      {1, 7, "8998110000000000001", "slot-01", test_now, "sent", std::nullopt}};

  /// How many calls wait.
  [[nodiscard]] std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }
  void release() {
    std::deque<std::function<void()>> all;
    {
      const std::lock_guard lock(mutex_);
      all.swap(waiting_);
    }
    for (auto& one : all) one();
  }
  void set_state(scheduler::MessageId id, scheduler::MessageState state) {
    const std::lock_guard lock(mutex_);
    book_.at(id).state = state;
  }
  void lose_text(scheduler::MessageId id) {
    const std::lock_guard lock(mutex_);
    book_.at(id).text.reset();
  }
  void set_class(scheduler::MessageId id, scheduler::MessageClass message_class) {
    const std::lock_guard lock(mutex_);
    book_.at(id).message_class = message_class;
  }
  /// Something came in; its id is the next.
  scheduler::InboundId hear(scheduler::InboundView view) {
    const std::lock_guard lock(mutex_);
    view.id = scheduler::InboundId{++last_inbound_};
    inbox_.emplace(view.id, view);
    return view.id;
  }
  [[nodiscard]] std::size_t messages_made() {
    const std::lock_guard lock(mutex_);
    return book_.size();
  }

  // --- Door -----------------------------------------------------------------------------------
  void accept(AcceptRequest request, Answered<Acceptance> answered) override {
    later([this, request = std::move(request), answered = std::move(answered)] {
      if (broken) return answered(unexpected(*broken));
      answered(accept_now(request));
    });
  }
  void receive(BatchPiece piece, Answered<std::monostate> answered) override {
    later([this, piece = std::move(piece), answered = std::move(answered)] {
      if (broken) return answered(unexpected(*broken));
      {
        const std::lock_guard lock(mutex_);
        take_piece(piece);
      }
      answered(std::monostate{});
    });
  }
  void complete(BatchEnd end, Answered<Acceptance> answered) override {
    later([this, end = std::move(end), answered = std::move(answered)] {
      if (broken) return answered(unexpected(*broken));
      answered(complete_now(end));
    });
  }
  void drop(std::shared_ptr<ReceivedBatch> batch) override {
    later([this, batch] {
      const std::lock_guard lock(mutex_);
      ++drops;
      if (batch->id) batches_.erase(*batch->id);
    });
  }
  void change(scheduler::BatchId id, BatchAction action, std::string by,
              Answered<scheduler::Book::BatchChange> answered) override {
    using Change = scheduler::Book::BatchChange;
    using State = scheduler::BatchState;
    later([this, id, action, by = std::move(by), answered = std::move(answered)] {
      if (broken) return answered(unexpected(*broken));
      asked_by = by;
      answered([&] {
        const std::lock_guard lock(mutex_);
        const auto found = batches_.find(id);
        if (found == batches_.end()) return Change::unknown;
        State& state = found->second.view.state;
        const auto next = action == BatchAction::pause    ? State::paused
                          : action == BatchAction::resume ? State::open
                                                          : State::cancelled;
        const bool possible =
            action == BatchAction::resume ? state == State::paused : state == State::open;
        if (!possible) return Change::not_possible;
        state = next;
        return Change::done;
      }());
    });
  }
  void cancel(scheduler::MessageId id, std::string by,
              Answered<scheduler::Book::CancelResult> answered) override {
    using Result = scheduler::Book::CancelResult;
    later([this, id, by = std::move(by), answered = std::move(answered)] {
      if (broken) return answered(unexpected(*broken));
      asked_by = by;
      answered([&] {
        const std::lock_guard lock(mutex_);
        const auto found = book_.find(id);
        if (found == book_.end()) return Result::unknown;
        if (found->second.state != scheduler::MessageState::queued) return Result::nothing_left;
        found->second.state = scheduler::MessageState::cancelled;
        return Result::cancelled;
      }());
    });
  }
  void requeue(scheduler::MessageId id, std::string by,
               Answered<scheduler::Book::RequeueResult> answered) override {
    using Result = scheduler::Book::RequeueResult;
    later([this, id, by = std::move(by), answered = std::move(answered)] {
      asked_by = by;
      answered([&] {
        const std::lock_guard lock(mutex_);
        const auto found = book_.find(id);
        if (found == book_.end()) return Result::unknown;
        const bool has_failed = found->second.state == scheduler::MessageState::failed;
        if (!has_failed || !found->second.text) return Result::not_possible;
        found->second.state = scheduler::MessageState::queued;
        return Result::queued;
      }());
    });
  }
  void modem_action(std::string name, ModemAction action, std::string by,
                    Answered<ByModem<std::monostate>> answered) override {
    later(
        [this, name = std::move(name), action, by = std::move(by), answered = std::move(answered)] {
          asked_by = by;
          if (broken) return answered(unexpected(*broken));
          if (refusal) return answered(*refusal);
          actions.emplace_back(name, action);
          answered(std::monostate{});
        });
  }
  void ussd(std::string name, std::string code, std::string by,
            Answered<ByModem<at::UssdAnswer>> answered) override {
    later([this, name = std::move(name), code = std::move(code), by = std::move(by),
           answered = std::move(answered)] {
      asked_by = by;
      if (broken) return answered(unexpected(*broken));
      if (refusal) return answered(*refusal);
      codes.emplace_back(name, code);
      answered(network_says);
    });
  }
  void at_command(AtQuestion question, Answered<ByModem<AtAnswer>> answered) override {
    later([this, question = std::move(question), answered = std::move(answered)] {
      if (broken) return answered(unexpected(*broken));
      if (refusal) return answered(*refusal);
      questions.push_back(question);
      answered(modem_says);
    });
  }

  void loop_back(LoopbackWanted wanted, Answered<ByModem<LoopbackAsked>> answered) override {
    later([this, wanted = std::move(wanted), answered = std::move(answered)] {
      if (broken) return answered(unexpected(*broken));
      if (refusal) return answered(*refusal);
      loopbacks.push_back(wanted);
      answered(
          LoopbackAsked{scheduler::MessageId{7}, wanted.to.value_or("+989120000002"), "slot-02"});
    });
  }

  /// The first SIM's pools stand in the file.
  void change_sim(SimChange change, std::string by, Answered<SimChanged> answered) override {
    later([this, change = std::move(change), by = std::move(by), answered = std::move(answered)] {
      if (broken) return answered(unexpected(*broken));
      const auto all = sims();
      const bool is_known = std::any_of(
          all.begin(), all.end(), [&](const SimView& one) { return one.outside() == change.sim; });
      if (!is_known) return answered(SimChanged{NoSuchSim{}});
      if (change.sim == "8998110000000000001" &&
          std::find(change.fields.begin(), change.fields.end(), "pools") != change.fields.end()) {
        return answered(SimChanged{SetByFile{"pools"}});
      }
      sim_changes.push_back(change);
      asked_by = by;
      answered(SimChanged{SimIsChanged{}});
    });
  }

  void dialogue(std::vector<DialogueWanted> wanted, std::size_t most,
                Answered<std::vector<ModemDialogue>> answered) override {
    later([this, wanted = std::move(wanted), most, answered = std::move(answered)] {
      if (broken) return answered(unexpected(*broken));
      std::vector<ModemDialogue> all;
      for (const auto& one : wanted) {
        ModemDialogue part{};
        if (const auto found = said.find(one.modem); found != said.end()) {
          part.kept_since = found->second.kept_since;
          for (const auto& line : found->second.lines) {
            const bool is_wanted =
                std::any_of(one.when.begin(), one.when.end(), [&](const DialogueTimes& times) {
                  return times.since <= line.at && line.at <= times.until;
                });
            if (is_wanted) part.lines.push_back(line);
          }
          while (part.lines.size() > most) part.lines.erase(part.lines.begin());
        }
        all.push_back(std::move(part));
      }
      answered(std::move(all));
    });
  }
  void signal(std::string modem, Answered<ByModem<std::vector<SignalView>>> answered) override {
    later([this, modem = std::move(modem), answered = std::move(answered)] {
      if (broken) return answered(unexpected(*broken));
      const auto found = signals.find(modem);
      if (found == signals.end()) {
        return answered(ModemRefusal{ModemRefusal::Why::unknown, {}});
      }
      answered(found->second);
    });
  }
  void submissions_of(std::string modem,
                      Answered<ByModem<std::vector<SubmissionsView>>> answered) override {
    if (broken) return answered(unexpected(*broken));
    const auto found = submitted.find(modem);
    if (found == submitted.end()) return answered(ModemRefusal{ModemRefusal::Why::unknown, {}});
    answered(found->second);
  }
  void key_used(scheduler::KeyId key, scheduler::WallTime at) override {
    const std::lock_guard lock(mutex_);
    uses.emplace_back(key, at);
  }

  scheduler::WallTime now() override { return clock; }
  Result<std::string, std::string> normalise(std::string_view number) override {
    std::string digits;
    for (const char c : number) {
      if (c == ' ' || c == '-') continue;
      if ((c < '0' || c > '9') && c != '+') return unexpected(std::string("not a number"));
      digits += c;
    }
    if (digits.empty()) return unexpected(std::string("empty; write a number"));
    if (digits.starts_with("09")) digits = "+98" + digits.substr(1);
    return digits;
  }
  std::chrono::milliseconds default_validity() override { return std::chrono::hours{24}; }
  std::optional<int> largest_message(std::string_view, std::optional<scheduler::SimId>) override {
    return largest;
  }
  std::optional<scheduler::SimId> sim_named(std::string_view name) override {
    if (name != "8998110000000000001") return std::nullopt;
    return scheduler::SimId{1};
  }
  bool pool_known(std::string_view name) override { return name == "default" || name == "bulk"; }

  std::vector<ModemView> modems() override {
    ModemView good{};
    good.name = "slot-01";
    good.slot = "slot-01";
    good.device = "/dev/modembank/slot-01";
    good.maker = "Quectel";
    good.state = "ready";
    good.verdict = {"good", "", ""};
    good.signal_dbm = -71;
    good.storage = {{"SM", 3, 50}};
    good.last_success = test_now;
    good.proven =
        scheduler::Proof{test_now - std::chrono::seconds{90}, scheduler::Proof::By::loopback};
    good.loopback = scheduler::Loopback{scheduler::SimId{1},
                                        scheduler::MessageId{7},
                                        "slot-01",
                                        "+989120000002",
                                        test_now - std::chrono::seconds{95},
                                        scheduler::Loopback::State::arrived,
                                        test_now - std::chrono::seconds{90},
                                        std::chrono::milliseconds{4200}};
    ModemView gone{};
    gone.name = "slot-02";
    gone.slot = "slot-02";
    gone.state = "absent";
    gone.maker = "says \"\xFF\n\"";  // what a broken modem may say
    gone.verdict = {"bad", "its port is gone", "plug it in"};
    return {good, gone};
  }
  std::vector<SimView> sims() override {
    SimView sim{};
    sim.iccid = "8998110000000000001";
    sim.number = "+989120000001";
    sim.pools = {"default"};
    sim.from_file = {"pools"};
    sim.modem = "slot-01";
    sim.state = "ready";
    sim.limits.per_day = 500;
    sim.min_interval = std::chrono::milliseconds{1500};
    sim.left.per_day = 499;
    sim.balance = BalanceView{"12345.50", test_now, "12,345.5 left"};
    SimView other{};
    other.imsi = "432110000000001";
    other.state = "held";
    return {sim, other};
  }
  std::optional<Hold> hold_of(const scheduler::MessageView& message) override {
    if (message.state != scheduler::MessageState::queued) return std::nullopt;
    return Hold{"no_sim", std::nullopt};
  }
  DayView today() override { return {test_now, day}; }
  SettingsView settings() override {
    return {
        "0.1.0", "limits     parts of each SIM: 500 a day\n", {"sending.sticky_sender: no effect"}};
  }
  Metrics metrics() override {
    return {{"modembank_build_info",
             "The version.",
             MetricFamily::Type::gauge,
             {{{{"version", "0.1.0"}}, 1}}}};
  }
  std::vector<QueueFill> queues() override { return {{"behind_the_door", 3, 4}}; }
  Health health() override { return health_now; }

  // --- Reading --------------------------------------------------------------------------------
  std::optional<scheduler::MessageView> message(scheduler::MessageId id) override {
    const std::lock_guard lock(mutex_);
    const auto found = book_.find(id);
    if (found == book_.end()) return std::nullopt;
    return found->second;
  }
  std::vector<scheduler::SubmissionView> submissions(scheduler::MessageId) override {
    return attempts;
  }
  std::vector<scheduler::MessageView> messages(const scheduler::MessageFilter& filter,
                                               std::optional<scheduler::MessageId> before,
                                               std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<scheduler::MessageView> found;
    for (auto one = book_.rbegin(); one != book_.rend() && found.size() < limit; ++one) {
      const auto& view = one->second;
      if (before && view.id >= *before) continue;
      if (filter.state && view.state != *filter.state) continue;
      if (filter.to && view.to != *filter.to) continue;
      if (filter.batch && view.batch != filter.batch) continue;
      if (filter.since && view.created_at < *filter.since) continue;
      found.push_back(view);
    }
    return found;
  }
  std::optional<scheduler::Suppression> suppression(std::string_view number) override {
    return replies_book.find(number);
  }
  std::optional<scheduler::BatchView> batch(scheduler::BatchId id) override {
    const std::lock_guard lock(mutex_);
    const auto found = batches_.find(id);
    if (found == batches_.end()) return std::nullopt;
    return found->second.view;
  }
  std::vector<scheduler::BatchView> batches(std::optional<scheduler::BatchId> before,
                                            std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<scheduler::BatchView> found;
    for (auto one = batches_.rbegin(); one != batches_.rend() && found.size() < limit; ++one) {
      if (!before || one->first < *before) found.push_back(one->second.view);
    }
    return found;
  }
  std::vector<scheduler::Book::RejectedLine> rejections(scheduler::BatchId id, std::int64_t after,
                                                        std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<scheduler::Book::RejectedLine> found;
    for (const auto& line : batches_.at(id).rejected) {
      if (line.line > after && found.size() < limit) found.push_back(line);
    }
    return found;
  }
  std::vector<scheduler::InboundView> inbox(std::optional<scheduler::InboundId> after,
                                            std::size_t limit,
                                            const scheduler::InboxFilter& filter) override {
    const std::lock_guard lock(mutex_);
    std::vector<scheduler::InboundView> found;
    for (const auto& [id, view] : inbox_) {
      if (view.is_blocked && !filter.blocked) continue;
      if (view.is_loopback && !filter.loopbacks) continue;
      if ((!after || id > *after) && found.size() < limit) found.push_back(view);
    }
    return found;
  }
  std::optional<scheduler::InboundView> inbound(scheduler::InboundId id) override {
    const std::lock_guard lock(mutex_);
    const auto found = inbox_.find(id);
    return found == inbox_.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<scheduler::ModemEventView> modem_events(std::string_view modem,
                                                      std::optional<std::int64_t> before,
                                                      std::size_t limit) override {
    std::vector<scheduler::ModemEventView> found;
    for (const auto& event : events[std::string(modem)]) {
      if ((!before || event.id < *before) && found.size() < limit) found.push_back(event);
    }
    return found;
  }
  std::vector<std::pair<scheduler::MessageState, std::int64_t>> counts() override {
    return {{scheduler::MessageState::queued, 3}, {scheduler::MessageState::sent, 12}};
  }
  std::optional<scheduler::ApiKey> key(const KeyHash& hash) override {
    ++key_lookups;
    if (unreadable) throw std::runtime_error("disk I/O error");
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(hash);
    if (found == keys_.end()) return std::nullopt;
    return found->second;
  }
  std::vector<scheduler::KeyUse> key_uses(scheduler::KeyId key,
                                          scheduler::WallTime since) override {
    const std::lock_guard lock(mutex_);
    std::vector<scheduler::KeyUse> found;
    for (const auto& use : used_[key]) {
      if (use.minute >= std::chrono::floor<std::chrono::minutes>(since)) found.push_back(use);
    }
    return found;
  }

 private:
  void later(std::function<void()> work) {
    if (!held) return work();
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
  }

  void count(scheduler::KeyId key, std::int64_t accepted) {
    const auto minute = std::chrono::floor<std::chrono::minutes>(clock.load());
    used_[key].push_back({minute, accepted});
  }

  void take_piece(const BatchPiece& piece) {
    if (piece.first) {
      piece.into->id = scheduler::BatchId{++last_batch_};
      scheduler::BatchView view{};
      view.id = *piece.into->id;
      view.state = scheduler::BatchState::receiving;
      view.created_at = piece.now;
      batches_[view.id].view = view;
    }
    auto& batch = batches_.at(piece.into->id.value());
    pieces.push_back(piece.lines.size());
    for (const auto& line : piece.lines) batch.lines.push_back(line);
    for (const auto& line : piece.rejected) batch.rejected.push_back(line);
    batch.view.counts = {{scheduler::MessageState::queued, std::ssize(batch.lines)}};
    batch.view.rejected = std::ssize(batch.rejected);
  }

  static std::string name_of(const std::optional<scheduler::Idempotent>& one) {
    return one ? std::to_string(static_cast<std::int64_t>(one->key)) + " " + one->name
               : std::string();
  }

  Acceptance complete_now(const BatchEnd& end) {
    const std::lock_guard lock(mutex_);
    const auto name = name_of(end.idempotent);
    if (const auto before = answers_.find(name); end.idempotent && before != answers_.end()) {
      if (before->second.first != end.idempotent->body_hash) return IdempotencyKeyReused{};
      return Accepted{.answer = before->second.second, .repeated = true};
    }
    take_piece(end.piece);
    auto& batch = batches_.at(*end.piece.into->id);
    batch.view.state = scheduler::BatchState::open;
    scheduler::Book::Opened opened{.lanes = {},
                                   .accepted = std::ssize(batch.lines),
                                   .rejected = std::ssize(batch.rejected),
                                   .first_rejected = batch.rejected};
    if (opened.first_rejected.size() > end.shown) opened.first_rejected.resize(end.shown);
    Accepted accepted{.answer = end.render(batch.view.id, opened)};
    accepted.count = opened.accepted;
    if (end.is_counted) count(end.piece.key, accepted.count);
    if (end.idempotent) answers_[name] = {end.idempotent->body_hash, accepted.answer};
    return accepted;
  }

  Acceptance accept_now(const AcceptRequest& request) {
    const std::lock_guard lock(mutex_);
    last_accept = request;
    const auto name = name_of(request.idempotent);
    if (const auto before = answers_.find(name); request.idempotent && before != answers_.end()) {
      if (before->second.first != request.idempotent->body_hash) return IdempotencyKeyReused{};
      return Accepted{.answer = before->second.second, .repeated = true};
    }
    if (request.only_repeats) return NothingStored{};
    std::optional<scheduler::BatchId> batch;
    if (request.batch) batch = scheduler::BatchId{++last_batch_};
    std::vector<scheduler::Book::Accepted> rows;
    for (const auto& to : request.to) {
      const bool stopped =
          replies_book.find(to) && request.prototype.message_class != scheduler::MessageClass::otp;
      const scheduler::Book::Accepted row{
          scheduler::MessageId{++last_message_},
          stopped ? scheduler::MessageState::suppressed : scheduler::MessageState::queued};
      rows.push_back(row);
      if (!stopped || !batch) store(request, to, row, batch);
    }
    Accepted accepted{.answer = request.render(request, rows, batch)};
    for (const auto& row : rows) {
      accepted.count += row.state == scheduler::MessageState::queued ? 1 : 0;
    }
    if (request.is_counted) count(request.key, accepted.count);
    if (request.idempotent) {
      answers_[name] = {request.idempotent->body_hash, accepted.answer};
    }
    return accepted;
  }

  void store(const AcceptRequest& request, const std::string& to,
             const scheduler::Book::Accepted& row, std::optional<scheduler::BatchId> batch) {
    scheduler::MessageView view{};
    view.id = row.id;
    view.batch = batch;
    view.to = to;
    view.text = request.prototype.text;
    view.message_class = request.prototype.message_class;
    view.priority = request.prototype.priority;
    view.pool = request.prototype.pool;
    if (request.prototype.sim) view.wanted_sim = "8998110000000000001";
    view.expires_at = request.prototype.expires_at;
    view.send_at = request.prototype.send_at;
    view.report = request.prototype.report;
    view.reference = request.prototype.reference;
    view.topic = request.prototype.topic;
    view.state = row.state;
    view.parts = request.prototype.parts;
    view.created_at = view.updated_at = request.now;
    book_[row.id] = view;
  }

  std::mutex mutex_;
  std::deque<std::function<void()>> waiting_;
  std::map<KeyHash, scheduler::ApiKey> keys_;
  std::map<scheduler::KeyId, std::vector<scheduler::KeyUse>> used_;  // of those with limits
  std::map<scheduler::MessageId, scheduler::MessageView> book_;
  std::map<scheduler::InboundId, scheduler::InboundView> inbox_;
  std::int64_t last_inbound_ = 0;
  std::map<std::string, std::pair<std::array<unsigned char, 32>, Rendered>> answers_;
  std::int64_t last_message_ = 0;
  std::int64_t last_batch_ = 0;
  struct Batch {
    scheduler::BatchView view;
    std::vector<scheduler::Book::ReceivedLine> lines;
    std::vector<scheduler::Book::RejectedLine> rejected;
  };
  std::map<scheduler::BatchId, Batch> batches_;

 public:
  /// What was received, for tests.
  [[nodiscard]] std::vector<scheduler::Book::ReceivedLine> lines_of(std::int64_t batch) {
    const std::lock_guard lock(mutex_);
    const auto found = batches_.find(scheduler::BatchId{batch});
    return found == batches_.end() ? std::vector<scheduler::Book::ReceivedLine>()
                                   : found->second.lines;
  }
  [[nodiscard]] std::size_t batches_there() {
    const std::lock_guard lock(mutex_);
    return batches_.size();
  }
  std::vector<std::size_t> pieces;  // accepted lines of each
  int drops = 0;
};

}  // namespace bank::web::test
