#pragma once

#include "scheduler/audit.hpp"
#include "scheduler/key_uses.hpp"

namespace bank::scheduler {

/// What is written beside the message book, in the transactions of its changes: on the store's
/// writing connection.
struct Records {
  explicit Records(store::Database& database) : audit(database), key_uses(database) {}
  AuditLog audit;
  KeyUses key_uses;
};

}  // namespace bank::scheduler
