#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

#include "at/result.hpp"
#include "scheduler/message.hpp"
#include "web/http.hpp"

namespace bank::web {

/// Requests with an Idempotency-Key that are not answered yet; bounded by the requests pending.
class RunningRequests {
 public:
  /// Ends when it is destroyed.
  using Mark = std::shared_ptr<void>;

  /// The mark of a request that has begun, to be kept until it is answered; none is needed without
  /// a key.
  ///
  /// Errors  400 for a key that is no key, 409 while another request with it is running.
  [[nodiscard]] Result<Mark, Response> begin(scheduler::KeyId caller,
                                             const std::optional<std::string>& key);

 private:
  struct Names {
    std::mutex mutex;
    std::unordered_set<std::string> running;
  };
  std::shared_ptr<Names> names_ = std::make_shared<Names>();
};

}  // namespace bank::web
