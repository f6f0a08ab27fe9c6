"""Drawing leaves nothing behind."""

from __future__ import annotations

import gc

import psutil

from tests.reports.sweeps import drawn, sweep


def growth_of(figures: int, *, warm_up: int = 20) -> float:
    """Return the megabytes the process grew by while it drew so many figures."""
    process = psutil.Process()
    for _ in range(warm_up):
        _draw(0)
    gc.collect()
    before = process.memory_info().rss
    for turn in range(figures):
        _draw(turn)
    gc.collect()
    return float(process.memory_info().rss - before) / 1e6


def _draw(turn: int) -> None:
    rows = tuple(range(turn % 40 + 1))
    drawn(sweep(161, serial=str(turn), failing_as_measured=rows, deciding=(3, 5), offset=0.002))


def test_figures_do_not_pile_up_in_memory() -> None:
    # pyplot without close would leave 4 MB a figure, 600 MB here
    assert growth_of(150) < 20.0
