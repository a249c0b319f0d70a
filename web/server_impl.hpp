#pragma once

#include <microhttpd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>
#include <span>
#include <thread>
#include <unordered_set>
#include <vector>

#include "web/connection.hpp"
#include "web/listen_socket.hpp"
#include "web/server.hpp"
#include "web/streaming.hpp"

namespace bank::web {

/// One listen address.
struct Listener {
  Server::Impl* server;
  MHD_Daemon* daemon = nullptr;
  unsigned most = 0;    // connections
  unsigned open = 0;    // guarded by the server's mutex, as is the next
  unsigned cut = 0;     // of those: shut, and not cleaned up yet
  bool sleeps = false;  // the clock saw octets that nobody reads

  [[nodiscard]] unsigned staying() const { return open - cut; }
};

/// The inside of Server: libmicrohttpd's callbacks, a clock, and the counts.
///
/// What libmicrohttpd 0.9.75 asks for, and where it is kept:
///   no answer from within an upload              `take_body` and `take_upload` keep a refusal
///   suspended: no time-out, no disconnect seen   `Pending` and the clock end it
///   all resumed before MHD_stop_daemon           `ending`, `answer_all`
///   resumed by one thread, gone by another       `Pending` says how
///   a stream is suspended while it has nothing to give     `Streaming`, `watch_streams`
///   a chunked body goes on after a suspension    `on_request` leaves it where it is
///   an end that comes with octets is not seen   `look`
///   128 events at once are left lying         `wake`
///   an early answer ends the connection          `tell` first, so that the client can read it
struct Server::Impl {
  Impl(ServerOptions the_options, Handler the_handler);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// Errors  as Server::start.
  [[nodiscard]] Result<void, std::string> listen(const std::string& address);
  void start_clock();
  void stop(std::chrono::milliseconds patience);
  void hang_up();
  [[nodiscard]] std::vector<QueueFill> queues();

  // --- server_request.cpp: one request, on the thread of its connection -------------------------
  MHD_Result on_request(MHD_Connection* connection, Connection& state, const char* url,
                        const char* method, const char* version, const char* upload,
                        std::size_t* upload_size);
  void on_completed(Connection& state);
  MHD_Result admit(MHD_Connection* connection, Connection& state, const char* url,
                   const char* method, const char* version);
  void ask_handler(const RequestHead& head, Connection& state);
  MHD_Result take_body(Connection& state, std::string_view piece);
  MHD_Result take_upload(MHD_Connection* connection, Connection& state, std::string_view piece);
  [[nodiscard]] std::shared_ptr<Pending> pause_of(MHD_Connection* connection, Connection& state);
  void read_on(Connection& state);
  MHD_Result read_past(Connection& state, std::size_t octets);
  [[nodiscard]] bool wait_for(const std::shared_ptr<Pending>& answer);
  void leave(const std::shared_ptr<Pending>& answer);
  void forget(std::shared_ptr<Pending>& answer);
  MHD_Result run(MHD_Connection* connection, Connection& state);
  MHD_Result finish(MHD_Connection* connection, Connection& state);
  MHD_Result queue(MHD_Connection* connection, Connection& state, Response response);
  MHD_Result send(MHD_Connection* connection, Connection& state, const Response& response,
                  MHD_Response* answer);
  [[nodiscard]] MHD_Response* response_of(std::string body);
  void answered(Connection& state);
  void drop_body(Connection& state);
  void drop_upload(Connection& state);

  // --- server_stream.cpp: answers without an end ------------------------------------------------
  MHD_Result queue_stream(MHD_Connection* connection, Connection& state, Response response);
  void drop_stream(Connection& state);
  [[nodiscard]] ssize_t give(Streaming& to, std::span<char> room) noexcept;
  void watch_streams();
  void end_streams();

  // --- server_clock.cpp: what takes too long ----------------------------------------------------
  void watch();
  void look(std::int64_t now_ms);
  void make_room();
  void make_room(Listener& listener);
  [[nodiscard]] bool cut(Connection& state, const Response& told,
                         std::atomic<std::uint64_t>* counter = nullptr);
  void tell(Connection& state, const Response& refusal);
  void answer_overdue(Pending::Time now);
  void answer_all(const std::string& detail);

  ServerOptions options;
  Handler handler;
  std::vector<std::string> addresses;
  std::deque<Listener> listeners;

  std::mutex mutex;  // guards what follows down to the atomics
  std::condition_variable changed;
  std::unordered_set<Connection*> connections;
  std::unordered_set<std::shared_ptr<Pending>> pending;
  bool ending = false;   // nothing is suspended any more; the clock ends
  bool crowded = false;  // a listener is nearly full: the clock makes room

  std::atomic<bool> stopping{false};
  std::atomic<int> arriving{0};  // accepted, not yet among the connections
  std::atomic<std::size_t> body_octets{0};
  std::atomic<std::size_t> answer_octets{0};
  std::atomic<std::size_t> uploads{0};
  std::atomic<std::size_t> answering{0};  // requests whose body is complete, until their last octet
  std::atomic<std::size_t> pending_count{0};
  std::atomic<std::uint64_t> connections_open{0};
  std::atomic<std::uint64_t> slow_clients{0};
  std::atomic<std::uint64_t> crowded_out{0};
  std::array<std::atomic<std::uint64_t>, 5> answers{};
  std::mutex streams_mutex;  // guards the next three; never taken together with `mutex`
  std::condition_variable streams_changed;
  std::unordered_set<std::shared_ptr<Streaming>> streams;
  bool streams_ending = false;
  std::thread stream_clock;
  std::mutex stop_mutex;  // one stop at a time
  bool stopped = false;
  std::thread clock;
};

/// So many connections of a listener, and the clock makes room down to `roomy`.
[[nodiscard]] constexpr unsigned nearly_full(unsigned most) {
  return most - most / 8 - 1;
}
[[nodiscard]] constexpr unsigned roomy(unsigned most) {
  return most - most / 4 - 1;
}

[[nodiscard]] inline std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// What it does from now on may take so long, and not longer than until `latest`.
void may_take(Connection& state, std::chrono::milliseconds time,
              std::int64_t latest = std::numeric_limits<std::int64_t>::max());

}  // namespace bank::web
