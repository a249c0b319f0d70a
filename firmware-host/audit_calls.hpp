#pragma once

#include "firmware-host/book_calls.hpp"
#include "web/audit_door.hpp"

namespace bank::host {

class AuditCalls final : public web::AuditDoor {
 public:
  explicit AuditCalls(BookCalls& book) : book_(book) {}

  std::vector<scheduler::AuditRow> page(const scheduler::AuditFilter& filter,
                                        std::optional<std::int64_t> before,
                                        std::size_t limit) override {
    return book_.query([&](const store::Database& database) {
      return scheduler::audit_page(database, filter, before, limit);
    });
  }
  std::vector<scheduler::AuditRow> after(std::int64_t after, std::size_t limit) override {
    return book_.query([&](const store::Database& database) {
      return scheduler::audit_after(database, after, limit);
    });
  }
  scheduler::AuditWalk walk(std::int64_t after, std::size_t limit) override {
    return book_.query([&](const store::Database& database) {
      return scheduler::audit_walk(database, after, limit);
    });
  }

 private:
  BookCalls& book_;
};

}  // namespace bank::host
