#pragma once

#include "web/audit_door.hpp"

namespace bank::web::test {

class FakeAudits : public AuditDoor {};

}  // namespace bank::web::test
