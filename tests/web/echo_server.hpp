#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/web/http_client.hpp"
#include "web/server.hpp"

namespace bank::web::test {

/// Waits, by looking, for what another thread does.
template <class Condition>
bool comes_true(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

/// A body by which its order is seen: octet i says i modulo a prime.
inline std::string pattern(std::size_t size, std::size_t from = 0) {
  constexpr std::size_t period = 1021;
  static const std::string block = [] {
    std::string text;
    for (std::size_t i = 0; i < 100 * period; ++i) {
      text += static_cast<char>('a' + i % period % 26);
    }
    return text;
  }();
  std::string text;
  text.reserve(size);
  while (text.size() < size) {
    text += block.substr((from + text.size()) % period, size - text.size());
  }
  return text;
}

/// A server whose handler is a toy: /echo gives the body back, /large that many octets, /later
/// waits for `release`, /stand holds the server's thread up as `on_stand` says, /early replies
/// before it returns, /throw throws, /refuse refuses at the head, /upload takes a body piece by
/// piece and tells how long it was.
class EchoServer {
 public:
  // What /upload does with a piece, once it is counted, and at its end; set before requests come.
  std::function<Upload::Next(const std::function<void()>& go_on)> on_piece = [](const auto&) {
    return Upload::Next::more;
  };
  std::function<std::optional<Response>(std::string said, const Reply&)> on_finish =
      [](std::string said, const auto&) { return Response{.body = std::move(said)}; };
  std::function<void()> on_stand;
  std::atomic<std::size_t> upload_octets{0};  // of all uploads together
  std::atomic<int> uploads_alive{0};
  std::atomic<int> uploads_finished{0};

  explicit EchoServer(ServerOptions options = {}) {
    options.listen = {"127.0.0.1:0"};
    auto started = Server::start(options, [this](const RequestHead& head) { return admit(head); });
    if (!started) throw std::runtime_error(started.error());
    server = std::move(*started);
  }

  [[nodiscard]] HttpClient connect() const {
    return HttpClient(server->addresses().front(), Recorded::no);
  }

  /// Waits until so many requests wait for their Reply.
  void await_waiting(std::size_t count) {
    std::unique_lock lock(mutex_);
    const bool came =
        changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return waiting_.size() >= count; });
    if (!came) throw std::runtime_error("the requests do not come");
  }
  /// Answers all that wait, each with the body it sent; gives how many.
  std::size_t release() {
    std::deque<std::pair<std::string, Reply>> all;
    {
      const std::lock_guard lock(mutex_);
      all.swap(waiting_);
    }
    for (auto& [body, reply] : all) {
      reply([body] { return Response{.body = body}; });
      reply([] { return Response{.status = 500, .body = "the second Reply must not count"}; });
    }
    return all.size();
  }

  std::unique_ptr<Server> server;

 private:
  class Taker final : public Upload {
   public:
    explicit Taker(EchoServer& echo) : echo_(echo) { ++echo_.uploads_alive; }
    Taker(const Taker&) = delete;
    Taker& operator=(const Taker&) = delete;
    ~Taker() override { --echo_.uploads_alive; }

    Next take(std::string_view piece, std::function<void()> go_on) override {
      in_order_ = in_order_ && piece == pattern(piece.size(), octets_);
      octets_ += piece.size();
      echo_.upload_octets += piece.size();
      return echo_.on_piece(go_on);
    }
    std::optional<Response> finish(Reply reply) override {
      ++echo_.uploads_finished;
      return echo_.on_finish(std::to_string(octets_) + (in_order_ ? " in order" : " mixed up"),
                             reply);
    }

   private:
    EchoServer& echo_;
    std::size_t octets_ = 0;
    bool in_order_ = true;
  };

  Admission admit(const RequestHead& head) {
    if (head.path == "/upload") return std::unique_ptr<Upload>(std::make_unique<Taker>(*this));
    if (head.path == "/refuse") return Response{.status = 418, .body = "no"};
    return Call([this, path = std::string(head.path), query = std::string(head.query)](
                    std::string body, const Reply& reply) -> std::optional<Response> {
      if (path == "/stand") on_stand();
      if (path == "/throw") throw std::runtime_error("the reason");
      if (path == "/large") return Response{.body = std::string(std::stoul(query), 'x')};
      if (path == "/path%2Fraw") return Response{.body = path + "?" + query};
      if (path == "/early") {
        reply([body] { return Response{.body = body}; });
        return std::nullopt;
      }
      if (path != "/later") return Response{.body = std::move(body)};
      const std::lock_guard lock(mutex_);
      waiting_.emplace_back(std::move(body), reply);
      changed_.notify_all();
      return std::nullopt;
    });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<std::string, Reply>> waiting_;
};

}  // namespace bank::web::test
