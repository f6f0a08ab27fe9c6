"""Synthetic workbooks for tests: small stories, told once."""

from __future__ import annotations

from functools import cache

from analysis.simulate.fleet import demo_fleet, load_fleet
from analysis.simulate.workbook import SyntheticWorkbook


@cache
def fleet() -> tuple[SyntheticWorkbook, ...]:
    """Return the demo fleet."""
    return tuple(demo_fleet(1, 24))


@cache
def some(count: int) -> tuple[SyntheticWorkbook, ...]:
    """Return distinct quick workbooks."""
    return tuple(load_fleet(7, count))
