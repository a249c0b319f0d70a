#pragma once

#include <string>

#include "scheduler/message.hpp"

namespace bank::web {

/// Something that others may want to know of, as it is told to them: to clients that listen (GET
/// /v1/events) and to webhooks.
struct Happening {
  std::string type;  // "message.sent", "inbound.received", "modem.changed", "alarm.raised"
  scheduler::WallTime at;
  std::string conversation;  // what belongs to one is told in order: a number; else the type's
                             // subject, "modem slot-01"
  std::string data;          // one line of JSON: what it is about, as the API shows it
};

}  // namespace bank::web
