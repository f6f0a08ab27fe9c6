"""The report: what was measured, beside the floor it stands on and the budget it is held to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

HEADINGS = ("what", "unit", "n", "floor", "measured", "ratio", "budget", "verdict")


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit on the measured value, or on its ratio to the floor."""

    limit: float
    of: Literal["value", "ratio"] = "value"
    at_least: bool = False

    def held(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {number(self.limit)}{'×' * (self.of == 'ratio')}"


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. ``n`` says how many of what it is a figure of."""

    what: str
    unit: str
    n: str
    measured: float
    floor: float | None = None
    budget: Budget | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.measured / self.floor if self.floor else None

    @property
    def verdict(self) -> str:
        if self.budget is None:
            return "info"
        value = self.ratio if self.budget.of == "ratio" else self.measured
        if value is None:
            return "info"
        return "ok" if self.budget.held(value) else "over"

    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}×"
        floor = "" if self.floor is None else number(self.floor)
        budget = "" if self.budget is None else str(self.budget)
        measured = number(self.measured)
        return self.what, self.unit, self.n, floor, measured, ratio, budget, self.verdict


def at_most(limit: float) -> Budget:
    return Budget(limit)


def at_least(limit: float) -> Budget:
    return Budget(limit, at_least=True)


def times_floor(limit: float) -> Budget:
    return Budget(limit, "ratio")


def number(value: float) -> str:
    """Write three digits that count, never an exponent."""
    if value == 0 or abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(lines: Iterable[Line]) -> str:
    """Return the lines as one aligned table, notes below it."""
    lines = list(lines)
    rows = [HEADINGS, *(line.cells() for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    text = []
    for row in rows:
        cells = [
            cell.rjust(width) if 2 < column < 7 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        text.append("  ".join(cells).rstrip())
    text.insert(1, "-" * max(len(row) for row in text))
    text.extend(f"  {line.what}: {line.note}" for line in lines if line.note)
    return "\n".join(text)


def as_plain(line: Line) -> dict[str, Any]:
    """Return a line as what JSON can carry between two processes."""
    return asdict(line)


def from_plain(fields: dict[str, Any]) -> Line:
    budget = fields.pop("budget")
    return Line(**fields, budget=None if budget is None else Budget(**budget))
