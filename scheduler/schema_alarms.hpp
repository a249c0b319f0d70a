#pragma once

#include <string_view>

namespace bank::scheduler {

// One row for each alarm, which flaps on it. `changes` counts what people are to be told; up to
// `mailed` and `texted` they were, so that nothing is told twice or never over a restart.
inline constexpr std::string_view alarms_schema = R"sql(
CREATE TABLE alarm (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind = 'modem_down' OR kind = 'sim_rests' OR
    kind = 'storage_nearly_full' OR kind = 'low_balance' OR kind = 'queue_late' OR
    kind = 'disk' OR kind = 'clock'),
  subject TEXT NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('warning', 'critical')),
  raised_at INTEGER NOT NULL,  -- the first time
  cleared_at INTEGER,          -- the last time; NULL: it is open
  detail TEXT NOT NULL,
  do_next TEXT NOT NULL,
  times INTEGER NOT NULL DEFAULT 1,  -- raised
  acknowledged_at INTEGER,
  acknowledged_by TEXT NOT NULL DEFAULT '',
  told_at INTEGER NOT NULL,     -- when people were last to be told that it is open
  changed_at INTEGER NOT NULL,  -- when `changes` grew
  changes INTEGER NOT NULL DEFAULT 1,
  mailed INTEGER NOT NULL DEFAULT 0,
  texted INTEGER NOT NULL DEFAULT 0,
  mail_note TEXT NOT NULL DEFAULT '',  -- what became of the last mail
  sms_note TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX alarm_open_subject ON alarm (kind, subject) WHERE cleared_at IS NULL;
CREATE INDEX alarm_subject ON alarm (kind, subject, id);
CREATE INDEX alarm_kind ON alarm (kind, id);
CREATE INDEX alarm_open ON alarm (id) WHERE cleared_at IS NULL;
CREATE INDEX alarm_cleared ON alarm (cleared_at) WHERE cleared_at IS NOT NULL;
CREATE INDEX alarm_to_mail ON alarm (id) WHERE mailed < changes;
CREATE INDEX alarm_to_text ON alarm (id) WHERE texted < changes;

-- What was sent to people in the last day, which their limits count.
CREATE TABLE alarm_notice (
  id INTEGER PRIMARY KEY,
  way TEXT NOT NULL CHECK (way IN ('mail', 'sms')),
  recipient TEXT NOT NULL,  -- a number; of mails empty: they have one limit
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX alarm_notice_to ON alarm_notice (way, recipient, at);
CREATE INDEX alarm_notice_age ON alarm_notice (at);
)sql";

}  // namespace bank::scheduler
