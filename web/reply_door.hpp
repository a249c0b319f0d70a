#pragma once

#include "web/door.hpp"

namespace bank::web {

/// What the program does by itself about what people write. As Door: called from the server's
/// threads, several at once, and returns at once.
class ReplyDoor {
 public:
  virtual ~ReplyDoor() = default;
};

}  // namespace bank::web
