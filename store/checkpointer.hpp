#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <thread>

#include "store/database.hpp"

namespace bank::store {

/// Moves what is in the write-ahead log into the database, on a connection and thread of its own,
/// so that a round of the writer never waits for it. The log is worked off while the writer goes on
/// (PASSIVE); only when the writer has been ahead for so long that the log is large is it held for
/// a moment so that the log begins anew (RESTART).
class Checkpointer {
 public:
  static constexpr std::uint64_t begin_at_bytes = 4ULL << 20;  // of log not yet looked at
  static constexpr std::uint64_t restart_at_bytes = 64ULL << 20;
  static constexpr int restart_patience_ms = 50;  // the longest the writer is held for readers

  /// Watches the commits of `writer`, which must outlive this.
  explicit Checkpointer(Database& writer);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  [[nodiscard]] std::uint64_t wal_bytes() const { return wal_bytes_.load(); }
  [[nodiscard]] std::uint64_t checkpoints() const { return checkpoints_.load(); }

 private:
  void committed(std::uint64_t pages);
  void run();

  Database& writer_;
  Database own_;
  std::uint64_t page_size_;
  std::uint64_t looked_at_ =
      0;  // the log's bytes when a checkpoint was last asked for; the writer's
  std::atomic<std::uint64_t> wal_bytes_{0};
  std::atomic<std::uint64_t> checkpoints_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool wanted_ = false;    // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace bank::store
