#pragma once

#include "scheduler/alarm_book.hpp"
#include "web/json_text.hpp"

namespace bank::web {

/// An alarm as lists, webhooks and live events show it.
void append_alarm(JsonText& json, const scheduler::AlarmView& alarm);

}  // namespace bank::web
