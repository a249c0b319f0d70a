#pragma once

#include "web/door.hpp"

namespace bank::web {

/// Who is told of what happens, and what became of it. As Door: called from the server's threads,
/// several at once, and returns at once.
class WebhookDoor {
 public:
  virtual ~WebhookDoor() = default;
};

}  // namespace bank::web
