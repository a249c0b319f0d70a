#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace bank::host {

/// Does what takes its time, one after another, on a thread of its own: passwords cost tens of
/// milliseconds and 64 MiB each, on purpose.
class SlowThread {
 public:
  static constexpr std::size_t most_waiting = 16;

  SlowThread() : thread_([this] { run(); }) {}
  /// What waits is not done any more.
  ~SlowThread() { stop(); }
  SlowThread(const SlowThread&) = delete;
  SlowThread& operator=(const SlowThread&) = delete;

  /// From any thread. False: too much waits, or it has stopped.
  [[nodiscard]] bool submit(std::function<void()> job);
  [[nodiscard]] std::size_t waiting() const;
  /// Ends what is under way. Twice does nothing.
  void stop();

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  std::deque<std::function<void()>> jobs_;  // guarded by mutex_
  bool stopping_ = false;                   // the same
  std::thread thread_;
};

}  // namespace bank::host
