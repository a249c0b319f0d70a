#pragma once

#include "firmware-host/book_calls.hpp"
#include "web/alarm_door.hpp"

namespace bank::host {

class AlarmCalls final : public web::AlarmDoor {
 public:
  explicit AlarmCalls(BookCalls& book) : book_(book) {}

 private:
  [[maybe_unused]] BookCalls& book_;
};

}  // namespace bank::host
