"""Table C: the rack, when much comes in and when something is ill. One function a set of figures
that come from the same windows."""
import subprocess
import time
from collections import Counter
from contextlib import contextmanager

import machine
from appliance import IN_ONE_POST, TEXT
from report import absolute, ratio, row

TITLE = "The rack"
FAST = 100  # network time, ms
BRISK = 20
SENDER = "+989121234567"
STORM = 10_000  # lines a second

ABOUT = """\
**Limits.** C1 is held against bare cycles of read and delete: one thread and one epoll that follow each `+CMTI` with `AT+CMGR` and `AT+CMGD` on the same virtual modems, and keep nothing. C2 and C4 are held against the same program in the same run without the storm, without the silence.

**Ours.** `modembank serve` on pseudo-terminals of `modembank rack`. C1 counts from the first text given to the network until no SIM and no network holds one; what was lost and what is there twice is counted in `GET /v1/inbox`. In C2 and C4 the ill modem itself is left out on both sides; gaps are counted in steps of 19 %. C3 counts from the unplugging until the network has, from other SIMs, the last of the messages that were in turn before it, two for each modem; the part that was on the air is in doubt and stays. Its modems have a network time of 20 ms, which is part of the figure. A modem that comes back with a part in doubt is listened to for five seconds before anything is written to it, as a late result would settle the doubt: that is a row of its own. C5 counts a window of 30 s, in which every modem is asked for its network or its signal once. C6 counts from the start of the process until `GET /v1/modems` says that all are ready; pseudo-terminals have no hub, so nothing is staggered."""


def about(_bench):
    return ABOUT


# --- C1 -----------------------------------------------------------------------------------------

def left_over(rack):
    """Texts on the SIMs, and held by the network for want of room on them."""
    left = 0
    for slot in range(1, rack.modems + 1):
        words = dict(word.split("=") for word in rack.ask(f"status slot-{slot:02}").split()[1:])
        left += int(words["storage"].split("/")[0]) + int(words["held"])
    return left


def burst(rack, name, each):
    """So many texts for each modem, as fast as the rack takes them; seconds until none is left."""
    began = time.monotonic()
    lines = "".join(f"deliver all {SENDER} {name} {i}\n" for i in range(each))
    rack.control.sendall(lines.encode())
    for _ in range(each):
        answer = rack.answers.readline().strip()
        if answer != "ok":
            raise RuntimeError(f"rack: deliver: {answer}")
    while left_over(rack) > 0:
        if time.monotonic() > began + 120:
            raise RuntimeError(f"{left_over(rack)} texts are not taken within 120 s")
        time.sleep(0.001)
    return time.monotonic() - began


@contextmanager
def bare_reader(build, rack):
    process = subprocess.Popen([build / "tests/bench/bench_inbound", rack.directory],
                               stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError("bench_inbound does not get ready")
        yield
    finally:
        process.kill()
        process.wait()


def c1(bench):
    each, bursts = (13, 1) if bench.windows == 1 else (125, 5)
    texts = each * 8
    appliance = bench.appliance("c1")
    ours, bare, expected = [], [], Counter()
    with bench.rack("c1", 8, 0, "--storage", "50") as rack:
        for window in range(bench.windows):
            rack.reset()
            with bare_reader(bench.build, rack):
                bare += [burst(rack, f"bare {window} {i}", each) for i in range(bursts)]
            rack.reset()
            with appliance.running(rack) as run:
                run.until_ready(8)
                time.sleep(0.5)  # until the stores were looked through
                for i in range(bursts):
                    name = f"text {window} {i}"
                    ours.append(burst(rack, name, each))
                    expected.update({f"{name} {number}": 8 for number in range(each)})
            bench.say(f"c1: bare {min(bare[-bursts:]):.3f}–{max(bare[-bursts:]):.3f} s, "
                      f"ours {min(ours[-bursts:]):.3f}–{max(ours[-bursts:]):.3f} s")
    with appliance.running() as run:
        found = Counter(item["text"] for item in run.all("/v1/inbox"))
    lost = sum((expected - found).values())
    doubled = sum((found - expected).values())
    return [row("C1", f"{texts:,} texts on 8 modems → booked and cleared, against read and delete",
                ours, bare, ratio, "≤ 1.3", at_most=1.3, unit=" s", digits=2),
            absolute("C1", f"lost, of {sum(expected.values()):,}", [lost], "0", at_most=0, unit="",
                     digits=0),
            absolute("C1", "doubled", [doubled], "0", at_most=0, unit="", digits=0)]


# --- C2, C4 -------------------------------------------------------------------------------------

def c2(bench):
    """The modem with the storm sends too; its own gaps are forgotten before they are read."""
    appliance = bench.appliance("c2")
    gaps = {"median": ("p50_us", [], []), "99 %": ("p99_us", [], [])}
    with bench.rack("c2", 64, FAST) as rack:
        for _ in range(bench.windows):
            appliance.fill(2 * bench.enough(640))
            with sending(appliance, rack):
                for storm, which in ((0, 1), (STORM, 2)):
                    rack.ask(f"storm slot-64 {storm}")
                    time.sleep(min(1, bench.seconds))
                    rack.ask("gaps all reset")
                    time.sleep(bench.seconds)
                    rack.ask("gaps slot-64 reset")
                    seen = rack.numbers("gaps")
                    for figure in gaps.values():
                        figure[which].append(seen[figure[0]] / 1000)
                rack.ask("storm slot-64 0")
            bench.say("c2: " + ", ".join(f"{name} {calm[-1]:.2f} ms, in the storm {ill[-1]:.2f} ms"
                                         for name, (_, calm, ill) in gaps.items()))
    return [row("C2", f"a storm of {STORM:,} lines/s on one of 64: result → next AT+CMGS of the "
                      f"others, {name}", ill, calm, ratio, "≤ 1.5 × without", at_most=1.5,
                unit=" ms", digits=2) for name, (_, calm, ill) in gaps.items()]


@contextmanager
def sending(appliance, rack):
    """The program at work on all modems; then what is left of the queue is counted."""
    taken = rack.numbers("stats")["accepted"]
    rack.reset()
    with appliance.running(rack) as run:
        rack.until_busy()
        yield run
    appliance.queued -= rack.numbers("stats")["accepted"] - taken
    if appliance.queued <= 0:
        raise RuntimeError("the queue ran dry in a window: its figures are void")


def taken_by_others(rack, seconds):
    """Parts a second of all modems but the last."""
    def count():
        return (rack.numbers("stats")["accepted"]
                - rack.numbers(f"stats slot-{rack.modems:02}")["accepted"])
    before, began = count(), time.monotonic()
    time.sleep(seconds)
    return (count() - before) / (time.monotonic() - began)


def c4(bench):
    appliance = bench.appliance("c4")
    well, ill = [], []
    with bench.rack("c4", 64, FAST) as rack:
        for _ in range(bench.windows):
            appliance.fill(2 * bench.enough(640))
            with sending(appliance, rack):
                well.append(taken_by_others(rack, bench.seconds))
                rack.ask("silence slot-64")
                time.sleep(min(1, bench.seconds))
                ill.append(taken_by_others(rack, bench.seconds))
                rack.ask("unplug slot-64")  # else the end waits for the result of its part
            rack.ask("heal slot-64")
            rack.ask("replug slot-64")
            bench.say(f"c4: {well[-1]:.1f}/s, with a silent modem {ill[-1]:.1f}/s")
    return [row("C4", "messages a second of 63 modems, the 64th silent", ill, well, ratio,
                "≥ 0.99 of without", at_least=0.99)]


# --- C3 -----------------------------------------------------------------------------------------

def recipient(pdu):
    """TP-DA of a SUBMIT with its service-centre field (TS 23.040 §9.2.2.2): digits only."""
    at = 2 + 2 * int(pdu[:2], 16) + 4  # behind SMSC, first octet and TP-MR
    count = int(pdu[at:at + 2], 16)
    swapped = pdu[at + 4:at + 4 + count + count % 2]
    return "".join(b + a for a, b in zip(swapped[::2], swapped[1::2]))[:count]


def record_of(rack, file):
    """(UNIX time, slot, recipient) of each part that the network took."""
    rack.ask("record")
    with open(file) as lines:
        for line in lines:
            at, slot, _iccid, _reference, pdu = line.rstrip("\n").split("\t")
            yield float(at), slot, recipient(pdu)


def until_moved(rack, run, file, numbers, at, patience=30):
    """Seconds from `at` until the network has all of `numbers` but what is in doubt."""
    end = time.time() + patience
    while True:
        doubted = {message["to"].lstrip("+") for message in
                   run.get("/v1/messages?state=uncertain&limit=1000")["items"]}
        taken = {to: when for when, _slot, to in record_of(rack, file)}
        missing = [number for number in numbers if number not in taken.keys() | doubted]
        if not missing:
            return max(0, max(taken[number] for number in numbers if number in taken) - at)
        if time.time() > end:
            raise RuntimeError(f"{len(missing)} messages have not moved to other SIMs within "
                               f"{patience} s")
        time.sleep(0.05)


def until_back(rack, slot, patience=60):
    """Plugs it in; seconds until it is asked to send."""
    began = time.monotonic()
    rack.ask(f"replug {slot}")
    while (asked := rack.numbers(f"air {slot}")["asked_us"] / 1e6) < began:
        if time.monotonic() > began + patience:
            raise RuntimeError(f"{slot} does not send within {patience} s of its return")
        time.sleep(0.002)
    return asked - began


def unplugged_idle(rack, run, slot):
    """Paused, so that it has nothing in hand when it is unplugged, and resumed meanwhile."""
    run.act(slot, "pause")
    while f"{slot}=idle" not in rack.ask("list"):
        time.sleep(0.01)
    rack.ask(f"unplug {slot}")
    while run.get(f"/v1/modems/{slot}")["state"] != "absent":
        time.sleep(0.01)
    run.act(slot, "resume")
    return until_back(rack, slot)


def c3(bench):
    modems, rounds = 8, 2 if bench.windows == 1 else 10
    appliance = bench.appliance("c3")
    numbers = [f"9891{i:08}" for i in range(10_000 if bench.windows == 1 else 60_000)]
    place = {number: i for i, number in enumerate(numbers)}
    moved, returned, in_doubt = [], [], []
    file = bench.work / "c3.tsv"
    with bench.rack("c3", modems, BRISK, "--record", str(file)) as rack:
        rack.reset()
        with appliance.running(rack) as run:
            run.until_ready(modems)
            for begin in range(0, len(numbers), IN_ONE_POST):
                run.post({"to": [f"+{number}" for number in numbers[begin:begin + IN_ONE_POST]],
                          "text": TEXT})
            for i in range(rounds):
                rack.until_busy()
                slot = f"slot-{i % modems + 1:02}"
                while f"{slot}=sending" not in rack.ask("list"):
                    pass
                at = time.time()
                rack.ask(f"unplug {slot}")
                last = max(place[to] for when, _slot, to in record_of(rack, file) if when <= at)
                if last + 2 * modems >= len(numbers):
                    raise RuntimeError("the queue ran dry: its figures are void")
                moved.append(until_moved(rack, run, file, numbers[:last + 2 * modems], at))
                in_doubt.append(until_back(rack, slot))
                returned.append(unplugged_idle(rack, run, slot))
                bench.say(f"c3: moved in {moved[-1]:.3f} s, sends again after {in_doubt[-1]:.2f} s, "
                          f"with nothing in doubt {returned[-1]:.2f} s")
    return [absolute("C3", "unplugged in mid-send → waiting work is sent by other SIMs", moved,
                     "≤ 0.2 s", at_most=0.2, unit=" s", digits=2),
            absolute("C3", "port there again → AT+CMGS, nothing in doubt", returned, "≤ 1 s",
                     at_most=1, unit=" s", digits=2),
            absolute("C3", "the same, its part in doubt", in_doubt, "≤ 1 s", at_most=1, unit=" s",
                     digits=2)]


# --- C5, C6 -------------------------------------------------------------------------------------

def c5(bench):
    modems = 16 if bench.windows == 1 else 256
    seconds = bench.seconds if bench.windows == 1 else 30
    appliance = bench.appliance("c5")
    shares = []
    with bench.rack("c5", modems, FAST) as rack, appliance.running(rack) as run:
        run.until_ready(modems)
        time.sleep(2 if bench.windows == 1 else 30)
        for _ in range(bench.windows):
            before, began = machine.cpu_seconds(run.process.pid), time.monotonic()
            time.sleep(seconds)
            shares.append((machine.cpu_seconds(run.process.pid) - before)
                          / (time.monotonic() - began) * 100)
            bench.say(f"c5: {shares[-1]:.2f} % of a core")
    return [absolute("C5", f"{modems} idle modems: CPU", shares, "≤ 1 % of a core", at_most=1,
                     unit=" %", digits=2)]


def c6(bench):
    appliance = bench.appliance("c6")
    times = []
    with bench.rack("c6", 64, FAST) as rack:
        for _ in range(bench.starts):
            rack.reset()
            with appliance.running(rack) as run:
                times.append(run.until_ready(64))
            bench.say(f"c6: {times[-1]:.2f} s")
    return [absolute("C6", "start → 64 modems are ready", times, "≤ 3 s", at_most=3, unit=" s",
                     digits=2)]


# By the rows they give, in the order in which they are measured.
MEASURES = {("C1",): c1, ("C2",): c2, ("C3",): c3, ("C4",): c4, ("C5",): c5, ("C6",): c6}
