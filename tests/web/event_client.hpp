#pragma once

#include <optional>
#include <string>

#include "tests/web/http_client.hpp"

namespace bank::web::test {

/// What stands between two empty lines of a stream of events.
struct EventBlock {
  std::string id;
  std::string type;
  std::string data;
  std::string retry;
  bool comment = false;
};

/// Who listens to GET /v1/events: reads as HTML §9.2.6 says, out of chunks, or of HTTP/1.0.
class EventClient {
 public:
  /// Throws when the answer is not a stream.
  explicit EventClient(const std::string& address, const std::string& target,
                       const std::string& headers, int receive_buffer = 0)
      : http_(address, Recorded::yes, receive_buffer) {
    http_.get(target, headers);
    begin();
  }
  /// On a connection where the request is said already.
  explicit EventClient(HttpClient http) : http_(std::move(http)) { begin(); }

  /// The next block of any kind; nothing: the stream has ended.
  std::optional<EventBlock> block() {
    std::size_t end = 0;
    while ((end = text_.find("\n\n")) == std::string::npos) {
      if (!read_more()) return std::nullopt;
    }
    EventBlock block;
    for (std::size_t at = 0; at < end;) {
      const auto line_end = std::min(text_.find('\n', at), end);
      const auto line = text_.substr(at, line_end - at);
      at = line_end + 1;
      if (line.starts_with(":")) block.comment = true;
      if (line.starts_with("id: ")) block.id = line.substr(4);
      if (line.starts_with("event: ")) block.type = line.substr(7);
      if (line.starts_with("data: ")) block.data += line.substr(6);
      if (line.starts_with("retry: ")) block.retry = line.substr(7);
    }
    text_.erase(0, end + 2);
    return block;
  }
  /// The next event; what else there is is passed over.
  std::optional<EventBlock> event() {
    for (;;) {
      auto one = block();
      if (!one || !one->type.empty()) return one;
    }
  }
  /// Whether nothing is left of it, and it ended as HTTP says and not in the middle.
  bool ends() {
    while (read_more()) {
    }
    return text_.empty() && (!chunked_ || last_chunk_);
  }
  [[nodiscard]] bool silent(int ms = 0) const { return http_.silent(ms); }

  HttpAnswer head;

 private:
  void begin() {
    auto answer = http_.head();
    if (!answer || answer->status != 200) throw std::runtime_error("the answer is no stream");
    head = std::move(*answer);
    chunked_ = head.headers.contains("transfer-encoding");
  }
  bool read_more() {
    if (last_chunk_) return false;
    const auto more = http_.raw();
    if (more.empty()) return false;
    if (!chunked_) {
      text_ += more;
      return true;
    }
    wire_ += more;
    for (;;) {
      const auto line = wire_.find("\r\n");
      if (line == std::string::npos) return true;
      const auto size = std::stoul(wire_.substr(0, line), nullptr, 16);
      if (wire_.size() < line + 2 + size + 2) return true;
      last_chunk_ = size == 0;
      text_ += wire_.substr(line + 2, size);
      wire_.erase(0, line + 2 + size + 2);
      if (last_chunk_) return true;
    }
  }

  HttpClient http_;
  bool chunked_ = false;
  bool last_chunk_ = false;
  std::string wire_;
  std::string text_;
};

}  // namespace bank::web::test
