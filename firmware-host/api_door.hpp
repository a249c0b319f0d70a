#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware-host/alarm_calls.hpp"
#include "firmware-host/alarm_facts.hpp"
#include "firmware-host/audit_calls.hpp"
#include "firmware-host/book_calls.hpp"
#include "firmware-host/complaint.hpp"
#include "firmware-host/config.hpp"
#include "firmware-host/conversation_calls.hpp"
#include "firmware-host/reply_calls.hpp"
#include "firmware-host/switchboard.hpp"
#include "firmware-host/webhook_calls.hpp"
#include "scheduler/calendar.hpp"
#include "scheduler/number.hpp"
#include "store/thread_writer.hpp"
#include "web/account_door.hpp"
#include "web/door.hpp"

namespace bank::host {

/// What the HTTP API asks, answered by the book, the readers and the switchboard. Its calls come
/// from the server's threads; what must be on the I/O thread is posted there.
class ApiDoor final : public web::Door {
 public:
  using Figures = std::function<store::ThreadWriter::Figures()>;

  ApiDoor(modem::Loop& loop, const Clock& clock, Desk& desk, BookCalls& book, Figures figures,
          Switchboard& switchboard, const Config& config);

  /// The disk failed: from any thread.
  void disk_failed(const store::Failure& failure);
  /// Gives the store something to do, so that it is seen whether its thread turns, and a write as
  /// long as the disk is in trouble, so that it is seen when it is over. Call every `store_beat`,
  /// on the I/O thread.
  void beat();
  /// For the alarms; on the I/O thread.
  [[nodiscard]] DiskState disk_state();
  /// What else of the program grows, for `queues`; before requests come.
  void show_queues(std::function<std::vector<web::QueueFill>()> more) { more_ = std::move(more); }

  // web::Reading
  std::optional<scheduler::MessageView> message(scheduler::MessageId id) override;
  std::vector<scheduler::SubmissionView> submissions(scheduler::MessageId id) override;
  std::vector<scheduler::MessageView> messages(const scheduler::MessageFilter& filter,
                                               std::optional<scheduler::MessageId> before,
                                               std::size_t limit) override;
  std::optional<scheduler::Suppression> suppression(std::string_view number) override;
  std::optional<scheduler::BatchView> batch(scheduler::BatchId id) override;
  std::vector<scheduler::BatchView> batches(std::optional<scheduler::BatchId> before,
                                            std::size_t limit) override;
  std::vector<scheduler::Book::RejectedLine> rejections(scheduler::BatchId id, std::int64_t after,
                                                        std::size_t limit) override;
  std::vector<scheduler::InboundView> inbox(std::optional<scheduler::InboundId> after,
                                            std::size_t limit,
                                            const scheduler::InboxFilter& filter) override;
  std::optional<scheduler::InboundView> inbound(scheduler::InboundId id) override;
  std::vector<scheduler::ModemEventView> modem_events(std::string_view modem,
                                                      std::optional<std::int64_t> before,
                                                      std::size_t limit) override;
  std::vector<std::pair<scheduler::MessageState, std::int64_t>> counts() override;
  std::optional<scheduler::ApiKey> key(const web::KeyHash& hash) override;
  std::vector<scheduler::KeyUse> key_uses(scheduler::KeyId key, scheduler::WallTime since) override;

  // web::Door
  void accept(web::AcceptRequest request, web::Answered<web::Acceptance> answered) override;
  void receive(web::BatchPiece piece, web::Answered<std::monostate> answered) override;
  void complete(web::BatchEnd end, web::Answered<web::Acceptance> answered) override;
  void drop(std::shared_ptr<web::ReceivedBatch> batch) override;
  void change(scheduler::BatchId batch, web::BatchAction action, std::string by,
              web::Answered<scheduler::Book::BatchChange> answered) override;
  void cancel(scheduler::MessageId id, std::string by,
              web::Answered<scheduler::Book::CancelResult> answered) override;
  void requeue(scheduler::MessageId id, std::string by,
               web::Answered<scheduler::Book::RequeueResult> answered) override;
  void modem_action(std::string name, web::ModemAction action, std::string by,
                    web::Answered<web::ByModem<std::monostate>> answered) override;
  void ussd(std::string name, std::string code, std::string by,
            web::Answered<web::ByModem<at::UssdAnswer>> answered) override;
  void at_command(web::AtQuestion question,
                  web::Answered<web::ByModem<web::AtAnswer>> answered) override;
  void loop_back(web::LoopbackWanted wanted,
                 web::Answered<web::ByModem<web::LoopbackAsked>> answered) override;
  void dialogue(std::vector<web::DialogueWanted> wanted, std::size_t most,
                web::Answered<std::vector<web::ModemDialogue>> answered) override;
  void signal(std::string modem,
              web::Answered<web::ByModem<std::vector<web::SignalView>>> answered) override;
  void submissions_of(
      std::string modem,
      web::Answered<web::ByModem<std::vector<web::SubmissionsView>>> answered) override;
  void change_sim(web::SimChange change, std::string by,
                  web::Answered<web::SimChanged> answered) override;
  void key_used(scheduler::KeyId key, scheduler::WallTime at) override;
  scheduler::WallTime now() override;
  Result<std::string, std::string> normalise(std::string_view number) override;
  std::chrono::milliseconds default_validity() override;
  std::optional<int> largest_message(std::string_view pool,
                                     std::optional<scheduler::SimId> sim) override;
  std::optional<scheduler::SimId> sim_named(std::string_view name) override;
  bool pool_known(std::string_view name) override;
  std::vector<web::ModemView> modems() override;
  std::vector<web::SimView> sims() override;
  std::optional<web::Hold> hold_of(const scheduler::MessageView& message) override;
  web::DayView today() override;
  web::Metrics metrics() override;
  std::vector<web::QueueFill> queues() override;
  web::Health health() override;
  web::SettingsView settings() override;
  web::ConversationDoor& conversations() override { return conversations_; }
  web::ReplyDoor& replies() override { return replies_; }
  WebhookCalls& webhooks() override { return webhooks_; }
  web::AlarmDoor& alarms() override { return alarms_; }
  web::AuditDoor& audit() override { return audit_; }
  web::AccountDoor& accounts() override { return *accounts_; }
  web::KeyDoor& keys() override { return *keys_; }
  /// Before requests come.
  void attach(web::AccountDoor& accounts, web::KeyDoor& keys) {
    accounts_ = &accounts;
    keys_ = &keys;
  }

 private:
  void disk_is_well();
  /// Within a job: what a key with limits had accepted.
  void count(const web::Acceptance& acceptance, scheduler::KeyId key, scheduler::WallTime at);
  void drop_now(std::shared_ptr<web::ReceivedBatch> batch);
  /// What waits in these lanes may be sent.
  void open_lanes(std::vector<scheduler::Lane> lanes);

  modem::Loop& loop_;
  const Clock& clock_;
  Desk& desk_;
  BookCalls& book_;
  Figures figures_;  // of the writer
  std::function<std::vector<web::QueueFill>()> more_;
  std::atomic<std::size_t> drops_{0};  // batches that broke off and are not dropped yet
  Switchboard& switchboard_;
  const Config& config_;
  scheduler::NumberPolicy numbers_;
  scheduler::MonthClock region_clock_;
  ConversationCalls conversations_;
  ReplyCalls replies_;
  WebhookCalls webhooks_{desk_, book_};
  AlarmCalls alarms_{clock_, desk_, book_};
  AuditCalls audit_{book_};
  web::AccountDoor* accounts_ = nullptr;
  web::KeyDoor* keys_ = nullptr;
  std::shared_ptr<const std::string> disk_trouble_;  // atomically; null: none
  Complaint failures_;                               // what disk_trouble_ was
  std::atomic<bool> failure_logged_{false};          // and its end was not
  Complaint damage_;
  Complaint checkpoints_;
  std::atomic<std::chrono::steady_clock::time_point> store_moved_;
  std::atomic<bool> beating_{false};  // a beat is on its way
  std::uint64_t rounds_seen_ = 0;     // on the I/O thread
};

}  // namespace bank::host
