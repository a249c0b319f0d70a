#pragma once

#include "firmware-host/book_calls.hpp"
#include "web/audit_door.hpp"

namespace bank::host {

class AuditCalls final : public web::AuditDoor {
 public:
  explicit AuditCalls(BookCalls& book) : book_(book) {}

 private:
  [[maybe_unused]] BookCalls& book_;
};

}  // namespace bank::host
