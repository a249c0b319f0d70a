#pragma once

#include <algorithm>

#include "web/audit_door.hpp"

namespace bank::web::test {

/// A log in memory; its hashes are those of the real one.
class FakeAudits : public AuditDoor {
 public:
  void note(scheduler::AuditEntry entry, scheduler::WallTime at) {
    scheduler::AuditRow row{.id = std::ssize(rows) + 1,
                            .at = at,
                            .entry = std::move(entry),
                            .previous = {},
                            .hash = {}};
    if (!rows.empty()) row.previous = rows.back().hash;
    row.hash = scheduler::audit_hash(row);
    rows.push_back(std::move(row));
  }
  std::vector<scheduler::AuditRow> page(const scheduler::AuditFilter& filter,
                                        std::optional<std::int64_t> before,
                                        std::size_t limit) override {
    std::vector<scheduler::AuditRow> found;
    for (auto one = rows.rbegin(); one != rows.rend() && found.size() < limit; ++one) {
      if (before && one->id >= *before) continue;
      if (filter.by && one->entry.by != *filter.by) continue;
      if (filter.action && one->entry.action != *filter.action) continue;
      found.push_back(*one);
    }
    return found;
  }
  std::vector<scheduler::AuditRow> after(std::int64_t after, std::size_t limit) override {
    std::vector<scheduler::AuditRow> found;
    for (const auto& row : rows) {
      if (row.id > after && found.size() < limit) found.push_back(row);
    }
    return found;
  }
  scheduler::AuditWalk walk(std::int64_t after, std::size_t limit) override {
    asked.emplace_back(after, limit);
    return walked;
  }

  std::vector<scheduler::AuditRow> rows;
  scheduler::AuditWalk walked;
  std::vector<std::pair<std::int64_t, std::size_t>> asked;
};

}  // namespace bank::web::test
