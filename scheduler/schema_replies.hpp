#pragma once

#include <string_view>

namespace bank::scheduler {

// A suppression says who, how and by which text; of what became of it all is kept. One of a topic
// stands by itself: it neither weakens nor strengthens the other.
inline constexpr std::string_view replies_schema = R"sql(
ALTER TABLE suppression ADD COLUMN how TEXT NOT NULL DEFAULT '';  -- text, api, import; or not known
ALTER TABLE suppression ADD COLUMN who TEXT NOT NULL DEFAULT '';  -- "API key …"; empty: the person
ALTER TABLE suppression ADD COLUMN held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1));
ALTER TABLE suppression ADD COLUMN inbound INTEGER;  -- no foreign key: it goes with the history
CREATE INDEX suppression_held ON suppression (number) WHERE held = 1;

CREATE TABLE topic_suppression (
  number TEXT NOT NULL,
  topic TEXT NOT NULL,
  since INTEGER NOT NULL,
  reason TEXT NOT NULL CHECK (reason = 'opt_out' OR reason = 'operator'),
  how TEXT NOT NULL,
  who TEXT NOT NULL,
  evidence TEXT NOT NULL,
  PRIMARY KEY (number, topic)
) STRICT, WITHOUT ROWID;

CREATE TABLE suppression_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  number TEXT NOT NULL,
  at INTEGER NOT NULL,
  action TEXT NOT NULL CHECK (action = 'suppressed' OR action = 'held' OR action = 'confirmed' OR
    action = 'dismissed' OR action = 'lifted'),
  scope TEXT NOT NULL,
  reason TEXT NOT NULL,
  how TEXT NOT NULL,
  who TEXT NOT NULL,
  evidence TEXT NOT NULL
) STRICT;
CREATE INDEX suppression_event_of ON suppression_event (number, id);

-- What those that stand have been until now.
INSERT INTO suppression_event (number, at, action, scope, reason, how, who, evidence)
  SELECT number, since, 'suppressed', scope, reason, '', '', evidence FROM suppression
  ORDER BY since;

ALTER TABLE message ADD COLUMN topic TEXT;

-- What an operator changed about the keywords that the program begins with.
CREATE TABLE keyword_edit (
  words TEXT NOT NULL,  -- folded
  wish TEXT NOT NULL CHECK (wish = 'opt_out' OR wish = 'opt_in' OR wish = 'help' OR
    wish = 'command'),
  language TEXT NOT NULL,
  written TEXT NOT NULL,
  is_phrase INTEGER NOT NULL CHECK (is_phrase IN (0, 1)),
  topic TEXT NOT NULL,  -- of an opt-out or opt-in; empty: of everything
  removed INTEGER NOT NULL CHECK (removed IN (0, 1)),
  PRIMARY KEY (words, wish, language)
) STRICT, WITHOUT ROWID;

-- Texts that came out with a gap and may wish something, until that is looked after.
CREATE TABLE gap_wish (
  inbound INTEGER PRIMARY KEY,  -- no foreign key: it goes with the history
  number TEXT NOT NULL
) STRICT;

CREATE TABLE auto_answer (
  name TEXT PRIMARY KEY,
  place INTEGER NOT NULL,  -- the lowest that fits answers
  enabled INTEGER NOT NULL DEFAULT 0 CHECK (enabled IN (0, 1)),
  match TEXT NOT NULL CHECK (match = 'exact' OR match = 'prefix' OR match = 'any'),
  keywords TEXT NOT NULL,  -- a line each
  sims TEXT NOT NULL,      -- outside names with commas between; empty: all
  days INTEGER NOT NULL CHECK (days BETWEEN 1 AND 127),  -- bit 0: Monday
  from_minute INTEGER NOT NULL CHECK (from_minute BETWEEN 0 AND 1440),
  to_minute INTEGER NOT NULL CHECK (to_minute BETWEEN 0 AND 1440),
  outside INTEGER NOT NULL CHECK (outside IN (0, 1)),  -- answers when it is not that time
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace bank::scheduler
