#!/usr/bin/env python3
"""A run of a million messages through 64 modems without network time: what the program holds at
each tenth of it. Memory, descriptors and the log stay as they were; the database grows by what is
kept of a message. Reads: tests/bench/steady.py [--messages N], on a release build.
"""
import argparse
import os
import shutil
import sys
import time
from pathlib import Path

import machine
from appliance import IN_ONE_POST, TEXT, Appliance
from rack import Rack

ROOT = Path(__file__).resolve().parents[2]
MODEMS = 64
AT_HAND = 2 * IN_ONE_POST  # queued, so that no modem waits


class Unlimited(Appliance):
    """Without limits: of each part that counts against one a SIM keeps the time, eight octets."""

    def _configure(self, rack):
        file = super()._configure(rack)
        file.write_text(file.read_text().replace("[limits]\nper_day = 10000000\n", ""))
        return file


def held(run, appliance, sent, seconds):
    size = {end: os.path.getsize(f"{appliance.directory}/modembank.db{end}") / 2**20
            for end in ("", "-wal")}
    pid = run.process.pid
    return (f"{sent:>9,} {seconds:>6.0f} s {machine.resident_kib(pid) / 1024:>8.1f} MiB "
            f"{len(os.listdir(f'/proc/{pid}/fd')):>6} {size['-wal']:>8.1f} MiB "
            f"{size['']:>8.1f} MiB {size[''] * 2**20 / sent:>6.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    wanted = parser.parse_args().messages
    work = ROOT / "build/bench-steady"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    program = ROOT / "build/release/modembank"
    appliance = Unlimited(program, work / "steady")
    print("     sent   time      memory  files          log     database  octets a message")
    with Rack(program, work / "rack", MODEMS, 0) as rack, appliance.running(rack) as run:
        began, posted, sent, shown = time.monotonic(), 0, 0, 0
        while sent < wanted:
            while posted < min(wanted, sent + AT_HAND):
                numbers = [f"+9891{(posted + i) % 10**8:08}" for i in range(IN_ONE_POST)]
                run.post({"to": numbers, "text": TEXT})
                posted += IN_ONE_POST
            time.sleep(0.2)
            sent = rack.numbers("stats")["accepted"]
            if sent >= min(shown + wanted // 10, wanted):
                shown = sent
                print(held(run, appliance, sent, time.monotonic() - began), flush=True)
    shutil.rmtree(work)
    return 0


if __name__ == "__main__":
    sys.exit(main())
