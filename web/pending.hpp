#pragma once

#include <microhttpd.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "web/http.hpp"

namespace bank::web {

/// One request between its handler and its answer, or an upload between a piece and the next. The
/// handler's Reply may come before the connection is suspended, after it, or never; `stop` and the
/// clock may answer first. Whoever is first counts, and whoever answers a suspended connection
/// resumes it.
///
/// Resuming happens under the mutex: the server's thread takes it to `close`, so that neither a
/// connection nor a stopping server can be gone while another thread is still inside
/// libmicrohttpd's resume. It fetches the answer without the mutex: it is woken from within resume,
/// and would wait for the one who woke it.
class Pending {
 public:
  using Time = std::chrono::steady_clock::time_point;
  /// Called with the answer by the thread that gives it, before a suspended connection is resumed.
  using BeforeResume = std::function<void(const Finish&)>;

  explicit Pending(MHD_Connection* connection, BeforeResume before_resume = nullptr)
      : connection_(connection), before_resume_(std::move(before_resume)) {}

  /// From any thread.
  void answer(Finish finish) {
    const std::lock_guard lock(mutex_);
    if (done_) return;
    finish_ = std::move(finish);
    done_ = true;
    if (!suspended_) return;
    if (before_resume_) before_resume_(finish_);
    MHD_resume_connection(connection_);
  }

  /// The handler answered by itself: whatever comes through its Reply is too late.
  void close() {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }

  /// False: it is answered already, go on at once.
  [[nodiscard]] bool suspend(Time until) {
    const std::lock_guard lock(mutex_);
    if (done_) return false;
    MHD_suspend_connection(connection_);
    suspended_ = true;
    until_ = until;
    return true;
  }

  [[nodiscard]] bool is_answered() {
    const std::lock_guard lock(mutex_);
    return done_;
  }

  [[nodiscard]] bool overdue(Time now) {
    const std::lock_guard lock(mutex_);
    return suspended_ && !done_ && now >= until_;
  }

  /// The answer, on the server's thread, after it was resumed or found answered.
  [[nodiscard]] Finish take() { return done_ ? std::move(finish_) : Finish(); }

 private:
  std::mutex mutex_;
  MHD_Connection* connection_;
  BeforeResume before_resume_;
  std::atomic<bool> done_ = false;  // set after finish_, which nobody changes from then on
  bool suspended_ = false;
  Time until_{};
  Finish finish_;
};

}  // namespace bank::web
