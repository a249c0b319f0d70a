#pragma once

#include <microhttpd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <vector>

#include "web/connection.hpp"
#include "web/listen_socket.hpp"
#include "web/server.hpp"

namespace bank::web {

/// The inside of Server: libmicrohttpd's callbacks, a clock, and the counts.
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

  // --- server_request.cpp: one request, on the thread of its connection -------------------------
  MHD_Result on_request(MHD_Connection* connection, Connection& state, const char* url,
                        const char* method, const char* upload, std::size_t* upload_size);
  void on_completed(Connection& state);
  MHD_Result admit(MHD_Connection* connection, Connection& state, const char* url,
                   const char* method);
  MHD_Result take_body(Connection& state, std::string_view piece);
  MHD_Result take_upload(MHD_Connection* connection, Connection& state, std::string_view piece);
  void go_on(Connection& state);
  MHD_Result read_past(Connection& state, std::size_t octets);
  [[nodiscard]] bool wait_for(const std::shared_ptr<Pending>& answer);
  void forget(std::shared_ptr<Pending>& answer);
  MHD_Result run(MHD_Connection* connection, Connection& state);
  MHD_Result finish(MHD_Connection* connection, Connection& state);
  MHD_Result queue(MHD_Connection* connection, Connection& state, Response response);
  void drop_body(Connection& state);

  // --- server_clock.cpp: what takes too long ----------------------------------------------------
  void watch();
  void look(std::int64_t now_ms);
  void cut(Connection& state);
  void tell_refusal(Connection& state);
  void answer_overdue(Pending::Time now);
  void answer_all(const std::string& detail);

  ServerOptions options;
  Handler handler;
  std::vector<std::string> addresses;
  std::vector<MHD_Daemon*> daemons;

  std::mutex mutex;  // guards what follows down to the atomics
  std::condition_variable changed;
  std::unordered_set<Connection*> connections;
  std::unordered_set<std::shared_ptr<Pending>> pending;
  bool ending = false;  // nothing is suspended any more; the clock ends

  std::atomic<bool> stopping{false};
  std::atomic<int> arriving{0};  // accepted, not yet among the connections
  std::atomic<std::size_t> body_octets{0};
  std::atomic<std::size_t> answering{0};  // requests whose body is complete, until their last octet
  std::atomic<std::size_t> pending_count{0};
  std::atomic<std::uint64_t> connections_open{0};
  std::atomic<std::uint64_t> slow_clients{0};
  std::array<std::atomic<std::uint64_t>, 5> answers{};
  std::mutex stop_mutex;  // one stop at a time
  bool stopped = false;
  std::thread clock;
};

[[nodiscard]] inline std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace bank::web
