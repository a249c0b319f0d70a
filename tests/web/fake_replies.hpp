#pragma once

#include "web/reply_door.hpp"

namespace bank::web::test {

class FakeReplies : public ReplyDoor {};

}  // namespace bank::web::test
