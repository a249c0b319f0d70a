#include "web/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "web/problem.hpp"
#include "web/server_impl.hpp"

namespace bank::web {

namespace {

// libmicrohttpd's callbacks; nothing may be thrown through it.

MHD_Result request_entry(void* self, MHD_Connection* connection, const char* url,
                         const char* method, const char* version, const char* upload,
                         size_t* upload_size, void** request) noexcept {
  auto* impl = static_cast<Server::Impl*>(self);
  auto* state = static_cast<Connection*>(*request);
  if (state == nullptr) return MHD_NO;
  return impl->on_request(connection, *state, url, method, version, upload, upload_size);
}

/// The request line is there: the request begins, and so does its time.
void* uri_entry(void* self, const char* uri, MHD_Connection* connection) noexcept {
  auto* impl = static_cast<Server::Impl*>(self);
  const auto* info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  if (info == nullptr || info->socket_context == nullptr) return nullptr;
  auto* state = static_cast<Connection*>(info->socket_context);
  impl->drop_body(*state);
  impl->drop_upload(*state);
  state->begin(uri);
  // Ours is copied. libmicrohttpd would make a record of each part of its own, and 0.9.75 neither
  // answers nor reads on when they do not fit into the memory of a connection.
  if (const char* mark = std::strchr(uri, '?')) const_cast<char*>(mark)[1] = '\0';
  may_take(*state, impl->options.request_time);
  auto idle = Connection::Phase::idle;
  state->phase.compare_exchange_strong(idle, Connection::Phase::reading);
  return state;
}

void completed_entry(void* self, MHD_Connection* /*connection*/, void** request,
                     MHD_RequestTerminationCode /*why*/) noexcept {
  if (*request == nullptr) return;
  static_cast<Server::Impl*>(self)->on_completed(*static_cast<Connection*>(*request));
  *request = nullptr;
}

/// A stopping server takes nobody new. Not by MHD_quiesce_daemon: in 0.9.75 it races with its own
/// busy workers for the listening socket, and whoever is second aborts the program ("Failed to
/// remove listen FD from epoll set").
MHD_Result accept_entry(void* self, const sockaddr* /*peer*/, socklen_t /*length*/) noexcept {
  auto* impl = static_cast<Server::Impl*>(self);
  ++impl->arriving;  // before the look: `hang_up` sees either this one or its refusal
  if (!impl->stopping) return MHD_YES;
  --impl->arriving;
  return MHD_NO;
}

void connection_entry(void* self, MHD_Connection* connection, void** context,
                      MHD_ConnectionNotificationCode what) noexcept {
  auto* listener = static_cast<Listener*>(self);
  auto* impl = listener->server;
  if (what == MHD_CONNECTION_NOTIFY_STARTED) {
    auto state = std::make_unique<Connection>(connection);
    state->listener = listener;
    may_take(*state, impl->options.idle_timeout);
    const std::lock_guard lock(impl->mutex);
    impl->connections.insert(state.get());
    ++impl->connections_open;
    --impl->arriving;
    *context = state.release();
    ++listener->open;
    if (listener->staying() > nearly_full(listener->most)) {
      impl->crowded = true;
      impl->changed.notify_all();
    }
    return;
  }
  const std::unique_ptr<Connection> state(static_cast<Connection*>(*context));
  *context = nullptr;
  if (!state) return;
  impl->drop_body(*state);
  impl->drop_upload(*state);
  impl->drop_stream(*state);
  const std::lock_guard lock(impl->mutex);  // from here on the clock does not know its socket
  impl->connections.erase(state.get());
  --impl->connections_open;
  --listener->open;
  if (state->phase == Connection::Phase::cut) --listener->cut;
  if (impl->stopping) impl->changed.notify_all();
}

/// Paths are decoded by the routes, step by step, so that %2F is no slash.
size_t leave_escaped(void* /*self*/, MHD_Connection* /*connection*/, char* text) noexcept {
  return std::strlen(text);
}

}  // namespace

Server::Impl::Impl(ServerOptions the_options, Handler the_handler)
    : options(std::move(the_options)), handler(std::move(the_handler)) {
  // Who waits for the disk cannot be sent away: there must be room for others beside them.
  options.most_pending =
      std::clamp<std::size_t>(options.most_pending, 1, std::max(1U, options.most_connections / 2));
  options.most_streams =
      std::clamp<std::size_t>(options.most_streams, 1, std::max(1U, options.most_connections / 4));
}

std::vector<QueueFill> Server::Impl::queues() {
  std::uint64_t most = 0;
  for (const Listener& listener : listeners) most += listener.most;
  const std::lock_guard lock(streams_mutex);
  return {{"http_connections", connections_open, most},
          {"http_streams", streams.size(), options.most_streams},
          {"http_requests", pending_count, options.most_pending},
          {"http_uploads", uploads, options.most_uploads},
          {"http_body_octets", body_octets, options.most_bodies},
          {"http_answer_octets", answer_octets, options.most_answers}};
}

Server::Impl::~Impl() {
  stop(std::chrono::milliseconds{0});
}

Result<void, std::string> Server::Impl::listen(const std::string& address) {
  auto socket = ListenSocket::open(address);
  if (!socket) return unexpected(std::move(socket.error()));
  // Ours is exact; libmicrohttpd's counts whole seconds and stays behind it.
  const auto longest = std::max(
      {options.idle_timeout, options.request_time, options.upload_pause, options.stream_stall});
  const auto timeout = std::chrono::ceil<std::chrono::seconds>(longest) + std::chrono::seconds{1};
  auto& listener = listeners.emplace_back(Listener{.server = this});
  listener.most = std::max(options.most_connections / static_cast<unsigned>(options.listen.size()),
                           options.threads);
  unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
  if (socket->ipv6()) flags |= MHD_USE_IPv6;
  listener.daemon =
      MHD_start_daemon(flags, 0, &accept_entry, this, &request_entry, this,                    //
                       MHD_OPTION_LISTEN_SOCKET, socket->fd(),                                 //
                       MHD_OPTION_THREAD_POOL_SIZE, options.threads,                           //
                       MHD_OPTION_CONNECTION_LIMIT, listener.most,                             //
                       MHD_OPTION_CONNECTION_TIMEOUT, static_cast<unsigned>(timeout.count()),  //
                       MHD_OPTION_CONNECTION_MEMORY_LIMIT, options.connection_memory,          //
                       MHD_OPTION_URI_LOG_CALLBACK, &uri_entry, this,                          //
                       MHD_OPTION_NOTIFY_COMPLETED, &completed_entry, this,                    //
                       MHD_OPTION_NOTIFY_CONNECTION, &connection_entry, &listener,             //
                       MHD_OPTION_UNESCAPE_CALLBACK, &leave_escaped, nullptr,                  //
                       MHD_OPTION_END);
  if (listener.daemon == nullptr) {
    listeners.pop_back();
    return unexpected(
        fmt::format("cannot serve on {}: {}; check the limits of threads and open "
                    "files",
                    address, std::generic_category().message(errno)));
  }
  socket->release();  // closed by MHD_stop_daemon
  addresses.push_back(socket->address());
  return {};
}

void Server::Impl::start_clock() {
  clock = std::thread([this] { watch(); });
  stream_clock = std::thread([this] { watch_streams(); });
}

void Server::Impl::stop(std::chrono::milliseconds patience) {
  const std::lock_guard once(stop_mutex);
  if (std::exchange(stopped, true)) return;
  stopping = true;
  end_streams();
  const auto idle = [this] { return answering == 0; };
  {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, patience, idle);
    ending = true;  // whatever is still to be suspended is answered instead
  }
  changed.notify_all();
  answer_all(
      "the program is stopping; whether this was done is not known yet: ask again in a "
      "minute, or repeat it with the same Idempotency-Key");
  {
    constexpr std::chrono::seconds to_write_the_last_answers{1};
    std::unique_lock lock(mutex);
    changed.wait_for(lock, to_write_the_last_answers, idle);
  }
  hang_up();
  for (const auto& listener : listeners) MHD_stop_daemon(listener.daemon);
  listeners.clear();
  if (clock.joinable()) clock.join();
}

/// Ends all connections before their threads are told to end: libmicrohttpd 0.9.75 reads a null
/// pointer when it refuses a malformed request while it is being stopped (MHD_queue_response takes
/// nothing then, transmit_error_response goes on as if it had).
void Server::Impl::hang_up() {
  constexpr int most_rounds = 200;  // 10 ms each
  const auto all_gone = [this] { return connections.empty() && arriving == 0; };
  const auto told = unavailable(
      "the program is stopping, and nothing of it is kept: send it again in a minute", 5);
  std::unique_lock lock(mutex);
  for (int round = 0; round < most_rounds && !all_gone(); ++round) {
    for (auto* state : connections) {
      if (!cut(*state, told)) ::shutdown(state->fd, SHUT_RDWR);
    }
    changed.wait_for(lock, std::chrono::milliseconds{10}, all_gone);
  }
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>, std::string> Server::start(ServerOptions options, Handler handler) {
  auto impl = std::make_unique<Impl>(std::move(options), std::move(handler));
  for (const auto& address : impl->options.listen) {
    if (auto listening = impl->listen(address); !listening) {
      return unexpected(std::move(listening.error()));
    }
  }
  impl->start_clock();
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::vector<std::string> Server::addresses() const {
  return impl_->addresses;
}

ServerCounts Server::counts() const {
  ServerCounts counts{.connections_open = impl_->connections_open,
                      .requests_pending = impl_->pending_count,
                      .answers = {},
                      .slow_clients_total = impl_->slow_clients,
                      .crowded_out_total = impl_->crowded_out,
                      .queues = impl_->queues()};
  std::copy(impl_->answers.begin(), impl_->answers.end(), counts.answers);
  return counts;
}

void Server::stop(std::chrono::milliseconds patience) {
  impl_->stop(patience);
}

}  // namespace bank::web
