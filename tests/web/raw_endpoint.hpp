#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace bank::web::test {

using namespace std::chrono_literals;

/// A listener on the loopback that says what it is told to whoever connects, octet by octet: HTTP
/// or not.
class RawEndpoint {
 public:
  struct Got {
    std::string head;  // with its request line
    std::string body;
    [[nodiscard]] std::string header(const std::string& name) const {
      const auto at = head.find("\r\n" + name + ": ");
      if (at == std::string::npos) return {};
      const auto from = at + name.size() + 4;
      return head.substr(from, head.find("\r\n", from) - from);
    }
  };
  /// What is said to the request of that number, from 0; it is called on a thread of its own for
  /// each connection. An empty answer: none, the connection stays.
  using Say = std::function<std::string(const Got&, std::size_t number)>;

  explicit RawEndpoint(Say say) : say_(std::move(say)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
    REQUIRE(::listen(listener_, 128) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    port_ = ntohs(at.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~RawEndpoint() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (auto& one : talking_) one.join();
    for (const int fd : open_) ::close(fd);
    ::close(listener_);
  }
  RawEndpoint(const RawEndpoint&) = delete;
  RawEndpoint& operator=(const RawEndpoint&) = delete;

  [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
    return "http://" + host + ":" + std::to_string(port_) + "/hook";
  }
  [[nodiscard]] std::vector<Got> got() {
    const std::lock_guard lock(mutex_);
    return got_;
  }
  /// False: it did not get so many in time.
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, 20s, [&] { return got_.size() >= count; });
  }

 private:
  void accept_all() {
    while (true) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      const std::lock_guard lock(mutex_);
      open_.push_back(fd);
      talking_.emplace_back([this, fd] { talk(fd); });
    }
  }
  void talk(int fd) {
    std::string text;
    char piece[4096];
    while (true) {
      const auto count = ::recv(fd, piece, sizeof piece, 0);
      if (count <= 0) return;
      text.append(piece, static_cast<std::size_t>(count));
      const auto end = text.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      Got one{text.substr(0, end + 2), {}};
      const auto length = std::stoul("0" + one.header("Content-Length"));
      if (text.size() < end + 4 + length) continue;
      one.body = text.substr(end + 4, length);
      text.erase(0, end + 4 + length);
      std::size_t number = 0;
      {
        const std::lock_guard lock(mutex_);
        number = got_.size();
        got_.push_back(one);
      }
      const auto answer = say_(one, number);
      came_.notify_all();
      std::string_view rest = answer;
      while (!rest.empty()) {
        const auto sent = ::send(fd, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        rest.remove_prefix(static_cast<std::size_t>(sent));
      }
      if (answer.find("Connection: close") != std::string::npos) {
        ::shutdown(fd, SHUT_RDWR);
        return;
      }
    }
  }

  Say say_;
  int listener_ = -1;
  int port_ = 0;
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Got> got_;              // guarded by mutex_
  std::vector<int> open_;             // guarded by mutex_
  std::vector<std::thread> talking_;  // guarded by mutex_
  std::thread acceptor_;
};

inline std::string http(const std::string& status, const std::string& more = {},
                        const std::string& body = {}) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         more + "\r\n" + body;
}
inline const std::string taken = http("204 No Content");

}  // namespace bank::web::test
