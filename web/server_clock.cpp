#include <algorithm>
#include <string_view>

#include "web/problem.hpp"
#include "web/server_impl.hpp"

namespace bank::web {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t linger_ms = 2000;  // after an answer before the end of a body

/// What a client reads, if it reads, that is refused while it sends. Written past libmicrohttpd,
/// which has not begun to answer and cannot any more: the phase says so.
void say(int fd, const Response& refusal) {
  std::string text = "HTTP/1.1 " + std::to_string(refusal.status) + " " +
                     std::string(MHD_get_reason_phrase_for(static_cast<unsigned>(refusal.status))) +
                     "\r\nContent-Type: " + std::string(refusal.content_type) +
                     "\r\nContent-Length: " + std::to_string(refusal.body.size()) +
                     "\r\nConnection: close\r\n";
  for (const auto& [name, value] : refusal.headers) {
    if (name != "Connection") text += std::string(name) + ": " + value + "\r\n";
  }
  text += "\r\n" + refusal.body;
  [[maybe_unused]] const auto sent =
      ::send(fd, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

}  // namespace

void Server::Impl::watch() {
  const auto shortest = std::min({options.idle_timeout, options.request_time, options.answer_time});
  const auto tick = std::clamp(shortest / 4, 5ms, 1000ms);
  std::unique_lock lock(mutex);
  while (!changed.wait_for(lock, tick, [this] { return ending; })) {
    look(steady_ms());
    lock.unlock();
    answer_overdue(std::chrono::steady_clock::now());
    lock.lock();
  }
}

void Server::Impl::look(std::int64_t now_ms) {
  for (auto* state : connections) {
    if (state->deadline_ms <= now_ms) cut(*state);
  }
}

/// Shuts the socket; libmicrohttpd sees its end and cleans up. The connection is in `connections`
/// and the mutex is held, so its socket is not closed yet.
void Server::Impl::cut(Connection& state) {
  auto phase = state.phase.load();
  if (phase == Connection::Phase::waiting || phase == Connection::Phase::cut) return;
  if (!state.phase.compare_exchange_strong(phase, Connection::Phase::cut)) return;
  if (phase == Connection::Phase::reading && !state.told) {
    say(state.fd, problem(408, "too_slow",
                          "the request did not arrive in time; send it again over a better "
                          "connection"));
  }
  if (phase != Connection::Phase::idle) ++slow_clients;
  ::shutdown(state.fd, SHUT_RDWR);
}

/// Says no before the end of a body; what the client has on its way is read on for a moment.
void Server::Impl::tell_refusal(Connection& state) {
  const auto digit = static_cast<std::size_t>(state.refusal->status / 100 - 1);
  if (digit < answers.size()) ++answers[digit];
  say(state.fd, *state.refusal);
  ::shutdown(state.fd, SHUT_WR);
  state.deadline_ms = steady_ms() + linger_ms;
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
