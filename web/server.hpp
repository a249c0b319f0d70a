#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "at/result.hpp"
#include "web/http.hpp"
#include "web/metrics.hpp"

namespace bank::web {

using namespace std::chrono_literals;

struct ServerOptions {
  std::vector<std::string> listen = {"127.0.0.1:8080"};  // "[::1]:8080"; port 0: any free one
  std::chrono::milliseconds idle_timeout = 15s;          // a connection that says nothing is closed
  std::chrono::milliseconds request_time = 30s;  // from the first octet of a request to its last
  std::chrono::milliseconds answer_time = 60s;   // for a Reply; then 503, outcome not known
  std::chrono::milliseconds upload_pause = 30s;  // of an Upload: between two of its pieces
  std::chrono::milliseconds upload_time = 1h;    // and all of it
  std::size_t most_body = 1024 * 1024;           // more: 413
  std::size_t most_drained = 8 * 1024 * 1024;    // of a refused body, read past
  std::size_t upload_drained = 256 * 1024;  // of a refused Upload; a longer one is answered before
                                            // its end, and the connection ends
  std::size_t most_bodies = 64 * 1024 * 1024;    // octets of bodies being read at once; more: 503
  std::size_t most_answers = 256 * 1024 * 1024;  // octets of large answers being sent; more: 503
  std::size_t connection_memory = 16 * 1024;     // request line and headers; more: 431 (or 414)
  unsigned most_connections =
      8192;                         // of all listen addresses, in equal shares; others wait outside
  std::size_t most_pending = 4096;  // requests waiting for their Reply; more: 503. At most half of
                                    // most_connections
  std::size_t most_uploads = 16;    // bodies taken by an Upload at once; more: 503
  std::size_t most_streams = 256;   // answered with a Stream at once; more: 503. At most a quarter
                                    // of most_connections
  std::chrono::milliseconds stream_pause = 40ms;  // a Stream that had nothing is asked again
  std::chrono::milliseconds stream_stall = 60s;   // a client takes nothing; then its Stream ends
  int stream_buffer = 64 * 1024;  // octets of a Stream that the kernel keeps for its client
  unsigned threads = 2;           // for each listen address
};

/// What the server counted since its start.
struct ServerCounts {
  std::uint64_t connections_open;
  std::uint64_t requests_pending;
  std::uint64_t answers[5];  // by first digit of the status, 1xx first
  std::uint64_t slow_clients_total;
  std::uint64_t crowded_out_total;  // connections closed to make room for others
  std::vector<QueueFill> queues{};  // as they are now
};

/// HTTP/1.1 over libmicrohttpd. Requests that wait for a Reply hold a connection and nothing else,
/// so thousands can share one sync of the disk.
class Server {
 public:
  /// Listens, and calls `handler` from its own threads until `stop`.
  ///
  /// Errors  one line for the person who wrote the configuration: which address, what is wrong,
  ///         what to do (address in use, no permission, not an address).
  [[nodiscard]] static Result<std::unique_ptr<Server>, std::string> start(ServerOptions options,
                                                                          Handler handler);
  /// Stops at once, if `stop` was not called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// "127.0.0.1:45321", in the order of `listen`, with the ports that were given.
  [[nodiscard]] std::vector<std::string> addresses() const;
  [[nodiscard]] ServerCounts counts() const;

  /// Takes no new connections (closed at once) and no new requests (503), waits at most `patience`
  /// for the Replies that are due, answers the others with 503, and ends its threads. Replies that
  /// come later are ignored. Blocks; not from a thread of the server. Twice does nothing.
  void stop(std::chrono::milliseconds patience = 5s);

  struct Impl;  // server_impl.hpp: for the callbacks of libmicrohttpd alone

 private:
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace bank::web
