#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "store/database.hpp"

namespace bank::store {

/// How large the write-ahead log becomes, in octets.
struct LogLimits {
  std::uint64_t begin_at = 4ULL << 20;   // not yet looked at: a checkpoint is made
  std::uint64_t pause_at = 32ULL << 20;  // the writer stands still for the rest of a checkpoint
  /// Nothing more is committed until a checkpoint has gone well: the database's own file takes no
  /// writes, or another program reads in it without end.
  std::uint64_t most = 512ULL << 20;
  std::chrono::milliseconds retry{1000};  // after a checkpoint that failed

  /// Where the log ends as a rule: the writer goes on while most of it is moved.
  [[nodiscard]] constexpr std::uint64_t usual() const { return pause_at + 2 * begin_at; }
};

/// Moves what is in the write-ahead log into the database, on a connection and thread of its own,
/// so that a round of the writer does not wait for it. A log begins anew only when all of it was
/// moved, which a writer that never rests never lets happen: when the log is large, most of it is
/// moved while the writer goes on, and the writer stands still for the small rest.
class Checkpointer {
 public:
  static constexpr int most_passes = 4;  // before the pause, while more than begin_at is left
  static constexpr int most_looks = 16;  // of one pass, while another is at it

  /// Watches the commits of `writer`, which must outlive this.
  Checkpointer(Database& writer, const LogLimits& limits);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// The writer's: around each of its rounds. `round_begins` waits while it has to stand still, or
  /// says why nothing may be committed; then there is no round.
  [[nodiscard]] std::optional<Failure> round_begins();
  void round_ends();

  [[nodiscard]] std::uint64_t wal_bytes() const { return wal_bytes_.load(); }
  [[nodiscard]] std::uint64_t checkpoints() const { return checkpoints_.load(); }
  /// Why the last checkpoint failed; empty: it went well. What is in the log is safe either way.
  [[nodiscard]] std::string trouble() const;

 private:
  void committed(std::uint64_t pages);
  void run();
  void look_after_log();
  std::uint64_t move();
  void judge(std::uint64_t left);

  Database& writer_;
  Database own_;
  LogLimits limits_;
  std::uint64_t page_size_;
  std::uint64_t looked_at_ =
      0;  // the log's bytes when a checkpoint was last asked for; the writer's
  std::atomic<std::uint64_t> wal_bytes_{0};
  std::atomic<std::uint64_t> checkpoints_{0};
  std::atomic<bool> failing_{false};
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool wanted_ = false;             // guarded by mutex_
  bool in_round_ = false;           // guarded by mutex_
  bool pause_ = false;              // guarded by mutex_
  bool stopping_ = false;           // guarded by mutex_
  std::optional<Failure> trouble_;  // of the last checkpoint; guarded by mutex_
  std::optional<Failure> full_;     // the log may not grow any more; guarded by mutex_
  std::thread thread_;
};

}  // namespace bank::store
