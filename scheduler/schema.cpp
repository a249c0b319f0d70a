#include "scheduler/schema.hpp"

#include "scheduler/schema_accounts.hpp"
#include "scheduler/schema_alarms.hpp"
#include "scheduler/schema_conversations.hpp"
#include "scheduler/schema_replies.hpp"
#include "scheduler/schema_rights.hpp"
#include "scheduler/schema_sims.hpp"
#include "scheduler/schema_webhooks.hpp"

namespace bank::scheduler {
namespace {

// `lane` says where a queued message waits, in one number so that the queue's index is small: the
// pool's id, or the SIM's id negated. An index with a WHERE holds only what it is for (the queue,
// what is in flight, what waits for a report): its size does not grow with history.
//
// CHECKs are chains of OR: for a list of three or more SQLite builds a temporary tree on every
// insert and update, which cost a third of the writer's time.
constexpr std::string_view book = R"sql(
CREATE TABLE boot (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL UNIQUE,
  -- The least (wall - boot clock) of any stamp of this boot, ms: how far the wall clock has jumped.
  lowest_offset INTEGER NOT NULL DEFAULT 9223372036854775807
) STRICT;

CREATE TABLE sim (
  id INTEGER PRIMARY KEY,
  iccid TEXT UNIQUE,
  imsi TEXT UNIQUE,
  number TEXT NOT NULL DEFAULT '',
  label TEXT NOT NULL DEFAULT '',
  operator_name TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  CHECK (iccid IS NOT NULL OR imsi IS NOT NULL)
) STRICT;

CREATE TABLE pool (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE pool_member (
  sim INTEGER NOT NULL REFERENCES sim(id) ON DELETE CASCADE,
  pool TEXT NOT NULL,
  PRIMARY KEY (sim, pool)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
  scopes TEXT NOT NULL,
  classes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;

CREATE TABLE batch (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key INTEGER REFERENCES api_key(id),
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE text (
  id INTEGER PRIMARY KEY,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE message (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state TEXT NOT NULL CHECK (state = 'queued' OR state = 'sending' OR state = 'sent' OR
    state = 'delivered' OR state = 'undelivered' OR state = 'failed' OR state = 'expired' OR
    state = 'cancelled' OR state = 'suppressed' OR state = 'uncertain'),
  recipient TEXT NOT NULL,
  text INTEGER NOT NULL,  -- no foreign key: retention drops texts and keeps the history
  class TEXT NOT NULL
    CHECK (class = 'transactional' OR class = 'promotional' OR class = 'service' OR
      class = 'otp' OR class = 'system'),
  priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 9),
  pool INTEGER NOT NULL REFERENCES pool(id),
  wanted_sim INTEGER REFERENCES sim(id),
  lane INTEGER NOT NULL,
  send_at INTEGER,
  wait_until INTEGER,
  expires_at INTEGER NOT NULL,
  report INTEGER NOT NULL CHECK (report IN (0, 1)),
  encoding TEXT NOT NULL CHECK (encoding = 'auto' OR encoding = 'gsm7' OR encoding = 'ucs2' OR
    encoding = 'plain'),
  flash INTEGER NOT NULL CHECK (flash IN (0, 1)),
  reference TEXT NOT NULL,
  parts INTEGER NOT NULL CHECK (parts BETWEEN 1 AND 255),
  parts_sent INTEGER NOT NULL DEFAULT 0 CHECK (parts_sent BETWEEN 0 AND parts),
  in_flight INTEGER NOT NULL DEFAULT 0 CHECK (in_flight IN (0, 1)),
  round INTEGER NOT NULL DEFAULT 0,  -- grows when all parts start over
  attempts INTEGER NOT NULL DEFAULT 0,
  via INTEGER REFERENCES sim(id),
  modem TEXT,
  concat_ref INTEGER CHECK (concat_ref BETWEEN 0 AND 255),
  avoid TEXT,  -- ids of SIMs, with commas between
  error_code TEXT,
  error_detail TEXT,
  batch INTEGER REFERENCES batch(id),
  key INTEGER REFERENCES api_key(id),
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE INDEX message_ready ON message (lane, priority DESC, id)
  WHERE state = 'queued' AND wait_until IS NULL;
CREATE INDEX message_waiting ON message (wait_until)
  WHERE state = 'queued' AND wait_until IS NOT NULL;
CREATE INDEX message_life ON message (expires_at) WHERE state = 'queued';
CREATE INDEX message_queued_to ON message (recipient, priority, id) WHERE state = 'queued';
CREATE INDEX message_to ON message (recipient, id);
CREATE INDEX message_state ON message (state, id);
CREATE INDEX message_batch ON message (batch, id) WHERE batch IS NOT NULL;
CREATE INDEX message_open_reference ON message (recipient, via, concat_ref)
  WHERE concat_ref IS NOT NULL
    AND (state = 'queued' OR state = 'sending' OR state = 'uncertain');

CREATE TABLE message_count (
  state TEXT PRIMARY KEY,
  n INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO message_count (state, n) VALUES ('queued', 0), ('sending', 0), ('sent', 0),
  ('delivered', 0), ('undelivered', 0), ('failed', 0), ('expired', 0), ('cancelled', 0),
  ('suppressed', 0), ('uncertain', 0);

CREATE TABLE batch_count (
  batch INTEGER NOT NULL REFERENCES batch(id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (batch, state)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER message_counted AFTER INSERT ON message BEGIN
  UPDATE message_count SET n = n + 1 WHERE state = new.state;
END;
CREATE TRIGGER message_moved AFTER UPDATE OF state ON message WHEN old.state <> new.state BEGIN
  UPDATE message_count SET n = n + 1 WHERE state = new.state;
  UPDATE message_count SET n = n - 1 WHERE state = old.state;
END;
CREATE TRIGGER message_gone AFTER DELETE ON message BEGIN
  UPDATE message_count SET n = n - 1 WHERE state = old.state;
END;
CREATE TRIGGER batch_counted AFTER INSERT ON message WHEN new.batch IS NOT NULL BEGIN
  INSERT INTO batch_count (batch, state, n) VALUES (new.batch, new.state, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER batch_moved AFTER UPDATE OF state ON message
  WHEN new.batch IS NOT NULL AND old.state <> new.state BEGIN
  INSERT INTO batch_count (batch, state, n) VALUES (new.batch, new.state, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
  UPDATE batch_count SET n = n - 1 WHERE batch = new.batch AND state = old.state;
END;
CREATE TRIGGER batch_gone AFTER DELETE ON message WHEN old.batch IS NOT NULL BEGIN
  UPDATE batch_count SET n = n - 1 WHERE batch = old.batch AND state = old.state;
END;

CREATE TABLE submission (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message INTEGER NOT NULL REFERENCES message(id) ON DELETE CASCADE,
  round INTEGER NOT NULL,
  part INTEGER NOT NULL CHECK (part BETWEEN 1 AND 255),
  sim INTEGER NOT NULL REFERENCES sim(id),
  modem TEXT NOT NULL,
  tail TEXT NOT NULL,  -- the recipient's last eight digits, as status reports are matched
  began_at INTEGER NOT NULL,
  outcome TEXT NOT NULL DEFAULT 'sending' CHECK (outcome = 'sending' OR outcome = 'sent' OR
    outcome = 'delivered' OR outcome = 'undelivered' OR outcome = 'refused' OR
    outcome = 'not_sent' OR outcome = 'uncertain'),
  -- The stamp: when the end was known, on both clocks. While it is NULL the part is in flight.
  ended_at INTEGER,
  ended_boot INTEGER,
  boot INTEGER REFERENCES boot(id),
  counts INTEGER NOT NULL DEFAULT 1 CHECK (counts IN (0, 1)),  -- uses the SIM's allowance
  tp_mr INTEGER CHECK (tp_mr BETWEEN 0 AND 255),
  awaits INTEGER NOT NULL DEFAULT 0 CHECK (awaits IN (0, 1)),  -- a status report would settle it
  tp_status INTEGER,
  error_code TEXT,
  error_detail TEXT
) STRICT;

CREATE INDEX submission_message ON submission (message, round, part);
CREATE INDEX submission_in_flight ON submission (sim) WHERE ended_at IS NULL;
CREATE INDEX submission_stamp ON submission (sim, ended_at)
  WHERE counts = 1 AND ended_at IS NOT NULL;
CREATE INDEX submission_awaiting ON submission (sim, tail, tp_mr) WHERE awaits = 1;

CREATE TABLE unmatched_report (
  id INTEGER PRIMARY KEY,
  sim INTEGER NOT NULL REFERENCES sim(id),
  tail TEXT NOT NULL,
  tp_mr INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  scts INTEGER,
  tp_status INTEGER NOT NULL,
  received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX unmatched_report_key ON unmatched_report (sim, tail);

CREATE TABLE concat_reference (
  sim INTEGER NOT NULL REFERENCES sim(id) ON DELETE CASCADE,
  recipient TEXT NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (sim, recipient)
) STRICT, WITHOUT ROWID;

CREATE TABLE suppression (
  number TEXT PRIMARY KEY,
  since INTEGER NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('all', 'promotional')),
  reason TEXT NOT NULL CHECK (reason = 'opt_out' OR reason = 'operator' OR reason = 'erasure' OR
    reason = 'invalid_number'),
  evidence TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
  key INTEGER NOT NULL REFERENCES api_key(id),
  name TEXT NOT NULL,
  body_hash BLOB NOT NULL CHECK (length(body_hash) = 32),
  status INTEGER NOT NULL,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (key, name)
) STRICT;
CREATE INDEX idempotency_age ON idempotency (created_at);

CREATE TABLE pin_attempt (
  subject TEXT NOT NULL,  -- the SIM, or the slot of one never seen
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  tried_at INTEGER NOT NULL,
  accepted INTEGER NOT NULL DEFAULT 0 CHECK (accepted IN (0, 1)),
  PRIMARY KEY (subject, hash)
) STRICT;
)sql";

// A batch whose upload may be of any length has lanes of its own, `home` of its messages: the whole
// of it is opened, held back or dropped by one row, however many messages wait in it. Lanes begin
// where no pool's id and no SIM's comes.
//
// Messages are counted by the program, once a transaction (scheduler/book_counts): triggers took
// half the time of an insert. What is queued stands in message_queued_to alone, and in message_to
// when it has left: one index in random order less for what comes in at the door.
constexpr std::string_view batches = R"sql(
DROP TRIGGER message_counted;
DROP TRIGGER message_moved;
DROP TRIGGER message_gone;
DROP TRIGGER batch_counted;
DROP TRIGGER batch_moved;
DROP TRIGGER batch_gone;

DROP INDEX message_to;
CREATE INDEX message_to ON message (recipient, id) WHERE state <> 'queued';

ALTER TABLE batch ADD COLUMN state TEXT NOT NULL DEFAULT 'open' CHECK (state = 'receiving' OR
  state = 'open' OR state = 'paused' OR state = 'cancelled' OR state = 'dropped');
ALTER TABLE batch ADD COLUMN rejected INTEGER NOT NULL DEFAULT 0;  -- refused lines
-- The first message that does not yet follow its batch, in steps: cancelled with it, or dropped.
ALTER TABLE batch ADD COLUMN sweep INTEGER;
CREATE INDEX batch_sweep ON batch (id) WHERE sweep IS NOT NULL;
CREATE INDEX batch_receiving ON batch (id) WHERE state = 'receiving';

CREATE TABLE batch_rejection (
  batch INTEGER NOT NULL REFERENCES batch(id) ON DELETE CASCADE,
  line INTEGER NOT NULL,
  field TEXT NOT NULL,      -- RFC 6901 into the line; empty: the line as a whole
  recipient TEXT NOT NULL,  -- as sent; may be empty
  reason TEXT NOT NULL,
  PRIMARY KEY (batch, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE lane (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch INTEGER NOT NULL REFERENCES batch(id) ON DELETE CASCADE,
  pool INTEGER REFERENCES pool(id),
  sim INTEGER REFERENCES sim(id),  -- exactly one of the two
  CHECK ((pool IS NULL) <> (sim IS NULL))
) STRICT;
CREATE INDEX lane_batch ON lane (batch);
INSERT INTO sqlite_sequence (name, seq) VALUES ('lane', 1099511627776);

-- No foreign key: it would look through all messages for each lane that goes.
ALTER TABLE message ADD COLUMN home INTEGER;
)sql";

constexpr std::string_view copies_and_keys = R"sql(
ALTER TABLE api_key ADD COLUMN pools TEXT NOT NULL DEFAULT '';  -- empty: all
ALTER TABLE api_key ADD COLUMN last_used_at INTEGER;

-- A row here says that the file is a copy, which nobody may send from before it is restored.
CREATE TABLE copy (
  taken_at INTEGER NOT NULL
) STRICT;

-- What SIMs sent before a restore this book does not know, on both clocks.
CREATE TABLE restoration (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  at_boot INTEGER NOT NULL,
  boot INTEGER NOT NULL REFERENCES boot(id),
  released INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1))  -- for SIMs seen from now on
) STRICT;
ALTER TABLE sim ADD COLUMN restoration INTEGER REFERENCES restoration(id);  -- NULL: released
)sql";

// A text goes when its message is old enough. Messages are looked at in the order in which they
// were accepted, once; those whose text has to stay then are listed, and looked at again. So
// neither what comes in pays for it, with an index more, nor is history walked through for what it
// lacks.
constexpr std::string_view retention = R"sql(
CREATE TABLE retention (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- Up to this message none has its text but those in kept_text.
  texts_to INTEGER NOT NULL
) STRICT;

CREATE TABLE kept_text (
  message INTEGER PRIMARY KEY REFERENCES message(id) ON DELETE CASCADE,
  text INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_text_text ON kept_text (text);
)sql";

// A program that ends again before that modem has answered must know of it still. At most one part
// of each SIM.
//
// A wall clock that was behind for a while has stamped parts too early. While the machine is up the
// boot clock tells their age; after it the highest offset that the boot came to does.
//
// A PIN whose answer was lost, with the program or with the modem, is no refused one: it may be
// entered once more, which leaves a SIM one of its three tries.
constexpr std::string_view open_ends = R"sql(
CREATE TABLE doubt (
  submission INTEGER PRIMARY KEY  -- ended without its result; its modem may still have it
) STRICT;

-- The most that (wall - boot clock) was in this boot, ms; as lowest_offset is the least.
ALTER TABLE boot ADD COLUMN highest_offset INTEGER;

ALTER TABLE pin_attempt ADD COLUMN entered INTEGER NOT NULL DEFAULT 1;  -- since it was accepted
ALTER TABLE pin_attempt ADD COLUMN refused INTEGER NOT NULL DEFAULT 0 CHECK (refused IN (0, 1));
UPDATE pin_attempt SET entered = 0 WHERE accepted = 1;
UPDATE pin_attempt SET refused = 1 WHERE accepted = 0;
ALTER TABLE pin_attempt DROP COLUMN accepted;
)sql";

// What a SIM took in stands here before it goes from the SIM: each PDU is a part, and has come out
// in a message or waits for the others of its message. Those that wait are few, and bounded; the
// indexes for them hold nothing else.
//
// A part is known again by two hashes: of its TPDU, and, one of several, of what does not change
// when the service centre sends it once more with another time.
constexpr std::string_view inbound = R"sql(
CREATE TABLE inbound (
  id INTEGER PRIMARY KEY AUTOINCREMENT,  -- in the order in which they came out
  kind TEXT NOT NULL CHECK (kind = 'text' OR kind = 'binary' OR kind = 'waiting' OR
    kind = 'call' OR kind = 'unreadable'),
  sim INTEGER NOT NULL REFERENCES sim(id),
  modem TEXT NOT NULL,   -- that heard its first part
  sender TEXT NOT NULL,  -- a number, a name, or empty
  sender_kind TEXT NOT NULL CHECK (sender_kind = 'unknown' OR sender_kind = 'international' OR
    sender_kind = 'national' OR sender_kind = 'network' OR sender_kind = 'subscriber' OR
    sender_kind = 'alphanumeric' OR sender_kind = 'abbreviated'),
  received_at INTEGER NOT NULL,  -- its last part
  sent_at INTEGER,               -- the service centre's time; NULL: it gave none
  parts INTEGER NOT NULL CHECK (parts BETWEEN 1 AND 255),
  missing TEXT,  -- numbers of the parts that did not come, with commas between; NULL: complete
  message_class INTEGER CHECK (message_class BETWEEN 0 AND 3),
  waiting TEXT CHECK (waiting = 'voice' OR waiting = 'fax' OR waiting = 'email' OR
    waiting = 'other' OR waiting = 'video'),
  waiting_active INTEGER CHECK (waiting_active IN (0, 1)),
  waiting_store INTEGER CHECK (waiting_store IN (0, 1)),
  destination_port INTEGER,
  source_port INTEGER,
  problem TEXT NOT NULL  -- why it cannot be read; empty: it can
) STRICT;

-- A row for each but calls, until retention drops it.
CREATE TABLE inbound_text (
  inbound INTEGER PRIMARY KEY REFERENCES inbound(id) ON DELETE CASCADE,
  text TEXT,
  data TEXT  -- hex
) STRICT;

CREATE TABLE inbound_part (
  id INTEGER PRIMARY KEY,  -- in the order in which they were heard
  sim INTEGER NOT NULL REFERENCES sim(id),
  modem TEXT NOT NULL,
  pdu TEXT,  -- hex, with the service centre's field; NULL: retention dropped it
  hash BLOB NOT NULL CHECK (length(hash) = 16),  -- of the TPDU
  content BLOB CHECK (length(content) = 16),     -- of one of several: sender, place and content
  sender TEXT NOT NULL,
  reference INTEGER CHECK (reference BETWEEN 0 AND 65535),  -- these four: of one of several
  bits INTEGER CHECK (bits = 8 OR bits = 16),
  total INTEGER CHECK (total BETWEEN 2 AND 255),
  number INTEGER CHECK (number BETWEEN 1 AND total),
  heard_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,  -- when it was heard again last, as far as that matters
  sent_at INTEGER,           -- TP-SCTS; NULL: it is no time
  inbound INTEGER REFERENCES inbound(id)  -- NULL: it waits for others
) STRICT;
CREATE INDEX inbound_part_hash ON inbound_part (sim, hash);
CREATE INDEX inbound_part_content ON inbound_part (sim, content) WHERE content IS NOT NULL;
CREATE INDEX inbound_part_of ON inbound_part (inbound) WHERE inbound IS NOT NULL;
-- With `inbound` SQLite counts in the index alone, although it is NULL in all of it.
CREATE INDEX inbound_part_open ON inbound_part (sim, sender, reference, bits, total, inbound)
  WHERE inbound IS NULL;
CREATE INDEX inbound_part_age ON inbound_part (heard_at) WHERE inbound IS NULL;
)sql";

// What happened to the modems and who asked what of them: for people, bounded by its own number.
// And what daily life with SIMs asks for: their balance, that they are used, senders in the way.
constexpr std::string_view rack = R"sql(
CREATE TABLE modem_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  modem TEXT NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind = 'state' OR kind = 'verdict' OR kind = 'sim' OR
    kind = 'recovery' OR kind = 'person' OR kind = 'ussd'),
  what TEXT NOT NULL
) STRICT;
CREATE INDEX modem_event_of ON modem_event (modem, id);

CREATE TABLE paused_modem (
  name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- The message that was queued last so that this SIM is not taken away for want of use.
CREATE TABLE keep_alive (
  sim INTEGER PRIMARY KEY REFERENCES sim(id) ON DELETE CASCADE,
  message INTEGER NOT NULL,  -- no foreign key: it goes with the history
  asked_at INTEGER NOT NULL
) STRICT;

-- What the network told last of what is left to spend.
CREATE TABLE sim_balance (
  sim INTEGER PRIMARY KEY REFERENCES sim(id) ON DELETE CASCADE,
  amount INTEGER NOT NULL,  -- hundredths
  at INTEGER NOT NULL,
  text TEXT NOT NULL,
  released INTEGER NOT NULL DEFAULT 0 CHECK (released IN (0, 1))  -- sends all the same
) STRICT;

-- Kept, and not shown to who does not ask for it. The inbox is read by the index of the others: so
-- a page of them costs the same, however many stand between.
ALTER TABLE inbound ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1));
CREATE INDEX inbound_shown ON inbound (id) WHERE blocked = 0;
)sql";

// What the rack sends to itself, so that somebody knows that a SIM sends and that it arrives. It
// comes in like all else, and stands in the inbox for who asks for it.
constexpr std::string_view loopbacks = R"sql(
-- The last of each SIM.
CREATE TABLE loopback (
  sim INTEGER PRIMARY KEY REFERENCES sim(id) ON DELETE CASCADE,
  message INTEGER NOT NULL,  -- no foreign key: it goes with the history
  modem TEXT NOT NULL,       -- that the SIM was in
  recipient TEXT NOT NULL,
  token TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state = 'open' OR state = 'arrived' OR state = 'not_sent' OR
    state = 'undelivered' OR state = 'missing'),
  ended_at INTEGER,
  took INTEGER  -- ms, from the begin of its submission to its arrival
) STRICT;
CREATE INDEX loopback_token ON loopback (token);

ALTER TABLE inbound ADD COLUMN loopback INTEGER NOT NULL DEFAULT 0 CHECK (loopback IN (0, 1));
DROP INDEX inbound_shown;
CREATE INDEX inbound_shown ON inbound (id) WHERE blocked = 0 AND loopback = 0;
)sql";

// By time, so that what comes in together is written together: by the hash alone each part touches
// a page of its own, and a burst writes as many pages as it has texts.
constexpr std::string_view known_by_time = R"sql(
DROP INDEX inbound_part_hash;
CREATE INDEX inbound_part_hash ON inbound_part (sim, sent_at, hash);
)sql";

constexpr store::Migration migrations[] = {
    {.number = 1, .what = "the message book", .sql = book},
    {.number = 2, .what = "batches of any length", .sql = batches},
    {.number = 3, .what = "copies, and what keys may do", .sql = copies_and_keys},
    {.number = 4, .what = "how far texts are gone", .sql = retention},
    {.number = 5, .what = "what a crash leaves open", .sql = open_ends},
    {.number = 6, .what = "what SIMs receive", .sql = inbound},
    {.number = 7, .what = "what happens to modems", .sql = rack},
    {.number = 8, .what = "what the rack sends to itself", .sql = loopbacks},
    {.number = 9, .what = "what came in before is found by its time", .sql = known_by_time},
    {.number = 10, .what = "what people wish, and who changed it", .sql = replies_schema},
    {.number = 11, .what = "conversations", .sql = conversations_schema},
    {.number = 12, .what = "who is told of what happens", .sql = webhooks_schema},
    {.number = 13, .what = "alarms", .sql = alarms_schema},
    {.number = 14, .what = "what keys may do, and who did what", .sql = rights_schema},
    {.number = 15, .what = "people who sign in", .sql = accounts_schema},
    {.number = 16, .what = "what is set for SIMs", .sql = sims_schema},
};

}  // namespace

const store::Schema& schema() {
  // "mbnk": what `file` and SQLite's own tools show as the application of the file.
  static constexpr store::Schema ours{
      .program = "modembank", .application_id = 0x6D626E6B, .migrations = migrations};
  return ours;
}

}  // namespace bank::scheduler
