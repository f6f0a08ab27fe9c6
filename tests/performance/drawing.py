"""Figures as SVG through their page: drawn, from the cache, and two thousand in one process."""

from __future__ import annotations

import itertools
import os
import time
from statistics import median
from typing import TYPE_CHECKING

import psutil

from tests.performance.site_in_process import site_in_process
from tests.performance.table import Line, at_most

if TYPE_CHECKING:
    from django.test import Client

FIGURES = int(os.environ.get("BENCH_FIGURES", "300"))
_CACHED_ROUNDS = 5
_SETTLED = 50
_EVERY = 10
_MB = 1024**2


def lines() -> list[Line]:
    """Ask the address of every figure, first without a cache, then with it."""
    with site_in_process():
        from accounts.models import User
        from tests.performance.many_runs import read_demo_runs
        from tests.performance.page_addresses import figure_addresses, signed_in

        read_demo_runs()
        client = signed_in(User.objects.get())
        addresses = figure_addresses()
        first = _ms(client, addresses[0])
        cold = [_ms(client, address) for address in addresses[1:]]
        cached = [_ms(client, one) for _ in range(_CACHED_ROUNDS) for one in addresses]
        floor = [_ms(client, "/health/live") for _ in range(50)]
        n = f"{len(addresses)} figures"
        wall, cpu = zip(*cold, strict=True)
        kept_wall, kept_cpu = zip(*cached, strict=True)
        bare_wall, bare_cpu = (median(column) for column in zip(*floor, strict=True))
        return [
            Line("figure: the first of a process", "ms wall", "1", first[0]),
            Line("figure: drawn", "ms wall, median", n, median(wall), budget=at_most(120)),
            Line("figure: drawn", "ms CPU, median", n, median(cpu)),
            Line("figure: cached", "ms wall, median", n, median(kept_wall), bare_wall, at_most(5)),
            Line("figure: cached", "ms CPU, median", n, median(kept_cpu), bare_cpu),
            *_growth(),
        ]


def _ms(client: Client, address: str) -> tuple[float, float]:
    """Return wall and processor milliseconds of one answer."""
    start, used = time.perf_counter(), time.process_time()
    response = client.get(address)
    took = (time.perf_counter() - start) * 1000, (time.process_time() - used) * 1000
    if response.status_code != 200:
        raise RuntimeError(f"{address} was answered with status {response.status_code}.")
    return took


def _growth() -> list[Line]:
    """Draw many figures in this process and watch what it holds."""
    from reports.drawing import error_sweep_svg
    from tests.performance.page_addresses import figure_subjects

    process = psutil.Process()
    subjects = itertools.cycle(figure_subjects())
    drawn, held = [], []
    for number, subject in zip(range(1, FIGURES + 1), subjects, strict=False):
        error_sweep_svg(subject, "light")
        if number > _SETTLED and number % _EVERY == 0:
            drawn.append(number)
            held.append(process.memory_full_info().uss / _MB)
    note = f"{held[0]:.0f} MB own after {drawn[0]} figures, {held[-1]:.0f} MB after {drawn[-1]}"
    n = f"{FIGURES} figures"
    return [Line("figure: growth", "MB own", n, held[-1] - held[0], None, at_most(10), note)]
