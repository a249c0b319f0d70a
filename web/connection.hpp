#pragma once

#include <microhttpd.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "web/http.hpp"
#include "web/pending.hpp"

namespace bank::web {

struct Listener;
class Streaming;

/// One connection and the request it carries, one after the other. Touched by the one server thread
/// that owns the connection; what is atomic also by the clock and by whoever lets an upload go on.
struct Connection {
  /// What the clock may do when the deadline passes: close quietly, say 408 and close, close, or
  /// nothing (a suspended connection has a deadline of its own, its Pending's).
  enum class Phase { idle, reading, sending, waiting, cut };

  explicit Connection(MHD_Connection* connection);

  /// Another request begins; what was left of the one before is dropped.
  void begin(std::string_view uri);

  int fd = -1;
  Listener* listener = nullptr;  // that accepted it
  std::string peer;
  bool peer_is_loopback = false;
  std::atomic<Phase> phase{Phase::idle};
  std::atomic<std::chrono::steady_clock::time_point> since{};  // at what it does now
  std::atomic<std::int64_t> deadline_ms{0};                    // of the steady clock

  /// What of the client's lay unread when the clock looked, and since when the connection was at
  /// what it did.
  enum class Unread { nothing, octets, end };
  struct Sight {
    Unread unread = Unread::nothing;
    std::chrono::steady_clock::time_point since{};
    bool operator==(const Sight&) const = default;
  };
  Sight seen;

  std::string query;
  std::string accept;
  std::string content_encoding;
  std::atomic<bool> head_only{false};  // HEAD: no body in the answer
  bool changes = false;                // not GET, HEAD or OPTIONS
  bool admitted = false;               // the head was looked at
  bool counted = false;                // among the requests being answered
  std::optional<Response> refusal;
  Call call;
  std::unique_ptr<Upload> upload;
  std::int64_t upload_until_ms = 0;  // all of it, of the steady clock
  std::shared_ptr<Pending> paused;   // the upload wants no more for now
  std::atomic<bool> told{false};     // answered before the end of the body, past libmicrohttpd
  std::string body;
  std::size_t drained = 0;  // of a refused body, or after it was told so
  std::shared_ptr<Pending> pending;
  std::shared_ptr<Streaming> streaming;
};

}  // namespace bank::web
