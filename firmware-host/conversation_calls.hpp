#pragma once

#include "firmware-host/book_calls.hpp"
#include "web/conversation_door.hpp"

namespace bank::host {

class ConversationCalls final : public web::ConversationDoor {
 public:
  explicit ConversationCalls(BookCalls& book) : book_(book) {}

 private:
  [[maybe_unused]] BookCalls& book_;
};

}  // namespace bank::host
