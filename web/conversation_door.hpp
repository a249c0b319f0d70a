#pragma once

#include "web/door.hpp"

namespace bank::web {

/// People who wrote, or were written to, and what was said. As Door: called from the server's
/// threads, several at once, and returns at once.
class ConversationDoor {
 public:
  virtual ~ConversationDoor() = default;
};

}  // namespace bank::web
