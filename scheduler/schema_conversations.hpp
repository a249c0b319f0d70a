#pragma once

#include <string_view>

namespace bank::scheduler {

// What came in joins its conversation behind its own transaction, in steps: the modem that waits
// for the commit does not pay for it. What we wrote is found by its recipient and needs no row.
inline constexpr std::string_view conversations_schema = R"sql(
CREATE TABLE conversation (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  party TEXT NOT NULL UNIQUE,  -- E.164, a short code or a name
  kind TEXT NOT NULL CHECK (kind = 'number' OR kind = 'code' OR kind = 'name'),
  state TEXT NOT NULL DEFAULT 'open' CHECK (state = 'open' OR state = 'done'),
  unread INTEGER NOT NULL DEFAULT 0,
  last_at INTEGER NOT NULL,       -- when the party wrote last
  last_inbound INTEGER NOT NULL   -- no foreign key: it goes with the history
) STRICT;
CREATE INDEX conversation_last ON conversation (last_at, id);
CREATE INDEX conversation_state ON conversation (state, last_at, id);
CREATE INDEX conversation_unread ON conversation (last_at, id) WHERE unread > 0;

CREATE TABLE conversation_note (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation INTEGER NOT NULL REFERENCES conversation(id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE INDEX conversation_note_of ON conversation_note (conversation, id);

-- Up to this row of `inbound` all have joined.
CREATE TABLE conversation_cursor (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  inbound INTEGER NOT NULL
) STRICT;
INSERT INTO conversation_cursor (id, inbound) VALUES (1, 0);

ALTER TABLE inbound ADD COLUMN conversation INTEGER;  -- NULL: it has not joined, or belongs to none
CREATE INDEX inbound_of_conversation ON inbound (conversation, id) WHERE conversation IS NOT NULL;

-- Texts in the form in which they are searched; the row is that of `inbound`.
CREATE VIRTUAL TABLE inbound_words USING fts5 (
  words, tokenize = 'unicode61 remove_diacritics 0', detail = none
);
)sql";

}  // namespace bank::scheduler
