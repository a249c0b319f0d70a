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
/// so that a round of the writer does not wait for it. A log begins anew only when all of it was
/// moved, which a writer that never rests never lets happen: when the log is large, most of it is
/// moved while the writer goes on, and the writer stands still for the small rest.
class Checkpointer {
 public:
  static constexpr std::uint64_t begin_at_bytes = 4ULL << 20;  // of log not yet looked at
  static constexpr std::uint64_t pause_at_bytes = 32ULL << 20;
  /// Where the log ends as a rule: the writer goes on while most of it is moved.
  static constexpr std::uint64_t log_bytes = pause_at_bytes + 2 * begin_at_bytes;
  static constexpr int most_passes = 4;  // before the pause, while more than begin_at_bytes is left

  /// Watches the commits of `writer`, which must outlive this.
  explicit Checkpointer(Database& writer);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// The writer's: around each of its rounds. `round_begins` waits while it has to stand still.
  void round_begins();
  void round_ends();

  [[nodiscard]] std::uint64_t wal_bytes() const { return wal_bytes_.load(); }
  [[nodiscard]] std::uint64_t checkpoints() const { return checkpoints_.load(); }

 private:
  void committed(std::uint64_t pages);
  void run();
  std::uint64_t move();

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
  bool in_round_ = false;  // guarded by mutex_
  bool pause_ = false;     // guarded by mutex_
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace bank::store
