"""Rows of a table: a figure, what it is held against, and the goal beside it."""
from dataclasses import dataclass
from statistics import median


@dataclass
class Row:
    name: str
    figure: str
    ours: str
    limit: str
    result: str
    goal: str
    met: bool | None  # None: not measured, or too short to judge

    def cells(self):
        return [self.name, self.figure, self.ours, self.limit, self.result, self.goal,
                {True: "met", False: "not met", None: "–"}[self.met]]


HEADINGS = ["", "figure", "ours", "limit", "result (least–most)", "goal", ""]


def number(value):
    """Three digits that count."""
    if value == 0:
        return "0"
    magnitude = abs(value)
    digits = 0 if magnitude >= 100 else 1 if magnitude >= 10 else 2 if magnitude >= 1 else 4
    return f"{value:,.{digits}f}"


def spread(values, digits):
    """The median, and in brackets how far the windows lie apart."""
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})"


def absolute(name, figure, values, goal, at_most, unit, digits):
    """A figure that is held against no limit."""
    return Row(name, figure, number(median(values)) + unit, "–", spread(values, digits), goal,
               round(median(values), digits) <= at_most)


def row(name, figure, ours, limit, compare, goal, at_least=None, at_most=None, unit="", digits=3):
    """`ours` and `limit` hold a value a window, taken side by side; `compare` makes one of each two."""
    results = [compare(a, b) for a, b in zip(ours, limit)]
    # As it is printed: nothing is met by a digit that nobody sees.
    result = round(median(results), digits)
    met = result >= at_least if at_least is not None else result <= at_most
    return Row(name, figure, number(median(ours)) + unit, number(median(limit)) + unit,
               spread(results, digits), goal, met)


def beside(name, figure, ours, limit, digits):
    """What helps to read the row above; it has no goal of its own."""
    results = [ratio(a, b) for a, b in zip(ours, limit)]
    return Row(name, figure, number(median(ours)), number(median(limit)), spread(results, digits),
               "–", None)


def ratio(a, b):
    return a / b


def difference(a, b):
    return a - b


def missing(name, figure, goal, why="not yet"):
    return Row(name, figure, "–", "–", why, goal, None)


def as_text(rows):
    table = [HEADINGS] + [r.cells() for r in rows]
    widths = [max(len(line[i]) for line in table) for i in range(len(HEADINGS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
                     for line in table)


def as_markdown(rows):
    lines = ["| " + " | ".join(HEADINGS) + " |", "|" + "---|" * len(HEADINGS)]
    return "\n".join(lines + ["| " + " | ".join(r.cells()) + " |" for r in rows])
