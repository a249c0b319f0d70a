#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "modem/loop.hpp"
#include "scheduler/book.hpp"
#include "scheduler/records.hpp"
#include "store/writer.hpp"

namespace bank::host {

/// The way from the I/O thread to the book and back: work runs inside the writer's transaction, its
/// result comes back to the I/O thread after the commit is synced, in the order of commits.
///
/// What is asked within one event goes to the writer together: the end of one part and the begin of
/// the next share a round, and so cost the modem one sync and not two.
class Desk {
 public:
  /// Answers that the I/O thread has not heard yet. The API gives the book nothing more to do then:
  /// it would be answered, too.
  static constexpr std::size_t most_untold = 16'384;

  /// Without records nobody notes who changed what.
  Desk(modem::Loop& loop, store::Writer& writer, scheduler::Book& book,
       scheduler::Records* records = nullptr)
      : loop_(loop), writer_(writer), book_(book), records_(records) {
    writer_.after_rounds([this] { round_answered(); });
  }

  /// Within `work`, of whoever asks: a change is noted in its own transaction.
  void note(const scheduler::AuditEntry& entry, scheduler::WallTime at) {
    if (records_ != nullptr) records_->audit.note(entry, at);
  }
  /// The same for what a key with limits had accepted.
  void count(scheduler::KeyId key, std::int64_t accepted, scheduler::WallTime at) {
    if (records_ != nullptr) records_->key_uses.add(key, accepted, at);
  }
  /// The same for what retention takes; nothing is left to take when fewer than `limit` went.
  std::size_t prune_audit(scheduler::WallTime before, std::size_t limit) {
    return records_ != nullptr ? records_->audit.prune(before, limit) : 0;
  }

  /// `work(Book&)` gives a value; `done(optional<value>)` gets it on the I/O thread, or nothing
  /// when the commit failed. Only on the I/O thread.
  template <class Work, class Done>
  void ask(Work work, Done done) {
    using Value = std::invoke_result_t<Work, scheduler::Book&>;
    auto result = std::make_shared<std::optional<Value>>();
    auto after = std::make_shared<Done>(std::move(done));
    if (jobs_.empty()) loop_.post([this] { flush(); });
    jobs_.push_back({[this, result, work = std::move(work)]() mutable { *result = work(book_); },
                     [this, result, after](const std::optional<store::Failure>& failure) {
                       if (failure) {
                         result->reset();
                         if (on_failure) on_failure(*failure);
                       }
                       tell([result, after] { (*after)(std::move(*result)); });
                     }});
    refused_.push_back([after] { (*after)(std::optional<Value>{}); });
  }

  /// On the store's thread, while a commit is answered that others asked for: runs on the I/O
  /// thread, in the order of commits. What one round has to tell gets there together, for the price
  /// of one wake.
  void tell(std::function<void()> what) {
    const std::lock_guard lock(mutex_);
    answers_.push_back(std::move(what));
    untold_ = answers_.size();
  }
  /// From any thread.
  [[nodiscard]] std::size_t untold() const { return untold_; }

  /// Told on the store's thread of every commit that failed.
  std::function<void(const store::Failure&)> on_failure;

 private:
  /// On the store's thread.
  void round_answered() {
    const std::lock_guard lock(mutex_);
    if (answers_.empty() || std::exchange(posted_, true)) return;
    loop_.post([this] { tell_all(); });
  }

  void tell_all() {
    std::vector<std::function<void()>> answers;
    {
      const std::lock_guard lock(mutex_);
      answers.swap(answers_);
      untold_ = 0;
      posted_ = false;
    }
    for (const auto& one : answers) one();
  }

  void flush() {
    const auto refused = std::exchange(refused_, {});
    if (writer_.submit_all(std::exchange(jobs_, {}))) return;
    for (const auto& tell : refused) tell();
  }

  modem::Loop& loop_;
  store::Writer& writer_;
  scheduler::Book& book_;
  scheduler::Records* records_;
  std::vector<store::Job> jobs_;
  std::vector<std::function<void()>> refused_;
  std::mutex mutex_;
  std::vector<std::function<void()>> answers_;  // committed, and not yet told; guarded by mutex_
  std::atomic<std::size_t> untold_{0};          // of them
  bool posted_ = false;                         // tell_all is on its way; guarded by mutex_
};

}  // namespace bank::host
