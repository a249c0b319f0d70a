#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "tests/web/http_client.hpp"
#include "web/server.hpp"

namespace bank::web::test {

/// A server whose handler is a toy: /echo gives the body back, /later waits for `release`, /early
/// replies before it returns, /throw throws, /refuse refuses at the head.
class EchoServer {
 public:
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
  Admission admit(const RequestHead& head) {
    if (head.path == "/refuse") return Response{.status = 418, .body = "no"};
    return Call([this, path = std::string(head.path), query = std::string(head.query)](
                    std::string body, const Reply& reply) -> std::optional<Response> {
      if (path == "/throw") throw std::runtime_error("the reason");
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
