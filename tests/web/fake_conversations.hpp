#pragma once

#include "web/conversation_door.hpp"

namespace bank::web::test {

class FakeConversations : public ConversationDoor {};

}  // namespace bank::web::test
