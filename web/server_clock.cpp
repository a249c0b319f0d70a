#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>

#include "web/problem.hpp"
#include "web/server_impl.hpp"

namespace bank::web {

namespace {

using namespace std::chrono_literals;

constexpr auto linger = 2000ms;    // after an answer before the end of a body
constexpr auto newcomer = 1000ms;  // so long who has said nothing yet is not idle

/// Written past libmicrohttpd, which has not begun to answer and cannot any more: the phase says
/// so.
void say(const Connection& state, const Response& refusal) {
  std::string text = "HTTP/1.1 " + std::to_string(refusal.status) + " " +
                     std::string(MHD_get_reason_phrase_for(static_cast<unsigned>(refusal.status))) +
                     "\r\nContent-Type: " + std::string(refusal.content_type) +
                     "\r\nContent-Length: " + std::to_string(refusal.body.size()) +
                     "\r\nConnection: close\r\n";
  for (const auto& [name, value] : refusal.headers)
    text += std::string(name) + ": " + value + "\r\n";
  text += "\r\n";
  if (!state.head_only) text += refusal.body;
  [[maybe_unused]] const auto sent =
      ::send(state.fd, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

using Unread = Connection::Unread;

/// What the client sent and nobody has read. libmicrohttpd 0.9.75 overlooks an end that came
/// together with octets, and sometimes octets (`wake`). It may be about to read just now, so what
/// is unread counts when it is seen twice and nothing was done in between.
Unread unread_at(int fd) {
  char octet = 0;
  const auto got = ::recv(fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT);
  return got > 0 ? Unread::octets : got == 0 ? Unread::end : Unread::nothing;
}

/// libmicrohttpd 0.9.75 fetches 128 events at once, and when there were so many waits for another
/// before it looks at them: 128 requests that came together stand still, up to its time-out. A new
/// connection is an event. Each of its threads gets one that has ended already; it chooses the
/// thread by the descriptor (MHD_add_connection).
void wake(MHD_Daemon* daemon, unsigned threads) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return;
  ::shutdown(ends[0], SHUT_RDWR);
  sockaddr nobody{};
  nobody.sa_family = AF_UNIX;
  for (unsigned thread = 0; thread < threads; ++thread) {
    int fd = ::fcntl(ends[0], F_DUPFD_CLOEXEC, 0);
    while (fd >= 0 && static_cast<unsigned>(fd) % threads != thread) {
      ::close(fd);
      fd = ::fcntl(ends[0], F_DUPFD_CLOEXEC, fd + 1);
    }
    if (fd >= 0) MHD_add_connection(daemon, fd, &nobody, sizeof nobody);  // closes it
  }
  for (const int end : ends) ::close(end);
}

}  // namespace

void may_take(Connection& state, std::chrono::milliseconds time, std::int64_t latest) {
  state.since = std::chrono::steady_clock::now();
  state.deadline_ms = std::min(steady_ms() + time.count(), latest);
}

void Server::Impl::watch() {
  const auto shortest = std::min(
      {options.idle_timeout, options.request_time, options.answer_time, options.upload_pause});
  const auto tick = std::clamp(shortest / 4, 5ms, 1000ms);
  auto next = std::chrono::steady_clock::now() + tick;
  std::unique_lock lock(mutex);
  while (changed.wait_until(lock, next, [this] { return ending || crowded; }), !ending) {
    if (std::exchange(crowded, false)) make_room();
    const auto now = std::chrono::steady_clock::now();
    if (now < next) continue;
    next = now + tick;
    look(steady_ms());
    lock.unlock();
    answer_overdue(now);
    lock.lock();
  }
}

void Server::Impl::look(std::int64_t now_ms) {
  static const auto slow =
      problem(408, "too_slow",
              "the request did not arrive in time; send it again over a better "
              "connection");
  static const auto incomplete =
      problem(400, "incomplete", "the connection was ended before the request was complete");
  for (auto* state : connections) {
    const auto phase = state->phase.load();
    const bool reads = phase == Connection::Phase::idle || phase == Connection::Phase::reading;
    const auto since = state->since.load();
    const Connection::Sight sight{reads ? unread_at(state->fd) : Unread::nothing, since};
    const bool lies = sight == std::exchange(state->seen, sight);
    if (state->deadline_ms <= now_ms) {
      const bool is_slow = phase != Connection::Phase::idle && !state->told;
      (void)cut(*state, slow, is_slow ? &slow_clients : nullptr);
    } else if (lies && sight.unread == Unread::end) {
      (void)cut(*state, incomplete);
    } else if (lies && sight.unread == Unread::octets) {
      state->listener->sleeps = true;
    }
  }
  for (auto& listener : listeners) {
    if (std::exchange(listener.sleeps, false)) wake(listener.daemon, options.threads);
  }
}

/// Shuts the socket, of one that sends its request with a word; libmicrohttpd sees its end and
/// cleans up. The connection is in `connections` and the mutex is held, so its socket is not closed
/// yet. False: it waits for us and stays.
bool Server::Impl::cut(Connection& state, const Response& told,
                       std::atomic<std::uint64_t>* counter) {
  auto phase = state.phase.load();
  if (phase == Connection::Phase::waiting || phase == Connection::Phase::cut) return false;
  if (!state.phase.compare_exchange_strong(phase, Connection::Phase::cut)) return false;
  ++state.listener->cut;
  if (counter != nullptr) ++*counter;
  if (phase == Connection::Phase::reading && !state.told) say(state, told);
  ::shutdown(state.fd, SHUT_RDWR);
  return true;
}

void Server::Impl::make_room() {
  for (auto& listener : listeners) {
    if (listener.staying() > nearly_full(listener.most)) make_room(listener);
  }
}

/// Ends connections: those that say nothing, then those that have been the longest at what they do.
/// So a newcomer, who may ask for nothing but our health, finds room whatever the others do.
void Server::Impl::make_room(Listener& listener) {
  std::vector<std::tuple<bool, Pending::Time, Connection*>> candidates;  // the first go first
  const auto now = std::chrono::steady_clock::now();
  for (auto* state : connections) {
    if (state->listener != &listener) continue;
    const auto phase = state->phase.load();
    if (phase == Connection::Phase::cut || phase == Connection::Phase::waiting) continue;
    const auto since = state->since.load();
    const bool is_idle = phase == Connection::Phase::idle && now - since > newcomer;
    candidates.emplace_back(!is_idle, since, state);
  }
  const auto count =
      std::min<std::size_t>(candidates.size(), listener.staying() - roomy(listener.most));
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count),
                    candidates.end());
  candidates.resize(count);
  const auto told =
      unavailable("all connections are in use and this one was the slowest; try again");
  for (const auto& [busy, since, state] : candidates) (void)cut(*state, told, &crowded_out);
}

/// Says no before the end of a body; what the client has on its way is read past for a moment, or
/// it would lose the answer.
void Server::Impl::tell(Connection& state, const Response& refusal) {
  if (state.told.exchange(true)) return;
  const auto digit = static_cast<std::size_t>(refusal.status / 100 - 1);
  if (digit < answers.size()) ++answers[digit];
  say(state, refusal);
  ::shutdown(state.fd, SHUT_WR);
  may_take(state, linger);
}

void Server::Impl::answer_overdue(Pending::Time now) {
  std::vector<std::shared_ptr<Pending>> late;
  {
    const std::lock_guard lock(mutex);
    for (const auto& one : pending) {
      if (one->overdue(now)) late.push_back(one);
    }
  }
  for (const auto& one : late) {
    one->answer([] {
      return unavailable(
          "no answer from the store in time; whether this was done is not known: "
          "repeat it with the same Idempotency-Key");
    });
  }
}

void Server::Impl::answer_all(const std::string& detail) {
  std::vector<std::shared_ptr<Pending>> all;
  {
    const std::lock_guard lock(mutex);
    all.assign(pending.begin(), pending.end());
  }
  for (const auto& one : all) {
    one->answer([detail] { return unavailable(detail, 5); });
  }
}

}  // namespace bank::web
