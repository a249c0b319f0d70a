#pragma once

#include <microhttpd.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "web/http.hpp"
#include "web/pending.hpp"

namespace bank::web {

/// One connection and the request it carries, one after the other. Touched by the one server thread
/// that owns the connection; `phase` and `deadline_ms` also by the clock.
struct Connection {
  /// What the clock may do when the deadline passes: close quietly, say 408 and close, close, or
  /// nothing (the answer's own deadline runs elsewhere).
  enum class Phase { idle, reading, sending, waiting, cut };

  explicit Connection(MHD_Connection* connection);

  /// Another request begins; what was left of the one before is dropped.
  void begin(std::string_view uri);

  int fd = -1;
  std::string peer;
  bool peer_is_loopback = false;
  std::atomic<Phase> phase{Phase::idle};
  std::atomic<std::int64_t> deadline_ms{0};  // of the steady clock

  std::string query;
  bool admitted = false;  // the head was looked at
  bool counted = false;   // among the requests being answered
  std::optional<Response> refusal;
  Call call;
  std::unique_ptr<Upload> upload;
  std::int64_t upload_until_ms = 0;  // all of it, of the steady clock
  std::shared_ptr<Pending> paused;   // the upload wants no more for now
  std::atomic<bool> told{false};     // refused before the end of the body, past libmicrohttpd
  std::string body;
  std::size_t drained = 0;
  std::shared_ptr<Pending> pending;
};

}  // namespace bank::web
