#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace bank::web {

/// What stands before a request's body. The views live until the request is answered.
struct RequestHead {
  std::string_view method;  // "GET", …
  std::string_view path;    // as sent, percent signs and all, without the query
  std::string_view query;   // as sent, after '?'; may be empty
  std::string_view authorization;
  std::string_view cookies;     // the header Cookie
  std::string_view csrf_token;  // the header X-CSRF-Token
  std::string_view user_agent;
  std::string_view content_type;
  std::string_view content_encoding;  // all of them, as one list
  std::string_view accept;            // all of them, as one list
  std::string_view accept_encoding;
  std::string_view if_none_match;
  std::string_view idempotency_key;
  std::string_view last_event_id;  // where a stream of events was broken off; may be empty
  std::optional<std::uint64_t> content_length;  // nothing: no body, or chunked
  std::string_view peer;                        // the client's address, without its port
  bool peer_is_loopback = false;
};

/// An answer that has no length: octets come as long as there are some to give, and the connection
/// ends with it. Called by one thread at a time; must not wait. A client that does not take what it
/// is given is asked for nothing more, and its connection ends after ServerOptions::stream_stall.
class Stream {
 public:
  using Time = std::chrono::steady_clock::time_point;
  virtual ~Stream() = default;
  /// Whether `give` has something to give, or to see to. Asked every ServerOptions::stream_pause
  /// while there was nothing.
  [[nodiscard]] virtual bool is_due(Time now) = 0;
  /// Writes octets into `room` and says how many; 0: none for now; nothing: that was all.
  [[nodiscard]] virtual std::optional<std::size_t> give(std::span<char> room, Time now) = 0;
};

struct Response {
  int status = 200;
  std::string body;  // empty: no Content-Type is sent
  std::string_view content_type = "application/json";
  std::vector<std::pair<std::string_view, std::string>> headers = {};
  std::shared_ptr<Stream> stream = {};  // instead of a body
};

/// Makes the answer, on a thread of the server; may read the database, may not wait.
using Finish = std::function<Response()>;
/// Answers a request later; from any thread, any number of times: the first one counts.
using Reply = std::function<void(Finish)>;

/// What is left to do once the whole body is there: an answer at once, or none, and then `reply` is
/// called later, by whoever was asked.
using Call = std::function<std::optional<Response>(std::string body, Reply reply)>;

/// A body of any length, taken as it comes. Called by one thread at a time. One that ends without
/// `finish` was broken off: by the client, by a deadline, or because the program stops.
class Upload {
 public:
  virtual ~Upload() = default;
  enum class Next {
    more,   // read on
    pause,  // read on when `go_on` was called: from any thread, also before `take` returns
    refuse  // the rest is not wanted: `finish` says why, at once
  };
  /// Takes all of a piece; must not wait.
  [[nodiscard]] virtual Next take(std::string_view piece, std::function<void()> go_on) = 0;
  /// The body is complete, or was refused. As a Call.
  [[nodiscard]] virtual std::optional<Response> finish(Reply reply) = 0;
};

/// A refusal, or who takes the body.
using Admission = std::variant<Response, Call, std::unique_ptr<Upload>>;

/// Looks at the head of a request and refuses it, or says what to do with its body. Called from
/// several threads at once; must not wait. A refusal is answered after the body was read past, so
/// that the connection can be used again, or, where the body is longer than that is worth, at once.
using Handler = std::function<Admission(const RequestHead&)>;

}  // namespace bank::web
