#pragma once

// Shared by the sources of the message book; not a door of the room.

#include "scheduler/book.hpp"

namespace bank::scheduler {

/// A part that is out, or may be, and that a status report would settle.
struct Book::Awaiting {
  SubmissionId submission;
  MessageId message{};
  std::int64_t round = 0;  // of the message when the part went out
  int part = 0;
  SimId sim{};
  bool uncertain = false;
  WallTime began_at{};
  std::optional<int> tp_mr{};
};

}  // namespace bank::scheduler
