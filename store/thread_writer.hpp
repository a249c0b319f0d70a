#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "store/checkpointer.hpp"
#include "store/database.hpp"
#include "store/writer.hpp"

namespace bank::store {

/// The writer of the running program: one thread that takes all jobs that wait, runs them in one
/// transaction, commits (and thereby syncs) once, and answers all of them.
///
/// A job whose `work` throws harms only itself: the round is rolled back and its jobs run again,
/// each inside a savepoint of its own. So does one that meets a part of the file that is damaged or
/// cannot be read. A disk that fails fails the round; the next round tries again, so that the
/// writer is well when the disk is.
class ThreadWriter final : public Writer {
 public:
  static constexpr std::size_t most_waiting = 16'384;  // jobs; beyond, `submit` says no
  static constexpr std::size_t most_in_round = 1'024;  // jobs; bounds the size of a transaction

  /// The connection belongs to the writer's thread from here until `stop` returned. For a database
  /// in a file, checkpoints are made aside on a connection and thread of their own.
  explicit ThreadWriter(Database& database, const LogLimits& limits = {});
  /// Stops.
  ~ThreadWriter() override;

  [[nodiscard]] bool submit(Job job) override;
  [[nodiscard]] bool submit_all(std::vector<Job> jobs) override;
  void after_rounds(std::function<void()> then) override;

  /// Takes nothing new, finishes and answers what waits, then returns. May be called again; not
  /// from the writer's own thread.
  void stop();

  struct Figures {
    std::uint64_t jobs;           // answered, well or not
    std::uint64_t rounds;         // transactions begun for a round
    std::uint64_t failed_rounds;  // that did not commit
    std::size_t waiting;          // jobs in the queue now
    std::uint64_t refused;        // jobs not taken because the queue was full
    std::uint64_t wal_bytes;      // size of the write-ahead log when last looked at
    std::uint64_t checkpoints;
    std::string checkpoint_trouble;  // why the last one failed; empty: it went well
  };
  [[nodiscard]] Figures figures() const;

 private:
  void run();
  std::vector<std::optional<Failure>> commit(std::vector<Job>& round);

  Database& database_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> waiting_;  // guarded by mutex_
  bool stopping_ = false;    // guarded by mutex_
  std::function<void()> after_round_;
  std::atomic<std::uint64_t> jobs_{0};
  std::atomic<std::uint64_t> rounds_{0};
  std::atomic<std::uint64_t> failed_rounds_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::unique_ptr<Checkpointer> checkpointer_;  // none for a database in memory
  std::thread thread_;
};

}  // namespace bank::store
