"""script/bench: measures a table, prints it beside its goals, writes docs/benchmarks.md."""
import argparse
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import limits
import machine
import table_a
from report import as_markdown, as_text

ROOT = Path(__file__).resolve().parents[2]
TABLES = {"A": ("From acceptance to modem", table_a.MEASURES)}

DOCUMENT = """\
# Benchmarks
Written by `script/bench`; do not edit. Every figure is held against a limit that was measured in the same run, window by window in turn, because machines are shared and noisy: read the ratios, not the numbers. Nothing here is asserted by a test.

Measured on {machine}; {windows} windows of {seconds:g} s, `--scale {scale:g}`. Others used {company:.0%} of the CPU meanwhile.

**Limits.** *wire*: one thread and one epoll, `AT+CMGS` → prompt → PDU → `OK` → again on all modems of the same virtual rack; no queue, no disk. *sync*: `fdatasync` of one small write on the disk of the database. *rows*: SQLite rows in WAL, `synchronous=FULL`, in transactions of 1,000. *http*: a libmicrohttpd responder that reads a POST body and answers 202. The last three in this run: {limits}.

**Ours.** `modembank serve` on pseudo-terminals of `modembank rack`, the journal on disk, a limit of ten million parts a SIM and day; messages of one part as `POST /v1/messages` takes them by default, so with status reports, which *wire* does not ask for. Each window begins with a start of the program, and is counted once all modems are at work. Modems keep step with one another, for the network time is the same for all: they come in bursts. Gaps are counted in steps of 19 %. *Use* is the share of a window that parts were on the air, as the modems saw it. A8 and A9 run without modems.

## {letter} · {title}
{table}
"""


def options():
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("table", nargs="?", default="A",
                        help="a table (A), or rows of it (A1 or A7,A9); rows write no document")
    parser.add_argument("--scale", type=float, default=1.0,
                        help="shortens windows of 20 s and queues of ten million")
    parser.add_argument("--brief", action="store_true",
                        help="each row once, for a moment, to see that it works; judges nothing")
    arguments = parser.parse_args()
    if not 0 < arguments.scale <= 1:
        parser.error("--scale: write more than 0 and at most 1")
    arguments.rows = set(arguments.table.upper().split(",")) - set(TABLES)
    arguments.letter = arguments.table.upper()[:1]
    known = {name for names in TABLES.get(arguments.letter, ("", {}))[1] for name in names}
    if arguments.letter not in TABLES or not arguments.rows <= known:
        parser.error(f"there is no {arguments.table} yet: write {', '.join(TABLES)}, "
                     "or rows of one, as A1,A7")
    return arguments


def limits_of_the_machine(bench):
    """For the reader: what the rest is to be seen against."""
    sync = limits.program(bench.build, "sync", bench.work, bench.seconds)
    rows = limits.program(bench.build, "rows", bench.work, bench.seconds)
    with limits.http(bench.build) as bare:
        http = limits.wrk(bare, "none", 256, max(2, bench.seconds))
    return f"*sync* {sync:,.0f}/s, *rows* {rows:,.0f}/s, *http* {http:,.0f}/s"


def main():
    arguments = options()
    title, measures = TABLES[arguments.letter]
    build = ROOT / "build/release"
    work = ROOT / "build/bench"  # on the disk of the checkout
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    bench = table_a.Bench(build, work, arguments.scale, arguments.brief)
    wanted = {names: measure for names, measure in measures.items()
              if not arguments.rows or arguments.rows & set(names)}
    began, company = time.monotonic(), machine.Company()
    print(f"{machine.describe()}; {bench.windows} windows of {bench.seconds:g} s; all ratios are "
          "of this run", flush=True)
    beside = limits_of_the_machine(bench)
    print(f"  {beside}", flush=True)
    rows = []
    for measure in wanted.values():
        rows += measure(bench)
    if arguments.brief:
        rows = [replace(row, met=None) for row in rows]
    rows.sort(key=lambda row: int(row.name[1:]))
    print(f"\n{arguments.letter} · {title}\n{as_text(rows)}\n")
    print(f"{time.monotonic() - began:.0f} s; others used {company.share():.0%} of the CPU meanwhile"
          + ("; brief: it works, and nothing is judged" if arguments.brief else ""))
    shutil.rmtree(work)
    if arguments.brief or arguments.rows:
        return 0
    (ROOT / "docs/benchmarks.md").write_text(DOCUMENT.format(
        machine=machine.describe(), windows=bench.windows, seconds=bench.seconds,
        scale=arguments.scale, company=company.share(), limits=beside, letter=arguments.letter, title=title,
        table=as_markdown(rows)))
    print("docs/benchmarks.md is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
