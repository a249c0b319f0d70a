#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "web/auth.hpp"
#include "web/door.hpp"
#include "web/http.hpp"
#include "web/idempotency.hpp"
#include "web/key_meter.hpp"

namespace bank::web {

/// `POST /v1/messages/batch`: lines become pieces, a piece is one commit, and the last commit opens
/// the batch. Holds two pieces at most, however long the body is; one that is broken off leaves
/// nothing.
class BatchUpload {
 public:
  static constexpr std::size_t lines_in_piece = 1000;
  static constexpr std::size_t octets_in_piece = 512 * 1024;  // of texts and refused lines
  static constexpr int most_pieces = 2;                       // on their way to the store
  static constexpr std::size_t most_shown = 1000;             // refused lines in the answer
  static constexpr int most_at_once = 16;                     // uploads; more: 503

  /// One of `most` places, as long as it is held.
  ///
  /// Errors  the 503 to answer with.
  [[nodiscard]] static Result<std::shared_ptr<void>, Response> place_among(
      const std::shared_ptr<std::atomic<int>>& running, int most);

  /// Whether the key was revoked while the body came: then 401.
  using Revoked = std::function<std::optional<Response>()>;
  /// `running` counts the uploads there are. `taken`: of the limits of the key, null when it has
  /// none; an upload that goes beyond them is refused as a whole.
  ///
  /// Errors  415 for what is neither NDJSON nor CSV, in an encoding that is known; 503.
  [[nodiscard]] static Result<std::unique_ptr<Upload>, Response> begin(
      Door& door, KeyRing::Caller caller, std::string_view content_type,
      std::optional<std::string> idempotency_key, RunningRequests::Mark mark,
      const std::shared_ptr<std::atomic<int>>& running, Revoked revoked,
      std::shared_ptr<KeyMeters::Taken> taken);
};

}  // namespace bank::web
