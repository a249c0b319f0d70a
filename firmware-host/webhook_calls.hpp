#pragma once

#include "firmware-host/book_calls.hpp"
#include "web/webhook_door.hpp"

namespace bank::host {

class WebhookCalls final : public web::WebhookDoor {
 public:
  explicit WebhookCalls(BookCalls& book) : book_(book) {}

 private:
  [[maybe_unused]] BookCalls& book_;
};

}  // namespace bank::host
