#include "scheduler/message.hpp"

#include <catch2/catch.hpp>

using namespace bank::scheduler;

TEST_CASE("identifiers outside have a fixed width and sort as the rows do") {
  const std::int64_t ids[] = {1, 9, 10, 31, 32, 1023, 1'000'000, INT64_MAX - 1, INT64_MAX};
  std::string before;
  for (const std::int64_t id : ids) {
    const std::string text = outside(MessageId{id});
    CAPTURE(text);
    CHECK(text.size() == 17);
    CHECK(text > before);
    CHECK(message_id(text) == MessageId{id});
    before = text;
  }
  CHECK(outside(BatchId{1}) == "bat_0000000000001");
}

TEST_CASE("what is no identifier is refused") {
  for (const char* text :
       {"", "msg_", "1", "bat_0000000000001", "msg_000000000001", "msg_00000000000001",
        "msg_000000000000l", "msg_000000000000A", "msg_0000000000000", "msg_8000000000000",
        "msg_zzzzzzzzzzzzz", "MSG_0000000000001", "msg_ 00000000001", "msg_-000000000001"}) {
    CAPTURE(text);
    CHECK_FALSE(message_id(text).has_value());
  }
}

TEST_CASE("every state and class has a name that leads back to it") {
  for (int i = 0; i <= static_cast<int>(MessageState::uncertain); ++i) {
    const auto state = static_cast<MessageState>(i);
    CHECK(state_named(name_of(state)) == state);
  }
  for (int i = 0; i <= static_cast<int>(MessageClass::system); ++i) {
    const auto value = static_cast<MessageClass>(i);
    CHECK(class_named(name_of(value)) == value);
  }
  CHECK_FALSE(state_named("Queued").has_value());
  CHECK_FALSE(class_named("").has_value());
}
