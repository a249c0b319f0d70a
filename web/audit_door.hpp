#pragma once

#include "scheduler/audit.hpp"
#include "web/door.hpp"

namespace bank::web {

/// Who changed what. As Reading: from several threads at once; may throw std::exception when the
/// database fails (503).
class AuditDoor {
 public:
  virtual ~AuditDoor() = default;
  /// Newest first, strictly before `before`.
  virtual std::vector<scheduler::AuditRow> page(const scheduler::AuditFilter& filter,
                                                std::optional<std::int64_t> before,
                                                std::size_t limit) = 0;
  /// Oldest first, strictly after `after`.
  virtual std::vector<scheduler::AuditRow> after(std::int64_t after, std::size_t limit) = 0;
  /// A step along the chain, from the row after `after`.
  virtual scheduler::AuditWalk walk(std::int64_t after, std::size_t limit) = 0;
};

}  // namespace bank::web
