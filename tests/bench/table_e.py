"""Table E: the interfaces."""
import subprocess

from report import absolute, ratio, row

TITLE = "Interfaces"

ABOUT = """\
**Ours.** E3 counts from the booking of the first happening to the commit of the last result, in a process of its own with the database on disk: one subscription, an endpoint of one thread that reads each `POST` and answers 204, happenings booked fifty in a transaction as fast as the store takes them. Within a conversation a delivery waits for the commit of the one before it."""

RUNS = {"1,000 conversations": (1000, 60), "10,000 conversations": (10_000, 6)}


def about(_bench):
    return ABOUT


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


# By the rows they give, in the order in which they are measured.
MEASURES = {("E3",): e3}
