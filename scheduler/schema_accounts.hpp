#pragma once

#include <string_view>

namespace bank::scheduler {

// People who sign in. What one sends and changes goes by the row of api_key that stands for him,
// whose hash is of no key: so classes, limits and records are the same for people and programs.
inline constexpr std::string_view accounts_schema = R"sql(
CREATE TABLE account (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  role TEXT NOT NULL CHECK (role = 'admin' OR role = 'operator' OR role = 'technician' OR
    role = 'viewer'),
  key INTEGER NOT NULL UNIQUE REFERENCES api_key(id),
  password TEXT,  -- Argon2id, as the PHC string; NULL: not chosen yet
  totp BLOB CHECK (length(totp) = 20),
  totp_step INTEGER NOT NULL DEFAULT 0,  -- of the last code: none counts twice
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  changed_at INTEGER NOT NULL  -- password, role, enabled or second factor
) STRICT;

-- Of tokens SHA-256 alone is kept.
CREATE TABLE session (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  account INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  address TEXT NOT NULL,
  agent TEXT NOT NULL  -- what the browser says it is
) STRICT;
CREATE INDEX session_of ON session (account, id);

-- By which somebody chooses his password, once. Of no account: who comes with it becomes the first
-- administrator.
CREATE TABLE setup_link (
  hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
  account INTEGER UNIQUE REFERENCES account(id) ON DELETE CASCADE,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Signs the cookies of browsers in which somebody signed in before.
CREATE TABLE device_secret (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  secret BLOB NOT NULL CHECK (length(secret) = 32)
) STRICT;
)sql";

}  // namespace bank::scheduler
