#pragma once

#include <string_view>

namespace bank::scheduler {

// What changes is written down by who changed it. `audit` is a chain: a row is added and never
// changed, and what goes are the oldest, up to the one whose hash the checkpoint keeps; the
// checkpoint itself only moves on along the chain.
inline constexpr std::string_view rights_schema = R"sql(
ALTER TABLE api_key ADD COLUMN sims TEXT NOT NULL DEFAULT '';      -- outside names; empty: all
ALTER TABLE api_key ADD COLUMN networks TEXT NOT NULL DEFAULT '';  -- CIDR; empty: from everywhere
ALTER TABLE api_key ADD COLUMN per_minute INTEGER CHECK (per_minute > 0);  -- messages accepted
ALTER TABLE api_key ADD COLUMN per_hour INTEGER CHECK (per_hour > 0);
ALTER TABLE api_key ADD COLUMN per_day INTEGER CHECK (per_day > 0);

-- What a key with limits had accepted, of the last day.
CREATE TABLE key_use (
  key INTEGER NOT NULL REFERENCES api_key(id),
  minute INTEGER NOT NULL,  -- since 1970
  accepted INTEGER NOT NULL,
  PRIMARY KEY (key, minute)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id > 0),
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  action TEXT NOT NULL,
  object TEXT NOT NULL,
  detail TEXT NOT NULL,  -- JSON
  previous BLOB NOT NULL CHECK (length(previous) = 32),
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX audit_by ON audit (by, id);
CREATE INDEX audit_action ON audit (action, id);

CREATE TABLE audit_checkpoint (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  through INTEGER NOT NULL,  -- rows up to this one may be gone; 0: none
  hash BLOB NOT NULL CHECK (length(hash) = 32)  -- of it
) STRICT;
INSERT INTO audit_checkpoint VALUES (1, 0, zeroblob(32));

CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
WHEN OLD.id > (SELECT through FROM audit_checkpoint)
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_goes_on BEFORE INSERT ON audit
WHEN NEW.previous IS NOT coalesce((SELECT hash FROM audit ORDER BY id DESC LIMIT 1),
    (SELECT hash FROM audit_checkpoint))
  -- One that is given its id; else that is still -1 here. A row that is there would be replaced.
  OR (NEW.id > 0 AND NEW.id <= (SELECT max(id) FROM audit))
BEGIN SELECT RAISE(ABORT, 'the audit log is a chain'); END;
CREATE TRIGGER audit_checkpoint_moves_on BEFORE UPDATE ON audit_checkpoint
WHEN NEW.through <= OLD.through OR NEW.hash IS NOT (SELECT hash FROM audit WHERE id = NEW.through)
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_checkpoint_is_one BEFORE INSERT ON audit_checkpoint
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_checkpoint_stays BEFORE DELETE ON audit_checkpoint
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
)sql";

}  // namespace bank::scheduler
