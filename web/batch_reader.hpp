#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "web/door.hpp"
#include "web/http.hpp"

namespace bank::web {

/// Reads the lines of a batch, as they come, into messages and refused lines.
class BatchReader {
 public:
  static constexpr std::size_t longest_line = 64 * 1024;  // octets, without its end

  /// What lines become; in order of line.
  struct Sink {
    std::function<void(scheduler::Book::ReceivedLine)> accept;
    std::function<void(scheduler::Book::RejectedLine)> reject;
  };

  /// For `application/x-ndjson` or `text/csv`, by the media type.
  ///
  /// Errors  415 for another type, or an encoding that is not known.
  [[nodiscard]] static Result<std::unique_ptr<BatchReader>, Response> of(
      std::string_view content_type, const scheduler::ApiKey& key, Door& door, Sink sink);
  virtual ~BatchReader() = default;

  /// Takes all of a piece. False: the batch as a whole is refused, see `refusal`.
  [[nodiscard]] virtual bool read(std::string_view piece) = 0;
  /// Nothing comes any more.
  [[nodiscard]] virtual bool finish() = 0;
  /// Why nothing of it can be taken: 400, 415 or 422.
  [[nodiscard]] const std::optional<Response>& refusal() const { return refusal_; }

 protected:
  bool refuse(Response why) {
    refusal_ = std::move(why);
    return false;
  }
  std::optional<Response> refusal_;
};

}  // namespace bank::web
