#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scheduler/alarm_book.hpp"
#include "scheduler/calendar.hpp"

namespace bank::host {

/// What a mail says beside its alarms.
struct MailFrame {
  std::vector<std::string> to;  // as `is_mail_address` allows
  std::string host;             // name of this machine
  scheduler::WallTime now;
};

/// A mail (RFC 5322) with all of these alarms, its lines ended by a line feed alone as mail
/// commands take them. From, Message-ID and the rest of the envelope are the command's. Whatever
/// stands in an alarm, it begins no header and no line of its own.
[[nodiscard]] std::string alarm_mail(const std::vector<scheduler::AlarmView>& alarms,
                                     const MailFrame& frame, const scheduler::MonthClock& clock);

/// One part in the GSM 7-bit alphabet: "modembank: modem down slot-07 and 3 others, 2026-11-27
/// 14:05". `alarms` holds at least one.
[[nodiscard]] std::string alarm_sms(const std::vector<scheduler::AlarmView>& alarms,
                                    scheduler::WallTime now, const scheduler::MonthClock& clock);

/// A header's value: as it is when it is ASCII, else in encoded words (RFC 2047), folded.
[[nodiscard]] std::string header_text(std::string_view utf8);

}  // namespace bank::host
