#pragma once

#include "web/door.hpp"

namespace bank::web {

/// What is wrong now, and was. As Door: called from the server's threads, several at once, and
/// returns at once.
class AlarmDoor {
 public:
  virtual ~AlarmDoor() = default;
};

}  // namespace bank::web
