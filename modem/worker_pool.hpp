#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace bank::modem {

/// Threads for what the kernel may block on: opening, closing and changing serial lines. A modem
/// that no longer answers control requests holds its thread for up to 36 s, so threads are started
/// as they are needed, up to `most_threads`, and kept.
class WorkerPool {
 public:
  using Job = std::function<void()>;  // must not throw

  static constexpr std::size_t default_threads = 8;
  static constexpr std::size_t most_waiting = 2048;  // jobs; two for each of 1,024 ports

  explicit WorkerPool(std::size_t most_threads = default_threads);
  /// Runs what still waits (a line must be closed), then joins.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False, and the job is not taken, when `most_waiting` jobs wait already.
  [[nodiscard]] bool try_post(Job job);
  /// For work that may not be refused: closing what `try_post` opened, which bounds it.
  void post(Job job);
  [[nodiscard]] std::size_t waiting() const;

 private:
  void add_locked(Job job);
  void work();

  const std::size_t most_threads_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> waiting_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace bank::modem
