#pragma once

#include "web/alarm_door.hpp"

namespace bank::web::test {

class FakeAlarms : public AlarmDoor {};

}  // namespace bank::web::test
