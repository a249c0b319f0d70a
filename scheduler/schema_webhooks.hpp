#pragma once

#include <string_view>

namespace bank::scheduler {

// A delivery is one happening for one subscription. Of those that wait for the same subscription
// and conversation the oldest alone has `due_at`: what is due is found by it, and order is kept
// whatever is tried again in between.
inline constexpr std::string_view webhooks_schema = R"sql(
CREATE TABLE webhook (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL,
  events TEXT NOT NULL,  -- types and prefixes with spaces between; empty: all
  filter TEXT NOT NULL DEFAULT '{}',  -- JSON: {"class":["service"]}
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  disabled_because TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  secret BLOB NOT NULL CHECK (length(secret) BETWEEN 24 AND 64),
  old_secret BLOB CHECK (length(old_secret) BETWEEN 24 AND 64),  -- signs too, until
  old_secret_until INTEGER NOT NULL DEFAULT 0,
  revision INTEGER NOT NULL DEFAULT 0,
  -- A deleted one is gone for everybody; its deliveries follow in steps, and then its row.
  deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
  replay_to INTEGER,  -- dead letters up to this one are put back, in steps
  pending INTEGER NOT NULL DEFAULT 0,    -- these three: how many there are
  delivered INTEGER NOT NULL DEFAULT 0,
  dead INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE webhook_delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook INTEGER NOT NULL REFERENCES webhook(id),
  type TEXT NOT NULL,
  conversation TEXT NOT NULL,
  body TEXT NOT NULL,  -- JSON, as it is sent
  salt INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state = 'pending' OR state = 'delivered' OR state = 'dead'),
  attempts INTEGER NOT NULL DEFAULT 0,
  replayed_after INTEGER NOT NULL DEFAULT 0,  -- attempts before its last replay
  due_at INTEGER,  -- NULL: ended, or waits for one before it
  ended_at INTEGER,
  error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook, due_at)
  WHERE due_at IS NOT NULL;
CREATE INDEX webhook_delivery_line ON webhook_delivery (webhook, conversation, id)
  WHERE state = 'pending';
CREATE INDEX webhook_delivery_of ON webhook_delivery (webhook, state, id);

CREATE TABLE webhook_attempt (
  delivery INTEGER NOT NULL REFERENCES webhook_delivery(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  took INTEGER NOT NULL,    -- ms
  status INTEGER NOT NULL,  -- 0: no answer
  error TEXT NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (delivery, number)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace bank::scheduler
