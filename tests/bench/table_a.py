"""Table A: from acceptance to modem. One function a set of figures that come from the same windows."""
import json
import time
from statistics import median

import limits
import machine
from appliance import TEXT
from report import absolute, beside, difference, missing, ratio, row

TITLE = "From acceptance to modem"
SLOW, FAST = 1000, 100  # network times, ms

ABOUT = """\
**Limits.** *wire*: one thread and one epoll, `AT+CMGS` → prompt → PDU → `OK` → again on all modems of the same virtual rack; no queue, no disk. *sync*: `fdatasync` of one small write on the disk of the database. *rows*: SQLite rows in WAL, `synchronous=FULL`, in transactions of 1,000. *http*: a libmicrohttpd responder that reads a POST body and answers 202. The last three in this run: {beside}.

**Ours.** `modembank serve` on pseudo-terminals of `modembank rack`, the journal on disk, a limit of ten million parts a SIM and day; messages of one part as `POST /v1/messages` takes them by default, so with status reports, which *wire* does not ask for. Each window begins with a start of the program, and is counted once all modems are at work. Modems keep step with one another, for the network time is the same for all: they come in bursts. Gaps are counted in steps of 19 %. *Use* is the share of a window that parts were on the air, as the modems saw it. A8, A9 and A10 run without modems; A10 posts a file of NDJSON whose every line has a text of its own."""


def about(bench):
    """What the reader must know, with the limits that the rest is to be seen against."""
    sync = limits.program(bench.build, "sync", bench.work, bench.seconds)
    rows = limits.program(bench.build, "rows", bench.work, bench.seconds)
    with limits.http(bench.build) as bare:
        http = limits.wrk(bare, "none", 256, max(2, bench.seconds))
    beside = f"*sync* {sync:,.0f}/s, *rows* {rows:,.0f}/s, *http* {http:,.0f}/s"
    bench.say(beside)
    return ABOUT.format(beside=beside)


def side_by_side(bench, name, modems, latency_ms, rate, appliance=None):
    """Windows of *wire* and of the program in turn, at one rack."""
    appliance = appliance or bench.appliance(name)
    wire, ours = [], []
    with bench.rack(name, modems, latency_ms) as rack:
        for _ in range(bench.windows):
            appliance.fill(bench.enough(rate))
            wire.append(limits.wire(bench.build, rack, bench.seconds))
            ours.append(appliance.measure(rack, bench.seconds))
            bench.say(f"{name}: wire {wire[-1].per_second:.1f}/s use {wire[-1].use:.4f}, "
                      f"ours {ours[-1].per_second:.1f}/s use {ours[-1].use:.4f}")
    if latency_ms == SLOW:
        bench.resident[modems] = median(w.resident_kib for w in ours)
    return wire, ours


def use_row(name, modems, latency_ms, wire, ours, goal):
    return row(name, f"use of {modems} modems at {latency_ms / 1000:g} s",
               [w.use for w in ours], [w.use for w in wire], ratio, f"≥ {goal} of wire", at_least=goal)


def a1(bench):
    return [use_row("A1", modems, SLOW, *side_by_side(bench, f"a1-{modems}", modems, SLOW, modems),
                    goal=0.99) for modems in (8, 64)]


def a3(bench):
    return [use_row("A3", modems, SLOW, *side_by_side(bench, f"a3-{modems}", modems, SLOW, modems),
                    goal=0.97) for modems in (256, 512)]


def a2(bench):
    """With 64 modems the same windows give the gaps (A4) and the CPU time (A6)."""
    rows = [use_row("A2", 8, FAST, *side_by_side(bench, "a2-8", 8, FAST, 80), goal=0.97)]
    wire, ours = side_by_side(bench, "a2-64", 64, FAST, 640)
    rows.append(use_row("A2", 64, FAST, wire, ours, goal=0.97))
    for which, quantile, most in (("median", "gap_p50_us", 0.3), ("99 %", "gap_p99_us", 2)):
        rows.append(row("A4", f"result → next AT+CMGS, {which}",
                        [getattr(w, quantile) / 1000 for w in ours],
                        [getattr(w, quantile) / 1000 for w in wire],
                        difference, f"≤ wire + {most} ms", at_most=most, unit=" ms", digits=2))
    rows.append(row("A6", "CPU s per 1,000 messages, 64 modems, 0.1 s",
                    [w.cpu_per_1000 for w in ours], [w.cpu_per_1000 for w in wire], ratio,
                    "≤ 6 × wire", at_most=6, digits=1))
    return rows


def a5(bench):
    # So many a second are queued; a program that is faster needs more here, and is told so.
    wire, ours = side_by_side(bench, "a5", 64, 0, rate=10_000)
    return [row("A5", "messages a second at no network time, 64 modems",
                [w.per_second for w in ours], [w.per_second for w in wire], ratio,
                "≥ 0.25 of wire", at_least=0.25)]


def a7(bench):
    """One message into an idle rack, again and again; the rack says when AT+CMGS came."""
    appliance = bench.appliance("a7")
    each = 3 if bench.windows == 1 else max(10, round(bench.seconds * 2))
    ours, sync = [], []
    with bench.rack("a7", 8, FAST) as rack, appliance.running(rack) as run:
        until_ready(run, rack)
        for _ in range(bench.windows):
            sync.append(1000 / limits.program(bench.build, "sync", bench.work, bench.seconds / 4))
            took = []
            for _ in range(each):
                posted = time.monotonic()
                run.post({"to": f"+9891{appliance.posted:08}", "text": TEXT})
                appliance.posted += 1
                time.sleep(0.05)
                asked = rack.numbers("air")["asked_us"] / 1e6
                if asked < posted:
                    raise RuntimeError("a message was accepted and no modem was asked within 50 ms")
                took.append((asked - posted) * 1000)
                time.sleep(0.15)  # until its result and its report are over
            ours.append(median(took))
            bench.say(f"a7: sync {sync[-1]:.3f} ms, ours {ours[-1]:.3f} ms, worst {max(took):.1f} ms")
    return [row("A7", "idle: POST sent → AT+CMGS, less 2 sync", ours, sync,
                lambda a, b: a - 2 * b, "≤ 2 ms", at_most=2, unit=" ms", digits=2)]


def until_ready(run, rack):
    """Posts a message a modem and waits until the rack is idle again."""
    run.post({"to": [f"+9890{i:08}" for i in range(rack.modems)], "text": TEXT})
    end = time.monotonic() + 60
    while rack.numbers("stats")["accepted"] < rack.modems:
        if time.monotonic() > end:
            raise RuntimeError("the modems did not become ready within 60 s")
        time.sleep(0.1)
    time.sleep(1)


def a8_a9(bench):
    """Acceptance alone: the program runs without a rack."""
    appliance = bench.appliance("a8")
    many, one, http, http_one, sync = [], [], [], [], []
    with limits.http(bench.build) as bare, appliance.running() as run:
        for _ in range(bench.windows):
            sync.append(limits.program(bench.build, "sync", bench.work, bench.seconds / 2))
            http.append(limits.wrk(bare, appliance.key, 256, bench.seconds))
            http_one.append(limits.wrk(bare, appliance.key, 1, bench.seconds))
            many.append(limits.wrk(run.appliance.address, appliance.key, 256, bench.seconds))
            one.append(limits.wrk(run.appliance.address, appliance.key, 1, bench.seconds))
            bench.say(f"a8: sync {sync[-1]:.0f}/s, http {http[-1]:.0f}/s and {http_one[-1]:.0f}/s, "
                      f"ours {many[-1]:.0f}/s, one connection {one[-1]:.0f}/s")
    # One connection waits for a round of http and a sync after it: no program can do better.
    in_turn = [1 / (1 / a + 1 / b) for a, b in zip(http_one, sync)]
    return [row("A8", "single POSTs a second, 256 connections, against http", many, http, ratio,
                "≥ 0.25 of http", at_least=0.25),
            row("A8", "the same against sync", many, sync, ratio, "≥ 4 × sync", at_least=4, digits=2),
            row("A9", "single POSTs a second, one connection", one, sync, ratio, "≥ 0.6 of sync",
                at_least=0.6, digits=2),
            beside("A9", "*http* on one connection, no disk, against sync", http_one, sync, 2),
            beside("A9", "ours against *http* on one connection and a sync in turn", one, in_turn,
                   2)]


def a10(bench):
    """Batches as files, each text of its own, numbers in no order; a new database each."""
    count = bench.long_batch
    file = bench.work / "a10.ndjson"
    with file.open("w") as lines:
        for i in range(count):
            lines.write(json.dumps({"to": f"+9891{i * 7_919 % 10**8:08}",
                                    "text": f"Dear customer {i}, {TEXT}"}) + "\n")
    rows, ours, grown = [], [], []
    for window in range(bench.windows):
        rows.append(limits.program(bench.build, "rows", bench.work, bench.seconds))
        with bench.appliance(f"a10-{window}").running() as run:
            before = machine.reset_peak_kib(run.process.pid)
            took = run.post_file(file, count)
            grown.append((machine.peak_kib(run.process.pid) - before) / 1024)
        ours.append(count / took)
        bench.say(f"a10: rows {rows[-1]:.0f}/s, ours {ours[-1]:.0f}/s, memory +{grown[-1]:.1f} MiB")
    return [row("A10", f"NDJSON batch of {count:,}, lines a second until it can be sent", ours, rows,
                ratio, "≥ 0.12 of rows", at_least=0.12),
            absolute("A10", "memory that it takes meanwhile", grown, "≤ 32 MiB", at_most=32,
                     unit=" MiB", digits=1)]


def a11_a12_a13(bench):
    """The long queue: throughput, start, memory."""
    length = f"{bench.long_queue:,}"
    short, long = bench.appliance("a11-short"), bench.appliance("a11-long")
    bench.say(f"a11: filling {length}")
    began = time.monotonic()
    long.fill(bench.long_queue)
    bench.say(f"a11: filled at {bench.long_queue / (time.monotonic() - began):.0f}/s")
    few, many = [], []
    with bench.rack("a11", 64, FAST) as rack:
        for _ in range(bench.windows):
            short.fill(max(10_000, bench.enough(640)))
            few.append(short.measure(rack, bench.seconds))
            many.append(long.measure(rack, bench.seconds))
            bench.say(f"a11: short {few[-1].per_second:.1f}/s, long {many[-1].per_second:.1f}/s")
    starts = [start_with(bench, long) for _ in range(bench.starts)]
    resident = [w.resident_kib / 1024 for w in many]
    rows = [row("A11", f"messages a second, {length} queued against ten thousand",
                [w.per_second for w in many], [w.per_second for w in few], ratio, "≥ 0.95",
                at_least=0.95),
            absolute("A12", f"start with {length} queued → first AT+CMGS", starts, "≤ 3 s",
                     at_most=3, unit=" s", digits=2),
            absolute("A13", f"RSS, 64 modems sending, {length} queued", resident, "≤ 64 MiB",
                     at_most=64, unit=" MiB", digits=1)]
    rows += further_modems(bench)
    return rows


def start_with(bench, appliance):
    with bench.rack("a12", 64, SLOW) as rack, appliance.running(rack) as run:
        while (asked := rack.numbers("air")["asked_us"] / 1e6) < run.started:
            if time.monotonic() > run.started + 60:
                raise RuntimeError("no AT+CMGS within 60 s of the start")
            time.sleep(0.002)
        took = asked - run.started
        rack.until_busy()
    bench.say(f"a12: {took:.2f} s")
    return took


def further_modems(bench):
    """From the windows of A1 and A3, where they were measured too."""
    figure, goal = "RSS of each further modem, 64 → 512", "≤ 100 KiB"
    if not {64, 512} <= bench.resident.keys():
        return [missing("A13", figure, goal, "needs A1 and A3")]
    each = (bench.resident[512] - bench.resident[64]) / (512 - 64)
    return [absolute("A13", figure, [each], goal, at_most=100, unit=" KiB", digits=0)]


# By the rows they give, in the order in which they are measured.
MEASURES = {("A1",): a1, ("A3",): a3, ("A2", "A4", "A6"): a2, ("A5",): a5, ("A7",): a7,
            ("A8", "A9"): a8_a9, ("A10",): a10, ("A11", "A12", "A13"): a11_a12_a13}
