"""Table F: the console. One function a set of figures that come from the same windows."""
import base64
import json
import os
import re
import socket
import sqlite3
import subprocess
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import long_lists
from appliance import TEXT
from report import Row, absolute, number, spread

TITLE = "Console"
HERE = Path(__file__).resolve().parent
SLOTS = 512
RATE = 500  # messages a second
NETWORK_MS = 500
PASSWORD = "a red apple a day"

ABOUT = f"""\
**F1.** Debian's Chromium, headless, in a context that has a session and no cache, opens `/` as an administrator who reads English (Persian loads a font of 109 kB more), until Today is there and a second longer. What is loaded is documents, style sheets, scripts, the catalogue and the icon, heads and bodies as they come over the wire; calls of the API are counted beside it, the stream of events as one of them.

**F2.** `modembank serve` on {SLOTS} virtual modems of a network time of {NETWORK_MS} ms, so that {RATE} messages a second are half of what they can send; as many are posted, in ten calls a second. One page at a time is open in Chromium, signed in, its stream of events open. Seen is the begin of the first frame that shows it, after a change of the document (a `MutationObserver`); the time counts from the `at` of the event in `GET /v1/events`, which is that of the transaction, before its commit; all by the clock of one machine, on which program, rack, browser and who measures share the cores. The limit's column is when a bare client of `GET /v1/events` beside the browser had it. A reply is from a number that never wrote. A message is one posted for a second and a half later, and is looked at on its page through sending, sent and delivered. A modem is unplugged, and plugged in again until it is ready: the event is `sim.changed` of its SIM; the program looks at its modems four times a second, which is before that and so not in the figure.

**F3.** A million rows each of messages, texts that came in, conversations, suppressions, the audit log, deliveries, batches and refused lines, 50 on a page as the console asks; *amidst* is the page behind the half millionth. Each call goes over one connection that stays, in turn with the very statements that the program runs for it, through Python's `sqlite3` on the same file, rows fetched and no more; in each window the medians are compared. What is left when `GET /healthz` on that connection is subtracted stands behind: where the SQL takes microseconds, the way there and back is most of it."""


def about(_bench):
    return ABOUT


def prepare():
    subprocess.run([HERE.parent / "console/prepare"], check=True, stdout=subprocess.DEVNULL)


# --- F1 -------------------------------------------------------------------------------------------

def f1(bench):
    prepare()
    out = subprocess.run(["node", HERE / "console_load.mjs", str(bench.windows)], check=True,
                         stdout=subprocess.PIPE, text=True,
                         env={**os.environ, "MODEMBANK_PROGRAM": str(bench.program)}).stdout
    loads = [json.loads(line) for line in out.splitlines()]
    for one in loads[0]["files"] + loads[0]["calls"]:
        bench.say(f"f1: {one['octets']:>6} {one['type']:<11} {one['path']}")
    kilobytes = [sum(one["octets"] for one in load["files"]) / 1000 for load in loads]
    calls_too = [sum(one["octets"] for one in load["files"] + load["calls"]) / 1000
                 for load in loads]
    return [absolute("F1", "what the first page loads, packed, with its heads", kilobytes,
                     "≤ 150 kB", at_most=150, unit=" kB", digits=1),
            absolute("F1", "the same with the answers of the API", calls_too, "≤ 150 kB",
                     at_most=150, unit=" kB", digits=1),
            absolute("F1", "requests for what is loaded", [len(one["files"]) for one in loads],
                     "≤ 8", at_most=8, unit="", digits=0),
            absolute("F1", "requests with the calls of the API, the stream of events among them",
                     [len(one["files"] + one["calls"]) for one in loads], "≤ 8", at_most=8,
                     unit="", digits=0),
            absolute("F1", "requests to anybody else", [len(one["others"]) for one in loads], "0",
                     at_most=0, unit="", digits=0)]


# --- F2 -------------------------------------------------------------------------------------------

class Poster:
    """Posts messages steadily, ten times a second, to a number each."""

    def __init__(self, run):
        self.run = run
        self.posted = 0
        self.ends = threading.Event()
        self.trouble = None
        self.thread = threading.Thread(target=self._work)

    def _work(self):
        began = time.monotonic()
        try:
            while not self.ends.wait(0.1):
                due = round((time.monotonic() - began) * RATE) - self.posted
                numbers = [f"+9891{(self.posted + i) % 10**8:08}" for i in range(due)]
                self.run.post({"to": numbers, "text": TEXT})
                self.posted += due
        except Exception as trouble:
            self.trouble = trouble

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()
        if self.trouble:
            raise self.trouble


@contextmanager
def watcher(run, rack):
    """A browser that shows a page of the console; gives what looks at one for a while."""
    appliance = run.appliance
    process = subprocess.Popen(
        ["node", HERE / "console_live.mjs", f"http://{appliance.address}", appliance.key,
         rack.directory / "control", "bench", PASSWORD], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
        env={**os.environ, "MODEMBANK_PROGRAM": str(appliance.program)})

    def said():
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("the browser has ended")
        return line

    def look(page, seconds):
        process.stdin.write(f"{page} {seconds}\n")
        process.stdin.flush()
        return json.loads(said())

    try:
        said()
        yield look
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()


def at(values, share):
    if not values:
        return float("nan")
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


PAGES = {"today": "a reply → the figure of replies on Today",
         "inbox": "a reply → its conversation in the list",
         "message": "a message's state → its page",
         "rack": "a modem that comes or goes → its tile on the rack"}


def f2(bench):
    prepare()
    appliance = bench.appliance("live")
    subprocess.run([bench.program, "user", "add", "bench", "--role", "admin", "--config",
                    appliance.directory / "modembank.toml"], check=True, input=f"{PASSWORD}\n",
                   stdout=subprocess.DEVNULL, text=True)
    found = {page: [] for page in PAGES}
    with bench.rack("live", SLOTS, NETWORK_MS) as rack, appliance.running(rack) as run:
        run.until_ready(SLOTS, 180)
        with Poster(run) as poster, watcher(run, rack) as look:
            time.sleep(2 + 2 * NETWORK_MS / 1000)
            for _ in range(bench.windows):
                for page in PAGES:
                    posted, sent = poster.posted, rack.numbers("stats")["accepted"]
                    began = time.monotonic()
                    one = look(page, bench.seconds)
                    took = time.monotonic() - began
                    rates = [(poster.posted - posted) / took,
                             (rack.numbers("stats")["accepted"] - sent) / took]
                    found[page].append(one)
                    bench.say(f"f2: {page}: {at(one['seen'], .5):.0f} ms, 95 % "
                              f"{at(one['seen'], .95):.0f} ms of {len(one['seen'])} (heard "
                              f"{at(one['heard'], .95):.0f} ms), {one['missed']} not seen; "
                              f"{rates[0]:.0f} posted, {rates[1]:.0f} sent a second")
                    if min(rates) < 0.9 * RATE:
                        bench.say("f2: that was less than was wanted")
    return [row for page, windows in found.items() for row in seen_rows(PAGES[page], windows)]


def seen_rows(figure, windows):
    """All windows together: one has too few for its 95 %; the least and the most are of windows."""
    def of(share, what):
        every = [value for one in windows for value in one[what]]
        parts = [at(one[what], share) for one in windows if one[what]]
        return at(every, share), f"{at(every, share):.0f} ({min(parts):.0f}–{max(parts):.0f})"
    count = sum(len(one["seen"]) for one in windows)
    missed = sum(one["missed"] for one in windows)
    heard = number(of(0.95, "heard")[0]) + " ms"
    if count == 0:
        return [Row("F2", f"{figure}, 95 %", "–", heard, "never seen", "≤ 250 ms", False)]
    late, shown = of(0.95, "seen")
    rows = [Row("F2", f"{figure}, 95 % of {count}", number(late) + " ms", heard, shown,
                "≤ 250 ms", round(late) <= 250 and not missed),
            Row("F2", f"{figure}, median", number(of(0.5, "seen")[0]) + " ms",
                number(of(0.5, "heard")[0]) + " ms", of(0.5, "seen")[1], "–", None)]
    if missed:
        rows.append(Row("F2", f"{figure}, not seen within 15 s", str(missed), "–",
                        f"of {count + missed}", "0", False))
    return rows


# --- F3 -------------------------------------------------------------------------------------------

PAGE = 50  # as the console asks
BEFORE_LANES = 1 << 40
NEWEST = (1 << 63) - 1

VIEW = f"""SELECT m.id, m.batch, m.recipient, t.body, m.class, m.priority, p.name,
 coalesce(w.iccid, 'imsi:' || w.imsi), m.send_at, m.expires_at, m.report, m.encoding, m.flash,
 m.reference, m.state, m.parts, m.parts_sent, m.created_at, m.updated_at, m.attempts,
 coalesce(v.iccid, 'imsi:' || v.imsi), m.modem, v.number, m.wait_until, m.error_code,
 m.error_detail, iif((ifnull(m.home, 0) > {BEFORE_LANES}) AND NOT (m.concat_ref IS NOT NULL),
 b.state, NULL), (m.concat_ref IS NOT NULL), m.topic FROM message m """
VIEW_JOINS = """ LEFT JOIN text t ON t.id = m.text LEFT JOIN pool p ON p.id = m.pool
 LEFT JOIN sim w ON w.id = m.wanted_sim LEFT JOIN sim v ON v.id = m.via
 LEFT JOIN batch b ON b.id = m.batch """
INBOUND = """SELECT i.id, i.kind, i.sender, i.sender_kind, i.sim,
 coalesce(s.iccid, 'imsi:' || s.imsi), s.number, i.modem, t.text, t.data, i.received_at, i.sent_at,
 i.parts, i.missing, i.message_class, i.waiting, i.waiting_active, i.waiting_store,
 i.destination_port, i.source_port, i.problem, i.blocked, i.loopback FROM inbound i
 CROSS JOIN sim s ON s.id = i.sim LEFT JOIN inbound_text t ON t.inbound = i.id """
CONVERSATION = """SELECT c.id, c.party, c.kind, c.state, c.unread, c.last_at,
 coalesce(s.iccid, 'imsi:' || s.imsi), t.text FROM conversation c
 LEFT JOIN inbound i ON i.id = c.last_inbound LEFT JOIN sim s ON s.id = i.sim
 LEFT JOIN inbound_text t ON t.inbound = c.last_inbound """
SUPPRESSION = ("SELECT number, since, scope, reason, evidence, how, who, held, inbound "
               "FROM suppression ")
OF_TOPIC = ("SELECT number, since, 'topic:' || topic, reason, evidence, how, who, 0, NULL "
            "FROM topic_suppression ")


def messages_sql(where="", index=""):
    return (f"{VIEW}{index}{VIEW_JOINS}WHERE {where} m.id < ? ORDER BY m.id DESC "
            f"LIMIT {PAGE + 1}")


MESSAGES_TO = f"""{VIEW}{VIEW_JOINS}WHERE m.id IN (
 SELECT * FROM (SELECT m.id FROM message m INDEXED BY message_queued_to WHERE m.state = 'queued'
  AND m.recipient = ?1 AND m.id < ?2 ORDER BY m.id DESC LIMIT {PAGE + 1}) UNION ALL
 SELECT * FROM (SELECT m.id FROM message m INDEXED BY message_to WHERE m.state <> 'queued'
  AND m.recipient = ?1 AND m.id < ?2 ORDER BY m.id DESC LIMIT {PAGE + 1}))
 ORDER BY m.id DESC LIMIT {PAGE + 1}"""


def conversations_sql(index, where):
    return (f"{CONVERSATION} WHERE c.id IN (SELECT id FROM conversation INDEXED BY {index} "
            f"WHERE {where} (last_at, id) < (?, ?) ORDER BY last_at DESC, id DESC LIMIT {PAGE + 1})"
            " ORDER BY c.last_at DESC, c.id DESC")


HITS = f"""SELECT i.id, i.conversation FROM inbound_words CROSS JOIN inbound i
 ON i.id = inbound_words.rowid WHERE inbound_words MATCH ? AND inbound_words.rowid < ?
 AND i.conversation IS NOT NULL ORDER BY inbound_words.rowid DESC LIMIT {PAGE + 1}"""
SUPPRESSIONS = f"""SELECT * FROM (SELECT * FROM ({SUPPRESSION} WHERE number > ?1 ORDER BY number
 LIMIT {PAGE + 1}) UNION ALL SELECT * FROM ({OF_TOPIC} WHERE (number, topic) > (?1, ?2)
 ORDER BY number, topic LIMIT {PAGE + 1})) ORDER BY number, scope LIKE 'topic:%', scope
 LIMIT {PAGE + 1}"""
HELD = f"""{SUPPRESSION} INDEXED BY suppression_held WHERE held = 1 AND number > ? ORDER BY number
 LIMIT {PAGE + 1}"""
AUDIT = ("SELECT id, at, by, action, object, detail, previous, hash FROM audit WHERE id < ? "
         f"ORDER BY id DESC LIMIT {PAGE + 1}")
DELIVERIES = f"""SELECT id, salt, webhook, type, conversation, state, created_at, attempts, due_at,
 ended_at, error, body FROM webhook_delivery WHERE webhook = 1 AND state = ? AND id < ?
 ORDER BY id DESC LIMIT {PAGE + 1}"""
REJECTIONS = f"""SELECT line, field, recipient, reason FROM batch_rejection WHERE batch = 1
 AND line > ? ORDER BY line LIMIT {PAGE + 1}"""
BATCHES = f"""SELECT id, state, created_at, rejected FROM batch WHERE state <> 'dropped'
 AND id < ? ORDER BY id DESC LIMIT {PAGE + 1}"""
ANSWERED = """SELECT id FROM (SELECT id, via, created_at FROM message INDEXED BY message_to
 WHERE state <> 'queued' AND recipient = ?1 AND parts_sent > 0 AND created_at <= ?2
 AND created_at >= ?3 ORDER BY id DESC LIMIT 64) ORDER BY via IS ?4 DESC, id DESC LIMIT 1"""


def run_sql(sql, *values):
    return lambda db: len(db.execute(sql, values).fetchall())


def search_sql(match, before):
    """Found, and then read one by one, as the page needs them."""
    def bare(db):
        hits = db.execute(HITS, (match, before)).fetchall()
        for hit in hits[:PAGE]:
            db.execute(INBOUND + "WHERE i.id = ?", (hit[0],)).fetchone()
        return len(hits)
    return bare


def items_sql(before):
    """What a conversation's page is made of: three lists, what each text answers, and the items."""
    def bare(db):
        ours = []
        heard = db.execute("SELECT id, received_at, sim FROM inbound INDEXED BY "
                           "inbound_of_conversation WHERE conversation = 1 AND id < ? "
                           f"ORDER BY id DESC LIMIT {PAGE + 1}", (before,)).fetchall()
        for _, at_, sim in heard:
            db.execute(ANSWERED, (long_lists.BUSY, at_, at_ - 30 * long_lists.DAY, sim)).fetchone()
        for which in ("message_to WHERE state <> 'queued'", "message_queued_to WHERE "
                      "state = 'queued'"):
            ours += db.execute(f"SELECT id, created_at FROM message INDEXED BY {which} AND "
                               f"recipient = ? AND id < ? ORDER BY id DESC LIMIT {PAGE + 1}",
                               (long_lists.BUSY, before)).fetchall()
        db.execute("SELECT id, at, who, text FROM conversation_note WHERE conversation = 1 "
                   f"AND id < ? ORDER BY id DESC LIMIT {PAGE + 1}", (before,)).fetchall()
        newest = sorted([(at_, 0, id_) for id_, at_, _ in heard] +
                        [(at_, 1, id_) for id_, at_ in ours], reverse=True)[:PAGE]
        for _, is_ours, id_ in newest:
            db.execute(f"{VIEW}{VIEW_JOINS}WHERE m.id = ?" if is_ours else
                       INBOUND + "WHERE i.id = ?", (id_,)).fetchone()
        return len(newest)
    return bare


def deliveries_sql(before):
    def bare(db):
        found = [one for state in ("pending", "delivered", "dead")
                 for one in db.execute(DELIVERIES, (state, before)).fetchall()]
        for one in sorted(found, reverse=True)[:PAGE + 1]:
            db.execute("SELECT number, at, took, status, error, answer FROM webhook_attempt "
                       "WHERE delivery = ? ORDER BY number", (one[0],)).fetchall()
        return len(found)
    return bare


def batches_sql(before):
    def bare(db):
        found = db.execute(BATCHES, (before,)).fetchall()
        for one in found:
            db.execute("SELECT state, n FROM batch_count WHERE batch = ? AND n > 0",
                       (one[0],)).fetchall()
        return len(found)
    return bare


def outside(prefix, number):
    """As scheduler/outside_name.cpp writes an id."""
    digits = "0123456789abcdefghjkmnpqrstvwxyz"
    return prefix + "".join(digits[number >> shift & 31] for shift in range(60, -1, -5))


def cursor(kind, key):
    """As web/query.cpp writes it."""
    return base64.urlsafe_b64encode(f"1{kind}{key}".encode()).decode().rstrip("=")


def pages_of(run, rows):
    """[(what, path, the same by bare SQL)]: the first page of each list, and one amidst it."""
    deep = rows // 2
    when = round(time.time() * 1000) - 15 * long_lists.DAY  # of the row amidst, or near
    pages = []

    def page(what, path, kind, first, later, key=deep):
        path += ("&" if "?" in path else "?") + f"limit={PAGE}"
        pages.append((what, path, first))
        pages.append((what + ", amidst", f"{path}&after={cursor(kind, key)}", later))

    def messages(what, query, sql, *values):
        page(what, "/v1/messages" + query, "m", run_sql(sql, *values, NEWEST),
             run_sql(sql, *values, deep))

    messages("messages", "", messages_sql())
    messages("messages that were delivered", "?state=delivered",
             messages_sql("m.state = ? AND", "INDEXED BY message_state"), "delivered")
    messages("messages that failed, one of twenty", "?state=failed",
             messages_sql("m.state = ? AND", "INDEXED BY message_state"), "failed")
    messages("messages by number, which has ten thousand",
             "?to=" + long_lists.BUSY.replace("+", "%2B"), MESSAGES_TO, long_lists.BUSY)
    rare = long_lists.number_of(deep)
    pages.append(("messages by number, which has three",
                  f"/v1/messages?to={rare.replace('+', '%2B')}&limit={PAGE}",
                  run_sql(MESSAGES_TO, rare, NEWEST)))
    messages("messages of a batch of ten thousand", f"?batch={outside('bat_', 1)}",
             messages_sql("m.batch = ? AND m.batch IS NOT NULL AND",
                          "INDEXED BY message_batch"), 1)
    for what, query, index, where in (
            ("conversations", "", "conversation_last", ""),
            ("conversations that are open", "?state=open", "conversation_state",
             "state = 'open' AND"),
            ("conversations that are unread", "?unread=true", "conversation_unread",
             "unread > 0 AND")):
        sql = conversations_sql(index, where)
        page(what, "/v1/conversations" + query, "c", run_sql(sql, NEWEST, NEWEST),
             run_sql(sql, when, deep), key=f"{when} {deep}")
    page("a conversation of twenty thousand", f"/v1/conversations/{outside('con_', 1)}/items", "i",
         items_sql(NEWEST), items_sql(deep), key=f"{deep} {deep} {deep}")
    for what, words, match in (
            ("search in conversations, a word that all have", "thank", '"thank" *'),
            ("search, a word that one of 5,000 has", long_lists.RARE_WORD + " order",
             f'"{long_lists.RARE_WORD}" AND "order" *')):
        page(what, "/v1/conversations/search?q=" + words.replace(" ", "%20"), "f",
             search_sql(match, NEWEST), search_sql(match, deep))
    number = f"+9894{deep:08}"
    page("suppressions", "/v1/suppressions", "s", run_sql(SUPPRESSIONS, "", ""),
         run_sql(SUPPRESSIONS, number, "\U0010ffff"), key=number)
    page("suppressions that are held", "/v1/suppressions?held=true", "s", run_sql(HELD, ""),
         run_sql(HELD, number), key=number)
    page("the audit log", "/v1/audit", "a", run_sql(AUDIT, NEWEST), run_sql(AUDIT, deep))
    webhook = run.get("/v1/webhooks")["items"][0]["id"]
    page("deliveries of a webhook", f"/v1/webhooks/{webhook}/deliveries", "d",
         deliveries_sql(NEWEST), deliveries_sql(deep))
    page("batches", "/v1/batches", "b", batches_sql(NEWEST), batches_sql(deep))
    page("refused lines of a batch", f"/v1/batches/{outside('bat_', 1)}/rejections", "r",
         run_sql(REJECTIONS, 0), run_sql(REJECTIONS, deep))
    return pages


class Asker:
    """One connection that stays, with as little between as there can be: what is measured is the
    program."""

    def __init__(self, appliance):
        host, port = appliance.address.split(":")
        self.socket = socket.create_connection((host, int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.heads = (f" HTTP/1.1\r\nHost: {appliance.address}\r\n"
                      f"Authorization: Bearer {appliance.key}\r\n\r\n").encode()

    def get(self, path):
        """Seconds, and the body."""
        began = time.perf_counter()
        self.socket.sendall(b"GET " + path.encode() + self.heads)
        answer = self.socket.recv(1 << 20)
        while b"\r\n\r\n" not in answer:
            answer += self.socket.recv(1 << 20)
        end = answer.index(b"\r\n\r\n") + 4
        length = int(re.search(rb"content-length: *(\d+)", answer[:end], re.I)[1])
        while len(answer) < end + length:
            answer += self.socket.recv(1 << 20)
        took = time.perf_counter() - began
        if not answer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"GET {path}: {answer[:500].decode(errors='replace')}")
        return took, answer[end:]


def timed(act, *values):
    began = time.perf_counter()
    act(*values)
    return time.perf_counter() - began


def side_by_side(asker, db, path, bare, seconds):
    """Medians of a window, in ms: the call, its SQL, and a call that asks for nothing; in turn."""
    ours, limit, floor = [], [], []
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(ours) < 3:
        ours.append(asker.get(path)[0] * 1000)
        limit.append(timed(bare, db) * 1000)
        floor.append(asker.get("/healthz")[0] * 1000)
    return median(ours), median(limit), median(floor)


def list_row(what, windows):
    ratios = [ours / limit for ours, limit, _ in windows]
    less = [max(0.0, ours - floor) / limit for ours, limit, floor in windows]
    ours, limit, _ = (median(column) for column in zip(*windows))
    return Row("F3", what, number(ours) + " ms", number(limit) + " ms",
               f"{spread(ratios, 1)}, {median(less):.1f} less /healthz", "≤ 5 × bare SQL",
               round(median(ratios), 1) <= 5)


def f3(bench):
    rows = 20_000 if bench.windows == 1 else 1_000_000
    appliance = bench.appliance("lists")
    with appliance.running() as run:
        run.post({"to": long_lists.BUSY, "text": TEXT})
        run.ask("POST", "/v1/webhooks", {"url": "https://example.org/hook", "events": ["*"]})
    began = time.monotonic()
    file = appliance.directory / "modembank.db"
    long_lists.fill(file, rows)
    bench.say(f"f3: {rows:,} rows of each in {time.monotonic() - began:.0f} s, "
              f"{file.stat().st_size / 2**20:,.0f} MiB")
    found = {}
    with appliance.running() as run:
        asker = Asker(appliance)
        db = sqlite3.connect(f"file:{file}?mode=ro", uri=True, isolation_level=None)
        pages = pages_of(run, rows)
        today = []
        for _ in range(bench.windows):
            for what, path, bare in pages:
                items = len(json.loads(asker.get(path)[1])["items"])
                rows_there = bare(db)
                if items == 0 or min(rows_there, PAGE) < items:
                    raise RuntimeError(f"{path}: {items} items, {rows_there} rows by bare SQL")
                found.setdefault(what, []).append(
                    side_by_side(asker, db, path, bare, bench.seconds / 20))
            today.append(median(asker.get("/v1/today")[0] * 1000 for _ in range(5)))
        db.close()
    table = [list_row(what, windows) for what, windows in found.items()]
    floors = [floor for windows in found.values() for _, _, floor in windows]
    return table + [
        Row("F3", "GET /healthz, on the same connection", number(median(floors)) + " ms", "–",
            spread(floors, 2), "–", None),
        Row("F3", "GET /v1/today", number(median(today)) + " ms", "–", spread(today, 1), "–",
            None)]


# By the rows they give, in the order in which they are measured.
MEASURES = {("F1",): f1, ("F2",): f2, ("F3",): f3}
