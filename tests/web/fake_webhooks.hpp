#pragma once

#include "web/webhook_door.hpp"

namespace bank::web::test {

class FakeWebhooks : public WebhookDoor {};

}  // namespace bank::web::test
