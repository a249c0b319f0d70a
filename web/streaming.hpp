#pragma once

#include <microhttpd.h>

#include <memory>
#include <mutex>
#include <utility>

#include "web/connection.hpp"
#include "web/http.hpp"

namespace bank::web {

/// A Stream on its connection, which is suspended while there is nothing to give. The server's
/// thread that owns the connection asks the Stream while it is not suspended, the stream clock
/// while it is: one at a time, and the mutex hands it over.
///
/// Resuming happens under the mutex, which the server's thread takes to `close`: see Pending.
class Streaming {
 public:
  Streaming(MHD_Connection* the_connection, Connection& the_state, std::shared_ptr<Stream> source)
      : stream(std::move(source)), state(the_state), connection_(the_connection) {}

  /// By the server's thread. False: the server is stopping, so nothing is suspended any more.
  [[nodiscard]] bool suspend(const std::atomic<bool>& stopping) {
    const std::lock_guard lock(mutex_);
    if (stopping) return false;
    MHD_suspend_connection(connection_);
    suspended_ = true;
    return true;
  }

  /// By another thread: resumes it when `is_due` says so, which is asked while it is suspended.
  template <class Condition>
  void resume_if(Condition is_due) {
    const std::lock_guard lock(mutex_);
    if (!suspended_ || !is_due(*this)) return;
    suspended_ = false;
    MHD_resume_connection(connection_);
  }

  /// By the server's thread: the request has ended. Whoever resumed it is gone afterwards.
  void close() { const std::lock_guard lock(mutex_); }

  const std::shared_ptr<Stream> stream;
  Connection& state;          // outlives `close`
  bool is_abandoned = false;  // its client has gone away

 private:
  std::mutex mutex_;
  MHD_Connection* connection_;
  bool suspended_ = false;
};

}  // namespace bank::web
