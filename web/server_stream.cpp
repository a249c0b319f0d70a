#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "web/problem.hpp"
#include "web/server_impl.hpp"

namespace bank::web {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t piece = 4096;   // octets; one chunk
constexpr auto probe_every = 1000ms;  // whether clients of suspended streams are still there

struct Seat {
  Server::Impl* server;
  std::shared_ptr<Streaming> streaming;
};

// libmicrohttpd's callbacks. It asks for more when the client's socket has taken what it was given.

ssize_t read_entry(void* self, std::uint64_t /*position*/, char* to, std::size_t room) noexcept {
  auto* seat = static_cast<Seat*>(self);
  return seat->server->give(*seat->streaming, {to, room});
}

void free_entry(void* self) noexcept {
  const std::unique_ptr<Seat> seat(static_cast<Seat*>(self));
}

ssize_t nothing_entry(void* /*self*/, std::uint64_t, char* /*to*/, std::size_t) noexcept {
  return MHD_CONTENT_READER_END_OF_STREAM;
}

ssize_t octets_of(Stream& stream, std::span<char> room) {
  const auto given = stream.give(room, std::chrono::steady_clock::now());
  return given ? static_cast<ssize_t>(*given) : MHD_CONTENT_READER_END_OF_STREAM;
}

/// The client has closed its side, or cannot be reached. A suspended connection is seen by nobody
/// else.
bool has_gone(int fd) {
  pollfd one{fd, POLLRDHUP, 0};
  return ::poll(&one, 1, 0) > 0;
}

/// What the kernel keeps for a client that does not read, and how long for one that does not
/// answer.
void bound(int fd, int octets, std::chrono::milliseconds stall) {
  const auto patience = static_cast<unsigned>(stall.count());
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &octets, sizeof octets);
  ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience, sizeof patience);
}

/// False: the clock has ended it.
bool change(Connection& state, Connection::Phase to) {
  auto before = state.phase.load();
  while (before != Connection::Phase::cut) {
    if (state.phase.compare_exchange_weak(before, to)) return true;
  }
  return false;
}

}  // namespace

MHD_Result Server::Impl::queue_stream(MHD_Connection* connection, Connection& state,
                                      Response response) {
  auto streaming = std::make_shared<Streaming>(connection, state, std::move(response.stream));
  auto seat = std::make_unique<Seat>(Seat{this, streaming});
  response.headers.emplace_back(MHD_HTTP_HEADER_CONNECTION, "close");
  if (state.head_only) {
    auto* answer = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, piece, &nothing_entry,
                                                     nullptr, nullptr);
    if (answer == nullptr) return MHD_NO;
    // In chunks, libmicrohttpd 0.9.75 sends the last one after a HEAD too.
    MHD_set_response_options(answer, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
    return send(connection, state, response, answer);
  }
  {
    const std::lock_guard lock(streams_mutex);
    if (streams.size() < options.most_streams) {
      streams.insert(streaming);
      state.streaming = std::move(streaming);
    }
  }
  if (!state.streaming) {
    return queue(connection, state,
                 unavailable("too many clients listen already; end one, or try again", 5));
  }
  streams_changed.notify_all();
  auto* answer = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, piece, &read_entry, seat.get(),
                                                   &free_entry);
  if (answer == nullptr) return MHD_NO;
  seat.release();
  bound(state.fd, options.stream_buffer, options.stream_stall);
  answered(state);
  return send(connection, state, response, answer);
}

void Server::Impl::drop_stream(Connection& state) {
  const auto gone = std::exchange(state.streaming, nullptr);
  if (!gone) return;
  {
    const std::lock_guard lock(streams_mutex);
    streams.erase(gone);
    if (streams.empty()) streams_changed.notify_all();
  }
  gone->close();
}

ssize_t Server::Impl::give(Streaming& to, std::span<char> room) noexcept {
  try {
    if (to.is_abandoned) return MHD_CONTENT_READER_END_WITH_ERROR;
    const auto octets = stopping ? MHD_CONTENT_READER_END_OF_STREAM : octets_of(*to.stream, room);
    if (octets == 0) {
      if (!change(to.state, Connection::Phase::waiting)) return MHD_CONTENT_READER_END_WITH_ERROR;
      if (to.suspend(stopping)) return 0;
    }
    may_take(to.state, options.stream_stall);
    if (!change(to.state, Connection::Phase::sending)) return MHD_CONTENT_READER_END_WITH_ERROR;
    return octets == 0 ? MHD_CONTENT_READER_END_OF_STREAM : octets;
  } catch (const std::exception&) {
    return MHD_CONTENT_READER_END_WITH_ERROR;
  }
}

/// Wakes the streams that have something to give, all at once and not oftener than `stream_pause`:
/// what many events cost a client is so many writes a second and not one for each event.
void Server::Impl::watch_streams() {
  std::vector<std::shared_ptr<Streaming>> all;
  auto next_probe = std::chrono::steady_clock::now();
  std::unique_lock lock(streams_mutex);
  while (!streams_ending) {
    if (streams.empty()) {
      streams_changed.wait(lock);
      continue;
    }
    streams_changed.wait_for(lock, options.stream_pause, [this] { return streams_ending; });
    if (streams_ending) return;
    all.assign(streams.begin(), streams.end());
    lock.unlock();
    const auto now = std::chrono::steady_clock::now();
    const bool probes = now >= next_probe;
    if (probes) next_probe = now + probe_every;
    for (const auto& one : all) {
      one->resume_if([&](Streaming& streaming) {
        streaming.is_abandoned = probes && has_gone(streaming.state.fd);
        try {
          return streaming.is_abandoned || streaming.stream->is_due(now);
        } catch (const std::exception&) {
          return true;  // `give` meets it too, and ends the stream
        }
      });
    }
    all.clear();
    lock.lock();
  }
}

/// All of them end, at once: `stopping` is set. Gives those a moment whose clients read.
void Server::Impl::end_streams() {
  constexpr auto to_write_the_last_chunks = 200ms;
  std::vector<std::shared_ptr<Streaming>> all;
  {
    const std::lock_guard lock(streams_mutex);
    streams_ending = true;
    all.assign(streams.begin(), streams.end());
  }
  streams_changed.notify_all();
  if (stream_clock.joinable()) stream_clock.join();
  for (const auto& one : all) one->resume_if([](Streaming&) { return true; });
  std::unique_lock lock(streams_mutex);
  streams_changed.wait_for(lock, to_write_the_last_chunks, [this] { return streams.empty(); });
}

}  // namespace bank::web
