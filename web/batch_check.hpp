#pragma once

#include <memory>

#include "web/batch_upload.hpp"

namespace bank::web {

/// `POST /v1/messages/batch?check=true`: reads a body as an upload does, and says what would be
/// refused and how much would go out, and nothing is kept. Who must not be written to is found
/// only when it is sent. Holds what it answers, however long the body is.
class BatchCheck {
 public:
  static constexpr int most_at_once = 4;  // checks; more: 503

  /// Errors  as BatchUpload::begin.
  [[nodiscard]] static Result<std::unique_ptr<Upload>, Response> begin(
      Door& door, KeyRing::Caller caller, std::string_view content_type,
      const std::shared_ptr<std::atomic<int>>& running);
};

}  // namespace bank::web
