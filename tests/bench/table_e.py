"""Table E: the interfaces. One function a set of figures that come from the same windows."""
import re
import selectors
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from datetime import datetime

import limits
import machine
from report import absolute, beside, ratio, row

TITLE = "Interfaces"
RUNS = {"1,000 conversations": (1000, 60), "10,000 conversations": (10_000, 6)}
CLIENTS = 200
RATE = 500  # events a second

ABOUT = """\
**Ours.** E1: the commit that keeps a text keeps its suppression and stops the messages of its sender, so that nothing is left to be done after it; 200 of them, each with ten messages. The row beside it is that whole transaction, the answer queued with it, in milliseconds (the median), against `fdatasync` of one small write on the same disk.

E3 counts from the booking of the first happening to the commit of the last result, in a process of its own with the database on disk: one subscription, an endpoint of one thread that reads each `POST` and answers 204, happenings booked fifty in a transaction as fast as the store takes them. Within a conversation a delivery waits for the commit of the one before it.

E4 is the API over a door in memory (`bench_events`), in which 500 things happen a second, each told with the record of a message, 550 octets in all. 200 clients of `GET /v1/events` read all of it from one Python process beside it, one more reads nothing at all. The CPU is that of the server's process, its publisher included; an event is late by the time from its `at`, in milliseconds, until a client has it. Lost is what is missing between the ids that a client has seen."""


def about(_bench):
    return ABOUT


def e1(bench):
    """An opt-out against a sync of the disk, beside it."""
    ours, sync, left = [], [], 0
    for _ in range(bench.windows):
        for old in bench.work.glob("opt_out.db*"):
            old.unlink()
        sync.append(limits.program(bench.build, "sync", bench.work, bench.seconds / 2))
        out = subprocess.run([bench.build / "tests/bench/bench_opt_out", bench.work / "opt_out.db",
                              "1000000", "200"], check=True, stdout=subprocess.PIPE,
                             text=True).stdout.split()
        ours.append(float(out[0]) / 1000)
        left += int(out[1])
        bench.say(f"e1: {ours[-1]:.3f} ms, sync {1000 / sync[-1]:.3f} ms")
    return [absolute("E1", "opt-out committed → messages of its sender that can still be begun, a "
                           "million wait for others", [left], "0, within 2 sync", at_most=0,
                     unit="", digits=0),
            beside("E1", "from hearing it to that commit, ten messages stopped, against a sync",
                   ours, [1000 / one for one in sync], 1)]


def deliver(bench, conversations, each):
    """Deliveries a second, and how many came out of order."""
    file = bench.work / "webhooks.db"
    for old in bench.work.glob("webhooks.db*"):
        old.unlink()
    out = subprocess.run([bench.build / "tests/bench/bench_webhooks", file, str(conversations),
                          str(each)], check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return float(out[0]), int(out[1])


def e3(bench):
    rows, wrong = [], 0
    for name, (conversations, each) in RUNS.items():
        runs = [deliver(bench, conversations, max(1, each // (6 if bench.windows == 1 else 1)))
                for _ in range(bench.windows)]
        wrong += sum(one[1] for one in runs)
        rates = [one[0] for one in runs]
        bench.say(f"e3: {name}: {min(rates):,.0f}–{max(rates):,.0f}/s")
        rows.append(row("E3", f"webhook deliveries a second to one endpoint, {name}", rates,
                        [1] * len(rates), ratio, "≥ 2,000/s", at_least=2000, digits=0))
    return rows + [absolute("E3", "out of order within their conversation", [wrong], "0", at_most=0,
                            unit="", digits=0)]


@contextmanager
def server(build):
    process = subprocess.Popen([build / "tests/bench/bench_events", str(RATE)],
                               stdout=subprocess.PIPE, text=True)
    try:
        address, key = process.stdout.readline().split()
        yield process.pid, address, key
    finally:
        process.terminate()
        process.wait()


def listen(address, key, buffer=None):
    client = socket.socket()
    if buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    host, port = address.split(":")
    client.connect((host, int(port)))
    client.sendall(f"GET /v1/events HTTP/1.1\r\nHost: {address}\r\n"
                   f"Authorization: Bearer {key}\r\n\r\n".encode())
    return client


class Reader:
    """One client: takes chunks and blocks apart, counts events and what is missing of them."""

    def __init__(self, client):
        self.client = client
        self.wire = b""
        self.text = None  # behind the head
        self.last = None
        self.seen = self.lost = 0
        self.late = []  # ms

    def read(self):
        data = self.client.recv(1 << 16)
        if not data:
            raise RuntimeError("a stream has ended")
        self.wire += data
        now = time.time()
        if self.text is None:
            head, found, self.wire = self.wire.partition(b"\r\n\r\n")
            if not found:
                self.wire = head
                return
            if b" 200 " not in head:
                raise RuntimeError(f"refused: {head[:200]}")
            self.text = b""
        at = 0
        while (end := self.wire.find(b"\r\n", at)) >= 0:
            size = int(self.wire[at:end], 16)
            if len(self.wire) < end + 2 + size + 2:
                break
            self.text += self.wire[end + 2:end + 2 + size]
            at = end + 2 + size + 2
        self.wire = self.wire[at:]
        end = self.text.rfind(b"\n\n") + 2
        whole, self.text = self.text[:end], self.text[end:]
        ids = re.findall(rb"id: [0-9a-f]+-([0-9a-f]+)\nevent: ", whole)
        if not ids:
            return
        first, last = int(ids[0], 16), int(ids[-1], 16)
        if self.last is not None:
            self.lost += last - self.last - len(ids)
        self.last = last
        self.seen += len(ids)
        first_at = re.search(rb'"at":"([^"]+)Z"', whole)[1].decode()
        self.late.append(now * 1000 - datetime.fromisoformat(first_at + "+00:00").timestamp() * 1000)


def read_all(readers, ends):
    with selectors.DefaultSelector() as ready:
        for reader in readers:
            ready.register(reader.client, selectors.EVENT_READ, reader)
        while not ends.is_set():
            for key, _ in ready.select(0.1):
                key.data.read()


def e4(bench):
    shares, late, lost = [], [], []
    with server(bench.build) as (pid, address, key):
        stuck = listen(address, key, 4096)
        readers = [Reader(listen(address, key)) for _ in range(CLIENTS)]
        ends = threading.Event()
        thread = threading.Thread(target=read_all, args=(readers, ends))
        thread.start()
        time.sleep(1)
        for _ in range(bench.windows):
            for reader in readers:
                reader.seen, reader.late = 0, []
            before, began = machine.cpu_seconds(pid), time.monotonic()
            time.sleep(bench.seconds)
            took = time.monotonic() - began
            shares.append((machine.cpu_seconds(pid) - before) / took * 100)
            seen = sum(reader.seen for reader in readers) / CLIENTS / took
            if seen < 0.95 * RATE:
                raise RuntimeError(f"only {seen:.0f} events a second came: its figures are void")
            waits = sorted(wait for reader in readers for wait in list(reader.late))
            late.append(waits[len(waits) * 99 // 100])
            bench.say(f"e4: {shares[-1]:.1f} % of a core, {late[-1]:.0f} ms late (99 %)")
        ends.set()
        thread.join()
        lost.append(sum(reader.lost for reader in readers))
        stuck.close()
        for reader in readers:
            reader.client.close()
    return [absolute("E4", f"{CLIENTS} clients, {RATE} events a second, one more client that reads "
                           "nothing: CPU", shares, "≤ 25 % of a core", at_most=25, unit=" %",
                     digits=1),
            absolute("E4", "event → client, 99 %", late, "≤ 100 ms", at_most=100, unit=" ms",
                     digits=0),
            absolute("E4", "lost", lost, "0", at_most=0, unit="", digits=0)]


# By the rows they give, in the order in which they are measured.
MEASURES = {("E1",): e1, ("E3",): e3, ("E4",): e4}
