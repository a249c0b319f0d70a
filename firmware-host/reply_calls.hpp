#pragma once

#include "firmware-host/book_calls.hpp"
#include "web/reply_door.hpp"

namespace bank::host {

class ReplyCalls final : public web::ReplyDoor {
 public:
  explicit ReplyCalls(BookCalls& book) : book_(book) {}

 private:
  [[maybe_unused]] BookCalls& book_;
};

}  // namespace bank::host
