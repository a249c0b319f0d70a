"""script/bench: measures a table, prints it beside its goals, writes it to docs/benchmarks.md."""
import argparse
import re
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import machine
import table_a
import table_b
import table_c
import table_e
import table_f
from bench import Bench
from report import as_markdown, as_text

ROOT = Path(__file__).resolve().parents[2]
TABLES = {"A": table_a, "B": table_b, "C": table_c, "E": table_e, "F": table_f}
PAGE = ROOT / "docs/benchmarks.md"

HEAD = """\
# Benchmarks
Written by `script/bench`; do not edit. Every figure is held against a limit or a peer that was measured in the same run, window by window in turn, because machines are shared and noisy: read the ratios, not the numbers. Nothing here is asserted by a test.

"""

SECTION = """\
## {letter} · {title}
Measured on {date}: {machine}; {windows} windows of {seconds:g} s, `--scale {scale:g}`. Others used {company:.0%} of the CPU meanwhile.

{about}

{table}
"""


def options():
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("table", nargs="?", default="A",
                        help=f"a table ({', '.join(TABLES)}), or rows of one (A1 or A7,A9), which "
                             "write no document")
    parser.add_argument("--scale", type=float, default=1.0,
                        help="shortens windows of 20 s and queues of ten million")
    parser.add_argument("--brief", action="store_true",
                        help="each row once, for a moment, to see that it works; judges nothing")
    arguments = parser.parse_args()
    if not 0 < arguments.scale <= 1:
        parser.error("--scale: write more than 0 and at most 1")
    arguments.rows = set(arguments.table.upper().split(",")) - set(TABLES)
    arguments.letter = arguments.table.upper()[:1]
    table = TABLES.get(arguments.letter)
    known = {name for names in table.MEASURES for name in names} if table else set()
    if not table or not arguments.rows <= known:
        parser.error(f"there is no {arguments.table} yet: write {', '.join(TABLES)}, "
                     "or rows of one, as A1,A7")
    return arguments


def write_section(letter, section):
    """Puts it in the place of the one that stands on the page; the other tables stay."""
    page = PAGE.read_text() if PAGE.exists() else ""
    sections = {found[3]: found.strip() + "\n"
                for found in re.split(r"^(?=## )", page, flags=re.M) if found.startswith("## ")}
    sections[letter] = section
    PAGE.write_text(HEAD + "\n".join(sections[name] for name in sorted(sections)))


def main():
    arguments = options()
    table = TABLES[arguments.letter]
    work = ROOT / "build/bench"  # on the disk of the checkout
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    bench = Bench(ROOT / "build/release", work, arguments.scale, arguments.brief)
    wanted = {names: measure for names, measure in table.MEASURES.items()
              if not arguments.rows or arguments.rows & set(names)}
    began, company = time.monotonic(), machine.Company()
    print(f"{machine.describe()}; {bench.windows} windows of {bench.seconds:g} s; all ratios are "
          "of this run", flush=True)
    about = table.about(bench)
    rows = []
    for measure in wanted.values():
        rows += measure(bench)
    if arguments.brief:
        rows = [replace(row, met=None) for row in rows]
    rows.sort(key=lambda row: int(row.name[1:]))
    print(f"\n{arguments.letter} · {table.TITLE}\n{as_text(rows)}\n")
    print(f"{time.monotonic() - began:.0f} s; others used {company.share():.0%} of the CPU meanwhile"
          + ("; brief: it works, and nothing is judged" if arguments.brief else ""))
    shutil.rmtree(work)
    if arguments.brief or arguments.rows:
        return 0
    write_section(arguments.letter, SECTION.format(
        letter=arguments.letter, title=table.TITLE, date=time.strftime("%Y-%m-%d"),
        machine=machine.describe(), windows=bench.windows, seconds=bench.seconds,
        scale=arguments.scale, company=company.share(), about=about, table=as_markdown(rows)))
    print("docs/benchmarks.md is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
