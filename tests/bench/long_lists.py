"""The database of F3: a million rows of all that the console lists, written past the program."""
import sqlite3
import time

DAY = 86_400_000  # ms
# A number, a conversation and a batch that have many: pages of theirs are deep as well.
BUSY = "+989130000000"
SELDOM = 100  # every so many rows are of these
RARE_WORD = "w777"

COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows) "


def number_of(i):
    """Whom that message is to, where it is not to the busy one."""
    return f"+9891{i * 7919 % 300_000:08}"


def columns(db, table, without=()):
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})") if row[1] not in without]


def messages(db, rows, now):
    """As the one that was posted: every tenth of the newest tenth waits still, and of the others
    every twentieth has failed."""
    first = db.execute("SELECT id, state FROM message LIMIT 1").fetchone()
    db.execute("INSERT INTO batch (id, key, created_at) VALUES (1, 1, :now)", {"now": now})
    values = {
        "id": f"{first[0]} + i",
        "state": "CASE WHEN i > :rows * 9 / 10 AND i % 10 = 0 THEN 'queued' "
                 "WHEN i % 20 = 3 THEN 'failed' ELSE 'delivered' END",
        "recipient": f"iif(i % {SELDOM} = 1, '{BUSY}', "
                     "printf('+9891%08d', (i * 7919) % 300000))",
        "parts_sent": "iif(i > :rows * 9 / 10 AND i % 10 = 0 OR i % 20 = 3, 0, 1)",
        "error_code": "iif(i % 20 = 3, 'cms.28', NULL)",
        "error_detail": "iif(i % 20 = 3, 'unidentified subscriber', NULL)",
        "batch": f"iif(i % {SELDOM} = 2, 1, NULL)",
        "created_at": ":now - 30 * :day + i * (30 * :day / :rows)",
        "updated_at": ":now - 30 * :day + i * (30 * :day / :rows)",
        "expires_at": ":now + 30 * :day"}
    names = columns(db, "message")
    db.execute(f"{COUNT} INSERT INTO message ({', '.join(names)}) SELECT "
               f"{', '.join(values.get(name, 'm.' + name) for name in names)} "
               f"FROM n CROSS JOIN message m WHERE m.id = {first[0]}",
               {"rows": rows, "now": now, "day": DAY})
    db.execute("UPDATE message_count SET n = (SELECT count(*) FROM message m "
               "WHERE m.state = message_count.state)")
    db.execute("INSERT OR REPLACE INTO batch_count SELECT batch, state, count(*) FROM message "
               "WHERE batch IS NOT NULL GROUP BY 1, 2")


def replies(db, rows, now):
    """Each of somebody else, but for those of the busy one; all have joined their conversations."""
    db.execute("INSERT OR IGNORE INTO sim (id, iccid, number, created_at) "
               "VALUES (1, '8998110000000000001', '+989120000001', :now)", {"now": now})
    db.execute(f"{COUNT} INSERT INTO inbound (id, kind, sim, modem, sender, sender_kind, "
               "received_at, sent_at, parts, problem, conversation) SELECT i, 'text', 1, "
               f"'slot-01', iif(i % {SELDOM} = 1, '{BUSY}', "
               "printf('+9893%08d', i)), 'international', :now - 30 * :day + "
               "i * (30 * :day / :rows), NULL, 1, '', "
               f"iif(i % {SELDOM} = 1, 1, i) FROM n",
               {"rows": rows, "now": now, "day": DAY})
    db.execute(f"{COUNT} INSERT INTO inbound_text (inbound, text) SELECT i, "
               "'thank you for order w' || (i % 5000) || ', see you at six' FROM n", {"rows": rows})
    db.execute("INSERT INTO inbound_words (rowid, words) SELECT inbound, replace(text, ',', ' ') "
               "FROM inbound_text")
    db.execute("INSERT INTO conversation (id, party, kind, state, unread, last_at, last_inbound) "
               "SELECT conversation, sender, 'number', iif(conversation % 4 = 0, 'done', 'open'), "
               "conversation % 10 = 0, max(received_at), max(id) FROM inbound "
               "GROUP BY conversation")
    db.execute("UPDATE conversation_cursor SET inbound = :rows", {"rows": rows})


def others(db, rows, now):
    about = {"rows": rows, "now": now, "day": DAY}
    db.execute(f"{COUNT} INSERT INTO suppression (number, since, scope, reason, evidence, how, "
               "held) SELECT printf('+9894%08d', i), :now - i, 'all', 'opt_out', 'STOP', 'text', "
               "i % 10 = 0 FROM n", about)
    # The chain is made by hand; nobody walks it here.
    goes_on = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'audit_goes_on'").fetchone()[0]
    db.execute("DROP TRIGGER audit_goes_on")
    db.execute(f"{COUNT} INSERT INTO audit (at, by, action, object, detail, previous, hash) "
               "SELECT :now - :rows + i, 'amin', 'message.cancelled', 'msg_' || i, '{}', "
               "randomblob(32), randomblob(32) FROM n", about)
    db.execute(goes_on)
    db.execute(f"{COUNT} INSERT INTO webhook_delivery (webhook, type, conversation, body, salt, "
               "created_at, state, attempts, ended_at) SELECT 1, 'message.sent', "
               "printf('+9891%08d', i), '{\"type\":\"message.sent\",\"data\":{}}', i, :now - :rows "
               "+ i, iif(i % 10 = 0, 'dead', 'delivered'), 1, :now FROM n", about)
    db.execute("UPDATE webhook SET dead = :rows / 10, delivered = :rows - :rows / 10", about)
    db.execute(f"{COUNT} INSERT INTO batch (key, created_at) SELECT 1, :now FROM n", about)
    db.execute(f"{COUNT} INSERT INTO batch_rejection (batch, line, field, recipient, reason) "
               "SELECT 1, i, '/to', '12', 'write a number' FROM n", about)
    db.execute("UPDATE batch SET rejected = :rows WHERE id = 1", about)


def fill(file, rows):
    """Rows of the tables that lists are read from; the program must not run, and must have made a
    message and a webhook."""
    db = sqlite3.connect(file)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -500000")
    now = round(time.time() * 1000)
    with db:
        for part in messages, replies, others:
            part(db, rows, now)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
