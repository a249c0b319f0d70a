#pragma once

#include "web/door.hpp"

namespace bank::web {

/// Who changed what. As Door: called from the server's threads, several at once, and returns at
/// once.
class AuditDoor {
 public:
  virtual ~AuditDoor() = default;
};

}  // namespace bank::web
