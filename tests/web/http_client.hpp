#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "tests/web/exchange_record.hpp"

namespace bank::web::test {

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

/// Whether what is asked and answered is recorded, so as to be held against web/openapi.json.
enum class Recorded { yes, no };

/// A raw connection to 127.0.0.1: says what it is told, octet by octet, and reads what comes.
class HttpClient {
 public:
  static constexpr int patience_ms = 20'000;  // a test that waits longer has failed

  /// `receive_buffer` in octets; 0: as the system gives it.
  explicit HttpClient(const std::string& address, Recorded recorded = Recorded::yes,
                      int receive_buffer = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM, 0)), recorded_(recorded) {
    if (receive_buffer > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto port = std::stoi(address.substr(address.rfind(':') + 1));
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
      ::close(std::exchange(fd_, -1));
      throw std::runtime_error("cannot connect to " + address);
    }
  }
  ~HttpClient() {
    if (fd_ >= 0) ::close(fd_);
  }
  HttpClient(HttpClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        recorded_(other.recorded_),
        said_(std::move(other.said_)),
        seen_(std::move(other.seen_)) {}
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  HttpClient& operator=(HttpClient&&) = delete;

  /// False when the other side is gone.
  bool say(std::string_view text) {
    if (recorded_ == Recorded::yes) said_ += text;
    while (!text.empty()) {
      const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// As much of it as the other side takes although it reads no more; how many octets.
  std::size_t say_what_fits(std::string_view text, int patience = 500) {
    std::size_t said = 0;
    for (pollfd one{fd_, POLLOUT, 0}; said < text.size() && ::poll(&one, 1, patience) > 0;) {
      const auto sent =
          ::send(fd_, text.data() + said, text.size() - said, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent <= 0) break;
      said += static_cast<std::size_t>(sent);
    }
    return said;
  }
  /// Says it again and again until the other side says something or is gone; how many octets.
  std::size_t say_until_answered(std::string_view text) {
    std::size_t said = 0;
    while (silent()) {
      if (!say(text)) break;
      said += text.size();
    }
    return said;
  }

  bool post(std::string_view path, std::string_view body, const std::string& more = {}) {
    return say("POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + more +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
  }
  bool get(std::string_view path, const std::string& more = {}) {
    return say("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n");
  }

  /// The next answer; nothing when the connection ends instead. `head_only` for HEAD and 1xx.
  std::optional<HttpAnswer> answer(bool head_only = false) {
    std::size_t end = 0;
    while ((end = seen_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) return std::nullopt;
    }
    HttpAnswer answer = head_of(seen_.substr(0, end));
    seen_.erase(0, end + 4);
    if (answer.status < 200) return answer;
    const auto size = head_only ? 0 : length_of(answer.headers);
    while (seen_.size() < size) {
      if (!read_more()) return std::nullopt;
    }
    answer.body = seen_.substr(0, size);
    seen_.erase(0, size);
    if (recorded_ == Recorded::yes) record_with_first_request(answer);
    return answer;
  }

  /// The head of the next answer, whose body has no length; nothing when the connection ends.
  std::optional<HttpAnswer> head() { return answer(true); }
  /// What has come and was not read, and waits when there is nothing; empty: the connection ended.
  std::string raw() {
    if (seen_.empty() && !read_more()) return {};
    return std::exchange(seen_, {});
  }

  /// Whether the other side ends the connection, with nothing more said.
  bool ends() {
    while (read_more()) {
    }
    return seen_.empty();
  }
  [[nodiscard]] bool silent(int ms = 0) const {
    pollfd one{fd_, POLLIN, 0};
    return seen_.empty() && ::poll(&one, 1, ms) == 0;
  }
  /// Says it, and in the same segment that nothing follows; still listens.
  void say_last(std::string_view text) {
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_CORK, &on, sizeof on);
    say(text);
    ::shutdown(fd_, SHUT_WR);
  }
  void hang_up() { ::close(std::exchange(fd_, -1)); }

 private:
  bool read_more() {
    pollfd one{fd_, POLLIN, 0};
    if (::poll(&one, 1, patience_ms) <= 0) throw std::runtime_error("the server says nothing");
    char buffer[16384];
    const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    seen_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  /// The answer belongs to the first request that was said and not answered.
  void record_with_first_request(const HttpAnswer& answer) {
    said_.erase(0, said_.find_first_not_of("\r\n"));  // RFC 9112 §2.2
    const auto end = std::min(said_.find("\r\n\r\n"), said_.size());
    const auto head = said_.substr(0, end);
    const auto headers = headers_of(head);
    said_.erase(0, std::min(end + 4, said_.size()));
    const auto size = headers.contains("transfer-encoding") ? said_.size() : length_of(headers);
    const auto body = said_.substr(0, size);
    said_.erase(0, body.size());
    const auto line = head.substr(0, head.find("\r\n"));
    const auto method = line.substr(0, line.find(' '));
    const auto target = line.substr(std::min(method.size() + 1, line.size()));
    record({.method = method,
            .target = std::string_view(target).substr(0, target.find(' ')),
            .headers = headers,
            .body = body,
            .status = answer.status,
            .answer_headers = answer.headers,
            .answer = answer.body});
  }

  static std::size_t length_of(const std::map<std::string, std::string>& headers) {
    const auto length = headers.find("content-length");
    return length == headers.end() ? 0 : std::strtoull(length->second.c_str(), nullptr, 10);
  }

  static HttpAnswer head_of(const std::string& head) {
    HttpAnswer answer;
    answer.status = std::stoi(head.substr(head.find(' ') + 1, 3));
    answer.headers = headers_of(head);
    return answer;
  }

  /// Of a request or an answer, below its first line.
  static std::map<std::string, std::string> headers_of(const std::string& head) {
    std::map<std::string, std::string> headers;
    for (std::size_t line = head.find("\r\n"); line != std::string::npos;) {
      const auto next = head.find("\r\n", line + 2);
      const auto text = head.substr(line + 2, next == std::string::npos ? next : next - line - 2);
      const auto colon = text.find(": ");
      std::string name = text.substr(0, colon);
      for (auto& c : name) c = static_cast<char>(std::tolower(c));
      if (colon != std::string::npos) headers[name] = text.substr(colon + 2);
      line = next;
    }
    return headers;
  }

  int fd_;
  Recorded recorded_;
  std::string said_;  // and not answered; empty when nothing is recorded
  std::string seen_;
};

}  // namespace bank::web::test
